use std::num::NonZeroU32;
use std::sync::Mutex;

use kapelle_core::expression::Template;
use kapelle_core::expression::environment::{Environment, Settings};
use kapelle_core::language::Language;
use kapelle_model::effect::Level;
use kapelle_model::{Millis, Value};
use kapelle_plugin::KeyToSet;
use kapelle_store::MemoryStore;
use kapelle_store::logs::LogLine;

use super::*;
use crate::namespace_files::TenantFiles;
use crate::secrets::{Plain, SecretVariables};
use crate::storage::{FileSettings, LocalFiles, LocalStorage, Reach, Storage};
use crate::testing::{Folder, HandClock};

const EXECUTION: ExecutionId = ExecutionId(7);

struct World {
    folder: Folder,
    clock: HandClock,
    masks: Masks,
    files: TenantFiles,
    desk: Desk,
}

/// Answers with what it was asked.
#[derive(Default)]
struct Echo(Mutex<Vec<String>>);

impl Calls for Echo {
    fn call(&self, request: &Request) -> Outcome<Response> {
        self.0.lock().unwrap().push(request.uri.masked());
        Ok(Response {
            status: 200,
            content_type: Some("application/json".to_owned()),
            body: b"{\"a\": 1}".to_vec(),
        })
    }
}

fn world() -> World {
    let folder = Folder::new();
    let clock = HandClock::at("2026-05-06T07:08:09Z");
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let storage: Arc<dyn Storage> = Arc::new(LocalStorage::open(folder.path().join("files")).unwrap());
    let files = TenantFiles::new("main".into(), Arc::clone(&store), Arc::clone(&storage), clock.clock());
    let local = LocalFiles::below([folder.path().to_owned()]);
    let settings = FileSettings { storage, namespace_files: files.clone(), local, clock: clock.clock() };
    let may_use = Arc::new(|namespace: &str| namespace != "closed");
    let reach = Reach::new("main".into(), ("team.a".into(), "f", &EXECUTION.to_string()), None, may_use);
    let secrets = [("SECRET_PASS".to_owned(), "Y2FuYXJ5".to_owned())];
    let desk_settings = DeskSettings {
        keys: TenantKeys::new("main".into(), Arc::clone(&store), clock.clock()),
        store,
        secrets: Arc::new(SecretVariables::read(secrets, &Plain::None).0),
        clock: clock.clock(),
        run_ids: Arc::new(|_, run| format!("run{}", run.0)),
        calls: Some(Arc::new(Echo::default())),
    };
    let masks = Masks::default();
    let desk = Desk::new(desk_settings, Some(EXECUTION), FileReader::new(settings, reach), masks.clone())
        .with_logs_patience(Duration::ZERO);
    World { folder, clock, masks, files, desk }
}

impl World {
    /// What an expression gives, with stars for secrets, or why it gives nothing.
    fn show(&self, source: &str) -> String {
        let names = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter().map(|(key, value)| (Arc::from(*key), Value::from(*value)));
            Value::Map(Arc::new(pairs.collect::<Map>()))
        };
        let context = Map::from_iter([
            ("flow".into(), names(&[("namespace", "team.a"), ("id", "f")])),
            ("execution".into(), names(&[("id", &EXECUTION.to_string())])),
        ]);
        let template = Template::compile(source, Language::One).unwrap();
        let settings = Settings::default();
        let rendered =
            template.render(Environment { context: &context, services: &self.desk, settings: &settings });
        match rendered {
            Ok(text) => text.unwrap_or_default().masked(),
            Err(error) => error.message,
        }
    }

    fn set(&self, namespace: &str, key: &str, value: &str, expires: Option<Timestamp>) {
        let key = KeyToSet {
            key: key.to_owned(),
            value: value.into(),
            description: None,
            expires,
            may_overwrite: true,
        };
        self.desk.settings.keys.set(namespace, &key).unwrap();
    }
}

#[test]
fn keys_are_those_of_the_namespace_and_of_those_above() {
    let world = world();
    world.set("team", "above", "1", None);
    world.set("team.a", "own", "2", None);
    world.set("team.a", "old", "3", Some(world.clock.now()));
    for (source, shown) in [
        ("{{ kv('own') }}{{ kv('above') }}", "21"),
        ("{{ kv('above', 'team.a', errorOnMissing=false) ?? 'none' }}", "none"),
        ("{{ kv('none') }}", "The key 'none' does not exist in the namespace 'team.a'."),
        ("{{ kv('old') }}", "The requested value has expired"),
        ("{{ kv('old', errorOnMissing=false) ?? 'gone' }}", "gone"),
        ("{{ kv('x', 'closed') }}", "Namespace closed is not allowed."),
    ] {
        assert_eq!(world.show(source), shown, "{source}");
    }
}

#[test]
fn secrets_are_marked_and_masked_from_then_on() {
    let world = world();
    assert_eq!(world.masks.mask("canary"), "canary");
    assert_eq!(world.show("{{ secret('pass') }}!"), "******!");
    assert_eq!(world.masks.mask("canary Y2FuYXJ5"), "****** ******");
    assert_eq!(world.show("{{ secret('NO') }}"), "Cannot find secret for key 'NO'.");
}

#[test]
fn files_of_all_kinds_are_read() {
    let world = world();
    world.files.put("team.a", "d/a.txt", &mut &b"one"[..]).unwrap();
    world.files.put("team.a", "d/a.txt", &mut &b"three"[..]).unwrap();
    let own = "kestra:///team/a/f/executions/0000000000000000000007/tasks/t/r/x.txt";
    let storage = &world.desk.files.settings().storage;
    let path = crate::storage::StoredPath::new("main", own.strip_prefix("kestra:///").unwrap()).unwrap();
    let mut file = storage.create().unwrap();
    std::io::Write::write_all(&mut file, b"mine").unwrap();
    file.keep(&path).unwrap();
    let root = world.folder.path().display().to_string();
    std::fs::write(world.folder.path().join("local.txt"), "local").unwrap();
    for (source, shown) in [
        (
            "{{ read('d/a.txt') }} {{ read('nsfile:///d/a.txt') }} {{ read('d/a.txt', version=1) }}",
            "three three one",
        ),
        ("{{ fileSize('d/a.txt') }} {{ fileExists('d/b.txt') }}", "5 false"),
        ("{{ fileURI('d/a.txt') }}", "kestra:///team/a/_files/d/a.txt.v2"),
        ("{{ read(fileURI('d/a.txt')) }}", "three"),
        (&format!("{{{{ read('{own}') }}}}"), "mine"),
        (&format!("{{{{ read('file://{root}/local.txt') }}}}"), "local"),
        (&format!("{{{{ fileExists('{own}x') }}}}"), "false"),
        ("{{ read('a', 'closed') }}", "Namespace closed is not allowed."),
    ] {
        assert_eq!(world.show(source), shown, "{source}");
    }
}

#[test]
fn calls_go_through_the_seam_or_are_refused() {
    let mut world = world();
    assert_eq!(world.show("{{ http('https://x/y', query={'n': 2}).a }}"), "1");
    world.desk.settings.calls = None;
    assert_eq!(world.show("{{ http('https://x/y') }}"), "`http()` cannot be used in this place");
}

#[test]
fn errors_are_those_of_the_execution() {
    let world = world();
    let line = |number, level, message: &str| LogLine {
        at: Millis(1_778_051_289_000 + i64::from(number)),
        tenant: "main".into(),
        namespace: "team.a".into(),
        flow: "f".into(),
        execution: Some(EXECUTION),
        trigger: None,
        task: Some("t".into()),
        run: Some(RunIndex(NonZeroU32::MIN)),
        attempt: 0,
        number,
        level,
        message: message.into(),
    };
    assert_eq!(world.show("{{ errorLogs() }}"), "[]");
    let foreign = LogLine { execution: Some(ExecutionId(8)), ..line(1, Level::Error, "theirs") };
    let lines = vec![
        line(2, Level::Error, "second"),
        line(1, Level::Error, "first"),
        line(3, Level::Warn, "no"),
        foreign,
    ];
    world.desk.settings.store.append_logs(lines).unwrap();
    assert_eq!(world.show("{{ errorLogs() | jq('.[].message') }}"), "[\"first\",\"second\"]");
    let entry = &world.desk.error_logs(1).unwrap()[0];
    let fields: Vec<&str> = entry.keys().map(AsRef::as_ref).collect();
    assert_eq!(
        fields,
        "tenantId namespace flowId taskId executionId taskRunId attemptNumber timestamp level message"
            .split(' ')
            .collect::<Vec<_>>()
    );
    assert_eq!(entry.get("taskRunId"), Some(&"run1".into()));
}

#[test]
fn chance_ports_and_time_come_from_here() {
    let world = world();
    let (mut one, mut two) = ([0; 16], [0; 16]);
    world.desk.random(&mut one).unwrap();
    world.desk.random(&mut two).unwrap();
    assert_ne!(one, two);
    assert_ne!(world.desk.free_port().unwrap(), 0);
    assert_eq!(world.desk.now().unwrap(), world.clock.now());
    assert!(!world.desk.is_late() && world.desk.clone().until(|| true).is_late());
}

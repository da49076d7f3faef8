use std::fs;
use std::io::{Read, Write};
use std::sync::Arc;

use jiff::SignedDuration;
use kapelle_model::{Map, Value};
use kapelle_plugin::{Files, Name, NamespaceFiles};
use kapelle_store::MemoryStore;
use proptest::prelude::*;

use super::*;
use crate::namespace_files::TenantFiles;
use crate::testing::{Folder, HandClock, place};

const OWN: &str = "kestra:///team/a/my-flow/executions/0000000000000000000007/tasks/my-task/run1";
const OTHER: &str = "executions/0000000000000000000009/tasks/t/r/x.txt";

struct World {
    folder: Folder,
    clock: HandClock,
    files: AttemptFiles,
    namespace_files: TenantFiles,
}

fn world() -> World {
    let folder = Folder::new();
    let clock = HandClock::at("2026-05-06T07:08:09Z");
    let storage: Arc<dyn Storage> = Arc::new(LocalStorage::open(folder.path().join("files")).unwrap());
    fs::create_dir_all(folder.path().join("open")).unwrap();
    let namespace_files =
        TenantFiles::new("main".into(), Arc::new(MemoryStore::new()), Arc::clone(&storage), clock.clock());
    let settings = FileSettings {
        storage,
        namespace_files: namespace_files.clone(),
        local: LocalFiles::below([folder.path().join("open")]),
        clock: clock.clock(),
    };
    let parent = of_parent(&trigger("boss", "starter", "0000000000000000000008"));
    let place = Arc::new(place());
    let execution = place.execution.to_string();
    let names = (Arc::clone(&place.namespace), &*place.flow, &*execution);
    let reach =
        Reach::new("main".into(), names, parent, Arc::new(|namespace: &str| namespace.starts_with("shared")));
    World {
        folder,
        clock,
        files: AttemptFiles::new(FileReader::new(settings, reach), place),
        namespace_files,
    }
}

fn trigger(namespace: &str, flow: &str, execution: &str) -> Map {
    let trigger = [("namespace", namespace), ("flowId", flow), ("executionId", execution)];
    let trigger = trigger.map(|(key, value)| (Arc::from(key), Value::from(value)));
    Map::from_iter([("trigger".into(), Value::Map(Arc::new(Map::from_iter(trigger))))])
}

impl World {
    fn write(&self, name: Name<'_>, content: &str) -> String {
        let mut file = self.files.create(name).unwrap();
        file.write_all(content.as_bytes()).unwrap();
        file.finish().unwrap()
    }

    /// Puts bytes where somebody else would have put them.
    fn plant(&self, inner: &str, content: &str) -> String {
        let path = self.folder.path().join("files/main").join(inner);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        format!("kestra:///{inner}")
    }

    /// The content of a file, or why there is none.
    fn read(&self, uri: &str) -> String {
        let mut content = String::new();
        match self.files.open(uri) {
            Ok(mut file) => {
                file.read_to_string(&mut content).unwrap();
                content
            }
            Err(failure) => failure.to_string(),
        }
    }
}

#[test]
fn a_file_is_there_once_it_is_finished_and_not_before() {
    let world = world();
    let mut file = world.files.create(Name::Exactly("sub/a b.txt")).unwrap();
    file.write_all(b"text").unwrap();
    let uri = format!("{OWN}/sub/a b.txt");
    assert_eq!(world.files.size(&uri).unwrap(), None);
    assert_eq!(file.finish().unwrap(), uri);
    assert_eq!((world.read(&uri).as_str(), world.files.size(&uri).unwrap()), ("text", Some(4)));
    drop(world.files.create(Name::Exactly("never.txt")).unwrap());
    let unfinished = fs::read_dir(world.folder.path().join("files/.unfinished")).unwrap();
    assert_eq!(unfinished.count(), 0);
}

#[test]
fn what_a_dead_process_left_unfinished_goes_at_the_next_start() {
    let folder = Folder::new();
    LocalStorage::open(folder.path()).unwrap();
    fs::write(folder.path().join(".unfinished/x"), "half").unwrap();
    LocalStorage::open(folder.path()).unwrap();
    assert_eq!(fs::read_dir(folder.path().join(".unfinished")).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn nobody_else_looks_into_the_storage() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    LocalStorage::open(folder.path()).unwrap();
    assert_eq!(fs::metadata(folder.path()).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_file_without_a_name_gets_one_of_its_own_with_the_ending() {
    let world = world();
    let (one, two) = (world.write(Name::Ending(".ion"), "1"), world.write(Name::Ending(".ion"), "2"));
    assert_ne!(one, two);
    for uri in [&one, &two] {
        let name = uri.strip_prefix(OWN).and_then(|name| name.strip_suffix(".ion")).unwrap();
        assert_eq!(name.len(), 23, "{uri}");
    }
}

#[test]
fn files_of_the_machine_are_taken_over() {
    let world = world();
    let path = world.folder.path().join("made.txt");
    fs::write(&path, "made").unwrap();
    let uri = world.files.take(&path, "made.txt").unwrap();
    assert_eq!((uri.as_str(), world.read(&uri).as_str()), (&*format!("{OWN}/made.txt"), "made"));
    std::os::unix::fs::symlink("/etc/passwd", world.folder.path().join("link")).unwrap();
    let failure = world.files.take(&world.folder.path().join("link"), "link").unwrap_err();
    assert!(failure.to_string().contains("it is no file"), "{failure}");
}

#[test]
fn an_attempt_reads_its_own_its_parents_and_what_allowed_namespaces_have() {
    let world = world();
    for (inner, is_readable) in [
        ("team/a/my-flow/executions/0000000000000000000007/inputs/in/x.txt", true),
        ("boss/starter/executions/0000000000000000000008/tasks/t/r/x.txt", true),
        ("boss/starter/executions/0000000000000000000009/tasks/t/r/x.txt", false),
        (&format!("team/a/other/{OTHER}"), true),
        (&format!("shared/flow/{OTHER}"), true),
        (&format!("shared/deep/flow/{OTHER}"), true),
        (&format!("secret/flow/{OTHER}"), false),
        // Whose it is depends on where one looks, so both have to be allowed.
        (&format!("shared/f/executions/0000000000000000000009/tasks/f/{OTHER}"), true),
        (&format!("secret/f/executions/0000000000000000000009/tasks/f/{OTHER}"), false),
        ("team/a/my-flow/states/x.txt", false),
        ("team/a/_kv/x.ion", false),
        ("x.txt", false),
    ] {
        let uri = world.plant(inner, "content");
        let read = world.read(&uri);
        assert_eq!(read == "content", is_readable, "{uri}: {read}");
        assert!(
            is_readable || read.contains("is not allowed.") || read.contains("not an execution file"),
            "{read}"
        );
    }
}

#[test]
fn addresses_that_lead_elsewhere_are_refused() {
    let world = world();
    world.plant("secret/x.txt", "hidden");
    let own = OWN.strip_suffix("run1").unwrap();
    let long = "n".repeat(256);
    for uri in [
        format!("{own}../../../../../../../secret/x.txt"),
        format!("{own}run1/../x"),
        format!("{own}run1/./x"),
        format!("{own}run1//x"),
        format!("{own}run1/"),
        format!("{own}run1/a\0b"),
        format!("{own}run1/a\nb"),
        format!("{own}run1/a\\..\\b"),
        format!("{own}{long}"),
        "kestra:////etc/passwd".to_owned(),
        "kestra://secret/x.txt".to_owned(),
        "kestra:///".to_owned(),
        "kestra:///../other/x".to_owned(),
        "nsfile:///../x".to_owned(),
        "nsfile://".to_owned(),
        "http://example.com/x".to_owned(),
        "/etc/passwd".to_owned(),
        String::new(),
    ] {
        assert!(world.files.open(&uri).is_err(), "{uri:?}");
        assert!(!world.files.delete(&uri).unwrap_or(false), "{uri:?}");
    }
    for name in ["../x", "a/../../x", "", ".", "a//b", "a\0", &*long] {
        assert!(world.files.create(Name::Exactly(name)).is_err(), "{name:?}");
    }
}

#[test]
fn what_is_not_encoded_stands_for_itself() {
    let world = world();
    for name in ["%2e%2e", "a%2fb", "..x", "x..", "größe 日本.txt", "…", "a:b", "~", "$HOME", "-rf"] {
        let uri = world.write(Name::Exactly(name), name);
        assert_eq!(world.read(&uri), name);
    }
}

#[test]
fn links_in_the_storage_are_not_followed() {
    let world = world();
    let own = world.write(Name::Exactly("x.txt"), "x");
    let folder =
        world.folder.path().join("files/main/team/a/my-flow/executions/0000000000000000000007/tasks");
    std::os::unix::fs::symlink(world.folder.path(), folder.join("away")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", folder.join("my-task/run1/link")).unwrap();
    fs::write(world.folder.path().join("outside.txt"), "outside").unwrap();
    let away = own.replace("my-task/run1/x.txt", "away/outside.txt");
    for uri in [away, own.replace("x.txt", "link")] {
        assert!(world.files.open(&uri).is_err(), "{uri}");
    }
    let missing = world.files.open(&own.replace("x.txt", "y.txt")).err().unwrap().to_string();
    assert!(missing.contains("does not exist in the internal storage"), "{missing}");
}

#[test]
fn a_file_in_the_place_of_a_folder_is_told() {
    let world = world();
    world.write(Name::Exactly("a"), "x");
    let mut file = world.files.create(Name::Exactly("a/b")).unwrap();
    file.write_all(b"y").unwrap();
    assert!(file.finish().unwrap_err().to_string().contains("cannot be written"));
    assert_eq!(world.files.size(&format!("{OWN}/a/b")).unwrap(), None);
}

#[test]
fn files_of_an_execution_are_deleted_one_by_one_or_together() {
    let world = world();
    let (one, two) = (world.write(Name::Exactly("1"), "1"), world.write(Name::Exactly("d/2"), "2"));
    let foreign = world.plant(&format!("shared/flow/{OTHER}"), "theirs");
    assert_eq!([world.files.delete(&one).unwrap(), world.files.delete(&one).unwrap()], [true, false]);
    assert_eq!(world.files.delete_all().unwrap(), [two]);
    assert_eq!(world.files.delete_all().unwrap(), [""; 0]);
    assert_eq!(world.read(&foreign), "theirs");
}

#[test]
fn namespace_files_are_read_by_both_of_their_addresses() {
    let world = world();
    for (namespace, content) in
        [("team.a", "one"), ("team.a", "two"), ("shared", "theirs"), ("secret", "hidden")]
    {
        world.namespace_files.put(namespace, "dir/a.txt", &mut content.as_bytes()).unwrap();
    }
    for (uri, content) in [
        ("nsfile:///dir/a.txt", "two"),
        ("nsfile://team.a/dir/a.txt", "two"),
        ("nsfile:///dir/a.txt.v2", "two"),
        ("nsfile://shared/dir/a.txt", "theirs"),
        ("nsfile://secret/dir/a.txt", "Namespace secret is not allowed."),
        ("kestra:///team/a/_files/dir/a.txt", "two"),
        ("kestra:///team/a/_files/dir/a.txt.v2", "two"),
        ("kestra:///secret/_files/dir/a.txt", "Namespace secret is not allowed."),
        ("nsfile:///dir/b.txt", "the file `nsfile:///dir/b.txt` does not exist"),
        ("nsfile:///dir", "the file `nsfile:///dir` does not exist"),
    ] {
        assert_eq!(world.read(uri), content, "{uri}");
    }
    assert!(world.files.delete("kestra:///team/a/_files/dir/a.txt").is_err());
}

#[test]
fn files_of_the_machine_are_read_only_where_it_is_allowed() {
    let world = world();
    let root = world.folder.path().display().to_string();
    fs::write(world.folder.path().join("open/a.txt"), "open").unwrap();
    fs::write(world.folder.path().join("closed.txt"), "closed").unwrap();
    std::os::unix::fs::symlink("../closed.txt", world.folder.path().join("open/link")).unwrap();
    assert_eq!(world.read(&format!("file://{root}/open/a.txt")), "open");
    for path in
        ["/open/link", "/closed.txt", "/open/../closed.txt", "/opened", "/open", "/open/missing", "/open/a\0"]
    {
        let read = world.files.open(&format!("file://{root}{path}"));
        assert!(read.is_err(), "{path}");
    }
    let failure = LocalFiles::default().open("/etc/passwd").unwrap_err().to_string();
    assert!(failure.contains("no folder of this machine is open to flows"), "{failure}");
}

#[test]
fn what_is_kept_for_later_executions_grows_old() {
    let world = world();
    let age = |seconds| Some(SignedDuration::from_secs(seconds));
    assert!(world.files.cached("my_task/abc", None).unwrap().is_none());
    world.files.cache("my_task/abc", &mut &b"kept"[..]).unwrap();
    let path = world.folder.path().join("files/main/team/a/my-flow/my-task/cache/abc/cache.zip");
    assert_eq!(fs::read_to_string(&path).unwrap(), "kept");
    let written = fs::metadata(&path).unwrap().modified().unwrap();
    let written = Timestamp::try_from(written).unwrap();
    let now = world.clock.now();
    world.clock.forward(written.duration_since(now).as_secs() + 60);
    assert!(world.files.cached("my_task/abc", age(3_600)).unwrap().is_some());
    assert!(world.files.cached("my_task/abc", age(10)).unwrap().is_none());
    assert!(world.files.cached("other", None).unwrap().is_none());
    assert!(world.files.cached("a/../../../../x", None).is_err());
}

#[test]
fn parents_are_known_by_their_trigger() {
    let folder = of_parent(&trigger("a.b", "My.flow_1", "x"));
    assert_eq!(folder.as_deref(), Some("a/b/myflow-1/executions/x"));
    assert_eq!(of_parent(&Map::new()), None);
    assert_eq!(of_parent(&trigger("a", "f", "..")), None);
}

#[test]
fn folders_are_slugs() {
    for (flow, slug) in [
        ("My.flow_1", "myflow-1"),
        ("Été à Paris", "ete-a-paris"),
        ("--a__b  c--", "a-b-c"),
        ("日本", ""),
        ("UPPER", "upper"),
    ] {
        assert_eq!(execution_folder("a.b", flow, "x"), format!("a/b/{slug}/executions/x"), "{flow}");
    }
}

proptest! {
    #[test]
    fn no_path_leaves_its_tenant(path in any::<String>(), names in prop::collection::vec("[./\\\\a\u{0}%2e]{0,4}", 0..6)) {
        for path in [path, names.join("/"), format!("a/{}", names.join("/"))] {
            let Ok(stored) = StoredPath::new("main", &path) else { continue };
            let joined = std::path::Path::new("/root").join(stored.whole());
            let is_plain = joined.components().skip(2).all(|part| matches!(part, std::path::Component::Normal(_)));
            prop_assert!(is_plain && joined.starts_with("/root/main"), "{path:?}");
            prop_assert_eq!(stored.uri(), format!("kestra:///{}", stored.inner()));
        }
    }

    #[test]
    fn no_tenant_is_anything_but_a_name(tenant in "[./\\\\a\u{0}]{0,5}") {
        if StoredPath::new(&tenant, "x").is_ok() {
            prop_assert!(!tenant.contains(['/', '\0', '\\']) && !tenant.starts_with('.') && !tenant.is_empty());
        }
    }
}

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use kapelle_core::expression::plain;
use kapelle_model::{Map, Value};
use kapelle_plugin::stage::Stage;
use kapelle_plugin::{Broken, Polled, Task};

use super::copy::Copy;
use super::delete::Delete;
use super::download::Download;
use super::downloads::Downloads;
use super::list::List;
use super::realtime_trigger::RealtimeTrigger;
use super::relocate::Move;
use super::trigger::Trigger;
use super::upload::Upload;
use super::uploads::Uploads;
use kapelle_plugin::files::ALLOWED_PATHS;

/// A folder of the machine: `open` in it is open to flows, `closed` is not.
struct Folder {
    stage: Stage,
    root: PathBuf,
}

impl Folder {
    fn new() -> Self {
        let stage = Stage::new();
        let root = stage.directory().with_file_name("machine");
        for name in ["open", "closed"] {
            fs::create_dir_all(root.join(name)).unwrap();
        }
        let stage = stage.setting(ALLOWED_PATHS, &format!("/nowhere/else, {}", root.join("open").display()));
        fs::write(root.join("closed/secret"), "canary").unwrap();
        Self { stage, root }
    }

    fn place(&self, path: &str) -> PathBuf {
        self.root.join("open").join(path)
    }

    fn put(&self, path: &str, content: &str) {
        let place = self.place(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, content).unwrap();
    }

    fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.place(path)).ok()
    }

    /// `@` stands for the folder in which `open` and `closed` are.
    fn filled(&self, properties: &str) -> String {
        properties.replace('@', self.root.to_str().unwrap())
    }

    /// Runs a task, with what it gave or its failure as text.
    async fn run<T: Task>(&self, properties: &str) -> String {
        self.told(self.stage.run::<T>(&self.filled(properties)).await)
    }

    fn told(&self, result: Result<Map, Broken>) -> String {
        let text = match result {
            Ok(outputs) => shown(outputs),
            Err(broken) => broken.failure.to_string(),
        };
        text.replace(self.root.to_str().unwrap(), "@")
    }

    /// A look of a trigger at `open/in`: what happened to which files, and what is kept for the next.
    async fn look(&self, more: &str, cursor: Option<Value>) -> (String, Option<Value>) {
        let properties = self.filled(&format!("from: '@/open/in'\n{more}"));
        match self.stage.poll::<Trigger>(&properties, cursor.clone()).await {
            Ok(Polled { event, cursor }) => (event.map_or("-".to_owned(), |event| changes(&event)), cursor),
            Err(broken) => (self.told(Err(broken)), cursor),
        }
    }

    async fn settle(&self, more: &str, cursor: Option<&Value>) {
        let properties = self.filled(&format!("from: '@/open/in'\n{more}"));
        self.stage.settle::<Trigger>(&properties, cursor.cloned()).await.unwrap();
    }
}

fn shown(outputs: Map) -> String {
    plain::to_json(&Value::Map(Arc::new(outputs)), &TimeZone::UTC, true, 10_000).unwrap().expose().to_owned()
}

fn text(map: &Map, name: &str) -> String {
    let Some(Value::Str(text)) = map.get(name) else { panic!("no {name} in {map:?}") };
    text.expose().to_owned()
}

fn maps(map: &Map, name: &str) -> Vec<Arc<Map>> {
    let Some(Value::List(items)) = map.get(name) else { panic!("no {name} in {map:?}") };
    let map = |item: &Value| match item {
        Value::Map(map) => Arc::clone(map),
        other => panic!("{other:?}"),
    };
    items.iter().map(map).collect()
}

fn changes(event: &Map) -> String {
    let told = |file: &Arc<Map>| format!("{} {}", text(file, "changeType"), text(file, "name"));
    maps(event, "files").iter().map(told).collect::<Vec<_>>().join(", ")
}

/// Gives a file a date, so that files have an order.
fn date(place: &Path, second: i64) {
    let moment = std::time::UNIX_EPOCH + std::time::Duration::from_secs(second.unsigned_abs());
    fs::File::options().write(true).open(place).unwrap().set_modified(moment).unwrap();
}

#[tokio::test]
async fn without_a_setting_nothing_is_open() {
    let failure = Stage::new().run::<List>("from: /").await.unwrap_err().failure.to_string();
    assert_eq!(
        failure,
        "no folder of this machine is open to flows: name some in the setting `kapelle.fs.local.allowed-paths`, with commas between them"
    );
}

#[tokio::test]
async fn nothing_leads_out_of_what_is_open() {
    let folder = Folder::new();
    symlink(folder.root.join("closed"), folder.place("way-out")).unwrap();
    symlink(folder.root.join("closed/secret"), folder.place("file-out")).unwrap();
    folder.put("mine", "1");
    for path in [
        "@/closed/secret",
        "@/open/../closed/secret",
        "@/open/way-out/secret",
        "@/open/file-out",
        "@/opening/x",
        "/etc/passwd",
        "file:///etc/passwd",
    ] {
        let refused = "is not open to flows";
        let (from, to) = (format!("from: '{path}'"), format!("{{from: '@/open/mine', to: '{path}'}}"));
        assert!(folder.run::<Download>(&from).await.contains(refused), "{path}");
        assert!(folder.run::<Copy>(&format!("{from}\nto: '@/open/got'")).await.contains(refused), "{path}");
        if !path.ends_with("file-out") {
            let written = folder.run::<Copy>(&to).await;
            assert!(written.contains(refused) || written.contains("leads out"), "{path}: {written}");
            let deleted = folder.run::<Delete>(&from).await;
            assert!(deleted.contains(refused), "{path}: {deleted}");
        }
    }
    assert!(folder.run::<List>("{from: '@/open/way-out'}").await.contains("is not open to flows"));
    assert!(folder.run::<Move>("{from: '@/open/mine', to: mine}").await.contains("begin it with `/`"));
    assert_eq!(fs::read_to_string(folder.root.join("closed/secret")).unwrap(), "canary");
}

#[tokio::test]
async fn a_link_in_the_place_of_a_file_is_deleted_and_not_followed() {
    let folder = Folder::new();
    folder.put("mine", "1");
    let link = || {
        let _usually_absent = fs::remove_file(folder.place("link"));
        symlink(folder.root.join("closed/secret"), folder.place("link")).unwrap();
    };
    link();
    let copied = folder.run::<Copy>("{from: '@/open/mine', to: '@/open/link'}").await;
    assert!(copied.contains("is not open to flows"), "{copied}");
    link();
    let deleted = folder.run::<Delete>("from: '@/open/link'").await;
    assert_eq!(deleted, r#"{"uri":"file://@/open/link","deleted":true,"uris":["file://@/open/link"]}"#);
    assert_eq!(fs::read_to_string(folder.root.join("closed/secret")).unwrap(), "canary");
    let stays = folder.run::<Delete>("{from: '@/open', recursive: true}").await;
    assert_eq!(stays, "`@/open` is open to flows as a whole, so it stays where it is");
}

#[tokio::test]
async fn files_are_copied_and_moved_to_paths_and_into_folders() {
    let folder = Folder::new();
    folder.put("a.txt", "a");
    folder.put("sub/b.txt", "b");
    let there = "`@/open/sub/b.txt` is there already; to replace it say `overwrite: true`";
    let copies = [
        ("{from: '@/open/a.txt', to: '@/open/new/deep/c.txt'}", "{}", "new/deep/c.txt"),
        ("{from: '@/open/a.txt', to: '@/open/sub/'}", "{}", "sub/a.txt"),
        ("{from: 'file://@/open/a.txt', to: '@/open/new'}", "{}", "new/a.txt"),
        ("{from: '@/open/a.txt', to: '@/open/sub/b.txt'}", there, "a.txt"),
        ("{from: '@/open/a.txt', to: '@/open/sub/b.txt', overwrite: true}", "{}", "sub/b.txt"),
        ("{from: '@/open/no', to: '@/open/x'}", "`@/open/no` does not exist", "a.txt"),
        ("{from: '@/open/sub', to: '@/open/x'}", "`@/open/sub` is no file", "a.txt"),
    ];
    for (properties, given, path) in copies {
        assert_eq!(folder.run::<Copy>(properties).await, given, "{properties}");
        assert_eq!(folder.read(path).as_deref(), Some("a"), "{properties}");
    }
    let moves = [
        ("{from: '@/open/a.txt', to: '@/open/moved.txt'}", "{}", "moved.txt"),
        ("{from: '@/open/moved.txt', to: '@/open/sub'}", "{}", "sub/moved.txt"),
        ("{from: '@/open/sub', to: '@/open/renamed'}", "{}", "renamed/moved.txt"),
        ("{from: '@/open/a.txt', to: '@/open/x'}", "`@/open/a.txt` does not exist", "renamed/moved.txt"),
    ];
    for (properties, given, path) in moves {
        assert_eq!(folder.run::<Move>(properties).await, given, "{properties}");
        assert_eq!(folder.read(path).as_deref(), Some("a"), "{properties}");
    }
    let left: Vec<_> =
        fs::read_dir(folder.place("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[tokio::test]
async fn folders_are_deleted_when_they_are_empty_or_that_is_said() {
    let folder = Folder::new();
    folder.put("a/x.csv", "");
    folder.put("a/sub/y.csv", "");
    folder.put("a/z.txt", "");
    let csv = r#"{"uri":"file://@/open/a","deleted":true,"uris":["file://@/open/a/sub/y.csv","file://@/open/a/x.csv"]}"#;
    let none = r#"{"uri":"file://@/open/no","deleted":false,"uris":[]}"#;
    for (properties, given) in [
        ("{from: '@/open/a', regExp: '.*[.]csv', recursive: true}", csv),
        ("{from: '@/open/no'}", none),
        ("{from: '@/open/no', regExp: x}", none),
        ("{from: '@/open/no', errorOnMissing: true}", "`@/open/no` does not exist"),
    ] {
        assert_eq!(folder.run::<Delete>(properties).await, given, "{properties}");
    }
    let full = folder.run::<Delete>("{from: '@/open/a'}").await;
    assert!(full.ends_with("with `recursive: true` all that is in it is deleted"), "{full}");
    assert!(folder.run::<Delete>("{from: '@/open/a/', recursive: true}").await.contains("true"));
    assert!(!folder.place("a").exists());
}

#[tokio::test]
async fn files_are_listed_in_an_order_and_up_to_a_number() {
    let folder = Folder::new();
    for (path, second) in [("in/b.csv", 30), ("in/a.csv", 20), ("in/c.txt", 10), ("in/sub/d.csv", 40)] {
        folder.put(path, "12");
        date(&folder.place(path), second);
    }
    folder.put("in/.kapelle-run1-0", "half");
    symlink(folder.root.join("closed/secret"), folder.place("in/out.csv")).unwrap();
    symlink(folder.place("in/a.csv"), folder.place("in/z.csv")).unwrap();
    for (more, names) in [
        ("", "a.csv b.csv c.txt z.csv"),
        ("regExp: '.*[.]csv'\nrecursive: true", "a.csv b.csv d.csv z.csv"),
        ("regExp: '.*/sub/.*'\nrecursive: true", "d.csv"),
        ("sort: LAST_MODIFIED_ASC", "c.txt a.csv z.csv b.csv"),
        ("sort: LAST_MODIFIED_DESC", "b.csv a.csv z.csv c.txt"),
        ("sort: NAME_DESC\nmaxFiles: 2", "z.csv c.txt"),
    ] {
        let properties = folder.filled(&format!("from: 'file://@/open/in/'\n{more}"));
        let outputs = folder.stage.run::<List>(&properties).await.unwrap();
        let files = maps(&outputs, "files");
        let found: Vec<String> = files.iter().map(|file| text(file, "name")).collect();
        assert_eq!(found.join(" "), names, "{more}");
        assert_eq!(outputs.get("count"), Some(&Value::Int(found.len() as i64)));
    }
    assert!(folder.stage.lines().iter().any(|line| line.contains("4 files, of which 2 are taken")));
    let properties = folder.filled("{from: '@/open/in', regExp: 'a.*'}");
    let outputs = folder.stage.run::<List>(&properties).await.unwrap();
    let file = folder.told(Ok((*maps(&outputs, "files")[0]).clone()));
    assert!(
        file.starts_with(
            r#"{"uri":"file://@/open/in/a.csv","localPath":"@/open/in/a.csv","path":"@/open/in/a.csv","name":"a.csv","parent":"@/open/in","size":2,"#
        ),
        "{file}"
    );
    assert!(file.contains(r#""modifiedDate":"1970-01-01T00:00:20Z""#), "{file}");
}

#[tokio::test]
async fn a_file_is_taken_over_with_its_checksum() {
    let folder = Folder::new();
    folder.put("in/a.csv", "hello");
    let md5 = "5d41402abc4b2a76b9719d911017c592";
    for (more, checksum) in [
        ("", String::new()),
        (
            "validateChecksum: true",
            r#","checksum":"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824""#.to_owned(),
        ),
        (
            "validateChecksum: true\nchecksumAlgorithm: MD5\nchecksumExpected: 5D41402ABC4B2A76B9719D911017C592",
            format!(r#","checksum":"{md5}""#),
        ),
        ("checksumExpected: ignored", String::new()),
    ] {
        let outputs = folder.run::<Download>(&format!("from: '@/open/in/a.csv'\n{more}")).await;
        assert!(outputs.ends_with(&format!(r#".csv","size":5{checksum}}}"#)), "{more}: {outputs}");
    }
    let wrong =
        "{from: '@/open/in/a.csv', validateChecksum: true, checksumAlgorithm: MD5, checksumExpected: x}";
    assert_eq!(
        folder.run::<Download>(wrong).await,
        format!("`@/open/in/a.csv` has the checksum {md5} instead of x")
    );
}

#[tokio::test]
async fn files_of_a_folder_are_taken_over_and_then_moved_or_deleted() {
    let folder = Folder::new();
    for path in ["in/a.csv", "in/b.txt", "done/a.csv"] {
        folder.put(path, path);
    }
    let properties = "{from: '@/open/in', regExp: '.*[.]csv', action: MOVE, moveDirectory: '@/open/done/'}";
    let outputs = folder.stage.run::<Downloads>(&folder.filled(properties)).await.unwrap();
    let Some(Value::Map(by_name)) = outputs.get("outputFiles") else { panic!("{outputs:?}") };
    assert_eq!(folder.stage.content(&text(by_name, "a.csv")), "in/a.csv");
    assert_eq!((folder.read("in/a.csv"), folder.read("done/a.csv").as_deref()), (None, Some("done/a.csv")));
    assert_eq!(folder.read("done/a-1.csv").as_deref(), Some("in/a.csv"));
    folder.run::<Downloads>("{from: '@/open/in', action: DELETE}").await;
    assert_eq!(folder.read("in/b.txt"), None);
    let failure = folder.run::<Downloads>("{from: '@/open/in', action: MOVE}").await;
    assert_eq!(failure, "`action: MOVE` needs `moveDirectory`, the folder that files are moved to");
}

#[tokio::test]
async fn files_of_the_storage_are_written() {
    let folder = Folder::new();
    let (one, two) = (folder.stage.put_file("one.txt", b"1"), folder.stage.put_file("two.sql", b"2"));
    let written = folder.run::<Upload>(&format!("{{from: '{one}', to: '@/open/up/x.txt'}}")).await;
    assert_eq!(written, r#"{"uri":"file://@/open/up/x.txt","size":1}"#);
    let kept = format!("{{from: '{two}', to: '@/open/up/x.txt', overwrite: false}}");
    assert!(folder.run::<Upload>(&kept).await.contains("is there already"));
    assert!(folder.run::<Upload>("{from: /etc/passwd, to: '@/open/up/'}").await.contains("scheme"));
    for (from, more, files) in [
        (format!("['{one}', '{two}']"), "", "one.txt two.sql"),
        (format!("'[\"{one}\"]'"), "", "one.txt"),
        (format!("'{two}'"), "", "two.sql"),
        (format!("{{a.txt: '{one}', 'deep/b.sql': '{two}'}}"), "", "a.txt deep/b.sql"),
        (format!("['{one}', '{two}']"), ", regExp: '.*sql'", "two.sql"),
        (format!("['{one}', '{two}']"), ", maxFiles: 1", "one.txt"),
    ] {
        let outputs = folder.run::<Uploads>(&format!("{{from: {from}, to: '@/open/all/'{more}}}")).await;
        let wanted: Vec<String> =
            files.split(' ').map(|name| format!("\"file://@/open/all/{name}\"")).collect();
        assert_eq!(outputs, format!("{{\"files\":[{}]}}", wanted.join(",")), "{from}");
    }
    let out =
        folder.run::<Uploads>(&format!("{{from: {{'../../closed/x': '{one}'}}, to: '@/open/all'}}")).await;
    assert!(out.contains("is not open to flows"), "{out}");
}

#[tokio::test]
async fn a_trigger_tells_of_new_and_changed_files_once() {
    for (on, first, second) in [
        ("CREATE_OR_UPDATE", "CREATE a.csv, CREATE b.txt", "UPDATE a.csv, CREATE c.csv"),
        ("CREATE", "CREATE a.csv, CREATE b.txt", "CREATE c.csv"),
        ("UPDATE", "-", "UPDATE a.csv"),
    ] {
        let folder = Folder::new();
        folder.put("in/a.csv", "1");
        folder.put("in/b.txt", "2");
        let more = format!("on: {on}");
        let (told, cursor) = folder.look(&more, None).await;
        assert_eq!(told, first, "{on}");
        let (told, same) = folder.look(&more, cursor.clone()).await;
        assert_eq!((told.as_str(), &same), ("-", &cursor), "{on}");
        folder.put("in/a.csv", "longer");
        folder.put("in/c.csv", "3");
        let (told, cursor) = folder.look(&more, cursor).await;
        assert_eq!(told, second, "{on}");
        assert_eq!(folder.look(&more, cursor).await.0, "-", "{on}");
    }
}

#[tokio::test]
async fn the_execution_gets_the_files_as_they_were() {
    let folder = Folder::new();
    folder.put("in/a.csv", "1");
    folder.put("in/sub/b.csv", "2");
    folder.put("in/c.txt", "3");
    let properties = folder.filled("{from: '@/open/in', regExp: '.*[.]csv', recursive: true}");
    let event = folder.stage.poll::<Trigger>(&properties, None).await.unwrap().event.unwrap();
    folder.put("in/a.csv", "another");
    let contents: Vec<String> =
        maps(&event, "files").iter().map(|file| folder.stage.content(&text(file, "uri"))).collect();
    assert_eq!(contents, ["1", "2"]);
    assert_eq!(event.get("count"), Some(&Value::Int(2)));
}

#[tokio::test]
async fn what_is_too_much_for_one_execution_waits_and_the_oldest_comes_first() {
    let folder = Folder::new();
    for (path, second) in [("in/a", 30), ("in/b", 10), ("in/c", 20)] {
        folder.put(path, "");
        date(&folder.place(path), second);
    }
    let (told, cursor) = folder.look("maxFiles: 2", None).await;
    assert_eq!(told, "CREATE b, CREATE c");
    assert_eq!(folder.look("maxFiles: 2", cursor).await.0, "CREATE a");
}

#[tokio::test]
async fn another_key_makes_it_forget() {
    let folder = Folder::new();
    folder.put("in/a", "");
    let (_, cursor) = folder.look("stateKey: one", None).await;
    assert_eq!(folder.look("stateKey: one", cursor.clone()).await.0, "-");
    assert_eq!(folder.look("stateKey: two", cursor).await.0, "CREATE a");
}

#[tokio::test]
async fn a_file_that_changed_within_the_last_second_waits() {
    let folder = Folder::new();
    folder.put("in/a", "half");
    let changed: Timestamp =
        fs::metadata(folder.place("in/a")).unwrap().modified().unwrap().try_into().unwrap();
    folder.stage.set_now(changed + SignedDuration::from_millis(900));
    let (told, cursor) = folder.look("", None).await;
    assert_eq!(told, "-");
    folder.stage.set_now(changed + SignedDuration::from_millis(1200));
    assert_eq!(folder.look("", cursor).await.0, "CREATE a");
}

#[tokio::test]
async fn files_are_taken_away_only_when_the_execution_is_certain() {
    for (action, left) in
        [("DELETE", None), ("MOVE\nmoveDirectory: '@/open/in/done'\nrecursive: true", Some("1"))]
    {
        let folder = Folder::new();
        folder.put("in/a", "1");
        let more = format!("action: {action}");
        let (told, cursor) = folder.look(&more, None).await;
        assert_eq!((told.as_str(), folder.read("in/a").as_deref()), ("CREATE a", Some("1")), "{action}");
        folder.settle(&more, cursor.as_ref()).await;
        assert_eq!((folder.read("in/a"), folder.read("in/done/a").as_deref()), (None, left), "{action}");
        let (told, cursor) = folder.look(&more, cursor).await;
        assert_eq!(told, "-", "{action}");
        folder.put("in/a", "2");
        assert_eq!(folder.look(&more, cursor).await.0, "CREATE a", "{action}");
    }
}

#[tokio::test]
async fn what_was_not_taken_away_is_by_the_next_look_and_another_file_in_its_place_is_not() {
    let folder = Folder::new();
    folder.put("in/a", "1");
    folder.put("in/b", "1");
    let (_, cursor) = folder.look("action: DELETE", None).await;
    fs::remove_file(folder.place("in/b")).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(20));
    folder.put("in/b", "2");
    let (told, cursor) = folder.look("action: DELETE", cursor).await;
    assert_eq!(
        (told.as_str(), folder.read("in/a"), folder.read("in/b").as_deref()),
        ("CREATE b", None, Some("2"))
    );
    assert_eq!(folder.look("action: DELETE", cursor).await.0, "-");
    assert_eq!(folder.read("in/b"), None);
}

#[tokio::test]
async fn a_look_that_cannot_work_says_why() {
    let folder = Folder::new();
    assert_eq!(folder.look("", None).await.0, "`@/open/in` does not exist");
    folder.put("in/a", "1");
    let same = folder.look("action: MOVE\nmoveDirectory: '@/open/in/'", None).await.0;
    assert_eq!(same, "`moveDirectory` has to be another folder than `from`");
    let pattern = folder.look("regExp: '['", None).await.0;
    assert_eq!(pattern, "`[` in `regExp` is no regular expression");
}

#[tokio::test]
async fn a_listener_tells_of_each_file_as_it_comes() {
    let folder = Folder::new();
    folder.put("in/before", "1");
    let properties = folder.filled("{from: '@/open/in', recursive: true}");
    let mut listener = folder.stage.listen::<RealtimeTrigger>(&properties).unwrap();
    let mut told = Vec::new();
    let mut next = async || {
        let heard = listener.next().await.unwrap();
        let name = heard.name.unwrap();
        assert!(name.starts_with(&text(&heard.variables, "localPath")), "{name}");
        told.push(format!("{} {}", text(&heard.variables, "changeType"), text(&heard.variables, "name")));
    };
    next().await;
    folder.put("in/new", "1");
    next().await;
    folder.put("in/new", "another");
    next().await;
    folder.put("in/sub/deep", "1");
    next().await;
    assert_eq!(told, ["CREATE before", "CREATE new", "UPDATE new", "CREATE deep"]);
    listener.end().await.unwrap();
}

/// The clock stands still here, so that a file would never become quiet.
#[tokio::test]
async fn a_listener_hears_from_the_machine_that_a_file_is_whole() {
    let folder = Folder::new();
    folder.put("in/before", "1");
    let changed = fs::metadata(folder.place("in/before")).unwrap().modified().unwrap();
    folder.stage.set_now(changed.try_into().unwrap());
    let properties = folder.filled("{from: '@/open/in'}");
    let mut listener = folder.stage.listen::<RealtimeTrigger>(&properties).unwrap();
    let soon = std::time::Duration::from_secs(10);
    let mut next = async || tokio::time::timeout(soon, listener.next()).await.unwrap().unwrap().variables;
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    folder.put("in/new", "1");
    assert_eq!(text(&next().await, "name"), "new");
    folder.put("elsewhere", "1");
    fs::rename(folder.place("elsewhere"), folder.place("in/moved")).unwrap();
    assert_eq!(text(&next().await, "name"), "moved");
}

#[tokio::test]
async fn a_listener_that_begins_anew_names_events_as_before() {
    let folder = Folder::new();
    folder.put("in/a", "1");
    let properties = folder.filled("{from: '@/open/in'}");
    let mut first = folder.stage.listen::<RealtimeTrigger>(&properties).unwrap();
    first.next().await.unwrap();
    first.end().await.unwrap();
    folder.put("in/b", "1");
    let mut second = folder.stage.listen::<RealtimeTrigger>(&properties).unwrap();
    assert_eq!(text(&second.next().await.unwrap().variables, "name"), "b");
}

#[tokio::test]
async fn a_listener_that_cannot_listen_says_why() {
    let folder = Folder::new();
    let properties = folder.filled("{from: '@/open/no'}");
    let mut listener = folder.stage.listen::<RealtimeTrigger>(&properties).unwrap();
    assert!(listener.next().await.is_none());
    assert_eq!(folder.told(listener.end().await.map(|()| Map::new())), "`@/open/no` does not exist");
}

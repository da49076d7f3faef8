//! How tasks over files behave, whatever the protocol. The tests of each protocol call [`behave`].

use std::fs;

use kapelle_model::Value;
use kapelle_plugin::Polled;

use super::Protocol;
use super::delete::Delete;
use super::download::Download;
use super::downloads::Downloads;
use super::list::List;
use super::relocate::Move;
use super::trigger::Trigger;
use super::upload::Upload;
use super::uploads::Uploads;
use crate::testing::{Folder, Server, maps, text};

/// Checks all tasks of a protocol against a server.
pub(crate) async fn behave<P: Protocol>(server: &Server, login: &str) {
    let folder = || Folder::new(server, login);
    written_and_read::<P>(&folder()).await;
    replaced_only_where_it_may::<P>(&folder()).await;
    listed::<P>(&folder()).await;
    deleted::<P>(&folder()).await;
    moved::<P>(&folder()).await;
    taken_over::<P>(&folder()).await;
    written_together::<P>(&folder()).await;
    checked::<P>(&folder()).await;
    large::<P>(&folder()).await;
    told_once::<P>(&folder()).await;
    taken_away_when_certain::<P>(&folder()).await;
    looked_at_in_vain::<P>(&folder()).await;
    stopped::<P>(&folder()).await;
}

async fn written_and_read<P: Protocol>(folder: &Folder) {
    let uri = folder.stage.put_file("in.txt", "grün".as_bytes());
    for (to, place) in [
        ("@/plain.txt", "plain.txt"),
        ("@/new/deep er/ü ñ#%?.txt", "new/deep er/ü ñ#%?.txt"),
        ("@/new/", "new/in.txt"),
        ("@", "in.txt"),
    ] {
        let outputs =
            folder.stage.run::<Upload<P>>(&folder.filled(&format!("from: {uri}\nto: \"{to}\""))).await;
        let outputs = outputs.unwrap_or_else(|broken| panic!("{to}: {broken:?}"));
        assert_eq!(text(&outputs, "from"), uri);
        assert_eq!(folder.read(place).as_deref(), Some("grün"), "{to}");
        // What one task says another understands.
        let back = format!("from: \"{}\"", text(&outputs, "to"));
        let outputs = folder.stage.run::<Download<P>>(&folder.filled(&back)).await.unwrap();
        assert_eq!(folder.stage.content(&text(&outputs, "to")), "grün", "{to}");
    }
    assert_eq!(folder.names(), "in.txt new plain.txt");
    let sizes: Vec<f64> = folder.stage.metrics().iter().map(|metric| metric.value).collect();
    assert_eq!(sizes, [5.0; 8]);
    let missing = folder.run::<Download<P>>("from: '@/no.txt'").await;
    assert!(missing.starts_with("`@/no.txt` does not exist on `127.0.0.1`"), "{missing}");
    let is_folder = folder.run::<Download<P>>("from: '@/new'").await;
    assert_eq!(is_folder, "`@/new` is no file");
    let no_address = folder.run::<Upload<P>>("from: hello\nto: '@/x'").await;
    assert_eq!(no_address, "Invalid internal storage scheme, got uri 'hello'");
}

async fn replaced_only_where_it_may<P: Protocol>(folder: &Folder) {
    folder.put("a.txt", "old", 10);
    let uri = folder.stage.put_file("new", b"new");
    let there = "`@/a.txt` is there already; to replace it say `overwrite: true`";
    assert_eq!(
        folder.run::<Upload<P>>(&format!("from: {uri}\nto: '@/a.txt'\noverwrite: false")).await,
        there
    );
    assert_eq!(folder.read("a.txt").as_deref(), Some("old"));
    folder.run::<Upload<P>>(&format!("from: {uri}\nto: '@/a.txt'")).await;
    assert_eq!((folder.read("a.txt").as_deref(), folder.names().as_str()), (Some("new"), "a.txt"));
}

async fn listed<P: Protocol>(folder: &Folder) {
    let date = 1_700_000_000;
    for (path, second) in [("in/b.csv", 120), ("in/a.csv", 60), ("in/c.txt", 0), ("in/sub/d e.csv", 180)] {
        folder.put(path, "12", date + second);
    }
    folder.put("in/.kapelle-x", "half", date);
    for (more, names) in [
        ("", "a.csv b.csv c.txt"),
        ("regExp: '.*[.]csv'\nrecursive: true", "a.csv b.csv d e.csv"),
        ("regExp: '.*/sub/.*'\nrecursive: true", "d e.csv"),
        ("sort: NAME_DESC\nmaxFiles: 2", "c.txt b.csv"),
    ] {
        let outputs =
            folder.stage.run::<List<P>>(&folder.filled(&format!("from: '@/in/'\n{more}"))).await.unwrap();
        let names_found: Vec<String> =
            maps(&outputs, "files").iter().map(|file| text(file, "name")).collect();
        assert_eq!(names_found.join(" "), names, "{more}");
    }
    assert!(folder.stage.lines().iter().any(|line| line.contains("3 files, of which 2 are taken")));
    let outputs = folder.run::<List<P>>("from: '@/in'\nregExp: 'a.*'").await;
    for part in [
        "/@/in/a.csv\"",
        r#""name":"a.csv","fileType":"FILE","symbolicLink":false,"size":2"#,
        r#""updatedDate":"2023-11-1"#,
    ] {
        assert!(outputs.replace("127.0.0.1", "").contains(&part.replace("/@", "@")), "{part}: {outputs}");
    }
    assert_eq!(folder.run::<List<P>>("from: '@/in/a.csv'").await, "`@/in/a.csv` is no folder");
    assert!(folder.run::<List<P>>("from: '@/no'").await.contains("does not exist"));
    assert_eq!(
        folder.run::<List<P>>("from: '@/in'\nregExp: '['").await,
        "`[` in `regExp` is no regular expression"
    );
}

async fn deleted<P: Protocol>(folder: &Folder) {
    for path in ["a/x.csv", "a/sub/y.csv", "a/z.txt", "one"] {
        folder.put(path, "", 10);
    }
    let outputs = folder.run::<Delete<P>>("uri: '@/a'\nregExp: '.*[.]csv'\nrecursive: true").await;
    assert!(
        outputs.contains("\"deleted\":true") && outputs.contains("sub/y.csv") && outputs.contains("x.csv"),
        "{outputs}"
    );
    assert_eq!((folder.read("a/x.csv"), folder.read("a/z.txt").as_deref()), (None, Some("")));
    let full = folder.run::<Delete<P>>("uri: '@/a'").await;
    assert_eq!(full, "the folder `@/a` is not empty; with `recursive: true` all that is in it is deleted");
    assert!(folder.run::<Delete<P>>("uri: '@/a/'\nrecursive: true").await.contains("\"deleted\":true"));
    assert!(folder.run::<Delete<P>>("uri: '@/one'").await.contains("\"deleted\":true"));
    assert_eq!(folder.names(), "");
    assert!(folder.run::<Delete<P>>("uri: '@/one'").await.contains("\"deleted\":false,\"uris\":[]"));
    assert!(folder.run::<Delete<P>>("uri: '@/one'\nerrorOnMissing: true").await.contains("does not exist"));
    assert!(folder.run::<Delete<P>>("uri: /\nrecursive: true").await.contains("stays where it is"));
}

async fn moved<P: Protocol>(folder: &Folder) {
    folder.put("a.txt", "a", 10);
    folder.put("sub/b.txt", "b", 10);
    folder.run::<Move<P>>("from: '@/a.txt'\nto: '@/new/deep/c.txt'").await;
    assert_eq!(folder.read("new/deep/c.txt").as_deref(), Some("a"));
    folder.run::<Move<P>>("from: '@/new/deep/c.txt'\nto: '@/sub'").await;
    assert_eq!(folder.read("sub/c.txt").as_deref(), Some("a"));
    let there = folder.run::<Move<P>>("from: '@/sub/c.txt'\nto: '@/sub/b.txt'").await;
    assert_eq!(there, "`@/sub/b.txt` is there already; to replace it say `overwrite: true`");
    folder.run::<Move<P>>("from: '@/sub/c.txt'\nto: '@/sub/b.txt'\noverwrite: true").await;
    assert_eq!(folder.read("sub/b.txt").as_deref(), Some("a"));
    folder.run::<Move<P>>("from: '@/sub'\nto: '@/renamed'").await;
    assert_eq!(folder.read("renamed/b.txt").as_deref(), Some("a"));
    assert!(folder.run::<Move<P>>("from: '@/a.txt'\nto: '@/x'").await.contains("`@/a.txt` does not exist"));
}

async fn taken_over<P: Protocol>(folder: &Folder) {
    for path in ["in/a.csv", "in/b.csv", "in/c.txt", "done/a.csv"] {
        folder.put(path, path, 10);
    }
    let none = "from: '@/in'\nregExp: '.*[.]csv'";
    let outputs = folder.stage.run::<Downloads<P>>(&folder.filled(none)).await.unwrap();
    let files = maps(&outputs, "files");
    let contents: Vec<String> = files.iter().map(|file| folder.stage.content(&text(file, "path"))).collect();
    assert_eq!(contents, ["in/a.csv", "in/b.csv"]);
    let Some(Value::Map(by_name)) = outputs.get("outputFiles") else { panic!("{outputs:?}") };
    assert_eq!(text(by_name, "b.csv"), text(&files[1], "path"));
    folder.run::<Downloads<P>>(&format!("{none}\naction: MOVE\nmoveDirectory: '@/done'")).await;
    assert_eq!(folder.read("done/a-1.csv").as_deref(), Some("in/a.csv"));
    assert_eq!(folder.read("done/a.csv").as_deref(), Some("done/a.csv"));
    folder.run::<Downloads<P>>("from: '@/in'\naction: DELETE").await;
    assert_eq!(fs::read_dir(folder.place("in")).unwrap().count(), 0);
    let needs = folder.run::<Downloads<P>>("from: '@/in'\naction: MOVE").await;
    assert!(needs.contains("needs `moveDirectory`"), "{needs}");
}

async fn written_together<P: Protocol>(folder: &Folder) {
    let (one, two) = (folder.stage.put_file("one.txt", b"1"), folder.stage.put_file("two.sql", b"2"));
    for (from, more, names) in [
        (format!("['{one}', '{two}']"), "", "one.txt two.sql"),
        (format!("'{two}'"), "", "two.sql"),
        (format!("{{a.txt: '{one}', 'deep/b.sql': '{two}'}}"), "", "a.txt deep"),
        (format!("['{one}', '{two}']"), "regExp: '.*sql'", "two.sql"),
        (format!("['{one}', '{two}']"), "maxFiles: 1", "one.txt"),
    ] {
        folder.run::<Uploads<P>>(&format!("from: {from}\nto: '@/all'\n{more}")).await;
        let mut found: Vec<_> = fs::read_dir(folder.place("all"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        found.sort();
        assert_eq!(found.join(" "), names, "{from} {more}");
        fs::remove_dir_all(folder.place("all")).unwrap();
    }
    let out = folder.run::<Uploads<P>>(&format!("from: {{'../../x': '{one}'}}\nto: '@/all'")).await;
    assert!(out.contains("leads above the root"), "{out}");
}

async fn checked<P: Protocol>(folder: &Folder) {
    folder.put("a", "hello", 10);
    let md5 = "5d41402abc4b2a76b9719d911017c592";
    let good =
        format!("from: '@/a'\nvalidateChecksum: true\nchecksumAlgorithm: MD5\nchecksumExpected: {md5}");
    assert!(folder.run::<Download<P>>(&good).await.contains(md5));
    let bad = folder.run::<Download<P>>(&good.replace("5d41", "0000")).await;
    assert!(bad.contains(&format!("has the checksum {md5} instead of 0000")), "{bad}");
    let told = folder.run::<Download<P>>("from: '@/a'").await;
    assert!(told.contains("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"), "{told}");
    for nothing in ["", "checksumExpected: '  '"] {
        let blind =
            folder.run::<Download<P>>(&format!("from: '@/a'\nvalidateChecksum: true\n{nothing}")).await;
        assert!(blind.contains("needs `checksumExpected`"), "{blind}");
    }
}

/// Larger than all that waits on the way, and no multiple of what is sent at once.
async fn large<P: Protocol>(folder: &Folder) {
    let content: Vec<u8> = (0..20_000_003_u32).map(|place| (place / 7 + place / 4099) as u8).collect();
    let uri = folder.stage.put_file("large", &content);
    folder.run::<Upload<P>>(&format!("from: {uri}\nto: '@/large'")).await;
    assert!(fs::read(folder.place("large")).unwrap() == content, "what was written is something else");
    let outputs = folder.stage.run::<Download<P>>(&folder.filled("from: '@/large'")).await.unwrap();
    let mut back = Vec::new();
    std::io::Read::read_to_end(&mut folder.stage.files().open(&text(&outputs, "to")).unwrap(), &mut back)
        .unwrap();
    assert!(back == content, "what was read is something else");
}

/// A look at `in`: what happened to which files, and what is kept for the next.
async fn look<P: Protocol>(folder: &Folder, more: &str, cursor: Option<Value>) -> (String, Option<Value>) {
    let properties = folder.filled(&format!("from: '@/in'\n{more}"));
    match folder.stage.poll::<Trigger<P>>(&properties, cursor.clone()).await {
        Ok(Polled { event, cursor }) => {
            let told = event.map_or("-".to_owned(), |event| {
                let told = maps(&event, "files");
                let told = told.iter().map(|file| {
                    let Some(Value::Map(inner)) = file.get("file") else { panic!("{file:?}") };
                    assert_eq!(text(inner, "path"), text(file, "path"));
                    let content = folder.stage.content(&text(file, "path"));
                    format!("{} {} {content}", text(file, "changeType"), text(file, "name"))
                });
                told.collect::<Vec<_>>().join(", ")
            });
            (told, cursor)
        }
        Err(broken) => (folder.told(Err(broken)), cursor),
    }
}

async fn told_once<P: Protocol>(folder: &Folder) {
    folder.put("in/a.csv", "1", 100_000);
    folder.put("in/b.txt", "2", 200_000);
    folder.put("in/c.txt", "3", 300_000);
    let more = "action: NONE\nmaxFiles: 2";
    let (told, cursor) = look::<P>(folder, more, None).await;
    assert_eq!(told, "CREATE a.csv 1, CREATE b.txt 2");
    let (told, cursor) = look::<P>(folder, more, cursor).await;
    assert_eq!(told, "CREATE c.txt 3");
    assert_eq!(look::<P>(folder, more, cursor.clone()).await.0, "-");
    folder.put("in/a.csv", "longer", 100_000);
    folder.put("in/d.csv", "4", 500_000);
    assert_eq!(look::<P>(folder, &format!("{more}\non: CREATE"), cursor.clone()).await.0, "CREATE d.csv 4");
    assert_eq!(look::<P>(folder, more, cursor.clone()).await.0, "UPDATE a.csv longer, CREATE d.csv 4");
    let sorted = look::<P>(folder, &format!("{more}\nsort: NAME_DESC\nstateKey: other"), cursor).await.0;
    assert_eq!(sorted, "CREATE d.csv 4, CREATE c.txt 3");
}

async fn taken_away_when_certain<P: Protocol>(folder: &Folder) {
    for (action, left) in [("DELETE", None), ("MOVE\nmoveDirectory: '@/in/done'\nrecursive: true", Some("1"))]
    {
        folder.put("in/a", "1", 100_000);
        folder.put("in/b", "1", 100_000);
        let more = format!("action: {action}");
        let (told, cursor) = look::<P>(folder, &more, None).await;
        assert_eq!(told, "CREATE a 1, CREATE b 1", "{action}");
        assert_eq!(folder.read("in/a").as_deref(), Some("1"), "{action}");
        // Another file in its place is none that there is an execution for.
        folder.put("in/b", "2", 200_000);
        let properties = folder.filled(&format!("from: '@/in'\n{more}"));
        folder.stage.settle::<Trigger<P>>(&properties, cursor.clone()).await.unwrap();
        assert_eq!((folder.read("in/a"), folder.read("in/done/a").as_deref()), (None, left), "{action}");
        assert_eq!(folder.read("in/b").as_deref(), Some("2"), "{action}");
        assert_eq!(look::<P>(folder, &more, cursor).await.0, "CREATE b 2", "{action}");
        fs::remove_dir_all(folder.place("in")).unwrap();
    }
}

async fn looked_at_in_vain<P: Protocol>(folder: &Folder) {
    assert!(look::<P>(folder, "action: NONE", None).await.0.starts_with("`@/in` does not exist"));
    folder.put("in/a", "1", 10);
    let same = look::<P>(folder, "action: MOVE\nmoveDirectory: '@/in/'", None).await.0;
    assert_eq!(same, "`moveDirectory` has to be another folder than `from`");
    let missing = look::<P>(folder, "on: CREATE", None).await.0;
    assert_eq!(missing, "the property `action` is missing");
    let now = "2026-05-06T07:08:09Z".parse::<jiff::Timestamp>().unwrap();
    folder.put("in/a", "half", now.as_second().unsigned_abs());
    assert_eq!(look::<P>(folder, "action: NONE", None).await.0, "-");
}

async fn stopped<P: Protocol>(folder: &Folder) {
    folder.put("a", "1", 10);
    folder.stage.stop();
    let broken = folder.stage.run::<Download<P>>(&folder.filled("from: '@/a'")).await.unwrap_err();
    assert!(broken.is_killed, "{broken:?}");
}

//! `kapelle store …`

use std::path::Path;

use kapelle_model::State;
use kapelle_store::contract::data::World;
use kapelle_store::{Store, Transaction, Write};
use kapelle_store_sqlite::{Options, SqliteStore};

use crate::Folder;

/// A folder `data` with executions that ended in 2024.
fn filled(name: &str) -> Folder {
    let folder = Folder::new(name, &[]);
    let store = open(&folder.path("data"));
    let mut world = World::new(1);
    for _ in 0..12 {
        let birth = world.birth_with(|birth| birth.parent = None);
        let id = birth.id;
        let writes = [Write::from(birth), world.change_to(id, State::Running).into(), world.end(id).into()];
        (&store as &dyn Store).commit(Transaction::of(writes)).unwrap();
    }
    folder
}

fn open(folder: &Path) -> SqliteStore {
    SqliteStore::open(folder, Options::new(Box::new(|why| panic!("{why}")))).unwrap()
}

#[test]
fn a_sound_folder_is_checked_saved_and_brought_back() {
    let folder = filled("store-sound");
    let checked = folder.run(&["store", "check"]);
    assert!(checked.starts_with("exit 0") && checked.contains("checked 12 executions"), "{checked}");
    assert!(checked.contains("nothing found"), "{checked}");
    let saved = folder.run(&["store", "backup", "saved"]);
    assert!(saved.starts_with("exit 0") && saved.contains("up to commit 12"), "{saved}");
    let again = folder.run(&["store", "backup", "saved"]);
    assert!(again.starts_with("exit 2") && again.contains("is not empty"), "{again}");
    let restored = folder.run(&["store", "restore", "saved", "--data", "other"]);
    assert!(restored.starts_with("exit 0") && restored.contains("up to commit 12"), "{restored}");
    let missing = folder.run(&["store", "check", "--quick", "--data", "other"]);
    assert!(
        missing.starts_with("exit 2") && missing.contains(".key` back into the folder `keys`"),
        "{missing}"
    );
    for key in std::fs::read_dir(folder.path("data/keys")).unwrap() {
        let key = key.unwrap();
        std::fs::create_dir_all(folder.path("other/keys")).unwrap();
        std::fs::copy(key.path(), folder.path("other/keys").join(key.file_name())).unwrap();
    }
    let checked = folder.run(&["store", "check", "--quick", "--data", "other"]);
    assert!(checked.starts_with("exit 0") && checked.contains("checked 12 executions"), "{checked}");
    let compacted = folder.run(&["store", "compact", "--data", "other"]);
    assert!(compacted.starts_with("exit 0") && compacted.contains(" before, "), "{compacted}");
}

#[test]
fn old_executions_go() {
    let folder = filled("store-purge");
    let rule = ["store", "purge", "--before", "30d", "--keep-last", "1"];
    let dry = folder.run(&[&rule[..], &["--dry-run"]].concat());
    let done = folder.run(&rule);
    let number = |text: &str| text.split_once("stdout\n").unwrap().1.split(' ').next().unwrap().to_owned();
    assert_eq!(number(&dry), number(&done), "{dry}{done}");
    assert!(done.contains("stay as the last ones of their flows"), "{done}");
    assert_eq!(
        folder.run(&["store", "purge", "--before", "2024-01-01"]),
        "exit 0\n--- stdout\n0 executions deleted\n"
    );
    let logs = folder.run(&["store", "purge", "--logs-before", "1d"]);
    assert_eq!(logs, "exit 0\n--- stdout\nlogs of 0 months deleted\n");
    for wrong in [&["store", "purge"][..], &["store", "purge", "--before", "soon"]] {
        assert!(folder.run(wrong).starts_with("exit 2"), "{wrong:?}");
    }
    let wrong = folder.run(&["store", "purge", "--before", "1d", "--state", "running"]);
    assert!(wrong.contains("executions end as one of SUCCESS, WARNING"), "{wrong}");
}

#[test]
fn numbers_are_told_to_people_and_programs() {
    let folder = filled("store-stats");
    let text = folder.run(&["store", "stats"]);
    assert!(text.contains("  SUCCESS          12\n") && text.contains("commit 12, epoch 2\n"), "{text}");
    let json = folder.output("kapelle", &["store", "stats", "--format", "json"], "").stdout;
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["executions"]["SUCCESS"], 12);
}

#[test]
fn what_cannot_be_done_is_told_with_what_to_do() {
    let folder = filled("store-told");
    let missing = folder.run(&["store", "check", "--data", "elsewhere"]);
    assert_eq!(
        missing,
        "exit 2\n--- stderr\nerror: there is no data in the folder `elsewhere`; `--data DIR` says where it is\n"
    );
    assert!(!folder.path("elsewhere").exists());
    let _server = open(&folder.path("data"));
    for command in ["check", "stats", "compact"] {
        let used = folder.run(&["store", command]);
        let process = format!("is in use by process {}: stop that one first", std::process::id());
        assert!(used.starts_with("exit 1") && used.contains(&process), "{used}");
    }
}

#[test]
fn a_folder_that_cannot_be_opened_is_told_with_what_to_do() {
    let folder = filled("store-broken");
    folder.write("data/kapelle.db", &vec![7; 20_000]);
    let broken = folder.run(&["store", "check"]);
    assert!(broken.starts_with("exit 1") && broken.contains("the database cannot be read"), "{broken}");
    assert!(broken.contains("kapelle store restore"), "{broken}");
}

#[test]
fn findings_are_told_and_repaired() {
    let folder = filled("store-findings");
    folder.write("data/files/values/000000/0000000000000000000017/value", &[1; 2_000]);
    let found = folder.run(&["store", "check"]);
    assert!(found.starts_with("exit 1") && found.contains("1.9 KiB in 1 files"), "{found}");
    assert!(found.contains("1 findings"), "{found}");
    let removed = folder.run(&["store", "check", "--remove-orphans"]);
    assert!(removed.starts_with("exit 1") && removed.contains("1 findings, 1 put right"), "{removed}");
    assert!(folder.run(&["store", "check"]).contains("nothing found"));
}

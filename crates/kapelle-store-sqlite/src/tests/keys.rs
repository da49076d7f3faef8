//! Keys: made once, kept private, missed at once.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kapelle_model::{Map, Millis, Value};
use kapelle_store::codec::Key;
use kapelle_store::contract::data::World;
use kapelle_store::document::Kind;
use kapelle_store::error::Result;
use kapelle_store::limits::INLINE_MAX;
use kapelle_store::store::Values;
use kapelle_store::transaction::Over;
use kapelle_store::{Document, DocumentKey, Store, StoreError, Transaction, Write};

use super::{open, scratch};
use crate::{Options, SqliteStore};

const CANARY: &str = "canary-0815-4711";

fn key_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        fs::read_dir(folder.join("keys")).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

fn open_with(folder: &Path, key: Option<&Key>) -> Result<SqliteStore> {
    let fatal = Box::new(|why: &str| panic!("{why}"));
    SqliteStore::open(folder, Options { key: key.cloned(), ..Options::new(fatal) })
}

fn document() -> Document {
    let key = DocumentKey {
        kind: Kind::Value,
        tenant: "main".into(),
        namespace: "shop".into(),
        name: "pass".into(),
    };
    Document::new(key, Millis(1), None, CANARY.into()).sealed_if(true)
}

/// Whether any file below a folder holds a text.
fn holds(folder: &Path, text: &str) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds(&path, text);
        }
        fs::read(&path).unwrap().windows(text.len()).any(|part| part == text.as_bytes())
    })
}

#[test]
fn a_folder_has_one_key_that_nobody_else_reads() {
    let folder = scratch("key");
    drop(open(&folder));
    let files = key_files(&folder);
    let [file] = &files[..] else { panic!("{files:?}") };
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(folder.join("keys")).unwrap().permissions().mode() & 0o777, 0o700);
    drop(open(&folder));
    assert_eq!(key_files(&folder), files, "and never another one");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn nothing_secret_is_in_any_file_and_everything_comes_back() {
    let folder = scratch("sealed");
    let store = open(&folder);
    let mut world = World::new(5);
    let large = Value::from(&*CANARY.repeat(INLINE_MAX / CANARY.len() + 1)).into_secret();
    let small = Value::from(CANARY).into_secret();
    let birth = world.birth_with(|birth| {
        birth.inputs = Arc::new(Map::from_iter([("small".into(), small), ("large".into(), large)]));
    });
    let id = birth.id;
    let put = Write::Put { document: Box::new(document()), over: Over::Any };
    (&store as &dyn Store).commit(Transaction::of([birth.into(), put])).unwrap();
    assert!(!holds(&folder, CANARY), "also not while it waits in the journal");
    drop(store);
    assert!(!holds(&folder, CANARY));
    let store = open(&folder);
    let execution = store.execution(id, Values::Fetched).unwrap().unwrap();
    assert_eq!(execution.birth, world.executions[&id].birth);
    assert_eq!(store.document(&document().key).unwrap().unwrap().data, CANARY.as_bytes());
    drop(store);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_missing_key_is_noticed_when_the_folder_is_opened() {
    let folder = scratch("missing-key");
    drop(open(&folder));
    let file = key_files(&folder).remove(0);
    let id = file.file_stem().unwrap().to_string_lossy().into_owned();
    let text = fs::read_to_string(&file).unwrap();
    fs::remove_file(&file).unwrap();
    let error = open_with(&folder, None).err().unwrap();
    assert!(matches!(error, StoreError::Invalid(_)));
    let error = error.to_string();
    for words in [&*format!("with the key {id}, which is not here"), "`keys`", "kestra.encryption.secret-key"]
    {
        assert!(error.contains(words), "{error}");
    }
    assert!(open_with(&folder, Some(&Key::fresh().unwrap())).is_err());
    assert!(key_files(&folder).is_empty(), "and no other one is made in its place");
    // The installation may bring it, or a person may say that it is gone.
    drop(open_with(&folder, Some(&Key::read(&text).unwrap())).unwrap());
    fs::write(file.with_extension("lost"), "").unwrap();
    drop(open_with(&folder, None).unwrap());
    assert_eq!(key_files(&folder).len(), 2);
    fs::write(&file, &text).unwrap();
    drop(open_with(&folder, None).unwrap());
    fs::write(&file, Key::fresh().unwrap().to_base64()).unwrap();
    let error = open_with(&folder, None).err().unwrap().to_string();
    assert!(error.contains("is not the key that its name says"), "{error}");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_an_older_key_sealed_is_read_under_a_newer_one() {
    let folder = scratch("newer-key");
    let put = Write::Put { document: Box::new(document()), over: Over::Any };
    let store = open(&folder);
    (&store as &dyn Store).commit(Transaction::of([put])).unwrap();
    drop(store);
    let newer = Key::fresh().unwrap();
    let store = open_with(&folder, Some(&newer)).unwrap();
    assert_eq!(store.document(&document().key).unwrap().unwrap().data, CANARY.as_bytes());
    drop(store);
    assert!(open_with(&folder, None).is_err(), "it was opened with the newer one once");
    fs::remove_dir_all(folder).unwrap();
}

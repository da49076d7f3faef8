//! A backup is all of one moment, and comes back as a whole or not at all.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use kapelle_store::contract::Snapshot;
use kapelle_store::contract::data::World;
use kapelle_store::logs::{LogFilter, LogPage};
use kapelle_store::store::Values;
use kapelle_store::{Store, Write};

use super::{Filled, Scratch, all, commit};
use crate::SqliteStore;
use crate::care::check::CheckOptions;
use crate::care::files;
use crate::care::restore::restore;

/// Opens what was restored, with the keys that no backup has.
fn open_restored(target: &Scratch, original: &Path) -> SqliteStore {
    let keys = target.0.join("keys");
    fs::create_dir_all(&keys).unwrap();
    for key in fs::read_dir(original.join("keys")).unwrap().map(Result::unwrap) {
        fs::copy(key.path(), keys.join(key.file_name())).unwrap();
    }
    crate::tests::open(&target.0)
}

#[test]
fn what_was_saved_comes_back() {
    let mut store = Filled::new("saved");
    let (backup, target) = (Scratch::new("backup"), Scratch::new("restored"));
    let saved = store.backup(&backup.0, &mut all).unwrap();
    let (before, epoch) = (Snapshot::of(&*store), store.epoch());
    // What comes later is not in it.
    let birth = store.world.birth();
    commit(&store, [birth.into()]);
    store.close();
    let restored = restore(&backup.0, &target.0, &mut all).unwrap();
    assert_eq!((restored.commit, restored.bytes), (saved.commit, saved.bytes));
    assert!(restored.epoch > epoch);
    let other = open_restored(&target, &store.folder);
    assert_eq!(Snapshot::of(&other), before);
    assert_eq!(other.last_commit(), saved.commit);
    assert!(other.epoch() > restored.epoch);
    let (everyone, filter) = (kapelle_model::permit::Permit::system("test"), LogFilter::default());
    let page = LogPage { offset: 0, size: 100, is_newest_first: false, is_counted: false };
    assert_eq!(other.logs(&everyone, &filter, &page).unwrap().rows.len(), 50);
    assert!(other.check(&CheckOptions::default(), &mut all).unwrap().is_clean());
}

#[test]
fn a_backup_has_nothing_that_its_manifest_does_not_name() {
    let store = Filled::new("listed");
    let backup = Scratch::new("manifest");
    let saved = store.backup(&backup.0, &mut all).unwrap();
    let files = files::below(&backup.0).unwrap();
    assert_eq!(files.len() as u64, saved.files + 1, "{files:?}");
    assert!(files.contains(&"manifest.json".into()) && files.contains(&"kapelle.db".into()), "{files:?}");
}

#[test]
fn nothing_is_written_over() {
    let store = Filled::new("over");
    let backup = Scratch::new("once");
    store.backup(&backup.0, &mut all).unwrap();
    let again = store.backup(&backup.0, &mut all).unwrap_err().to_string();
    assert!(again.contains("is not empty"), "{again}");
    let over = restore(&backup.0, &store.folder, &mut all).unwrap_err().to_string();
    assert!(over.contains("is not empty"), "{over}");
}

#[test]
fn what_is_damaged_or_incomplete_is_refused_and_leaves_nothing() {
    let store = Filled::new("refused");
    let target = Scratch::new("nothing");
    let damages: [(&str, Damage); 5] = [
        ("it is not what was backed up", |root| {
            let path = root.join("kapelle.db");
            let mut bytes = fs::read(&path).unwrap();
            bytes[9_000] ^= 1;
            fs::write(&path, bytes).unwrap();
        }),
        ("No such file", |root| fs::remove_dir_all(root.join("files")).unwrap()),
        ("is no complete backup", |root| fs::remove_file(root.join("manifest.json")).unwrap()),
        ("would lie outside", |root| edit(root, "\"kapelle.db\"", "\"../kapelle.db\"")),
        ("later version", |root| edit(root, "\"format\": 1", "\"format\": 2")),
    ];
    for (words, damage) in damages {
        let backup = Scratch::new("damaged");
        store.backup(&backup.0, &mut all).unwrap();
        damage(&backup.0);
        let error = restore(&backup.0, &target.0, &mut all).unwrap_err().to_string();
        assert!(error.contains(words), "{words}: {error}");
        assert!(!target.0.exists());
    }
}

/// What happens to a backup.
type Damage = fn(&Path);

fn edit(backup: &Path, from: &str, to: &str) {
    let path = backup.join("manifest.json");
    let text = fs::read_to_string(&path).unwrap().replace(from, to);
    fs::write(path, text).unwrap();
}

#[test]
fn one_that_was_stopped_can_be_begun_again() {
    let store = Filled::new("begun");
    let (backup, target) = (Scratch::new("whole"), Scratch::new("again"));
    store.backup(&backup.0, &mut all).unwrap();
    let mut steps = 0;
    let stops = &mut |step: crate::care::Step<'_>| {
        steps += usize::from(step.what == "restoring");
        steps < 3
    };
    restore(&backup.0, &target.0, stops).unwrap_err();
    assert!(!target.0.exists());
    restore(&backup.0, &target.0, &mut all).unwrap();
    assert!(
        open_restored(&target, &store.folder).check(&CheckOptions::default(), &mut all).unwrap().is_clean()
    );
}

#[test]
fn a_purge_meanwhile_does_not_tear_it() {
    let store = Filled::new("torn");
    let (backup, target) = (Scratch::new("held"), Scratch::new("whole"));
    let large = store.large;
    let is_purged = AtomicBool::new(false);
    store
        .backup(&backup.0, &mut |step| {
            if step.what == "files" && !is_purged.swap(true, Ordering::Relaxed) {
                commit(&store, [Write::Purge(vec![large])]);
                assert_eq!(store.values().len(), 1, "it is held");
            }
            true
        })
        .unwrap();
    assert!(is_purged.into_inner());
    // Files may go a moment after everybody was told.
    let is_gone = (0..500).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        store.values().is_empty()
    });
    assert!(is_gone, "it goes afterwards");
    restore(&backup.0, &target.0, &mut all).unwrap();
    let restored = open_restored(&target, &store.folder);
    assert!(restored.execution(large, Values::Fetched).unwrap().is_some());
    assert!(restored.check(&CheckOptions::default(), &mut all).unwrap().is_clean());
}

#[test]
fn it_is_of_one_commit_while_others_write() {
    let store = Filled::new("busy");
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut world = World::new(77);
            while !is_over.load(Ordering::Relaxed) {
                let delta = world.step();
                commit(&store, [delta.into()]);
            }
        });
        for round in 0..3 {
            let (backup, target) = (Scratch::new("moment"), Scratch::new("found"));
            let saved = store.backup(&backup.0, &mut all).unwrap();
            restore(&backup.0, &target.0, &mut all).unwrap();
            let restored = open_restored(&target, &store.folder);
            assert_eq!(restored.last_commit(), saved.commit);
            let report = restored.check(&CheckOptions::default(), &mut all).unwrap();
            assert!(report.is_clean(), "round {round}: {:?}", report.findings);
        }
        // And a check of the store at work finds nothing either.
        let report = store.check(&CheckOptions::default(), &mut all).unwrap();
        is_over.store(true, Ordering::Relaxed);
        assert!(report.is_clean(), "{:?}", report.findings);
    });
}

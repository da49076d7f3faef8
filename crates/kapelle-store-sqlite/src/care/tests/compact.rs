//! Smaller, and otherwise the same.

use kapelle_store::contract::Snapshot;
use kapelle_store::{Store, Write};

use super::{Filled, all, commit, ended, line, noise};
use crate::care::check::CheckOptions;
use crate::care::compact::compact;
use crate::tests::scratch;

#[test]
fn a_folder_gets_smaller_and_has_the_same_in_it() {
    let mut store = Filled::new("smaller");
    let mut ids = Vec::new();
    for _ in 0..60 {
        let text = noise(&mut store.world, 30_000);
        let mut world = std::mem::replace(&mut store.world, kapelle_store::contract::data::World::new(1));
        ids.push(ended(&store, &mut world, |birth| {
            let map = [("text".into(), kapelle_model::Value::from(&*text))];
            birth.inputs = std::sync::Arc::new(kapelle_model::Map::from_iter(map));
        }));
        store.world = world;
    }
    store.append_logs(ids.iter().flat_map(|id| (0..100).map(|number| line(*id, number))).collect()).unwrap();
    commit(&store, [Write::Purge(ids.clone())]);
    store.logs.forget(&ids).unwrap();
    let (before, last) = (Snapshot::of(&*store), store.last_commit());
    let folder = store.folder.clone();
    let in_use = compact(&folder, &mut all).unwrap_err().to_string();
    assert!(in_use.contains("in use by process"), "{in_use}");
    store.close();
    let compacted = compact(&folder, &mut all).unwrap();
    assert!(compacted.after < compacted.before / 2, "{compacted:?}");
    store.reopen();
    assert_eq!((Snapshot::of(&*store), store.last_commit()), (before, last));
    assert!(store.check(&CheckOptions::default(), &mut all).unwrap().is_clean());
}

#[test]
fn a_folder_without_a_store_stays_as_it_is() {
    let folder = scratch("none");
    let error = compact(&folder, &mut all).unwrap_err().to_string();
    assert!(error.contains("there is no store") && !folder.exists(), "{error}");
}

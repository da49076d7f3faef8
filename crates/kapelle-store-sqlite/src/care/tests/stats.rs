//! The numbers are those of the rows.

use super::Filled;

#[test]
fn they_say_what_there_is() {
    let store = Filled::new("stats");
    let stats = store.stats().unwrap();
    assert_eq!(stats.executions.values().sum::<u64>(), store.world.executions.len() as u64);
    assert_eq!(stats.rows["audit"], Some(5));
    assert_eq!((stats.values.files, stats.logs.len()), (1, 1));
    assert!(stats.database.bytes > 0 && stats.database.pages > 0 && stats.values.bytes > 64 << 10);
    let ids = store.world.ids();
    let ends = (stats.oldest.unwrap().id, stats.newest.unwrap().id);
    assert_eq!(ends, (ids[0].to_string(), ids[ids.len() - 1].to_string()));
}

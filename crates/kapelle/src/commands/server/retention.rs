//! Executions that ended long ago go by themselves, with their logs and files.

use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use anyhow::anyhow;
use kapelle_runtime::machine_now;
use kapelle_runtime::storage::{Storage, StoredPath, execution_folder};
use kapelle_store::filter::{Condition, Range};
use kapelle_store::{Header, Page, Store};
use kapelle_store_sqlite::SqliteStore;
use kapelle_store_sqlite::care::retention::Retention;

use crate::local::TENANT;
use crate::terminal::note;

/// How long after the start it is looked for the first time, and how often then.
const FIRST: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_mins(10);

/// Executions that go at once; others go the next time.
const GOING_MAX: u32 = 2_000;

/// Looks now and then, in a thread of its own, as long as the store is open.
pub(super) fn begin(store: &Arc<SqliteStore>, storage: Arc<dyn Storage>, age: Duration) {
    let store = Arc::downgrade(store);
    thread::spawn(move || {
        let mut pause = FIRST;
        loop {
            thread::sleep(pause);
            pause = PAUSE;
            let Some(store) = Weak::upgrade(&store) else { return };
            if let Err(why) = tidy(&store, &*storage, age) {
                note(&format!("warning: old executions stay for now: {why}"));
            }
        }
    });
}

/// Removes executions that ended before, with their logs and files. What is not over always stays, and so does what
/// something open needs.
fn tidy(store: &SqliteStore, storage: &dyn Storage, age: Duration) -> anyhow::Result<()> {
    let rule = Retention { tenant: Some(TENANT.into()), age: Some(age), ..Retention::default() };
    let purge = rule.purge(machine_now()).map_err(|error| anyhow!("{error}"))?;
    let mut filter = rule.filter();
    let over = Range { from: None, until: purge.ended_before };
    filter.all.extend([Condition::Ended(over), Condition::Started(over)]);
    let old = store.executions(&rule.permit(), &filter, &Page::oldest(GOING_MAX, None));
    let old = old.map_err(|error| anyhow!("{error}"))?.rows;
    let Some(last) = old.last() else { return Ok(()) };
    let until = Some(last.head.history.started().plus(1));
    filter.all.push(Condition::Started(Range { from: None, until }));
    let purged = store.purge_matching(&rule.permit(), &filter, &purge, &mut |_| true);
    purged.map_err(|error| anyhow!("{error}"))?;
    for header in old {
        if store.header(header.birth.id).map_err(|error| anyhow!("{error}"))?.is_none() {
            remove_files(storage, &header)?;
        }
    }
    Ok(())
}

fn remove_files(storage: &dyn Storage, header: &Header) -> anyhow::Result<()> {
    let birth = &header.birth;
    let files = execution_folder(&birth.namespace, &birth.flow, &birth.id.to_string());
    let files =
        StoredPath::new(TENANT, &files).map_err(|reason| anyhow!("execution {}: {reason}", birth.id))?;
    let removed = storage.delete_below(&files);
    removed.map(drop).map_err(|error| anyhow!("files of execution {}: {error}", birth.id))
}

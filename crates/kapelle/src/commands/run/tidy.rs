//! Throwing away what is left of runs that ended long ago.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, anyhow};
use kapelle_model::ExecutionId;
use kapelle_runtime::machine_now;
use kapelle_runtime::storage::{LocalStorage, Storage, StoredPath, execution_folder};
use kapelle_store::filter::{Condition, Range};
use kapelle_store::{Header, Page, Store};
use kapelle_store_sqlite::SqliteStore;
use kapelle_store_sqlite::care::retention::Retention;

use super::stopped;
use crate::local::TENANT;
use crate::outcome::Stop;

/// Days that a run is kept after its end.
const DAYS: u64 = 30;

/// The last runs of each flow are kept longer.
const KEPT_LAST: u32 = 10;

/// Runs that go at once; others go the next time.
const GOING_MAX: u32 = 500;

/// Removes old runs with their logs and files from a folder of runs. What is not over always stays.
pub(super) fn tidy(store: &SqliteStore, folder: &Path) -> Result<(), Stop> {
    let rule = Retention {
        tenant: Some(TENANT.into()),
        age: Some(Duration::from_secs(DAYS * 24 * 3600)),
        keep_last: Some(KEPT_LAST),
        ..Retention::default()
    };
    let purge = rule.purge(machine_now()).map_err(stopped)?;
    let mut filter = rule.filter();
    let over = Range { from: None, until: purge.ended_before };
    filter.all.extend([Condition::Ended(over), Condition::Started(over)]);
    let old =
        store.executions(&rule.permit(), &filter, &Page::oldest(GOING_MAX, None)).map_err(stopped)?.rows;
    let Some(last) = old.last() else { return Ok(()) };
    let until = Some(last.head.history.started().plus(1));
    filter.all.push(Condition::Started(Range { from: None, until }));
    store.purge_matching(&rule.permit(), &filter, &purge, &mut |_| true).map_err(stopped)?;
    for header in old {
        if store.header(header.birth.id).map_err(stopped)?.is_none() {
            remove_files(folder, &header)?;
        }
    }
    Ok(())
}

fn remove_files(folder: &Path, header: &Header) -> anyhow::Result<()> {
    let birth = &header.birth;
    let id: ExecutionId = birth.id;
    let storage = LocalStorage::open(folder.join("files")).context("old files cannot be removed")?;
    let files = execution_folder(&birth.namespace, &birth.flow, &id.to_string());
    let files = StoredPath::new(TENANT, &files).map_err(|reason| anyhow!("execution {id}: {reason}"))?;
    storage.delete_below(&files).context("old files cannot be removed")?;
    Ok(())
}

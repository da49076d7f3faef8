//! `G1`: what somebody was told is written down, is on the disk.

use kapelle_model::ExecutionId;
use kapelle_model::execution::Execution;
use kapelle_model::task_run::{Fence, Hold, RunIndex};

use super::{Holds, Violation};
use crate::world::disk::Disk;

/// A worker that was thanked for its report may forget it, so that the disk must not wait for it any more.
pub fn report_is_kept(disk: &Disk, of: ExecutionId, run: RunIndex, fence: Fence) -> Holds {
    let is_awaited = |execution: &Execution| {
        let is_out = execution.run(run).is_some_and(|run| run.fence == fence && run.hold != Hold::Free);
        is_out || execution.head.strays.contains(&(run, fence))
    };
    match disk.rows.get(&of).filter(|row| is_awaited(&row.execution)) {
        Some(row) => {
            let words = format!(
                "{}: run {} was told of under fence {}, and nothing is kept",
                row.lineage, run.0, fence.0
            );
            Err(Violation::new("G1", words))
        }
        None => Ok(()),
    }
}

/// An order leaves the disk with what it causes, and not before.
pub fn order_is_kept(disk: &Disk, number: u64, to: ExecutionId, version: Option<u64>) -> Holds {
    let is_carried_out = disk.version(to) != version;
    if is_carried_out || disk.parcels.iter().any(|parcel| parcel.number == number) {
        return Ok(());
    }
    Err(Violation::new("G1", format!("an order to {to} was taken away, and nothing is kept of it")))
}

//! What an owner does for executions of an earlier process.

use kapelle_engine::limits::{Claim, Limits};
use kapelle_model::ExecutionId;
use kapelle_model::task_run::Hold;

use super::Shard;
use crate::places;
use crate::shared::News;

impl Shard {
    /// Of task runs that have ended while a worker had them, only the worker knows; if there is none, nobody does.
    pub(super) fn take_back(&mut self, id: ExecutionId) {
        let Some(entry) = self.entries.get(&id) else { return };
        let left = entry
            .live
            .execution()
            .runs
            .iter()
            .filter(|run| run.hold == Hold::Out && run.state().is_terminal());
        let left: Vec<_> = left.map(|run| (run.index, run.fence)).collect();
        for (run, fence) in left {
            if !self.shared.workers.has(id, run, fence) {
                self.lost(id, run, fence);
            }
        }
    }

    /// Puts an execution back where it was among those that hold or wait for places.
    pub(super) fn restore_slot(&mut self, id: ExecutionId, holds: bool) {
        match super::entry::Entry::read(&self.shared, id) {
            Ok(Some(entry)) => {
                // What is left to be done for it comes later.
                let restored = |limits: &mut Limits, claim: &Claim| limits.restore(claim, holds);
                places::with_claim(&self.shared, &entry.definition, &entry.live, restored);
            }
            Ok(None) => {}
            Err(error) => self.shared.news(&News::Alarm(&format!("execution {id}: {error}"))),
        }
    }
}

//! The end of a process, and what the next one does first.

use kapelle_engine::outstanding::outstanding;
use kapelle_model::ExecutionId;
use kapelle_model::event::Event;
use kapelle_model::execution::Slot;
use kapelle_model::task_run::Hold;

use super::World;
use super::memory::{Job, Memory};
use crate::invariants::Violation;

impl World {
    /// Everything in memory is gone. The next process reads the disk and does what is still to be done.
    pub(super) fn die(&mut self) -> Result<(), Violation> {
        self.memory = Memory::default();
        // What the limits of this process granted dies with it, if it was not written down.
        self.echoes.retain(|echo| !matches!(echo, Job::Event { event: Event::Admission { .. }, .. }));
        let ids: Vec<ExecutionId> = self.disk.rows.keys().copied().collect();
        self.restore_limits(&ids)?;
        for id in ids {
            self.take_up(id)?;
        }
        for parcel in &self.disk.parcels {
            self.memory.jobs.push_back(Job::Parcel { to: parcel.to });
        }
        Ok(())
    }

    /// First those who hold places, then those who wait, in the order in which they began to.
    fn restore_limits(&mut self, ids: &[ExecutionId]) -> Result<(), Violation> {
        let holds = |slot: Slot| matches!(slot, Slot::Held | Slot::Forced);
        let (holding, mut waiting): (Vec<_>, Vec<_>) = ids
            .iter()
            .copied()
            .filter(|id| self.slot(*id) != Slot::None)
            .partition(|id| holds(self.slot(*id)));
        waiting.sort_by_key(|id| self.disk.rows[id].execution.head.history.since());
        for (id, holds) in
            holding.into_iter().map(|id| (id, true)).chain(waiting.into_iter().map(|id| (id, false)))
        {
            if let Some(claim) = self.claim(id)? {
                self.memory.limits.restore(&claim, holds);
            }
        }
        Ok(())
    }

    /// What is left to be done for an execution.
    fn take_up(&mut self, id: ExecutionId) -> Result<(), Violation> {
        if self.disk.rows[&id].is_at_rest {
            return Ok(());
        }
        self.load(id)?;
        let plan = self.flows.of(&self.disk.rows[&id].execution);
        let effects = outstanding(plan, &self.memory.lives[&id]);
        self.memory.jobs.extend(effects.into_iter().map(|effect| Job::Effect { of: id, effect }));
        // Of what has ended while a worker had it, only the worker knows; if there is none, nobody does.
        let execution = &self.disk.rows[&id].execution;
        let left = execution.runs.iter().filter(|run| run.hold == Hold::Out && run.state().is_terminal());
        let left: Vec<_> = left.map(|run| (run.index, run.fence)).collect();
        for (run, fence) in left {
            if !self.floor.has(id, run, fence) {
                self.nobody_has(id, run, fence);
            }
        }
        Ok(())
    }
}

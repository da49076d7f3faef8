//! What executions ask for, done. Everything may come twice, so that nothing is done that is not asked for any more.

use std::sync::Arc;

use kapelle_engine::limits::{Claim, Limits};
use kapelle_engine::outstanding::outstanding;
use kapelle_model::effect::{Dispatch, Effect, Work};
use kapelle_model::event::{Admission, ChildNews, Due, Event};
use kapelle_model::execution::{Parent, Slot};
use kapelle_model::task_run::{Fence, Hold, RunIndex};
use kapelle_model::{ExecutionId, Millis, State};

use super::Shard;
use crate::message::{Happening, Message};
use crate::places;
use crate::workers::Job;

/// Why something is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Since {
    Commit,
    /// It was read off an execution that was read from the disk; perhaps it was done before.
    Recovery,
}

impl Shard {
    pub(super) fn perform(&mut self, of: ExecutionId, effect: Effect, since: Since) {
        match effect {
            Effect::Dispatch(dispatch) => self.dispatch(of, &dispatch, since),
            Effect::Stop { run, fence } => {
                if !self.shared.workers.stop(of, run, fence) {
                    self.lost(of, run, fence);
                }
            }
            Effect::Wake { at, due } => self.wake(of, at, due),
            Effect::Create(request) => self.ask_for(*request, since == Since::Commit),
            Effect::Watch { run, iteration, id } => {
                self.watch(Parent { execution: of, run, iteration }, id);
            }
            Effect::AskSlot => self.ask_limits(of),
            Effect::ForceSlot => {
                self.with_claim(of, Limits::force);
            }
            Effect::ReleaseSlot => {
                let admitted = self.shared.limits().release(of);
                for to in admitted {
                    self.shared.tell(Message::Admit { to, answer: Admission::Granted });
                }
            }
            Effect::TellParent { parent, state, generation, outputs, successor } => {
                self.tell_parent(parent, of, ChildNews::Ended { state, generation, outputs, successor });
            }
            // These are part of the transaction, or were told with it.
            Effect::RestartChild { .. } | Effect::KillChildren | Effect::Changed { .. } | Effect::Log(_) => {}
        }
    }

    fn dispatch(&mut self, of: ExecutionId, dispatch: &Dispatch, since: Since) {
        let Some(entry) = self.entries.get(&of) else { return };
        let execution = entry.live.execution();
        let Some(run) = execution.run(dispatch.run).filter(|run| run.fence == dispatch.fence) else { return };
        if run.hold != Hold::Out || self.shared.workers.has(of, dispatch.run, dispatch.fence) {
            return;
        }
        // It began, and whoever had it is gone.
        if since == Since::Recovery && dispatch.work == Work::Run && run.state() == State::Running {
            return self.lost(of, dispatch.run, dispatch.fence);
        }
        let birth = Arc::clone(&execution.birth);
        let job = self.shared.with_world(&birth, |world| {
            Job::new(&entry.definition, &entry.live, dispatch, world, self.shared.activity.begin())
        });
        if let Some(job) = job {
            self.shared.workers.hand_out(&self.shared, job);
        }
    }

    /// Nobody has it, and nothing will come of it.
    pub(super) fn lost(&mut self, of: ExecutionId, run: RunIndex, fence: Fence) {
        self.shared.tell(Message::Happen(Happening::of(of, Event::Lost { run, fence })));
    }

    /// Sets an alarm; an older one for the same purpose is forgotten.
    fn wake(&mut self, of: ExecutionId, at: Millis, due: Due) {
        let shared = Arc::downgrade(&self.shared);
        let ring = move || {
            if let Some(shared) = shared.upgrade() {
                shared.tell(Message::Happen(Happening::of(of, Event::Due(due))));
            }
        };
        let Some(entry) = self.entries.get_mut(&of) else { return };
        let key = self.shared.clock.set(at, Box::new(ring));
        match entry.alarms.iter_mut().find(|(known, _)| *known == due) {
            Some((_, old)) => self.shared.clock.cancel(std::mem::replace(old, key)),
            None => entry.alarms.push((due, key)),
        }
    }

    /// Asks once more for a moment that was refused, if it is still waited for.
    pub(super) fn wind_up(&mut self, of: ExecutionId, wanted: Due) {
        for (at, due) in self.moments(of) {
            if due == wanted && at > self.shared.clock.now() {
                self.wake(of, at, due);
            }
        }
    }

    /// Forgets alarms that nobody waits for any more, where the hands of the clock would be moved to them.
    pub(super) fn forget_alarms(&mut self, of: ExecutionId) {
        if !self.shared.clock.is_by_hand() {
            return;
        }
        let wanted = self.moments(of);
        let Some(entry) = self.entries.get_mut(&of) else { return };
        entry.alarms.retain(|(due, key)| {
            let is_wanted = wanted.iter().any(|(_, other)| other == due);
            if !is_wanted {
                self.shared.clock.cancel(*key);
            }
            is_wanted
        });
    }

    /// The moments that an execution waits for.
    fn moments(&self, of: ExecutionId) -> Vec<(Millis, Due)> {
        let Some(entry) = self.entries.get(&of) else { return Vec::new() };
        let owed = outstanding(&entry.definition.plan, &entry.live).into_iter();
        owed.filter_map(|effect| match effect {
            Effect::Wake { at, due } => Some((at, due)),
            _ => None,
        })
        .collect()
    }

    fn ask_limits(&mut self, of: ExecutionId) {
        if self.entries.get(&of).is_none_or(|entry| entry.live.execution().head.slot != Slot::Asked) {
            return;
        }
        if let Some(answer) = self.with_claim(of, Limits::ask) {
            self.admitted(of, answer);
        }
    }

    /// Passes on what the limits say.
    pub(super) fn admitted(&mut self, to: ExecutionId, answer: Admission) {
        let Ok(true) = self.load(to) else { return };
        let generation = self.entries[&to].live.execution().head.generation;
        self.happens(to, Event::Admission { generation, answer });
    }

    /// Does something with the limits and what an execution asks of them, if it is there.
    fn with_claim<T>(&self, of: ExecutionId, use_it: impl FnOnce(&mut Limits, &Claim) -> T) -> Option<T> {
        let entry = self.entries.get(&of)?;
        Some(places::with_claim(&self.shared, &entry.definition, &entry.live, use_it))
    }
}

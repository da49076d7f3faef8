//! What executions ask for, done. Everything may come twice or late, so that nothing is done that the disk does not ask
//! for any more.

use kapelle_engine::limits::{Claim, claim};
use kapelle_model::effect::{Dispatch, Effect};
use kapelle_model::event::{Admission, Due, Event, Order};
use kapelle_model::execution::{Parent, Slot};
use kapelle_model::task_run::{Fence, Hold, RunIndex};
use kapelle_model::{ExecutionId, State};

use super::World;
use super::commit::Taken;
use super::memory::Job;
use crate::invariants::{Violation, promises};

impl World {
    pub(super) fn perform(&mut self, job: Job) -> Result<(), Violation> {
        match job {
            Job::Effect { of, effect } => self.perform_effect(of, effect),
            Job::Event { to, event, note } => {
                let taken = self.happen(to, &event, None)?;
                if taken != Taken::Died
                    && let Some(receipt) = note.receipt
                {
                    self.acknowledge(receipt)?;
                }
                if let (Taken::Applied, Event::Child { id, .. }, Some(generation)) =
                    (&taken, &event, note.generation)
                {
                    self.witness.took_end(to, *id, generation)?;
                }
                match (&taken, &event) {
                    (Taken::Applied, Event::Started { run, fence, .. }) => {
                        self.floor.accept((to, *run, *fence));
                    }
                    (Taken::Refused(_), Event::Started { run, fence, .. }) => {
                        let known = self.disk.rows.get(&to).and_then(|row| row.execution.run(*run));
                        let has_begun = known
                            .is_some_and(|known| known.fence == *fence && known.state() == State::Running);
                        self.floor.refuse((to, *run, *fence), has_begun);
                    }
                    _ => {}
                }
                if let (Taken::Refused(_), Event::Due(due)) = (&taken, &event) {
                    self.wind_up(to, *due);
                }
                Ok(())
            }
            Job::Parcel { to } => self.deliver(to),
        }
    }

    fn acknowledge(&mut self, receipt: u64) -> Result<(), Violation> {
        match self.floor.acknowledge(receipt) {
            Some(task) => promises::report_is_kept(&self.disk, task.to, task.run, task.fence),
            None => Ok(()),
        }
    }

    fn perform_effect(&mut self, of: ExecutionId, effect: Effect) -> Result<(), Violation> {
        match effect {
            Effect::Dispatch(dispatch) => self.hand_out(of, &dispatch),
            Effect::Stop { run, fence } => self.stop(of, run, fence),
            Effect::Wake { at, due } => self.memory.clock.set(at, (of, due)),
            Effect::Create(request) => self.answer(&request)?,
            Effect::Watch { run, iteration, id } => {
                self.watch(Parent { execution: of, run, iteration }, id)?;
            }
            Effect::AskSlot => self.ask_limits(of)?,
            // These are part of the transaction, or on their way already.
            Effect::ForceSlot
            | Effect::ReleaseSlot
            | Effect::RestartChild { .. }
            | Effect::KillChildren
            | Effect::TellParent { .. }
            | Effect::Changed { .. }
            | Effect::Log(_) => {}
        }
        Ok(())
    }

    fn hand_out(&mut self, of: ExecutionId, dispatch: &Dispatch) {
        let Dispatch { run: index, fence, work, .. } = *dispatch;
        let Some(row) = self.disk.rows.get(&of) else { return };
        let Some(run) = row.execution.run(index).filter(|run| run.fence == fence && run.hold != Hold::Free)
        else {
            return;
        };
        let is_wanted = run.hold == Hold::Out && !run.state().is_terminal();
        if self.floor.has(of, index, fence) && !(is_wanted && self.strikes(self.faults.doubles_workers)) {
            return;
        }
        if is_wanted {
            let report = self.report(of, index, work);
            self.floor.add(of, index, fence, work, report);
        } else {
            self.nobody_has(of, index, fence);
        }
    }

    fn stop(&mut self, of: ExecutionId, run: RunIndex, fence: Fence) {
        if !self.floor.stop(of, run, fence) {
            self.nobody_has(of, run, fence);
        }
    }

    /// What nobody has is as good as lost.
    pub(super) fn nobody_has(&mut self, of: ExecutionId, run: RunIndex, fence: Fence) {
        self.put_job(Job::event(of, Event::Lost { run, fence }));
    }

    /// A moment that was refused, since the clock went back, comes again.
    fn wind_up(&mut self, of: ExecutionId, wanted: Due) {
        for effect in self.witness.owed(of) {
            if let Effect::Wake { at, due } = effect
                && *due == wanted
            {
                self.memory.clock.set(*at, (of, *due));
            }
        }
    }

    fn ask_limits(&mut self, of: ExecutionId) -> Result<(), Violation> {
        if self.slot(of) != Slot::Asked {
            return Ok(());
        }
        if let Some(claim) = self.claim(of)? {
            let admission = self.memory.limits.ask(&claim);
            self.admit(of, admission);
        }
        Ok(())
    }

    pub(super) fn force(&mut self, of: ExecutionId) -> Result<(), Violation> {
        if let Some(claim) = self.claim(of)? {
            self.memory.limits.force(&claim);
        }
        Ok(())
    }

    pub(super) fn release(&mut self, of: ExecutionId) {
        for to in self.memory.limits.release(of) {
            self.admit(to, Admission::Granted);
        }
    }

    /// Passes on what the limits say.
    pub(super) fn admit(&mut self, to: ExecutionId, answer: Admission) {
        let Some(row) = self.disk.rows.get(&to) else { return };
        let generation = row.execution.head.generation;
        self.put_job(Job::event(to, Event::Admission { generation, answer }));
    }

    pub(super) fn claim(&mut self, of: ExecutionId) -> Result<Option<Claim>, Violation> {
        if !self.load(of)? {
            return Ok(None);
        }
        let row = &self.disk.rows[&of];
        let (own, latest) = (self.flows.of(&row.execution), self.flows.latest(&row.flow));
        Ok(Some(claim(own, Some(latest), &self.memory.lives[&of], &self.air.moment())))
    }

    /// Carries out an order of another execution.
    fn deliver(&mut self, to: ExecutionId) -> Result<(), Violation> {
        let Some(parcel) = self.disk.parcels.iter().find(|parcel| parcel.to == to) else { return Ok(()) };
        let (number, from, order) = (parcel.number, parcel.from, parcel.order.clone());
        let is_restart = order == Order::Restart;
        let version = self.disk.version(to);
        let taken = self.happen(to, &Event::Order(order), Some(number))?;
        if matches!(taken, Taken::Refused(_)) {
            self.disk.take_parcel(number);
            if is_restart {
                self.watch(from, to)?;
            }
            return Ok(());
        }
        promises::order_is_kept(&self.disk, number, to, version)
    }
}

//! From something that happens to what is written down: decide, commit, act.

use std::sync::Arc;

use kapelle_engine::live::Live;
use kapelle_engine::outstanding::outstanding;
use kapelle_engine::step::{Outcome, Refused, create, step};
use kapelle_model::ExecutionId;
use kapelle_model::effect::{Effect, Request};
use kapelle_model::event::{ChildNews, Event, Order};
use kapelle_model::execution::{Parent, Slot};

use super::World;
use super::births::{Cradle, creation_of};
use super::disk::Row;
use super::memory::Job;
use crate::invariants::{Change, Violation};

/// Copies that are on their way at the same time.
const ECHOES_MAX: usize = 50;

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    Applied,
    Refused(Refused),
    /// The process died, and nobody knows whether it was written down.
    Died,
}

impl World {
    /// Lets something happen to an execution. With it goes a parcel, if that is what caused it.
    pub(super) fn happen(
        &mut self,
        to: ExecutionId,
        event: &Event,
        parcel: Option<u64>,
    ) -> Result<Taken, Violation> {
        if !self.load(to)? {
            return Ok(Taken::Refused(Refused::Late));
        }
        let row = &self.disk.rows[&to];
        let plan = self.flows.of(&row.execution);
        let live = self.memory.lives.get_mut(&to).expect("it was loaded");
        match step(plan, live, event, &self.air.moment()) {
            Err(refused) => {
                self.witness.refused(plan, &row.execution, live, event)?;
                if let Some(number) = parcel {
                    self.disk.take_parcel(number);
                }
                self.note(|| format!("refused: {}: {refused:?}", shown(event)));
                Ok(Taken::Refused(refused))
            }
            Ok(outcome) => {
                let name = self.name(to);
                self.note(|| format!("{name}: {}", shown(event)));
                if self.strikes(self.faults.dies_before_commit) {
                    self.note(|| "the process dies, and nothing was written".to_owned());
                    self.die()?;
                    return Ok(Taken::Died);
                }
                if let Some(number) = parcel {
                    self.disk.take_parcel(number);
                }
                self.commit(Some(event), outcome, None)
            }
        }
    }

    /// Reads an execution into memory. Whether it is there.
    pub(super) fn load(&mut self, id: ExecutionId) -> Result<bool, Violation> {
        let Some(row) = self.disk.rows.get(&id) else { return Ok(false) };
        if !self.memory.lives.contains_key(&id) {
            let live = Live::restore(self.flows.of(&row.execution), row.execution.clone());
            let live = live.map_err(|words| Violation::new("restored", words))?;
            self.memory.lives.insert(id, live);
        }
        Ok(true)
    }

    /// Writes a step down, and leaves its effects to be done.
    pub(super) fn commit(
        &mut self,
        event: Option<&Event>,
        outcome: Outcome,
        cradle: Option<Cradle>,
    ) -> Result<Taken, Violation> {
        let mut asked = Vec::new();
        self.write(event, outcome, cradle, &mut asked)?;
        self.witness.looked_at(&self.flows, &self.disk, &self.memory.limits)?;
        if self.strikes(self.faults.dies_after_commit) {
            self.note(|| "the process dies, and nothing was done yet".to_owned());
            self.die()?;
            return Ok(Taken::Died);
        }
        for (of, effect) in asked {
            self.note(|| format!("    {}", shown_effect(&effect)));
            let times = if self.strikes(self.faults.repeats) { 2 } else { 1 };
            for _ in 0..times {
                self.ask(of, effect.clone());
            }
        }
        Ok(Taken::Applied)
    }

    /// Leaves an effect to be done.
    fn ask(&mut self, of: ExecutionId, effect: Effect) {
        match effect {
            Effect::TellParent { parent, state, generation, outputs, successor } => {
                self.tell(parent, of, ChildNews::Ended { state, generation, outputs, successor });
            }
            effect => self.put_job(Job::Effect { of, effect }),
        }
    }

    /// Notes something to be done; it may come again much later. Answers and news do so most of all: who takes an old one
    /// for a new one only does it after a restart, and that is rare enough.
    pub(super) fn put_job(&mut self, job: Job) {
        let is_answer =
            matches!(&job, Job::Event { event: Event::Admission { .. } | Event::Child { .. }, .. });
        let share = if is_answer && self.faults.echoes > 0 { 60 } else { self.faults.echoes };
        if self.strikes(share) && self.echoes.len() < ECHOES_MAX {
            self.echoes.push(job.clone());
        }
        self.memory.jobs.push_back(job);
    }

    /// Writes the rows of one execution, and all that belongs to the same transaction.
    fn write(
        &mut self,
        event: Option<&Event>,
        outcome: Outcome,
        cradle: Option<Cradle>,
        asked: &mut Vec<(ExecutionId, Effect)>,
    ) -> Result<(), Violation> {
        let Outcome { delta, effects } = outcome;
        let (id, is_at_rest) = (delta.id, delta.is_at_rest);
        let before = self.disk.rows.get(&id).map(|row| row.execution.clone());
        let after = delta.apply(before.clone()).ok_or_else(|| {
            let (was, is) = (before.as_ref().map(|before| before.head.version), delta.head.version);
            Violation::new("I1", format!("version {is} does not follow version {was:?}"))
        })?;
        match (self.disk.rows.get_mut(&id), cradle) {
            (Some(row), _) => (row.execution, row.is_at_rest) = (after, is_at_rest),
            (None, Some(Cradle { flow, stem, lineage })) => {
                // A replay from a task run begins with the story of another execution. What it tells of changes goes on
                // from there.
                let changed = |effect: &Effect| match effect {
                    Effect::Changed { from, .. } => Some(*from),
                    _ => None,
                };
                let first = effects.iter().find_map(changed).unwrap_or(after.state());
                *self.disk.counts.entry((Arc::clone(&flow), first)).or_default() += 1;
                self.disk.rows.insert(id, Row { execution: after, is_at_rest, flow, stem, lineage });
            }
            (None, None) => return Err(Violation::new("I1", "rows of an execution that nobody created")),
        }
        let row = &self.disk.rows[&id];
        let plan = self.flows.of(&row.execution);
        let live = &self.memory.lives[&id];
        let owed = outstanding(plan, live);
        let change = Change {
            plan,
            live,
            before: before.as_ref(),
            after: &row.execution,
            event,
            effects: &effects,
            owed: &owed,
            moment: self.air.moment(),
        };
        self.witness.committed(&change)?;
        self.witness.owes(id, owed);
        for effect in effects {
            match effect {
                // Nothing on the disk would tell of it any more.
                Effect::Create(request) if request.replay_of.is_some() => self.hand_over(&request, asked)?,
                Effect::KillChildren => self.send_kills(id),
                Effect::RestartChild { run, iteration, id: child } => {
                    self.disk.send(child, Order::Restart, Parent { execution: id, run, iteration });
                    self.memory.jobs.push_back(Job::Parcel { to: child });
                }
                // In the order of the commits, or an old release would take a new place away.
                Effect::ForceSlot => self.force(id)?,
                Effect::ReleaseSlot => self.release(id),
                Effect::Changed { from, to } => self.disk.count(id, from, to),
                Effect::Log(_) => {}
                other => asked.push((id, other)),
            }
        }
        Ok(())
    }

    /// Creates the execution that tries again what another one did.
    fn hand_over(
        &mut self,
        request: &Request,
        asked: &mut Vec<(ExecutionId, Effect)>,
    ) -> Result<(), Violation> {
        let before =
            request.replay_of.and_then(|id| self.disk.rows.get(&id)).expect("it has just been written");
        let flow = Arc::clone(&before.flow);
        let stem = before.stem.clone();
        let lineage = crate::oracle::retry_lineage(&stem, request.attempt);
        let plan = self.flows.of(&before.execution);
        let creation = creation_of(plan, request, &self.air.moment())
            .map_err(|words| Violation::new("I3", format!("nobody takes over: {words}")))?;
        let (live, outcome) = create(plan, creation, &self.air.moment());
        self.memory.lives.insert(request.id, live);
        self.write(None, outcome, Some(Cradle { flow, stem, lineage }), asked)
    }

    /// Orders for everything that an execution started and that has not ended.
    fn send_kills(&mut self, of: ExecutionId) {
        for child in self.disk.started_by(of) {
            let execution = &self.disk.rows[&child].execution;
            let Some(parent) = execution.birth.parent.filter(|_| !execution.state().is_terminal()) else {
                continue;
            };
            self.disk.send(child, Order::Kill { cascade: true }, parent);
            self.memory.jobs.push_back(Job::Parcel { to: child });
        }
    }

    /// Whether an execution is counted by limits.
    pub(super) fn slot(&self, id: ExecutionId) -> Slot {
        self.disk.rows.get(&id).map_or(Slot::None, |row| row.execution.head.slot)
    }
}

fn shown(event: &Event) -> String {
    format!("{event:?}")
}

fn shown_effect(effect: &Effect) -> String {
    match effect {
        Effect::Create(request) => {
            format!(
                "Create {} {:?}",
                request.flow,
                request.parent.map(|parent| (parent.run.0, parent.iteration))
            )
        }
        other => format!("{other:?}"),
    }
}

//! When faults stop: everything that can come to an end has to, and what does not has to say for what it waits.

use std::collections::BTreeMap;

use kapelle_model::cause::Cause;
use kapelle_model::event::Order;
use kapelle_model::execution::Slot;
use kapelle_model::task_run::{Hold, RunIndex, TaskRun};
use kapelle_model::{ExecutionId, State};

use super::World;
use super::disk::Row;
use super::faults::Faults;
use super::paths::path_of;
use super::people::resume;
use crate::invariants::Violation;
use crate::reference::{Forecasts, Told};

/// Things that may happen until there is rest.
const TURNS_MAX: usize = 200_000;

/// How often people free what only they can.
const ROUNDS_MAX: usize = 200;

impl World {
    /// No more faults, and no more people.
    pub fn calm(&mut self) {
        self.faults = Faults::default();
        self.note(|| "no more faults".to_owned());
    }

    /// Lets everything happen that happens by itself.
    pub fn rest(&mut self) -> Result<(), Violation> {
        for _ in 0..TURNS_MAX {
            if let Some(job) = self.memory.jobs.pop_front() {
                self.perform(job)?;
            } else if !self.turn_of_worker() && !self.turn_of_ghost() {
                let Some(next) = self.memory.clock.next() else {
                    return self.look_around();
                };
                self.pass(next.since(self.now()).max(0));
            }
        }
        Err(Violation::new("I3", "it never comes to rest"))
    }

    /// At rest, everything is over or waits for something that has a name and is there.
    fn look_around(&self) -> Result<(), Violation> {
        for (id, row) in &self.disk.rows {
            let complaint =
                if row.is_over() { self.complaint_of_over(row) } else { self.complaint_of_open(*id, row) };
            if let Some(words) = complaint {
                return Err(Violation::new("I3", format!("{}: {words}", row.lineage)));
            }
        }
        match self.disk.parcels.front() {
            Some(parcel) => {
                Err(Violation::new("I3", format!("an order to {} was not carried out", self.name(parcel.to))))
            }
            None => Ok(()),
        }
    }

    fn complaint_of_over(&self, row: &Row) -> Option<String> {
        let execution = &row.execution;
        if let Some(run) = execution.runs.iter().find(|run| run.hold != Hold::Free) {
            return Some(format!("nobody works, and still `{}` is {:?}", run.task, run.hold));
        }
        if execution.head.slot != Slot::None {
            return Some(format!("it is over, and its place is still {:?}", execution.head.slot));
        }
        let untold = |id| self.disk.rows.get(&id).is_some_and(Row::is_over);
        let child = execution.children.values().find(|child| child.ended.is_none() && untold(child.id))?;
        Some(format!("nobody told it of the end of {}", self.name(child.id)))
    }

    fn complaint_of_open(&self, id: ExecutionId, row: &Row) -> Option<String> {
        let execution = &row.execution;
        let state = execution.state();
        if state.is_terminal() {
            // What comes after the end may wait for another execution, or for a person.
            let mut open = execution.runs.iter().filter(|run| !run.state().is_terminal());
            let is_paused = |run: &TaskRun| run.state() == State::Paused && run.wake().is_none();
            if open.clone().any(|run| is_paused(run) || self.waits_for_child(row, run.index)) {
                return None;
            }
            let run = open.next();
            return run.map(|run| {
                format!("it is {}, and `{}` is still {}", state.name(), run.task, run.state().name())
            });
        }
        let Some(waiting) = &execution.head.waiting else {
            return Some(format!("it is {} and nobody does anything", state.name()));
        };
        let is_there = match &waiting.cause {
            Cause::Paused { until: None } | Cause::PausedByHand | Cause::Breakpoint => true,
            Cause::Concurrency { .. } => {
                let limits = &self.memory.limits;
                let is_open = |holder: &ExecutionId| *holder != id && !self.disk.rows[holder].is_over();
                limits.waited_for(id).iter().any(|name| {
                    let open = limits.holders(name).filter(is_open).count();
                    limits.size(name).is_some_and(|size| open >= size as usize)
                })
            }
            Cause::Subflow { .. } => execution.runs.iter().any(|run| self.waits_for_child(row, run.index)),
            _ => false,
        };
        (!is_there)
            .then(|| format!("it is {} and waits for {:?}, which never comes", state.name(), waiting.cause))
    }

    fn waits_for_child(&self, row: &Row, run: RunIndex) -> bool {
        let children = row.execution.children.range((run, 0)..=(run, u32::MAX));
        let mut open = children.filter(|(_, child)| child.ended.is_none());
        open.any(|(_, child)| self.disk.rows.get(&child.id).is_some_and(|row| !row.is_over()))
    }

    /// People free everything that only they can, until all is over.
    pub fn free_all(&mut self) -> Result<(), Violation> {
        for _ in 0..ROUNDS_MAX {
            let open: Vec<_> =
                self.disk.rows.iter().filter(|(_, row)| !row.is_over()).map(|(id, _)| *id).collect();
            if open.is_empty() {
                return Ok(());
            }
            for id in open {
                match self.disk.rows[&id].execution.state() {
                    State::Paused => self.order(id, &resume())?,
                    // A pause after the end.
                    state if state.is_terminal() => self.order(id, &resume())?,
                    State::Breakpoint => self.order(id, &Order::ResumeBreakpoint { next: None })?,
                    _ => {}
                }
            }
            self.rest()?;
        }
        let open = self.disk.rows.values().find(|row| !row.is_over()).map_or("", |row| &row.lineage);
        Err(Violation::new("I3", format!("{open} does not end, however often people free it")))
    }

    /// What became of everything is what was foretold.
    pub fn compare(&self, forecasts: &Forecasts) -> Result<(), Violation> {
        let mut seen = Vec::new();
        for row in self.disk.rows.values() {
            let Some(forecast) = forecasts.of(&row.lineage) else {
                if forecasts.is_unsaid(&row.lineage) {
                    continue;
                }
                return Err(Violation::new("meaning", format!("{} should not be there", row.lineage)));
            };
            seen.push(row.lineage.as_str());
            let runs = self.told(row);
            if let Some(difference) = forecast.differences(row.execution.state(), &runs).first() {
                return Err(Violation::new("meaning", format!("{}: {difference}", row.lineage)));
            }
        }
        match forecasts.lineages().find(|lineage| !seen.contains(lineage)) {
            Some(lineage) => Err(Violation::new("meaning", format!("{lineage} should be there"))),
            None => Ok(()),
        }
    }

    /// The task runs of an execution as the reference names them.
    fn told(&self, row: &Row) -> BTreeMap<String, Told> {
        let plan = self.flows.of(&row.execution);
        let runs = row.execution.runs.iter().map(|run| {
            let told = Told { state: run.state(), tries: Some(run.tries()) };
            (path_of(plan, &row.execution, run), told)
        });
        runs.collect()
    }
}

//! What workers do: begin, end, get lost, come back, lie.

use std::sync::Arc;

use kapelle_model::effect::Work;
use kapelle_model::event::{Event, Report};
use kapelle_model::task_run::{Fence, RunIndex};
use kapelle_model::{ExecutionId, Failure, Map, Millis, State, Value};

use super::World;
use super::floor::Stage;
use super::memory::{Job, Note};
use super::paths::{pass_of, path_of};
use crate::oracle::Answer;

/// A day, the farthest that anybody's clock is off.
const DAY: i64 = 24 * 60 * 60 * 1_000;

impl World {
    /// What will come of a dispatch; the same however often it is asked.
    pub(super) fn report(&self, of: ExecutionId, index: RunIndex, work: Work) -> Report {
        let row = &self.disk.rows[&of];
        let run = row.execution.run(index).expect("it was looked up");
        let plan = self.flows.of(&row.execution);
        let path = path_of(plan, &row.execution, run);
        let answer = match work {
            Work::Run => self.oracle.answer(&row.lineage, &path, run.tries().saturating_sub(1)),
            Work::Open => self.oracle.directory(&row.lineage, &path, "open"),
            Work::Close => self.oracle.directory(&row.lineage, &path, "close"),
        };
        let is_split =
            plan.find(&run.task).is_some_and(|task| plan.task(task).type_name.ends_with("$ForEachItemSplit"));
        let outputs = match work {
            Work::Run if is_split => {
                let uri = format!("kestra:///{}/{path}.txt", row.lineage);
                let parts = self.oracle.parts(&row.lineage, &path);
                let lines: String = (0..parts).map(|part| format!("kestra:///part{part}.txt\n")).collect();
                self.air.shelf.put_file(&uri, lines.into_bytes());
                Some(("splits", Value::from(&*uri)))
            }
            Work::Run => {
                Some(("pass", Value::Int(i64::from(pass_of(plan, &row.execution, run).unwrap_or(0)) + 1)))
            }
            Work::Open | Work::Close => None,
        };
        let outputs = outputs.map(|(name, value)| Arc::new(Map::from_iter([(Arc::from(name), value)])));
        let failure = (answer == Answer::Failed).then(|| Failure::new("the work failed"));
        let state = (answer == Answer::Warning).then_some(State::Warning);
        Report { outputs, failure, state, ..Report::default() }
    }

    /// One worker does the next thing. Whether there was one.
    pub(super) fn turn_of_worker(&mut self) -> bool {
        if self.floor.tasks.is_empty() {
            return false;
        }
        let place = self.dice.place(self.floor.tasks.len());
        if self.strikes(self.faults.loses_workers) {
            self.lose(place);
        } else {
            self.work_at(place);
        }
        true
    }

    fn work_at(&mut self, place: usize) {
        let at = self.now_of_worker();
        let task = &mut self.floor.tasks[place];
        let (to, run, fence, receipt) = (task.to, task.run, task.fence, task.receipt);
        match task.stage {
            Stage::Waiting if task.is_stopped => {
                (task.stage, task.report) = (Stage::Done, Report { killed: true, ..Report::default() });
            }
            Stage::Waiting => task.stage = Stage::Working,
            Stage::Working => {
                if task.is_stopped {
                    task.report = Report { killed: true, ..Report::default() };
                }
                task.report.started = Some(at);
                task.stage = Stage::Done;
            }
            Stage::Done | Stage::Gone => {}
        }
        let event =
            if task.stage == Stage::Working { Some(Event::Started { run, fence, at }) } else { task.news() };
        let receipt = (task.stage != Stage::Working).then_some(receipt);
        if let Some(event) = event {
            self.put_job(Job::Event { to, event, note: Note { receipt, generation: None } });
        }
    }

    fn now_of_worker(&self) -> Millis {
        let now = self.now();
        if self.strikes(self.faults.skews) {
            return now.plus(self.dice.below(2 * DAY as u64) as i64 - DAY);
        }
        now
    }

    /// A worker is given up. It may be alive all the same, and tell what it did.
    fn lose(&mut self, place: usize) {
        let task = &mut self.floor.tasks[place];
        if matches!(task.stage, Stage::Done | Stage::Gone) {
            return;
        }
        let (to, run, fence) = (task.to, task.run, task.fence);
        task.stage = Stage::Gone;
        let report = Box::new(task.report.clone());
        let lost = (task.news(), task.receipt);
        if self.dice.percent(50) {
            self.floor.ghosts.push((to, Event::Finished { run, fence, report }));
        }
        let name = self.name(to);
        self.note(|| format!("{name}: the worker of {} is lost", run.0));
        if let (Some(event), receipt) = lost {
            self.put_job(Job::Event { to, event, note: Note { receipt: Some(receipt), generation: None } });
        }
    }

    /// Somebody who was lost tells what it did.
    pub(super) fn turn_of_ghost(&mut self) -> bool {
        if self.floor.ghosts.is_empty() {
            return false;
        }
        let (to, event) = self.floor.ghosts.swap_remove(self.dice.place(self.floor.ghosts.len()));
        self.put_job(Job::event(to, event));
        true
    }

    /// A worker tells of what it does not have, or ends what it has in a way that nobody asked for.
    pub(super) fn turn_of_liar(&mut self) {
        let Some(id) = self.anybody() else { return };
        let runs = &self.disk.rows[&id].execution.runs;
        if runs.is_empty() {
            return;
        }
        let run = &runs[self.dice.place(runs.len())];
        let (index, fence) = (run.index, run.fence);
        let report = Report {
            killed: self.dice.percent(40),
            started: self.dice.percent(40).then(|| self.now().plus(DAY)),
            state: self
                .dice
                .percent(30)
                .then(|| State::from_index(self.dice.place(State::NAMES.len())))
                .flatten(),
            ..Report::default()
        };
        let real = self.floor.tasks.iter_mut().find(|task| (task.to, task.run) == (id, index));
        if let Some(task) = real {
            task.report = report;
            return;
        }
        let other = Fence((fence.0 + 3).saturating_sub(self.dice.below(7) as u32));
        let fence = if other == fence { Fence(fence.0 + 1) } else { other };
        let event = if self.dice.percent(20) {
            Event::Lost { run: index, fence }
        } else {
            Event::Finished { run: index, fence, report: Box::new(report) }
        };
        self.put_job(Job::event(id, event));
    }
}

//! What people want, sensible or not.

use std::sync::Arc;

use kapelle_engine::live::Live;
use kapelle_engine::replay::{Replay, replay};
use kapelle_model::event::{Event, Order};
use kapelle_model::execution::Breakpoint;
use kapelle_model::task_run::RunIndex;
use kapelle_model::{ExecutionId, Map, State};

use super::World;
use super::births::Cradle;
use crate::invariants::Violation;

impl World {
    pub(super) fn turn_of_people(&mut self) -> Result<(), Violation> {
        let Some(id) = self.anybody() else { return Ok(()) };
        if self.dice.percent(6) {
            return self.replay(id);
        }
        let order = if self.dice.percent(65) { self.fitting(id) } else { self.any_order(id) };
        self.order(id, &order)?;
        // Who is impatient asks twice.
        if self.strikes(self.faults.repeats) {
            self.order(id, &order)?;
        }
        Ok(())
    }

    pub(super) fn order(&mut self, id: ExecutionId, order: &Order) -> Result<(), Violation> {
        self.happen(id, &Event::Order(order.clone()), None).map(drop)
    }

    /// Something that can be asked for in the state of the execution.
    fn fitting(&self, id: ExecutionId) -> Order {
        let kill = Order::Kill { cascade: self.dice.percent(80) };
        let orders = match self.disk.rows[&id].execution.state() {
            State::Paused => vec![resume(), resume(), resume(), Order::Restart, kill],
            State::Breakpoint => vec![Order::ResumeBreakpoint { next: self.breakpoints(id) }, kill],
            State::Queued => {
                vec![Order::ForceRun, Order::Unqueue(State::Running), Order::Unqueue(State::Failed), kill]
            }
            State::Created => vec![Order::ForceRun, kill],
            state if state.is_terminal() => {
                vec![
                    Order::Restart,
                    Order::Restart,
                    self.change_of_run(id),
                    Order::ChangeStatus(State::Warning),
                ]
            }
            _ => vec![Order::Pause, Order::Pause, kill],
        };
        self.dice.pick(&orders).clone()
    }

    fn any_order(&self, id: ExecutionId) -> Order {
        match self.dice.below(12) {
            0 => Order::Kill { cascade: self.dice.percent(50) },
            1 => Order::Pause,
            2 => resume(),
            3 => Order::Restart,
            4 => self.change_of_run(id),
            5 => Order::ChangeStatus(self.any_state()),
            6 => Order::ForceRun,
            7 => Order::Unqueue(self.any_state()),
            8 => Order::SetLabels([("mood".into(), "good".into())].into()),
            9 => Order::MarkReplayed,
            _ => Order::ResumeBreakpoint { next: self.breakpoints(id) },
        }
    }

    fn any_state(&self) -> State {
        State::from_index(self.dice.place(State::NAMES.len())).expect("every place has a state")
    }

    fn change_of_run(&self, id: ExecutionId) -> Order {
        let run = self.any_run(id).unwrap_or(RunIndex(std::num::NonZeroU32::MIN));
        let state = *self.dice.pick(&[
            State::Success,
            State::Success,
            State::Failed,
            State::Warning,
            self.any_state(),
        ]);
        Order::ChangeTaskState { run, state }
    }

    fn any_run(&self, id: ExecutionId) -> Option<RunIndex> {
        let runs = &self.disk.rows[&id].execution.runs;
        (!runs.is_empty()).then(|| runs[self.dice.place(runs.len())].index)
    }

    fn breakpoints(&self, id: ExecutionId) -> Option<Arc<[Breakpoint]>> {
        self.dice.percent(25).then(|| self.any_breakpoints(&self.disk.rows[&id].flow))
    }

    /// A breakpoint at any task of a flow.
    pub fn any_breakpoints(&self, flow: &str) -> Arc<[Breakpoint]> {
        let tasks = &self.flows.latest(flow).tasks;
        if tasks.is_empty() {
            return Arc::default();
        }
        let task = Arc::clone(&tasks[self.dice.place(tasks.len())].id);
        let value = self.dice.percent(20).then(|| Arc::from("v1"));
        [Breakpoint { task, value }].into()
    }

    /// Repeats an execution, from a task run on or from its start.
    fn replay(&mut self, id: ExecutionId) -> Result<(), Violation> {
        let row = &self.disk.rows[&id];
        let plan = self.flows.of(&row.execution);
        let from = if self.dice.percent(60) { self.any_run(id) } else { None };
        let breakpoints =
            if self.dice.percent(15) { self.any_breakpoints(&row.flow) } else { Arc::default() };
        let how = Replay { from, breakpoints, ..Replay::default() };
        let new = self.air.shelf.fresh_id();
        let repeated: Result<(Live, _), _> = replay(plan, &row.execution, &how, new, &self.air.moment());
        let Ok((live, outcome)) = repeated else { return Ok(()) };
        self.replays += 1;
        let lineage = format!("{}+replay{}", row.lineage, self.replays);
        let flow = Arc::clone(&row.flow);
        self.note(|| format!("{lineage} is created, from {from:?}"));
        self.memory.lives.insert(new, live);
        self.commit(None, outcome, Some(Cradle { flow, stem: lineage.clone(), lineage }))?;
        self.order(id, &Order::MarkReplayed)
    }
}

pub(super) fn resume() -> Order {
    Order::Resume { values: Arc::new(Map::new()), by: None }
}

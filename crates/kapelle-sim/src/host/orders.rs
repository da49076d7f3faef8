//! What people ask for.

use std::sync::Arc;

use kapelle_engine::plan::Kind;
use kapelle_engine::replay::{Replay, replay};
use kapelle_engine::step::Refused;
use kapelle_engine::variables::Variables;
use kapelle_model::event::{Event, Order};
use kapelle_model::task_run::{RunIndex, TaskRun};
use kapelle_model::{ExecutionId, Map, State};

use super::{Given, Host, Kept, Refusal};

impl Host {
    pub fn state(&self, id: ExecutionId) -> Option<State> {
        Some(self.executions.get(&id)?.live.execution().state())
    }

    /// The first run of a task, with a value if one is named.
    pub fn find_run(&self, id: ExecutionId, task: &str, value: Option<&str>) -> Option<RunIndex> {
        let mut runs = self.executions.get(&id)?.live.execution().runs.iter();
        let is_meant = |run: &&TaskRun| {
            *run.task == *task && value.is_none_or(|value| run.value.as_deref() == Some(value))
        };
        runs.find(is_meant).map(|run| run.index)
    }

    /// Gives an order to an execution, as an API does.
    pub fn order(&mut self, id: ExecutionId, order: &Order) -> Result<(), Refusal> {
        let conflicts = match order {
            Order::Resume { .. } | Order::Kill { .. } => true,
            Order::Restart => self.state(id) == Some(State::Killed),
            _ => false,
        };
        let applied = self.happen(id, &Event::Order(order.clone()));
        applied.map_err(|refused| refusal(refused, conflicts))
    }

    /// Goes on from a pause, with the values that it asks for.
    pub fn resume(&mut self, id: ExecutionId, given: &Given) -> Result<(), Refusal> {
        let values = self.pause_values(id, given)?.unwrap_or_default();
        self.order(id, &Order::Resume { values: Arc::new(values), by: None })
    }

    /// What a pause gets that asks for values; nothing if no pause holds the execution.
    fn pause_values(&self, id: ExecutionId, given: &Given) -> Result<Option<Map>, Refusal> {
        let Some(kept) = self.executions.get(&id) else { return Ok(None) };
        let plan = &kept.flow.plan;
        let mut paused = kept.live.execution().runs.iter().filter(|run| run.state() == State::Paused);
        let pause = paused.find_map(|run| match &plan.task(plan.find(&run.task)?).kind {
            Kind::Pause(pause) => Some((run.index, &pause.inputs)),
            _ => None,
        });
        let Some((run, inputs)) = pause else { return Ok(None) };
        let provided = self.provided(given, plan, id);
        let world = self.world(&self.shelf);
        let variables = Variables::new(plan, &kept.live, Some(run), &world, &[]);
        let resolved = inputs.resolve(&provided, world.encryption, variables.environment());
        if let Some(violation) = resolved.violations().next() {
            return Err(Refusal::new(422, format!("Invalid entity: {}", violation.message)));
        }
        Ok(Some(resolved.values))
    }

    /// Repeats an execution as a new one, from a task run on or from its start.
    pub fn replay(&mut self, id: ExecutionId, from: Option<RunIndex>) -> Result<ExecutionId, Refusal> {
        let Some(kept) = self.executions.get(&id) else {
            return Err(Refusal::new(404, "Execution not found"));
        };
        let new = self.shelf.fresh_id();
        let how = Replay { from, ..Replay::default() };
        let world = self.world(&self.shelf);
        let (live, outcome) = replay(&kept.flow.plan, kept.live.execution(), &how, new, &world)
            .map_err(|refused| refusal(refused, false))?;
        let flow = Arc::clone(&kept.flow);
        self.executions.insert(new, Kept { live, flow, logs: Vec::new() });
        self.follow(new, outcome);
        self.order(id, &Order::MarkReplayed)?;
        Ok(new)
    }
}

fn refusal(refused: Refused, conflicts: bool) -> Refusal {
    match refused {
        Refused::Late => Refusal::new(404, "Execution not found"),
        Refused::State(message) if conflicts => Refusal::new(409, format!("Illegal state: {message}")),
        Refused::State(message) | Refused::Invalid(message) => {
            Refusal::new(422, format!("Illegal argument: {message}"))
        }
    }
}

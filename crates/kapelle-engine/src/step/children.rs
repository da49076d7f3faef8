//! Task runs that start other executions: what they ask for, and what becomes of them when those end.

use std::sync::Arc;

use kapelle_core::expression::environment::Environment;
use kapelle_core::expression::{self, Error, plain};
use kapelle_core::property::{Property, text_of};
use kapelle_model::effect::{Effect, Level};
use kapelle_model::event::ChildNews;
use kapelle_model::execution::Child;
use kapelle_model::task_run::RunIndex;
use kapelle_model::{ExecutionId, Failure, Map, State, Value};

use super::ending::allowed;
use super::{Refused, Step, each, words};
use crate::children;
use crate::plan::{Kind, Loop, Subflow, Task};

impl Step<'_> {
    pub(super) fn begin_executions(&mut self, run: RunIndex, task: &Task, is_restarted: bool) {
        match &task.kind {
            Kind::Subflow(subflow) => self.begin_subflow(run, subflow, is_restarted),
            Kind::Items(subflow, batch) => {
                match children::parts(self.plan, self.live, run, batch, self.world) {
                    Ok(parts) => self.begin_parts(run, subflow, parts.len() as u32, is_restarted),
                    Err(failure) => self.fail_run(run, failure),
                }
            }
            Kind::Loop(looped) => self.begin_loop(run, looped),
            _ => {}
        }
    }

    fn begin_subflow(&mut self, run: RunIndex, subflow: &Subflow, is_restarted: bool) {
        self.detail_mut(run).children = Some(1);
        if is_restarted && self.restarts_child(run, subflow, 0) {
            if self.live.group(Some(run)).main.open == 0 {
                self.set_attempt(run, State::Success);
                self.end_run(run, State::Success);
            }
            return;
        }
        self.create_child_execution(run, 0);
    }

    /// Goes on with a child of an earlier try: one that failed is started again, all others are left alone.
    fn restarts_child(&mut self, run: RunIndex, subflow: &Subflow, iteration: u32) -> bool {
        let Some(child) = self.live.execution.children.get(&(run, iteration)) else { return false };
        if !subflow.restarts_failed {
            return false;
        }
        match child.ended {
            Some(State::Failed) => {
                let again = Child { ended: None, outputs: None, ..child.clone() };
                let id = again.id;
                self.set_child(run, iteration, again);
                self.effects.push(Effect::RestartChild { run, iteration, id });
                true
            }
            // What was killed is never started again.
            Some(State::Killed) => false,
            _ => true,
        }
    }

    fn begin_parts(&mut self, run: RunIndex, subflow: &Subflow, parts: u32, is_restarted: bool) {
        self.detail_mut(run).children = Some(parts);
        for iteration in 0..parts {
            // One that could not be asked for has ended the attempt.
            if self.run(run).state() != State::Running {
                return;
            }
            if !(is_restarted && self.restarts_child(run, subflow, iteration)) {
                self.create_child_execution(run, iteration);
            }
        }
        self.look_at_children(run);
    }

    fn begin_loop(&mut self, run: RunIndex, looped: &Loop) {
        let values =
            self.with_variables(Some(run), &[], |all| each::loop_values(&looped.values, all.environment()));
        match values {
            Ok(each::LoopValues { values, keys }) => {
                let detail = self.detail_mut(run);
                detail.children = Some(values.len() as u32);
                (detail.values, detail.keys) = (Some(values.into()), keys.map(Into::into));
                self.start_iterations(run, looped);
                self.look_at_children(run);
            }
            Err(failure) => self.fail_run(run, failure),
        }
    }

    /// Starts iterations of a loop as far as there is room.
    fn start_iterations(&mut self, run: RunIndex, looped: &Loop) {
        let limit = self.with_variables(Some(run), &[], |all| match &looped.limit {
            None => Ok(0),
            Some(limit) => super::advance::whole_number(limit, all),
        });
        let limit = match limit {
            Ok(0) => usize::MAX,
            Ok(limit) => limit,
            Err(error) => return self.fail_run(run, words(&error)),
        };
        let total = self.run(run).detail.as_ref().and_then(|detail| detail.children).unwrap_or(0);
        while let count = self.live.group(Some(run)).main
            && (count.open as usize) < limit
            && count.created < total
            && self.run(run).state() == State::Running
        {
            self.create_child_execution(run, count.created);
        }
    }

    fn create_child_execution(&mut self, run: RunIndex, iteration: u32) {
        let id = self.world.chance.execution();
        match children::request(self.plan, self.live, run, iteration, id, self.world) {
            Ok(request) => {
                self.set_child(run, iteration, Child::new(id));
                self.effects.push(Effect::Create(Box::new(request)));
            }
            Err(failure) => self.fail_run(run, failure),
        }
    }

    fn set_child(&mut self, run: RunIndex, iteration: u32, child: Child) {
        self.live.put_child(run, iteration, child);
        self.children_changed.push((run, iteration));
    }

    pub(super) fn child_news(
        &mut self,
        run: RunIndex,
        iteration: u32,
        id: ExecutionId,
        news: &ChildNews,
    ) -> Result<(), Refused> {
        let child = self.live.execution.children.get(&(run, iteration)).ok_or(Refused::Late)?;
        let is_open = child.id == id && child.ended.is_none();
        let is_known = match news {
            ChildNews::Ended { generation, .. } => child.generation >= Some(*generation),
            _ => false,
        };
        if !is_open || is_known {
            return Err(Refused::Late);
        }
        let is_running = self.run(run).state() == State::Running;
        match news {
            ChildNews::Created(state) => {
                if !is_running || !self.is_told_of_creation(run) {
                    return Err(Refused::Late);
                }
                self.child_created(run, id, *state);
            }
            ChildNews::Refused(failure) => {
                let failed = Child { ended: Some(State::Failed), ..child.clone() };
                self.set_child(run, iteration, failed);
                if is_running {
                    self.fail_run(run, failure.clone());
                }
            }
            ChildNews::Ended { state: State::Retried, successor: Some(successor), .. } => {
                self.set_child(run, iteration, Child::new(*successor));
                self.effects.push(Effect::Watch { run, iteration, id: *successor });
            }
            ChildNews::Ended { state, outputs, generation, .. } => {
                let (ended, outputs) = (Some(*state), outputs.clone());
                let child = Child { id, ended, outputs, generation: Some(*generation) };
                self.set_child(run, iteration, child);
                if is_running {
                    self.child_ended(run, iteration, id, *state);
                }
            }
        }
        Ok(())
    }

    /// Whether a task run still wants to know that its child is there.
    fn is_told_of_creation(&self, run: RunIndex) -> bool {
        match &self.task_of(run).kind {
            Kind::Subflow(_) => {
                let outputs = self.run(run).outputs.as_ref();
                outputs.is_none_or(|outputs| !outputs.contains_key("executionId"))
            }
            _ => false,
        }
    }

    fn child_created(&mut self, run: RunIndex, id: ExecutionId, state: State) {
        self.log(Some(run), Level::Info, format!("Created new execution {}", self.link(run, id)));
        let task = self.task_of(run);
        let Kind::Subflow(subflow) = &task.kind else { return };
        self.set_output(run, "executionId", Value::from(&*id.to_string()));
        self.set_output(run, "state", Value::from(state.name()));
        if !subflow.wait {
            self.set_attempt(run, State::Success);
            self.end_run(run, allowed(task, State::Success));
        }
    }

    /// A child as the log shows it.
    fn link(&self, run: RunIndex, id: ExecutionId) -> String {
        let asked = children::request(self.plan, self.live, run, 0, id, self.world);
        let (flow, namespace) = asked
            .map_or_else(|_| (Arc::default(), Arc::default()), |request| (request.flow, request.namespace));
        format!("[[link execution=\"{id}\" flowId=\"{flow}\" namespace=\"{namespace}\"]]")
    }

    fn child_ended(&mut self, run: RunIndex, iteration: u32, id: ExecutionId, state: State) {
        let task = self.task_of(run);
        match &task.kind {
            // Nobody waits for its end; that it has one says that it was created.
            Kind::Subflow(subflow) if !subflow.wait => self.child_created(run, id, State::Created),
            Kind::Subflow(subflow) => self.subflow_ended(run, subflow, task, id, state),
            Kind::Items(..) => self.look_at_children(run),
            Kind::Loop(looped) => {
                if !self.breaks(run, iteration, id, looped) {
                    self.start_iterations(run, looped);
                }
                self.look_at_children(run);
            }
            _ => {}
        }
    }

    fn subflow_ended(
        &mut self,
        run: RunIndex,
        subflow: &Subflow,
        task: &Task,
        id: ExecutionId,
        state: State,
    ) {
        let level = match state {
            State::Failed | State::Killed => Some(Level::Error),
            State::Warning => Some(Level::Warn),
            _ => None,
        };
        if let Some(level) = level {
            let message = format!("Subflow execution {} ends in {} state", self.link(run, id), state.name());
            self.log(Some(run), level, message);
        }
        self.set_output(run, "executionId", Value::from(&*id.to_string()));
        self.set_output(run, "state", Value::from(state.name()));
        let outputs = self.live.execution.children.get(&(run, 0)).and_then(|child| child.outputs.clone());
        let outputs = outputs.filter(|outputs| !outputs.is_empty());
        let rendered = match (&outputs, &subflow.outputs) {
            (Some(outputs), _) => Ok(Some(Value::Map(Arc::clone(outputs)))),
            (None, Some(old)) => self.extracted(old, id).map(Some),
            (None, None) => Ok(None),
        };
        match rendered {
            Ok(Some(outputs)) => self.set_output(run, "outputs", outputs),
            Ok(None) => {}
            Err(error) => {
                let message = format!("Failed to extract outputs with the error: {}", error.text());
                return self.fail_run(run, Failure::new(message));
            }
        }
        if !subflow.transmit_failed {
            self.set_attempt(run, State::Success);
            return self.end_run(run, State::Success);
        }
        match state {
            State::Failed => self.attempt_failed(run),
            State::Killed => {
                self.set_attempt(run, State::Killed);
                self.end_run(run, State::Killed);
            }
            State::Warning => {
                let state = allowed(task, State::Warning);
                self.set_attempt(run, state);
                self.end_run(run, state);
            }
            _ => {
                self.set_attempt(run, State::Success);
                self.end_run(run, State::Success);
            }
        }
    }

    /// The outputs that the task itself declares, in the words of its child.
    fn extracted(&self, old: &Property, child: ExecutionId) -> expression::Outcome<Value> {
        let missing = || Error::not_found(format!("execution {child} is not there any more"));
        let variables = self.world.executions.variables(child).ok_or_else(missing)?;
        let (services, settings) = (self.world.services, self.world.settings);
        old.render(Environment { context: &variables, services, settings })
    }

    /// Ends a task run with many children, once all of them are over.
    fn look_at_children(&mut self, run: RunIndex) {
        let task = self.task_of(run);
        let (waits, transmits) = match &task.kind {
            Kind::Items(subflow, _) => (subflow.wait, subflow.transmit_failed),
            Kind::Loop(looped) => (true, looped.transmit_failed),
            _ => return,
        };
        let count = self.live.group(Some(run)).main;
        let total = self.run(run).detail.as_ref().and_then(|detail| detail.children).unwrap_or(0);
        if self.run(run).state() != State::Running || count.created < total || (waits && count.open > 0) {
            return;
        }
        self.set_child_outputs(run, waits);
        let guess = if waits && transmits { count.guess_of_executions() } else { State::Success };
        if guess == State::Failed {
            return self.attempt_failed(run);
        }
        let state = allowed(task, guess);
        self.set_attempt(run, state);
        self.end_run(run, state);
    }

    fn set_child_outputs(&mut self, run: RunIndex, waits: bool) {
        let first: &[State] = if waits { &[State::Created, State::Running] } else { &[State::Running] };
        let mut by_state: Map = first.iter().map(|state| (Arc::from(state.name()), Value::Int(0))).collect();
        let mut outputs = Vec::new();
        for (iteration, child) in self.live.started_by(run) {
            // Who does not wait takes it that all goes well.
            let state = child.ended.filter(|_| waits).unwrap_or(State::Success);
            let count = by_state.entry(Arc::from(state.name())).or_insert(Value::Int(0));
            if let Value::Int(count) = count {
                *count += 1;
            }
            let item = [("iteration", Value::Int(i64::from(iteration)))];
            let item: Map = item.into_iter().map(|(name, value)| (Arc::from(name), value)).collect();
            let entry = [
                ("item", Value::Map(Arc::new(item))),
                ("outputs", child.outputs.clone().map_or(Value::Null, Value::Map)),
            ];
            let entry: Map = entry.into_iter().map(|(name, value)| (Arc::from(name), value)).collect();
            outputs.push(Value::Map(Arc::new(entry)));
        }
        let total = outputs.len() as i64;
        if matches!(self.task_of(run).kind, Kind::Loop(_)) {
            self.set_output(run, "iterationCount", Value::Int(total));
            self.set_output(run, "outputs", Value::List(Arc::new(outputs)));
        } else {
            self.set_output(run, "numberOfBatches", Value::Int(total));
            self.set_output(run, "iterations", Value::Map(Arc::new(by_state)));
            let birth = &self.live.execution.birth;
            let base = format!(
                "/{}/{}/executions/{}/tasks/{}/{}",
                birth.namespace.replace('.', "/"),
                plain::slug(&birth.flow),
                birth.id,
                plain::slug(&self.run(run).task),
                self.world.chance.run(birth.id, run)
            );
            self.set_output(run, "subflowOutputsBaseUri", Value::from(&*base));
        }
    }

    /// Whether a loop starts no more iterations after this one.
    fn breaks(&mut self, run: RunIndex, iteration: u32, id: ExecutionId, looped: &Loop) -> bool {
        let Some(condition) = &looped.break_when else { return false };
        let child = self.live.execution.children.get(&(run, iteration));
        let state = child.and_then(|child| child.ended).unwrap_or(State::Success);
        let outputs = child.and_then(|child| child.outputs.clone()).unwrap_or_default();
        let values = self.values(run);
        let map = |entries: Vec<(&str, Value)>| {
            Value::Map(Arc::new(entries.into_iter().map(|(name, value)| (Arc::from(name), value)).collect()))
        };
        let value = values.get(iteration as usize).map_or(Value::Null, |value| Value::from(&**value));
        let extra = [
            ("item", map(vec![("value", value), ("index", Value::Int(i64::from(iteration)))])),
            (
                "iteration",
                map(vec![
                    ("executionId", Value::from(&*id.to_string())),
                    ("state", Value::from(state.name())),
                    ("outputs", Value::Map(outputs)),
                ]),
            ),
        ];
        let rendered = self.with_variables(Some(run), &extra, |all| {
            Ok(kapelle_core::property::is_truthy(text_of(&condition.render(all.environment())?)?.expose()))
        });
        match rendered {
            Ok(true) => {
                let created = self.live.group(Some(run)).main.created;
                self.detail_mut(run).children = Some(created);
                true
            }
            Ok(false) => false,
            Err(error) => {
                let error: Box<kapelle_core::expression::Error> = error;
                self.fail_run(run, words(&error));
                true
            }
        }
    }
}

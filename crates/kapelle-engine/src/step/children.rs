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
        let total = match &task.kind {
            Kind::Items(_, batch) => {
                children::parts(self.plan, self.live, run, batch, self.world).map(|parts| parts.len() as u32)
            }
            Kind::Loop(looped) => self.loop_values(run, looped),
            _ => Ok(1),
        };
        match total {
            Ok(total) => {
                let detail = self.detail_mut(run);
                (detail.children, detail.begun, detail.ending) = (Some(total), Some(0), None);
                let kept = if is_restarted && goes_on(&task.kind) { total } else { 0 };
                self.keep_children(run, kept);
                self.start_children(run);
                self.look_at_children(run);
            }
            Err(failure) => self.fail_run(run, failure),
        }
    }

    /// Decides what a loop runs over. How many that are.
    fn loop_values(&mut self, run: RunIndex, looped: &Loop) -> Result<u32, Failure> {
        let each::LoopValues { values, keys } =
            self.with_variables(Some(run), &[], |all| each::loop_values(&looped.values, all.environment()))?;
        let total = values.len() as u32;
        let detail = self.detail_mut(run);
        (detail.values, detail.keys) = (Some(values.into()), keys.map(Into::into));
        Ok(total)
    }

    /// Lets a task run begin with so many children of its earlier tries. It has nothing to do with the others any more.
    fn keep_children(&mut self, run: RunIndex, count: u32) {
        if self.live.started_by(run).count() <= count as usize {
            return;
        }
        // A store forgets all children of what is removed; the task run itself is written anew.
        self.removed.insert(run);
        self.changed.push(run);
        for (iteration, child) in self.live.take_children(run).into_iter().take(count as usize) {
            self.set_child(run, iteration, child);
        }
    }

    /// Begins with one child after the other, as far as there is room.
    fn start_children(&mut self, run: RunIndex) {
        let limit = match &self.task_of(run).kind {
            Kind::Loop(looped) => looped.limit.as_ref(),
            _ => None,
        };
        let limit = limit.map_or(Ok(0), |limit| {
            self.with_variables(Some(run), &[], |all| super::advance::whole_number(limit, all))
        });
        let limit = match limit {
            Ok(0) => usize::MAX,
            Ok(limit) => limit,
            Err(error) => return self.fail_by_itself(run, words(&error)),
        };
        // One that could not be asked for has ended the attempt.
        while self.run(run).state() == State::Running
            && (self.live.group(Some(run)).main.open as usize) < limit
            && let Some(iteration) = self.next_child(run)
        {
            self.detail_mut(run).begun = Some(iteration + 1);
            match self.live.execution.children.get(&(run, iteration)) {
                None => self.create_child_execution(run, iteration),
                Some(child) => self.go_on_with(run, iteration, &child.clone()),
            }
        }
    }

    /// The child that this attempt has to begin with next.
    fn next_child(&self, run: RunIndex) -> Option<u32> {
        let detail = self.run(run).detail.as_ref()?;
        let begun = detail.begun.unwrap_or_else(|| self.live.group(Some(run)).main.created);
        (begun < detail.children?).then_some(begun)
    }

    /// Goes on with a child of an earlier try: one that failed is started again, all others are left alone.
    fn go_on_with(&mut self, run: RunIndex, iteration: u32, child: &Child) {
        let id = child.id;
        let kind = &self.task_of(run).kind;
        match (kind, child.ended) {
            // Nobody waits for it: it is enough that it is there. If it is not, it comes now.
            (Kind::Subflow(subflow), None) if !subflow.wait => {
                self.effects.push(Effect::Watch { run, iteration, id });
            }
            // What was refused was never there.
            (_, Some(_)) if child.generation.is_none() => self.create_child_execution(run, iteration),
            (Kind::Subflow(subflow), Some(state)) if !subflow.wait => {
                self.child_ended(run, iteration, id, state);
            }
            (_, Some(State::Failed)) => {
                self.set_child(run, iteration, Child { ended: None, outputs: None, ..child.clone() });
                self.effects.push(Effect::RestartChild { run, iteration, id });
            }
            // What was killed is never started again.
            (_, Some(State::Killed)) => self.create_child_execution(run, iteration),
            (Kind::Loop(looped), Some(_)) => self.breaks(run, iteration, id, looped),
            (Kind::Subflow(_), Some(state)) => self.child_ended(run, iteration, id, state),
            _ => {}
        }
    }

    fn create_child_execution(&mut self, run: RunIndex, iteration: u32) {
        let id = self.world.chance.execution();
        match children::request(self.plan, self.live, run, iteration, id, self.world) {
            Ok(request) => {
                self.set_child(run, iteration, Child::new(id));
                self.effects.push(Effect::Create(Box::new(request)));
            }
            Err(failure) => self.fail_by_itself(run, failure),
        }
    }

    /// An attempt failed, whatever its children do. It begins with no more of them, and is over when none runs any more: the
    /// next attempt would run beside them.
    fn fail_by_itself(&mut self, run: RunIndex, failure: Failure) {
        self.note_failure(run, failure);
        let total = self.begin_no_more(run, 0);
        let detail = self.detail_mut(run);
        (detail.begun, detail.ending) = (Some(total), Some(State::Failed));
        if matches!(self.task_of(run).kind, Kind::Subflow(_)) {
            return self.attempt_failed(run);
        }
        self.look_at_children(run);
    }

    /// Lets an attempt have those children that it has begun with or that run, and so many at least. How many that are.
    fn begin_no_more(&mut self, run: RunIndex, at_least: u32) -> u32 {
        let begun = self.run(run).detail.as_ref().and_then(|detail| detail.begun).unwrap_or(u32::MAX);
        let is_kept =
            |iteration: u32, child: &Child| iteration < begun.max(at_least) || child.ended.is_none();
        let kept = self.live.started_by(run).filter(|(iteration, child)| is_kept(*iteration, child));
        let total = kept.last().map_or(0, |(iteration, _)| iteration + 1);
        self.keep_children(run, total);
        self.detail_mut(run).children = Some(total);
        total
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
        let is_open = child.ended.is_none();
        let is_news = match news {
            ChildNews::Ended { state: State::Retried, .. } if !is_open => false,
            // Somebody may have started it again by itself.
            ChildNews::Ended { generation, .. } => child.generation < Some(*generation),
            _ => is_open,
        };
        if child.id != id || !is_news {
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
                    self.fail_by_itself(run, failure.clone());
                }
            }
            ChildNews::Ended { state: State::Retried, successor: Some(successor), .. } => {
                self.set_child(run, iteration, Child::new(*successor));
                self.effects.push(Effect::Watch { run, iteration, id: *successor });
                if self.live.has_children_killed(self.plan) {
                    // The order reached the one before, which was over.
                    self.kill_children();
                }
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
            Kind::Subflow(subflow) if !subflow.wait => true,
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
                self.breaks(run, iteration, id, looped);
                self.start_children(run);
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
        let is_waiting = self.next_child(run).is_some() || (waits && count.open > 0);
        if self.run(run).state() != State::Running || is_waiting {
            return;
        }
        if self.run(run).detail.as_ref().is_some_and(|detail| detail.ending == Some(State::Failed)) {
            return self.attempt_failed(run);
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

    /// Lets a loop begin with no more iterations after this one, if its condition says so.
    fn breaks(&mut self, run: RunIndex, iteration: u32, id: ExecutionId, looped: &Loop) {
        let Some(condition) = &looped.break_when else { return };
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
            Ok(true) => _ = self.begin_no_more(run, iteration + 1),
            Ok(false) => {}
            Err(error) => {
                let error: Box<Error> = error;
                self.fail_by_itself(run, words(&error));
            }
        }
    }
}

/// Whether a task that is restarted goes on with the children that it has.
fn goes_on(kind: &Kind) -> bool {
    match kind {
        Kind::Subflow(subflow) | Kind::Items(subflow, _) => subflow.restarts_failed,
        _ => true,
    }
}

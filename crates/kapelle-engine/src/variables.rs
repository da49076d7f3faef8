//! The variables that expressions of an execution see, made when somebody reads them.

use std::cell::OnceCell;
use std::sync::Arc;

use jiff::Timestamp;
use kapelle_core::expression::environment::{Context, Environment};
use kapelle_model::execution::Origin;
use kapelle_model::task_run::{RunIndex, TaskRun};
use kapelle_model::{Map, Millis, State, Value};

use crate::labels::as_variables;
use crate::live::Live;
use crate::outstanding::directory_around;
use crate::plan::Plan;
use crate::world::World;

const NAMES_COUNT: usize = 15;

/// The names, each with who makes its value.
const NAMES: [(&str, Make); NAMES_COUNT] = [
    ("flow", |all| Some(all.flow())),
    ("execution", |all| Some(all.execution())),
    ("task", |all| all.task()),
    ("taskrun", |all| Some(all.taskrun(all.run?))),
    ("workerTaskrun", |all| Some(all.taskrun(all.directory()?))),
    ("parent", |all| all.parents_list()?.first().cloned()),
    ("parents", |all| Some(Value::List(Arc::new(all.parents_list()?)))),
    ("inputs", |all| {
        not_empty(&all.plan.inputs.visible(&all.live.execution().birth.inputs, all.bare().environment()))
    }),
    ("outputs", |all| all.outputs()),
    ("item", |all| Some(Value::Map(Arc::clone(&all.live.execution().birth.scope.as_ref()?.item)))),
    ("tasks", |all| all.tasks()),
    ("vars", |all| not_empty(&all.live.execution().head.variables)),
    ("namespace", |all| not_empty(&all.plan.namespace_variables)),
    ("labels", |all| as_variables(&all.live.execution().head.labels)),
    ("trigger", |all| all.origin().map(|origin| Value::Map(Arc::clone(&origin.variables)))),
];

type Make = fn(&Variables<'_>) -> Option<Value>;

/// The variables of an execution, or of one of its task runs.
pub struct Variables<'a> {
    plan: &'a Plan,
    live: &'a Live,
    run: Option<RunIndex>,
    world: &'a World<'a>,
    /// What is only there at this moment, such as the item of a loop; it hides the rest.
    extra: &'a [(&'a str, Value)],
    made: [OnceCell<Option<Value>>; NAMES_COUNT],
}

impl<'a> Variables<'a> {
    pub fn new(
        plan: &'a Plan,
        live: &'a Live,
        run: Option<RunIndex>,
        world: &'a World<'a>,
        extra: &'a [(&'a str, Value)],
    ) -> Self {
        Self { plan, live, run, world, extra, made: [const { OnceCell::new() }; NAMES_COUNT] }
    }

    /// For rendering with these variables.
    pub fn environment(&'a self) -> Environment<'a> {
        Environment { context: self, services: self.world.services, settings: self.world.settings }
    }

    /// All variables as they are now, for somebody who renders later and elsewhere. The states of all tasks, which are
    /// dear to list, only if they are wanted.
    pub fn snapshot(&self, with_states: bool) -> Map {
        let mut all = self.world.variables.clone();
        let own = NAMES.iter().filter(|(name, _)| with_states || *name != "tasks");
        let own = own.filter_map(|(name, make)| Some((Arc::from(*name), make(self)?)));
        all.extend(own);
        if self.origin().is_some_and(is_schedule)
            && let Some(trigger) = all.get("trigger").cloned()
        {
            all.insert("schedule".into(), trigger);
        }
        all.extend(self.extra.iter().map(|(name, value)| (Arc::from(*name), value.clone())));
        all
    }

    /// The same variables without a task run.
    fn bare(&self) -> Variables<'a> {
        Variables::new(self.plan, self.live, None, self.world, &[])
    }

    fn flow(&self) -> Value {
        let birth = &self.live.execution().birth;
        map([
            ("id", Some(Value::from(&*self.plan.flow))),
            ("namespace", Some(Value::from(&*self.plan.namespace))),
            ("revision", Some(Value::Int(i64::from(birth.revision)))),
            ("tenantId", Some(Value::from(&*birth.tenant))),
        ])
    }

    fn execution(&self) -> Value {
        let execution = self.live.execution();
        let state = execution.state();
        let outputs = execution.head.outputs.as_ref().filter(|_| state.is_terminal());
        map([
            ("id", Some(Value::from(&*execution.birth.id.to_string()))),
            ("state", Some(Value::from(state.name()))),
            ("startDate", Some(moment(execution.head.history.started()))),
            ("originalId", Some(Value::from(&*execution.birth.original.to_string()))),
            ("outputs", outputs.map(|outputs| Value::Map(Arc::clone(outputs)))),
            ("errorMessage", Some(self.error_message())),
        ])
    }

    /// What the first task run that failed said; empty if none did.
    fn error_message(&self) -> Value {
        let failed = || {
            let runs = self.live.execution().runs.iter();
            runs.filter(|run| run.state() == State::Failed).find_map(TaskRun::failure)
        };
        let message = (self.live.failed > 0).then(failed).flatten();
        message.map_or_else(|| Value::from(""), |failure| Value::from(&*failure.message.masked()))
    }

    fn task(&self) -> Option<Value> {
        let task = self.plan.task(self.live.node(self.run?).task);
        Some(map([("id", Some(Value::from(&*task.id))), ("type", Some(Value::from(&*task.type_name)))]))
    }

    /// The working directory that the task run is in.
    fn directory(&self) -> Option<RunIndex> {
        directory_around(self.plan, self.live, self.run?)
    }

    /// A task in a working directory speaks of the value of the directory as of its own.
    fn taskrun(&self, index: RunIndex) -> Value {
        let run = self.live.run(index);
        let directory = directory_around(self.plan, self.live, index);
        let value = directory.map_or(&run.value, |directory| &self.live.run(directory).value);
        let id = |index| Value::from(&*self.world.chance.run(self.live.execution().birth.id, index));
        let finished = run.attempts.iter().filter(|attempt| attempt.current().is_terminal()).count();
        map([
            ("id", Some(id(run.index))),
            ("startDate", Some(moment(run.history.started()))),
            ("attemptsCount", Some(Value::Int(finished as i64))),
            ("parentId", run.parent.map(id)),
            ("value", value.as_deref().map(Value::from)),
            ("iteration", run.iteration.map(|iteration| Value::Int(i64::from(iteration)))),
        ])
    }

    /// The task runs around, nearest first; those without value and outputs are left out.
    fn parents_list(&self) -> Option<Vec<Value>> {
        let around = self.live.ancestors(self.run?);
        let told = around.filter(|run| run.value.is_some() || has_outputs(run)).map(|run| {
            let value = run.value.as_deref().map(|value| map([("value", Some(Value::from(value)))]));
            let outputs = run.outputs.as_ref().filter(|_| has_outputs(run));
            map([("taskrun", value), ("outputs", outputs.map(|outputs| Value::Map(Arc::clone(outputs))))])
        });
        Some(told.collect())
    }

    /// The outputs of all tasks; in the iteration of a loop also of those before the loop.
    fn outputs(&self) -> Option<Value> {
        let execution = self.live.execution();
        let is_there = execution.birth.scope.is_some() || !execution.runs.is_empty();
        is_there.then(|| Value::Map(self.live.outputs_around()))
    }

    /// The state of every task, in loops by value.
    fn tasks(&self) -> Option<Value> {
        let runs = &self.live.execution().runs;
        let mut all = Map::new();
        for run in runs {
            let state = map([("state", Some(Value::from(run.state().name())))]);
            match &run.value {
                None => {
                    all.insert(Arc::clone(&run.task), state);
                }
                Some(value) => {
                    let entry =
                        all.entry(Arc::clone(&run.task)).or_insert_with(|| Value::Map(Arc::default()));
                    if let Value::Map(values) = entry {
                        Arc::make_mut(values).insert(Arc::clone(value), state);
                    }
                }
            }
        }
        (!runs.is_empty()).then(|| Value::Map(Arc::new(all)))
    }

    fn origin(&self) -> Option<&Origin> {
        self.live.execution().birth.origin.as_ref()
    }
}

impl Context for Variables<'_> {
    fn get(&self, name: &str) -> Option<&Value> {
        if let Some((_, value)) = self.extra.iter().find(|(known, _)| *known == name) {
            return Some(value);
        }
        // The old name of the variables of a schedule.
        let name =
            if name == "schedule" && self.origin().is_some_and(is_schedule) { "trigger" } else { name };
        match NAMES.iter().position(|(known, _)| *known == name) {
            Some(place) => self.made[place].get_or_init(|| NAMES[place].1(self)).as_ref(),
            None => self.world.variables.get(name),
        }
    }

    fn names(&self) -> Vec<&str> {
        let extra = self.extra.iter().map(|(name, _)| *name);
        let own = NAMES.iter().map(|(name, _)| *name).filter(|name| self.get(name).is_some());
        let mut names: Vec<&str> =
            extra.chain(own).chain(self.world.variables.keys().map(AsRef::as_ref)).collect();
        names.dedup();
        names
    }
}

fn is_schedule(origin: &Origin) -> bool {
    origin.type_name.ends_with(".trigger.Schedule") || origin.type_name.ends_with(".trigger.ScheduleOnDates")
}

fn has_outputs(run: &TaskRun) -> bool {
    run.outputs.as_ref().is_some_and(|outputs| !outputs.is_empty())
}

fn not_empty(map: &Arc<Map>) -> Option<Value> {
    (!map.is_empty()).then(|| Value::Map(Arc::clone(map)))
}

fn map<const N: usize>(entries: [(&str, Option<Value>); N]) -> Value {
    let present = entries.into_iter().filter_map(|(name, value)| Some((Arc::from(name), value?)));
    Value::Map(Arc::new(present.collect()))
}

pub(crate) fn moment(at: Millis) -> Value {
    Timestamp::from_millisecond(at.0).map_or(Value::Null, Value::Instant)
}

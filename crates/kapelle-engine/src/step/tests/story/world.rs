//! What a step is given in a story, and how its worker ends tasks.

use std::cell::Cell;
use std::sync::Arc;

use kapelle_core::expression::environment::Settings;
use kapelle_core::expression::memory::MemoryServices;
use kapelle_core::expression::plain;
use kapelle_core::expression::services::Services;
use kapelle_model::effect::Work;
use kapelle_model::event::Report;
use kapelle_model::task_run::RunIndex;
use kapelle_model::{ExecutionId, Failure, Map, Millis, State, Value};

use crate::inputs::Encryption;
use crate::live::Live;
use crate::plan::{OnLost, Plan};
use crate::variables::Variables;
use crate::world::{Chance, Executions, World};
use kapelle_core::property::text_of;

/// Ids and numbers that count up.
pub(super) struct Counting(Cell<u64>);

impl Counting {
    pub(super) fn from(first: u64) -> Self {
        Self(Cell::new(first - 1))
    }
}

impl Chance for Counting {
    fn execution(&self) -> ExecutionId {
        ExecutionId(u128::from(self.number()))
    }

    fn number(&self) -> u64 {
        self.0.set(self.0.get() + 1);
        self.0.get()
    }

    fn run(&self, execution: ExecutionId, run: RunIndex) -> String {
        format!("{execution}-{}", run.0)
    }
}

/// A storage with a file of three parts, and an empty one.
pub(super) fn services() -> MemoryServices {
    let setup = r#"{"internal_storage": {
        "kestra:///parts.txt": "kestra:///part-0\nkestra:///part-1\nkestra:///part-2\n",
        "kestra:///none.txt": ""
    }}"#;
    MemoryServices::from_setup(&plain::from_json(setup).unwrap()).unwrap()
}

/// What others saw at their end: a task `t` of theirs gave a value.
struct Others;

impl Executions for Others {
    fn variables(&self, _id: ExecutionId) -> Option<Map> {
        match plain::from_json(r#"{"outputs": {"t": {"value": "of the child"}}}"#).unwrap() {
            Value::Map(all) => Some((*all).clone()),
            _ => None,
        }
    }
}

pub(super) fn with<T>(
    now: Millis,
    chance: &dyn Chance,
    services: &dyn Services,
    use_it: impl FnOnce(&World<'_>) -> T,
) -> T {
    let settings = Settings::default();
    let variables = Map::new();
    use_it(&World {
        now,
        chance,
        services,
        executions: &Others,
        settings: &settings,
        variables: &variables,
        encryption: Encryption::Configured,
        on_worker_lost: OnLost::Retry,
    })
}

/// What a worker says of a task run in its attempt of this number.
pub(super) fn report(
    plan: &Plan,
    live: &Live,
    run: RunIndex,
    work: Work,
    attempt: usize,
    world: &World<'_>,
) -> Report {
    if work != Work::Run {
        return Report::default();
    }
    let task = plan.task(live.node(run).task);
    let variables = Variables::new(plan, live, Some(run), world, &[]);
    let told = |name: &str| -> Result<Option<String>, Report> {
        let Some(property) = task.property(name) else { return Ok(None) };
        let rendered = property.render(variables.environment()).and_then(|value| text_of(&value));
        rendered.map(|text| Some(text.expose().to_owned())).map_err(|error| failed(&error.text()))
    };
    let values = || -> Result<Report, Report> {
        let ends = told("ends")?.map(|name| State::from_name(&name).expect("`ends` is a state"));
        let failing: usize = match told("heals")? {
            Some(attempts) => attempts.parse().expect("`heals` is a number"),
            None if task.type_name.ends_with(".Fail") => usize::MAX,
            None => 0,
        };
        if attempt <= failing {
            return Err(failed("it failed"));
        }
        let mut outputs = Map::new();
        for (property, output) in [("format", "value"), ("gives", "splits")] {
            if let Some(text) = told(property)? {
                outputs.insert(Arc::from(output), Value::from(&*text));
            }
        }
        let outputs = (!outputs.is_empty()).then(|| Arc::new(outputs));
        Ok(Report { state: ends, outputs, ..Report::default() })
    };
    values().unwrap_or_else(|failed| failed)
}

fn failed(message: &str) -> Report {
    Report { failure: Some(Failure::new(message)), ..Report::default() }
}

//! The fixtures of tasks as a runtime asks for them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use kapelle_core::expression::Outcome;
use kapelle_core::expression::environment::Environment;
use kapelle_core::language::Language;
use kapelle_core::property::Property;
use kapelle_model::event::Report;
use kapelle_model::{Failure, Map, State, Value};
use kapelle_plugin::Place;
use kapelle_runtime::Fixtures;

use super::document::TaskFixture;

/// Fixtures for the tasks of one flow. Several for the same task, and the same value, are used one after the other; the
/// last one for all further runs.
pub(super) struct StandIns {
    namespace: Arc<str>,
    flow: Arc<str>,
    by_task: BTreeMap<String, Vec<StandIn>>,
    /// How often a task was asked for, by its value.
    used: Mutex<BTreeMap<(String, Option<String>), usize>>,
}

struct StandIn {
    value: Option<String>,
    state: State,
    outputs: Property,
}

impl StandIns {
    pub(super) fn new(namespace: &str, flow: &str, fixtures: &[TaskFixture], language: Language) -> Self {
        let mut by_task: BTreeMap<String, Vec<StandIn>> = BTreeMap::new();
        for fixture in fixtures {
            let outputs = match &fixture.outputs {
                Some(outputs) => Property::read(outputs, language),
                None => Property::Fixed(Value::Map(Arc::default())),
            };
            let stand_in = StandIn { value: fixture.value.clone(), state: fixture.state, outputs };
            by_task.entry(fixture.id.clone()).or_default().push(stand_in);
        }
        Self { namespace: namespace.into(), flow: flow.into(), by_task, used: Mutex::default() }
    }

    /// Whether there is something for a task run of this value.
    pub(super) fn has(&self, task: &str, value: Option<&str>) -> bool {
        self.by_task.get(task).is_some_and(|all| !fitting(all, value).is_empty())
    }

    pub(super) fn is_for(&self, namespace: &str, flow: &str) -> bool {
        *self.namespace == *namespace && *self.flow == *flow
    }

    /// The next state and outputs for a task run of this value.
    pub(super) fn next(
        &self,
        task: &str,
        value: Option<&str>,
        environment: Environment<'_>,
    ) -> Option<(State, Result<Map, Failure>)> {
        let fitting = fitting(self.by_task.get(task)?, value);
        let last = fitting.len().checked_sub(1)?;
        let name = (task.to_owned(), value.map(str::to_owned));
        let place = {
            let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
            let count = used.entry(name).or_default();
            *count += 1;
            *count - 1
        };
        let stand_in = fitting[place.min(last)];
        Some((stand_in.state, outputs(&stand_in.outputs, environment)))
    }
}

/// Those of exactly this value, else those of any.
fn fitting<'s>(all: &'s [StandIn], value: Option<&str>) -> Vec<&'s StandIn> {
    let exact: Vec<&StandIn> = all.iter().filter(|known| known.value.as_deref() == value).collect();
    if exact.is_empty() { all.iter().filter(|known| known.value.is_none()).collect() } else { exact }
}

fn outputs(outputs: &Property, environment: Environment<'_>) -> Result<Map, Failure> {
    match typed(outputs, environment) {
        Ok(Value::Map(outputs)) => Ok(Arc::unwrap_or_clone(outputs)),
        Ok(_) => Ok(Map::new()),
        Err(error) => Err(Failure::new(error.text())),
    }
}

/// A property whose expressions give their values with their types, also inside of lists and maps.
pub(super) fn typed(property: &Property, environment: Environment<'_>) -> Outcome {
    match property {
        Property::List(items) => {
            let items: Outcome<_> = items.iter().map(|item| typed(item, environment)).collect();
            Ok(Value::List(Arc::new(items?)))
        }
        Property::Map(entries) => {
            let entry = |(key, value): &(Property, Property)| {
                let key = key.render_text(environment)?;
                Ok((Arc::from(key.expose()), typed(value, environment)?))
            };
            let map: Outcome<Map> = entries.iter().map(entry).collect();
            Ok(Value::Map(Arc::new(map?)))
        }
        other => other.value(environment),
    }
}

impl Fixtures for StandIns {
    fn of(&self, place: &Place, environment: Environment<'_>) -> Option<Report> {
        if !self.is_for(&place.namespace, &place.flow) {
            return None;
        }
        let value = place.value.as_deref().map(str::to_owned).or_else(|| value_around(environment));
        let (state, outputs) = self.next(&place.task, value.as_deref(), environment)?;
        Some(match outputs {
            Ok(outputs) => report(&place.task, state, outputs),
            Err(failure) => {
                let words =
                    format!("the outputs of the fixture of `{}` cannot be rendered: {failure}", place.task);
                Report { failure: Some(Failure::new(words)), ..Report::default() }
            }
        })
    }
}

/// The value of the nearest loop around a task that does not stand in one directly.
fn value_around(environment: Environment<'_>) -> Option<String> {
    let field = |value: &Value, name: &str| match value {
        Value::Map(map) => map.get(name).cloned(),
        _ => None,
    };
    let parents = match environment.context.get("parents") {
        Some(Value::List(parents)) => {
            parents.iter().find_map(|parent| field(&field(parent, "taskrun")?, "value"))
        }
        _ => None,
    };
    // Iterations that are executions have an item.
    let value = parents.or_else(|| field(environment.context.get("item")?, "value"))?;
    match value {
        Value::Str(value) => Some(value.expose().to_owned()),
        _ => None,
    }
}

fn report(task: &str, state: State, outputs: Map) -> Report {
    let failed = || Failure::new(format!("the fixture of `{task}` says that it fails"));
    Report {
        state: Some(state),
        outputs: Some(Arc::new(outputs)),
        failure: (state == State::Failed).then(failed),
        ..Report::default()
    }
}

#[cfg(test)]
mod tests;

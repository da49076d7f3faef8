//! What a schedule gives the execution that it starts.

use std::sync::Arc;

use kapelle_core::expression::environment::Environment;
use kapelle_model::trigger::{Backfill, Firing};
use kapelle_model::{Failure, Map, Millis, Value};

use super::Schedule;
use super::dates::Dates;
use crate::conditions::words;
use crate::flow_trigger::rendered_labels;
use crate::labels::{Pairs, SYSTEM};
use crate::overlay::Overlay;

/// An occurrence that starts an execution.
pub(super) struct Occurrence<'a> {
    pub(super) date: Millis,
    pub(super) next: Option<Millis>,
    pub(super) backfill: Option<&'a Backfill>,
    /// Why it cannot be told whether its conditions hold.
    pub(super) failure: Option<String>,
}

impl Schedule {
    /// An occurrence whose conditions, inputs or labels cannot be evaluated gives an execution that says so, and fails.
    pub(super) fn fire(
        &self,
        dates: &Dates<'_>,
        occurrence: Occurrence<'_>,
        environment: Environment<'_>,
    ) -> Firing {
        let Occurrence { date, next, backfill, failure } = occurrence;
        let variables = self.variables(dates, date, next, environment);
        let over = self.as_context(&variables);
        let context = Overlay { over: &over, under: environment.context };
        let environment = Environment { context: &context, ..environment };
        let broken = failure.map(|reason| format!("its conditions cannot be evaluated: {reason}"));
        let given = broken.map_or_else(|| self.given(backfill, environment), Err);
        let (inputs, labels, failure) = match given {
            Ok((inputs, labels)) => (inputs, labels, None),
            Err(reason) => {
                let told = format!("trigger `{}` at {}: {reason}", self.id, told(dates, date));
                (Map::new(), Pairs::new(), Some(Failure::new(told)))
            }
        };
        Firing { variables, inputs, labels, date: Some(date), identity: identity(date, backfill), failure }
    }

    fn variables(
        &self,
        dates: &Dates<'_>,
        date: Millis,
        next: Option<Millis>,
        environment: Environment<'_>,
    ) -> Map {
        let previous = self.held(dates, date, environment);
        let all = [("date", Some(date)), ("next", next), ("previous", previous)];
        all.into_iter().filter_map(|(name, date)| Some((Arc::from(name), dates.value(date?)))).collect()
    }

    /// The variables as expressions of the trigger see them, also under their old name.
    pub(super) fn as_context(&self, variables: &Map) -> Map {
        let mut trigger = Map::from_iter([
            ("id".into(), Value::from(self.id.as_str())),
            ("type".into(), Value::from(self.type_name.as_str())),
        ]);
        trigger.extend(variables.iter().map(|(name, value)| (Arc::clone(name), value.clone())));
        let trigger = Value::Map(trigger.into());
        Map::from_iter([("trigger".into(), trigger.clone()), ("schedule".into(), trigger)])
    }

    /// Inputs and labels of the trigger, with those of a backfill over them.
    fn given(
        &self,
        backfill: Option<&Backfill>,
        environment: Environment<'_>,
    ) -> Result<(Map, Pairs), String> {
        let mut inputs = match self.inputs.as_ref().map(|inputs| inputs.render(environment)) {
            None => Map::new(),
            Some(Ok(Value::Map(inputs))) => Map::clone(&inputs),
            Some(Ok(_)) => return Err("its `inputs` are no map".to_owned()),
            Some(Err(error)) => return Err(format!("its inputs could not be rendered: {}", words(&error))),
        };
        let mut labels = rendered_labels(&self.labels, environment)?;
        if let Some(backfill) = backfill {
            inputs.extend(backfill.inputs.iter().map(|(name, value)| (Arc::clone(name), value.clone())));
            for (key, value) in backfill.labels.iter().filter(|(key, _)| !key.starts_with(SYSTEM)) {
                labels.retain(|(known, _)| known != key);
                labels.push((Arc::clone(key), Arc::clone(value)));
            }
        }
        Ok((inputs, labels))
    }
}

/// The occurrence by its moment, so that it is the same whatever becomes of the trigger. A backfill repeats moments that
/// may have an execution, so it has names of its own.
fn identity(date: Millis, backfill: Option<&Backfill>) -> String {
    match backfill {
        None => date.0.to_string(),
        Some(backfill) => format!("backfill-{}-{}", backfill.created.0, date.0),
    }
}

fn told(dates: &Dates<'_>, date: Millis) -> String {
    dates.zoned(date).map_or_else(String::new, |date| date.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
}

//! The execution whose state has changed.

use std::sync::Arc;

use kapelle_core::expression::environment::Environment;
use kapelle_model::execution::{Execution, Kind};
use kapelle_model::window::StateChange;
use kapelle_model::{Map, Millis, State, Value};

use crate::conditions::Facts;
use crate::labels;

/// An execution at one change of its state.
#[derive(Clone, Copy, Debug)]
pub struct Upstream<'a> {
    pub execution: Facts<'a>,
    /// The place of the state in the history of the execution, from 0.
    pub change: u32,
    pub kind: Kind,
    pub revision: u32,
    pub started: Millis,
    pub ended: Option<Millis>,
    pub first_failed_task: Option<&'a str>,
    pub last_task: Option<&'a str>,
}

impl<'a> Upstream<'a> {
    /// The execution as it was at a place of its history; `None` if it has not come that far.
    pub fn of(execution: &'a Execution, change: u32) -> Option<Self> {
        let (state, at) = execution.head.history.entries().nth(change as usize)?;
        let facts = Facts::of(execution);
        let failed = execution.runs.iter().find(|run| run.state() == State::Failed);
        Some(Self {
            execution: Facts { state, outputs: facts.outputs.filter(|_| state.is_terminal()), ..facts },
            change,
            kind: execution.birth.kind,
            revision: execution.birth.revision,
            started: execution.head.history.started(),
            ended: state.is_terminal().then_some(at),
            first_failed_task: failed.map(|run| &*run.task),
            last_task: execution.runs.last().map(|run| &*run.task),
        })
    }

    pub(super) fn state_change(&self) -> StateChange {
        StateChange { execution: self.execution.id, change: self.change }
    }

    pub(super) fn outputs(&self) -> Arc<Map> {
        self.execution.outputs.map_or_else(Arc::default, |outputs| Arc::new(outputs.clone()))
    }

    pub(super) fn label_texts(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.execution.labels.iter().map(|(key, value)| (&**key, &**value))
    }

    /// What a `when` of 2.0 knows of the execution, beside its variables: there `flow` is the one of the execution, and
    /// `outputs` has those of the flow beside those of the tasks.
    pub(super) fn variables_of_when(&self, environment: Environment<'_>) -> Map {
        let execution = &self.execution;
        let flow = Map::from_iter([
            ("id".into(), Value::from(execution.flow)),
            ("namespace".into(), Value::from(execution.namespace)),
            ("revision".into(), Value::Int(self.revision.into())),
        ]);
        let mut outputs = match environment.context.get("outputs") {
            Some(Value::Map(outputs)) => Map::clone(outputs),
            _ => Map::new(),
        };
        let own = execution.outputs.into_iter().flatten();
        outputs.extend(own.map(|(key, value)| (Arc::clone(key), value.clone())));
        Map::from_iter([
            ("namespace".into(), Value::from(execution.namespace)),
            ("flowId".into(), Value::from(execution.flow)),
            ("state".into(), Value::from(execution.state.name())),
            ("labels".into(), Value::Map(labels::nested(self.label_texts()).into())),
            ("outputs".into(), Value::Map(outputs.into())),
            ("hasRetryAttempt".into(), Value::Bool(execution.has_retry_attempt())),
            ("flow".into(), Value::Map(flow.into())),
        ])
    }
}

//! An execution as clients of an API see it.

use std::sync::Arc;

use jiff::tz::TimeZone;
use kapelle_core::expression::plain;
use kapelle_engine::world::Chance;
use kapelle_model::effect::Level;
use kapelle_model::execution::Execution;
use kapelle_model::{ExecutionId, Map, Value};
use serde_json::{Value as Json, json};

use super::{Host, Logged};
use crate::seen::{Seen, SeenLine, SeenRun};

/// Bytes that the values of an execution may have as JSON.
const BYTES_MAX: usize = 16 << 20;

/// Whether secrets are shown, or what they look like when they are encrypted.
#[derive(Clone, Copy)]
enum Secrets {
    Open,
    Encrypted,
}

impl Host {
    /// What can be seen of an execution now; its children are left to whoever looks.
    pub fn seen(&self, id: ExecutionId) -> Option<Seen> {
        let kept = self.executions.get(&id)?;
        let execution = kept.live.execution();
        let shown = |map: &Map, secrets| json_of(&Value::Map(Arc::new(map.clone())), secrets);
        Some(Seen {
            id: id.to_string(),
            flow: execution.birth.flow.to_string(),
            state: execution.state().name().to_owned(),
            inputs: shown(&execution.birth.inputs, Secrets::Encrypted),
            outputs: execution.head.outputs.as_ref().map_or(Json::Null, |map| shown(map, Secrets::Encrypted)),
            variables: shown(&execution.head.variables, Secrets::Open),
            labels: execution
                .head
                .labels
                .iter()
                .map(|(key, value)| (key.to_string(), value.to_string()))
                .collect(),
            runs: self.runs_seen(execution),
            logs: kept
                .logs
                .iter()
                .filter(|line| line.level >= Level::Info)
                .map(|line| self.line_seen(id, line))
                .collect(),
            children: Vec::new(),
        })
    }

    /// The executions that an execution started, oldest first.
    pub fn started_by(&self, id: ExecutionId) -> Vec<ExecutionId> {
        let name = Value::from(&*id.to_string());
        let is_child = |execution: &Execution| {
            execution
                .birth
                .origin
                .as_ref()
                .is_some_and(|origin| origin.variables.get("executionId") == Some(&name))
        };
        let kept = self.executions.iter().filter(|(_, kept)| is_child(kept.live.execution()));
        kept.map(|(child, _)| *child).collect()
    }

    fn runs_seen(&self, execution: &Execution) -> Vec<SeenRun> {
        let id = |run| self.shelf.run(execution.birth.id, run);
        let seen = execution.runs.iter().map(|run| SeenRun {
            id: id(run.index),
            task: run.task.to_string(),
            value: run.value.as_deref().map(str::to_owned),
            iteration: run.iteration,
            parent: run.parent.map(id),
            state: run.state().name().to_owned(),
            outputs: run
                .outputs
                .as_ref()
                .map_or(Json::Null, |outputs| json_of(&Value::Map(Arc::clone(outputs)), Secrets::Open)),
            attempts: run.attempts.iter().map(|attempt| attempt.current().name().to_owned()).collect(),
        });
        seen.collect()
    }

    fn line_seen(&self, id: ExecutionId, line: &Logged) -> SeenLine {
        SeenLine {
            run: line.run.map(|run| self.shelf.run(id, run)),
            level: line.level.name().to_owned(),
            message: line.message.masked(),
        }
    }
}

fn json_of(value: &Value, secrets: Secrets) -> Json {
    let is_hidden = match (value, secrets) {
        (Value::Secret(_), Secrets::Encrypted) => true,
        (Value::Str(text), Secrets::Encrypted) => text.has_secret(),
        _ => false,
    };
    match value {
        _ if is_hidden => json!({"type": "io.kestra.datatype:aes_encrypted", "value": "…"}),
        Value::Secret(inner) => json_of(inner, secrets),
        Value::List(items) => items.iter().map(|item| json_of(item, secrets)).collect(),
        Value::Map(map) => {
            map.iter().map(|(key, value)| (key.to_string(), json_of(value, secrets))).collect()
        }
        other => {
            let text = plain::to_json(other, &TimeZone::UTC, false, BYTES_MAX);
            let json = text.ok().and_then(|text| serde_json::from_str(text.expose()).ok());
            json.unwrap_or(Json::Null)
        }
    }
}

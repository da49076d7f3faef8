//! Other flows and the logs of this one.

mod label;
mod subflow;

use std::sync::Arc;

use kapelle_model::Value;

use super::{Builtin, Call, optional, required};
use crate::expression::error::Outcome;

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::function(
        "errorLogs",
        "The first error logs of the execution, oldest first, each as a map with its `message`.",
        error_logs,
    )
    .shown("{{ errorLogs() | jq('.[].message') }}")
    .keeps_marks(),
    Builtin::function(
        "subflow",
        "Runs a flow while the inputs of another are filled in, waits for its end and gives its `id`, \
                  `state`, `outputs` and `labels`.",
        subflow::subflow,
    )
    .takes(&[
        required("namespace"),
        required("id"),
        optional("inputs", "null"),
        optional("revision", "null"),
        optional("labels", "null"),
        optional("timeout", "'PT1M'"),
    ])
    .shown("{{ subflow(namespace='company', id='choices').outputs.regions }}"),
];

/// Logs that one call gives.
const LOGS_MAX: usize = 25;

fn error_logs(call: &mut Call<'_, '_>) -> Outcome {
    let logs = call.run.services().error_logs(LOGS_MAX)?;
    Ok(Value::List(Arc::new(logs.into_iter().map(|log| Value::Map(Arc::new(log))).collect())))
}

#[cfg(test)]
mod tests;

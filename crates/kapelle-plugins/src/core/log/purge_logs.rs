//! `io.kestra.plugin.core.log.PurgeLogs`: deletes old lines of logs.

use jiff::Zoned;
use kapelle_model::Failure;
use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, Expr, LogOrigin, LogQuery, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// # Delete old logs
///
/// Deletes lines of logs until a moment, of executions and of triggers.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PurgeLogs {
    /// The namespace with all below it; with `flowId` exactly this one. Without it, all that the flow may use.
    namespace: Option<Expr<String>>,
    /// The flow.
    flow_id: Option<Expr<String>>,
    /// The execution.
    execution_id: Option<Expr<String>>,
    /// The levels; all if nothing is said.
    log_levels: Option<Expr<Vec<Level>>>,
    /// Only lines after this moment.
    start_date: Option<Expr<Zoned>>,
    /// Only lines before this moment.
    end_date: Expr<Zoned>,
    /// Whether lines of executions are deleted; they are unless this says `false`.
    purge_execution_logs: Option<Expr<bool>>,
    /// Whether lines of triggers are deleted; they are unless this says `false`.
    purge_non_execution_logs: Option<Expr<bool>>,
    /// How many lines are deleted at once. The store decides that itself.
    #[expect(dead_code, reason = "it may be written, and changes nothing that can be seen")]
    batch_size: Option<Expr<u32>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// How many lines were deleted.
    count: u64,
}

impl Task for PurgeLogs {
    const TYPE: &'static str = "io.kestra.plugin.core.log.PurgeLogs";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl PurgeLogs {
    fn work(&self, cx: &RunContext) -> Result<Output, Broken> {
        let Some(origin) = self.origin(cx)? else { return Ok(Output { count: 0 }) };
        let query = LogQuery {
            execution: cx.filled(self.execution_id.as_ref())?,
            namespace: cx.filled(self.namespace.as_ref())?,
            flow: cx.filled(self.flow_id.as_ref())?,
            tasks: Vec::new(),
            levels: cx.filled(self.log_levels.as_ref())?.unwrap_or_default(),
            from: cx.filled(self.start_date.as_ref())?.map(|moment| moment.timestamp()),
            until: Some(cx.render(&self.end_date)?.timestamp()),
            origin,
        };
        if query.flow.is_some() && query.namespace.is_none() {
            return Err(Failure::new("`flowId` needs `namespace`: add it").into());
        }
        Ok(Output { count: cx.host.executions().purge_logs(&query)? })
    }

    /// Whose lines are meant, if any.
    fn origin(&self, cx: &RunContext) -> Result<Option<LogOrigin>, Failure> {
        let of_executions = cx.filled(self.purge_execution_logs.as_ref())?.unwrap_or(true);
        let of_others = cx.filled(self.purge_non_execution_logs.as_ref())?.unwrap_or(true);
        Ok(match (of_executions, of_others) {
            (true, true) => Some(LogOrigin::All),
            (true, false) => Some(LogOrigin::Executions),
            (false, true) => Some(LogOrigin::Others),
            (false, false) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use kapelle_model::Value;
    use kapelle_plugin::Purged;
    use kapelle_plugin::stage::Stage;

    use super::*;

    #[tokio::test]
    async fn lines_are_chosen_by_origin_and_level() {
        for (more, origin) in [
            ("", Some("All")),
            (", purgeNonExecutionLogs: false", Some("Executions")),
            (", purgeExecutionLogs: false", Some("Others")),
            (", purgeExecutionLogs: false, purgeNonExecutionLogs: false", None),
        ] {
            let stage = Stage::new();
            *stage.memory().purged.lock().unwrap() = Purged { logs: 9, ..Purged::default() };
            let written = format!("{{endDate: '2026-01-01T00:00:00Z', logLevels: [INFO]{more}}}");
            let given = stage.run::<PurgeLogs>(&written).await.unwrap();
            assert_eq!(given["count"], Value::Int(if origin.is_some() { 9 } else { 0 }));
            let asked = stage.memory().requests();
            let expected = origin.map(|origin| {
                format!(
                    "purge logs LogQuery {{ execution: None, namespace: None, flow: None, tasks: [], levels: [Info], \
                     from: None, until: Some(2026-01-01T00:00:00Z), origin: {origin} }}"
                )
            });
            assert_eq!(asked.first(), expected.as_ref());
        }
    }
}

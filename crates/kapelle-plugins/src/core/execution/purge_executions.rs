//! `io.kestra.plugin.core.execution.PurgeExecutions`: deletes old executions.

use jiff::Zoned;
use kapelle_model::{Failure, State};
use kapelle_plugin::{Broken, Expr, PurgeOf, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// # Delete old executions
///
/// Deletes executions that have ended, with their logs, metrics and files.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PurgeExecutions {
    /// The namespace with all below it; with `flowId` exactly this one. Without it, all that the flow may use.
    namespace: Option<Expr<String>>,
    /// The flow.
    flow_id: Option<Expr<String>>,
    /// Only executions that ended after this moment.
    start_date: Option<Expr<Zoned>>,
    /// Only executions that ended before this moment.
    end_date: Expr<Zoned>,
    /// The states; all in which an execution has ended if nothing is said.
    states: Option<Expr<Vec<State>>>,
    /// Whether the executions themselves are deleted; they are unless this says `false`.
    purge_execution: Option<Expr<bool>>,
    /// Whether their logs are deleted; they are unless this says `false`.
    purge_log: Option<Expr<bool>>,
    /// Whether their metrics are deleted; they are unless this says `false`.
    purge_metric: Option<Expr<bool>>,
    /// Whether their files are deleted; they are unless this says `false`.
    purge_storage: Option<Expr<bool>>,
    /// How many executions are deleted at once; 100 if nothing is said.
    batch_size: Option<Expr<u32>>,
}

#[expect(clippy::struct_field_names, reason = "flows read these names")]
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// How many executions were deleted.
    executions_count: u64,
    /// How many lines of logs were deleted.
    logs_count: u64,
    /// How many files were deleted.
    storages_count: u64,
    /// How many metrics were deleted.
    metrics_count: u64,
}

impl Task for PurgeExecutions {
    const TYPE: &'static str = "io.kestra.plugin.core.execution.PurgeExecutions";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl PurgeExecutions {
    fn work(&self, cx: &RunContext) -> Result<Output, Broken> {
        let purged = cx.host.executions().purge(&self.of(cx)?)?;
        Ok(Output {
            executions_count: purged.executions,
            logs_count: purged.logs,
            storages_count: purged.files,
            metrics_count: purged.metrics,
        })
    }

    fn of(&self, cx: &RunContext) -> Result<PurgeOf, Failure> {
        let is_meant =
            |flag: &Option<Expr<bool>>| Ok::<_, Failure>(cx.filled(flag.as_ref())?.unwrap_or(true));
        let of = PurgeOf {
            namespace: cx.filled(self.namespace.as_ref())?,
            flow: cx.filled(self.flow_id.as_ref())?,
            states: cx.filled(self.states.as_ref())?.unwrap_or_default(),
            from: cx.filled(self.start_date.as_ref())?.map(|moment| moment.timestamp()),
            until: cx.render(&self.end_date)?.timestamp(),
            executions: is_meant(&self.purge_execution)?,
            logs: is_meant(&self.purge_log)?,
            metrics: is_meant(&self.purge_metric)?,
            files: is_meant(&self.purge_storage)?,
            batch: cx.filled(self.batch_size.as_ref())?.unwrap_or(100).max(1),
        };
        if of.flow.is_some() && of.namespace.is_none() {
            return Err(Failure::new("`flowId` needs `namespace`: add it"));
        }
        Ok(of)
    }
}

#[cfg(test)]
mod tests {
    use kapelle_core::expression::plain;
    use kapelle_model::Value;
    use kapelle_plugin::Purged;
    use kapelle_plugin::stage::Stage;

    use super::*;

    #[tokio::test]
    async fn what_was_deleted_is_told() {
        let stage = Stage::new();
        *stage.memory().purged.lock().unwrap() =
            Purged { scanned: 0, executions: 1, logs: 2, metrics: 3, files: 4 };
        let written = "{namespace: '{{ flow.namespace }}', endDate: '2026-01-01T00:00:00+01:00', states: [SUCCESS], \
                       purgeLog: false, batchSize: 7}";
        let given = stage.run::<PurgeExecutions>(written).await.unwrap();
        let expected = r#"{"executionsCount": 1, "logsCount": 2, "storagesCount": 4, "metricsCount": 3}"#;
        assert_eq!(Value::Map(given.into()), plain::from_json(expected).unwrap());
        assert_eq!(
            stage.memory().requests(),
            ["purge PurgeOf { namespace: Some(\"team.a\"), flow: None, states: [Success], from: None, \
                 until: 2025-12-31T23:00:00Z, executions: true, logs: false, metrics: true, files: true, batch: 7 }"]
        );
    }

    #[tokio::test]
    async fn a_flow_is_named_with_its_namespace() {
        let written = "{flowId: f, endDate: '2026-01-01T00:00:00Z'}";
        let broken = Stage::new().run::<PurgeExecutions>(written).await.unwrap_err();
        assert_eq!(broken.failure.to_string(), "`flowId` needs `namespace`: add it");
        let broken = Stage::new().run::<PurgeExecutions>("{}").await.unwrap_err();
        assert_eq!(broken.failure.to_string(), "the property `endDate` is missing");
    }
}

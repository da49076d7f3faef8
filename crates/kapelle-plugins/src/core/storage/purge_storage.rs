//! `io.kestra.plugin.core.storage.PurgeStorage`: deletes old files of executions.

use jiff::Zoned;
use kapelle_model::Failure;
use kapelle_plugin::{Broken, Expr, Metric, OldFiles, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// # Delete old files of executions
///
/// Deletes files of executions by the age of the files, also where the execution is not there any more. Files of
/// executions that still run stay. It only counts unless `dryRun` is `false`.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PurgeStorage {
    /// The namespace with all below it; without it, all that the flow may use.
    namespace: Option<Expr<String>>,
    /// The flow, of exactly this namespace.
    flow_id: Option<Expr<String>>,
    /// Only files that were last changed at this moment or later.
    start_date: Option<Expr<Zoned>>,
    /// Only files that were last changed before this moment.
    end_date: Expr<Zoned>,
    /// Whether files are only counted; they are unless this says `false`.
    dry_run: Option<Expr<bool>>,
}

#[expect(clippy::struct_field_names, reason = "flows read these names")]
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// How many executions were looked at.
    scanned_count: u64,
    /// How many of them have such files.
    purged_count: u64,
    /// How many files were deleted.
    deleted_files_count: u64,
}

impl Task for PurgeStorage {
    const TYPE: &'static str = "io.kestra.plugin.core.storage.PurgeStorage";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl PurgeStorage {
    fn work(&self, cx: &RunContext) -> Result<Output, Broken> {
        let of = OldFiles {
            namespace: cx.filled(self.namespace.as_ref())?,
            flow: cx.filled(self.flow_id.as_ref())?,
            from: cx.filled(self.start_date.as_ref())?.map(|moment| moment.timestamp()),
            until: cx.render(&self.end_date)?.timestamp(),
            is_dry: cx.filled(self.dry_run.as_ref())?.unwrap_or(true),
        };
        if of.flow.is_some() && of.namespace.is_none() {
            return Err(Failure::new("`flowId` needs `namespace`: add it").into());
        }
        let purged = cx.host.executions().purge_files(&of)?;
        cx.metric(Metric::count("scanned", purged.scanned));
        cx.metric(Metric::count("purged", purged.executions));
        cx.metric(Metric::count("deleted.files", purged.files));
        Ok(Output {
            scanned_count: purged.scanned,
            purged_count: purged.executions,
            deleted_files_count: purged.files,
        })
    }
}

//! `io.kestra.plugin.redis.string.Delete`: takes keys away.

use kapelle_plugin::{Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::redis::connection::{Command, ServerProperties};

/// # Delete keys of Redis
///
/// Deletes keys, whatever they hold.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Delete {
    #[serde(flatten)]
    server: ServerProperties,
    /// The keys.
    keys: Expr<Vec<String>>,
    /// Whether the task fails if one of the keys is not there. The others are deleted nevertheless.
    failed_on_missing: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// How many keys were deleted.
    count: u64,
}

impl Task for Delete {
    const TYPE: &'static str = "io.kestra.plugin.redis.string.Delete";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let keys = cx.render(&self.keys)?;
        let fails = cx.filled(self.failed_on_missing.as_ref())?.unwrap_or(false);
        if keys.is_empty() {
            return Ok(Output { count: 0 });
        }
        let mut connection = self.server.open(cx).await?;
        let command = keys.iter().fold(Command::new("DEL"), Command::arg);
        let count = connection.count(command).await?.unsigned_abs();
        connection.close().await;
        cx.metric(Metric::count("deleted.keys.count", count));
        if fails && count < keys.len() as u64 {
            let missing = keys.len() as u64 - count;
            return Err(Broken::new(format!(
                "{missing} of {} keys were not there; {count} were deleted",
                keys.len()
            )));
        }
        Ok(Output { count })
    }
}

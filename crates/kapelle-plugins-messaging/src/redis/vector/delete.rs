//! `io.kestra.plugin.redis.vector.Delete`: takes elements out of a set of vectors.

use kapelle_plugin::{Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::redis::connection::{Command, ServerProperties};
use crate::redis::reply::Reply;

/// # Delete elements of a set of vectors of Redis
///
/// Takes elements out of a set of vectors. It needs Redis 8.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Delete {
    #[serde(flatten)]
    server: ServerProperties,
    /// The key of the set.
    key: Expr<String>,
    /// The names of the elements.
    elements: Expr<Vec<String>>,
    /// Whether the task fails if one of the elements is not there. The others are deleted nevertheless.
    failed_on_missing: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// How many elements were deleted.
    count: u64,
}

impl Task for Delete {
    const TYPE: &'static str = "io.kestra.plugin.redis.vector.Delete";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let key = cx.render(&self.key)?;
        let elements = cx.render(&self.elements)?;
        let fails = cx.filled(self.failed_on_missing.as_ref())?.unwrap_or(false);
        let commands: Vec<Command> =
            elements.iter().map(|element| Command::new("VREM").arg(&key).arg(element)).collect();
        let mut connection = self.server.open(cx).await?;
        let answers = connection.ask_all(&commands).await?;
        connection.close().await;
        let count = answers.iter().filter(|answer| **answer == Reply::Number(1)).count();
        cx.metric(Metric::count("deleted.keys.count", count as u64));
        if fails && count < elements.len() {
            let missing = elements.len() - count;
            return Err(Broken::new(format!(
                "{missing} of {} elements were not in `{key}`; {count} were deleted",
                elements.len()
            )));
        }
        Ok(Output { count: count as u64 })
    }
}

//! `io.kestra.plugin.redis.list.ListPop`: takes elements from the head of a list.

use kapelle_plugin::{Broken, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::taking::{Taken, TakingProperties};

/// # Take elements from the head of a list of Redis
///
/// Takes elements from the head of a list into a file of rows, until the list is empty, there are enough of them, or the
/// time is up. Until the file is safe, they stand in a list beside it; if the task fails, they go back.
#[derive(Deserialize, JsonSchema)]
pub(super) struct ListPop {
    #[serde(flatten)]
    taking: TakingProperties,
}

impl Task for ListPop {
    const TYPE: &'static str = "io.kestra.plugin.redis.list.ListPop";
    type Output = Taken;

    async fn run(&self, cx: &RunContext) -> Result<Taken, Broken> {
        let taking = self.taking.read(cx, &cx.place.run_id)?;
        let taken = taking.take(cx).await?;
        taking.forget(cx).await?;
        cx.metric(Metric::count("popped.records.count", taken.count));
        Ok(taken)
    }
}

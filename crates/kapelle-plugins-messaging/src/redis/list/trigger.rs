//! `io.kestra.plugin.redis.list.Trigger`: looks from time to time for elements of a list.

use kapelle_model::Value;
use kapelle_plugin::{Broken, Polled, PollingTrigger, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use super::taking::{Taken, TakingProperties, aside, owner_of_trigger};

/// # Look for elements of a list of Redis
///
/// Takes elements from the head of a list at each look, and starts an execution if there are any. Until that is certain,
/// they stand in a list beside it.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Trigger {
    #[serde(flatten)]
    taking: TakingProperties,
}

/// Looks take turns with two lists. So what one of them left when it was cut off is never taken for what an execution has.
fn list(cx: &RunContext, turn: i64) -> String {
    format!("{}:{turn}", owner_of_trigger(cx))
}

/// The turn of the last look that started an execution.
fn turn(cursor: Option<&Value>) -> Option<i64> {
    match cursor {
        Some(Value::Int(turn)) => Some(*turn),
        _ => None,
    }
}

impl PollingTrigger for Trigger {
    const TYPE: &'static str = "io.kestra.plugin.redis.list.Trigger";
    type Output = Taken;

    async fn poll(&self, cx: &RunContext, cursor: Option<Value>) -> Result<Polled<Taken>, Broken> {
        // What the last look did not come to.
        self.settle(cx, cursor.clone()).await?;
        let next = 1 - turn(cursor.as_ref()).unwrap_or(0).clamp(0, 1);
        let taken = self.taking.read(cx, &list(cx, next))?.take(cx).await?;
        if taken.count == 0 {
            cx.host.files().delete(&taken.uri)?;
            return Ok(Polled { event: None, cursor });
        }
        Ok(Polled { event: Some(taken), cursor: Some(Value::Int(next)) })
    }

    async fn settle(&self, cx: &RunContext, cursor: Option<Value>) -> Result<(), Broken> {
        let Some(turn) = turn(cursor.as_ref()) else { return Ok(()) };
        let aside = aside(&self.taking.key(cx)?, &list(cx, turn));
        self.taking.forget(cx, &aside).await
    }
}

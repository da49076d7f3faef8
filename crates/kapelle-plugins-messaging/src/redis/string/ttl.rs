//! `io.kestra.plugin.redis.string.Ttl`: how long a key stays.

use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::redis::connection::{Command, ServerProperties};

/// # Ask how long a key of Redis stays
///
/// Asks for how many seconds a key stays.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Ttl {
    #[serde(flatten)]
    server: ServerProperties,
    /// The key.
    key: Expr<String>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// How many seconds; -1 if it stays for ever, -2 if it is not there.
    ttl: i64,
    /// The key.
    key: String,
}

impl Task for Ttl {
    const TYPE: &'static str = "io.kestra.plugin.redis.string.Ttl";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let key = cx.render(&self.key)?;
        let mut connection = self.server.open(cx).await?;
        let ttl = connection.count(Command::new("TTL").arg(&key)).await?;
        connection.close().await;
        Ok(Output { ttl, key })
    }
}

//! `io.kestra.plugin.redis.string.Get`: reads a key.

use kapelle_model::Value;
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::records::SerdeType;
use crate::redis::connection::{Command, ServerProperties};

/// # Read a key of Redis
///
/// Reads the content of a key as a text, or as a value in JSON.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Get {
    #[serde(flatten)]
    server: ServerProperties,
    /// The key.
    key: Expr<String>,
    /// How the content is read: as text, or as JSON.
    serde_type: Option<Expr<SerdeType>>,
    /// Whether the task fails if the key is not there.
    failed_on_missing: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The content; nothing if the key is not there.
    data: Any,
    /// The key.
    key: String,
}

impl Task for Get {
    const TYPE: &'static str = "io.kestra.plugin.redis.string.Get";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let key = cx.render(&self.key)?;
        let serde = cx.filled(self.serde_type.as_ref())?.unwrap_or_default();
        let fails = cx.filled(self.failed_on_missing.as_ref())?.unwrap_or(false);
        let mut connection = self.server.open(cx).await?;
        let content = connection.content(Command::new("GET").arg(&key)).await?;
        connection.close().await;
        if fails && content.is_none() {
            return Err(Broken::new(format!("there is no key `{key}`")));
        }
        let data = content.map_or(Ok(Value::Null), |content| serde.read(&content));
        let data =
            data.map_err(|failure| Broken::new(format!("the key `{key}`: {}", failure.message.masked())))?;
        Ok(Output { data: data.into(), key })
    }
}

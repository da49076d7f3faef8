//! `io.kestra.plugin.redis.json.Get`: reads a document.

use kapelle_model::Value;
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::path::{ROOT, found};
use crate::redis::connection::{Command, ServerProperties};

/// # Read a JSON document of Redis
///
/// Reads a document, or what stands at a path in it. The server needs JSON: Redis 8, or its module for JSON.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Get {
    #[serde(flatten)]
    server: ServerProperties,
    /// The key of the document.
    key: Expr<String>,
    /// The path into the document; all of it where it is not said.
    path: Option<Expr<String>>,
    /// Whether the task fails if there is nothing.
    failed_on_missing: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// What stands there; a list if the path may lead to several places.
    data: Any,
    /// The key.
    key: String,
}

impl Task for Get {
    const TYPE: &'static str = "io.kestra.plugin.redis.json.Get";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let key = cx.render(&self.key)?;
        let path = cx.filled(self.path.as_ref())?.unwrap_or_else(|| ROOT.to_owned());
        let fails = cx.filled(self.failed_on_missing.as_ref())?.unwrap_or(false);
        let mut connection = self.server.open(cx).await?;
        let content = connection.content(Command::new("JSON.GET").arg(&key).arg(&path)).await?;
        connection.close().await;
        let data = found(&path, content.as_deref())?;
        if fails && data == Value::Null {
            return Err(Broken::new(format!("there is nothing at `{path}` of the key `{key}`")));
        }
        Ok(Output { data: data.into(), key })
    }
}

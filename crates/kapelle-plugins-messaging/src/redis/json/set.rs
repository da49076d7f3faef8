//! `io.kestra.plugin.redis.json.Set`: writes a document.

use kapelle_model::Value;
use kapelle_model::effect::Level;
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::path::{ROOT, found};
use crate::records::SerdeType;
use crate::redis::connection::{Command, ServerProperties};
use crate::redis::options::OptionsProperties;
use crate::redis::reply::Reply;

/// # Write a JSON document of Redis
///
/// Writes a document, or what stands at a path in it. The server needs JSON: Redis 8, or its module for JSON.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Set {
    #[serde(flatten)]
    server: ServerProperties,
    /// The key of the document.
    key: Expr<String>,
    /// The value. A text that is JSON is written as what it says.
    value: Expr<Any>,
    /// The path into the document; all of it where it is not said.
    path: Option<Expr<String>>,
    /// Whether what stood there before is given.
    get: Option<Expr<bool>>,
    /// Under which conditions the document is written, and how long it stays.
    options: Option<OptionsProperties>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// What stood there before, if `get` asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    old_value: Option<Any>,
}

impl Task for Set {
    const TYPE: &'static str = "io.kestra.plugin.redis.json.Set";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let key = cx.render(&self.key)?;
        let path = cx.filled(self.path.as_ref())?.unwrap_or_else(|| ROOT.to_owned());
        let Any(value) = cx.render(&self.value)?;
        let content = SerdeType::Json.write_once(&value)?;
        let gets = cx.filled(self.get.as_ref())?.unwrap_or(false);
        let options = OptionsProperties::read(self.options.as_ref(), cx)?;
        let mut commands = Vec::new();
        if gets {
            commands.push(Command::new("JSON.GET").arg(&key).arg(&path));
        }
        commands.push(Command::new("JSON.SET").arg(&key).arg(&path).arg(content));
        let mut connection = self.server.open(cx).await?;
        let changed = options.change(&mut connection, &key, commands).await?;
        connection.close().await;
        let Some(answers) = changed else {
            cx.log(Level::Info, format!("the key `{key}` was not written: its condition does not hold"));
            return Ok(Output { old_value: None });
        };
        let old = match answers.first().filter(|_| gets) {
            Some(Reply::Bytes(bytes)) => found(&path, Some(bytes))?,
            _ => Value::Null,
        };
        Ok(Output { old_value: (old != Value::Null).then(|| old.into()) })
    }
}

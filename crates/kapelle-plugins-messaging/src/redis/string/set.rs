//! `io.kestra.plugin.redis.string.Set`: writes a key.

use kapelle_model::effect::Level;
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::records::SerdeType;
use crate::redis::connection::{Command, ServerProperties};
use crate::redis::options::{OptionsProperties, Stays};
use crate::redis::reply::Reply;

/// # Write a key of Redis
///
/// Writes the content of a key, perhaps only if it is there or is not, and for some time.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Set {
    #[serde(flatten)]
    server: ServerProperties,
    /// The key.
    key: Expr<String>,
    /// The content.
    value: Expr<Any>,
    /// How the content is written: as text, or as JSON.
    serde_type: Option<Expr<SerdeType>>,
    /// Whether the content that was there before is given.
    get: Option<Expr<bool>>,
    /// Under which conditions the key is written, and how long it stays.
    options: Option<OptionsProperties>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// What was there before, if `get` asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    old_value: Option<String>,
}

impl Task for Set {
    const TYPE: &'static str = "io.kestra.plugin.redis.string.Set";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let key = cx.render(&self.key)?;
        let Any(value) = cx.render(&self.value)?;
        let content = cx.filled(self.serde_type.as_ref())?.unwrap_or_default().write_once(&value)?;
        let gets = cx.filled(self.get.as_ref())?.unwrap_or(false);
        let options = OptionsProperties::read(self.options.as_ref(), cx)?;
        let mut command = Command::new("SET").arg(&key).arg(content);
        if let Some(condition) = options.condition {
            command = command.arg(condition.word());
        }
        if gets {
            command = command.arg("GET");
        }
        command = match options.stays {
            Stays::Unsaid => command,
            Stays::Kept => command.arg("KEEPTTL"),
            Stays::For(millis) => command.arg("PX").number(millis),
            Stays::Until(millis) => command.arg("PXAT").number(millis),
        };
        let mut connection = self.server.open(cx).await?;
        let answer = connection.ask(command).await?;
        connection.close().await;
        let old_value = match answer {
            Reply::Bytes(old) if gets => Some(String::from_utf8_lossy(&old).into_owned()),
            Reply::Nothing if !gets => {
                cx.log(Level::Info, format!("the key `{key}` was not written: its condition does not hold"));
                None
            }
            _ => None,
        };
        Ok(Output { old_value })
    }
}

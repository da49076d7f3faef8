//! `io.kestra.plugin.redis.json.Increment`: adds to a number of a document.

use kapelle_model::Value;
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::path::found;
use crate::redis::connection::{Command, ServerProperties};
use crate::redis::options::OptionsProperties;
use crate::redis::reply::Reply;

/// # Add to a number of a JSON document of Redis
///
/// Adds to the number that stands at a path of a document. The server needs JSON: Redis 8, or its module for JSON.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Increment {
    #[serde(flatten)]
    server: ServerProperties,
    /// The key of the document.
    key: Expr<String>,
    /// The path to the number.
    path: Expr<String>,
    /// How much is added; 1 where it is not said, less than 0 to take away.
    amount: Option<Expr<f64>>,
    /// Under which conditions the document is changed, and how long it stays.
    options: Option<OptionsProperties>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The number after that; a list if the path may lead to several places.
    value: Any,
    /// The key.
    key: String,
}

impl Task for Increment {
    const TYPE: &'static str = "io.kestra.plugin.redis.json.Increment";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let key = cx.render(&self.key)?;
        let path = cx.render(&self.path)?;
        let amount = cx.filled(self.amount.as_ref())?.unwrap_or(1.0);
        let options = OptionsProperties::read(self.options.as_ref(), cx)?;
        let command = Command::new("JSON.NUMINCRBY").arg(&key).arg(&path).number(amount);
        let mut connection = self.server.open(cx).await?;
        let changed = options.change(&mut connection, &key, vec![command]).await?;
        let value = match changed.and_then(|answers| answers.into_iter().next()) {
            Some(Reply::Bytes(bytes)) => found(&path, Some(&bytes))?,
            Some(other) => return Err(connection.odd(&other)),
            None => {
                return Err(Broken::new(format!(
                    "the number in `{key}` was not changed: its condition does not hold"
                )));
            }
        };
        connection.close().await;
        if value == Value::Null {
            return Err(Broken::new(format!("there is no number at `{path}` of the key `{key}`")));
        }
        Ok(Output { value: value.into(), key })
    }
}

//! `io.kestra.plugin.redis.string.Increment`: adds to a number.

use kapelle_model::Value;
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::redis::connection::{Command, ServerProperties};
use crate::redis::options::OptionsProperties;
use crate::redis::reply::Reply;

/// Beyond it a float does not tell whole numbers exactly.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// # Add to a number in Redis
///
/// Adds to the number that a key holds; one that is not there counts as 0.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Increment {
    #[serde(flatten)]
    server: ServerProperties,
    /// The key.
    key: Expr<String>,
    /// How much is added; 1 where it is not said, less than 0 to take away.
    amount: Option<Expr<f64>>,
    /// Under which conditions the key is written, and how long it stays.
    options: Option<OptionsProperties>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The number after that.
    value: Any,
    /// The key.
    key: String,
}

impl Task for Increment {
    const TYPE: &'static str = "io.kestra.plugin.redis.string.Increment";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let key = cx.render(&self.key)?;
        let amount = cx.filled(self.amount.as_ref())?.unwrap_or(1.0);
        let options = OptionsProperties::read(self.options.as_ref(), cx)?;
        let mut connection = self.server.open(cx).await?;
        let is_whole = amount.fract() == 0.0 && amount.abs() < EXACT_MAX;
        let command = if is_whole { Command::new("INCRBY") } else { Command::new("INCRBYFLOAT") };
        let changed = options.change(&mut connection, &key, vec![command.arg(&key).number(amount)]).await?;
        let value = match changed.and_then(|answers| answers.into_iter().next()) {
            Some(Reply::Number(number)) => Value::Int(number),
            Some(Reply::Bytes(bytes)) => number(&String::from_utf8_lossy(&bytes)),
            Some(other) => return Err(connection.odd(&other)),
            None => {
                return Err(Broken::new(format!(
                    "the number in `{key}` was not changed: its condition does not hold"
                )));
            }
        };
        connection.close().await;
        Ok(Output { value: value.into(), key })
    }
}

/// A number as Redis writes it.
fn number(text: &str) -> Value {
    match (text.parse::<i64>(), text.parse::<f64>()) {
        (Ok(number), _) => Value::Int(number),
        (_, Ok(number)) => Value::Float(number),
        _ => Value::from(text),
    }
}

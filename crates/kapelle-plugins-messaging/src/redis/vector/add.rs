//! `io.kestra.plugin.redis.vector.Add`: puts a vector into a set.

use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::{Broken, Expr, RunContext, Task, Word};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::with_values;
use crate::records::SerdeType;
use crate::redis::connection::{Command, ServerProperties};

/// How exactly the server keeps vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(clippy::enum_variant_names, reason = "flows know these words")]
pub(super) enum Quantization {
    /// As they are.
    NoQuantization,
    /// One bit for each number.
    Binary,
    /// Eight bits for each number.
    Q8,
}

impl Word for Quantization {}

/// # Add a vector to a set of Redis
///
/// Puts an element with its vector into a set of vectors, which is made if it is not there. It needs Redis 8.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Add {
    #[serde(flatten)]
    server: ServerProperties,
    /// The key of the set.
    key: Expr<String>,
    /// The name of the element.
    element: Expr<String>,
    /// Its vector.
    vector: Expr<Vec<f64>>,
    /// To how many numbers vectors are reduced.
    reduce_dim: Option<Expr<u32>>,
    /// How exactly the server keeps vectors.
    quantization: Option<Expr<Quantization>>,
    /// How widely the server looks for neighbours when it adds the element.
    exploration_factor: Option<Expr<u32>>,
    /// How many neighbours an element has at most.
    max_nodes: Option<Expr<u32>>,
    /// Whether the server looks for neighbours beside its other work.
    check_and_set: Option<Expr<bool>>,
    /// What searches can filter by.
    attributes: Option<Expr<Map>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// Whether the element is new.
    added: bool,
}

impl Task for Add {
    const TYPE: &'static str = "io.kestra.plugin.redis.vector.Add";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let vector = cx.render(&self.vector)?;
        if vector.is_empty() {
            return Err(Failure::new("`vector` has no numbers").into());
        }
        let mut command = Command::new("VADD").arg(cx.render(&self.key)?);
        if let Some(count) = cx.filled(self.reduce_dim.as_ref())? {
            command = command.arg("REDUCE").number(count);
        }
        command = with_values(command, &vector).arg(cx.render(&self.element)?);
        if cx.filled(self.check_and_set.as_ref())?.unwrap_or(false) {
            command = command.arg("CAS");
        }
        if let Some(quantization) = cx.filled(self.quantization.as_ref())? {
            command = command.arg(match quantization {
                Quantization::NoQuantization => "NOQUANT",
                Quantization::Binary => "BIN",
                Quantization::Q8 => "Q8",
            });
        }
        if let Some(factor) = cx.filled(self.exploration_factor.as_ref())? {
            command = command.arg("EF").number(factor);
        }
        if let Some(attributes) = cx.optional(self.attributes.as_ref())? {
            let attributes = SerdeType::Json.write(&Value::Map(attributes.into()))?;
            command = command.arg("SETATTR").arg(attributes);
        }
        if let Some(count) = cx.filled(self.max_nodes.as_ref())? {
            command = command.arg("M").number(count);
        }
        let mut connection = self.server.open(cx).await?;
        let added = connection.count(command).await? > 0;
        connection.close().await;
        Ok(Output { added })
    }
}

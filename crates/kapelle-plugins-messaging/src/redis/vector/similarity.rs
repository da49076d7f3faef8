//! `io.kestra.plugin.redis.vector.Similarity`: finds the elements that are nearest to a vector.

use std::collections::BTreeMap;

use kapelle_model::Failure;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::with_values;
use crate::redis::connection::{Command, ServerProperties};

/// # Find similar elements of a set of vectors of Redis
///
/// Finds the elements of a set whose vectors are nearest to a vector, or to that of an element. It needs Redis 8.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Similarity {
    #[serde(flatten)]
    server: ServerProperties,
    /// The key of the set.
    key: Expr<String>,
    /// The vector; this, or `element`.
    vector: Option<Expr<Vec<f64>>>,
    /// The name of an element; this, or `vector`.
    element: Option<Expr<String>>,
    /// How many elements are found at most; the server finds 10 where it is not said.
    count: Option<Expr<u32>>,
    /// A condition on the attributes of elements, such as `.year > 2020`.
    filter: Option<Expr<String>>,
    /// How many elements are looked at before the filter gives up.
    filter_efficiency: Option<Expr<u32>>,
    /// How widely the server looks.
    exploration_factor: Option<Expr<u32>>,
    /// How far away elements may be, from 0 to 1.
    epsilon: Option<Expr<f64>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The names of the elements, the nearest first.
    matches: Vec<String>,
    /// How similar each of them is: 1 is the same, 0 the opposite.
    scores: BTreeMap<String, f64>,
}

impl Task for Similarity {
    const TYPE: &'static str = "io.kestra.plugin.redis.vector.Similarity";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let command = Command::new("VSIM").arg(cx.render(&self.key)?);
        let vector = cx.optional(self.vector.as_ref())?.filter(|vector| !vector.is_empty());
        let element = cx.filled(self.element.as_ref())?;
        let mut command = match (vector, element) {
            (Some(vector), None) => with_values(command, &vector),
            (None, Some(element)) => command.arg("ELE").arg(element),
            _ => return Err(Failure::new("write either `vector` or `element`").into()),
        };
        command = command.arg("WITHSCORES");
        if let Some(count) = cx.filled(self.count.as_ref())? {
            command = command.arg("COUNT").number(count);
        }
        if let Some(epsilon) = cx.filled(self.epsilon.as_ref())? {
            command = command.arg("EPSILON").number(epsilon);
        }
        if let Some(factor) = cx.filled(self.exploration_factor.as_ref())? {
            command = command.arg("EF").number(factor);
        }
        if let Some(filter) = cx.filled(self.filter.as_ref())? {
            command = command.arg("FILTER").arg(filter);
        }
        if let Some(count) = cx.filled(self.filter_efficiency.as_ref())? {
            command = command.arg("FILTER-EF").number(count);
        }
        let mut connection = self.server.open(cx).await?;
        let answers = connection.contents(command).await?;
        connection.close().await;
        let mut output = Output { matches: Vec::new(), scores: BTreeMap::new() };
        for pair in answers.chunks_exact(2) {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let name = text(&pair[0]);
            let score = text(&pair[1]).parse();
            let score = score.map_err(|_| Broken::new(format!("the score of `{name}` is no number")))?;
            output.scores.insert(name.clone(), score);
            output.matches.push(name);
        }
        Ok(output)
    }
}

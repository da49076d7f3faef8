//! `io.kestra.plugin.redis.json.Delete`: takes parts of documents away.

use std::collections::BTreeMap;

use kapelle_plugin::{Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::path::ROOT;
use crate::redis::connection::{Command, ServerProperties};
use crate::redis::reply::Reply;

/// # Delete parts of JSON documents of Redis
///
/// Deletes what stands at paths of documents. The server needs JSON: Redis 8, or its module for JSON.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Delete {
    #[serde(flatten)]
    server: ServerProperties,
    /// Keys of documents, each with the paths; without a path the whole document goes.
    keys: Expr<BTreeMap<String, Vec<String>>>,
    /// Whether the task fails if one of the paths leads nowhere. The others are deleted nevertheless.
    failed_on_missing: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// How many parts were deleted.
    count: u64,
}

impl Task for Delete {
    const TYPE: &'static str = "io.kestra.plugin.redis.json.Delete";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let keys = cx.render(&self.keys)?;
        let fails = cx.filled(self.failed_on_missing.as_ref())?.unwrap_or(false);
        let mut places = Vec::new();
        for (key, paths) in keys {
            if paths.is_empty() {
                places.push((key.clone(), ROOT.to_owned()));
            }
            places.extend(paths.into_iter().map(|path| (key.clone(), path)));
        }
        let commands: Vec<Command> =
            places.iter().map(|(key, path)| Command::new("JSON.DEL").arg(key).arg(path)).collect();
        let mut connection = self.server.open(cx).await?;
        let answers = connection.ask_all(&commands).await?;
        connection.close().await;
        let counts = answers.iter().map(|answer| match answer {
            Reply::Number(count) => count.unsigned_abs(),
            _ => 0,
        });
        let count = counts.clone().sum();
        cx.metric(Metric::count("deleted.keys.count", count));
        let missing = places.iter().zip(counts).find(|(_, count)| *count == 0);
        if let Some(((key, path), _)) = missing.filter(|_| fails) {
            return Err(Broken::new(format!(
                "there is nothing at `{path}` of the key `{key}`; elsewhere {count} parts were deleted"
            )));
        }
        Ok(Output { count })
    }
}

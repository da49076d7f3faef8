//! `io.kestra.plugin.nats.kv.Put`: writes keys of a bucket.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use kapelle_core::expression::plain::to_json;
use kapelle_model::{Failure, Map};
use kapelle_plugin::ion::ROW_BYTES_MAX;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bucket::Bucket;
use crate::nats::connection::ServerProperties;

/// # Write keys of a bucket of NATS
///
/// Writes keys, one after the other, as JSON.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Put {
    #[serde(flatten)]
    server: ServerProperties,
    /// The name of the bucket.
    bucket_name: Expr<String>,
    /// The keys with their contents.
    values: Expr<Map>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The keys with the numbers of their revisions.
    revisions: BTreeMap<String, u64>,
}

impl Task for Put {
    const TYPE: &'static str = "io.kestra.plugin.nats.kv.Put";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let values = cx.render(&self.values)?;
        let name = cx.render(&self.bucket_name)?;
        let mut bucket = Bucket::new(self.server.open(cx).await?, name)?;
        let mut revisions = BTreeMap::new();
        for (key, value) in &values {
            let content = to_json(value, &TimeZone::UTC, false, ROW_BYTES_MAX).map_err(|_| {
                Failure::new(format!("the value of `{key}` has more than {} MB", ROW_BYTES_MAX >> 20))
            })?;
            let revision = bucket.put(key, content.expose().as_bytes()).await?;
            revisions.insert(key.to_string(), revision);
        }
        bucket.connection.close().await;
        Ok(Output { revisions })
    }
}

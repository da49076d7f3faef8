//! `io.kestra.plugin.nats.kv.Delete`: takes keys of a bucket away.

use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bucket::Bucket;
use crate::nats::connection::ServerProperties;

/// # Delete keys of a bucket of NATS
///
/// Deletes keys; revisions before that stay, as many as the bucket keeps. Keys that are not there are left alone.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Delete {
    #[serde(flatten)]
    server: ServerProperties,
    /// The name of the bucket.
    bucket_name: Expr<String>,
    /// The keys.
    keys: Expr<Vec<String>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// How many keys were deleted.
    deleted_count: u64,
}

impl Task for Delete {
    const TYPE: &'static str = "io.kestra.plugin.nats.kv.Delete";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let keys = cx.render(&self.keys)?;
        let name = cx.render(&self.bucket_name)?;
        let mut bucket = Bucket::new(self.server.open(cx).await?, name)?;
        let mut deleted_count = 0;
        for key in keys {
            if bucket.get(&key, None).await?.is_some() {
                bucket.delete(&key).await?;
                deleted_count += 1;
            }
        }
        bucket.connection.close().await;
        Ok(Output { deleted_count })
    }
}

//! `io.kestra.plugin.minio.CreateBucket`: makes a bucket.

use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::connection::ConnectionProperties;
use crate::store::create::create_bucket;

/// # Create a bucket of MinIO
///
/// Makes a bucket.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateBucket {
    #[serde(flatten)]
    connection: ConnectionProperties,
    /// Whether its objects can be locked.
    #[serde(default)]
    object_lock_enabled_for_bucket: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The bucket.
    bucket: String,
}

impl Task for CreateBucket {
    const TYPE: &'static str = "io.kestra.plugin.minio.CreateBucket";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let bucket = self.connection.bucket(cx)?;
        let has_lock = cx.filled(self.object_lock_enabled_for_bucket.as_ref())?.unwrap_or(false);
        create_bucket(cx, &self.connection.store(cx)?, &bucket, &[], has_lock).await?;
        Ok(Output { bucket })
    }
}

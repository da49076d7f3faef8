//! `io.kestra.plugin.gcp.gcs.UpdateBucket`: changes a bucket.

use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::bucket::{Bucket, BucketProperties, change, checked_name};
use crate::access::AccessProperties;
use crate::store::Store;

/// # Change a bucket of Cloud Storage
///
/// Changes what is said of a bucket; the rest stays as it is.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct UpdateBucket {
    #[serde(flatten)]
    access: AccessProperties,
    /// The name of the bucket.
    name: Expr<String>,
    #[serde(flatten)]
    bucket: BucketProperties,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The bucket.
    bucket: Bucket,
    /// Whether it was changed.
    updated: bool,
    /// Whether it was made; this task makes none.
    created: bool,
}

impl Task for UpdateBucket {
    const TYPE: &'static str = "io.kestra.plugin.gcp.gcs.UpdateBucket";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let name = checked_name(&cx.render(&self.name)?)?;
        let changes = Value::Object(self.bucket.read(cx)?);
        let store = Store::open(cx, &self.access)?;
        let bucket = change(cx, &store, &name, &changes).await?;
        Ok(Output { bucket, updated: true, created: false })
    }
}

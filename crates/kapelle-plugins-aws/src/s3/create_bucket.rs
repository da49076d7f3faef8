//! `io.kestra.plugin.aws.s3.CreateBucket`: makes a bucket.

use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::open;
use crate::access::{AccessProperties, StyleProperties};
use crate::store::checked_bucket;
use crate::store::create::create_bucket;

/// # Create a bucket of S3
///
/// Makes a bucket in the region of the task.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateBucket {
    #[serde(flatten)]
    access: AccessProperties,
    #[serde(flatten)]
    style: StyleProperties,
    /// The name of the bucket.
    bucket: Expr<String>,
    /// Who may do everything, as S3 writes it: `id="…"`, `uri="…"`.
    #[serde(default)]
    grant_full_control: Option<Expr<String>>,
    /// Who may list it.
    #[serde(default)]
    grant_read: Option<Expr<String>>,
    /// Who may read who may do what.
    #[serde(default, rename = "grantReadACP")]
    grant_read_acp: Option<Expr<String>>,
    /// Who may write into it.
    #[serde(default)]
    grant_write: Option<Expr<String>>,
    /// Who may say who may do what.
    #[serde(default, rename = "grantWriteACP")]
    grant_write_acp: Option<Expr<String>>,
    /// Who may do what, by a name of AWS such as `private`.
    #[serde(default)]
    acl: Option<Expr<String>>,
    /// Whether its objects can be locked.
    #[serde(default)]
    object_lock_enabled_for_bucket: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The bucket.
    bucket: String,
    /// The region that it is in.
    region: String,
}

impl Task for CreateBucket {
    const TYPE: &'static str = "io.kestra.plugin.aws.s3.CreateBucket";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let bucket = checked_bucket(&cx.render(&self.bucket)?)?;
        let mut headers = Vec::new();
        for (name, property) in [
            ("x-amz-grant-full-control", &self.grant_full_control),
            ("x-amz-grant-read", &self.grant_read),
            ("x-amz-grant-read-acp", &self.grant_read_acp),
            ("x-amz-grant-write", &self.grant_write),
            ("x-amz-grant-write-acp", &self.grant_write_acp),
            ("x-amz-acl", &self.acl),
        ] {
            headers.extend(cx.filled(property.as_ref())?.map(|value| (name.to_owned(), value)));
        }
        let has_lock = cx.filled(self.object_lock_enabled_for_bucket.as_ref())?.unwrap_or(false);
        let store = open(cx, &self.access, &self.style, None, None)?;
        create_bucket(cx, &store, &bucket, &headers, has_lock).await?;
        Ok(Output { bucket, region: store.region() })
    }
}

//! `io.kestra.plugin.gcp.gcs.DeleteBucket`: deletes a bucket.

use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bucket::{checked_name, told};
use crate::access::AccessProperties;
use crate::client::Ask;
use crate::store::Store;
use crate::store::listing::Listing;
use crate::store::remove::delete_list;

/// Objects that are deleted at once where a bucket is emptied.
const AT_ONCE: usize = 8;

/// # Delete a bucket of Cloud Storage
///
/// Deletes a bucket. One that has objects is deleted only with `force`, which deletes them first.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeleteBucket {
    #[serde(flatten)]
    access: AccessProperties,
    /// The name of the bucket.
    name: Expr<String>,
    /// Whether everything in it, with all old versions, is deleted first.
    #[serde(default)]
    force: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// The name of the bucket.
    bucket: String,
    /// The address of the bucket.
    bucket_uri: String,
}

impl Task for DeleteBucket {
    const TYPE: &'static str = "io.kestra.plugin.gcp.gcs.DeleteBucket";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let bucket = checked_name(&cx.render(&self.name)?)?;
        let store = Store::open(cx, &self.access)?;
        if cx.filled(self.force.as_ref())?.unwrap_or(false) {
            delete_list(cx, &store, &Listing::all_of(&bucket), AT_ONCE, false).await?;
        }
        let deleted = store.client.send(cx, &Ask::new("DELETE", store.bucket(&bucket))).await;
        deleted.map_err(|trouble| match trouble.status() {
            409 | 412 => trouble.told_with(&format!("the bucket `{bucket}` cannot be deleted"), |_| {
                Some("It has objects: `force: true` deletes them first".to_owned())
            }),
            _ => told(trouble, &bucket, "cannot be deleted"),
        })?;
        Ok(Output { bucket_uri: format!("gs://{bucket}"), bucket })
    }
}

//! `io.kestra.plugin.aws.s3.DeleteList`: deletes many objects.

use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::open;
use crate::access::{AccessProperties, StyleProperties};
use crate::store::checked_bucket;
use crate::store::delete_list::{Deleted, delete_list};
use crate::store::listing::{Filter, ListingProperties};

/// # Delete objects of S3
///
/// Deletes all objects that `prefix` and `regexp` choose; without them, all of the bucket.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeleteList {
    #[serde(flatten)]
    access: AccessProperties,
    #[serde(flatten)]
    style: StyleProperties,
    /// The bucket.
    bucket: Expr<String>,
    #[serde(flatten)]
    listing: ListingProperties,
    /// How keys are written on their way; they are always such that none gets lost.
    #[expect(dead_code, reason = "flows may say it")]
    #[serde(default)]
    encoding_type: Option<Expr<String>>,
    /// Whether objects, those that only stand for folders, or both are deleted.
    #[serde(default)]
    filter: Option<Expr<Filter>>,
    /// How many requests, of up to a thousand objects, may be on their way at once; at most 16.
    #[serde(default)]
    concurrent: Option<u32>,
    /// Whether it is a failure if there is nothing to delete.
    #[serde(default)]
    error_on_empty: Option<Expr<bool>>,
    /// The account that the bucket has to belong to.
    #[serde(default)]
    expected_bucket_owner: Option<Expr<String>>,
    /// `requester` if who asks pays for it.
    #[serde(default)]
    request_payer: Option<Expr<String>>,
}

impl Task for DeleteList {
    const TYPE: &'static str = "io.kestra.plugin.aws.s3.DeleteList";
    type Output = Deleted;

    async fn run(&self, cx: &RunContext) -> Result<Deleted, Broken> {
        let bucket = checked_bucket(&cx.render(&self.bucket)?)?;
        let listing = self.listing.read(cx, bucket, self.filter.as_ref())?;
        let owner = self.expected_bucket_owner.as_ref();
        let store = open(cx, &self.access, &self.style, self.request_payer.as_ref(), owner)?;
        let fails_empty = cx.filled(self.error_on_empty.as_ref())?.unwrap_or(false);
        delete_list(cx, &store, &listing, self.concurrent.unwrap_or(1) as usize, fails_empty).await
    }
}

//! `io.kestra.plugin.aws.s3.List`: tells what is in a bucket.

use kapelle_plugin::{Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::open;
use crate::access::{AccessProperties, StyleProperties};
use crate::store::checked_bucket;
use crate::store::listing::{Filter, ListingProperties, files_max, list};
use crate::store::object::S3Object;

/// # List a bucket of S3
///
/// Tells which objects there are.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct List {
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
    /// Whether objects, those that only stand for folders, or both are told.
    #[serde(default)]
    filter: Option<Expr<Filter>>,
    /// How many objects are told at most.
    #[serde(default)]
    max_files: Option<Expr<u32>>,
    /// The account that the bucket has to belong to.
    #[serde(default)]
    expected_bucket_owner: Option<Expr<String>>,
    /// `requester` if who asks pays for it.
    #[serde(default)]
    request_payer: Option<Expr<String>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The objects, by their keys.
    objects: Vec<S3Object>,
}

impl Task for List {
    const TYPE: &'static str = "io.kestra.plugin.aws.s3.List";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let bucket = checked_bucket(&cx.render(&self.bucket)?)?;
        let listing = self.listing.read(cx, bucket, self.filter.as_ref())?;
        let owner = self.expected_bucket_owner.as_ref();
        let store = open(cx, &self.access, &self.style, self.request_payer.as_ref(), owner)?;
        let found = list(cx, &store, &listing, Some(files_max(cx, self.max_files.as_ref())?)).await?;
        cx.metric(Metric::count("size", found.len() as u64));
        Ok(Output { objects: found.iter().map(|object| object.shown(None, None)).collect() })
    }
}

//! `io.kestra.plugin.aws.s3.Downloads`: takes objects over and does something to them.

use std::collections::BTreeMap;

use kapelle_plugin::action::ActionWord;
use kapelle_plugin::{Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::open;
use crate::access::{AccessProperties, StyleProperties};
use crate::store::action::{Action, PlaceProperties};
use crate::store::checked_bucket;
use crate::store::downloads::take_all;
use crate::store::listing::{Filter, ListingProperties, files_max};
use crate::store::object::S3Object;

/// # Take objects of S3 over
///
/// Copies the objects that `prefix` and `regexp` choose into the internal storage, and then moves or deletes them if that
/// is asked for.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Downloads {
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
    /// How many objects are taken over at most.
    #[serde(default)]
    max_files: Option<Expr<u32>>,
    /// What becomes of the objects: they stay, are moved to `moveTo`, or are deleted.
    #[serde(default)]
    action: Option<Expr<ActionWord>>,
    /// Where objects are moved to: a bucket, and a key that their names come behind.
    #[serde(default)]
    move_to: Option<PlaceProperties>,
    /// The account that the bucket has to belong to.
    #[serde(default)]
    expected_bucket_owner: Option<Expr<String>>,
    /// Whether contents are compared with their checksums.
    #[serde(default)]
    validate_checksum: Option<Expr<bool>>,
    /// `requester` if who asks pays for it.
    #[serde(default)]
    request_payer: Option<Expr<String>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// The objects.
    objects: Vec<S3Object>,
    /// Their contents in the internal storage, by their keys.
    output_files: BTreeMap<String, String>,
}

impl Task for Downloads {
    const TYPE: &'static str = "io.kestra.plugin.aws.s3.Downloads";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let bucket = checked_bucket(&cx.render(&self.bucket)?)?;
        let word = cx.filled(self.action.as_ref())?.unwrap_or(ActionWord::None);
        let action = Action::read(cx, word, self.move_to.as_ref(), &bucket)?;
        let listing = self.listing.read(cx, bucket, self.filter.as_ref())?;
        let owner = self.expected_bucket_owner.as_ref();
        let store = open(cx, &self.access, &self.style, self.request_payer.as_ref(), owner)?;
        let checks = cx.filled(self.validate_checksum.as_ref())?.unwrap_or(false);
        let files_max = files_max(cx, self.max_files.as_ref())?;
        let (objects, output_files) =
            take_all(cx, &store, &listing, &action, checks, Some(files_max)).await?;
        cx.metric(Metric::count("size", objects.len() as u64));
        Ok(Output { objects, output_files })
    }
}

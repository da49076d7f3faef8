//! `io.kestra.plugin.minio.Downloads`: takes objects over and does something to them.

use std::collections::BTreeMap;

use kapelle_plugin::action::ActionWord;
use kapelle_plugin::{Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::connection::ConnectionProperties;
use crate::store::action::{Action, PlaceProperties};
use crate::store::downloads::take_all;
use crate::store::listing::{Filter, ListingProperties};
use crate::store::object::S3Object;

/// # Take objects of MinIO over
///
/// Copies the objects that `prefix` and `regexp` choose into the internal storage, and then moves or deletes them if that
/// is asked for.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Downloads {
    #[serde(flatten)]
    connection: ConnectionProperties,
    #[serde(flatten)]
    listing: ListingProperties,
    /// Whether objects, those that only stand for folders, or both are told.
    #[serde(default)]
    filter: Option<Expr<Filter>>,
    /// What becomes of the objects: they stay, are moved to `moveTo`, or are deleted.
    action: Expr<ActionWord>,
    /// Where objects are moved to: a bucket, and a key that their names come behind.
    #[serde(default)]
    move_to: Option<PlaceProperties>,
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
    const TYPE: &'static str = "io.kestra.plugin.minio.Downloads";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let bucket = self.connection.bucket(cx)?;
        let action = Action::read(cx, cx.render(&self.action)?, self.move_to.as_ref(), &bucket)?;
        let listing = self.listing.read(cx, bucket, self.filter.as_ref())?;
        let store = self.connection.store(cx)?;
        let (objects, output_files) = take_all(cx, &store, &listing, &action, false, None).await?;
        cx.metric(Metric::count("size", objects.len() as u64));
        Ok(Output { objects, output_files })
    }
}

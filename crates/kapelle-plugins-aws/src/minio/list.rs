//! `io.kestra.plugin.minio.List`: tells what is in a bucket.

use kapelle_plugin::{Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::connection::ConnectionProperties;
use crate::store::listing::{Filter, ListingProperties, list};
use crate::store::object::S3Object;

/// # List a bucket of MinIO
///
/// Tells which objects there are.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct List {
    #[serde(flatten)]
    connection: ConnectionProperties,
    #[serde(flatten)]
    listing: ListingProperties,
    /// Only keys that come after this one, letter by letter.
    #[serde(default)]
    start_after: Option<Expr<String>>,
    /// Whether objects, those that only stand for folders, or both are told.
    #[serde(default)]
    filter: Option<Expr<Filter>>,
    /// Whether what lies in folders counts too; else only the folders themselves are told.
    #[serde(default)]
    recursive: Option<Expr<bool>>,
    /// Whether all versions are told, and not only the newest, where the bucket keeps versions.
    #[serde(default)]
    include_versions: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The objects, by their keys.
    objects: Vec<S3Object>,
}

impl Task for List {
    const TYPE: &'static str = "io.kestra.plugin.minio.List";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let bucket = self.connection.bucket(cx)?;
        let mut listing = self.listing.read(cx, bucket, self.filter.as_ref())?;
        listing = listing.after(cx.filled(self.start_after.as_ref())?);
        listing.tells_versions = cx.filled(self.include_versions.as_ref())?.unwrap_or(true);
        if !cx.filled(self.recursive.as_ref())?.unwrap_or(true) {
            listing.delimiter.get_or_insert_with(|| "/".to_owned());
            listing.tells_prefixes = true;
        }
        let found = list(cx, &self.connection.store(cx)?, &listing, None).await?;
        cx.metric(Metric::count("size", found.len() as u64));
        Ok(Output { objects: found.iter().map(|object| object.shown(None, None)).collect() })
    }
}

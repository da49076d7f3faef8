//! `io.kestra.plugin.minio.DeleteList`: deletes many objects.

use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::connection::ConnectionProperties;
use crate::store::delete_list::{Deleted, delete_list};
use crate::store::listing::{Filter, ListingProperties};

/// # Delete objects of MinIO
///
/// Deletes all objects that `prefix` and `regexp` choose; without them, all of the bucket.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeleteList {
    #[serde(flatten)]
    connection: ConnectionProperties,
    #[serde(flatten)]
    listing: ListingProperties,
    /// Whether objects, those that only stand for folders, or both are deleted.
    #[serde(default)]
    filter: Option<Expr<Filter>>,
    /// How many requests, of up to a thousand objects, may be on their way at once; at most 16.
    #[serde(default)]
    concurrent: Option<u32>,
    /// Whether it is a failure if there is nothing to delete.
    #[serde(default)]
    error_on_empty: Option<Expr<bool>>,
}

impl Task for DeleteList {
    const TYPE: &'static str = "io.kestra.plugin.minio.DeleteList";
    type Output = Deleted;

    async fn run(&self, cx: &RunContext) -> Result<Deleted, Broken> {
        let listing = self.listing.read(cx, self.connection.bucket(cx)?, self.filter.as_ref())?;
        let fails_empty = cx.filled(self.error_on_empty.as_ref())?.unwrap_or(false);
        let at_once = self.concurrent.unwrap_or(1) as usize;
        delete_list(cx, &self.connection.store(cx)?, &listing, at_once, fails_empty).await
    }
}

//! `io.kestra.plugin.gcp.gcs.DeleteList`: deletes many objects.

use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::access::AccessProperties;
use crate::store::Store;
use crate::store::listing::{Filter, ListingProperties};
use crate::store::remove::{Deleted, delete_list};

/// # Delete many objects of Cloud Storage
///
/// Deletes the objects that `from` and `regExp` choose.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeleteList {
    #[serde(flatten)]
    access: AccessProperties,
    /// The address of the folder, such as `gs://bucket/in/`.
    from: Expr<String>,
    #[serde(flatten)]
    listing: ListingProperties,
    /// Whether old versions are deleted too.
    #[serde(default)]
    all_versions: Option<Expr<bool>>,
    /// How many requests are on their way at once.
    #[serde(default)]
    concurrent: Option<Expr<u32>>,
    /// Whether it is a failure if there is nothing to delete.
    #[serde(default)]
    error_on_empty: Option<Expr<bool>>,
}

impl Task for DeleteList {
    const TYPE: &'static str = "io.kestra.plugin.gcp.gcs.DeleteList";
    type Output = Deleted;

    async fn run(&self, cx: &RunContext) -> Result<Deleted, Broken> {
        let listing = self.listing.read(cx, &cx.render(&self.from)?)?;
        let listing = listing.versions(cx.filled(self.all_versions.as_ref())?).filter(Filter::Both);
        let store = Store::open(cx, &self.access)?;
        let at_once = cx.filled(self.concurrent.as_ref())?.unwrap_or(1) as usize;
        let fails_empty = cx.filled(self.error_on_empty.as_ref())?.unwrap_or(false);
        delete_list(cx, &store, &listing, at_once, fails_empty).await
    }
}

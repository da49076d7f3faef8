//! `io.kestra.plugin.gcp.gcs.List`: tells what is in a bucket.

use kapelle_plugin::{Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::AccessProperties;
use crate::store::Store;
use crate::store::listing::{Filter, ListingProperties, files_max, list};
use crate::store::object::Blob;

/// # List a bucket of Cloud Storage
///
/// Tells which objects and folders there are.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct List {
    #[serde(flatten)]
    access: AccessProperties,
    /// The address of the folder, such as `gs://bucket/in/`.
    from: Expr<String>,
    #[serde(flatten)]
    listing: ListingProperties,
    /// Whether old versions are told too.
    #[serde(default)]
    all_versions: Option<Expr<bool>>,
    /// Whether objects, folders, or both are told.
    #[serde(default)]
    filter: Option<Expr<Filter>>,
    /// How many are told at most.
    #[serde(default)]
    max_files: Option<Expr<u32>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The objects, by their names.
    blobs: Vec<Blob>,
}

impl Task for List {
    const TYPE: &'static str = "io.kestra.plugin.gcp.gcs.List";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let listing = self.listing.read(cx, &cx.render(&self.from)?)?;
        let listing = listing
            .versions(cx.filled(self.all_versions.as_ref())?)
            .filter(cx.filled(self.filter.as_ref())?.unwrap_or(Filter::Both));
        let store = Store::open(cx, &self.access)?;
        let found = list(cx, &store, &listing, Some(files_max(cx, self.max_files.as_ref())?)).await?;
        cx.metric(Metric::count("size", found.len() as u64));
        Ok(Output { blobs: found.iter().map(|object| object.shown(None)).collect() })
    }
}

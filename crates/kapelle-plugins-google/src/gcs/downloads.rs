//! `io.kestra.plugin.gcp.gcs.Downloads`: takes objects over and does something to them.

use std::collections::BTreeMap;

use kapelle_plugin::action::{ActionWord, none_is_lost};
use kapelle_plugin::{Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::AccessProperties;
use crate::store::Store;
use crate::store::action::Action;
use crate::store::download::{Taken, take};
use crate::store::listing::{ListingProperties, files_max, list};
use crate::store::object::Blob;

/// # Take objects of Cloud Storage over
///
/// Copies the objects that `from` and `regExp` choose into the internal storage, and then moves or deletes them if that is
/// asked for. Nothing is done to any of them before all are there.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Downloads {
    #[serde(flatten)]
    access: AccessProperties,
    /// The address of the folder, such as `gs://bucket/in/`.
    from: Expr<String>,
    #[serde(flatten)]
    listing: ListingProperties,
    /// Whether old versions are taken over too.
    #[serde(default)]
    all_versions: Option<Expr<bool>>,
    /// What becomes of the objects: they stay, are moved to `moveDirectory`, or are deleted. What was changed meanwhile stays,
    /// and so do old versions.
    #[serde(default)]
    action: Option<Expr<ActionWord>>,
    /// The address of the folder that objects are moved to, such as `gs://bucket/done/`.
    #[serde(default)]
    move_directory: Option<Expr<String>>,
    /// How many objects are taken over at most.
    #[serde(default)]
    max_files: Option<Expr<u32>>,
    /// Whether contents are compared with their checksums.
    #[serde(default)]
    validate_checksum: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// The objects.
    blobs: Vec<Blob>,
    /// Their contents in the internal storage, by their names.
    output_files: BTreeMap<String, String>,
}

impl Task for Downloads {
    const TYPE: &'static str = "io.kestra.plugin.gcp.gcs.Downloads";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let action = Action::read(cx, self.action.as_ref(), self.move_directory.as_ref())?;
        let listing = self.listing.read(cx, &cx.render(&self.from)?)?;
        let listing = listing.versions(cx.filled(self.all_versions.as_ref())?);
        let checks = cx.filled(self.validate_checksum.as_ref())?.unwrap_or(false);
        let files_max = files_max(cx, self.max_files.as_ref())?;
        let store = Store::open(cx, &self.access)?;
        let mut output = Output { blobs: Vec::new(), output_files: BTreeMap::new() };
        let mut objects = list(cx, &store, &listing, Some(files_max)).await?;
        objects.retain(|object| !action.is_done_for(&object.bucket, &object.name));
        if action.is_move() {
            none_is_lost(objects.iter().filter(|object| object.is_newest()).map(|object| &*object.name))?;
        }
        let mut taken = Vec::new();
        for object in objects {
            let place = (object.bucket.as_str(), object.name.as_str());
            let generation = object.generation.as_deref().filter(|_| listing.has_versions);
            let Taken { uri, generation } = take(cx, &store, place, generation, checks).await?;
            if object.is_newest() {
                taken.push((object.bucket.clone(), object.name.clone(), generation));
            }
            output.output_files.insert(object.name.clone(), uri.clone());
            output.blobs.push(object.shown(Some(uri)));
        }
        for (bucket, name, generation) in &taken {
            cx.go_on()?;
            action.perform(cx, &store, (bucket, name), generation.as_deref()).await?;
        }
        cx.metric(Metric::count("size", output.blobs.len() as u64));
        Ok(output)
    }
}

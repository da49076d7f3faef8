//! `io.kestra.plugin.gcp.gcs.Compose`: makes one object of others.

use kapelle_model::Failure;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::AccessProperties;
use crate::store::Store;
use crate::store::address::Place;
use crate::store::compose::compose;
use crate::store::listing::{ListingProperties, list};

/// # Compose an object of Cloud Storage
///
/// Puts objects of a bucket together, by their names, as one object of the same bucket. Nothing of them is read.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Compose {
    #[serde(flatten)]
    access: AccessProperties,
    /// Which objects are put together.
    list: Sources,
    /// The address of the object that is made, such as `gs://bucket/all.csv`.
    #[serde(default)]
    to: Option<Expr<String>>,
    /// Whether it is no failure if there is nothing to put together; then nothing is made.
    #[serde(default)]
    allow_empty: Option<Expr<bool>>,
}

/// Objects that are put together.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Sources {
    /// The address of the folder, such as `gs://bucket/parts/`.
    from: Option<Expr<String>>,
    #[serde(flatten)]
    listing: ListingProperties,
    /// Whether old versions count too.
    #[serde(default)]
    all_versions: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The address of the object that was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
}

impl Task for Compose {
    const TYPE: &'static str = "io.kestra.plugin.gcp.gcs.Compose";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let from = cx.filled(self.list.from.as_ref())?.ok_or_else(|| {
            Failure::new("`list` has no `from`: write the folder, such as `gs://bucket/parts/`")
        })?;
        let listing = self.list.listing.read(cx, &from)?;
        let listing = listing.versions(cx.filled(self.list.all_versions.as_ref())?);
        let to = Place::of_object(cx, self.to.as_ref(), "to")?;
        if listing.place.bucket != to.bucket {
            return Err(Broken::new(format!(
                "objects of the bucket `{}` cannot be composed in the bucket `{}`: Google does so only within one, copy them \
                 first",
                listing.place.bucket, to.bucket
            )));
        }
        let store = Store::open(cx, &self.access)?;
        let found = list(cx, &store, &listing, None).await?.into_iter();
        let parts: Vec<_> =
            found.map(|object| (object.name, object.generation.filter(|_| listing.has_versions))).collect();
        if parts.is_empty() {
            if cx.filled(self.allow_empty.as_ref())?.unwrap_or(false) {
                return Ok(Output { uri: None });
            }
            return Err(Broken::new(format!(
                "there is nothing to compose at `{from}`: look at `list`, or allow it with `allowEmpty`"
            )));
        }
        compose(cx, &store, parts, &to).await?;
        Ok(Output { uri: Some(to.address()) })
    }
}

//! `io.kestra.plugin.gcp.gcs.Delete`: deletes an object.

use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::AccessProperties;
use crate::store::Store;
use crate::store::address::Place;
use crate::store::remove::{Which, remove};

/// # Delete an object of Cloud Storage
///
/// Deletes an object. One that is not there is a failure only if that is asked for.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Delete {
    #[serde(flatten)]
    access: AccessProperties,
    /// The address of the object, such as `gs://bucket/in/file.csv`.
    #[serde(default)]
    uri: Option<Expr<String>>,
    /// Whether it is a failure if the object is not there.
    #[serde(default)]
    error_on_missing: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The address of the object.
    uri: String,
    /// Whether there was one.
    deleted: bool,
}

impl Task for Delete {
    const TYPE: &'static str = "io.kestra.plugin.gcp.gcs.Delete";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let place = Place::of_object(cx, self.uri.as_ref(), "uri")?;
        let store = Store::open(cx, &self.access)?;
        let deleted = remove(cx, &store, &place.bucket, &place.name, Which::Newest).await?;
        if !deleted && cx.filled(self.error_on_missing.as_ref())?.unwrap_or(false) {
            return Err(Broken::new(format!(
                "there is no object `{}` in the bucket `{}`, and `errorOnMissing` says that this is a failure",
                place.name, place.bucket
            )));
        }
        Ok(Output { uri: place.address(), deleted })
    }
}

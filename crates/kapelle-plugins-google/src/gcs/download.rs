//! `io.kestra.plugin.gcp.gcs.Download`: takes an object over.

use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::AccessProperties;
use crate::store::Store;
use crate::store::address::Place;
use crate::store::download::take;

/// # Take an object of Cloud Storage over
///
/// Copies an object into the internal storage. A content that is kept packed stays so.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Download {
    #[serde(flatten)]
    access: AccessProperties,
    /// The address of the object, such as `gs://bucket/in/file.csv`.
    #[serde(default)]
    from: Option<Expr<String>>,
    /// Whether the content is compared with its checksums.
    #[serde(default)]
    validate_checksum: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The bucket.
    bucket: String,
    /// The name of the object in the bucket.
    path: String,
    /// The address of the content in the internal storage.
    uri: String,
}

impl Task for Download {
    const TYPE: &'static str = "io.kestra.plugin.gcp.gcs.Download";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let place = Place::of_object(cx, self.from.as_ref(), "from")?;
        let store = Store::open(cx, &self.access)?;
        let checks = cx.filled(self.validate_checksum.as_ref())?.unwrap_or(false);
        let uri = take(cx, &store, (&place.bucket, &place.name), None, checks).await?.uri;
        Ok(Output { bucket: place.bucket, path: place.name, uri })
    }
}

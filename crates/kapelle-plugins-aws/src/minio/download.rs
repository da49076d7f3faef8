//! `io.kestra.plugin.minio.Download`: takes an object over.

use kapelle_model::{Failure, Text};
use kapelle_plugin::{Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::connection::ConnectionProperties;
use crate::store::download::{Wanted, take};

/// # Take an object of MinIO over
///
/// Copies an object into the internal storage.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Download {
    #[serde(flatten)]
    connection: ConnectionProperties,
    /// The key of the object.
    #[serde(default)]
    key: Option<Expr<Text>>,
    /// The version of the object, where the bucket keeps versions. Without it, the newest.
    #[serde(default)]
    version_id: Option<Expr<String>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// The content in the internal storage.
    uri: String,
    /// Its size in bytes.
    content_length: u64,
}

impl Task for Download {
    const TYPE: &'static str = "io.kestra.plugin.minio.Download";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let bucket = self.connection.bucket(cx)?;
        let key = cx.filled(self.key.as_ref())?;
        let key = key.ok_or_else(|| Failure::new("`key` is missing: write the key of the object"))?;
        let (shown, version) = (key.masked(), cx.filled(self.version_id.as_ref())?);
        let store = self.connection.store(cx)?;
        let version = version.as_deref();
        let wanted = Wanted { bucket: &bucket, key: key.expose(), shown: &shown, version, checks: false };
        let taken = take(cx, &store, wanted).await?;
        cx.metric(Metric::count("file.size", taken.bytes));
        Ok(Output { uri: taken.uri, content_length: taken.bytes })
    }
}

//! `io.kestra.plugin.minio.Delete`: deletes an object.

use kapelle_model::{Failure, Text};
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::connection::ConnectionProperties;
use crate::store::remove::remove;

/// # Delete an object of MinIO
///
/// Deletes an object. One that is not there is no failure.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Delete {
    #[serde(flatten)]
    connection: ConnectionProperties,
    /// The key of the object.
    #[serde(default)]
    key: Option<Expr<Text>>,
    /// Whether a lock that may be taken away is no hindrance.
    #[serde(default)]
    bypass_governance_retention: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The bucket.
    bucket: String,
    /// The key of the object.
    key: Any,
}

impl Task for Delete {
    const TYPE: &'static str = "io.kestra.plugin.minio.Delete";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let bucket = self.connection.bucket(cx)?;
        let key = cx.filled(self.key.as_ref())?;
        let key = key.ok_or_else(|| Failure::new("`key` is missing: write the key of the object"))?;
        let bypasses = cx.filled(self.bypass_governance_retention.as_ref())?.unwrap_or(false);
        let headers = bypasses.then(|| ("x-amz-bypass-governance-retention".to_owned(), "true".to_owned()));
        let headers: Vec<_> = headers.into_iter().collect();
        let store = self.connection.store(cx)?;
        remove(cx, &store, &bucket, key.expose(), &headers).await.map_err(|trouble| {
            let shown = key.masked();
            trouble.told(&format!("the object `{shown}` of the bucket `{bucket}` cannot be deleted"))
        })?;
        Ok(Output { bucket, key: key.into() })
    }
}

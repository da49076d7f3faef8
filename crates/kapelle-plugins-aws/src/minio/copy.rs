//! `io.kestra.plugin.minio.Copy`: copies or moves an object.

use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::connection::ConnectionProperties;
use crate::store::action::{Copied, FromProperties, PlaceProperties, copy_place};

/// # Copy an object of MinIO
///
/// Copies an object within the server, and then deletes it if that is asked for.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Copy {
    #[serde(flatten)]
    connection: ConnectionProperties,
    /// The object.
    #[serde(default)]
    from: Option<FromProperties>,
    /// Where it is copied to. What is not said is as in `from`.
    #[serde(default)]
    to: Option<PlaceProperties>,
    /// Whether the object is deleted when it was copied.
    #[serde(default)]
    delete: Option<Expr<bool>>,
}

impl Task for Copy {
    const TYPE: &'static str = "io.kestra.plugin.minio.Copy";
    type Output = Copied;

    async fn run(&self, cx: &RunContext) -> Result<Copied, Broken> {
        let deletes = cx.filled(self.delete.as_ref())?.unwrap_or(false);
        let bucket = self.connection.optional_bucket(cx)?;
        let store = self.connection.store(cx)?;
        copy_place(cx, &store, self.from.as_ref(), self.to.as_ref(), bucket, deletes).await
    }
}

//! `io.kestra.plugin.gcp.gcs.Copy`: copies an object.

use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::AccessProperties;
use crate::store::Store;
use crate::store::address::Place;
use crate::store::copy::copy;
use crate::store::download::known;
use crate::store::remove::{Which, remove};

/// # Copy an object of Cloud Storage
///
/// Copies an object within a bucket or to another one, with all that is known of it, and deletes the first one then if
/// that is asked for.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Copy {
    #[serde(flatten)]
    access: AccessProperties,
    /// The address of the object, such as `gs://bucket/in/file.csv`.
    #[serde(default)]
    from: Option<Expr<String>>,
    /// The address of the copy.
    #[serde(default)]
    to: Option<Expr<String>>,
    /// Whether the object is deleted when it is copied.
    #[serde(default)]
    delete: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The address of the copy.
    uri: String,
}

impl Task for Copy {
    const TYPE: &'static str = "io.kestra.plugin.gcp.gcs.Copy";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let from = Place::of_object(cx, self.from.as_ref(), "from")?;
        let to = Place::of_object(cx, self.to.as_ref(), "to")?;
        let deletes = cx.filled(self.delete.as_ref())?.unwrap_or(false);
        if deletes && from == to {
            return Err(Broken::new(
                "the object would be copied onto itself and then deleted: `to` has to be another place",
            ));
        }
        let store = Store::open(cx, &self.access)?;
        // What is written meanwhile must not be deleted.
        let object = if deletes { known(cx, &store, &from.bucket, &from.name).await? } else { None };
        let version = object.as_ref().and_then(|object| object.generation.as_deref());
        if !copy(cx, &store, (&from, version), &to).await? {
            let from = from.address();
            return Err(Broken::new(format!("`{from}` was changed while it was copied: try again")));
        }
        if let Some(version) = version {
            remove(cx, &store, &from.bucket, &from.name, Which::Unchanged(version)).await?;
        }
        Ok(Output { uri: to.address() })
    }
}

//! `io.kestra.plugin.gcp.gcs.Trigger`: looks from time to time for new and changed objects.

use jiff::SignedDuration;
use kapelle_model::Value;
use kapelle_plugin::action::ActionWord;
use kapelle_plugin::known::{Known, On};
use kapelle_plugin::{Broken, Expr, Polled, PollingTrigger, RunContext};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::AccessProperties;
use crate::store::Store;
use crate::store::action::Action;
use crate::store::listing::{ListingProperties, files_max};
use crate::store::look::Look;
use crate::store::object::TriggeredBlob;

/// # Look for objects of Cloud Storage
///
/// Looks into a folder of a bucket at each look, and starts an execution if there are new or changed objects. They are
/// copied into the internal storage, where the execution finds them as `trigger.blobs`. What is to be done to the objects
/// themselves is done when the execution is certain.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Trigger {
    #[serde(flatten)]
    access: AccessProperties,
    /// The address of the folder, such as `gs://bucket/in/`.
    from: Expr<String>,
    #[serde(flatten)]
    listing: ListingProperties,
    /// What becomes of the objects: they stay, are moved to `moveDirectory`, or are deleted.
    #[serde(default)]
    action: Option<Expr<ActionWord>>,
    /// The address of the folder that objects are moved to, such as `gs://bucket/done/`.
    #[serde(default)]
    move_directory: Option<Expr<String>>,
    /// How many objects one execution gets; others wait for the next look.
    #[serde(default)]
    max_files: Option<Expr<u32>>,
    /// Which objects count: new ones, changed ones, or both.
    #[serde(default)]
    on: Option<Expr<On>>,
    /// With another text the trigger forgets which objects it knows.
    #[serde(default)]
    state_key: Option<Expr<String>>,
    /// How long objects are remembered that are not there any more; for ever where it is not said.
    #[serde(default)]
    state_ttl: Option<Expr<SignedDuration>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The objects, the one that was written first before others.
    blobs: Vec<TriggeredBlob>,
}

impl PollingTrigger for Trigger {
    const TYPE: &'static str = "io.kestra.plugin.gcp.gcs.Trigger";
    type Output = Output;

    async fn poll(&self, cx: &RunContext, cursor: Option<Value>) -> Result<Polled<Output>, Broken> {
        let Polled { event, cursor } = self.look(cx)?.run(cx, cursor.as_ref()).await?;
        Ok(Polled { event: event.map(|blobs| Output { blobs }), cursor })
    }

    async fn settle(&self, cx: &RunContext, cursor: Option<Value>) -> Result<(), Broken> {
        let look = self.look(cx)?;
        look.take_away(cx, &mut Known::read(cursor.as_ref(), &look.key)).await
    }
}

impl Trigger {
    fn look(&self, cx: &RunContext) -> Result<Look, Broken> {
        Ok(Look {
            listing: self.listing.read(cx, &cx.render(&self.from)?)?,
            action: Action::read(cx, self.action.as_ref(), self.move_directory.as_ref())?,
            store: Store::open(cx, &self.access)?,
            on: cx.filled(self.on.as_ref())?.unwrap_or(On::CreateOrUpdate),
            key: cx.filled(self.state_key.as_ref())?.unwrap_or_default(),
            time_to_live: cx.filled(self.state_ttl.as_ref())?,
            files_max: files_max(cx, self.max_files.as_ref())?.max(1),
            now: cx.services.now()?,
        })
    }
}

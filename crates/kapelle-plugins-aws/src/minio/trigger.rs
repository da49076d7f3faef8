//! `io.kestra.plugin.minio.Trigger`: looks from time to time for new and changed objects.

use jiff::SignedDuration;
use kapelle_model::Value;
use kapelle_plugin::action::ActionWord;
use kapelle_plugin::known::{Known, On};
use kapelle_plugin::{Broken, Expr, Polled, PollingTrigger, RunContext};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::connection::ConnectionProperties;
use crate::store::action::{Action, PlaceProperties};
use crate::store::listing::{Filter, ListingProperties};
use crate::store::look::Look;
use crate::store::object::TriggeredObject;

/// # Look for objects of MinIO
///
/// Looks into a bucket at each look, and starts an execution if there are new or changed objects. They are copied into the
/// internal storage, where the execution finds them as `trigger.objects`. What is to be done to the objects themselves is
/// done when the execution is certain.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Trigger {
    #[serde(flatten)]
    connection: ConnectionProperties,
    #[serde(flatten)]
    listing: ListingProperties,
    /// Whether objects or those that only stand for folders count.
    #[serde(default)]
    filter: Option<Expr<Filter>>,
    /// What becomes of the objects: they stay, are moved to `moveTo`, or are deleted.
    #[serde(default)]
    action: Option<Expr<ActionWord>>,
    /// Where objects are moved to: a bucket, and a key that their names come behind.
    #[serde(default)]
    move_to: Option<PlaceProperties>,
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
    objects: Vec<TriggeredObject>,
}

impl PollingTrigger for Trigger {
    const TYPE: &'static str = "io.kestra.plugin.minio.Trigger";
    type Output = Output;

    async fn poll(&self, cx: &RunContext, cursor: Option<Value>) -> Result<Polled<Output>, Broken> {
        let Polled { event, cursor } = self.look(cx)?.run(cx, cursor.as_ref()).await?;
        Ok(Polled { event: event.map(|objects| Output { objects }), cursor })
    }

    async fn settle(&self, cx: &RunContext, cursor: Option<Value>) -> Result<(), Broken> {
        let look = self.look(cx)?;
        look.take_away(cx, &mut Known::read(cursor.as_ref(), &look.key)).await
    }
}

impl Trigger {
    fn look(&self, cx: &RunContext) -> Result<Look, Broken> {
        let bucket = self.connection.bucket(cx)?;
        let word = cx.filled(self.action.as_ref())?.unwrap_or(ActionWord::None);
        Ok(Look {
            store: self.connection.store(cx)?,
            action: Action::read(cx, word, self.move_to.as_ref(), &bucket)?,
            listing: self.listing.read(cx, bucket, self.filter.as_ref())?,
            on: cx.filled(self.on.as_ref())?.unwrap_or(On::CreateOrUpdate),
            key: cx.filled(self.state_key.as_ref())?.unwrap_or_default(),
            time_to_live: cx.filled(self.state_ttl.as_ref())?,
            // All of them: the type has no property to say otherwise.
            files_max: usize::MAX,
            now: cx.services.now()?,
        })
    }
}

//! `io.kestra.plugin.aws.s3.Trigger`: looks from time to time for new and changed objects.

use jiff::SignedDuration;
use kapelle_model::Value;
use kapelle_plugin::action::ActionWord;
use kapelle_plugin::known::{Known, On};
use kapelle_plugin::{Broken, Expr, Polled, PollingTrigger, RunContext};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::open;
use crate::access::{AccessProperties, StyleProperties};
use crate::store::action::{Action, PlaceProperties};
use crate::store::checked_bucket;
use crate::store::listing::{Filter, ListingProperties, files_max};
use crate::store::look::Look;
use crate::store::object::TriggeredObject;

/// # Look for objects of S3
///
/// Looks into a bucket at each look, and starts an execution if there are new or changed objects. They are copied into the
/// internal storage, where the execution finds them as `trigger.objects`. What is to be done to the objects themselves is
/// done when the execution is certain.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Trigger {
    #[serde(flatten)]
    access: AccessProperties,
    #[serde(flatten)]
    style: StyleProperties,
    /// The bucket.
    bucket: Expr<String>,
    #[serde(flatten)]
    listing: ListingProperties,
    /// How keys are written on their way; they are always such that none gets lost.
    #[expect(dead_code, reason = "flows may say it")]
    #[serde(default)]
    encoding_type: Option<Expr<String>>,
    /// Whether objects or those that only stand for folders count.
    #[serde(default)]
    filter: Option<Expr<Filter>>,
    /// What becomes of the objects: they stay, are moved to `moveTo`, or are deleted.
    action: Expr<ActionWord>,
    /// Where objects are moved to: a bucket, and a key that their names come behind.
    #[serde(default)]
    move_to: Option<PlaceProperties>,
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
    /// The account that the bucket has to belong to.
    #[serde(default)]
    expected_bucket_owner: Option<Expr<String>>,
    /// `requester` if who asks pays for it.
    #[serde(default)]
    request_payer: Option<Expr<String>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The objects, the one that was written first before others.
    objects: Vec<TriggeredObject>,
}

impl PollingTrigger for Trigger {
    const TYPE: &'static str = "io.kestra.plugin.aws.s3.Trigger";
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
        let bucket = checked_bucket(&cx.render(&self.bucket)?)?;
        let owner = self.expected_bucket_owner.as_ref();
        Ok(Look {
            store: open(cx, &self.access, &self.style, self.request_payer.as_ref(), owner)?,
            action: Action::read(cx, cx.render(&self.action)?, self.move_to.as_ref(), &bucket)?,
            listing: self.listing.read(cx, bucket, self.filter.as_ref())?,
            on: cx.filled(self.on.as_ref())?.unwrap_or(On::CreateOrUpdate),
            key: cx.filled(self.state_key.as_ref())?.unwrap_or_default(),
            time_to_live: cx.filled(self.state_ttl.as_ref())?,
            files_max: files_max(cx, self.max_files.as_ref())?.max(1),
            now: cx.services.now()?,
        })
    }
}

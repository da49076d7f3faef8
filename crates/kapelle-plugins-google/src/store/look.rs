//! A look of a trigger into a bucket: what is new, what an execution gets of it, and what becomes of it then.

use jiff::{SignedDuration, Timestamp};
use kapelle_model::Value;
use kapelle_model::effect::Level;
use kapelle_plugin::known::{Known, On, Seen};
use kapelle_plugin::{Broken, Polled, RunContext};

use super::Store;
use super::action::Action;
use super::download::{known, take};
use super::listing::{Listing, list};
use super::object::{Object, TriggeredBlob};

/// A look, with all that it needs.
pub(crate) struct Look {
    pub(crate) store: Store,
    pub(crate) listing: Listing,
    pub(crate) action: Action,
    pub(crate) on: On,
    pub(crate) key: String,
    pub(crate) time_to_live: Option<SignedDuration>,
    pub(crate) files_max: usize,
    pub(crate) now: Timestamp,
}

impl Look {
    pub(crate) async fn run(
        &self,
        cx: &RunContext,
        cursor: Option<&Value>,
    ) -> Result<Polled<Vec<TriggeredBlob>>, Broken> {
        let mut known = Known::read(cursor, &self.key);
        self.take_away(cx, &mut known).await?;
        let mut present: Vec<(Seen, Object)> = list(cx, &self.store, &self.listing, None)
            .await?
            .into_iter()
            .filter(|object| !self.action.is_done_for(&object.bucket, &object.name))
            .map(|object| (object.seen(), object))
            .collect();
        known.meet(present.iter().map(|(seen, _)| seen), self.now, self.time_to_live);
        present
            .sort_by(|(left, _), (right, _)| (left.modified, &left.path).cmp(&(right.modified, &right.path)));
        let mut taken = Vec::new();
        for (seen, object) in &present {
            let Some(change) = known.change(seen) else { continue };
            if !self.on.counts(change) {
                known.note(seen);
            } else if taken.len() < self.files_max {
                let place = (object.bucket.as_str(), object.name.as_str());
                let uri = match take(cx, &self.store, place, object.generation.as_deref(), false).await {
                    Ok(taken) => taken.uri,
                    Err(broken) if broken.is_killed => return Err(broken),
                    Err(broken) => {
                        cx.log(Level::Warn, format!("it waits for the next look: {}", broken.failure));
                        continue;
                    }
                };
                known.note(seen);
                if !self.action.is_none() {
                    known.owe(seen);
                }
                taken.push(TriggeredBlob::new(object.shown(Some(uri)), change));
            }
        }
        let event = (!taken.is_empty()).then_some(taken);
        Ok(Polled { event, cursor: Some(known.bounded()?.into_value()) })
    }

    /// Does what is still to be done to objects that there are executions for.
    pub(crate) async fn take_away(&self, cx: &RunContext, known: &mut Known) -> Result<(), Broken> {
        for name in known.owed() {
            cx.go_on()?;
            match self.take_one_away(cx, &name, known).await {
                Err(broken) if broken.is_killed => return Err(broken),
                Err(broken) => cx.log(Level::Warn, format!("`{name}` stays where it is: {}", broken.failure)),
                Ok(()) => {}
            }
        }
        Ok(())
    }

    async fn take_one_away(&self, cx: &RunContext, name: &str, seen: &mut Known) -> Result<(), Broken> {
        let bucket = &self.listing.place.bucket;
        if let Some(object) = known(cx, &self.store, bucket, name).await?
            && seen.is_owed(&object.seen())
        {
            self.action.perform(cx, &self.store, (bucket, name), object.generation.as_deref()).await?;
        }
        seen.settle(name);
        Ok(())
    }
}

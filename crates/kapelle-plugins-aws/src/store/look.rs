//! A look of a trigger into a bucket: what is new, what an execution gets of it, and what becomes of it then.

use jiff::{SignedDuration, Timestamp};
use kapelle_model::Value;
use kapelle_model::effect::Level;
use kapelle_plugin::known::{Known, On, Seen};
use kapelle_plugin::{Broken, Polled, RunContext};

use super::Store;
use super::action::Action;
use super::download::{Wanted, head, take};
use super::listing::{Filter, Listing, list};
use super::object::{Object, TriggeredObject};

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
    ) -> Result<Polled<Vec<TriggeredObject>>, Broken> {
        let mut known = Known::read(cursor, &self.key);
        self.take_away(cx, &mut known).await?;
        let mut present: Vec<(Seen, Object)> = list(cx, &self.store, &self.listing, None)
            .await?
            .into_iter()
            .filter(|object| !object.is_folder() || self.listing.filter == Filter::Directory)
            .filter(|object| !self.action.is_done_for(&self.listing.bucket, &object.key))
            .map(|object| (object.seen(), object))
            .collect();
        known.meet(present.iter().map(|(seen, _)| seen), self.now, self.time_to_live);
        present
            .sort_by(|(_, left), (_, right)| (left.modified, &left.key).cmp(&(right.modified, &right.key)));
        let mut taken = Vec::new();
        for (seen, object) in &present {
            let Some(change) = known.change(seen) else { continue };
            if !self.on.counts(change) {
                known.note(seen);
            } else if taken.len() < self.files_max {
                let uri = match self.content(cx, object).await {
                    Ok(uri) => uri,
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
                taken.push(TriggeredObject::new(object.shown(uri, None), change));
            }
        }
        let event = (!taken.is_empty()).then_some(taken);
        Ok(Polled { event, cursor: Some(known.bounded()?.into_value()) })
    }

    /// The content of an object; what only stands for a folder has none.
    async fn content(&self, cx: &RunContext, object: &Object) -> Result<Option<String>, Broken> {
        if object.is_folder() {
            return Ok(None);
        }
        let wanted = Wanted {
            bucket: &self.listing.bucket,
            key: &object.key,
            shown: &object.key,
            version: None,
            checks: false,
        };
        Ok(Some(take(cx, &self.store, wanted).await?.uri))
    }

    /// Does what is still to be done to objects that there are executions for.
    pub(crate) async fn take_away(&self, cx: &RunContext, known: &mut Known) -> Result<(), Broken> {
        for key in known.owed() {
            cx.go_on()?;
            match self.take_one_away(cx, &key, known).await {
                Err(broken) if broken.is_killed => return Err(broken),
                Err(broken) => cx.log(Level::Warn, format!("`{key}` stays where it is: {}", broken.failure)),
                Ok(()) => {}
            }
        }
        Ok(())
    }

    async fn take_one_away(&self, cx: &RunContext, key: &str, known: &mut Known) -> Result<(), Broken> {
        let bucket = &self.listing.bucket;
        if let Some(object) = self.at(cx, key).await?
            && known.is_owed(&object.seen())
        {
            self.action.perform(cx, &self.store, bucket, key).await?;
        }
        known.settle(key);
        Ok(())
    }

    /// The object that has this key now.
    async fn at(&self, cx: &RunContext, key: &str) -> Result<Option<Object>, Broken> {
        let Some(head) = head(cx, &self.store, &self.listing.bucket, key, None).await? else {
            return Ok(None);
        };
        let modified = head.modified.as_deref().and_then(moment_of_http).unwrap_or_default();
        Ok(Some(Object {
            key: key.to_owned(),
            etag: head.etag.unwrap_or_default(),
            bytes: head.bytes,
            modified,
            owner: None,
            version: head.version,
        }))
    }
}

/// A moment as heads of answers write it.
fn moment_of_http(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_at_one_object_knows_it_from_a_list() {
        let object = |modified: &str, etag: &str| Object {
            key: "k".to_owned(),
            etag: etag.to_owned(),
            bytes: 1,
            modified: modified.parse().unwrap(),
            owner: None,
            version: None,
        };
        let listed = object("2026-11-28T19:30:15.123Z", "\"a\"").seen();
        let modified = moment_of_http("Sat, 28 Nov 2026 19:30:15 GMT").unwrap();
        assert_eq!(object(&modified.to_string(), "a").seen(), listed);
        assert_ne!(object(&modified.to_string(), "b").seen().modified, listed.modified);
    }
}

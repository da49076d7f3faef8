//! What changed lately, kept once for all who follow it.
//!
//! Nothing is kept for a follower but the number of the change that it heard last. So one more of them costs nothing while
//! nothing happens, and one that reads slowly keeps nobody and nothing back: once changes that it has not heard of are
//! forgotten, it is told to read everything anew.

use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use hyper::body::Bytes;
use kapelle_model::{ExecutionId, State};
use serde_json::{Value as Json, json};
use tokio::sync::watch;

use crate::limits::{CHANGES_KEPT, CHANGES_TOLD_MAX};

/// What a change is about. A newer change of the same takes the place of an older one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum About {
    Execution(ExecutionId),
    /// The log of an execution has more lines.
    Log(ExecutionId),
    /// Occurrences of a trigger started nothing.
    Trigger {
        tenant: Arc<str>,
        namespace: Arc<str>,
        flow: Arc<str>,
        trigger: Arc<str>,
    },
}

#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) about: About,
    pub(crate) tenant: Arc<str>,
    pub(crate) namespace: Arc<str>,
    pub(crate) flow: Arc<str>,
    /// Of an execution.
    state: Option<State>,
    text: OnceLock<Bytes>,
}

/// Which change somebody heard last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place(u64);

/// What somebody has not heard of, and the place behind it.
#[derive(Debug)]
pub(crate) struct Since {
    /// Nothing, if there is too much of it, or some of it is forgotten: then everything has to be read anew.
    pub(crate) events: Option<Vec<Bytes>>,
    pub(crate) place: Place,
}

pub(crate) struct Feed {
    /// Tells numbers of this process from those of others.
    process: u64,
    kept: RwLock<Kept>,
    last: watch::Sender<u64>,
}

#[derive(Default)]
struct Kept {
    changes: BTreeMap<u64, Change>,
    numbers: BTreeMap<About, u64>,
    last: u64,
    /// The last change that is kept no more, though no newer one took its place.
    forgotten: u64,
}

impl Default for Feed {
    fn default() -> Self {
        let process = RandomState::new().build_hasher().finish();
        Self { process, kept: RwLock::default(), last: watch::Sender::new(0) }
    }
}

impl Change {
    pub(crate) fn new(about: About, tenant: &Arc<str>, namespace: &Arc<str>, flow: &Arc<str>) -> Self {
        let (tenant, namespace, flow) = (Arc::clone(tenant), Arc::clone(namespace), Arc::clone(flow));
        Self { about, tenant, namespace, flow, state: None, text: OnceLock::new() }
    }

    #[must_use]
    pub(crate) fn with_state(self, state: State) -> Self {
        Self { state: Some(state), ..self }
    }

    /// The name of the event.
    const fn kind(&self) -> &'static str {
        match self.about {
            About::Execution(_) => "execution",
            About::Log(_) => "log",
            About::Trigger { .. } => "trigger",
        }
    }

    fn json(&self) -> Json {
        let mut json = json!({"namespace": &*self.namespace, "flowId": &*self.flow});
        match &self.about {
            About::Execution(id) | About::Log(id) => json["executionId"] = id.to_string().into(),
            About::Trigger { trigger, .. } => json["triggerId"] = (**trigger).into(),
        }
        if let Some(state) = self.state {
            json["state"] = state.name().into();
        }
        json
    }
}

impl Feed {
    pub(crate) fn publish(&self, change: Change) {
        let number = self.kept.write().unwrap_or_else(PoisonError::into_inner).add(change);
        self.last.send_replace(number);
    }

    /// The place behind everything.
    pub(crate) fn end(&self) -> Place {
        Place(self.kept.read().unwrap_or_else(PoisonError::into_inner).last)
    }

    /// Hears whenever something changed.
    pub(crate) fn hears(&self) -> watch::Receiver<u64> {
        self.last.subscribe()
    }

    pub(crate) fn since(&self, place: Place, is_wanted: impl Fn(&Change) -> bool) -> Since {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let (last, is_whole) = (Place(kept.last), place.0 >= kept.forgotten && place.0 <= kept.last);
        if !is_whole {
            return Since { events: None, place: last };
        }
        let new = kept.changes.range(place.0 + 1..).filter(|(_, change)| is_wanted(change));
        let events: Vec<Bytes> =
            new.take(CHANGES_TOLD_MAX + 1).map(|(number, change)| self.text(*number, change)).collect();
        Since { events: (events.len() <= CHANGES_TOLD_MAX).then_some(events), place: last }
    }

    /// A change as an event; it is written once, for the first who wants it.
    fn text(&self, number: u64, change: &Change) -> Bytes {
        let write = || {
            let name = self.name(Place(number));
            format!("id: {name}\nevent: {}\ndata: {}\n\n", change.kind(), change.json()).into()
        };
        change.text.get_or_init(write).clone()
    }

    /// A place as clients give it back after their connection broke.
    pub(crate) fn name(&self, place: Place) -> String {
        format!("{:x}-{}", self.process, place.0)
    }

    /// The place of that name; nothing, if another process told it.
    pub(crate) fn place(&self, name: &str) -> Option<Place> {
        let (process, number) = name.trim().split_once('-')?;
        let is_own = u64::from_str_radix(process, 16).ok()? == self.process;
        is_own.then(|| number.parse().ok().map(Place))?
    }
}

impl Kept {
    fn add(&mut self, change: Change) -> u64 {
        self.last += 1;
        if let Some(older) = self.numbers.insert(change.about.clone(), self.last) {
            self.changes.remove(&older);
        }
        self.changes.insert(self.last, change);
        if self.changes.len() > CHANGES_KEPT
            && let Some((number, oldest)) = self.changes.pop_first()
        {
            self.numbers.remove(&oldest.about);
            self.forgotten = number;
        }
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> About {
        let name = Arc::from(format!("t{number}"));
        About::Trigger { tenant: "main".into(), namespace: "team".into(), flow: "f".into(), trigger: name }
    }

    fn publish(feed: &Feed, number: usize) {
        feed.publish(Change::new(id(number), &"main".into(), &"team".into(), &"f".into()));
    }

    fn texts(since: Since) -> Option<Vec<String>> {
        let text = |bytes: Bytes| String::from_utf8(bytes.to_vec()).unwrap();
        Some(since.events?.into_iter().map(text).collect())
    }

    #[test]
    fn of_changes_of_the_same_only_the_last_is_told() {
        let feed = Feed::default();
        let begin = feed.end();
        for number in [1, 2, 1, 1] {
            publish(&feed, number);
        }
        let since = feed.since(begin, |_| true);
        assert_eq!(since.place, feed.end());
        let texts = texts(since).unwrap();
        assert_eq!(texts.len(), 2);
        assert!(texts[0].contains("\"t2\"") && texts[1].contains("\"t1\""), "{texts:?}");
        assert!(texts[1].starts_with(&format!("id: {}\nevent: trigger\n", feed.name(feed.end()))));
        assert!(feed.since(feed.end(), |_| true).events.unwrap().is_empty());
        assert!(feed.since(begin, |_| false).events.unwrap().is_empty());
    }

    #[test]
    fn a_change_is_written_once_for_all() {
        let feed = Feed::default();
        let begin = feed.end();
        publish(&feed, 1);
        let one = feed.since(begin, |_| true).events.unwrap();
        let two = feed.since(begin, |_| true).events.unwrap();
        assert_eq!(one[0].as_ptr(), two[0].as_ptr());
    }

    #[test]
    fn who_is_too_far_behind_has_to_read_anew() {
        let feed = Feed::default();
        let begin = feed.end();
        (0..=CHANGES_TOLD_MAX).for_each(|number| publish(&feed, number));
        assert!(feed.since(begin, |_| true).events.is_none(), "more than is told at once");
        assert_eq!(texts(feed.since(begin, |change| change.about == id(0))).unwrap().len(), 1);
        (0..=CHANGES_KEPT).for_each(|number| publish(&feed, number));
        assert!(feed.since(begin, |_| false).events.is_none(), "some are forgotten");
        assert_eq!(feed.kept.read().unwrap().changes.len(), CHANGES_KEPT);
        assert_eq!(feed.kept.read().unwrap().numbers.len(), CHANGES_KEPT);
    }

    #[test]
    fn places_have_names_that_only_their_process_knows() {
        let (feed, other) = (Feed::default(), Feed::default());
        publish(&feed, 1);
        assert_eq!(feed.place(&feed.name(feed.end())), Some(feed.end()));
        for name in [other.name(feed.end()), "progress".to_owned(), "-1".to_owned(), String::new()] {
            assert_eq!(feed.place(&name), None, "{name}");
        }
    }
}

//! What the scheduler remembers between two calls.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kapelle_model::Millis;
use kapelle_model::trigger::TriggerKey;
use tokio_util::sync::CancellationToken;

use super::End;
use crate::alarms::AlarmKey;

#[derive(Default)]
pub(super) struct Memory {
    /// Triggers that are being worked on, with how many things are on their way for each. What stays here is left alone.
    in_hand: HashMap<TriggerKey, u32>,
    /// Those that somebody else changed meanwhile.
    changed: BTreeSet<TriggerKey>,
    /// When the scheduler will look around.
    pub(super) alarm: Option<(Millis, AlarmKey)>,
    /// More was due than one look around takes.
    pub(super) has_more: bool,
    /// The last moment at which it looked around.
    pub(super) latest: Millis,
    /// The trigger that it is busy with.
    pub(super) about: Option<TriggerKey>,
    looks: HashMap<TriggerKey, CancellationToken>,
    /// Executions that are over, of triggers that do not know it yet.
    ends: HashMap<TriggerKey, Vec<End>>,
    pub(super) listening: BTreeMap<TriggerKey, Listens>,
    pub(super) listeners_made: u64,
}

/// A trigger that listens.
pub(super) struct Listens {
    pub(super) number: u64,
    /// What the flow said of it when it began.
    pub(super) definition: u64,
    pub(super) stop: CancellationToken,
}

impl Memory {
    pub(super) fn has(&self, key: &TriggerKey) -> bool {
        self.in_hand.contains_key(key)
    }

    pub(super) fn count(&self) -> usize {
        self.in_hand.len()
    }

    pub(super) fn take_in_hand(&mut self, key: TriggerKey) {
        *self.in_hand.entry(key).or_default() += 1;
    }

    pub(super) fn let_go(&mut self, key: &TriggerKey) {
        if let Some(count) = self.in_hand.get_mut(key) {
            *count -= 1;
            if *count == 0 {
                self.in_hand.remove(key);
            }
        }
    }

    pub(super) fn note_end(&mut self, end: End) {
        self.ends.entry(end.key.clone()).or_default().push(end);
    }

    pub(super) fn has_ends(&self, key: &TriggerKey) -> bool {
        self.ends.contains_key(key)
    }

    pub(super) fn take_ends(&mut self, key: &TriggerKey) -> Vec<End> {
        self.ends.remove(key).unwrap_or_default()
    }

    /// Somebody changed a trigger that is being worked on.
    pub(super) fn note_change(&mut self, key: &TriggerKey) {
        self.changed.insert(key.clone());
    }

    /// Whether somebody did.
    pub(super) fn take_change(&mut self, key: &TriggerKey) -> bool {
        self.changed.remove(key)
    }

    /// The alarm that was set up to this moment is over.
    pub(super) fn alarm_rang(&mut self, now: Millis) {
        self.alarm = self.alarm.filter(|(at, _)| *at > now);
    }

    pub(super) fn looks(&mut self, key: TriggerKey, stop: CancellationToken) {
        self.looks.insert(key, stop);
    }

    pub(super) fn has_looked(&mut self, key: &TriggerKey) {
        self.looks.remove(key);
    }

    /// Ends a look that nobody wants any more.
    pub(super) fn stop_look(&self, key: &TriggerKey) {
        if let Some(stop) = self.looks.get(key) {
            stop.cancel();
        }
    }

    pub(super) fn stop_listening(&mut self, key: &TriggerKey) {
        if let Some(listens) = self.listening.remove(key) {
            listens.stop.cancel();
        }
    }

    #[expect(clippy::iter_over_hash_type, reason = "all of them are told, in whatever order")]
    pub(super) fn stop_all(&mut self) {
        for stop in self.looks.values() {
            stop.cancel();
        }
        for listens in self.listening.values() {
            listens.stop.cancel();
        }
    }
}

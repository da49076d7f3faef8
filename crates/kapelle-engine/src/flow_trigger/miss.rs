//! Windows that end without success, where a flow wants to know: `onMiss` of 2.0.

use jiff::tz::TimeZone;
use kapelle_core::expression::environment::Environment;
use kapelle_model::window::Window;
use kapelle_model::{Failure, Millis};

use super::FlowTrigger;
use super::firing::rendered;
use super::waiting::time_text;
use crate::labels::Pairs;
use crate::windows::Stretch;

/// A failed execution to create, since not everything came together in time.
#[derive(Clone, Debug, PartialEq)]
pub struct Miss {
    pub failure: Failure,
    /// What is added to the labels of the flow.
    pub labels: Pairs,
    /// The same text for the same window.
    pub identity: String,
}

impl FlowTrigger {
    /// The window to look at next, once its end is over, if anybody wants to know of misses. It ends after `now`.
    pub fn next_end(&self, now: Millis, zone: &TimeZone) -> Option<Stretch> {
        self.on_miss.as_ref()?;
        let group = self.groups.iter().find(|group| group.is_watched)?;
        group.period.as_ref().ok()?.ending_after(now, zone)
    }

    /// What follows from the end of a window, by what is stored then.
    pub fn missed(
        &self,
        ended: Stretch,
        windows: &[Window],
        zone: &TimeZone,
        environment: Environment<'_>,
    ) -> Option<Miss> {
        let labels = self.on_miss.as_ref().filter(|_| !self.is_disabled)?;
        let group = self.groups.iter().find(|group| group.is_watched)?;
        let stored = windows.iter().find(|window| *window.id == *group.id && window.contains(ended.end));
        if stored.is_some_and(|window| window.fired) {
            return None;
        }
        let held = group.held(stored);
        let missing: Vec<_> = group
            .keys
            .iter()
            .filter(|key| !held.contains_key(key.name.as_str()))
            .map(super::key::Key::told)
            .collect();
        let mut message =
            format!("until {} there was no {}", time_text(ended.end, zone), missing.join(", and no "));
        let labels = rendered(labels, environment).unwrap_or_else(|reason| {
            message = format!("{message}; {reason}");
            Vec::new()
        });
        Some(Miss { failure: Failure::new(message), labels, identity: format!("missed.{}", ended.end.0) })
    }
}

//! Windows of time in which several executions have to come together.
//!
//! A [`Period`] says which stretch of time belongs to a moment; the [`Window`] is what is kept of one. Everything here is
//! counted in milliseconds, and both ends belong to a window, so that windows that follow each other leave no gap.

mod period;
mod read;

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_model::Millis;
use kapelle_model::window::{Contribution, Met, StateChange, Window};

pub use period::{Clock, Period, Stretch};

/// Changes that a window remembers, so that copies of them are known. A copy comes soon after the original or after a
/// crash, among the last ones.
pub const SEEN_MAX: usize = 100;

/// A window in which nothing has happened, knowing what the one before it had seen.
pub fn fresh(id: &str, stretch: Stretch, before: Option<&Window>) -> Window {
    Window {
        id: Arc::from(id),
        start: stretch.start,
        end: stretch.end,
        results: BTreeMap::new(),
        causes: BTreeMap::new(),
        seen: before.map_or_else(Vec::new, |window| window.seen.clone()),
        fired: false,
    }
}

/// Takes a change into account: these conditions hold now.
pub fn record(
    window: &mut Window,
    change: StateChange,
    contribution: Contribution,
    conditions: impl IntoIterator<Item = (Arc<str>, u64)>,
) {
    for (key, definition) in conditions {
        window.results.insert(key, Met { definition, by: change.execution });
    }
    window.causes.insert(change.execution, contribution);
    drop_unused_causes(window);
    remember(window, change);
}

/// Empties a window that did its work. What it has seen stays.
pub fn spend(window: &mut Window) {
    window.results.clear();
    window.causes.clear();
}

/// Takes out what happened before a moment.
pub fn forget_before(window: &mut Window, moment: Millis) {
    window.causes.retain(|_, cause| cause.at >= moment);
    window.results.retain(|_, met| window.causes.contains_key(&met.by));
}

/// Keeps the conditions that are as they were, by their keys and definitions.
pub fn retain(window: &mut Window, is_known: impl Fn(&str, u64) -> bool) {
    window.results.retain(|key, met| is_known(key, met.definition));
    drop_unused_causes(window);
}

fn drop_unused_causes(window: &mut Window) {
    window.causes.retain(|execution, _| window.results.values().any(|met| met.by == *execution));
}

fn remember(window: &mut Window, change: StateChange) {
    window.seen.retain(|seen| seen.execution != change.execution);
    window.seen.push(change);
    let surplus = window.seen.len().saturating_sub(SEEN_MAX);
    window.seen.drain(..surplus);
}

#[cfg(test)]
mod tests;

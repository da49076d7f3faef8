//! Numbers that a task reports.

use std::collections::BTreeMap;

/// A number with a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    pub name: String,
    pub kind: MetricKind,
    /// Of a timer, milliseconds.
    pub value: f64,
    pub tags: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    Counter,
    Timer,
    Gauge,
}

impl Metric {
    /// Counts something.
    pub fn counter(name: &str, value: f64) -> Self {
        Self { name: name.to_owned(), kind: MetricKind::Counter, value, tags: BTreeMap::new() }
    }

    /// Counts so many things.
    #[expect(clippy::cast_precision_loss, reason = "nothing is counted beyond what a float tells exactly")]
    pub fn count(name: &str, count: u64) -> Self {
        Self::counter(name, count as f64)
    }

    /// Tells how many milliseconds something took.
    pub fn timer(name: &str, millis: f64) -> Self {
        Self { kind: MetricKind::Timer, ..Self::counter(name, millis) }
    }

    #[must_use]
    pub fn tag(mut self, name: &str, value: &str) -> Self {
        self.tags.insert(name.to_owned(), value.to_owned());
        self
    }
}

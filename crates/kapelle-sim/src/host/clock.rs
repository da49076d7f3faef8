//! What waits for a moment.

use std::collections::BTreeMap;

use kapelle_model::Millis;

/// Alarms by their moments; those of one moment in the order in which they were set.
pub struct Clock<T> {
    alarms: BTreeMap<(Millis, u64), T>,
    count: u64,
}

impl<T> Default for Clock<T> {
    fn default() -> Self {
        Self { alarms: BTreeMap::new(), count: 0 }
    }
}

impl<T> Clock<T> {
    pub(crate) fn set(&mut self, at: Millis, alarm: T) {
        self.count += 1;
        self.alarms.insert((at, self.count), alarm);
    }

    /// The next moment that something waits for.
    pub(crate) fn next(&self) -> Option<Millis> {
        self.alarms.keys().next().map(|(at, _)| *at)
    }

    /// Everything whose moment has come, the earliest first.
    pub(crate) fn due(&mut self, now: Millis) -> Vec<T> {
        let later = self.alarms.split_off(&(now.plus(1), 0));
        std::mem::replace(&mut self.alarms, later).into_values().collect()
    }

    /// Takes the first alarm that is meant.
    pub(crate) fn take(&mut self, is_meant: impl Fn(&T) -> bool) -> Option<T> {
        let key = self.alarms.iter().find(|(_, alarm)| is_meant(alarm)).map(|(key, _)| *key)?;
        self.alarms.remove(&key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alarms_come_in_the_order_of_their_moments() {
        let mut clock = Clock::default();
        for (at, name) in [(5, "b"), (3, "a"), (5, "c"), (9, "d"), (7, "x")] {
            clock.set(Millis(at), name);
        }
        assert_eq!(clock.take(|name| *name == "x"), Some("x"));
        assert_eq!((clock.next(), clock.due(Millis(2))), (Some(Millis(3)), vec![]));
        assert_eq!(clock.due(Millis(5)), ["a", "b", "c"]);
        assert_eq!((clock.next(), clock.take(|name| *name == "a")), (Some(Millis(9)), None));
    }
}

//! Rates, each kept as one moment: when a bucket will be empty again. What is empty is forgotten.

use std::collections::BTreeMap;

use kapelle_model::Millis;

/// Keys that are remembered; those that are empty first make room.
const REMEMBERED_MAX: usize = 10_000;

/// A bucket for each key: so many at once, and so many in a second after that.
#[derive(Debug)]
pub(crate) struct Buckets<K> {
    /// Microseconds until there is room for one more.
    interval: i64,
    /// Microseconds that a full bucket takes to run empty.
    depth: i64,
    empty_at: BTreeMap<K, i64>,
}

impl<K: Ord + Copy> Buckets<K> {
    /// So many at once, and `count` in so many seconds.
    pub(crate) fn new(burst: u32, count: u32, seconds: u32) -> Self {
        let interval = i64::from(seconds) * 1_000_000 / i64::from(count.max(1));
        Self { interval, depth: interval * i64::from(burst.max(1)), empty_at: BTreeMap::new() }
    }

    /// Milliseconds until there is room for one more.
    pub(crate) fn wait(&self, key: K, now: Millis) -> i64 {
        let now = micros(now);
        (self.empty(key, now, 0) + self.interval - self.depth - now).max(0).div_euclid(1_000)
    }

    /// Takes a place, if it is free within so many milliseconds: how long until then. Otherwise how long it would be.
    pub(crate) fn take(&mut self, key: K, now: Millis, patience: i64) -> Result<i64, i64> {
        let at = micros(now);
        let filled = self.empty(key, at, patience * 1_000) + self.interval;
        let wait = (filled - self.depth - at).max(0).div_euclid(1_000);
        if wait > patience {
            return Err(wait);
        }
        self.make_room(at);
        self.empty_at.insert(key, filled);
        Ok(wait)
    }

    /// When a bucket is empty. What no clock that only goes forward could have made was written before it was set back.
    fn empty(&self, key: K, now: i64, patience: i64) -> i64 {
        let kept = self.empty_at.get(&key).copied().unwrap_or(now);
        if kept - now > self.depth + self.interval + patience { now } else { kept.max(now) }
    }

    fn make_room(&mut self, now: i64) {
        if self.empty_at.len() < REMEMBERED_MAX {
            return;
        }
        self.empty_at.retain(|_, moment| *moment > now);
        if self.empty_at.len() < REMEMBERED_MAX {
            return;
        }
        // A quarter at once, so that this is seldom.
        let mut moments: Vec<i64> = self.empty_at.values().copied().collect();
        let (_, last, _) = moments.select_nth_unstable(REMEMBERED_MAX / 4);
        let last = *last;
        self.empty_at.retain(|_, moment| *moment > last);
    }
}

const fn micros(moment: Millis) -> i64 {
    moment.0.saturating_mul(1_000)
}

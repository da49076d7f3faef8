//! What was heard of a log, so that after a break only what is new is passed on.
//!
//! Entries carry their moments, but do not come in the order of these: two streams are written down side by side. So it
//! is known of each moment of the last seconds how many entries were heard that have it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

/// How much earlier than the latest entry one that comes after it may be.
const OVERLAP: SignedDuration = SignedDuration::from_secs(2);

/// How long moments are kept: longer, since clusters are asked for whole seconds only.
const KEPT: SignedDuration = SignedDuration::from_secs(4);

/// Moments that are kept; of a log that is faster, some entries may be heard twice after a break.
const MOMENTS_MAX: usize = 100_000;

#[derive(Default)]
pub(crate) struct Heard {
    latest: Option<Timestamp>,
    /// How many entries were heard of each moment.
    recent: BTreeMap<Timestamp, u32>,
    /// Those of them that come again.
    again: BTreeMap<Timestamp, u32>,
}

impl Heard {
    /// Whether an entry of this moment was not heard before.
    pub(crate) fn is_new(&mut self, moment: Timestamp) -> bool {
        match self.again.get_mut(&moment) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        }
    }

    /// An entry was heard that is new.
    pub(crate) fn note(&mut self, moment: Timestamp) {
        let latest = self.latest.map_or(moment, |latest| latest.max(moment));
        self.latest = Some(latest);
        *self.recent.entry(moment).or_default() += 1;
        let oldest = latest.saturating_sub(KEPT).unwrap_or(latest);
        while self.recent.len() > MOMENTS_MAX
            || self.recent.first_key_value().is_some_and(|(moment, _)| *moment < oldest)
        {
            self.recent.pop_first();
        }
    }

    /// The log broke off. From when on it is to be read again; `None` for its beginning.
    pub(crate) fn again(&mut self) -> Option<Timestamp> {
        self.again.clone_from(&self.recent);
        self.latest.map(|latest| latest.saturating_sub(OVERLAP).unwrap_or(latest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + milliseconds).unwrap()
    }

    /// Hears entries, and gives those that are new.
    fn new(heard: &mut Heard, moments: &[i64]) -> Vec<i64> {
        let is_new = |moment: &&i64| {
            let is_new = heard.is_new(at(**moment));
            if is_new {
                heard.note(at(**moment));
            }
            is_new
        };
        moments.iter().filter(is_new).copied().collect()
    }

    #[test]
    fn entries_out_of_order_are_heard_once_before_and_after_a_break() {
        let mut heard = Heard::default();
        assert_eq!(heard.again(), None);
        assert_eq!(new(&mut heard, &[0, 20, 10, 20]), [0, 20, 10, 20]);
        assert_eq!(heard.again(), Some(at(20 - 2_000)));
        assert_eq!(new(&mut heard, &[0, 20, 10, 20, 15, 20, 30]), [15, 20, 30]);
        heard.again();
        assert_eq!(new(&mut heard, &[0, 20, 10, 20, 15, 20, 30, 40]), [40]);
        assert_eq!(new(&mut heard, &[2_900]), [2_900]);
        heard.again();
        assert!(
            new(&mut heard, &[0, 20, 10, 20, 15, 20, 30, 40, 2_900]).is_empty(),
            "asked from a whole second on"
        );
        assert_eq!(new(&mut heard, &[5_000]), [5_000]);
        assert_eq!(heard.again(), Some(at(3_000)), "what is long ago does not come again");
    }
}

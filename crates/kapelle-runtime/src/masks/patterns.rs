//! All forms of all secrets, and the automaton that finds them.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use aho_corasick::AhoCorasick;
use kapelle_model::MASK;

use super::forms::forms;
use super::long::Long;

/// Patterns from this many bytes on are compared in a way that takes no longer when they repeat themselves.
const LONG_MIN: usize = 128;

pub(super) struct Patterns {
    /// The short ones in order, so that it is quickly known whether some of them begin with something.
    short: Vec<String>,
    long: Vec<Long>,
    /// None if there are more than it takes; then everything is hidden.
    automaton: Option<AhoCorasick>,
}

impl Patterns {
    pub(super) fn new<'s>(secrets: impl Iterator<Item = &'s str>) -> Self {
        let sorted: BTreeSet<String> = secrets.flat_map(forms).collect();
        let automaton = AhoCorasick::new(&sorted).ok();
        let (short, long): (Vec<_>, Vec<_>) =
            sorted.into_iter().partition(|pattern| pattern.len() < LONG_MIN);
        Self { short, long: long.iter().map(|pattern| Long::new(pattern)).collect(), automaton }
    }

    pub(super) fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let ranges = self.ranges(text.as_bytes());
        if ranges.is_empty() {
            return Cow::Borrowed(text);
        }
        let (mut masked, mut from) = (String::with_capacity(text.len()), 0);
        for range in ranges {
            // Patterns are whole characters, so these are borders of characters.
            masked.push_str(text.get(from..range.start).unwrap_or_default());
            masked.push_str(MASK);
            from = range.end;
        }
        masked.push_str(text.get(from..).unwrap_or_default());
        Cow::Owned(masked)
    }

    /// Where secrets are, in order; those that overlap are one.
    pub(super) fn ranges(&self, bytes: &[u8]) -> Vec<Range<usize>> {
        let Some(automaton) = &self.automaton else {
            return std::iter::once(0..bytes.len()).filter(|all| !all.is_empty()).collect();
        };
        // Sorted by their ends, since they are found when they end.
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for found in automaton.find_overlapping_iter(bytes) {
            let mut range = found.range();
            while let Some(last) = ranges.pop_if(|last| last.end > range.start) {
                range = last.start.min(range.start)..last.end.max(range.end);
            }
            ranges.push(range);
        }
        ranges
    }

    /// Where the longest end of some bytes begins with which a secret could begin; their length if there is none.
    pub(super) fn unfinished(&self, bytes: &[u8]) -> usize {
        let long = self.long.iter().map(|long| long.begun(bytes)).max().unwrap_or(0);
        let first = (bytes.len() + 1).saturating_sub(LONG_MIN);
        let until = bytes.len() - long;
        (first..until).find(|at| self.is_beginning(&bytes[*at..])).unwrap_or(until)
    }

    /// Whether a short pattern begins so and goes on.
    fn is_beginning(&self, bytes: &[u8]) -> bool {
        let from = self.short.partition_point(|pattern| pattern.as_bytes() <= bytes);
        self.short.get(from).is_some_and(|pattern| pattern.as_bytes().starts_with(bytes))
    }
}

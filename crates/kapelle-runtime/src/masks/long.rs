//! A long pattern, and how much of it the end of a text could be the beginning of.

/// A pattern with the table that Knuth, Morris and Pratt look things up in: for each of its beginnings, how long the
/// longest shorter beginning is that is an end of it.
pub(super) struct Long {
    pattern: Vec<u8>,
    borders: Vec<u32>,
}

impl Long {
    pub(super) fn new(pattern: &str) -> Self {
        let pattern = pattern.as_bytes().to_vec();
        let mut borders = vec![0; pattern.len()];
        let mut matched = 0;
        for at in 1..pattern.len() {
            matched = step(&pattern, &borders, matched, pattern[at]);
            borders[at] = matched as u32;
        }
        Self { pattern, borders }
    }

    /// The length of the longest end of some bytes that the pattern begins with and goes on from. It takes time with the
    /// length of the pattern, however the two repeat themselves.
    pub(super) fn begun(&self, bytes: &[u8]) -> usize {
        let last = &bytes[bytes.len().saturating_sub(self.pattern.len() - 1)..];
        last.iter().fold(0, |matched, byte| step(&self.pattern, &self.borders, matched, *byte))
    }
}

/// How much of a pattern is matched after one more byte; it was less than all of it.
fn step(pattern: &[u8], borders: &[u32], mut matched: usize, byte: u8) -> usize {
    while matched > 0 && pattern[matched] != byte {
        matched = borders[matched - 1] as usize;
    }
    if pattern[matched] == byte { matched + 1 } else { matched }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_has_begun_is_what_a_look_at_every_end_finds(pattern in "[ab]{2,12}", text in "[ab]{0,20}") {
            let ends = (0..=text.len()).map(|at| &text[at..]);
            let naive = ends.filter(|end| end.len() < pattern.len() && pattern.starts_with(*end)).map(str::len).max();
            prop_assert_eq!(Long::new(&pattern).begun(text.as_bytes()), naive.unwrap_or(0));
        }
    }
}

//! Masking of a stream.

use kapelle_model::MASK;

use super::Masks;

/// Masks bytes as they come. What could be the beginning of a secret waits for the next bytes.
///
/// The result is the same however the stream is cut.
pub struct Masker {
    masks: Masks,
    /// What is not given out yet.
    kept: Vec<u8>,
    /// How many of these bytes belong to a secret for which there were stars already.
    covered: usize,
}

impl Masker {
    pub(super) const fn new(masks: Masks) -> Self {
        Self { masks, kept: Vec::new(), covered: 0 }
    }

    /// Takes bytes, and adds to `out` what may be shown.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        self.kept.extend_from_slice(bytes);
        self.give(out, false);
    }

    /// Adds what is left.
    pub fn finish(mut self, out: &mut Vec<u8>) {
        self.give(out, true);
    }

    /// Whether something waits for more: somebody who shows a line that has not ended may ask.
    pub fn is_waiting(&self) -> bool {
        !self.kept.is_empty()
    }

    fn give(&mut self, out: &mut Vec<u8>, is_end: bool) {
        let Some(patterns) = self.masks.patterns() else {
            out.append(&mut self.kept);
            return;
        };
        let until = if is_end { self.kept.len() } else { patterns.unfinished(&self.kept) };
        let mut from = self.covered.min(until);
        let mut covered = self.covered.saturating_sub(until);
        for range in patterns.ranges(&self.kept) {
            if range.start >= until {
                break;
            }
            // What goes on from stars that are there already needs no others.
            if range.start >= self.covered {
                out.extend_from_slice(&self.kept[from..range.start]);
                out.extend_from_slice(MASK.as_bytes());
            }
            from = from.max(range.end.min(until));
            covered = covered.max(range.end.saturating_sub(until));
        }
        out.extend_from_slice(&self.kept[from..until]);
        self.kept.drain(..until);
        self.covered = covered;
    }
}

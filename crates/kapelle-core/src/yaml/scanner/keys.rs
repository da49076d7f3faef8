//! Places where a key may have started. Whether it did shows only at the `:` behind it.

use super::{Error, Kind};

/// A key that is written without `? ` stands in one line and is not longer than this.
const LENGTH_MAX: usize = 1024;

/// A place where a key may have started.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    /// Number of the token that would become the key.
    pub(super) token: usize,
    /// Byte, line, column and character of its start.
    pub(super) at: usize,
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) character: usize,
    /// Nothing but a key may stand there.
    pub(super) required: bool,
}

/// At most one candidate for each open bracket, and one outside.
///
/// All that still count stand in the current line, so they go stale from the outside in: `settled` remembers how
/// many of the outer ones are gone, which spares looking at each of them again and again.
#[derive(Debug)]
pub(super) struct Keys {
    slots: Vec<Option<Candidate>>,
    settled: usize,
}

impl Keys {
    pub(super) fn new() -> Self {
        Self { slots: vec![None], settled: 0 }
    }

    pub(super) fn open_bracket(&mut self) {
        self.slots.push(None);
    }

    pub(super) fn close_bracket(&mut self) {
        if self.slots.len() > 1 {
            self.slots.pop();
            self.settled = self.settled.min(self.slots.len());
        }
    }

    pub(super) fn is_in_brackets(&self) -> bool {
        self.slots.len() > 1
    }

    pub(super) fn suggest(&mut self, candidate: Candidate) {
        self.settled = self.settled.min(self.slots.len() - 1);
        if let Some(slot) = self.slots.last_mut() {
            *slot = Some(candidate);
        }
    }

    /// The candidate that a `:` turns into a key.
    pub(super) fn take(&mut self) -> Option<Candidate> {
        self.slots.last_mut().and_then(Option::take)
    }

    /// Something came that no key goes on with.
    pub(super) fn remove(&mut self, at: usize) -> Result<(), Error> {
        match self.take() {
            Some(candidate) if candidate.required => Err(Kind::MissingColon.at(at, candidate.at)),
            _ => Ok(()),
        }
    }

    /// Forgets candidates that lie too far back, and gives the number of the first token that may still be a key.
    pub(super) fn first(&mut self, line: usize, character: usize, at: usize) -> Result<Option<usize>, Error> {
        while let Some(slot) = self.slots.get_mut(self.settled) {
            if let Some(candidate) = slot {
                if candidate.line == line && character <= candidate.character + LENGTH_MAX {
                    return Ok(Some(candidate.token));
                }
                if candidate.required {
                    return Err(Kind::MissingColon.at(at, candidate.at));
                }
                *slot = None;
            }
            self.settled += 1;
        }
        Ok(None)
    }

    /// The text is over: no candidate can become a key any more.
    pub(super) fn forget_all(&mut self) {
        self.slots.truncate(1);
        self.slots.fill(None);
        self.settled = 0;
    }
}

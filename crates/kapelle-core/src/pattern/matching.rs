//! The matches in a text, one after the other, as Java finds them.

use std::fmt;
use std::ops::Range;

use super::compile::{Failure, only};
use super::engine::{Engine, Spans};

/// What the use of a pattern may cost.
#[derive(Clone, Copy)]
pub struct Limits<'l> {
    /// Bytes of the result.
    pub bytes: usize,
    /// Whether it has taken too long; asked from time to time.
    pub is_late: &'l dyn Fn() -> bool,
}

impl fmt::Debug for Limits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limits").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

/// Bytes searched between two looks at the clock, as far as that can be known.
const WORK_PER_LOOK: usize = 4 << 20;

pub(super) struct Matches<'a> {
    engine: &'a Engine,
    text: &'a str,
    limits: Limits<'a>,
    /// Where the next search starts; none behind the end.
    at: Option<usize>,
    work: usize,
}

impl<'a> Matches<'a> {
    pub(super) fn new(engine: &'a Engine, text: &'a str, limits: Limits<'a>) -> Self {
        Self { engine, text, limits, at: Some(0), work: 0 }
    }

    pub(super) fn next_whole(&mut self) -> Result<Option<Range<usize>>, Failure> {
        let Some(at) = self.start()? else {
            return Ok(None);
        };
        let found = self.engine.find(self.text, at)?;
        self.leave(found.as_ref());
        Ok(found)
    }

    /// The next match, with its groups if they are wanted.
    pub(super) fn next(&mut self, with_groups: bool) -> Result<Option<Spans>, Failure> {
        if !with_groups {
            return Ok(self.next_whole()?.map(only));
        }
        let Some(at) = self.start()? else {
            return Ok(None);
        };
        let found = self.engine.captures(self.text, at)?;
        self.leave(found.as_ref().and_then(|spans| spans.first()?.as_ref()));
        Ok(found)
    }

    fn start(&mut self) -> Result<Option<usize>, Failure> {
        let Some(at) = self.at else {
            return Ok(None);
        };
        // A search may look at the whole rest of the text and still match only little of it.
        self.work = self.work.saturating_add(self.text.len().saturating_sub(at));
        if self.work >= WORK_PER_LOOK {
            self.work = 0;
            if (self.limits.is_late)() {
                return Err(Failure::Late);
            }
        }
        Ok(Some(at))
    }

    /// Java goes on where the match ended, and behind the next character if it matched nothing.
    fn leave(&mut self, found: Option<&Range<usize>>) {
        self.at = match found {
            Some(found) if found.is_empty() => {
                let next = self.text.get(found.end..).and_then(|rest| rest.chars().next());
                next.map(|next| found.end + next.len_utf8())
            }
            Some(found) => Some(found.end),
            None => None,
        };
    }
}

//! Remembers where in long logs which line is, so that a window in the middle costs as much as the first one.
//!
//! The first window of a log takes one pass over it; later ones go on from the last marks, since a log only grows at its
//! end. Lines that come late by more than [`LATE`], or go, are noticed when the outline is made anew.

use std::sync::{Arc, Mutex, PoisonError};

use kapelle_model::{ExecutionId, Millis};
use kapelle_store::filter::Range;
use kapelle_store::logs::LogFilter;
use kapelle_store::outline::{LogMark, LogOutline, OutlineOf};

use crate::call::Call;
use crate::error::Outcome;

/// Logs that are remembered.
const KEPT_MAX: usize = 64;

/// How long an outline is believed, in milliseconds.
const BELIEVED: i64 = 60_000;

/// By how many milliseconds a line may come late, behind others that were said after it.
const LATE: i64 = 10_000;

/// A window is read from at most so many lines before it on.
const EVERY: u64 = 1_000;

/// Lines of one log.
const LINES_MAX: u64 = 20_000_000;

/// The log of an execution as one filter and one person see it.
#[derive(Clone)]
pub(crate) struct Outlined {
    of: ExecutionId,
    name: String,
    made: Millis,
    pub(crate) outline: Arc<LogOutline>,
}

/// Those that were asked for last, the last one at the end.
#[derive(Default)]
pub(crate) struct Outlines {
    kept: Mutex<Vec<Outlined>>,
}

impl Outlines {
    /// The outline of the lines that match a filter on one execution.
    pub(crate) fn of(&self, call: &Call, filter: &LogFilter) -> Outcome<Outlined> {
        let now = call.runtime().now();
        let of = filter.execution.unwrap_or(ExecutionId(0));
        let name = format!("{:?} {filter:?}", call.permit);
        let known = self.find(&name).filter(|known| (0..BELIEVED).contains(&now.since(known.made)));
        let outlined = match known {
            Some(known) => grown(call, filter, known, now)?,
            None => Outlined { of, name, made: now, outline: Arc::new(pass(call, filter)?) },
        };
        self.keep(outlined.clone());
        Ok(outlined)
    }

    /// Lines of an execution were deleted.
    pub(crate) fn forget(&self, id: ExecutionId) {
        self.lock().retain(|known| known.of != id);
    }

    fn find(&self, name: &str) -> Option<Outlined> {
        self.lock().iter().find(|known| known.name == name).cloned()
    }

    fn keep(&self, outlined: Outlined) {
        let mut kept = self.lock();
        kept.retain(|known| known.name != outlined.name);
        if kept.len() >= KEPT_MAX {
            kept.remove(0);
        }
        kept.push(outlined);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Outlined>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn pass(call: &Call, filter: &LogFilter) -> Outcome<LogOutline> {
    let of = OutlineOf { every: Some(EVERY), step: None, looked_at_max: LINES_MAX, is_newest_first: false };
    Ok(call.store().outline(&call.permit, filter, of)?)
}

/// The same with what came since.
fn grown(call: &Call, filter: &LogFilter, known: Outlined, now: Millis) -> Outcome<Outlined> {
    let Some(from) = settled(&known.outline, now) else {
        return Ok(Outlined { outline: Arc::new(pass(call, filter)?), ..known });
    };
    let at = Range { from: filter.at.from.max(Some(from.at)), ..filter.at };
    let rest = pass(call, &LogFilter { at, ..filter.clone() })?;
    let outline = LogOutline::clone(&known.outline).continued(from, rest);
    Ok(Outlined { outline: Arc::new(outline), ..known })
}

/// The last mark before which nothing comes late any more; none, if the log is short and young. A clock that is behind the
/// lines is not believed.
fn settled(outline: &LogOutline, now: Millis) -> Option<LogMark> {
    let until = outline.last?.max(now).plus(-LATE);
    outline.marks.iter().rev().find(|mark| mark.at <= until).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_still_come_late_is_looked_at_again() {
        let mark = |position, at| LogMark { position, at: Millis(at) };
        let marks = vec![mark(0, 0), mark(1_000, 5_000), mark(2_000, 11_000)];
        let outline =
            |last| LogOutline { marks: marks.clone(), last: Some(Millis(last)), ..LogOutline::default() };
        let young = Millis(0);
        assert_eq!(settled(&outline(16_000), young), Some(mark(1_000, 5_000)));
        assert_eq!(settled(&outline(9_000), young), None);
        assert_eq!(settled(&LogOutline::default(), Millis(90_000)), None);
    }

    #[test]
    fn a_log_that_was_written_at_once_is_settled_a_moment_later() {
        let marks =
            vec![LogMark { position: 0, at: Millis(0) }, LogMark { position: 1_000, at: Millis(900) }];
        let outline = LogOutline { marks: marks.clone(), last: Some(Millis(1_000)), ..LogOutline::default() };
        assert_eq!(settled(&outline, Millis(1_000)), None);
        assert_eq!(settled(&outline, Millis(11_000)), marks.last().copied());
    }
}

//! A log by windows of lines, as a viewer scrolls: any part of it costs the same, wherever it is.
//!
//! A pass over the log leaves marks (`crate::outlines`); a window is read from the mark before it on.

use kapelle_store::logs::{LogFilter, LogLine, LogPage};
use serde_json::{Value as Json, json};

use super::{filter, shown};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::limits::WINDOW_MAX;
use crate::outlines::Outlined;

/// Lines of a window, unless the query says it.
const WINDOW: usize = 200;

/// The lines from a number on, with how many there are.
pub(crate) fn window(call: &Call) -> Outcome<Answer> {
    let count = call.number("count")?.unwrap_or(WINDOW);
    if count > WINDOW_MAX {
        return Err(ApiError::invalid_entity(format!("count: a window has at most {WINDOW_MAX} lines")));
    }
    let filter = filter(call)?;
    let outlined = call.app.outlines.of(call, &filter)?;
    let total = outlined.outline.total;
    let from = match call.number::<i64>("from")? {
        Some(from) => place(from, total),
        None => 0,
    };
    let lines = lines(call, &filter, &outlined, from, count)?;
    Ok(Answer::json(&json!({
        "from": from,
        "total": total,
        "isWhole": !outlined.outline.is_cut,
        "rows": numbered(call, from, &lines),
    })))
}

/// A number below 0 counts from the end.
pub(super) fn place(from: i64, total: u64) -> u64 {
    u64::try_from(from).unwrap_or_else(|_| total.saturating_sub(from.unsigned_abs()))
}

/// These lines of the log; fewer, if it ends before.
pub(super) fn lines(
    call: &Call,
    filter: &LogFilter,
    outlined: &Outlined,
    from: u64,
    count: usize,
) -> Outcome<Vec<LogLine>> {
    if count == 0 || from >= outlined.outline.total {
        return Ok(Vec::new());
    }
    let mut filter = filter.clone();
    let mut offset = from;
    if let Some(mark) = outlined.outline.mark_before(from) {
        filter.at.from = filter.at.from.max(Some(mark.at));
        offset -= mark.position;
    }
    let size = u32::try_from(count).unwrap_or(u32::MAX);
    let page = LogPage { offset, size, is_newest_first: false, is_counted: false };
    Ok(call.store().logs(&call.permit, &filter, &page)?.rows)
}

/// Lines as everywhere, each with its number.
pub(super) fn numbered(call: &Call, from: u64, lines: &[LogLine]) -> Json {
    let number = |(line, number): (&LogLine, u64)| {
        let mut json = shown(&call.app, line);
        json["line"] = number.into();
        json
    };
    lines.iter().zip(from..).map(number).collect()
}

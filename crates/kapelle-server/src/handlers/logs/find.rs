//! Finds texts in a log, forwards and backwards from a line, for so long and so many at a time.

use std::ops::Range;
use std::time::Duration;

use kapelle_store::logs::{LogFilter, LogLine};
use regex::{Regex, RegexBuilder};
use serde_json::{Value as Json, json};
use tokio::time::Instant;

use super::filter;
use super::windows::{lines, numbered, place};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::outlines::Outlined;

/// Matches of one answer, unless the query says it, and at most.
const MATCHES: usize = 20;
const MATCHES_MAX: usize = 500;

/// Lines that are read at once.
const STEP: u64 = 2_000;

/// How long is looked; who asks goes on from where it ended.
const TIME_MAX: Duration = Duration::from_secs(2);

/// Bytes that a pattern may take, and of a text that is looked for.
const PATTERN_MAX: usize = 1 << 20;
const TEXT_MAX: usize = 1_000;

/// Matches of one line that are marked.
const MARKED_MAX: usize = 20;

pub(crate) fn find(call: &Call) -> Outcome<Answer> {
    let pattern = pattern(call.required("q")?)?;
    let most = call.number("count")?.unwrap_or(MATCHES);
    if !(1..=MATCHES_MAX).contains(&most) {
        return Err(ApiError::invalid_entity(format!("count: must be from 1 to {MATCHES_MAX}")));
    }
    let is_backwards = match call.query.get("direction").unwrap_or("forward") {
        "forward" => false,
        "back" => true,
        other => {
            let why = format!("direction: `{other}` is neither `forward` nor `back`");
            return Err(ApiError::invalid_entity(why));
        }
    };
    let filter = filter(call)?;
    let outlined = call.app.outlines.of(call, &filter)?;
    let total = outlined.outline.total;
    let begin = match call.number::<i64>("from")? {
        Some(from) => place(from, total).min(total),
        None if is_backwards => total,
        None => 0,
    };
    let mut search =
        Search { call, filter: &filter, outlined: &outlined, pattern, most, matches: Vec::new() };
    let next = if is_backwards { search.backwards(begin)? } else { search.forwards(begin)? };
    Ok(Answer::json(&json!({
        "matches": search.matches,
        "total": total,
        "next": next,
        "isDone": next.is_none(),
    })))
}

/// `/regex/` as a regular expression, `/regex/i` whatever its case; anything else as a text, whatever its case.
fn pattern(text: &str) -> Outcome<Regex> {
    if text.len() > TEXT_MAX {
        return Err(ApiError::invalid_entity(format!("q: has more than {TEXT_MAX} bytes")));
    }
    let ends = |end: &str| text.strip_prefix('/').and_then(|rest| rest.strip_suffix(end));
    let (source, ignores_case) = match (ends("/i"), ends("/")) {
        (Some(source), _) if !source.is_empty() => (source.to_owned(), true),
        (_, Some(source)) if !source.is_empty() => (source.to_owned(), false),
        _ => (regex::escape(text), true),
    };
    let built = RegexBuilder::new(&source).case_insensitive(ignores_case).size_limit(PATTERN_MAX).build();
    built
        .map_err(|error| ApiError::invalid_entity(format!("q: `{source}` is no regular expression: {error}")))
}

struct Search<'c> {
    call: &'c Call,
    filter: &'c LogFilter,
    outlined: &'c Outlined,
    pattern: Regex,
    most: usize,
    matches: Vec<Json>,
}

impl Search<'_> {
    /// From a line on. The line to go on with; none at the end.
    fn forwards(&mut self, begin: u64) -> Outcome<Option<u64>> {
        let (end, deadline) = (self.outlined.outline.total, Instant::now() + TIME_MAX);
        let mut at = begin;
        while at < end {
            if Instant::now() >= deadline {
                return Ok(Some(at));
            }
            let stretch = at..end.min(at + STEP);
            let found = self.lines(&stretch)?;
            for (line, number) in found.iter().zip(at..) {
                if self.look_at(line, number) {
                    return Ok(Some(number + 1).filter(|next| *next < end));
                }
            }
            at = stretch.end;
        }
        Ok(None)
    }

    /// Before a line. The line before which to go on; none at the beginning.
    fn backwards(&mut self, begin: u64) -> Outcome<Option<u64>> {
        let deadline = Instant::now() + TIME_MAX;
        let mut end = begin;
        while end > 0 {
            if Instant::now() >= deadline {
                return Ok(Some(end));
            }
            let stretch = end.saturating_sub(STEP)..end;
            let found = self.lines(&stretch)?;
            let numbered: Vec<(&LogLine, u64)> = found.iter().zip(stretch.start..).collect();
            for (line, number) in numbered.into_iter().rev() {
                if self.look_at(line, number) {
                    return Ok(Some(number).filter(|next| *next > 0));
                }
            }
            end = stretch.start;
        }
        Ok(None)
    }

    fn lines(&self, stretch: &Range<u64>) -> Outcome<Vec<LogLine>> {
        let count = usize::try_from(stretch.end - stretch.start).unwrap_or(usize::MAX);
        lines(self.call, self.filter, self.outlined, stretch.start, count)
    }

    /// Takes a line up if it matches. Whether there are enough now.
    fn look_at(&mut self, line: &LogLine, number: u64) -> bool {
        let found = marked(&self.pattern, &line.message);
        if found.is_empty() {
            return false;
        }
        let mut row = numbered(self.call, number, std::slice::from_ref(line))[0].take();
        row["at"] = found.into();
        self.matches.push(row);
        self.matches.len() >= self.most
    }
}

/// Where a text matches: beginnings and ends, in characters as browsers count them.
fn marked(pattern: &Regex, text: &str) -> Vec<Json> {
    let units = |part: &str| part.encode_utf16().count();
    let found = pattern.find_iter(text).take(MARKED_MAX);
    found
        .map(|found| {
            let begin = units(text.get(..found.start()).unwrap_or_default());
            json!([begin, begin + units(found.as_str())])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_looked_for_whatever_its_case_and_slashes_make_an_expression() {
        for (asked, text, is_found) in [
            ("a.b", "xA.Bx", true),
            ("a.b", "axb", false),
            ("/a.b/", "axb", true),
            ("/a.b/", "AXB", false),
            ("/a.b/i", "AXB", true),
            ("/tmp", "cd /TMP/x", true),
            ("/", "a/b", true),
        ] {
            assert_eq!(pattern(asked).unwrap().is_match(text), is_found, "{asked} in {text}");
        }
        assert!(pattern("/(/").is_err() && pattern(&"x".repeat(1_001)).is_err());
    }

    #[test]
    fn places_count_as_browsers_do() {
        let pattern = pattern("b").unwrap();
        assert_eq!(marked(&pattern, "ab 😀 b"), [json!([1, 2]), json!([6, 7])]);
    }
}

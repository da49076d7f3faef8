//! Regular expressions in expressions: compiled ones, and their failures as errors of the expression.

use std::sync::Arc;

use super::error::{Error, Outcome};
use super::form;
use super::run::Run;
use crate::pattern::{Failure, Limits, Pattern};

/// Bytes of a part of a text, with what its value and its allocation take.
const PART_BYTES: usize = 64;

pub(super) fn compile(source: &str) -> Outcome<Arc<Pattern>> {
    explained(Pattern::compile(source), source)
}

pub(super) fn is_match(pattern: &Pattern, text: &str) -> Outcome<bool> {
    explained(pattern.is_match(text), pattern.source())
}

/// Java's `matches`: whether all of the text does.
pub(super) fn matches_whole(pattern: &Pattern, text: &str) -> Outcome<bool> {
    explained(pattern.matches_whole(text), pattern.source())
}

/// Java's `replaceAll`; nothing if the text stays as it is.
pub(super) fn replace_all(
    pattern: &Pattern,
    text: &str,
    replacement: &str,
    run: &mut Run<'_>,
) -> Outcome<Option<String>> {
    replace(pattern, run, |limits| pattern.replace_all(text, replacement, limits))
}

/// Java's `replaceFirst`; nothing if the text stays as it is.
pub(super) fn replace_first(
    pattern: &Pattern,
    text: &str,
    replacement: &str,
    run: &mut Run<'_>,
) -> Outcome<Option<String>> {
    replace(pattern, run, |limits| pattern.replace_first(text, replacement, limits))
}

fn replace(
    pattern: &Pattern,
    run: &mut Run<'_>,
    work: impl FnOnce(Limits<'_>) -> Result<Option<String>, Failure>,
) -> Outcome<Option<String>> {
    let services = run.services();
    let limits = Limits { bytes: run.bytes_left(), is_late: &|| services.is_late() };
    let replaced = explained(work(limits), pattern.source())?;
    run.allocate(replaced.as_ref().map_or(0, String::len))?;
    Ok(replaced)
}

/// Java's `split`.
pub(super) fn split<'t>(
    pattern: &Pattern,
    text: &'t str,
    limit: i64,
    run: &mut Run<'_>,
) -> Outcome<Vec<&'t str>> {
    let services = run.services();
    let limits = Limits { bytes: run.bytes_left() / PART_BYTES, is_late: &|| services.is_late() };
    let parts = explained(pattern.split(text, limit, limits), pattern.source())?;
    run.allocate(text.len().saturating_add(parts.len().saturating_mul(PART_BYTES)))?;
    Ok(parts.into_iter().filter_map(|part| text.get(part)).collect())
}

/// The result of the pattern `source`, its failure as an error of the expression.
pub(super) fn explained<T>(result: Result<T, Failure>, source: &str) -> Outcome<T> {
    let failure = match result {
        Ok(result) => return Ok(result),
        Err(failure) => failure,
    };
    let shown = form::short(source);
    Err(match failure {
        Failure::Pattern { reason, at } => {
            let before = source.get(..at).unwrap_or_default().chars().count();
            Error::invalid(format!(
                "the regular expression `{shown}` is wrong at character {}: {reason}",
                before + 1
            ))
        }
        Failure::PatternTooLarge => Error::limit(format!("the regular expression `{shown}` is too large"))
            .help("repeat less in it, or split it"),
        Failure::TextTooLarge => Error::limit(format!(
            "the text is too long for a regular expression as large as `{shown}`"
        ))
        .help("repeat less in it, or work on smaller texts"),
        Failure::Replacement(reason) => Error::argument(format!("the replacement is wrong: {reason}"))
            .help("`$1` is a group of the match, `${name}` a named one; a plain `$` is written `\\$`, a backslash `\\\\`"),
        Failure::Backtracking => Error::limit(format!(
            "the regular expression `{shown}` tries more than a million ways on this text"
        ))
        .help("avoid repetitions inside repetitions such as `(a+)+`, and do without look-around and references"),
        Failure::ResultTooLarge => Error::limit("the result would take more than the memory of an expression")
            .help("work on smaller texts, or leave the work to a task"),
        Failure::Late => Error::limit("the expression takes too long").help("leave the work to a task"),
    })
}

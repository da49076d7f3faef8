//! Regular expressions in expressions: compiled ones, and their failures as errors of the expression.

use std::sync::Arc;

use super::error::{Error, Outcome};
use super::form;
use super::run::Run;
use crate::pattern::{Failure, Pattern};

/// Bytes of a part of a text, with what its value and its allocation take.
const PART_BYTES: usize = 64;

pub(super) fn compile(source: &str) -> Outcome<Arc<Pattern>> {
    Pattern::compile(source).map_err(|failure| explain(failure, source))
}

pub(super) fn is_match(pattern: &Pattern, text: &str) -> Outcome<bool> {
    pattern.is_match(text).map_err(|failure| explain(failure, pattern.source()))
}

/// Java's `replaceAll`; nothing if the text stays as it is.
pub(super) fn replace_all(
    pattern: &Pattern,
    text: &str,
    replacement: &str,
    run: &mut Run<'_>,
) -> Outcome<Option<String>> {
    let services = run.services();
    let limits = crate::pattern::Limits { bytes: run.bytes_left(), is_late: &|| services.is_late() };
    let replaced = pattern.replace_all(text, replacement, limits);
    let replaced = replaced.map_err(|failure| explain(failure, pattern.source()))?;
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
    let limits =
        crate::pattern::Limits { bytes: run.bytes_left() / PART_BYTES, is_late: &|| services.is_late() };
    let parts = pattern.split(text, limit, limits);
    let parts = parts.map_err(|failure| explain(failure, pattern.source()))?;
    run.allocate(text.len().saturating_add(parts.len().saturating_mul(PART_BYTES)))?;
    Ok(parts.into_iter().filter_map(|part| text.get(part)).collect())
}

/// Why the pattern `source` failed.
pub(super) fn explain(failure: Failure, source: &str) -> Box<Error> {
    let shown = form::short(source);
    match failure {
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
    }
}

//! Members of `String` that take a regular expression.

use std::sync::Arc;

use kapelle_model::Value;

use super::Arguments;
use crate::expression::error::{Error, Outcome};
use crate::expression::form;
use crate::expression::run::Run;
use crate::pattern::{Failure, Limits, Pattern};

/// What a part of a text takes beside its bytes.
const PART_BYTES: usize = 64;

pub(super) fn with_arguments(
    text: &str,
    name: &str,
    arguments: &Arguments<'_>,
    run: &mut Run<'_>,
) -> Option<Outcome> {
    let source = arguments.text(0)?;
    let outcome = match (name, arguments.count()) {
        ("matches", 1) => Pattern::compile(source)
            .and_then(|pattern| pattern.matches_whole(text))
            .map(|is_match| Ok(Value::Bool(is_match))),
        ("replaceall", 2) => replaced(text, source, arguments.text(1)?, run, Pattern::replace_all),
        ("replacefirst", 2) => replaced(text, source, arguments.text(1)?, run, Pattern::replace_first),
        ("split", 1) => split(text, source, 0, run),
        ("split", 2) => split(text, source, arguments.int(1)?.into(), run),
        _ => return None,
    };
    Some(outcome.unwrap_or_else(|failure| Err(explained(&failure, source))))
}

type Replace = fn(&Pattern, &str, &str, Limits<'_>) -> Result<Option<String>, Failure>;

fn replaced(
    text: &str,
    source: &str,
    replacement: &str,
    run: &mut Run<'_>,
    replace: Replace,
) -> Result<Outcome, Failure> {
    let services = run.services();
    let limits = Limits { bytes: run.bytes_left(), is_late: &|| services.is_late() };
    let result = replace(&*Pattern::compile(source)?, text, replacement, limits)?;
    let result = result.as_deref().unwrap_or(text);
    Ok(run.allocate(result.len()).map(|()| Value::from(result)))
}

fn split(text: &str, source: &str, limit: i64, run: &mut Run<'_>) -> Result<Outcome, Failure> {
    let services = run.services();
    let limits = Limits { bytes: run.bytes_left() / PART_BYTES, is_late: &|| services.is_late() };
    let parts = Pattern::compile(source)?.split(text, limit, limits)?;
    let bytes = text.len().saturating_add(parts.len().saturating_mul(PART_BYTES));
    let items = || parts.iter().filter_map(|part| text.get(part.clone())).map(Value::from).collect();
    Ok(run.allocate(bytes).map(|()| Value::List(Arc::new(items()))))
}

fn explained(failure: &Failure, source: &str) -> Box<Error> {
    let message = format!("the regular expression `{}` does not work: {failure}", form::short(source));
    match failure {
        Failure::Pattern { .. } => Error::invalid(message),
        Failure::Replacement(_) => Error::argument(message),
        _ => Error::limit(message).help("use a simpler expression or a shorter text"),
    }
}

//! Members of `String` that take a regular expression.

use std::sync::Arc;

use kapelle_model::Value;

use super::Arguments;
use crate::expression::error::Outcome;
use crate::expression::pattern;
use crate::expression::run::Run;

pub(super) fn with_arguments(
    text: &str,
    name: &str,
    arguments: &Arguments<'_>,
    run: &mut Run<'_>,
) -> Option<Outcome> {
    let limit = match (name, arguments.count()) {
        ("matches" | "split", 1) | ("replaceall" | "replacefirst", 2) => 0,
        ("split", 2) => arguments.int(1)?,
        _ => return None,
    };
    let replacement = if name.starts_with("replace") { arguments.text(1)? } else { "" };
    Some(called(text, name, arguments.text(0)?, replacement, limit.into(), run))
}

fn called(text: &str, name: &str, source: &str, replacement: &str, limit: i64, run: &mut Run<'_>) -> Outcome {
    let pattern = pattern::compile(source)?;
    let replaced = match name {
        "matches" => return pattern::matches_whole(&pattern, text).map(Value::Bool),
        "split" => {
            let parts = pattern::split(&pattern, text, limit, run)?;
            return Ok(Value::List(Arc::new(parts.into_iter().map(Value::from).collect())));
        }
        "replacefirst" => pattern::replace_first(&pattern, text, replacement, run)?,
        _ => pattern::replace_all(&pattern, text, replacement, run)?,
    };
    Ok(Value::from(replaced.as_deref().unwrap_or(text)))
}

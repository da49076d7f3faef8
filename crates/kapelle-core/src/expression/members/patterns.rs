//! Members of `String` that take a regular expression.

use std::sync::Arc;

use kapelle_model::Value;

use super::Arguments;
use crate::expression::error::Outcome;
use crate::expression::pattern;
use crate::expression::run::Run;
use crate::pattern::{Limits, Pattern};

pub(super) fn with_arguments(
    text: &str,
    name: &str,
    arguments: &Arguments<'_>,
    run: &mut Run<'_>,
) -> Option<Outcome> {
    let source = arguments.text(0)?;
    let call: &dyn Fn(&Pattern, &mut Run<'_>) -> Outcome = match (name, arguments.count()) {
        ("matches", 1) => &|pattern, _| {
            let is_match =
                pattern.matches_whole(text).map_err(|failure| pattern::explain(failure, source))?;
            Ok(Value::Bool(is_match))
        },
        ("replaceall", 2) => {
            let replacement = arguments.text(1)?;
            &move |pattern, run| {
                let replaced = pattern::replace_all(pattern, text, replacement, run)?;
                Ok(Value::from(replaced.as_deref().unwrap_or(text)))
            }
        }
        ("replacefirst", 2) => {
            let replacement = arguments.text(1)?;
            &move |pattern, run| replace_first(pattern, text, replacement, run)
        }
        ("split", 1) => &|pattern, run| split(pattern, text, 0, run),
        ("split", 2) => {
            let limit = arguments.int(1)?;
            &move |pattern, run| split(pattern, text, limit.into(), run)
        }
        _ => return None,
    };
    Some(pattern::compile(source).and_then(|pattern| call(&pattern, run)))
}

fn replace_first(pattern: &Pattern, text: &str, replacement: &str, run: &mut Run<'_>) -> Outcome {
    let services = run.services();
    let limits = Limits { bytes: run.bytes_left(), is_late: &|| services.is_late() };
    let replaced = pattern.replace_first(text, replacement, limits);
    let replaced = replaced.map_err(|failure| pattern::explain(failure, pattern.source()))?;
    let replaced = replaced.as_deref().unwrap_or(text);
    run.allocate(replaced.len())?;
    Ok(Value::from(replaced))
}

fn split(pattern: &Pattern, text: &str, limit: i64, run: &mut Run<'_>) -> Outcome {
    let parts = pattern::split(pattern, text, limit, run)?;
    Ok(Value::List(Arc::new(parts.into_iter().map(Value::from).collect())))
}

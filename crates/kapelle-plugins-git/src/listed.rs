//! Properties that are one pattern or a list of them.

use kapelle_core::property::text_of;
use kapelle_model::{Failure, Value};
use kapelle_plugin::{Any, Expr, FromRendered, RunContext};

/// The texts of a property: one, a list, or a list in JSON.
pub(crate) fn texts(cx: &RunContext, property: Option<&Expr<Any>>) -> Result<Vec<String>, Failure> {
    let Some(Any(value)) = cx.filled(property)? else { return Ok(Vec::new()) };
    let is_list = match &value {
        Value::Str(text) => text.expose().trim_start().starts_with('['),
        Value::List(_) => true,
        Value::Secret(inner) => matches!(**inner, Value::List(_)),
        _ => false,
    };
    if is_list {
        return Vec::<String>::from_rendered(value)
            .map_err(|reason| Failure::new(format!("a list of patterns cannot be read: {reason}")));
    }
    let text = text_of(&value).map_err(|error| Failure::new(error.text()))?;
    Ok(vec![text.expose().to_owned()])
}

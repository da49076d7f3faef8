//! Where a value is kept: namespace and key.

use kapelle_model::{Failure, Text, Value};
use kapelle_plugin::{Expr, RunContext, unfit};

/// The key that a flow gives.
pub(super) fn key(cx: &RunContext, property: &Expr<Text>) -> Result<Text, Failure> {
    let key = cx.render(property)?;
    checked(&key)?;
    Ok(key)
}

/// A key as the store takes it.
pub(in super::super) fn checked(key: &Text) -> Result<String, Failure> {
    let is_key = |text: &str| {
        text.starts_with(|first: char| first.is_ascii_alphanumeric())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    if is_key(key.expose()) {
        return Ok(key.expose().to_owned());
    }
    let reason = "a key begins with a letter or digit and has only these, `.`, `_` and `-`";
    Err(Failure::new(unfit(&Value::Str(key.clone()), Some("key"), reason)))
}

/// The namespace that a flow gives, or its own.
pub(super) fn namespace(cx: &RunContext, property: Option<&Expr<String>>) -> Result<String, Failure> {
    Ok(cx.filled(property)?.unwrap_or_else(|| cx.place.namespace.to_string()))
}

/// There is no value, and the flow wants that to be a failure.
pub(super) fn absent(namespace: &str, key: &Text) -> Failure {
    let key = key.masked();
    Failure::new(format!(
        "No value found for key '{key}' in namespace '{namespace}' and `errorOnMissing` is set to true"
    ))
}

//! Numbers.

use super::Builtin;

pub(super) const BUILTINS: &[Builtin] = &[];

pub(in crate::expression) fn range(
    _start: &kapelle_model::Value,
    _end: &kapelle_model::Value,
    _increment: Option<&kapelle_model::Value>,
    _run: &mut crate::expression::Run<'_>,
) -> crate::expression::Outcome {
    Ok(kapelle_model::Value::Null)
}

//! Members that values have in Java.

use kapelle_model::Value;

use super::Outcome;
use super::run::Run;

pub(in crate::expression) fn property(_value: &Value, _name: &str) -> Option<Value> {
    None
}

pub(in crate::expression) fn method(
    _value: &Value,
    _name: &str,
    _arguments: &[Value],
    _run: &mut Run<'_>,
) -> Option<Outcome> {
    None
}

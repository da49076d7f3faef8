//! What Java's classes offer on values: `text.length()`, `list.size`, `date.year`.
//!
//! Names are compared without regard to case, and `getX`, `isX`, `hasX` are found as `x`. What does not exist is `None`,
//! which the evaluator makes *undefined*. Nothing here changes its receiver.

mod dates;
mod hash;
mod lists;
mod maps;
mod numbers;
mod patterns;
mod texts;

use kapelle_model::Value;

use super::builtin::exposed;
use super::error::{Error, Outcome};
use super::form;
use super::run::Run;
pub(super) use hash::hash_code;

/// These would give access to Java itself.
const REFUSED: &[&str] = &["getclass", "wait", "notify", "notifyall"];

/// What stands before the name of a property in the name of its method.
const PREFIXES: &[&str] = &["", "get", "is", "has"];

/// The most bytes that the text of a property takes which is not in the value already.
const TEXT_BYTES_MAX: usize = 1 << 20;

/// A member named without parentheses: a method without arguments or a field.
pub(in crate::expression) fn property(value: &Value, name: &str) -> Option<Value> {
    let name = name.to_ascii_lowercase();
    // `class` would be found as `getClass`.
    if name == "class" || REFUSED.contains(&name.as_str()) {
        return None;
    }
    PREFIXES.iter().find_map(|prefix| plain(value, &format!("{prefix}{name}")))
}

/// A member called with parentheses. `literals` says which arguments are integer literals: these are 64-bit in Java and
/// do not fit the 32-bit parameters of members such as `substring`, unlike integers out of data.
pub(in crate::expression) fn method(
    value: &Value,
    name: &str,
    arguments: &[Value],
    literals: &[bool],
    run: &mut Run<'_>,
) -> Option<Outcome> {
    let lower = name.to_ascii_lowercase();
    if REFUSED.contains(&lower.as_str()) {
        return Some(Err(Error::argument(format!("the method `{name}` may not be called"))
            .help("use the filter `className` to see what kind of value it is")));
    }
    if arguments.is_empty() {
        return property(value, name).map(Ok);
    }
    let is_secret = arguments.iter().any(Value::has_secret);
    let outcome = PREFIXES.iter().find_map(|prefix| {
        let arguments = Arguments { values: arguments, literals };
        with_arguments(value, &format!("{prefix}{lower}"), &arguments, run)
    })?;
    Some(match outcome {
        Ok(result) if is_secret => Ok(result.into_secret()),
        Err(error) if is_secret || value.has_secret() => {
            Err(Error::new(error.category, format!("the method `{name}` failed; its values are secret")))
        }
        other => other,
    })
}

/// The result of a member that takes no arguments.
fn plain(value: &Value, name: &str) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Secret(inner) => plain(inner, name).map(Value::into_secret),
        // Which part of a text becomes which part of the result is not followed.
        Value::Str(text) if text.has_secret() => plain(&exposed(value), name).map(Value::into_secret),
        _ => {
            let found = match value {
                Value::Str(text) => texts::plain(text.expose(), name),
                Value::List(items) => lists::plain(items, name),
                Value::Map(map) => maps::plain(map, name),
                Value::Int(_)
                | Value::BigInt(_)
                | Value::Float(_)
                | Value::Float32(_)
                | Value::Decimal(_) => numbers::plain(value, name),
                _ => dates::plain(value, name),
            };
            found.or_else(|| common(value, name))
        }
    }
}

/// What all objects have.
fn common(value: &Value, name: &str) -> Option<Value> {
    match name {
        "tostring" => form::java_text(value, TEXT_BYTES_MAX).ok().map(Value::Str),
        "hashcode" => {
            let code = Value::Int(hash_code(value)?.cast_signed().into());
            // All that is in a collection goes into its code; that of a short secret tells what it is.
            Some(if value.has_secret() { code.into_secret() } else { code })
        }
        "booleanvalue" if matches!(value, Value::Bool(_)) => Some(value.clone()),
        _ => None,
    }
}

fn with_arguments(
    value: &Value,
    name: &str,
    arguments: &Arguments<'_>,
    run: &mut Run<'_>,
) -> Option<Outcome> {
    match value {
        Value::Null => None,
        Value::Secret(inner) => {
            let outcome = with_arguments(inner, name, arguments, run)?;
            Some(outcome.map(Value::into_secret))
        }
        Value::Str(text) => {
            let is_secret = text.has_secret();
            let outcome = texts::with_arguments(text.expose(), name, arguments, run)?;
            Some(outcome.map(|result| if is_secret { result.into_secret() } else { result }))
        }
        Value::List(items) => lists::with_arguments(items, name, arguments, run),
        Value::Map(map) => maps::with_arguments(map, name, arguments, run),
        Value::Int(_) | Value::BigInt(_) | Value::Float(_) | Value::Float32(_) | Value::Decimal(_) => {
            numbers::with_arguments(value, name, arguments)
        }
        _ => dates::with_arguments(value, name, arguments),
    }
}

/// The arguments of a call, as parameters of Java take them.
struct Arguments<'a> {
    values: &'a [Value],
    literals: &'a [bool],
}

impl Arguments<'_> {
    fn count(&self) -> usize {
        self.values.len()
    }

    fn value(&self, index: usize) -> Option<&Value> {
        match self.values.get(index)? {
            Value::Secret(inner) => Some(inner),
            other => Some(other),
        }
    }

    /// For a parameter of text.
    fn text(&self, index: usize) -> Option<&str> {
        match self.value(index)? {
            Value::Str(text) => Some(text.expose()),
            _ => None,
        }
    }

    /// For a parameter of 64 bits.
    fn long(&self, index: usize) -> Option<i64> {
        match self.value(index)? {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// For a parameter of 32 bits.
    fn int(&self, index: usize) -> Option<i32> {
        if self.literals.get(index) == Some(&true) {
            return None;
        }
        i32::try_from(self.long(index)?).ok()
    }
}

/// The error for an index outside of a text or list.
fn out_of_range(what: &str, index: i32, length: usize) -> Outcome {
    Err(Error::argument(format!("there is no index {index} in {what} of length {length}"))
        .help("compare with the filter `length` before"))
}

/// A count as Java has it.
fn count(count: usize) -> Value {
    Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests;

//! Tests: what stands behind `is`.
//!
//! Their results are never secret: a flow has to be able to branch on whether there is a password.

use kapelle_model::Value;
use num_bigint::BigInt;

use super::{Builtin, Call, json::read_json};
use crate::expression::error::{Category, Error, Outcome};

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::test("defined", "Whether the value exists and is not null.", defined)
        .gives("{{ nope is defined }} {{ 'a' is defined }}", "false true"),
    Builtin::test("empty", "Whether the value is null, blank text, an empty list or an empty map.", empty)
        .gives("{{ '  ' is empty }} {{ 0 is empty }}", "true false"),
    Builtin::test("even", "Whether two divides the integer.", even)
        .gives("{{ 2 is even }} {{ 3 is even }}", "true false"),
    Builtin::test("iterable", "Whether the value is a list; a map and text are not.", iterable)
        .gives("{{ [1] is iterable }} {{ 'abc' is iterable }}", "true false"),
    Builtin::test("json", "Whether the text is JSON.", json)
        .gives("{{ '[1, 2]' is json }} {{ 'hello' is json }}", "true false"),
    Builtin::test("map", "Whether the value is a map.", map)
        .gives("{{ {'a': 1} is map }} {{ [1] is map }}", "true false"),
    Builtin::test("null", "Whether the value is null.", null)
        .gives("{{ null is null }} {{ '' is null }}", "true false"),
    Builtin::test("odd", "Whether two does not divide the integer.", odd)
        .gives("{{ 3 is odd }} {{ 2 is odd }}", "true false"),
];

fn defined(call: &mut Call<'_, '_>) -> Outcome {
    Ok(Value::Bool(!matches!(looked_at(&call.input), Value::Null)))
}

fn empty(call: &mut Call<'_, '_>) -> Outcome {
    Ok(Value::Bool(is_empty(&call.input)))
}

fn iterable(call: &mut Call<'_, '_>) -> Outcome {
    Ok(Value::Bool(matches!(looked_at(&call.input), Value::List(_))))
}

fn map(call: &mut Call<'_, '_>) -> Outcome {
    Ok(Value::Bool(matches!(looked_at(&call.input), Value::Map(_))))
}

fn null(call: &mut Call<'_, '_>) -> Outcome {
    Ok(Value::Bool(matches!(looked_at(&call.input), Value::Null)))
}

fn even(call: &mut Call<'_, '_>) -> Outcome {
    Ok(Value::Bool(is_even(call)?))
}

fn odd(call: &mut Call<'_, '_>) -> Outcome {
    Ok(Value::Bool(!is_even(call)?))
}

/// The value itself, secret or not.
fn looked_at(value: &Value) -> &Value {
    match value {
        Value::Secret(inner) => inner,
        other => other,
    }
}

/// The rule of the test `empty`, and of the filter `default`.
pub(super) fn is_empty(value: &Value) -> bool {
    match looked_at(value) {
        Value::Null => true,
        Value::Str(text) => text.expose().trim().is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(map) => map.is_empty(),
        _ => false,
    }
}

fn is_even(call: &Call<'_, '_>) -> Outcome<bool> {
    match looked_at(&call.input) {
        Value::Int(number) => Ok(number % 2 == 0),
        Value::BigInt(number) => Ok(number.as_ref() % 2u8 == BigInt::ZERO),
        Value::Null => {
            Err(Error::null(format!("Can not pass null value to \"{}\" test.", call.builtin.name))
                .help("give the value a default first: `(x ?? 0) is even`"))
        }
        _ => Err(call.wrong_input("an integer", &call.input)),
    }
}

fn json(call: &mut Call<'_, '_>) -> Outcome {
    let text = match &call.input {
        Value::Str(text) => text.clone(),
        other if matches!(looked_at(other), Value::Null) => {
            return Err(call.wrong_input("text", &Value::Null));
        }
        other => return Err(call.wrong_input("text", other)),
    };
    // Jackson finds nothing there that would be wrong.
    if text.expose().bytes().all(|byte| b" \t\r\n".contains(&byte)) {
        return Ok(Value::Bool(true));
    }
    match read_json(call, text.expose()) {
        Ok(_) => Ok(Value::Bool(true)),
        Err(error) if error.category == Category::InvalidInput => Ok(Value::Bool(false)),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;

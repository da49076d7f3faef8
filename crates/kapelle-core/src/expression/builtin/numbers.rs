//! Numbers.

mod compare;
mod digits;
mod number_format;
mod parse;
mod printf;
mod range;

use std::sync::Arc;

use kapelle_model::Value;

use super::{Builtin, Call, Kind, Levels, Parameters, Secrecy, optional, required};
use crate::expression::error::Outcome;
pub(in crate::expression) use range::range;

const fn filter(
    name: &'static str,
    summary: &'static str,
    call: fn(&mut Call<'_, '_>) -> Outcome,
) -> Builtin {
    Builtin {
        kind: Kind::Filter,
        name,
        parameters: Parameters::Named(&[]),
        summary,
        example: ("", None),
        secrecy: Secrecy::Whole,
        levels: Levels::Both,
        call,
    }
}

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin { example: ("{{ -7 | abs }}", Some("7")), ..filter("abs", "The number without its sign.", abs) },
    Builtin {
        parameters: Parameters::Any,
        example: ("{{ '%s-%03d' | format('a', 5) }}", Some("a-005")),
        ..filter("format", "Puts the arguments into a text, as `String.format` of Java does.", printf::format)
    },
    Builtin {
        kind: Kind::Function,
        parameters: Parameters::Any,
        example: ("{{ max(5, 10, 2.5) }}", Some("10")),
        ..filter("max", "The largest of the arguments; nulls do not count.", compare::max)
    },
    Builtin {
        kind: Kind::Function,
        parameters: Parameters::Any,
        example: ("{{ min(5, 10, 2.5) }}", Some("2.5")),
        ..filter("min", "The smallest of the arguments; nulls do not count.", compare::min)
    },
    Builtin {
        parameters: Parameters::Named(&[optional("type", "null")]),
        example: ("{{ '0x1F' | number }} {{ '42' | number('DOUBLE') }}", Some("31 42.0")),
        ..filter(
            "number",
            "Reads a number from a text; INT, LONG, FLOAT, DOUBLE, BIGDECIMAL or BIGINTEGER says which kind it becomes.",
            parse::number,
        )
    },
    Builtin {
        parameters: Parameters::Named(&[optional("format", "null")]),
        example: ("{{ 1234.5 | numberFormat('#,##0.00') }}", Some("1,234.50")),
        ..filter(
            "numberFormat",
            "Writes a number in the form of a `DecimalFormat` pattern of Java.",
            number_format::filter,
        )
    },
    Builtin {
        kind: Kind::Function,
        parameters: Parameters::Named(&[required("start"), required("end"), optional("increment", "1")]),
        example: ("{{ range(1, 7, 2) }} {{ range('a', 'c') }}", Some("[1,3,5,7] [\"a\",\"b\",\"c\"]")),
        ..filter("range", "The numbers or characters from one to another, both included.", range::function)
    },
];

fn abs(call: &mut Call<'_, '_>) -> Outcome {
    Ok(match &call.input {
        // The smallest integer has no positive counterpart, as in Java.
        Value::Int(number) => Value::Int(number.wrapping_abs()),
        Value::BigInt(number) => Value::BigInt(Arc::new(number.magnitude().clone().into())),
        Value::Float(number) => Value::Float(number.abs()),
        Value::Float32(number) => Value::Float32(number.abs()),
        Value::Decimal(number) => Value::Decimal(Arc::new(number.abs())),
        other => return Err(call.wrong_input("a number", other)),
    })
}

#[cfg(test)]
mod tests;

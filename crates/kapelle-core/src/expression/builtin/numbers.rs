//! Numbers.

mod compare;
mod digits;
mod number_format;
mod parse;
mod printf;
mod range;

use std::sync::Arc;

use kapelle_model::Value;

use super::{Builtin, Call, optional, required};
use crate::expression::error::Outcome;
pub(in crate::expression) use range::range;

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::filter("abs", "The number without its sign.", abs).gives("{{ -7 | abs }}", "7"),
    Builtin::filter(
        "format",
        "Puts the arguments into a text, as `String.format` of Java does.",
        printf::format,
    )
    .takes_anything()
    .gives("{{ '%s-%03d' | format('a', 5) }}", "a-005"),
    Builtin::function("max", "The largest of the arguments; nulls do not count.", compare::max)
        .takes_anything()
        .gives("{{ max(5, 10, 2.5) }}", "10"),
    Builtin::function("min", "The smallest of the arguments; nulls do not count.", compare::min)
        .takes_anything()
        .gives("{{ min(5, 10, 2.5) }}", "2.5"),
    Builtin::filter(
        "number",
        "Reads a number from a text; INT, LONG, FLOAT, DOUBLE, BIGDECIMAL or BIGINTEGER says \
         which kind it becomes.",
        parse::number,
    )
    .takes(&[optional("type", "null")])
    .gives("{{ '0x1F' | number }} {{ '42' | number('DOUBLE') }}", "31 42.0"),
    Builtin::filter(
        "numberFormat",
        "Writes a number in the form of a `DecimalFormat` pattern of Java.",
        number_format::filter,
    )
    .takes(&[optional("format", "null")])
    .gives("{{ 1234.5 | numberFormat('#,##0.00') }}", "1,234.50"),
    Builtin::function(
        "range",
        "The numbers or characters from one to another, both included.",
        range::function,
    )
    .takes(&[required("start"), required("end"), optional("increment", "1")])
    .gives("{{ range(1, 7, 2) }} {{ range('a', 'c') }}", "[1,3,5,7] [\"a\",\"b\",\"c\"]"),
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

//! The filter `format`: texts with `%` specifiers, as Java's `String.format` fills them.

mod float;
mod general;
mod integer;
mod moment;
mod specifier;

use kapelle_model::Value;

use crate::expression::builtin::Call;
use crate::expression::builtin::collections::utf16_length;
use crate::expression::error::{Error, Outcome};
use crate::expression::form;
use specifier::{Flag, Index, Specifier};

pub(super) fn format(call: &mut Call<'_, '_>) -> Outcome {
    let template = match &call.input {
        Value::Null => return Ok(Value::Null),
        value => form::java_text(value, call.run.bytes_left())?,
    };
    let arguments: Vec<Value> = call.all().cloned().collect();
    let mut text = String::new();
    let mut rest = template.expose();
    let (mut ordinary, mut previous) = (0, None);
    while let Some((before, behind)) = rest.split_once('%') {
        text.push_str(before);
        let (specifier, after) = Specifier::read(behind)?;
        rest = after;
        call.run.step(1)?;
        call.run.allocate(specifier.width.unwrap_or(0).saturating_add(specifier.precision.unwrap_or(0)))?;
        match specifier.conversion {
            '%' => text.push_str(&specifier.padded("%")),
            'n' => text.push('\n'),
            _ => {
                let at = match specifier.index {
                    Index::Next => {
                        ordinary += 1;
                        Some(ordinary - 1)
                    }
                    Index::Previous => previous,
                    Index::At(index) => index.checked_sub(1),
                };
                let Some(argument) = at.and_then(|at| arguments.get(at)) else {
                    return Err(Error::argument(format!(
                        "the filter `format` has no argument for Format specifier '{}'",
                        specifier.text
                    ))
                    .help("give one argument for each specifier; write `%%` for a percent sign"));
                };
                previous = at;
                let piece = conversion(&specifier, argument, call)?;
                call.run.allocate(piece.len())?;
                text.push_str(&if specifier.is_upper { piece.to_uppercase() } else { piece });
            }
        }
    }
    text.push_str(rest);
    call.run.allocate(text.len())?;
    Ok(Value::from(text.as_str()))
}

/// The text of one argument, still in lower case.
fn conversion(specifier: &Specifier<'_>, argument: &Value, call: &Call<'_, '_>) -> Outcome<String> {
    let null_text = |precision: Option<usize>| {
        let shown = "null".get(..precision.unwrap_or(4).min(4)).unwrap_or_default();
        Ok(specifier.padded(shown))
    };
    match (specifier.is_moment, specifier.conversion, argument) {
        (true, _, Value::Null) | (false, 'c' | 'd' | 'o' | 'x', Value::Null) => null_text(None),
        (true, ..) => moment::moment(specifier, argument, call.run.settings()),
        (false, 'h' | 's' | 'e' | 'f' | 'g' | 'a', Value::Null) => null_text(specifier.precision),
        (false, 'b' | 'h' | 's' | 'c', _) => general::general(specifier, argument, call.run.bytes_left()),
        (false, 'd' | 'o' | 'x', _) => integer::integer(specifier, argument),
        _ => float::float(specifier, argument),
    }
}

/// The error for an argument that a conversion does not take.
fn mismatch(specifier: &Specifier<'_>, argument: &Value, help: &str) -> Box<Error> {
    Error::argument(format!("`{}` does not take {}", specifier.text, form::describe(argument))).help(help)
}

impl Specifier<'_> {
    /// Fills up with blanks to the width, on the left unless the flag `-` is given.
    fn padded(&self, text: &str) -> String {
        let missing = self.width.unwrap_or(0).saturating_sub(utf16_length(text));
        let blanks = " ".repeat(missing);
        if self.has(Flag::Left) { format!("{text}{blanks}") } else { format!("{blanks}{text}") }
    }

    /// Puts the sign before the digits of a number and fills up with zeros or blanks.
    fn numeric(&self, is_negative: bool, digits: &str) -> String {
        let (before, after) = match is_negative {
            true if self.has(Flag::Parentheses) => ("(", ")"),
            true => ("-", ""),
            false if self.has(Flag::Plus) => ("+", ""),
            false if self.has(Flag::Blank) => (" ", ""),
            false => ("", ""),
        };
        let length = before.len() + digits.len() + after.len();
        let zeros = if self.has(Flag::Zero) { self.width.unwrap_or(0).saturating_sub(length) } else { 0 };
        self.padded(&format!("{before}{}{digits}{after}", "0".repeat(zeros)))
    }

    /// Puts commas between groups of three digits if the flag `,` is given.
    fn grouped(&self, digits: &str) -> String {
        let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
        if !self.has(Flag::Group) {
            return digits.to_owned();
        }
        let mut text = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index) % 3 == 0 {
                text.push(',');
            }
            text.push(digit);
        }
        text + fraction
    }
}

//! The conversions for values of all kinds: `%s`, `%b`, `%h`, `%c`.

use kapelle_model::Value;

use super::mismatch;
use super::specifier::Specifier;
use crate::expression::builtin::collections::{utf16_length, utf16_slice};
use crate::expression::error::{Error, Outcome};
use crate::expression::form;
use crate::expression::members::hash_code;

pub(super) fn general(specifier: &Specifier<'_>, argument: &Value, bytes_max: usize) -> Outcome<String> {
    let text = match (specifier.conversion, argument) {
        ('b', Value::Null) => "false".into(),
        ('b', Value::Bool(_)) | ('s', _) => form::java_text(argument, bytes_max)?,
        ('b', _) => "true".into(),
        ('h', _) => match hash_code(argument) {
            Some(code) => format!("{code:x}").into(),
            None => {
                return Err(mismatch(
                    specifier,
                    argument,
                    "`%h` works for texts, numbers, booleans, lists and maps",
                ));
            }
        },
        (_, Value::Str(text)) if utf16_length(text.expose()) == 1 => text.clone(),
        (_, Value::Int(number)) => match u32::try_from(*number).ok().and_then(char::from_u32) {
            Some(character) => character.to_string().into(),
            None => {
                return Err(Error::argument(format!("`{}`: there is no character {number}", specifier.text)));
            }
        },
        _ => return Err(mismatch(specifier, argument, "`%c` takes one character, `%s` any text")),
    };
    let text = match specifier.precision {
        Some(precision) => utf16_slice(&text, 0, precision),
        None => text,
    };
    Ok(specifier.padded(text.expose()))
}

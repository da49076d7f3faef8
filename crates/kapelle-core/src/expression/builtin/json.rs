//! JSON: values as its text, and its text as values.

mod reader;
#[cfg(test)]
mod tests;

use kapelle_model::Value;

use super::{Builtin, Call, Kind, Levels, Parameters, Secrecy, required};
use crate::expression::error::{Error, Outcome};
use crate::expression::form;
use crate::expression::output::Output;
use reader::Reader;

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin {
        kind: Kind::Function,
        name: "fromJson",
        parameters: Parameters::Named(&[required("json")]),
        summary: "Reads the first JSON value of a text.",
        example: ("{{ fromJson('[4, 5]')[1] }}", Some("5")),
        secrecy: Secrecy::Whole,
        levels: Levels::Both,
        call: from_json,
    },
    Builtin {
        kind: Kind::Filter,
        name: "json",
        parameters: Parameters::Named(&[]),
        summary: "The old name of `toJson`.",
        example: ("{{ {'a': 1} | json }}", Some("{\"a\":1}")),
        secrecy: Secrecy::Own,
        levels: Levels::One,
        call: to_json,
    },
    Builtin {
        kind: Kind::Function,
        name: "json",
        parameters: Parameters::Named(&[required("json")]),
        summary: "The old name of `fromJson`.",
        example: ("{{ json('{\"n\": 1}').n }}", Some("1")),
        secrecy: Secrecy::Whole,
        levels: Levels::One,
        call: from_json,
    },
    Builtin {
        kind: Kind::Filter,
        name: "toJson",
        parameters: Parameters::Named(&[]),
        summary: "Writes a value as JSON.",
        example: ("{{ {'a': 1} | toJson }}", Some("{\"a\":1}")),
        secrecy: Secrecy::Own,
        levels: Levels::Both,
        call: to_json,
    },
];

/// Values that one text may hold where nobody counts memory.
const VALUES_MAX: usize = 1_000_000;

/// What a value takes at least, apart from its text.
const VALUE_BYTES: usize = 48;

/// Reads the first JSON value of a text; what follows it is ignored.
pub(in crate::expression) fn parse_json(text: &str) -> Result<Value, String> {
    Reader::new(text, VALUES_MAX).first()
}

/// Reads a text that is one JSON value and nothing else.
pub(in crate::expression) fn parse_json_strictly(text: &str) -> Result<Value, String> {
    Reader::new(text, VALUES_MAX).only()
}

/// As [`parse_json`], for the call of a builtin: counts the memory, and fails with `invalid_input`.
pub(in crate::expression) fn read_json(call: &mut Call<'_, '_>, text: &str) -> Outcome {
    let mut reader = Reader::new(text, call.run.bytes_left() / VALUE_BYTES);
    let value = reader.first().map_err(|message| {
        Error::invalid(format!("{message}, in text \"{}\"", form::short(text)))
            .help("strings and keys need double quotes; nothing may follow the last item of a list or map")
    })?;
    call.run.allocate(reader.values().saturating_mul(VALUE_BYTES))?;
    Ok(value)
}

fn from_json(call: &mut Call<'_, '_>) -> Outcome {
    let text = match call.argument(0) {
        Some(Value::Null) => return Ok(Value::Null),
        _ => call.required_text(0)?.clone(),
    };
    read_json(call, text.expose())
}

fn to_json(call: &mut Call<'_, '_>) -> Outcome {
    let mut out = Output::new(call.run.bytes_left());
    form::json(&call.input, &call.run.settings().zone, &mut out);
    out.check()?;
    call.run.allocate(out.len())?;
    Ok(Value::Str(out.into_text()))
}

//! JSON: values as its text, and its text as values.

mod reader;
#[cfg(test)]
mod tests;

use kapelle_model::Value;

use super::{Builtin, Call, required};
use crate::expression::error::{Error, Outcome};
use crate::expression::form;
use crate::expression::output::Output;
use reader::Reader;

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::function("fromJson", "Reads the first JSON value of a text.", from_json)
        .takes(&[required("json")])
        .gives("{{ fromJson('[4, 5]')[1] }}", "5"),
    Builtin::filter("json", "The old name of `toJson`.", to_json)
        .gives("{{ {'a': 1} | json }}", "{\"a\":1}")
        .keeps_marks()
        .removed_in_two(),
    Builtin::function("json", "The old name of `fromJson`.", from_json)
        .takes(&[required("json")])
        .gives("{{ json('{\"n\": 1}').n }}", "1")
        .removed_in_two(),
    Builtin::filter("toJson", "Writes a value as JSON.", to_json)
        .gives("{{ {'a': 1} | toJson }}", "{\"a\":1}")
        .keeps_marks(),
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

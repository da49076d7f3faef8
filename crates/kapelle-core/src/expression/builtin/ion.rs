//! Amazon Ion, the format of the row files of tasks.

mod binary;
mod binary_writer;
mod reader;
mod scalar;
#[cfg(test)]
mod tests;
mod writer;

use std::sync::Arc;

use kapelle_model::Value;

use super::{Builtin, Call, optional, required};
use crate::expression::error::{Error, Outcome};
use crate::expression::form;
use crate::expression::output::Output;
pub(in crate::expression) use binary::{MARK, Symbols};
pub(in crate::expression) use binary_writer::Writer as BinaryWriter;

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::function("fromIon", "Reads the first value of Ion text, or all of them as a list.", from_ion)
        .takes(&[required("ion"), optional("allRows", "false")])
        .gives("{{ fromIon('{a:1}').a }}", "1"),
    Builtin::filter("toIon", "Writes a value as Ion text.", to_ion)
        .gives("{{ {'a': 1} | toIon }}", "{a:1}")
        .keeps_marks(),
];

/// Lists and structs inside of each other.
const DEPTH_MAX: usize = 128;

/// What a value takes at least, apart from its text.
const VALUE_BYTES: usize = 48;

/// Values of one row of a file, with everything inside.
const PART_VALUES_MAX: usize = 4 << 20;

/// How much may still be read.
struct Budget {
    values: usize,
    used: usize,
}

impl Budget {
    fn take(&mut self) -> Result<(), String> {
        self.used += 1;
        if self.used > self.values {
            return Err(format!("the Ion data has more than {} values", self.values));
        }
        Ok(())
    }
}

type Read<T = Value> = Result<T, String>;

/// All values that there are, or the first one.
fn collect(all: bool, mut next: impl FnMut() -> Read<Option<Value>>) -> Read<Vec<Value>> {
    let mut values = Vec::new();
    while let Some(value) = next()? {
        values.push(value);
        if !all {
            return Ok(values);
        }
    }
    if all { Ok(values) } else { Err("there is no Ion value in it".into()) }
}

/// All values of a part of a text, whose first line has this number.
pub(in crate::expression) fn parse_ion(text: &str, line: usize) -> Read<Vec<Value>> {
    reader::read(text, true, line, &mut Budget { values: PART_VALUES_MAX, used: 0 })
}

/// All values of a part of binary data, after others whose symbols are known.
pub(in crate::expression) fn parse_binary_ion(bytes: &[u8], symbols: &mut Symbols) -> Read<Vec<Value>> {
    binary::read(bytes, true, symbols, &mut Budget { values: PART_VALUES_MAX, used: 0 })
}

/// Writes a value with all digits of its moments.
pub(in crate::expression) fn write_ion(value: &Value, out: &mut Output) {
    writer::write(value, writer::Moments::Exact, out);
}

fn from_ion(call: &mut Call<'_, '_>) -> Outcome {
    let all = match call.given(1) {
        None => false,
        Some(Value::Bool(all)) => *all,
        Some(other) => return Err(call.wrong_argument(1, "true or false", other)),
    };
    let mut budget = Budget { values: call.run.bytes_left() / VALUE_BYTES, used: 0 };
    let read = match call.argument(0) {
        Some(Value::Null) => return Ok(Value::Null),
        Some(Value::Str(text)) if !all && text.expose().trim().is_empty() => return Ok(Value::Null),
        Some(Value::Bytes(bytes)) if bytes.starts_with(&MARK) => {
            binary::read(bytes, all, &mut Symbols::default(), &mut budget)
        }
        Some(Value::Bytes(bytes)) => match std::str::from_utf8(bytes) {
            Ok(text) => reader::read(text, all, 1, &mut budget),
            Err(_) => Err("the bytes are neither text nor binary Ion".to_owned()),
        },
        _ => reader::read(call.required_text(0)?.expose(), all, 1, &mut budget),
    };
    let mut values = read.map_err(|message| {
        let found = call.argument(0).map(form::describe).unwrap_or_default();
        Error::invalid(format!("{message}, in {found}"))
            .help("Ion is like JSON: `{id:1, name:\"x\"}`, one value after the other")
    })?;
    call.run.allocate(budget.used.saturating_mul(VALUE_BYTES))?;
    if all {
        return Ok(Value::List(Arc::new(values)));
    }
    values.truncate(1);
    Ok(values.pop().unwrap_or_default())
}

fn to_ion(call: &mut Call<'_, '_>) -> Outcome {
    if matches!(call.input, Value::Null) {
        return Ok("null".into());
    }
    let mut out = Output::new(call.run.bytes_left());
    writer::write(&call.input, writer::Moments::Millis, &mut out);
    out.check()?;
    call.run.allocate(out.len())?;
    Ok(Value::Str(out.into_text()))
}

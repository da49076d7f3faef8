//! YAML: values as its text, and its text as values.

mod emitter;
mod scalar;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use kapelle_model::{Data, Node, Value};
use num_bigint::BigInt;

use super::{Builtin, Call, required};
use crate::diagnostic::{Code, Severity};
use crate::expression::error::{Error, Outcome};
use crate::expression::form;
use crate::expression::output::Output;

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::filter("yaml", "Writes a value as YAML.", to_yaml)
        .gives("{{ {'a': [1]} | yaml }}", "a:\n - 1\n")
        .keeps_marks(),
    Builtin::function("yaml", "Reads a text as YAML.", from_yaml)
        .takes(&[required("yaml")])
        .gives("{{ yaml('a: [1]').a[0] }}", "1"),
];

/// Bytes of a text that is read as YAML.
const TEXT_BYTES_MAX: usize = 16 << 20;

/// Reads the first document of a text, with the scalars of YAML 1.1; dates stay text.
pub(in crate::expression) fn parse_yaml(text: &str) -> Result<Value, String> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(format!("the YAML has {} bytes, more than {TEXT_BYTES_MAX}", text.len()));
    }
    let Some(span) = crate::yaml::split(text).first().copied() else {
        return Err("there is no YAML in the text".into());
    };
    let reading = crate::yaml::read(text, span);
    // An alias is the text of its name, and of two entries with one key the last one counts, as for Jackson.
    let problem = reading.diagnostics.iter().find(|found| {
        found.severity == Severity::Error && !matches!(found.code, Code::YamlAlias | Code::YamlDuplicateKey)
    });
    if let Some(found) = problem {
        let before = text.get(..found.span.start as usize).unwrap_or(text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let help = found.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        return Err(format!("it is no YAML: at line {line}, column {column}: {}{help}", found.message));
    }
    reading.root.map(value).ok_or_else(|| "there is no YAML in the text".into())
}

/// The value of a node. Its depth is bounded by that of a document.
pub(in crate::expression) fn value(node: Node) -> Value {
    match node.data {
        Data::Null => Value::Null,
        Data::Bool(value) => Value::Bool(value),
        Data::Int(number) => Value::Int(number),
        Data::BigInt(digits) => match digits.parse::<BigInt>() {
            Ok(number) => Value::BigInt(Arc::new(number)),
            Err(_) => Value::Str(digits.into()),
        },
        Data::Float(number) => Value::Float(number),
        Data::Text(text) => Value::Str(text.into()),
        Data::List(items) => Value::List(Arc::new(items.into_iter().map(value).collect())),
        Data::Map(entries) => {
            let entries = entries.into_iter().map(|entry| (entry.key.into(), value(entry.value)));
            Value::Map(Arc::new(entries.collect()))
        }
    }
}

fn from_yaml(call: &mut Call<'_, '_>) -> Outcome {
    let text = call.required_text(0)?.clone();
    // Nodes are counted by the reader; this is for its copies of the text.
    call.run.allocate(text.expose().len().saturating_mul(2))?;
    parse_yaml(text.expose())
        .map_err(|message| Error::invalid(format!("{message}, in text \"{}\"", form::short(text.expose()))))
}

/// Writes the input.
pub(super) fn to_yaml(call: &mut Call<'_, '_>) -> Outcome {
    if matches!(call.input, Value::Null) {
        return Ok("null".into());
    }
    let mut out = Output::new(call.run.bytes_left());
    emitter::emit(&call.input, &call.run.settings().zone, &mut out);
    out.check()?;
    call.run.allocate(out.len())?;
    Ok(Value::Str(out.into_text()))
}

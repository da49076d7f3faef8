//! From texts and structures to values of a type.

use std::sync::Arc;

use kapelle_core::expression::{form, plain};
use kapelle_core::scalar::{self, Scalar};
use kapelle_model::{Text, Value};

use super::kind::{Kind, Type};

/// Bytes of the text that a structure is turned into where text is asked for.
const TEXT_BYTES_MAX: usize = 16 << 20;

/// Ways to say where a file is.
const FILE_SCHEMES: &[&str] = &["kestra://", "nsfile://", "file://"];

/// A value, or why there is none, in one sentence.
type Converted = Result<Value, String>;

impl Type {
    /// The value in this type. What is secret stays so, and does not get into the reason of a failure.
    pub(crate) fn convert(self, value: &Value) -> Converted {
        let converted = match value {
            Value::Secret(inner) => self.of_open(inner).map(Value::into_secret),
            _ => self.of_open(value),
        };
        converted.map_err(|reason| if value.has_secret() { self.hidden_reason() } else { reason })
    }

    fn hidden_reason(self) -> String {
        let name = self.kind.name();
        match scalar::what(name) {
            Some(what) => format!("the value, which is secret, is not {what}"),
            None => format!("the value, which is secret, cannot be read as `{name}`"),
        }
    }

    fn of_open(self, value: &Value) -> Converted {
        match (self.kind, value) {
            (Kind::DateTime, Value::Zoned(moment)) => Ok(Value::Instant(moment.timestamp())),
            (Kind::Json, Value::Str(text)) => structure(text, plain::from_json(text.expose())),
            (Kind::Yaml, Value::Str(text)) => structure(text, plain::from_yaml(text.expose())),
            (Kind::Structure, Value::Str(text)) => {
                structure(text, plain::from_json(text.expose())).or_else(|_| Ok(value.clone()))
            }
            (Kind::List | Kind::Multiselect, _) => self.list(value),
            _ if is_kept(self.kind, value) => Ok(value.clone()),
            _ => {
                let text = text_of(value)?;
                match of_text(self.kind, &text)? {
                    // A text knows itself which parts of it are secret.
                    Value::Str(text) => Ok(Value::Str(text)),
                    other if text.has_secret() => Ok(other.into_secret()),
                    other => Ok(other),
                }
            }
        }
    }

    /// A list, or a text that holds one in JSON.
    fn list(self, value: &Value) -> Converted {
        let items = match value {
            Value::List(items) => Arc::clone(items),
            Value::Str(text) => match structure(text, plain::from_json(text.expose()))? {
                Value::List(items) => items,
                Value::Secret(inner) => return self.list(&inner).map(Value::into_secret),
                other => return Err(no_list(&other)),
            },
            other => return Err(no_list(other)),
        };
        let element = Self { kind: self.item, item: Kind::Any };
        let convert = |item: &Value| match item {
            Value::Null => Ok(Value::Null),
            _ => element.convert(item).map_err(|_| {
                let shown = text_of(item).map(|text| form::short(&text.masked())).unwrap_or_default();
                format!("Unable to parse array element as `{}` on `{shown}`", self.item.name())
            }),
        };
        Ok(Value::List(Arc::new(items.iter().map(convert).collect::<Result<_, _>>()?)))
    }
}

/// Whether a value has the type already.
fn is_kept(kind: Kind, value: &Value) -> bool {
    matches!(
        (kind, value),
        (Kind::Any | Kind::Form | Kind::Json | Kind::Yaml | Kind::Structure, _)
            | (Kind::Boolean, Value::Bool(_))
            | (Kind::DateTime, Value::Instant(_))
            | (Kind::Date, Value::LocalDate(_))
            | (Kind::Time, Value::LocalTime(_))
            | (Kind::Duration, Value::Duration(_))
    )
}

/// The text that any value gives where a text is expected.
pub(super) fn text_of(value: &Value) -> Result<Text, String> {
    form::java_text(value, TEXT_BYTES_MAX).map_err(|error| error.text())
}

fn structure(text: &Text, read: Result<Value, String>) -> Converted {
    read.map(|value| if text.has_secret() { value.into_secret() } else { value })
}

fn no_list(value: &Value) -> String {
    format!("{} is not a list; write it as [one, two], in JSON if it is text", form::describe(value))
}

/// Reads a type whose values are written as text.
fn of_text(kind: Kind, text: &Text) -> Converted {
    let written = text.expose();
    match kind {
        Kind::Secret => return Ok(Value::Str(text.clone().into_secret())),
        Kind::Boolean => return Ok(Value::Bool(written.trim().eq_ignore_ascii_case("true"))),
        Kind::Email if written.is_empty() => return Ok(Value::Str(text.clone())),
        Kind::File if !FILE_SCHEMES.iter().any(|scheme| written.starts_with(scheme)) => {
            return Err(format!(
                "`{}` is not the address of a file, which starts with {}",
                form::short(written),
                FILE_SCHEMES.join(", ")
            ));
        }
        _ => {}
    }
    match scalar::read(kind.name(), written) {
        Ok(Scalar::Integer(number)) => Ok(Value::Int(number.into())),
        Ok(Scalar::Number(_)) => float(written).map(Value::Float32).ok_or_else(|| no_number(written)),
        Ok(Scalar::Moment(moment)) => Ok(Value::Instant(moment)),
        Ok(Scalar::Date(date)) => Ok(Value::LocalDate(date)),
        Ok(Scalar::Time(time)) => Ok(Value::LocalTime(time)),
        Ok(Scalar::Duration(duration)) => Ok(Value::Duration(duration)),
        Ok(Scalar::Other) => Ok(Value::Str(text.clone())),
        Err(help) => Err(misfit(kind, written, &help)),
    }
}

/// Read as 32 bits at once, since two roundings may give another number than one. Java takes its own suffixes.
fn float(text: &str) -> Option<f32> {
    let trimmed = text.trim();
    let bare = trimmed.strip_suffix(['f', 'F', 'd', 'D']).unwrap_or(trimmed);
    bare.parse().or_else(|_| trimmed.parse()).ok()
}

/// Why a text is no value of a type, in the words of Kestra where it has some for people.
fn misfit(kind: Kind, text: &str, help: &str) -> String {
    match kind {
        Kind::Integer | Kind::Float => no_number(text),
        Kind::Email => "The input must be a valid email".to_owned(),
        Kind::Uri => scalar::uri::fault(text.trim()).unwrap_or_else(|| "Invalid URI format.".to_owned()),
        _ => {
            let what = scalar::what(kind.name()).unwrap_or("a value of this type");
            format!("`{}` is not {what}: {help}", form::short(text))
        }
    }
}

fn no_number(text: &str) -> String {
    format!("For input string: \"{}\"", form::short(text))
}

//! Where a rendering writes: to text, or to a value that keeps its type.

use jiff::tz::TimeZone;
use kapelle_model::{Text, Value};

use super::form;
use super::output::Output;

pub(super) enum Sink {
    /// Text; collections as JSON.
    Text {
        out: Output,
        written: bool,
    },
    /// Text inside of a macro, of `block()` or of a filter tag: collections as Java writes them.
    Java {
        out: Output,
    },
    Typed(Typed, usize),
}

/// What typed rendering has so far.
pub(super) enum Typed {
    Nothing,
    One(Value),
    /// Several pieces, all of them scalars.
    Text(Output),
    /// A collection met something else: the template has to be rendered as text.
    Restart,
}

impl Sink {
    /// For text, of which the template itself is `bytes` long.
    pub(super) fn text(bytes: usize, bytes_max: usize) -> Self {
        Self::Text { out: Output::expecting(bytes, bytes_max), written: false }
    }

    pub(super) fn java(bytes_max: usize) -> Self {
        Self::Java { out: Output::new(bytes_max) }
    }

    /// A piece of the template itself.
    pub(super) fn write_str(&mut self, text: &str) {
        match self {
            Self::Text { out, written } => {
                *written = true;
                out.push_str(text);
            }
            Self::Java { out } => out.push_str(text),
            Self::Typed(typed, bytes_max) => typed.write(Value::Str(Text::from(text)), *bytes_max),
        }
    }

    /// What a print gives. Null writes nothing.
    pub(super) fn write_value(&mut self, value: Value, zone: &TimeZone) {
        if is_null(&value) {
            return;
        }
        match self {
            Self::Text { out, written } => {
                *written = true;
                form::print(&value, zone, out);
            }
            Self::Java { out } => form::java(&value, out),
            Self::Typed(typed, bytes_max) => typed.write(value, *bytes_max),
        }
    }

    /// Whether nothing that comes matters any more.
    pub(super) fn is_done(&self) -> bool {
        match self {
            Self::Text { out, .. } | Self::Java { out } => out.is_full(),
            Self::Typed(typed, _) => matches!(typed, Typed::Restart),
        }
    }
}

impl Typed {
    fn write(&mut self, value: Value, bytes_max: usize) {
        *self = match (std::mem::replace(self, Self::Restart), is_scalar(&value)) {
            (Self::Nothing, _) => Self::One(value),
            (Self::One(first), true) if is_scalar(&first) => {
                let mut out = Output::new(bytes_max);
                form::java(&first, &mut out);
                form::java(&value, &mut out);
                Self::Text(out)
            }
            (Self::Text(mut out), true) => {
                form::java(&value, &mut out);
                Self::Text(out)
            }
            _ => Self::Restart,
        };
    }
}

fn is_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Secret(inner) => is_null(inner),
        _ => false,
    }
}

/// Boolean, number, text: what may be joined to text in typed mode.
fn is_scalar(value: &Value) -> bool {
    match value {
        Value::Bool(_)
        | Value::Int(_)
        | Value::BigInt(_)
        | Value::Float(_)
        | Value::Float32(_)
        | Value::Decimal(_)
        | Value::Str(_) => true,
        Value::Secret(inner) => is_scalar(inner),
        _ => false,
    }
}

//! Writes values as YAML, laid out as Kestra's mapper does it: two blanks for a level of maps, one before a dash, and
//! what stands in a list on a line of its own.

use jiff::tz::TimeZone;
use kapelle_model::{Map, Value};

use super::super::json::parse_json;
use super::scalar;
use crate::expression::form;
use crate::expression::output::Output;

/// Blanks of a level.
const INDENT: usize = 2;

/// Characters of the longest key that stands before its colon without a question mark.
const SIMPLE_KEY_MAX: usize = 128;

pub(super) fn emit(value: &Value, zone: &TimeZone, out: &mut Output) {
    let mut emitter = Emitter { zone, out };
    emitter.root(value);
}

struct Emitter<'a> {
    zone: &'a TimeZone,
    out: &'a mut Output,
}

impl Emitter<'_> {
    fn root(&mut self, value: &Value) {
        match value {
            Value::Map(map) if !map.is_empty() => self.map(map, 0),
            Value::List(items) if !items.is_empty() => self.list(items, 0),
            Value::Secret(inner) => {
                let zone = self.zone;
                self.out.marked(true, |out| Emitter { zone, out }.root(inner));
            }
            Value::Str(text) if text.expose().is_empty() => {
                // A document that starts with an empty text needs a mark.
                self.out.push_str("--- ");
                self.scalar(value, INDENT);
            }
            _ => self.scalar(value, INDENT),
        }
    }

    fn map(&mut self, map: &Map, indent: usize) {
        for (key, value) in map {
            self.blanks(indent);
            if key.is_empty() || key.contains('\n') || key.chars().count() >= SIMPLE_KEY_MAX {
                self.out.push_str("? ");
                scalar::quoted_key(key, self.out);
                self.out.push_char('\n');
                self.blanks(indent);
            } else {
                scalar::key(key, self.out);
            }
            self.out.push_char(':');
            self.after(value, indent, true);
            if self.out.is_full() {
                return;
            }
        }
    }

    fn list(&mut self, items: &[Value], indent: usize) {
        for item in items {
            self.blanks(indent + 1);
            self.out.push_char('-');
            self.after(item, indent, false);
            if self.out.is_full() {
                return;
            }
        }
    }

    /// What stands after a colon or a dash, with the line break after it.
    fn after(&mut self, value: &Value, indent: usize, in_map: bool) {
        match value {
            Value::Map(map) if !map.is_empty() => {
                self.out.push_char('\n');
                self.map(map, indent + INDENT);
            }
            Value::List(items) if !items.is_empty() => {
                self.out.push_char('\n');
                self.list(items, if in_map { indent } else { indent + INDENT });
            }
            Value::Secret(inner) => {
                let zone = self.zone;
                self.out.marked(true, |out| Emitter { zone, out }.after(inner, indent, in_map));
            }
            _ => {
                self.out.push_char(' ');
                self.scalar(value, indent + INDENT);
            }
        }
    }

    /// A scalar or an empty collection with the line break after it; `indent` is that of its further lines.
    fn scalar(&mut self, value: &Value, indent: usize) {
        match value {
            Value::Str(text) => {
                self.out.marked(text.has_secret(), |out| scalar::text(text.expose(), indent, out));
            }
            // Not moved to the zone of the server, unlike in JSON.
            Value::Zoned(moment) => scalar::text(&form::iso_offset_full(moment), indent, self.out),
            Value::Map(_) => self.out.push_str("{}\n"),
            Value::List(_) => self.out.push_str("[]\n"),
            _ => {
                let mut json = Output::new(usize::MAX);
                form::json(value, self.zone, &mut json);
                let json = json.into_string();
                // Dates and bytes are strings in JSON: what counts is the text in it.
                if let Ok(Value::Str(text)) = parse_json(&json) {
                    scalar::text(text.expose(), indent, self.out);
                } else {
                    self.out.push_str(&json);
                    self.out.push_char('\n');
                }
            }
        }
    }

    fn blanks(&mut self, count: usize) {
        for _ in 0..count {
            self.out.push_char(' ');
        }
    }
}

//! The table of what every part of an expression gave.

use std::fmt::Write;
use std::ops::Range;

use kapelle_core::expression::{TRACED_MAX, Traced, plain};
use kapelle_model::Value;

use super::Arguments;
use crate::report::{cut, printable, text_width};
use crate::terminal::Style;

/// Values of a part that is evaluated again and again.
const SHOWN_MAX: usize = 3;

/// Bytes of a source or value that are looked at; more fit no terminal.
const BYTES_MAX: usize = 2000;

const GAP: &str = "  ";

pub(super) struct Table<'a> {
    pub(super) template: &'a str,
    pub(super) traced: &'a [Traced],
    pub(super) arguments: &'a Arguments,
}

/// A part of the template with all that it gave.
struct Part<'a> {
    range: Range<usize>,
    values: Vec<&'a Result<Value, String>>,
}

impl<'a> Table<'a> {
    pub(super) fn render(&self, style: Style) -> String {
        let parts = self.parts();
        if parts.is_empty() {
            return "There is nothing to explain: the template has only text and plain values.\n".to_owned();
        }
        let sources: Vec<String> = parts.iter().map(|part| self.source(&part.range)).collect();
        let widest = sources.iter().map(|source| text_width(source)).max().unwrap_or(0);
        let left = widest.min(style.width * 2 / 5);
        let right = style.width.saturating_sub(left + GAP.len()).max(1);

        let mut text = String::new();
        let mut row = |first: &str, second: &str| {
            let first = cut(first, left);
            let blanks = " ".repeat(left.saturating_sub(text_width(&first)));
            text.push_str(format!("{first}{blanks}{GAP}{}", cut(second, right)).trim_end());
            text.push('\n');
        };
        for (index, (part, source)) in parts.iter().zip(&sources).enumerate() {
            let mut first = source.as_str();
            for value in part.values.iter().take(SHOWN_MAX) {
                row(first, &self.value(value, &parts[..index], &part.range));
                first = "";
            }
            let more = part.values.len().saturating_sub(SHOWN_MAX);
            if more > 0 {
                row("", &format!("… and {more} more"));
            }
        }
        if self.traced.len() >= TRACED_MAX {
            let _ = writeln!(text, "Only the first {TRACED_MAX} evaluations are in this table.");
        }
        text
    }

    /// In the order of the text, what is inside before what is around it.
    fn parts(&self) -> Vec<Part<'a>> {
        let mut traced: Vec<&Traced> = self.traced.iter().collect();
        // The sort is stable: evaluations of one part stay in their order.
        traced.sort_by_key(|traced| (traced.range.end, std::cmp::Reverse(traced.range.start)));
        let mut parts: Vec<Part<'a>> = Vec::new();
        for Traced { range, value } in traced {
            match parts.last_mut() {
                Some(part) if part.range == *range => part.values.push(value),
                _ => parts.push(Part { range: range.clone(), values: vec![value] }),
            }
        }
        parts
    }

    /// A part as it is written, on one line.
    fn source(&self, range: &Range<usize>) -> String {
        let written = self.template.get(range.clone()).unwrap_or_default();
        let shown = &written[..written.floor_char_boundary(BYTES_MAX)];
        printable(&shown.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    fn value(&self, value: &Result<Value, String>, before: &[Part<'_>], range: &Range<usize>) -> String {
        match value {
            Ok(value) => self.short(value),
            Err(message) => {
                let is_from_inside = before.iter().any(|part| {
                    part.range.start >= range.start
                        && part.values.iter().any(|inner| inner.as_ref().err() == Some(message))
                });
                if is_from_inside {
                    return "error: the same".to_owned();
                }
                printable(&format!("error: {message}").replace('\n', " "))
            }
        }
    }

    /// JSON, with the kind where JSON does not show it.
    fn short(&self, value: &Value) -> String {
        let kind = match value {
            Value::Secret(_) => " (secret)",
            Value::Str(text) if text.has_secret() => " (secret)",
            Value::Instant(_) | Value::Zoned(_) | Value::LocalDateTime(_) => " (date-time)",
            Value::LocalDate(_) => " (date)",
            Value::LocalTime(_) => " (time)",
            Value::Duration(_) => " (seconds)",
            Value::Decimal(_) => " (decimal)",
            Value::Bytes(_) => " (bytes)",
            _ => "",
        };
        let masks = !self.arguments.show_secrets;
        let json = plain::start_of_json(value, &self.arguments.zone, masks, BYTES_MAX);
        printable(&format!("{json}{kind}"))
    }
}

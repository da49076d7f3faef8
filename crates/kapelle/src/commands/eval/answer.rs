//! One line of `--jsonl`: the answer to a request.

use jiff::tz::TimeZone;
use kapelle_core::expression::{Error, plain};
use kapelle_model::Value;

use super::VALUE_BYTES_MAX;

/// What went wrong, as a program gets it.
pub(super) struct Failure {
    pub(super) category: &'static str,
    pub(super) message: String,
    /// From 1, the column in characters.
    pub(super) place: Option<(usize, usize)>,
    pub(super) help: Option<String>,
}

impl Failure {
    pub(super) fn of_request(message: String) -> Self {
        Self { category: "request", message, place: None, help: None }
    }

    pub(super) fn of_error(error: &Error) -> Self {
        let is_placed = error.range.is_some() && error.template.is_some();
        Self {
            category: error.category.word(),
            message: error.text(),
            place: is_placed.then(|| error.position()),
            help: error.help.clone(),
        }
    }
}

pub(super) fn failure(id: &Value, failure: &Failure) -> String {
    let (line, column) = match failure.place {
        Some((line, column)) => (line.to_string(), column.to_string()),
        None => ("null".to_owned(), "null".to_owned()),
    };
    format!(
        "{{\"id\":{},\"ok\":false,\"error\":{{\"category\":\"{}\",\"message\":{},\"line\":{line},\"column\":{column},\
         \"help\":{}}}}}\n",
        json(id),
        failure.category,
        quoted(&failure.message),
        failure.help.as_deref().map_or_else(|| "null".to_owned(), quoted),
    )
}

/// `show_secrets` gives secrets, and where in a text they are.
pub(super) fn value(id: &Value, value: &Value, show_secrets: bool, zone: &TimeZone) -> String {
    let written = match plain::to_json(value, zone, !show_secrets, VALUE_BYTES_MAX) {
        Ok(written) => written,
        Err(error) => return failure(id, &Failure::of_error(&error)),
    };
    let mut text = format!("{{\"id\":{},\"ok\":true,\"value\":{}", json(id), written.expose());
    if written.has_secret() {
        text.push_str(",\"secret\":true");
    }
    if let (true, true, Value::Str(secret)) = (show_secrets, written.has_secret(), value) {
        let ranges: Vec<String> =
            secret.secret_ranges().iter().map(|range| format!("[{},{}]", range.start, range.end)).collect();
        text.push_str(",\"secretRanges\":[");
        text.push_str(&ranges.join(","));
        text.push(']');
    }
    text.push_str("}\n");
    text
}

fn json(value: &Value) -> String {
    // What comes from one line is no longer than a few of them.
    let written = plain::to_json(value, &TimeZone::UTC, true, VALUE_BYTES_MAX);
    written.map_or_else(|_| "null".to_owned(), |text| text.expose().to_owned())
}

fn quoted(text: &str) -> String {
    json(&Value::from(text))
}

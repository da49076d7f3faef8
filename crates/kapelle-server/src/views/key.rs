//! A key with its value, as clients see it.

use jiff::Timestamp;
use kapelle_core::expression::plain;
use kapelle_core::time::{date, duration};
use kapelle_model::Value;
use kapelle_plugin::Kept;
use kapelle_runtime::keys::kind;
use serde_json::{Value as Json, json};

/// The value with its type.
pub(crate) fn value(kept: &Kept) -> Json {
    let shown = match &kept.value {
        // As a number of seconds it could not be told from a number.
        Value::Duration(length) => duration::format(*length).into(),
        other => super::value(other),
    };
    let (kind, updated) = (kind(&kept.value), moment(kept.updated));
    json!({"type": kind, "value": shown, "revision": kept.version, "updated": updated})
}

/// A row of a list, without its value.
pub(crate) fn row(namespace: &str, kept: &Kept) -> Json {
    let mut row = json!({
        "namespace": namespace,
        "key": kept.key,
        "version": kept.version,
        "revision": kept.version,
        "creationDate": moment(kept.created),
        "updateDate": moment(kept.updated),
    });
    if let Some(description) = &kept.description {
        row["description"] = description.as_str().into();
    }
    if let Some(expires) = kept.expires {
        row["expirationDate"] = moment(expires).into();
    }
    row
}

fn moment(at: Timestamp) -> String {
    super::moment(kapelle_model::Millis(at.as_millisecond()))
}

/// What a client sends as a value: JSON, or a date, a moment or a duration without quotes, or else a text as it is.
pub(crate) fn sent(text: &str) -> Value {
    let text = text.trim();
    match plain::from_json(text) {
        Ok(Value::Str(quoted)) => {
            let length = length(quoted.expose());
            length.unwrap_or(Value::Str(quoted))
        }
        Ok(value) => value,
        Err(_) => {
            let day = || date::date(text).ok().map(Value::LocalDate);
            let moment = || date::instant(text).ok().map(Value::Instant);
            length(text).or_else(day).or_else(moment).unwrap_or_else(|| Value::from(text))
        }
    }
}

fn length(text: &str) -> Option<Value> {
    text.starts_with(['P', '-']).then(|| duration::parse(text).ok().map(Value::Duration))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_follows_from_how_it_is_written() {
        for (text, meant) in [
            (r#""hello""#, "STRING"),
            ("12.5", "NUMBER"),
            ("true", "BOOLEAN"),
            ("null", "JSON"),
            ("[1]", "JSON"),
            ("2024-02-29", "DATE"),
            (r#""2024-02-29""#, "STRING"),
            ("2024-02-29T10:00:00Z", "DATETIME"),
            (r#""2024-02-29T10:00:00Z""#, "STRING"),
            ("PT1H", "DURATION"),
            (r#""PT1H30M""#, "DURATION"),
            ("P", "STRING"),
            ("plain text", "STRING"),
            ("", "STRING"),
        ] {
            assert_eq!(kind(&sent(text)), meant, "{text}");
        }
    }
}

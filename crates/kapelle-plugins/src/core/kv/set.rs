//! `io.kestra.plugin.core.kv.Set`: keeps a value under a key.

use jiff::{SignedDuration, Timestamp};
use kapelle_core::expression::plain;
use kapelle_core::property::Property;
use kapelle_core::time::{date, duration};
use kapelle_model::{Failure, Text, Value};
use kapelle_plugin::{Broken, Expr, KeyToSet, RunContext, Task, Word, unfit};
use schemars::JsonSchema;
use serde::Deserialize;

use super::address::{key, namespace};

/// # Set a key
///
/// Keeps a value under a key of a namespace, for later executions and other flows. A value that is one expression keeps
/// its type, everything else is kept as text unless `kvType` says what it is.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Set {
    /// The key: it begins with a letter or digit and has only these, `.`, `_` and `-`.
    key: Expr<Text>,
    /// What the key is for.
    kv_description: Option<Expr<Text>>,
    /// The value.
    value: Expr<Value>,
    /// The namespace; by default the one of the flow.
    namespace: Option<Expr<String>>,
    /// Whether a key that is there already gets the new value; else the task fails. It does unless this says `false`.
    overwrite: Option<Expr<bool>>,
    /// How long the key is kept; for ever if nothing is said.
    ttl: Option<Expr<SignedDuration>>,
    /// As what the text of the value is read.
    kv_type: Option<Expr<KeyType>>,
}

/// As what a text is read.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum KeyType {
    String,
    Number,
    Boolean,
    /// A moment.
    DateTime,
    Date,
    Duration,
    Json,
}

impl Word for KeyType {}

impl Task for Set {
    const TYPE: &'static str = "io.kestra.plugin.core.kv.Set";
    type Output = ();

    async fn run(&self, cx: &RunContext) -> Result<(), Broken> {
        let key = key(cx, &self.key)?;
        let namespace = namespace(cx, self.namespace.as_ref())?;
        let description = cx.filled(self.kv_description.as_ref())?;
        let set = KeyToSet {
            key: key.expose().to_owned(),
            value: self.value(cx)?,
            description: description.map(|text| text.expose().to_owned()),
            expires: self.expires(cx)?,
            may_overwrite: cx.filled(self.overwrite.as_ref())?.unwrap_or(true),
        };
        Ok(cx.host.keys().set(&namespace, &set)?)
    }
}

impl Set {
    fn value(&self, cx: &RunContext) -> Result<Value, Failure> {
        match cx.filled(self.kv_type.as_ref())? {
            Some(kind) => {
                let text = cx.render(&self.value.cast::<Text>())?;
                let read = read(kind, &text);
                let told = |reason: String| unfit(&Value::Str(text.clone()), Some("value"), &reason);
                let value = read.map_err(|reason| Failure::new(told(reason)))?;
                Ok(if text.has_secret() { value.into_secret() } else { value })
            }
            None if matches!(self.value.property(), Property::Template(_)) => cx.typed(&self.value),
            None => cx.render(&self.value.cast::<Text>()).map(Value::Str),
        }
    }

    fn expires(&self, cx: &RunContext) -> Result<Option<Timestamp>, Broken> {
        let Some(length) = cx.filled(self.ttl.as_ref())? else { return Ok(None) };
        // What lies beyond the calendar is for ever.
        Ok(cx.services.now()?.checked_add(length).ok())
    }
}

fn read(kind: KeyType, text: &Text) -> Result<Value, String> {
    let written = text.expose();
    match kind {
        KeyType::String => Ok(Value::Str(text.clone())),
        KeyType::Number => number(written),
        KeyType::Boolean => Ok(Value::Bool(written.trim().eq_ignore_ascii_case("true"))),
        KeyType::DateTime => date::instant(written).map(Value::Instant),
        KeyType::Date => date::date(written).map(Value::LocalDate),
        KeyType::Duration => duration::parse(written).map(Value::Duration),
        KeyType::Json => plain::from_json(written),
    }
}

fn number(text: &str) -> Result<Value, String> {
    let whole = text.trim().parse().map(Value::Int).ok();
    let number = whole.or_else(|| text.trim().parse().map(Value::Float).ok());
    number.ok_or_else(|| "it is no number".to_owned())
}

#[cfg(test)]
mod tests {
    use kapelle_plugin::stage::Stage;
    use kapelle_plugin::{Host, Kept};

    use super::*;

    fn kept(stage: &Stage, key: &str) -> Option<Kept> {
        let cx = stage.context();
        let host: &dyn Host = &*cx.host;
        host.keys().get("team.a", key).unwrap()
    }

    #[tokio::test]
    async fn a_value_keeps_the_type_of_one_expression() {
        for (value, expected) in [
            ("value: 12", Value::from("12")),
            ("value: '{{ 6 * 2 }}'", Value::Int(12)),
            ("value: 'n {{ 6 * 2 }}'", Value::from("n 12")),
            ("value: '{\"a\": 1}'", Value::from("{\"a\": 1}")),
            ("value: {a: 1}", Value::from("{\"a\":1}")),
            ("value: 12, kvType: NUMBER", Value::Int(12)),
            ("value: '1.5', kvType: NUMBER", Value::Float(1.5)),
            ("value: '{{ 6 * 2 }}', kvType: STRING", Value::from("12")),
            ("value: 'TRUE', kvType: BOOLEAN", Value::Bool(true)),
            ("value: 'true', kvType: JSON", Value::Bool(true)),
            ("value: PT1M, kvType: DURATION", Value::Duration(SignedDuration::from_mins(1))),
            ("value: '2026-01-02', kvType: DATE", Value::LocalDate(jiff::civil::date(2026, 1, 2))),
            ("value: '1970-01-01T00:00:00Z', kvType: DATETIME", Value::Instant(Timestamp::UNIX_EPOCH)),
        ] {
            let stage = Stage::new();
            stage.run::<Set>(&format!("{{key: k, {value}}}")).await.unwrap();
            assert_eq!(kept(&stage, "k").unwrap().value, expected, "{value}");
        }
    }

    #[tokio::test]
    async fn a_key_has_a_description_and_a_time_to_live() {
        let stage = Stage::new();
        let written = "{key: k, value: a, ttl: PT1H, kvDescription: 'of {{ flow.id }}'}";
        stage.run::<Set>(written).await.unwrap();
        let kept = kept(&stage, "k").unwrap();
        assert_eq!(kept.description.as_deref(), Some("of f"));
        assert_eq!(kept.expires, Some("2026-05-06T08:08:09Z".parse().unwrap()));
    }

    #[tokio::test]
    async fn secrets_stay_secret() {
        let stage = Stage::new().variable("word", Value::from("7").into_secret());
        stage.run::<Set>("{key: k, value: '{{ word }}', kvType: NUMBER}").await.unwrap();
        assert!(kept(&stage, "k").unwrap().value.has_secret());
        let broken = stage.run::<Set>("{key: '-{{ word }}', value: 1}").await.unwrap_err();
        assert!(broken.failure.to_string().starts_with("`-******` in the property `key`"), "{broken:?}");
    }

    #[tokio::test]
    async fn what_does_not_fit_is_told() {
        for (written, reason) in [
            (
                "{key: k, value: '<', kvType: NUMBER}",
                "`<` in the property `value` does not fit: it is no number",
            ),
            (
                "{key: '-', value: 1}",
                "`-` in the property `key` does not fit: a key begins with a letter or digit and has only these, `.`, `_` and `-`",
            ),
            ("{key: k}", "the property `value` is missing"),
            ("{key: there, value: 1, overwrite: false}", "the key `there` is there already"),
        ] {
            let stage = Stage::new();
            stage.run::<Set>("{key: there, value: 0}").await.unwrap();
            let broken = stage.run::<Set>(written).await.unwrap_err();
            assert_eq!(broken.failure.to_string(), reason, "{written}");
        }
    }
}

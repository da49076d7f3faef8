//! What a program tells Kapelle: lines `::{…}::` with outputs, metrics and lines of the log.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_core::expression::plain;
use kapelle_core::property::text_of;
use kapelle_core::time::duration;
use kapelle_model::effect::Level;
use kapelle_model::{Map, Text, Value};

use crate::host::{Metric, MetricKind};

/// A message, taken apart. What else is in it has no meaning.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Message {
    pub(super) outputs: Map,
    pub(super) metrics: Vec<Metric>,
    pub(super) logs: Vec<(Level, Text)>,
}

/// Reads the JSON of a message, all of it or nothing.
pub(super) fn read(json: &str) -> Result<Message, String> {
    let message = map(plain::from_json(json)?, "the message")?;
    let part = |name: &str| message.get(name).cloned().unwrap_or_default();
    Ok(Message {
        outputs: match part("outputs") {
            Value::Null => Map::new(),
            outputs => map(outputs, "`outputs`")?,
        },
        metrics: all(part("metrics"), "metrics", metric)?,
        logs: all(part("logs"), "logs", log)?,
    })
}

fn map(value: Value, what: &str) -> Result<Map, String> {
    match value {
        Value::Map(map) => Ok(Arc::unwrap_or_clone(map)),
        _ => Err(format!("{what} is no map")),
    }
}

fn all<T>(list: Value, name: &str, read: impl Fn(&Map) -> Result<T, String>) -> Result<Vec<T>, String> {
    match list {
        Value::Null => Ok(Vec::new()),
        Value::List(items) => {
            items.iter().map(|item| read(&map(item.clone(), &format!("an item of `{name}`"))?)).collect()
        }
        _ => Err(format!("`{name}` is no list")),
    }
}

fn word(of: &Map, name: &str) -> Option<String> {
    let value = of.get(name).filter(|value| **value != Value::Null)?;
    text_of(value).ok().map(|text| text.expose().to_owned())
}

fn metric(of: &Map) -> Result<Metric, String> {
    let name = word(of, "name").ok_or("a metric has no `name`")?;
    let kind = match word(of, "type").as_deref() {
        Some("counter") => MetricKind::Counter,
        Some("timer") => MetricKind::Timer,
        Some("gauge") => MetricKind::Gauge,
        _ => return Err(format!("the metric `{name}` has no `type` of counter, timer and gauge")),
    };
    let written = word(of, "value").ok_or_else(|| format!("the metric `{name}` has no `value`"))?;
    let value = match kind {
        MetricKind::Timer => millis(&written),
        _ => written.parse().ok(),
    };
    let value = value.ok_or_else(|| format!("the `value` of the metric `{name}` is no number"))?;
    Ok(Metric { name, kind, value, tags: tags(of)? })
}

/// Of a timer, a number is seconds.
fn millis(written: &str) -> Option<f64> {
    let seconds = written.parse::<f64>().ok();
    seconds
        .or_else(|| duration::parse(written).ok().map(|duration| duration.as_secs_f64()))
        .map(|of| of * 1000.0)
}

fn tags(of: &Map) -> Result<BTreeMap<String, String>, String> {
    let tags = match of.get("tags") {
        None | Some(Value::Null) => return Ok(BTreeMap::new()),
        Some(tags) => map(tags.clone(), "`tags`")?,
    };
    Ok(tags.keys().filter_map(|name| Some((name.to_string(), word(&tags, name)?))).collect())
}

fn log(of: &Map) -> Result<(Level, Text), String> {
    let level = match word(of, "level") {
        None => Level::Info,
        Some(name) => Level::from_name(&name.to_uppercase())
            .ok_or_else(|| format!("there is no level `{name}`: there are {}", Level::NAMES.join(", ")))?,
    };
    Ok((level, Text::from(word(of, "message").unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_outputs_metrics_and_logs_and_anything_else() {
        let message = read(
            r#"{"outputs": {"a": {"b": [1, null]}}, "assets": 1, "metrics": [
                {"name": "c", "type": "counter", "value": 2, "tags": {"k": "v", "n": 1}},
                {"name": "t", "type": "timer", "value": 1.5},
                {"name": "u", "type": "timer", "value": "PT2S"},
                {"name": "g", "type": "gauge", "value": -0.5, "tags": null}],
                "logs": [{"level": "WARN", "message": "careful"}, {"message": "plain"}]}"#,
        )
        .unwrap();
        assert_eq!(message.outputs["a"], plain::from_json(r#"{"b": [1, null]}"#).unwrap());
        let gauge = Metric { kind: MetricKind::Gauge, ..Metric::counter("g", -0.5) };
        let counter = Metric::counter("c", 2.0).tag("k", "v").tag("n", "1");
        assert_eq!(message.metrics, [counter, Metric::timer("t", 1500.0), Metric::timer("u", 2000.0), gauge]);
        let (warn, info) = ((Level::Warn, "careful".into()), (Level::Info, "plain".into()));
        assert_eq!(message.logs, [warn, info]);
        assert_eq!(read("{}").unwrap(), Message::default());
        assert_eq!(read(r#"{"outputs": null, "metrics": null}"#).unwrap(), Message::default());
    }

    #[test]
    fn one_wrong_part_spoils_the_message() {
        for (json, reason) in [
            (r#"{"outputs": 1}"#, "`outputs` is no map"),
            (r#"{"metrics": {}}"#, "`metrics` is no list"),
            (r#"{"metrics": [1]}"#, "an item of `metrics` is no map"),
            (r#"{"metrics": [{}]}"#, "a metric has no `name`"),
            (
                r#"{"metrics": [{"name": "m", "value": 1}]}"#,
                "the metric `m` has no `type` of counter, timer and gauge",
            ),
            (r#"{"metrics": [{"name": "m", "type": "gauge"}]}"#, "the metric `m` has no `value`"),
            (
                r#"{"metrics": [{"name": "m", "type": "timer", "value": "x"}]}"#,
                "the `value` of the metric `m` is no number",
            ),
            (
                r#"{"logs": [{"level": "LOUD"}]}"#,
                "there is no level `LOUD`: there are TRACE, DEBUG, INFO, WARN, ERROR",
            ),
        ] {
            assert_eq!(read(json), Err(reason.to_owned()), "{json}");
        }
        assert!(read("{\"a\": }").is_err() && read("{").is_err());
    }
}

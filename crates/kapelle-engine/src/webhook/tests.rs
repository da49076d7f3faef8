mod answers;
mod firings;
mod presets;
mod tokens;

use std::sync::Arc;

use kapelle_core::catalogue::Catalogue;
use kapelle_core::expression::environment::Settings;
use kapelle_core::expression::plain;
use kapelle_core::expression::services::NoServices;
use kapelle_core::yaml;
use kapelle_model::Span;

use super::*;

/// 2026-05-06T07:08:09Z.
const NOW: Millis = Millis(1_778_051_289_000);

/// A trigger with this in it, beside id, type and key.
fn webhook(properties: &str) -> Webhook {
    let source = format!(
        "id: down\nnamespace: a\ntriggers:\n- id: hook\n  type: io.kestra.plugin.core.trigger.Webhook\n{}",
        format_args!("  {}\n", properties.replace('\n', "\n  "))
    );
    let root = yaml::read(&source, Span::new(0, source.len() as u32)).root.unwrap();
    let flow = flow::read(&root, Catalogue::bundled());
    let labels = vec![("team".into(), "x".into())];
    Webhook::read(&flow.triggers[0], "a", "down", labels, Language::One, Catalogue::bundled())
}

fn request(body: &str, headers: &[(&str, &str)]) -> WebhookRequest {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    WebhookRequest {
        method: "POST".to_owned(),
        headers: headers.collect(),
        parameters: Vec::new(),
        body: body.as_bytes().to_vec(),
    }
}

fn map(json: &str) -> Map {
    match plain::from_json(json) {
        Ok(Value::Map(map)) => Map::clone(&map),
        other => panic!("a map, not {other:?}"),
    }
}

fn json(map: &Map) -> String {
    let value = Value::Map(Arc::new(map.clone()));
    plain::to_json(&value, &jiff::tz::TimeZone::UTC, true, 10_000).unwrap().expose().to_owned()
}

/// Does something with the variables of the flow.
fn with<T>(context: &str, use_it: impl FnOnce(Environment<'_>) -> T) -> T {
    let context = map(context);
    use_it(Environment { context: &context, services: &NoServices, settings: &Settings::default() })
}

fn decide(webhook: &Webhook, request: &WebhookRequest) -> Decision {
    with(r#"{"flow": {"id": "down", "namespace": "a"}, "vars": {"key": " k1 "}}"#, |environment| {
        webhook.evaluate(request, NOW, environment)
    })
}

fn fire(properties: &str, request: &WebhookRequest) -> Firing {
    match decide(&webhook(properties), request) {
        Decision::Starts(firing) => *firing,
        other => panic!("it did not start: {other:?}"),
    }
}

/// A decision in a word or a few.
fn told(decision: &Decision) -> String {
    match decision {
        Decision::Starts(firing) => format!("starts {}", firing.identity).trim().to_owned(),
        Decision::Held(_) => "held".to_owned(),
        Decision::Answered(answer) => {
            format!("answers {} {}", answer.status, String::from_utf8_lossy(&answer.body))
        }
        Decision::Unsigned(reason) => format!("unsigned: {reason}"),
        Decision::Unready(reason) => format!("unready: {reason}"),
    }
}

mod conditions;
mod types;
mod values;

use std::sync::Arc;

use kapelle_core::expression::environment::{Environment, Settings};
use kapelle_core::expression::memory::MemoryServices;
use kapelle_core::expression::plain;
use kapelle_model::{Map, Span, Value};

use super::*;

fn inputs(yaml: &str) -> Inputs {
    let node = kapelle_core::yaml::read(yaml, Span::new(0, yaml.len() as u32)).root.unwrap();
    read(&kapelle_core::flow::inputs(Some(&node)), Language::One)
}

fn map(yaml: &str) -> Map {
    match plain::from_yaml(yaml).unwrap() {
        Value::Map(map) => (*map).clone(),
        other => panic!("no map: {other:?}"),
    }
}

fn json(value: &Value) -> String {
    plain::to_json(value, &jiff::tz::TimeZone::UTC, true, 1 << 20).unwrap().expose().to_owned()
}

/// Calls `with` with what the flow `main` of `company` sees.
fn in_flow<T>(context: &str, with: impl FnOnce(Environment<'_>) -> T) -> T {
    let mut context = map(context);
    context.insert("flow".into(), Value::Map(Arc::new(map("{id: main, namespace: company}"))));
    let services =
        MemoryServices::from_setup(&Value::Map(Arc::new(map("{secrets: {company: {KEY: s3cret}}}"))));
    let services = services.unwrap();
    let settings = Settings::default();
    with(Environment { context: &context, services: &services, settings: &settings })
}

fn resolved_map(yaml: &str, provided: &Map) -> Resolved {
    let encryption = Encryption::Configured;
    in_flow("{vars: {v: 5}}", |environment| inputs(yaml).resolve(provided, encryption, environment))
}

fn resolved(yaml: &str, provided: &str) -> Resolved {
    resolved_map(yaml, &map(provided))
}

/// The values as JSON, or everything that is wrong, one violation in a line.
fn outcome_of(resolved: &Resolved) -> String {
    let violations: Vec<&str> = resolved.violations().map(|violation| violation.message).collect();
    if violations.is_empty() {
        json(&Value::Map(Arc::new(resolved.values.clone())))
    } else {
        violations.join("\n")
    }
}

fn outcome(yaml: &str, provided: &str) -> String {
    outcome_of(&resolved(yaml, provided))
}

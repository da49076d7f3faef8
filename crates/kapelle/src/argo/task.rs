//! The task of a template that does something itself.

use jiff::SignedDuration;
use kapelle_core::time;
use kapelle_model::Node;
use serde_json::{Map, Value, json};

use super::container;
use super::fields::{Fields, json};
use super::flow::World;
use super::kept;
use super::scope::Scope;
use super::text::Place;
use super::tree::Step;

/// Kinds of templates that nothing here can do.
const UNKNOWN: [&str; 3] = ["containerSet", "data", "plugin"];

/// Units of durations, in seconds.
const UNITS: [(&str, f64); 8] = [
    ("d", 86_400.0),
    ("h", 3_600.0),
    ("m", 60.0),
    ("s", 1.0),
    ("ms", 1e-3),
    ("us", 1e-6),
    ("\u{b5}s", 1e-6),
    ("ns", 1e-9),
];

/// The task of a template, without its id.
pub(super) fn task(
    step: &Step<'_>,
    scope: &Scope<'_, '_>,
    place: Place,
    world: &World<'_>,
) -> Map<String, Value> {
    let template = step.template.fields();
    let mut task = if template.take("suspend").is_some() {
        suspend(&template, scope, place, world)
    } else if let Some(request) = template.map("http") {
        http(&request, scope, place, world)
    } else if let Some(resource) = template.map("resource") {
        manifest(&resource, scope, place, world)
    } else if template.take("container").is_some() || template.take("script").is_some() {
        container::task(step, scope, place, world)
    } else {
        for kind in UNKNOWN.iter().filter(|kind| template.take(kind).is_some()) {
            world.report.loss(
                template.at(),
                format!("`{}` is a template of kind `{kind}`, which is not translated", step.name),
            );
        }
        unknown(&step.name)
    };
    if let Some(seconds) = template.text("activeDeadlineSeconds") {
        let seconds = scope.text(&seconds, template.at(), world.report).template(place);
        task.insert("timeout".into(), format!("PT{seconds}S").into());
    }
    if let Some(retry) = template.map("retryStrategy").and_then(|strategy| retry(&strategy, scope, world)) {
        task.insert("retry".into(), retry);
    }
    task
}

/// In the place of what could not be translated: it must not be as if it had been done.
pub(super) fn unknown(name: &str) -> Map<String, Value> {
    let words = format!("`{name}` was not translated");
    Map::from_iter([
        ("type".to_owned(), json!("io.kestra.plugin.core.execution.Fail")),
        ("errorMessage".to_owned(), json!(words)),
    ])
}

/// How often and when it is tried again.
fn retry(strategy: &Fields<'_>, scope: &Scope<'_, '_>, world: &World<'_>) -> Option<Value> {
    // No value of a retry can be an expression.
    let lost = |key: &str, written: &str| {
        let words = format!("`{key}: {written}` of `retryStrategy` is not translated");
        world.report.loss(strategy.at(), words);
    };
    let literal = |fields: &Fields<'_>, key: &str| {
        let written = fields.text(key)?;
        let known = scope.text(&written, fields.at(), world.report).as_literal();
        Some(known.unwrap_or(written))
    };
    let limit = literal(strategy, "limit");
    let attempts = limit.as_ref().and_then(|limit| limit.trim().parse::<i64>().ok());
    if let (Some(limit), None) = (&limit, attempts) {
        lost("limit", limit);
        return None;
    }
    let backoff = strategy.map("backoff");
    let of_backoff = |key: &str| backoff.as_ref().and_then(|backoff| literal(backoff, key));
    let duration = |key: &str| {
        let written = of_backoff(key)?;
        let found = duration(&written);
        if found.is_none() {
            lost(key, &written);
        }
        found
    };
    let factor = of_backoff("factor").and_then(|written| {
        let found = written.parse::<f64>().ok();
        if found.is_none() {
            lost("factor", &written);
        }
        found
    });
    let longest = duration("cap");
    let interval = duration("duration").unwrap_or_else(|| "PT1S".to_owned());
    let mut retry = Map::new();
    if let Some(factor) = factor.filter(|factor| *factor > 1.0) {
        retry.insert("type".into(), "exponential".into());
        retry.insert("interval".into(), interval.into());
        retry.insert("delayFactor".into(), factor.into());
        let longest = longest.or_else(|| duration("maxDuration"));
        retry.insert("maxInterval".into(), longest.unwrap_or_else(|| "PT1H".to_owned()).into());
    } else {
        retry.insert("type".into(), "constant".into());
        retry.insert("interval".into(), interval.into());
    }
    if let Some(all) = duration("maxDuration") {
        retry.insert("maxDuration".into(), all.into());
    }
    // The first attempt counts here, and does not there.
    if let Some(again) = attempts {
        retry.insert("maxAttempts".into(), (again + 1).into());
    }
    let policy = strategy.text("retryPolicy");
    if policy.is_some_and(|policy| policy == "OnError" || policy == "OnTransientError") {
        world.report.note(
            strategy.at(),
            "`retryPolicy` makes a difference between kinds of failures: here every failure counts",
        );
    }
    if let Some(backoff) = backoff {
        backoff.rest(world.report, "`backoff`");
    }
    strategy.rest(world.report, "`retryStrategy`");
    Some(Value::Object(retry))
}

fn suspend(
    template: &Fields<'_>,
    scope: &Scope<'_, '_>,
    place: Place,
    world: &World<'_>,
) -> Map<String, Value> {
    let mut task = Map::from_iter([("type".to_owned(), json!("io.kestra.plugin.core.flow.Pause"))]);
    if let Some(wait) = template.map("suspend").and_then(|suspend| suspend.text("duration")) {
        let wait = scope.text(&wait, template.at(), world.report);
        let delay = match wait.as_literal() {
            Some(written) => duration(&written),
            None => Some(format!("PT{}S", wait.template(place))),
        };
        match delay {
            Some(delay) => drop(task.insert("pauseDuration".into(), delay.into())),
            None => world.report.loss(template.at(), "the `duration` of `suspend` is not translated"),
        }
    }
    let asked = template.map("outputs").map(|outputs| outputs.named("parameters")).unwrap_or_default();
    let inputs: Vec<Value> = asked
        .into_iter()
        .map(|(name, parameter)| {
            if let Some(from) = parameter.map("valueFrom") {
                from.ignore(&["supplied"]);
            }
            let options: Vec<Value> = parameter.list("enum").iter().map(json).collect();
            if options.is_empty() {
                json!({"id": name, "type": "STRING"})
            } else {
                json!({"id": name, "type": "SELECT", "values": options})
            }
        })
        .collect();
    if !inputs.is_empty() {
        task.insert("onResume".into(), inputs.into());
    }
    task
}

fn http(request: &Fields<'_>, scope: &Scope<'_, '_>, place: Place, world: &World<'_>) -> Map<String, Value> {
    let text = |key: &str| {
        request.text(key).map(|source| scope.text(&source, request.at(), world.report).template(place))
    };
    let mut task = Map::from_iter([("type".to_owned(), json!("io.kestra.plugin.core.http.Request"))]);
    task.insert("uri".into(), text("url").unwrap_or_default().into());
    for key in ["method", "body"] {
        if let Some(value) = text(key) {
            task.insert(key.into(), value.into());
        }
    }
    let headers: Map<String, Value> = request
        .named("headers")
        .into_iter()
        .filter_map(|(name, header)| {
            if let Some(value) = header.text("value") {
                let value = scope.text(&value, header.at(), world.report).template(place);
                return Some((name, value.into()));
            }
            let from = header.map("valueFrom")?;
            let kept = kept::value(&from, &name, world.report);
            from.rest(world.report, &format!("the header `{name}`"));
            Some((name, format!("{{{{ {} }}}}", kept?).into()))
        })
        .collect();
    if !headers.is_empty() {
        task.insert("headers".into(), Value::Object(headers));
    }
    if let Some(seconds) = request.take("timeoutSeconds").and_then(Node::as_int) {
        task.insert("timeout".into(), format!("PT{seconds}S").into());
    }
    request.rest(world.report, "`http`");
    task
}

fn manifest(
    resource: &Fields<'_>,
    scope: &Scope<'_, '_>,
    place: Place,
    world: &World<'_>,
) -> Map<String, Value> {
    let action = resource.text("action").unwrap_or_default();
    if !["create", "apply"].contains(&action.as_str()) {
        world.report.loss(
            resource.at(),
            format!("the action `{action}` of `resource` is translated as `apply`: look at the task"),
        );
    }
    let source = resource.text("manifest").unwrap_or_default();
    let spec = scope.text(&source, resource.at(), world.report).template(place);
    resource.ignore(&["setOwnerReference"]);
    resource.rest(world.report, "`resource`");
    Map::from_iter([
        ("type".to_owned(), json!("io.kestra.plugin.kubernetes.kubectl.Apply")),
        ("namespace".to_owned(), json!(world.cluster_namespace())),
        ("spec".to_owned(), json!(spec)),
    ])
}

/// A duration as flows write it: `20` are seconds, `1h30m` and `1.5h` an hour and a half.
pub(super) fn duration(written: &str) -> Option<String> {
    let mut rest = written.trim();
    if !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(format!("PT{rest}S"));
    }
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit() && c != '.')?);
        let length = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(length);
        let (_, of) = UNITS.iter().find(|(name, _)| *name == unit)?;
        seconds += number.parse::<f64>().ok()? * of;
        rest = after;
    }
    let millis = (seconds * 1000.0).round() as i64;
    (!written.trim().is_empty()).then(|| time::duration::format(SignedDuration::from_millis(millis)))
}

//! What a message about an execution can tell.

use std::sync::Arc;

use jiff::Timestamp;
use kapelle_core::expression::Outcome;
use kapelle_core::property::text_of;
use kapelle_model::{Failure, Map, State, Text, Value};
use kapelle_plugin::{RunContext, Told, ToldRun};

/// The facts that definitions see as `about`.
pub(super) fn about(cx: &RunContext, id: &str) -> Result<Map, Failure> {
    let told = cx.host.executions().told(id)?;
    let told = told.ok_or_else(|| Failure::new(format!("there is no execution `{id}` to tell of")))?;
    let now = cx.services.now().map_err(|error| Failure::new(error.text()))?;
    let url = cx.host.setting("kestra.url");
    let mut about = facts(&told, &cx.place.run_id, url.as_deref(), &cx.place.tenant, now);
    let (title, text) = words(&told, &Added::of(cx), now).map_err(|error| Failure::new(error.text()))?;
    about.insert("title".into(), Value::Str(title));
    about.insert("text".into(), Value::Str(text));
    Ok(about)
}

/// What happened in one line, and in several.
fn words(told: &Told, added: &Added, now: Timestamp) -> Outcome<(Text, Text)> {
    let failed = failed(told);
    let state = state_told(told, failed).name();
    let title = format!("{}.{} is {state}", told.namespace, told.flow);
    let mut text = Text::from(format!("{state} after {}", length(told.start, told.end.unwrap_or(now))));
    let mut line = |name: String, more: &Text| {
        text = Text::concat(&text, &Text::concat(&Text::from(format!("\n{name}")), more));
    };
    if let Some(run) = failed {
        line(format!("Task {} failed: ", run.task), &run.failure.clone().unwrap_or_default());
    }
    if let Some(message) = &added.message {
        line(String::new(), message);
    }
    for (name, value) in &added.fields {
        line(format!("{name}: "), &text_of(value)?);
    }
    Ok((Text::from(title), text))
}

fn failed(told: &Told) -> Option<&ToldRun> {
    told.runs.iter().find(|run| run.state == State::Failed)
}

/// What is said beside the facts: a message, and names with values.
struct Added {
    message: Option<Text>,
    fields: Map,
}

impl Added {
    fn of(cx: &RunContext) -> Self {
        let Some(Value::Map(it)) = cx.variables.get("it") else {
            return Self { message: None, fields: Map::new() };
        };
        let message = match it.get("customMessage") {
            Some(Value::Str(text)) => Some(text.clone()),
            _ => None,
        };
        let fields = match it.get("customFields") {
            Some(Value::Map(fields)) => (**fields).clone(),
            _ => Map::new(),
        };
        Self { message, fields }
    }
}

/// `teller` is the task run that tells: of its own execution, it is not the last one.
fn facts(told: &Told, teller: &str, url: Option<&str>, tenant: &str, now: Timestamp) -> Map {
    let Told { id, namespace, flow, .. } = told;
    let mut runs = told.runs.iter().filter(|run| run.id != teller);
    let failed = failed(told);
    let link = url.map(|url| {
        let url = url.trim_end_matches('/');
        format!("{url}/ui/{tenant}/executions/{namespace}/{flow}/{id}")
    });
    let labels = told.labels.iter().map(|(key, value)| (key.as_str().into(), Value::from(value.as_str())));
    Map::from_iter([
        ("id".into(), Value::from(id.as_str())),
        ("namespace".into(), Value::from(namespace.as_str())),
        ("flowId".into(), Value::from(flow.as_str())),
        ("revision".into(), Value::Int(told.revision.into())),
        ("state".into(), Value::from(state_told(told, failed).name())),
        ("isBad".into(), Value::Bool(failed.is_some() || is_bad(told.state))),
        ("labels".into(), Value::Map(labels.collect::<Map>().into())),
        ("startDate".into(), Value::from(told.start.to_string().as_str())),
        ("duration".into(), Value::from(length(told.start, told.end.unwrap_or(now)).as_str())),
        ("link".into(), link.as_deref().map_or(Value::Null, Value::from)),
        ("firstFailed".into(), failed.map_or(Value::Null, run)),
        ("lastTask".into(), runs.next_back().map_or(Value::Null, run)),
    ])
}

/// Whoever tells of the own execution does so while it runs: what matters is what will become of it.
fn state_told(told: &Told, failed: Option<&ToldRun>) -> State {
    if told.state.is_terminal() || failed.is_none() { told.state } else { State::Failed }
}

fn is_bad(state: State) -> bool {
    matches!(state, State::Failed | State::Killed | State::Killing | State::Warning)
}

fn run(run: &ToldRun) -> Value {
    Value::Map(Arc::new(Map::from_iter([
        ("taskId".into(), Value::from(run.task.as_str())),
        ("value".into(), run.value.clone().map_or(Value::Null, Value::Str)),
        ("state".into(), Value::from(run.state.name())),
        ("error".into(), run.failure.clone().map_or(Value::Null, Value::Str)),
    ])))
}

/// How long it took, in words.
fn length(from: Timestamp, until: Timestamp) -> String {
    let millis = until.as_millisecond().saturating_sub(from.as_millisecond()).max(0);
    let (hours, minutes, seconds) = (millis / 3_600_000, millis / 60_000 % 60, millis / 1_000 % 60);
    match (hours, minutes) {
        (0, 0) => format!("{}.{:03} s", seconds, millis % 1_000),
        (0, _) => format!("{minutes} min {seconds} s"),
        _ => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_told_in_its_two_largest_units() {
        let at = |millis| Timestamp::from_millisecond(millis).unwrap();
        for (millis, words) in
            [(0, "0.000 s"), (1_234, "1.234 s"), (61_000, "1 min 1 s"), (7_384_000, "2 h 3 min")]
        {
            assert_eq!(length(at(5), at(5 + millis)), words);
        }
    }
}

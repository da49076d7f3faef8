//! What a message about an execution can tell.

use std::sync::Arc;

use jiff::Timestamp;
use kapelle_core::expression::Outcome;
use kapelle_core::property::text_of;
use kapelle_model::{Failure, Map, State, Text, Value};

use crate::context::RunContext;
use crate::host::{Told, ToldRun};

/// The facts about an execution, for whoever writes the message: `title`, `text` and its parts `summary` and `message` are
/// words, `fields` are what a message shows one by one, the others single facts.
pub fn about(cx: &RunContext, id: &str, added: &Added) -> Result<Map, Failure> {
    let told = cx.host.executions().told(id)?;
    let told = told.ok_or_else(|| Failure::new(format!("there is no execution `{id}` to tell of")))?;
    let now = cx.services.now().map_err(|error| Failure::new(error.text()))?;
    let url = cx.host.setting("kestra.url");
    let mut about = facts(&told, url.as_deref(), &cx.place.tenant, now);
    let last = last_task(&told, &cx.place.run_id);
    let words = words(&told, added, last, now).map_err(|error| Failure::new(error.text()))?;
    about.insert("lastTask".into(), last.map_or(Value::Null, run));
    about.extend(words);
    Ok(about)
}

/// What happened in one line, in several, and fact by fact.
fn words(told: &Told, added: &Added, last: Option<&ToldRun>, now: Timestamp) -> Outcome<Map> {
    let failed = failed(told);
    let state = state_told(told, failed).name();
    let title = format!("{}.{} is {state}", told.namespace, told.flow);
    let mut summary = Text::from(format!("{state} after {}", length(told.start, told.end.unwrap_or(now))));
    if let Some(run) = failed {
        let failure = run.failure.clone().unwrap_or_default();
        summary = with_line(&summary, &format!("Task {} failed: ", run.task), &failure);
    }
    let mut text = summary.clone();
    if let Some(message) = &added.message {
        text = with_line(&text, "", message);
    }
    let known = [
        ("Namespace", told.namespace.as_str()),
        ("Flow ID", &told.flow),
        ("Execution ID", &told.id),
        ("Execution Status", state),
    ];
    let mut fields: Vec<Value> = known.map(|(name, value)| field(name, Text::from(value))).into();
    fields.extend(last.map(|last| field("Final task ID", Text::from(last.task.as_str()))));
    for (name, value) in &added.fields {
        let value = text_of(value)?;
        text = with_line(&text, &format!("{name}: "), &value);
        fields.push(field(name, value));
    }
    Ok(Map::from_iter([
        ("title".into(), Value::from(title.as_str())),
        ("summary".into(), Value::Str(summary)),
        ("message".into(), added.message.clone().map_or(Value::Null, Value::Str)),
        ("text".into(), Value::Str(text)),
        ("fields".into(), Value::List(Arc::new(fields))),
    ]))
}

fn with_line(text: &Text, name: &str, more: &Text) -> Text {
    Text::concat(text, &Text::concat(&Text::from(format!("\n{name}")), more))
}

fn field(name: &str, value: Text) -> Value {
    Value::Map(Arc::new(Map::from_iter([
        ("name".into(), Value::from(name)),
        ("value".into(), Value::Str(value)),
    ])))
}

fn failed(told: &Told) -> Option<&ToldRun> {
    told.runs.iter().find(|run| run.state == State::Failed)
}

/// What is said beside the facts: a message, and names with values.
#[derive(Default)]
pub struct Added {
    pub message: Option<Text>,
    pub fields: Map,
}

/// `teller` is the task run that tells: of its own execution, it is not the last one.
fn last_task<'t>(told: &'t Told, teller: &str) -> Option<&'t ToldRun> {
    told.runs.iter().rfind(|run| run.id != teller)
}

fn facts(told: &Told, url: Option<&str>, tenant: &str, now: Timestamp) -> Map {
    let Told { id, namespace, flow, .. } = told;
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
        ("grade".into(), Value::from(grade(state_told(told, failed)))),
        ("timestamp".into(), Value::Int(told.end.unwrap_or(now).as_second())),
        ("labels".into(), Value::Map(labels.collect::<Map>().into())),
        ("startDate".into(), Value::from(told.start.to_string().as_str())),
        ("duration".into(), Value::from(length(told.start, told.end.unwrap_or(now)).as_str())),
        ("link".into(), link.as_deref().map_or(Value::Null, Value::from)),
        ("firstFailed".into(), failed.map_or(Value::Null, run)),
    ])
}

/// Whoever tells of the own execution does so while it runs: what matters is what will become of it.
fn state_told(told: &Told, failed: Option<&ToldRun>) -> State {
    if told.state.is_terminal() || failed.is_none() { told.state } else { State::Failed }
}

fn is_bad(state: State) -> bool {
    matches!(state, State::Failed | State::Killed | State::Killing | State::Warning)
}

/// How good a state is, in three steps.
fn grade(state: State) -> &'static str {
    match state {
        State::Failed | State::Killed | State::Killing => "danger",
        State::Warning => "warning",
        _ => "good",
    }
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

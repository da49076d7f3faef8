//! `io.kestra.plugin.aws.eventbridge.PutEvents`: sends events to a bus.

use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::{Any, Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::access::{AccessProperties, StyleProperties};
use crate::outcomes::Outcomes;
use crate::rows::Sending;
use crate::service::{Kind, Service, body_of, json_of};

const KIND: Kind = Kind { name: "events", host: "events", prefix: "AWSEvents", version: "1.1" };

/// Events, and bytes of them, that a bus takes at once.
const AT_ONCE_MAX: usize = 10;
const BYTES_MAX: usize = 256 << 10;

/// # Send events to EventBridge
///
/// Sends events: maps with `source`, `detailType`, `detail`, and perhaps `eventBusName`, `resources` and `time`.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PutEvents {
    #[serde(flatten)]
    access: AccessProperties,
    #[expect(dead_code, reason = "flows may say it")]
    #[serde(flatten)]
    style: StyleProperties,
    /// The events: a map, a list of maps, or the address of a file of rows.
    entries: Expr<Any>,
    /// Whether it is a failure if one of them is not taken; it is, unless this says `false`.
    #[serde(default)]
    fail_on_unsuccessful_events: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// A file of rows: what became of each event.
    uri: String,
    /// How many events were not taken.
    failed_entry_count: u64,
    /// How many events there were.
    entry_count: u64,
}

impl Task for PutEvents {
    const TYPE: &'static str = "io.kestra.plugin.aws.eventbridge.PutEvents";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let fails = cx.filled(self.fail_on_unsuccessful_events.as_ref())?.unwrap_or(true);
        let service = Service::new(cx, &self.access.read(cx)?, KIND, None)?;
        let Any(entries) = cx.render(&self.entries)?;
        let mut sending = Sending::new(cx, entries)?;
        let mut outcomes = Outcomes::new(cx)?;
        loop {
            let batch = sending.batch(AT_ONCE_MAX, BYTES_MAX, size).await?;
            if batch.is_empty() {
                break;
            }
            let entries = batch.iter().map(entry).collect::<Result<Vec<Json>, Failure>>()?;
            let told = service.ask(cx, "PutEvents", &json!({ "Entries": entries })).await;
            let told = told.map_err(|trouble| trouble.told("events cannot be sent"))?;
            outcomes.add(&batch, &told["Entries"], &["EventId"])?;
        }
        let (count, failed) = (outcomes.count, outcomes.failed);
        cx.metric(Metric::count("entryCount", count));
        cx.metric(Metric::count("failedEntryCount", failed));
        let uri = outcomes.finish(if fails { Some("events") } else { None })?;
        Ok(Output { uri, failed_entry_count: failed, entry_count: count })
    }
}

/// An event as the bus wants it.
fn entry(row: &Map) -> Result<Json, Failure> {
    let get = |name: &str| row.get(name).filter(|value| **value != Value::Null);
    let mut entry = json!({});
    for (name, target) in [
        ("eventBusName", "EventBusName"),
        ("source", "Source"),
        ("detailType", "DetailType"),
        ("detail", "Detail"),
    ] {
        if let Some(value) = get(name) {
            entry[target] = Json::from(body_of(value)?);
        }
    }
    for (name, target) in [("resources", "Resources"), ("time", "Time")] {
        if let Some(value) = get(name) {
            entry[target] = json_of(value)?;
        }
    }
    match ["source", "detailType", "detail"].into_iter().find(|name| get(name).is_none()) {
        Some(name) => Err(Failure::new(format!("an event has no `{name}`"))),
        None => Ok(entry),
    }
}

fn size(row: &Map) -> usize {
    row.values().filter_map(|value| body_of(value).ok()).map(|text| text.len()).sum()
}

#[cfg(test)]
mod tests {
    use kapelle_plugin::stage::{Stage, service};

    use super::*;

    #[tokio::test]
    async fn events_are_sent_and_told_one_by_one() {
        let Some(server) = service("moto") else { return };
        let stage = Stage::new();
        stage.set_now(jiff::Timestamp::now());
        let access =
            format!("endpointOverride: '{server}'\nregion: eu-west-1\naccessKeyId: a\nsecretKeyId: b\n");
        let event = "{source: s, detailType: t, detail: {a: 1}}";
        let events = [event; 12].join(", ");
        let got = stage.run::<PutEvents>(&format!("{access}entries: [{events}]\n")).await.unwrap();
        assert_eq!((&got["entryCount"], &got["failedEntryCount"]), (&Value::Int(12), &Value::Int(0)));
        let Value::Str(uri) = &got["uri"] else { panic!("{got:?}") };
        let rows = stage.content(uri.expose());
        assert_eq!(rows.lines().filter(|row| row.contains("eventId:")).count(), 12);
        let told = stage.run::<PutEvents>(&format!("{access}entries: {{source: s}}\n")).await.unwrap_err();
        assert!(told.failure.to_string().contains("an event has no `detailType`"), "{}", told.failure);
    }
}

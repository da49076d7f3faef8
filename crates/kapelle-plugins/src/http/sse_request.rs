//! `io.kestra.plugin.core.http.SseRequest`: reads the events that a server sends.

use std::sync::Arc;

use kapelle_core::expression::plain;
use kapelle_core::language::Language;
use kapelle_core::property::{Property, text_of};
use kapelle_http::{Event, Events};
use kapelle_model::{Failure, Map, Text, Value};
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::exchange::{exchange, unless_stopped};
use super::properties::TaskProperties;

/// Bytes of all events.
const EVENTS_BYTES_MAX: usize = 19 << 20;

/// # Read server-sent events
///
/// Sends a request over HTTP and reads events until the server ends, either as a list or put together to one text.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SseRequest {
    #[serde(flatten)]
    http: TaskProperties,
    /// An expression of jq that takes a piece of text out of the data of each event; the pieces are put together.
    #[serde(default)]
    concat_jq_expression: Option<Expr<String>>,
    /// Whether an event without such a piece is a failure.
    #[serde(default)]
    failed_on_missing_jq: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// What was asked.
    uri: Any,
    /// The events, unless they were put together.
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<Vec<Any>>,
    /// How many events there were.
    size: usize,
    /// What the pieces are together.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Any>,
}

impl Task for SseRequest {
    const TYPE: &'static str = "io.kestra.plugin.core.http.SseRequest";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let expression = cx.filled(self.concat_jq_expression.as_ref())?;
        let fails = cx.filled(self.failed_on_missing_jq.as_ref())?.unwrap_or(true);
        let mut answer = exchange(cx, &self.http, "text/event-stream").await?.answer;
        let mut reader = Events::default();
        let (mut found, mut bytes) = (Vec::new(), 0);
        while let Some(chunk) = unless_stopped(cx, answer.response.chunk()).await? {
            bytes += chunk.len();
            if bytes > EVENTS_BYTES_MAX {
                return Err(Broken::new(format!("the events have more than {EVENTS_BYTES_MAX} bytes")));
            }
            found.extend(reader.push(&chunk));
        }
        let size = found.len();
        let uri = answer.uri.into();
        let Some(expression) = expression else {
            let events = found.iter().map(|event| Any::from(shown(event))).collect();
            return Ok(Output { uri, events: Some(events), size, result: None });
        };
        let mut result = Text::default();
        for event in &found {
            match piece(cx, &expression, &event.data)? {
                Some(piece) => result = Text::concat(&result, &piece),
                None if fails => {
                    return Err(Broken::new(format!(
                        "the expression `{expression}` finds nothing in an event"
                    )));
                }
                None => {}
            }
        }
        Ok(Output { uri, events: None, size, result: Some(result.into()) })
    }
}

fn shown(event: &Event) -> Map {
    let text = |text: &Option<String>| text.as_deref().map(Value::from);
    let fields = [
        ("data", Some(Value::from(event.data.as_str()))),
        ("id", text(&event.id)),
        ("event", text(&event.name)),
        ("comment", text(&event.comment)),
        ("retry", event.retry_ms.map(Value::Int)),
    ];
    fields.into_iter().filter_map(|(name, value)| Some((name.into(), value?))).collect()
}

/// What an expression takes out of the data of an event; what is no JSON has no parts.
fn piece(cx: &RunContext, expression: &str, data: &str) -> Result<Option<Text>, Failure> {
    let Ok(data) = plain::from_json(data) else { return Ok(None) };
    let more = [(Arc::from("data"), data), (Arc::from("expression"), Value::from(expression))];
    let taken = Expr::<Value>::of(Property::text("{{ data | jq(expression) }}", Language::One));
    let Value::List(pieces) = cx.with(more).typed(&taken)? else { return Ok(None) };
    let mut whole = None;
    for piece in pieces.iter().filter(|piece| !matches!(piece, Value::Null)) {
        let piece = text_of(piece).map_err(|error| Failure::new(error.text()))?;
        whole = Some(Text::concat(&whole.unwrap_or_default(), &piece));
    }
    Ok(whole)
}

//! Answers that come as events.

use std::collections::VecDeque;

use kapelle_http::{Event, Events, Response};
use kapelle_plugin::{Broken, RunContext};
use serde_json::Value as Json;

use crate::chat::text_at;
use crate::wire::unless_stopped;

/// Bytes of all events of a stream.
const BYTES_MAX: usize = 64 << 20;

pub(super) struct Stream {
    response: Response,
    who: String,
    events: Events,
    waiting: VecDeque<Event>,
    bytes: usize,
}

impl Stream {
    pub(super) fn new(response: Response, who: String) -> Self {
        Self { response, who, events: Events::default(), waiting: VecDeque::new(), bytes: 0 }
    }

    async fn next(&mut self, cx: &RunContext) -> Result<Event, Broken> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Ok(event);
            }
            let chunk = unless_stopped(cx, self.response.chunk()).await?;
            let chunk = chunk.map_err(|error| Broken::new(error.message))?;
            let chunk = chunk.ok_or_else(|| Broken::new(format!("{} ended before it answered", self.who)))?;
            self.bytes += chunk.len();
            if self.bytes > BYTES_MAX {
                return Err(Broken::new(format!(
                    "the events of {} have more than {BYTES_MAX} bytes",
                    self.who
                )));
            }
            self.waiting.extend(self.events.push(&chunk));
        }
    }

    /// Where questions go.
    pub(super) async fn endpoint(&mut self, cx: &RunContext) -> Result<String, Broken> {
        loop {
            let event = self.next(cx).await?;
            if event.name.as_deref() == Some("endpoint") {
                return Ok(event.data);
            }
        }
    }

    /// The answer to the question of this number; what else the server has to say is left out.
    pub(super) async fn answer_to(&mut self, cx: &RunContext, id: u64) -> Result<Json, Broken> {
        loop {
            let event = self.next(cx).await?;
            let message: Json = serde_json::from_str(&event.data).unwrap_or_default();
            if is_answer_to(&message, id) {
                return Ok(message);
            }
        }
    }
}

/// Whether a message is the answer to the question of this number.
pub(super) fn is_answer_to(message: &Json, id: u64) -> bool {
    let is_own = message.get("id").and_then(Json::as_u64) == Some(id)
        || text_at(message, "/id") == Some(&id.to_string());
    is_own && message.get("method").is_none()
}

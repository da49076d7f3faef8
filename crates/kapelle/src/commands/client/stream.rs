//! Streams of events, read line by line.

use serde_json::Value as Json;

use super::{Ask, Client, failure};
use crate::outcome::Stop;

/// What an event says.
#[derive(Debug, PartialEq)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) data: Json,
}

/// Makes events of pieces of text, however they are cut.
#[derive(Default)]
pub(super) struct Events {
    rest: Vec<u8>,
    id: String,
    data: String,
}

impl Events {
    /// The events that are complete with this piece.
    pub(super) fn take(&mut self, piece: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        self.rest.extend_from_slice(piece);
        while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            events.extend(self.line(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n'])));
        }
        events
    }

    fn line(&mut self, line: &str) -> Option<Event> {
        if let Some(id) = line.strip_prefix("id:") {
            id.trim().clone_into(&mut self.id);
        } else if let Some(data) = line.strip_prefix("data:") {
            self.data.push_str(data.strip_prefix(' ').unwrap_or(data));
        } else if line.is_empty() && !self.data.is_empty() {
            let data = serde_json::from_str(&std::mem::take(&mut self.data)).unwrap_or_default();
            return Some(Event { id: std::mem::take(&mut self.id), data });
        }
        None
    }
}

impl Client {
    /// Hands on each event of a stream until it ends. What only marks its start or end is left out.
    pub(crate) fn follow(
        &self,
        ask: &Ask,
        mut tell: impl FnMut(&Json) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        self.tokio.block_on(async {
            let mut response = self.response(ask).await?;
            if response.status != 200 {
                let body = response.bytes(super::ANSWER_MAX).await.map_err(|error| self.unreached(&error))?;
                return Err(failure::refused(response.status, &body, self.server()));
            }
            let mut events = Events::default();
            while let Some(piece) = response.chunk().await.map_err(|error| self.unreached(&error))? {
                for event in events.take(&piece) {
                    match event.id.as_str() {
                        "start" => {}
                        "end" => return Ok(()),
                        _ => tell(&event.data)?,
                    }
                }
            }
            Ok(())
        })
    }
}

//! Streams of events (`text/event-stream`): one event after the other, each at once, and a sign of life in between.

use std::time::Duration;

use hyper::body::Bytes;
use serde_json::Value as Json;

use crate::answer::Answer;
pub(crate) use crate::piecewise::Gone;
use crate::piecewise::{PiecesTo, endless};

/// How often something is sent while nothing happens, so that proxies keep the connection.
pub(crate) const ALIVE: Duration = Duration::from_secs(10);

/// Events on their way; a client that reads slowly makes the stream wait.
const EVENTS_MAX: usize = 16;

/// The end of a stream that events go into.
pub(crate) struct Events {
    to: PiecesTo,
}

impl Events {
    /// A stream, and the answer that carries it.
    pub(crate) fn begin() -> (Self, Answer) {
        let (to, body) = endless(EVENTS_MAX);
        (Self { to }, Answer::stream(body, "text/event-stream"))
    }

    pub(crate) async fn send(&mut self, id: &str, data: &Json) -> Result<(), Gone> {
        self.put(format!("id: {id}\ndata: {data}\n\n")).await
    }

    /// A sign of life that is no event.
    pub(crate) async fn alive(&mut self) -> Result<(), Gone> {
        self.put(": keep-alive\n\n".to_owned()).await
    }

    /// Events that are written already.
    pub(crate) async fn put(&mut self, text: impl Into<Bytes>) -> Result<(), Gone> {
        self.to.send(text.into()).await
    }
}

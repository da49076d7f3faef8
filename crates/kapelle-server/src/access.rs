//! One line about each request, as other servers write them too. Queries are left out: they may hold what is secret.

use hyper::{Request, StatusCode};
use jiff::Timestamp;
use kapelle_model::Millis;

use crate::app::App;
use crate::dispatch::Visit;

/// What is known of a request when it comes.
pub(crate) struct Line {
    begin: Millis,
    text: String,
}

impl Line {
    pub(crate) fn begin<B>(app: &App, visit: Visit, request: &Request<B>) -> Self {
        let (from, begin) = (app.entry.client(request.headers(), visit.peer), app.now());
        let moment = Timestamp::from_millisecond(begin.0).unwrap_or_default();
        let (method, version) = (request.method(), request.version());
        let text = format!("{from} - [{moment:.3}] \"{method} {} {version:?}\"", request.uri().path());
        Self { begin, text }
    }

    /// The whole line, with how it ended and how many milliseconds it took.
    pub(crate) fn end(self, status: StatusCode, now: Millis) -> String {
        format!("{} {} {}ms", self.text, status.as_u16(), now.0 - self.begin.0)
    }
}

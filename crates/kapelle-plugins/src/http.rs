//! Tasks that talk to servers over HTTP.
//!
//! What they share is one struct ([`properties`]), from which a request is made ([`message`]) and sent ([`exchange`]).

mod charset;
mod content;
mod download;
mod exchange;
mod message;
mod properties;
mod request;
mod sse_request;

use kapelle_plugin::Registry;

pub(crate) fn register(r: &mut Registry) {
    r.task::<download::Download>();
    r.task::<request::Request>();
    r.task::<sse_request::SseRequest>();
}

#[cfg(test)]
mod tests;

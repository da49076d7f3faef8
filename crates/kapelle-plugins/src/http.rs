//! Tasks that talk to servers over HTTP, and a trigger that does.
//!
//! What they share is one struct ([`properties`]), from which a request is made ([`message`]) and sent ([`exchange`]).
//! What is answered is read as text ([`reply`]), or kept as a file.

mod charset;
mod content;
mod download;
mod exchange;
mod file;
mod message;
mod properties;
mod reply;
mod request;
mod sse_request;
mod trigger;

pub(crate) use content::percent;
use kapelle_plugin::Registry;

pub(crate) use exchange::exchange;
pub(crate) use file::into_file;
pub(crate) use properties::TaskProperties;
pub(crate) use reply::Reply;

pub(crate) fn register(r: &mut Registry) {
    r.task::<download::Download>();
    r.task::<request::Request>();
    r.task::<sse_request::SseRequest>();
    r.polling::<trigger::Trigger>();
}

#[cfg(test)]
mod tests;

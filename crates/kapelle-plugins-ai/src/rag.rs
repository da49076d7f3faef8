//! Answers from texts of one's own: they are kept with vectors, and what is like a question is found.

mod chat_completion;
mod ingest_document;
mod search;
mod splitter;

use kapelle_plugin::Registry;

#[cfg(test)]
pub(crate) use {chat_completion::ChatCompletion, ingest_document::IngestDocument, search::Search};

pub(crate) fn register(r: &mut Registry) {
    r.task::<chat_completion::ChatCompletion>();
    r.task::<ingest_document::IngestDocument>();
    r.task::<search::Search>();
}

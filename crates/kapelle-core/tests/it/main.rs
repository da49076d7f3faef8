//! The flow language from outside: whole documents in, diagnostics out.

#![expect(clippy::unwrap_used, reason = "a test that cannot do its work has failed")]

mod corpus;
mod error_pages;
mod examples;
mod forms;
mod play;
mod properties;
mod references;
mod several;
mod validation;

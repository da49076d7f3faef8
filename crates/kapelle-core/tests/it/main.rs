//! The flow language from outside: whole documents in, diagnostics out.

mod error_pages;
mod examples;
mod forms;
mod play;
mod validation;

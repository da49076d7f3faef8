//! What must not be saved: each check of the language with the words that API clients know.

mod defaults;
mod documents;
mod fields;
mod flows;
mod http;
mod inputs;
mod literals;
mod tasks;
mod triggers;
mod values;

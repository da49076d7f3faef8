//! What routes do: take a call apart, ask the runtime or the store, put an answer together.

pub(crate) mod instance;

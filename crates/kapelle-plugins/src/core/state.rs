//! Maps that tasks keep from one execution to the next. They lie in the key-value store of the namespace.

pub(super) mod delete;
pub(super) mod get;
mod place;
pub(super) mod set;

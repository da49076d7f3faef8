//! The key-value store.

mod address;
pub(super) mod delete;
pub(super) mod get;
pub(super) mod get_keys;
mod merge;
pub(super) mod purge;
pub(super) mod put;
pub(super) mod set;

pub(super) use address::checked;

//! What was asked for, and what was answered with success.

use std::collections::BTreeMap;

/// The books of all clients.
#[derive(Default)]
pub(crate) struct Ledger {
    /// Whether the server keeps keys.
    pub(crate) has_keys: bool,
    pub(crate) asked: u64,
    /// Executions by the number that only one request had.
    pub(crate) executions: BTreeMap<u64, Asked>,
    /// Revisions that were answered, with the number in their source.
    pub(crate) revisions: BTreeMap<u64, u64>,
    /// What each key got, in its order. Only one client writes a key.
    pub(crate) keys: BTreeMap<String, Vec<Put>>,
}

/// A request for an execution.
pub(crate) struct Asked {
    pub(crate) flow: &'static str,
    /// The id that was answered, if it was answered with success.
    pub(crate) answered: Option<String>,
}

pub(crate) struct Put {
    pub(crate) value: u64,
    pub(crate) is_answered: bool,
}

impl Ledger {
    /// A number that nobody had before.
    pub(crate) fn number(&mut self) -> u64 {
        self.asked += 1;
        self.asked
    }
}

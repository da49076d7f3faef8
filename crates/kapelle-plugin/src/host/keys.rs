//! The key-value store.

use jiff::Timestamp;
use kapelle_model::{Failure, Value};

/// Values by key, in exactly the namespace that is named.
pub trait Keys: Send + Sync {
    /// What is kept under a key; what has expired is told apart from what is not there.
    fn get(&self, namespace: &str, key: &str) -> Result<Option<Kept>, Failure>;

    /// Sets a key. One that is there already is a failure unless it may be overwritten.
    fn set(&self, namespace: &str, key: &KeyToSet) -> Result<(), Failure>;

    /// Whether there was one.
    fn delete(&self, namespace: &str, key: &str) -> Result<bool, Failure>;

    /// All keys of a namespace that begin so, by name, with their values; expired ones too.
    fn list(&self, namespace: &str, prefix: &str) -> Result<Vec<Kept>, Failure>;

    /// All namespaces that have keys.
    fn namespaces(&self) -> Result<Vec<String>, Failure>;
}

/// A value with what is known about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    pub key: String,
    pub value: Value,
    pub description: Option<String>,
    /// Counts how often it was set.
    pub version: u64,
    pub created: Timestamp,
    pub updated: Timestamp,
    pub expires: Option<Timestamp>,
    pub is_expired: bool,
}

/// A value to keep.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyToSet {
    pub key: String,
    pub value: Value,
    pub description: Option<String>,
    pub expires: Option<Timestamp>,
    pub may_overwrite: bool,
}

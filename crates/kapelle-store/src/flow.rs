//! Flows as they were saved.

use std::sync::Arc;

use kapelle_model::time::Millis;

/// A revision of a flow: its source, and what lists of flows show and look for. Nothing of it ever changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowRevision {
    pub tenant: Arc<str>,
    pub namespace: Arc<str>,
    pub id: Arc<str>,
    /// From 1. A gap is left by what was forgotten, and by nothing else.
    pub revision: u32,
    /// As it was written. A revision that ends the flow has the source of the one before.
    pub source: Arc<str>,
    pub description: Option<Arc<str>>,
    pub labels: Arc<[(Arc<str>, Arc<str>)]>,
    pub is_disabled: bool,
    /// The flow ends with this revision; a later one begins it again.
    pub is_deleted: bool,
    pub created: Millis,
}

/// The name of a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionName {
    pub tenant: Arc<str>,
    pub namespace: Arc<str>,
    pub id: Arc<str>,
    pub revision: u32,
}

/// Which revision is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The last one, unless the flow has ended.
    Latest,
    /// The last one, also of a flow that has ended.
    LatestEver,
    Exactly(u32),
}

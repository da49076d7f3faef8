//! Flows, as tasks see and change them.

use kapelle_model::Failure;

use super::FlowRef;

/// Flows of the tenant.
pub trait Flows: Send + Sync {
    /// The flows of exactly this namespace, by id, each in its latest revision.
    fn list(&self, namespace: &str) -> Result<Vec<FlowSource>, Failure>;

    /// All namespaces that have flows, by name.
    fn namespaces(&self) -> Result<Vec<String>, Failure>;

    /// What keeps a source from being saved, a line for each mistake that begins with its line and column; nothing if it
    /// can be saved.
    fn mistakes(&self, source: &str) -> Result<Vec<String>, Failure>;

    /// Saves a flow as its next revision. The same source again is no new revision.
    fn save(&self, source: &str) -> Result<FlowSource, Failure>;

    /// Ends a flow; its executions go on. Whether there was one.
    fn delete(&self, flow: &FlowRef) -> Result<bool, Failure>;
}

/// A flow as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowSource {
    pub namespace: String,
    pub id: String,
    pub revision: u32,
    pub source: String,
}

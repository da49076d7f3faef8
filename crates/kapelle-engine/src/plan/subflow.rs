//! Tasks that start executions of other flows.

use kapelle_core::property::Property;

#[derive(Debug)]
pub struct Subflow {
    /// The caller's own when absent.
    pub namespace: Option<Property>,
    pub flow: Option<Property>,
    pub revision: Option<Property>,
    pub inputs: Option<Property>,
    pub labels: Option<Property>,
    pub inherit_labels: Option<Property>,
    pub wait: bool,
    pub transmit_failed: bool,
    /// A moment, or a time from now.
    pub schedule_at: Option<Property>,
    pub schedule_in: Option<Property>,
    /// A failed execution is started again with its parent, and not replaced.
    pub restarts_failed: bool,
    /// The old form of outputs, rendered with the outputs of the execution.
    pub outputs: Option<Property>,
}

/// What the three tasks of a `ForEachItem` know of each other.
#[derive(Debug)]
pub struct Batch {
    /// The task that splits the file.
    pub split: std::sync::Arc<str>,
}

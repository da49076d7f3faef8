//! Triggers, as tasks change them.

use kapelle_model::Failure;

use super::FlowRef;

/// Triggers of the tenant.
pub trait Triggers: Send + Sync {
    /// Switches a trigger on or off.
    fn toggle(&self, flow: &FlowRef, trigger: &str, is_enabled: bool) -> Result<(), Failure>;
}

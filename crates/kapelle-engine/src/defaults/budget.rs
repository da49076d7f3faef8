//! How much defaults may add to a flow. Each of its tasks gets all values of a default, so a flow of the largest size could
//! ask for the square of its size.

use kapelle_model::Entry;

/// Scalars, lists and maps that defaults may bring into one flow.
const NODES_MAX: usize = 1_000_000;

pub(super) const TOO_MANY: &str = "the plugin defaults bring more than 1000000 values into the flow, which is the most there can be; \
     give them fewer values, or less general types";

/// What may still be brought.
pub(super) struct Budget {
    nodes: usize,
    pub(super) is_exceeded: bool,
}

impl Default for Budget {
    fn default() -> Self {
        Self { nodes: NODES_MAX, is_exceeded: false }
    }
}

impl Budget {
    /// Whether these values may be brought, which are counted then.
    pub(super) fn affords(&mut self, entries: &[Entry]) -> bool {
        let mut count = 0;
        for entry in entries {
            entry.value.walk(&mut |_| count += 1);
        }
        match self.nodes.checked_sub(count) {
            Some(rest) => self.nodes = rest,
            None => self.is_exceeded = true,
        }
        !self.is_exceeded
    }
}

//! Labels that are known to have a name on the disk already: nearly all of them, and looking costs as much as writing.

use std::collections::BTreeSet;

/// Numbers that are remembered; some labels have another value in each execution.
const LABELS_MAX: usize = 10_000;

#[derive(Default)]
pub(crate) struct KnownLabels(BTreeSet<i64>);

impl KnownLabels {
    pub(super) fn has(&self, label: i64) -> bool {
        self.0.contains(&label)
    }

    /// Remembers what was written.
    pub(super) fn learn(&mut self, labels: impl IntoIterator<Item = i64>) {
        if self.0.len() >= LABELS_MAX {
            self.0.clear();
        }
        self.0.extend(labels);
    }
}

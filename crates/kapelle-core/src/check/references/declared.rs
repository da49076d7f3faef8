//! Dotted names, and whether they cover what is read.

use std::collections::BTreeSet;

/// Names that a flow declares under one root.
#[derive(Default)]
pub(super) struct Declared {
    names: BTreeSet<String>,
}

impl Declared {
    /// Whether one of the names is the beginning of the path, or goes on where the path ends.
    pub(super) fn covers(&self, path: &[&str]) -> bool {
        let mut whole = path.join(".");
        let mut borders = whole.match_indices('.').map(|(at, _)| at).chain([whole.len()]);
        if borders.any(|end| self.names.contains(&whole[..end])) {
            return true;
        }
        whole.push('.');
        self.names.range(whole.clone()..).next().is_some_and(|name| name.starts_with(&whole))
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    pub(super) fn list(&self) -> Vec<&str> {
        self.names.iter().map(String::as_str).collect()
    }

    pub(super) fn extend(&mut self, names: impl IntoIterator<Item = String>) {
        self.names.extend(names);
    }
}

impl FromIterator<String> for Declared {
    fn from_iter<I: IntoIterator<Item = String>>(names: I) -> Self {
        Self { names: names.into_iter().collect() }
    }
}

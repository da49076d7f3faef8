//! What became of the flows of a folder between two looks at it. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// By which a file is known to have changed, without reading it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Seconds and nanoseconds at which it was written.
    written: (i64, i64),
    bytes: u64,
    /// A file that was put in the place of another is another one, even if it looks as old.
    inode: u64,
}

impl Stamp {
    /// Nothing, if there is no such file any more.
    pub(super) fn of(path: &Path) -> Self {
        let known = std::fs::metadata(path).map(|data| Self {
            written: (data.mtime(), data.mtime_nsec()),
            bytes: data.size(),
            inode: data.ino(),
        });
        known.unwrap_or_default()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FlowName {
    pub(super) namespace: String,
    pub(super) id: String,
}

impl fmt::Display for FlowName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.namespace, self.id)
    }
}

/// What is known of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) stamp: Stamp,
    pub(super) flows: BTreeSet<FlowName>,
    /// Without mistakes. One with mistakes may hide flows that it had.
    pub(super) is_whole: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// Files that are new or not what they were.
    pub(super) changed: BTreeSet<PathBuf>,
    /// Flows that a file had, and none has now.
    pub(super) gone: BTreeSet<FlowName>,
    /// What is known from now on.
    pub(super) seen: BTreeMap<PathBuf, Seen>,
}

/// An empty folder ends nothing: it is what is left of one that is not mounted.
pub(super) fn difference(before: &BTreeMap<PathBuf, Seen>, now: &BTreeMap<PathBuf, Seen>) -> Difference {
    if now.is_empty() {
        return Difference { changed: BTreeSet::new(), gone: BTreeSet::new(), seen: before.clone() };
    }
    let is_changed =
        |path: &PathBuf, seen: &Seen| before.get(path).is_none_or(|known| known.stamp != seen.stamp);
    let changed =
        now.iter().filter(|(path, seen)| is_changed(path, seen)).map(|(path, _)| path.clone()).collect();
    let seen: BTreeMap<PathBuf, Seen> =
        now.iter().map(|(path, seen)| (path.clone(), remembered(before.get(path), seen))).collect();
    let all = |files: &BTreeMap<PathBuf, Seen>| -> BTreeSet<FlowName> {
        files.values().flat_map(|seen| seen.flows.iter().cloned()).collect()
    };
    let gone = all(before).difference(&all(&seen)).cloned().collect();
    Difference { changed, gone, seen }
}

/// A file with mistakes has what it had when it was whole, too.
fn remembered(before: Option<&Seen>, now: &Seen) -> Seen {
    let mut seen = now.clone();
    if let Some(before) = before.filter(|_| !now.is_whole) {
        seen.flows.extend(before.flows.iter().cloned());
    }
    seen
}

#[cfg(test)]
mod tests;

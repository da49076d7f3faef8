//! The directory of a task as an archive: on its way into a container, and back.
//!
//! So nothing has to be shared between this machine and the one of the engine. What comes back is judged as what a stranger
//! sends: nothing is written outside of the directory, and no link leads out of it.

mod pack;
mod unpack;

use std::collections::BTreeMap;

pub(super) use pack::{Owner, pack};
pub(super) use unpack::unpack;

/// What tells whether a file was changed: its size, and the second of its last change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    bytes: u64,
    seconds: u64,
}

/// The files that were sent, by their paths within the directory.
pub(super) type Sent = BTreeMap<String, Mark>;

/// Which part of the directory belongs to the task. In a shared directory, others have folders of their own beside.
#[derive(Clone, Debug, Default)]
pub(super) struct Own {
    /// The folder of the run.
    pub(super) folder: String,
    /// What of it comes back: the folder of output.
    pub(super) output: String,
}

/// How the folders of runs begin.
const FOLDERS_OF_RUNS: &str = ".kapelle-";

impl Own {
    /// Whether a path goes into the container.
    fn goes(&self, path: &str) -> bool {
        !path.starts_with(FOLDERS_OF_RUNS) || is_below(path, &self.folder)
    }

    /// Whether a path comes back.
    fn comes_back(&self, path: &str) -> bool {
        !path.starts_with(FOLDERS_OF_RUNS) || is_below(path, &self.output)
    }
}

fn is_below(path: &str, folder: &str) -> bool {
    // Without a folder of its own, nothing is below it.
    !folder.is_empty()
        && path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests;

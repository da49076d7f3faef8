//! The directory of a task as an archive: on its way into a container, and back.
//!
//! So nothing has to be shared between this machine and the one of the engine. What comes back is judged as what a stranger
//! sends: nothing is written outside of the directory, and no link leads out of it.

mod pack;
mod unpack;

use std::collections::BTreeMap;
use std::path::Path;

use crate::runner::Job;
pub(crate) use pack::{Owner, pack};
pub(crate) use unpack::unpack;

/// What tells whether a file was changed: its size, and the second of its last change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    bytes: u64,
    seconds: u64,
}

/// The files that were sent, by their paths within the directory.
pub(crate) type Sent = BTreeMap<String, Mark>;

/// Which part of the directory belongs to the task. In a shared directory, others have folders of their own beside.
#[derive(Clone, Debug, Default)]
pub(crate) struct Own {
    /// The folder of the run.
    pub(crate) folder: String,
    /// What of it comes back: the folder of output.
    pub(crate) output: String,
}

/// How the folders of runs begin.
const FOLDERS_OF_RUNS: &str = ".kapelle-";

impl Own {
    /// The folders of a run within its directory.
    pub(crate) fn of(job: &Job) -> Self {
        let folder = job.temporary.parent().and_then(Path::file_name).unwrap_or_default();
        let folder = folder.to_string_lossy().into_owned();
        Self { output: format!("{folder}/output"), folder }
    }

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

//! What a server of files can do.

use std::future::Future;
use std::io::{Read, Write};

use kapelle_plugin::{Broken, RunContext};

use super::file::Entry;

/// What an entry of a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
    /// A device, a socket, a link that leads nowhere.
    Other,
}

/// A server of files, logged in to. Paths begin with `/` and are plain ([`super::path`]); where that is on the server is
/// its own business.
pub(crate) trait Place: Send {
    /// What lies in a folder. One that is not there is a failure.
    fn list(&mut self, folder: &str) -> impl Future<Output = Result<Vec<Entry>, Broken>> + Send;

    /// What is at a path, where links lead; `None` if nothing is.
    fn look(&mut self, path: &str) -> impl Future<Output = Result<Option<Entry>, Broken>> + Send;

    /// Reads a file to its end. How many bytes.
    fn read(
        &mut self,
        cx: &RunContext,
        path: &str,
        to: &mut (dyn Write + Send),
    ) -> impl Future<Output = Result<u64, Broken>> + Send;

    /// Writes a file; one that is there is replaced. How many bytes.
    fn write(
        &mut self,
        cx: &RunContext,
        path: &str,
        from: &mut (dyn Read + Send),
    ) -> impl Future<Output = Result<u64, Broken>> + Send;

    /// Gives a file or a folder another path; a file that is there is replaced.
    fn rename(&mut self, from: &str, to: &str) -> impl Future<Output = Result<(), Broken>> + Send;

    fn remove(&mut self, path: &str) -> impl Future<Output = Result<(), Broken>> + Send;

    /// Removes a folder that is empty.
    fn remove_folder(&mut self, path: &str) -> impl Future<Output = Result<(), Broken>> + Send;

    /// Makes a folder; the one above it is there.
    fn make_folder(&mut self, path: &str) -> impl Future<Output = Result<(), Broken>> + Send;
}

/// The failure of a verb at a path.
pub(crate) fn unable(path: &str, what: &str, reason: impl std::fmt::Display) -> Broken {
    Broken::new(format!("`{path}` cannot be {what}: {reason}"))
}

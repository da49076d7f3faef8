//! Files that tasks read and write.

use std::io::{Read, Write};
use std::path::Path;

use jiff::SignedDuration;
use kapelle_model::Failure;

/// Files of the internal storage, of namespaces and of the machine: `kestra://`, `nsfile://`, `file://`.
///
/// An attempt reads what belongs to its own execution, to the one that started it, and to executions of namespaces that
/// its flow may use. Nothing leads out of the storage.
pub trait Files: Send + Sync {
    /// Whether a text is the address of a file.
    fn is_address(&self, text: &str) -> bool {
        ["kestra://", "nsfile://", "file://"].iter().any(|scheme| text.starts_with(scheme))
    }

    /// Opens a file. One that is not there is a failure that names it.
    fn open(&self, uri: &str) -> Result<Box<dyn Read + Send>, Failure>;

    /// Its size in bytes; `None` if it is not there.
    fn size(&self, uri: &str) -> Result<Option<u64>, Failure>;

    /// Begins a file of the attempt with this name; without one it gets one of its own with this ending. It is there
    /// once it is finished.
    fn create(&self, name: Name<'_>) -> Result<Box<dyn NewFile>, Failure>;

    /// Takes a file of the machine over, as one of the attempt with this name. It may be moved.
    fn take(&self, path: &Path, name: &str) -> Result<String, Failure>;

    /// Whether there was one.
    fn delete(&self, uri: &str) -> Result<bool, Failure>;

    /// Deletes all files of the execution. The addresses of those that there were.
    fn delete_all(&self) -> Result<Vec<String>, Failure>;

    /// What was kept for a task of the flow under a name of its own, unless it is older than this.
    fn cached(
        &self,
        name: &str,
        age_max: Option<SignedDuration>,
    ) -> Result<Option<Box<dyn Read + Send>>, Failure>;

    /// Keeps bytes for later executions of the flow.
    fn cache(&self, name: &str, content: &mut dyn Read) -> Result<(), Failure>;
}

/// How a new file is called.
#[derive(Clone, Copy, Debug)]
pub enum Name<'n> {
    Exactly(&'n str),
    /// Something new that ends so, such as `.ion`.
    Ending(&'n str),
}

/// A file that is written. Dropped before it is finished, it never was.
pub trait NewFile: Write + Send {
    /// Keeps the file, safe from a power cut. Its address.
    fn finish(self: Box<Self>) -> Result<String, Failure>;
}

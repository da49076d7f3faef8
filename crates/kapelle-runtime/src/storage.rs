//! The internal storage: where files of executions and of namespaces are.
//!
//! A file has a [`StoredPath`], is written once and is there as a whole or not at all. Nothing in here knows whose file
//! it is: [`Reach`] decides who reaches what, [`StoredPath`] keeps everybody inside. Start
//! with [`Storage`] for the bytes, [`AttemptFiles`] for what tasks see.

mod address;
mod attempt_files;
#[cfg(target_os = "linux")]
mod beneath;
mod local;
mod machine;
mod path;
mod reach;
mod reader;

use std::io::{self, Read, Write};
use std::path::Path;

use jiff::Timestamp;

pub use address::{
    EXECUTIONS, SCHEME, execution_folder, executions_folder, log_name, namespace_folder, task_folder,
};
pub use attempt_files::AttemptFiles;
pub use local::LocalStorage;
pub use machine::LocalFiles;
pub use path::StoredPath;
pub use path::check_path;
pub use reach::{MayUse, Reach, of_parent};
pub use reader::{FileReader, FileSettings};

/// Where bytes of files are. Calls may block for as long as a disk or a server needs.
pub trait Storage: Send + Sync {
    /// Opens a file; `None` if it is not there.
    fn open(&self, path: &StoredPath) -> io::Result<Option<Box<dyn Read + Send>>>;

    /// Begins a file, which has no path until it is kept.
    fn create(&self) -> io::Result<Box<dyn Unfinished>>;

    /// Takes a file of this machine over. It is moved where that is possible, else copied.
    fn take(&self, from: &Path, path: &StoredPath) -> io::Result<()>;

    /// What is known about a file; `None` if it is not there.
    fn entry(&self, path: &StoredPath) -> io::Result<Option<StoredEntry>>;

    /// Whether there was one.
    fn delete(&self, path: &StoredPath) -> io::Result<bool>;

    /// All files below a folder, in order.
    fn list(&self, folder: &StoredPath) -> io::Result<Vec<StoredPath>>;

    /// The names of the folders in a folder, in order.
    fn folders(&self, folder: &StoredPath) -> io::Result<Vec<String>>;

    /// Deletes all files below a folder. Those that there were.
    fn delete_below(&self, folder: &StoredPath) -> io::Result<Vec<StoredPath>>;
}

/// A file that is written. Dropped before it is kept, it never was.
pub trait Unfinished: Write + Send {
    /// Gives it a path, and returns when it is safe from a power cut. What had this path before is gone.
    fn keep(self: Box<Self>, path: &StoredPath) -> io::Result<()>;

    /// Gives it the first of these paths that nothing has, whoever else looks for one at the same time. The one that it
    /// got; `None` if there is something at all of them.
    fn keep_new(self: Box<Self>, paths: &[StoredPath]) -> io::Result<Option<StoredPath>>;
}

/// What is known about a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredEntry {
    pub size: u64,
    pub changed: Timestamp,
}

#[cfg(test)]
mod tests;

//! Files of namespaces.

use std::io::Read;

use jiff::Timestamp;
use kapelle_model::Failure;

/// Files that belong to a namespace, with their versions.
pub trait NamespaceFiles: Send + Sync {
    /// All files of exactly this namespace, by path, without folders.
    fn list(&self, namespace: &str) -> Result<Vec<NamespaceFile>, Failure>;

    /// Opens the latest version of a file, or the one that is named; `None` if it is not there.
    fn open(
        &self,
        namespace: &str,
        path: &str,
        version: Option<u32>,
    ) -> Result<Option<Box<dyn Read + Send>>, Failure>;

    /// Keeps a new version of a file.
    fn put(&self, namespace: &str, path: &str, content: &mut dyn Read) -> Result<NamespaceFile, Failure>;

    /// Whether there was one.
    fn delete(&self, namespace: &str, path: &str) -> Result<bool, Failure>;

    /// All versions of a file, the first one first.
    fn versions(&self, namespace: &str, path: &str) -> Result<Vec<NamespaceFile>, Failure>;

    /// Deletes one version of a file: what is left of it is what it is now, and without any it is gone. Whether there
    /// was one.
    fn delete_version(&self, namespace: &str, path: &str, version: u32) -> Result<bool, Failure>;

    /// All namespaces that have files.
    fn namespaces(&self) -> Result<Vec<String>, Failure>;
}

/// A version of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct NamespaceFile {
    /// Without a slash in front.
    pub path: String,
    pub version: u32,
    pub size: u64,
    pub created: Timestamp,
}

impl NamespaceFile {
    /// Its address.
    pub fn uri(&self, namespace: &str) -> String {
        format!("nsfile://{namespace}/{}", self.path)
    }
}

//! The index of the files of a namespace: which there are and were, not what is in them.

use std::sync::Arc;

use kapelle_model::time::Millis;

/// A version of a file or folder. Nothing of it ever changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileVersion {
    pub tenant: Arc<str>,
    pub namespace: Arc<str>,
    /// With slashes, from the root of the namespace, without one in front.
    pub path: Arc<str>,
    /// From 1, larger than that of any version that the file ever had. The store sets it.
    pub version: u32,
    pub is_folder: bool,
    /// The file ends with this version.
    pub is_deleted: bool,
    pub size: u64,
    /// Where its bytes are; none for folders and ends.
    pub place: Option<Arc<str>>,
    pub created: Millis,
}

/// What names a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName {
    pub tenant: Arc<str>,
    pub namespace: Arc<str>,
    pub path: Arc<str>,
    pub version: u32,
}

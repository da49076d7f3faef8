//! Files of namespaces, of the internal storage and of the machine.

use std::collections::BTreeMap;
use std::path::Path;

use crate::expression::error::{Error, Outcome};
use crate::expression::services::File;

#[derive(Default)]
pub(super) struct Files {
    /// By namespace and path: all versions.
    pub(super) namespaces: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    pub(super) internal: BTreeMap<String, String>,
    pub(super) local: BTreeMap<String, String>,
    pub(super) allowed: Vec<String>,
    pub(super) are_local_disabled: bool,
}

impl Files {
    pub(super) fn find(&self, file: &File<'_>) -> Outcome<Option<&String>> {
        match *file {
            File::Namespace { namespace, path, version } => Ok(self.of(namespace, path, version)),
            File::Internal(uri) => Ok(self.internal.get(uri)),
            File::Local(path) => {
                self.check_local(path)?;
                Ok(self.local.get(path))
            }
        }
    }

    pub(super) fn versions(&self, namespace: &str, path: &str) -> u64 {
        let versions = self.namespaces.get(namespace).and_then(|paths| paths.get(path));
        versions.map_or(0, Vec::len) as u64
    }

    fn of(&self, namespace: &str, path: &str, version: Option<u64>) -> Option<&String> {
        let versions = self.namespaces.get(namespace)?.get(path)?;
        match version {
            None => versions.last(),
            Some(version) => versions.get(usize::try_from(version).ok()?.checked_sub(1)?),
        }
    }

    fn check_local(&self, path: &str) -> Outcome<()> {
        if self.are_local_disabled {
            return Err(Error::forbidden(format!(
                "the file `{path}` cannot be read: local files are disabled"
            ))
            .help("they are enabled by `enable-file-functions: true`"));
        }
        // By components, so that `/data` does not allow `/database`.
        if self.allowed.iter().any(|allowed| Path::new(path).starts_with(allowed)) {
            return Ok(());
        }
        Err(Error::forbidden(format!(
            "The path {path} is not authorized. Only files inside the working directory or the allowed paths are."
        ))
        .help("add its folder to `allowed-paths`"))
    }
}

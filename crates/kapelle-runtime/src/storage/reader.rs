//! The files that an execution may read: the rules of [`Reach`] over storage, namespaces and machine.

use std::io::{self, Read};
use std::sync::Arc;

use kapelle_model::Failure;
use kapelle_plugin::NamespaceFiles;

use super::reach::{Target, shown};
use super::{LocalFiles, Reach, Storage};
use crate::clock::Clock;
use crate::namespace_files::TenantFiles;

/// What the files of all executions of a tenant stand on.
#[derive(Clone)]
pub struct FileSettings {
    pub storage: Arc<dyn Storage>,
    pub namespace_files: TenantFiles,
    pub local: LocalFiles,
    pub clock: Clock,
}

/// Reads files in the name of an execution.
#[derive(Clone)]
pub struct FileReader {
    pub(super) settings: FileSettings,
    pub(super) reach: Reach,
}

impl FileReader {
    pub const fn new(settings: FileSettings, reach: Reach) -> Self {
        Self { settings, reach }
    }

    pub const fn reach(&self) -> &Reach {
        &self.reach
    }

    pub const fn settings(&self) -> &FileSettings {
        &self.settings
    }

    /// Opens a file by its address; `None` if it is not there.
    pub fn find(&self, uri: &str) -> Result<Option<Box<dyn Read + Send>>, Failure> {
        match self.reach.target(uri)? {
            Target::Stored(path) => self.settings.storage.open(&path).map_err(|error| unread(uri, &error)),
            Target::Namespace { namespace, path } => {
                let (path, version) = self.settings.namespace_files.named(&namespace, &path)?;
                self.settings.namespace_files.open(&namespace, path, version)
            }
            Target::Local(path) => {
                Ok(self.settings.local.open(&path)?.map(|file| Box::new(file) as Box<dyn Read + Send>))
            }
        }
    }

    /// The size of a file; `None` if it is not there.
    pub fn size(&self, uri: &str) -> Result<Option<u64>, Failure> {
        match self.reach.target(uri)? {
            Target::Stored(path) => {
                let entry = self.settings.storage.entry(&path).map_err(|error| unread(uri, &error))?;
                Ok(entry.map(|entry| entry.size))
            }
            Target::Namespace { namespace, path } => {
                let (path, version) = self.settings.namespace_files.named(&namespace, &path)?;
                self.settings.namespace_files.size(&namespace, path, version)
            }
            Target::Local(path) => self.settings.local.size(&path),
        }
    }
}

pub(super) fn unread(uri: &str, error: &io::Error) -> Failure {
    Failure::new(format!("the file `{}` cannot be read: {error}", shown(uri)))
}

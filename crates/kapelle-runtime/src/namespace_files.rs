//! Files of namespaces: which there are stands in the store, their bytes in the internal storage.
//!
//! A version never changes. Its bytes are safe before the row that names them, so that a row never names nothing; bytes
//! that no row names belong to nobody.

mod tree;

use std::io::{self, Read};
use std::sync::Arc;

use kapelle_model::Failure;
use kapelle_plugin::{NamespaceFile, NamespaceFiles};
use kapelle_store::namespace_file::{FileName, FileVersion};
use kapelle_store::{Store, StoreError, Transaction, Write};

use crate::clock::{Clock, millis, timestamp};
use crate::storage::{Storage, StoredPath, check_path, namespace_folder};

pub use tree::Entry;

/// Folders that are no namespaces and have none in them.
const NO_NAMESPACES: [&str; 5] = ["_files", "_kv", "executions", "cache", "states"];

/// The files of all namespaces of a tenant.
#[derive(Clone)]
pub struct TenantFiles {
    tenant: Arc<str>,
    store: Arc<dyn Store>,
    storage: Arc<dyn Storage>,
    clock: Clock,
}

impl TenantFiles {
    pub const fn new(
        tenant: Arc<str>,
        store: Arc<dyn Store>,
        storage: Arc<dyn Storage>,
        clock: Clock,
    ) -> Self {
        Self { tenant, store, storage, clock }
    }

    /// The size of the latest version of a file, or of the one that is named; `None` if it is not there.
    pub fn size(&self, namespace: &str, path: &str, version: Option<u32>) -> Result<Option<u64>, Failure> {
        Ok(self.version(namespace, path, version)?.map(|version| version.size))
    }

    /// The number of the latest version; zero if the file is not there.
    pub fn latest(&self, namespace: &str, path: &str) -> Result<u32, Failure> {
        Ok(self.version(namespace, path, None)?.map_or(0, |version| version.version))
    }

    /// What a path in an address means: `a.txt.v2` is the second version of `a.txt` if there is one.
    pub fn named<'p>(&self, namespace: &str, path: &'p str) -> Result<(&'p str, Option<u32>), Failure> {
        if let Some((base, version)) = numbered(path)
            && self.version(namespace, base, Some(version))?.is_some()
        {
            return Ok((base, Some(version)));
        }
        Ok((path, None))
    }

    fn version(
        &self,
        namespace: &str,
        path: &str,
        version: Option<u32>,
    ) -> Result<Option<FileVersion>, Failure> {
        let found = match version {
            None => self.all(namespace, path)?.pop(),
            Some(version) => self.kept_version(namespace, path, version)?,
        };
        Ok(found.filter(|file| file.place.is_some() && !file.is_deleted))
    }

    fn kept_version(
        &self,
        namespace: &str,
        path: &str,
        version: u32,
    ) -> Result<Option<FileVersion>, Failure> {
        Ok(self.all(namespace, path)?.into_iter().find(|file| file.version == version))
    }

    /// All rows of a file, ends too.
    fn all(&self, namespace: &str, path: &str) -> Result<Vec<FileVersion>, Failure> {
        let path = checked(path)?;
        self.store.file_versions(&self.tenant, namespace, path).map_err(|error| unread(&error))
    }

    fn row(&self, namespace: &str, path: &str) -> FileVersion {
        FileVersion {
            tenant: Arc::clone(&self.tenant),
            namespace: namespace.into(),
            path: path.into(),
            version: 0,
            is_folder: false,
            is_deleted: false,
            size: 0,
            place: None,
            created: millis((self.clock)()),
        }
    }

    fn commit(&self, write: Write) -> Result<(), Failure> {
        let committed = self.store.commit(Transaction::of([write]));
        committed.map(drop).map_err(|error| Failure::new(format!("the file cannot be kept: {error}")))
    }

    /// Where the bytes of a version may go: where clients look for them, or beside that.
    fn places(&self, namespace: &str, path: &str, version: u32) -> Result<[StoredPath; 2], String> {
        let suffix = if version == 1 { String::new() } else { format!(".v{version}") };
        let plain = format!("{}/_files/{path}{suffix}", namespace_folder(namespace));
        let id = crate::random::id().map_err(|error| error.to_string())?;
        let other = format!("{plain}-{id}");
        Ok([StoredPath::new(&self.tenant, &plain)?, StoredPath::new(&self.tenant, &other)?])
    }

    /// The namespaces below a folder, with the folder itself, that have files.
    fn namespaces_in(&self, folder: &StoredPath, found: &mut Vec<String>) -> Result<(), Failure> {
        for name in self.storage.folders(folder).map_err(|error| Failure::new(error.to_string()))? {
            if name == "_files" {
                found.push(folder.inner().replace('/', "."));
            }
            if NO_NAMESPACES.contains(&name.as_str()) {
                continue;
            }
            if let Ok(inner) = folder.join(&name) {
                self.namespaces_in(&inner, found)?;
            }
        }
        Ok(())
    }
}

impl NamespaceFiles for TenantFiles {
    fn list(&self, namespace: &str) -> Result<Vec<NamespaceFile>, Failure> {
        let files = self.store.files(&self.tenant, namespace).map_err(|error| unread(&error))?;
        Ok(files.iter().filter(|file| !file.is_folder).map(shown).collect())
    }

    fn open(
        &self,
        namespace: &str,
        path: &str,
        version: Option<u32>,
    ) -> Result<Option<Box<dyn Read + Send>>, Failure> {
        let Some(place) = self.version(namespace, path, version)?.and_then(|version| version.place) else {
            return Ok(None);
        };
        let file = StoredPath::new(&self.tenant, &place)
            .map_err(io::Error::other)
            .and_then(|place| self.storage.open(&place))
            .map_err(|error| Failure::new(format!("the namespace file `{path}` cannot be read: {error}")))?;
        file.map(Some).ok_or_else(|| {
            Failure::new(format!("the bytes of the namespace file `{path}` are missing; restore `{place}`"))
        })
    }

    fn put(&self, namespace: &str, path: &str, content: &mut dyn Read) -> Result<NamespaceFile, Failure> {
        let path = checked(path)?;
        let failed =
            |reason: String| Failure::new(format!("the namespace file `{path}` cannot be written: {reason}"));
        let mut file = self.storage.create().map_err(|error| failed(error.to_string()))?;
        let size = io::copy(content, &mut file).map_err(|error| failed(error.to_string()))?;

        let version = self.all(namespace, path)?.last().map_or(1, |last| last.version + 1);
        let places = self.places(namespace, path, version).map_err(failed)?;
        let kept = file.keep_new(&places).map_err(|error| failed(error.to_string()))?;
        let place = kept.ok_or_else(|| failed("its place is taken".to_owned()))?;
        let place = Some(Arc::from(place.inner()));
        let row = FileVersion { size, place: place.clone(), ..self.row(namespace, path) };
        self.commit(Write::File(Box::new(row)))?;
        // The store numbers versions, and somebody else may have put one at the same time.
        let written = self.all(namespace, path)?.into_iter().find(|file| file.place == place);
        written.as_ref().map(shown).ok_or_else(|| failed("it is gone already".to_owned()))
    }

    fn delete(&self, namespace: &str, path: &str) -> Result<bool, Failure> {
        let path = checked(path)?;
        if self.version(namespace, path, None)?.is_none() {
            return Ok(false);
        }
        let end = FileVersion { is_deleted: true, ..self.row(namespace, path) };
        self.commit(Write::File(Box::new(end)))?;
        Ok(true)
    }

    fn versions(&self, namespace: &str, path: &str) -> Result<Vec<NamespaceFile>, Failure> {
        Ok(self.all(namespace, path)?.iter().filter(|file| file.place.is_some()).map(shown).collect())
    }

    fn delete_version(&self, namespace: &str, path: &str, version: u32) -> Result<bool, Failure> {
        let path = checked(path)?;
        let Some(place) = self.kept_version(namespace, path, version)?.and_then(|version| version.place)
        else {
            return Ok(false);
        };
        let (tenant, namespace) = (Arc::clone(&self.tenant), namespace.into());
        self.commit(Write::ForgetFile(FileName { tenant, namespace, path: path.into(), version }))?;
        // The row is gone first, so that none names what is not there.
        let gone = StoredPath::new(&self.tenant, &place)
            .map_err(io::Error::other)
            .and_then(|place| self.storage.delete(&place));
        gone.map(|_| true)
            .map_err(|error| Failure::new(format!("the bytes of `{path}` cannot be deleted: {error}")))
    }

    fn namespaces(&self) -> Result<Vec<String>, Failure> {
        let folder = StoredPath::tenant_folder(&self.tenant).map_err(Failure::new)?;
        let mut found = Vec::new();
        self.namespaces_in(&folder, &mut found)?;
        let mut with_files = Vec::new();
        for namespace in found {
            if !self.list(&namespace)?.is_empty() {
                with_files.push(namespace);
            }
        }
        with_files.sort();
        Ok(with_files)
    }
}

fn shown(file: &FileVersion) -> NamespaceFile {
    NamespaceFile {
        path: file.path.to_string(),
        version: file.version,
        size: file.size,
        created: timestamp(file.created),
    }
}

/// A path from the root of a namespace, whether or not there is a slash in front.
fn checked(path: &str) -> Result<&str, Failure> {
    let path = path.strip_prefix('/').unwrap_or(path);
    check_path(path)
        .map(|()| path)
        .map_err(|reason| Failure::new(format!("`{}` is no path of a file: {reason}", path.escape_debug())))
}

/// A path that ends with the number of a version, from 2 on.
fn numbered(path: &str) -> Option<(&str, u32)> {
    let (base, number) = path.rsplit_once(".v")?;
    let is_written_so = number.bytes().all(|byte| byte.is_ascii_digit()) && !number.starts_with('0');
    let number = number.parse().ok().filter(|number| is_written_so && *number > 1)?;
    Some((base, number))
}

fn unread(error: &StoreError) -> Failure {
    Failure::new(format!("the files of the namespace cannot be looked up: {error}"))
}

#[cfg(test)]
mod tests;

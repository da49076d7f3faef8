//! The files that an attempt reads and writes.

use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

use jiff::SignedDuration;
use kapelle_model::Failure;
use kapelle_plugin::{Files, Name, NewFile, Place};

use super::address::{cache_path, task_folder, trigger_folder};
use super::reach::{shown, wrong_scheme};
use super::reader::{FileReader, unread};
use super::{StoredPath, Unfinished};

/// The files of one attempt.
#[derive(Clone)]
pub struct AttemptFiles {
    reader: FileReader,
    place: Arc<Place>,
}

impl AttemptFiles {
    pub const fn new(reader: FileReader, place: Arc<Place>) -> Self {
        Self { reader, place }
    }

    /// The path of a new file of the attempt.
    fn path(&self, name: &str) -> Result<StoredPath, Failure> {
        let Place { task, run_id, is_trigger, .. } = &*self.place;
        let execution = self.reader.reach.own();
        let folder =
            if *is_trigger { trigger_folder(execution, task) } else { task_folder(execution, task, run_id) };
        StoredPath::new(self.reader.reach.tenant(), &format!("{folder}/{name}"))
            .map_err(|reason| Failure::new(format!("a file cannot be called `{}`: {reason}", shown(name))))
    }

    fn cached_path(&self, name: &str) -> Result<StoredPath, Failure> {
        let path = cache_path(&self.place.namespace, &self.place.flow, name);
        StoredPath::new(self.reader.reach.tenant(), &path)
            .map_err(|reason| Failure::new(format!("nothing is kept as `{}`: {reason}", shown(name))))
    }
}

impl Files for AttemptFiles {
    fn open(&self, uri: &str) -> Result<Box<dyn Read + Send>, Failure> {
        self.reader.find(uri)?.ok_or_else(|| absent(uri))
    }

    fn size(&self, uri: &str) -> Result<Option<u64>, Failure> {
        self.reader.size(uri)
    }

    fn create(&self, name: Name<'_>) -> Result<Box<dyn NewFile>, Failure> {
        let path = match name {
            Name::Exactly(name) => self.path(name)?,
            Name::Ending(ending) => {
                let id = crate::random::id().map_err(|error| Failure::new(error.to_string()))?;
                self.path(&format!("{id}{ending}"))?
            }
        };
        let file = self.reader.settings.storage.create().map_err(|error| unwritten(&path, &error))?;
        Ok(Box::new(Written { file, path }))
    }

    fn take(&self, path: &Path, name: &str) -> Result<String, Failure> {
        let to = self.path(name)?;
        self.reader.settings.storage.take(path, &to).map_err(|error| unwritten(&to, &error))?;
        Ok(to.uri())
    }

    fn delete(&self, uri: &str) -> Result<bool, Failure> {
        if !uri.starts_with(super::SCHEME) {
            return Err(wrong_scheme(uri));
        }
        let path = self.reader.reach.stored(uri)?;
        let is_gone = self.reader.settings.storage.delete(&path);
        is_gone.map_err(|error| Failure::new(format!("the file `{path}` cannot be deleted: {error}")))
    }

    fn delete_all(&self) -> Result<Vec<String>, Failure> {
        let of_execution = |reason| Failure::new(format!("the execution has no folder of files: {reason}"));
        let folder =
            StoredPath::new(self.reader.reach.tenant(), self.reader.reach.own()).map_err(of_execution)?;
        let gone = self.reader.settings.storage.delete_below(&folder);
        let gone = gone.map_err(|error| Failure::new(format!("`{folder}` cannot be deleted: {error}")))?;
        Ok(gone.iter().map(StoredPath::uri).collect())
    }

    fn cached(
        &self,
        name: &str,
        age_max: Option<SignedDuration>,
    ) -> Result<Option<Box<dyn Read + Send>>, Failure> {
        let path = self.cached_path(name)?;
        let failed = |error: io::Error| unread(&path.uri(), &error);
        let Some(entry) = self.reader.settings.storage.entry(&path).map_err(failed)? else { return Ok(None) };
        let age = (self.reader.settings.clock)().duration_since(entry.changed);
        if age_max.is_some_and(|age_max| age > age_max) {
            return Ok(None);
        }
        self.reader.settings.storage.open(&path).map_err(failed)
    }

    fn cache(&self, name: &str, content: &mut dyn Read) -> Result<(), Failure> {
        let path = self.cached_path(name)?;
        let mut keep = || {
            let mut file = self.reader.settings.storage.create()?;
            io::copy(content, &mut file)?;
            file.keep(&path)
        };
        keep().map_err(|error| unwritten(&path, &error))
    }
}

/// A file of an attempt that is written.
struct Written {
    file: Box<dyn Unfinished>,
    path: StoredPath,
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl NewFile for Written {
    fn finish(self: Box<Self>) -> Result<String, Failure> {
        let Self { file, path } = *self;
        file.keep(&path).map_err(|error| unwritten(&path, &error))?;
        Ok(path.uri())
    }
}

fn absent(uri: &str) -> Failure {
    let place = if uri.starts_with(super::SCHEME) { " in the internal storage" } else { "" };
    Failure::new(format!("the file `{}` does not exist{place}", shown(uri)))
}

fn unwritten(path: &StoredPath, error: &io::Error) -> Failure {
    Failure::new(format!("the file `{path}` cannot be written: {error}"))
}

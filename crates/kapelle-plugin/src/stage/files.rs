//! The files of a stage.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use kapelle_model::Failure;

use super::Staged;
use crate::host::{Files, Name, NewFile};

const ROOT: &str = "kestra:///";

fn words(error: &io::Error) -> Failure {
    Failure::new(error.to_string())
}

impl Staged {
    fn path(&self, uri: &str) -> Option<PathBuf> {
        let path = uri.strip_prefix(ROOT)?;
        (!path.split('/').any(|part| part == "..")).then(|| self.folder.join("files").join(path))
    }

    pub(super) fn content_of(&self, uri: &str) -> Option<Vec<u8>> {
        fs::read(self.path(uri)?).ok()
    }

    fn name(&self, name: Name<'_>) -> String {
        match name {
            Name::Exactly(name) => name.to_owned(),
            Name::Ending(ending) => {
                let count = fs::read_dir(self.folder.join("files/t")).map_or(0, Iterator::count);
                format!("new{count}{ending}")
            }
        }
    }
}

/// A file that is written.
struct Written {
    file: fs::File,
    uri: String,
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
        Ok(self.uri)
    }
}

impl Files for Staged {
    fn open(&self, uri: &str) -> Result<Box<dyn Read + Send>, Failure> {
        if let Some(rest) = uri.strip_prefix("nsfile://") {
            let (namespace, path) = rest.split_once('/').unwrap_or(("", rest));
            let namespace = if namespace.is_empty() { "team.a" } else { namespace };
            let content = self.memory.file(namespace, path);
            let content = content.ok_or_else(|| Failure::new(format!("there is no file {uri}")))?;
            return Ok(Box::new(io::Cursor::new(content)));
        }
        let path = self.path(uri).filter(|path| path.is_file());
        let path = path.ok_or_else(|| Failure::new(format!("there is no file {uri}")))?;
        Ok(Box::new(fs::File::open(path).map_err(|error| words(&error))?))
    }

    fn size(&self, uri: &str) -> Result<Option<u64>, Failure> {
        Ok(self.path(uri).and_then(|path| fs::metadata(path).ok()).map(|data| data.len()))
    }

    fn create(&self, name: Name<'_>) -> Result<Box<dyn NewFile>, Failure> {
        let uri = format!("{ROOT}t/{}", self.name(name));
        let path = self.path(&uri).ok_or_else(|| Failure::new("a name leads out of the storage"))?;
        let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
        folder.map_err(|error| words(&error))?;
        let file = fs::File::create(path).map_err(|error| words(&error))?;
        Ok(Box::new(Written { file, uri }))
    }

    fn take(&self, path: &Path, name: &str) -> Result<String, Failure> {
        let mut file = self.create(Name::Exactly(name))?;
        let mut content = fs::File::open(path).map_err(|error| words(&error))?;
        io::copy(&mut content, &mut file).map_err(|error| words(&error))?;
        file.finish()
    }

    fn delete(&self, uri: &str) -> Result<bool, Failure> {
        Ok(self.path(uri).is_some_and(|path| fs::remove_file(path).is_ok()))
    }

    fn delete_all(&self) -> Result<Vec<String>, Failure> {
        let folder = self.folder.join("files/t");
        let mut names: Vec<String> = fs::read_dir(&folder)
            .map(|entries| {
                entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
            })
            .unwrap_or_default();
        names.sort();
        let uris: Vec<String> = names.iter().map(|name| format!("{ROOT}t/{name}")).collect();
        uris.iter().try_for_each(|uri| self.delete(uri).map(drop))?;
        Ok(uris)
    }

    fn cached(
        &self,
        name: &str,
        _age_max: Option<SignedDuration>,
    ) -> Result<Option<Box<dyn Read + Send>>, Failure> {
        let content = fs::read(self.folder.join(format!("cache-{name}"))).ok();
        Ok(content.map(|content| Box::new(io::Cursor::new(content)) as Box<dyn Read + Send>))
    }

    fn cache(&self, name: &str, content: &mut dyn Read) -> Result<(), Failure> {
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes).map_err(|error| words(&error))?;
        fs::write(self.folder.join(format!("cache-{name}")), bytes).map_err(|error| words(&error))
    }
}

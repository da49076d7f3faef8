//! An internal storage that forgets everything with its test.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use kapelle_runtime::clock::Clock;
use kapelle_runtime::storage::{Storage, StoredEntry, StoredPath, Unfinished};

/// Files by path, with the moment since which they are there.
type Files = BTreeMap<StoredPath, (Arc<[u8]>, Timestamp)>;

#[derive(Clone)]
pub(super) struct MemoryStorage {
    files: Arc<Mutex<Files>>,
    clock: Clock,
}

impl MemoryStorage {
    pub(super) fn new(clock: Clock) -> Self {
        Self { files: Arc::default(), clock }
    }

    pub(super) fn put(&self, path: StoredPath, content: impl Into<Arc<[u8]>>) {
        self.files().insert(path, (content.into(), (self.clock)()));
    }

    fn files(&self) -> MutexGuard<'_, Files> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Storage for MemoryStorage {
    fn open(&self, path: &StoredPath) -> io::Result<Option<Box<dyn Read + Send>>> {
        let content = self.files().get(path).map(|(content, _)| Arc::clone(content));
        Ok(content.map(|content| Box::new(Cursor::new(content)) as Box<dyn Read + Send>))
    }

    fn create(&self) -> io::Result<Box<dyn Unfinished>> {
        Ok(Box::new(Written { content: Vec::new(), storage: self.clone() }))
    }

    fn take(&self, from: &Path, path: &StoredPath) -> io::Result<()> {
        self.put(path.clone(), std::fs::read(from)?);
        // Whoever gave it has no use for it any more.
        let _left_behind = std::fs::remove_file(from);
        Ok(())
    }

    fn entry(&self, path: &StoredPath) -> io::Result<Option<StoredEntry>> {
        let files = self.files();
        let entry = files.get(path);
        Ok(entry.map(|(content, changed)| StoredEntry { size: content.len() as u64, changed: *changed }))
    }

    fn delete(&self, path: &StoredPath) -> io::Result<bool> {
        Ok(self.files().remove(path).is_some())
    }

    fn list(&self, folder: &StoredPath) -> io::Result<Vec<StoredPath>> {
        Ok(self.files().keys().filter(|path| rest(path, folder).is_some()).cloned().collect())
    }

    fn folders(&self, folder: &StoredPath) -> io::Result<Vec<String>> {
        let files = self.files();
        let inner = files.keys().filter_map(|path| rest(path, folder)?.split_once('/'));
        let mut names: Vec<String> = inner.map(|(name, _)| name.to_owned()).collect();
        names.dedup();
        Ok(names)
    }

    fn delete_below(&self, folder: &StoredPath) -> io::Result<Vec<StoredPath>> {
        let gone = self.list(folder)?;
        let mut files = self.files();
        for path in &gone {
            files.remove(path);
        }
        Ok(gone)
    }
}

/// The way from a folder to a file below it.
fn rest<'p>(path: &'p StoredPath, folder: &StoredPath) -> Option<&'p str> {
    path.whole().strip_prefix(folder.whole())?.strip_prefix('/')
}

struct Written {
    content: Vec<u8>,
    storage: MemoryStorage,
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.content.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Unfinished for Written {
    fn keep(self: Box<Self>, path: &StoredPath) -> io::Result<()> {
        self.storage.put(path.clone(), self.content);
        Ok(())
    }

    fn keep_new(self: Box<Self>, paths: &[StoredPath]) -> io::Result<Option<StoredPath>> {
        let since = (self.storage.clock)();
        let mut files = self.storage.files();
        let free = paths.iter().find(|path| !files.contains_key(path)).cloned();
        if let Some(path) = &free {
            files.insert(path.clone(), (self.content.into(), since));
        }
        Ok(free)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_once_it_is_kept_and_stands_in_its_folders() {
        let storage = MemoryStorage::new(Arc::new(|| Timestamp::UNIX_EPOCH));
        let path = |text| StoredPath::new("main", text).unwrap();
        let mut file = storage.create().unwrap();
        file.write_all(b"content").unwrap();
        assert!(storage.open(&path("team/a/one.txt")).unwrap().is_none());
        file.keep(&path("team/a/one.txt")).unwrap();
        storage.put(path("team/ab/two.txt"), *b"two");
        storage.put(path("team/a/b/three.txt"), *b"three");

        let mut content = String::new();
        storage.open(&path("team/a/one.txt")).unwrap().unwrap().read_to_string(&mut content).unwrap();
        assert_eq!(content, "content");
        assert_eq!(storage.entry(&path("team/a/one.txt")).unwrap().unwrap().size, 7);
        let new = storage.create().unwrap().keep_new(&[path("team/a/one.txt"), path("team/new.txt")]);
        assert_eq!(new.unwrap(), Some(path("team/new.txt")));
        assert_eq!(storage.folders(&path("team")).unwrap(), ["a", "ab"]);
        let gone = storage.delete_below(&path("team/a")).unwrap();
        assert_eq!(gone, [path("team/a/b/three.txt"), path("team/a/one.txt")]);
        assert_eq!(storage.list(&path("team")).unwrap(), [path("team/ab/two.txt"), path("team/new.txt")]);
    }
}

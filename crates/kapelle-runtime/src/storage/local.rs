//! Files of the internal storage as files of this machine.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use super::{Storage, StoredEntry, StoredPath, Unfinished};

/// Where files are until they are kept. No tenant is called so.
const UNFINISHED: &str = ".unfinished";

/// A folder with the files of all tenants. It belongs to one process.
#[derive(Clone, Debug)]
pub struct LocalStorage {
    root: Arc<PathBuf>,
}

impl LocalStorage {
    /// Opens the folder, which is made if it is not there. What was not finished by an earlier process is thrown away.
    pub fn open(root: impl Into<PathBuf>) -> io::Result<Self> {
        let root = root.into();
        let unfinished = root.join(UNFINISHED);
        if unfinished.is_dir() {
            fs::remove_dir_all(&unfinished)?;
        }
        fs::create_dir_all(&unfinished)?;
        keep_to_ourselves(&root)?;
        Ok(Self { root: Arc::new(fs::canonicalize(root)?) })
    }

    fn place(&self, path: &StoredPath) -> PathBuf {
        self.root.join(path.whole())
    }

    /// Puts a file that is on the disk already to its place, for good.
    fn move_in(
        &self,
        from: &Path,
        path: &StoredPath,
        put: impl Fn(&Path, &Path) -> io::Result<()>,
    ) -> io::Result<()> {
        let place = self.place(path);
        let folder = place.parent().unwrap_or(&self.root);
        self.make_folder(folder)?;
        put(from, &place)?;
        sync_folder(folder)
    }

    /// Makes a folder and those above it, so that they are there after a power cut. A link on the way is refused.
    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        let mut missing = Vec::new();
        let mut above = folder;
        while above != self.root.as_path() && !above.is_dir() {
            missing.push(above);
            above = above.parent().unwrap_or(&self.root);
        }
        for made in missing.into_iter().rev() {
            match fs::create_dir(made) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                other => other?,
            }
            made.parent().map_or(Ok(()), sync_folder)?;
        }
        if fs::canonicalize(folder)? == folder { Ok(()) } else { Err(led_away(folder)) }
    }

    /// Files and folders in a folder, in order; none if it is not there.
    fn entries(&self, folder: &StoredPath) -> io::Result<Vec<(String, fs::FileType)>> {
        let entries = match fs::read_dir(self.place(folder)) {
            Err(error) if is_absent(&error) => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry?;
            if let Ok(name) = entry.file_name().into_string() {
                found.push((name, entry.file_type()?));
            }
        }
        found.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(found)
    }
}

impl Storage for LocalStorage {
    fn open(&self, path: &StoredPath) -> io::Result<Option<Box<dyn Read + Send>>> {
        let file = present(open_beneath(&self.root, path))?;
        let file = match file {
            Some(file) if file.metadata()?.is_file() => file,
            _ => return Ok(None),
        };
        Ok(Some(Box::new(file)))
    }

    fn create(&self) -> io::Result<Box<dyn Unfinished>> {
        let place = self.root.join(UNFINISHED).join(crate::random::id()?);
        let file = File::options().write(true).create_new(true).open(&place)?;
        Ok(Box::new(LocalFile { file, place, storage: self.clone() }))
    }

    fn take(&self, from: &Path, path: &StoredPath) -> io::Result<()> {
        if !fs::symlink_metadata(from)?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
        }
        let file = File::open(from)?;
        let place = self.root.join(UNFINISHED).join(crate::random::id()?);
        if fs::rename(from, &place).is_ok() {
            file.sync_all()?;
            return self.move_in(&place, path, |from, to| fs::rename(from, to));
        }
        copy(file, self.create()?, path)
    }

    fn entry(&self, path: &StoredPath) -> io::Result<Option<StoredEntry>> {
        let data = present(fs::symlink_metadata(self.place(path)))?;
        data.filter(fs::Metadata::is_file)
            .map(|data| {
                let changed = Timestamp::try_from(data.modified()?).map_err(io::Error::other)?;
                Ok(StoredEntry { size: data.len(), changed })
            })
            .transpose()
    }

    fn delete(&self, path: &StoredPath) -> io::Result<bool> {
        if self.entry(path)?.is_none() {
            return Ok(false);
        }
        Ok(present(fs::remove_file(self.place(path)))?.is_some())
    }

    fn list(&self, folder: &StoredPath) -> io::Result<Vec<StoredPath>> {
        let (mut found, mut open) = (Vec::new(), vec![folder.clone()]);
        while let Some(folder) = open.pop() {
            for (name, kind) in self.entries(&folder)? {
                // Names that cannot be paths were not made by us.
                let Ok(path) = folder.join(&name) else { continue };
                if kind.is_dir() {
                    open.push(path);
                } else if kind.is_file() {
                    found.push(path);
                }
            }
        }
        found.sort();
        Ok(found)
    }

    fn folders(&self, folder: &StoredPath) -> io::Result<Vec<String>> {
        let entries = self.entries(folder)?;
        Ok(entries.into_iter().filter(|(_, kind)| kind.is_dir()).map(|(name, _)| name).collect())
    }

    fn delete_below(&self, folder: &StoredPath) -> io::Result<Vec<StoredPath>> {
        let found = self.list(folder)?;
        present(fs::remove_dir_all(self.place(folder)))?;
        Ok(found)
    }
}

fn copy(mut from: File, mut to: Box<dyn Unfinished>, path: &StoredPath) -> io::Result<()> {
    io::copy(&mut from, &mut to)?;
    to.keep(path)
}

/// A file that has no path yet.
struct LocalFile {
    file: File,
    place: PathBuf,
    storage: LocalStorage,
}

impl Write for LocalFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Unfinished for LocalFile {
    fn keep(self: Box<Self>, path: &StoredPath) -> io::Result<()> {
        self.file.sync_all()?;
        self.storage.move_in(&self.place, path, |from, to| fs::rename(from, to))
    }

    fn keep_new(self: Box<Self>, paths: &[StoredPath]) -> io::Result<Option<StoredPath>> {
        self.file.sync_all()?;
        for path in paths {
            // A second name never takes the place of another one; the first name goes at the end.
            match self.storage.move_in(&self.place, path, |from, to| fs::hard_link(from, to)) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                kept => return kept.map(|()| Some(path.clone())),
            }
        }
        Ok(None)
    }
}

impl Drop for LocalFile {
    fn drop(&mut self) {
        // One that was kept has another name, and one that cannot be removed goes at the next start.
        let _gone = fs::remove_file(&self.place);
    }
}

/// Other users of the machine, as whom tasks may run, have no business in it.
#[cfg(unix)]
fn keep_to_ourselves(root: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(root, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn keep_to_ourselves(_root: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(target_os = "linux")]
fn open_beneath(root: &Path, path: &StoredPath) -> io::Result<File> {
    super::beneath::open(root, path.whole())
}

#[cfg(not(target_os = "linux"))]
fn open_beneath(root: &Path, path: &StoredPath) -> io::Result<File> {
    let place = root.join(path.whole());
    if fs::canonicalize(&place)? == place { File::open(place) } else { Err(led_away(&place)) }
}

fn led_away(place: &Path) -> io::Error {
    io::Error::new(
        io::ErrorKind::PermissionDenied,
        format!(
            "a link leads away from {}; nothing but files and folders belongs into the storage",
            place.display()
        ),
    )
}

/// What is there, and nothing if it is not.
fn present<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A file in the place of a folder is as good as none.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

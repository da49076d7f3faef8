//! Files that have to be there after a power cut, and what is in them.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use kapelle_store::StoreError;
use kapelle_store::error::Result;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// Bytes that are copied at once.
const CHUNK: usize = 1 << 20;

/// What is in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

/// What went wrong with a file, for a person.
pub(super) fn failed(path: &Path, error: &io::Error) -> StoreError {
    let why = format!("`{}`: {error}", path.display());
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full(why),
        _ => StoreError::Unavailable(why),
    }
}

pub(super) trait At<T> {
    /// Says which file an error is about.
    fn at(self, path: &Path) -> Result<T>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, path: &Path) -> Result<T> {
        self.map_err(|error| failed(path, &error))
    }
}

/// Makes a folder that nobody else may look into.
pub(super) fn make_folder(path: &Path) -> Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).at(path)
}

/// Refuses a folder that has anything in it.
pub(super) fn refuse_filled(path: &Path) -> Result<()> {
    let mut entries = match fs::read_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.at(path)?,
    };
    if entries.next().is_none() {
        return Ok(());
    }
    Err(StoreError::Invalid(format!(
        "the folder `{}` is not empty, and nothing is written over: take another one, or move away what is in it",
        path.display()
    )))
}

pub(super) fn content(path: &Path) -> Result<Content> {
    pour(&mut File::open(path).at(path)?, &mut io::sink()).at(path)
}

/// Copies a file, safe from a power cut but for its name. What was copied.
pub(super) fn copy(from: &Path, to: &Path) -> Result<Content> {
    let mut source = File::open(from).at(from)?;
    let options = File::options().write(true).create_new(true).mode(0o600).clone();
    let mut target = options.open(to).at(to)?;
    let content = pour(&mut source, &mut target).at(to)?;
    target.sync_all().at(to)?;
    Ok(content)
}

fn pour(from: &mut impl Read, to: &mut impl Write) -> io::Result<Content> {
    let mut digest = Sha256::new();
    let mut buffer = vec![0; CHUNK];
    let mut bytes = 0;
    loop {
        let length = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        digest.update(&buffer[..length]);
        to.write_all(&buffer[..length])?;
        bytes += length as u64;
    }
    let sha256 = digest.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    });
    Ok(Content { bytes, sha256 })
}

/// All files below a folder, relative to it, in their order.
pub(super) fn below(root: &Path) -> Result<Vec<PathBuf>> {
    let (mut files, mut folders) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(folder) = folders.pop() {
        let path = root.join(&folder);
        let entries = match fs::read_dir(&path) {
            // It went meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries.at(&path)?,
        };
        for entry in entries {
            let entry = entry.at(&path)?;
            let name = folder.join(entry.file_name());
            if entry.file_type().at(&path)?.is_dir() {
                folders.push(name);
            } else {
                files.push(name);
            }
        }
    }
    files.sort_unstable();
    Ok(files)
}

/// Makes the content of a file safe from a power cut, and private.
pub(super) fn sync_file(path: &Path) -> Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).at(path)?;
    sync(path)
}

/// Makes the names in all folders below one safe from a power cut.
pub(super) fn sync_folders(root: &Path) -> Result<()> {
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        sync(&folder)?;
        for entry in fs::read_dir(&folder).at(&folder)? {
            let entry = entry.at(&folder)?;
            if entry.file_type().at(&folder)?.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    Ok(())
}

/// Makes the name of a file or folder safe from a power cut.
pub(super) fn sync_above(path: &Path) -> Result<()> {
    match path.parent() {
        Some(above) if above.as_os_str().is_empty() => sync(Path::new(".")),
        Some(above) => sync(above),
        None => Ok(()),
    }
}

fn sync(path: &Path) -> Result<()> {
    File::open(path).and_then(|file| file.sync_all()).at(path)
}

//! Values that are too large for a row.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::SystemTime;
use std::{fs, io};

use kapelle_model::ExecutionId;
use sha2::{Digest, Sha256};

/// Where large values are: local files here, another place elsewhere. They belong to an execution, and go with it.
pub trait Blobs: Send + Sync {
    /// Keeps bytes, safe from a power cut when it returns. The same bytes of the same execution have the same name.
    fn put(&self, of: ExecutionId, bytes: &[u8]) -> io::Result<String>;

    fn get(&self, of: ExecutionId, name: &str) -> io::Result<Vec<u8>>;

    /// Throws away all of an execution. There may be none.
    fn remove_all(&self, of: ExecutionId) -> io::Result<()>;

    /// The executions that have any, for who looks for those that nobody has any more.
    fn owners(&self) -> io::Result<Vec<ExecutionId>>;
}

/// Blobs as files: a folder for each execution, in folders by the beginning of its id.
#[derive(Debug)]
pub struct LocalBlobs {
    root: PathBuf,
    /// Bytes that came, less those that went, since it was opened.
    growth: AtomicI64,
}

/// What the blobs of an execution take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    pub bytes: u64,
    pub files: u64,
    /// When the last of them was written.
    pub newest: Option<SystemTime>,
}

impl LocalBlobs {
    pub fn open(root: impl Into<PathBuf>) -> io::Result<Self> {
        let root = root.into();
        fs::create_dir_all(&root)?;
        Ok(Self { root, growth: AtomicI64::new(0) })
    }

    /// By how many bytes they became more since they were opened; less than nothing if they became fewer.
    pub fn growth(&self) -> i64 {
        self.growth.load(Ordering::Relaxed)
    }

    /// What the blobs of an execution take; nothing if there are none.
    pub fn extent(&self, of: ExecutionId) -> io::Result<Extent> {
        let mut extent = Extent::default();
        let files = match fs::read_dir(self.folder(of)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(extent),
            files => files?,
        };
        for file in files {
            let data = file?.metadata()?;
            extent.bytes += data.len();
            extent.files += 1;
            extent.newest = extent.newest.max(data.modified().ok());
        }
        Ok(extent)
    }

    fn folder(&self, of: ExecutionId) -> PathBuf {
        let id = of.to_string();
        // The middle characters are those that change from hour to hour.
        self.root.join(&id[..6]).join(id)
    }
}

impl Blobs for LocalBlobs {
    fn put(&self, of: ExecutionId, bytes: &[u8]) -> io::Result<String> {
        let name = name_of(bytes);
        let folder = self.folder(of);
        let path = folder.join(&name);
        if path.exists() {
            return Ok(name);
        }
        make_folder(&self.root, &folder)?;
        let unfinished = folder.join(format!("{name}.part"));
        let mut file = fs::File::create(&unfinished)?;
        io::Write::write_all(&mut file, bytes)?;
        file.sync_data()?;
        fs::rename(&unfinished, &path)?;
        self.growth.fetch_add(bytes.len() as i64, Ordering::Relaxed);
        sync_folder(&folder)?;
        Ok(name)
    }

    fn get(&self, of: ExecutionId, name: &str) -> io::Result<Vec<u8>> {
        if !is_name(name) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("`{name}` is not the name of a value"),
            ));
        }
        let bytes = fs::read(self.folder(of).join(name))?;
        if name_of(&bytes) == name {
            Ok(bytes)
        } else {
            Err(io::Error::new(io::ErrorKind::InvalidData, "its bytes are not those that were written"))
        }
    }

    fn remove_all(&self, of: ExecutionId) -> io::Result<()> {
        let bytes = self.extent(of).map_or(0, |extent| extent.bytes);
        match fs::remove_dir_all(self.folder(of)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
            Ok(()) => {
                self.growth.fetch_sub(bytes.cast_signed(), Ordering::Relaxed);
                Ok(())
            }
        }
    }

    fn owners(&self) -> io::Result<Vec<ExecutionId>> {
        let mut owners = Vec::new();
        for group in fs::read_dir(&self.root)? {
            for folder in fs::read_dir(group?.path())? {
                owners.extend(folder?.file_name().to_str().and_then(ExecutionId::parse));
            }
        }
        owners.sort_unstable();
        Ok(owners)
    }
}

/// The name of bytes: what they are, not when they came.
fn name_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(16).fold(String::with_capacity(32), |mut name, byte| {
        let _infallible = write!(name, "{byte:02x}");
        name
    })
}

fn is_name(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Makes a folder, and everything above it up to the root, so that they are there after a power cut.
fn make_folder(root: &Path, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut above = folder.parent();
    while let Some(folder) = above.filter(|folder| folder.starts_with(root)) {
        sync_folder(folder)?;
        above = folder.parent();
    }
    Ok(())
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

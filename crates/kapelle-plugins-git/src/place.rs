//! The folder of a task for what nobody else may see: keys, configuration, repositories that are read. It goes away with
//! the task.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use kapelle_model::Failure;
use kapelle_plugin::RunContext;

/// Names of such folders begin so; what is in them is never committed.
pub(crate) const PREFIX: &str = ".kapelle-";

pub(crate) struct Place {
    folder: PathBuf,
    count: AtomicU32,
}

impl Place {
    /// A new one in the directory of the attempt. What an earlier attempt left is taken away.
    pub(crate) fn new(cx: &RunContext) -> Result<Self, Failure> {
        let folder = cx.host.directory()?.join(format!("{PREFIX}git-{}", cx.place.run_id));
        let told = |error: std::io::Error| {
            Failure::new(format!("the folder `{}` cannot be made: {error}", folder.display()))
        };
        if fs::symlink_metadata(&folder).is_ok() {
            fs::remove_dir_all(&folder).map_err(told)?;
        }
        DirBuilder::new().mode(0o700).create(&folder).map_err(told)?;
        Ok(Self { folder, count: AtomicU32::new(0) })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Where something new can be put.
    pub(crate) fn fresh(&self) -> PathBuf {
        self.folder.join(format!("new-{}", self.count.fetch_add(1, Ordering::Relaxed)))
    }

    /// Writes a file that only we can read, or also start.
    pub(crate) fn write(&self, name: &str, content: &[u8], mode: u32) -> Result<PathBuf, Failure> {
        let path = self.join(name);
        let file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&path);
        file.and_then(|mut file| file.write_all(content)).map_err(|error| {
            Failure::new(format!("the file `{}` cannot be written: {error}", path.display()))
        })?;
        Ok(path)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What cannot be taken away goes with the directory of the attempt.
        let _left_behind = fs::remove_dir_all(&self.folder);
    }
}

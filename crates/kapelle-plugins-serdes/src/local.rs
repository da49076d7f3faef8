//! A copy of a file on this machine, for formats that are read from their end.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use kapelle_model::{Failure, Text};
use kapelle_plugin::files::{copy, open};
use kapelle_plugin::{Broken, RunContext};

/// The copy goes away with this.
pub(crate) struct Local {
    file: File,
    place: PathBuf,
    pub(crate) bytes: u64,
}

impl Local {
    /// An empty file.
    pub(crate) fn empty(cx: &RunContext) -> Result<Self, Broken> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!(".local-{}-{}-{number}", cx.place.run_id, cx.place.attempt);
        let place = cx.host.directory()?.join(name);
        let file = File::options().read(true).write(true).create(true).truncate(true).open(&place);
        let file =
            file.map_err(|error| Failure::new(format!("a temporary file cannot be written: {error}")))?;
        Ok(Self { file, place, bytes: 0 })
    }

    /// A copy of what is read.
    pub(crate) fn of(cx: &RunContext, from: &mut dyn Read) -> Result<Self, Broken> {
        let mut local = Self::empty(cx)?;
        local.bytes = copy(cx, from, &mut local.file)?;
        local.file.seek(SeekFrom::Start(0))?;
        Ok(local)
    }

    /// A copy of the file of an address that a flow gave.
    pub(crate) fn open(cx: &RunContext, address: &Text) -> Result<Self, Broken> {
        Self::of(cx, &mut open(cx, address)?)
    }

    /// The file from its beginning.
    pub(crate) fn file(&self) -> std::io::Result<File> {
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(0))?;
        Ok(file)
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        // The directory is thrown away anyway.
        let _left_behind = fs::remove_file(&self.place);
    }
}

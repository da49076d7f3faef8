//! A file of the attempt's directory that holds what has no room in memory for a while.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::PathBuf;

use kapelle_plugin::{Broken, RunContext};

use kapelle_plugin::files::copy;

/// Bytes that are held in memory before they go to the disk.
pub(super) const HELD_BYTES_MAX: usize = 8 << 20;

/// Parts that are read back in any order. The file goes away with it.
#[derive(Default)]
pub(super) struct Spool {
    file: Option<(File, PathBuf)>,
    end: u64,
}

impl Spool {
    /// Adds a part. Where it lies.
    pub(super) fn append(&mut self, cx: &RunContext, part: &[u8]) -> Result<Range<u64>, Broken> {
        if self.file.is_none() {
            let name = format!(".spool-{}-{}", cx.place.run_id, cx.place.attempt);
            let place = cx.host.directory()?.join(name);
            let file = File::options().read(true).write(true).create(true).truncate(true).open(&place)?;
            self.file = Some((file, place));
        }
        if let Some((file, _)) = &mut self.file {
            file.seek(SeekFrom::Start(self.end))?;
            file.write_all(part)?;
        }
        let start = self.end;
        self.end += part.len() as u64;
        Ok(start..self.end)
    }

    /// Copies a part.
    pub(super) fn copy(
        &mut self,
        cx: &RunContext,
        part: &Range<u64>,
        to: &mut dyn Write,
    ) -> Result<(), Broken> {
        if let Some((file, _)) = &mut self.file {
            file.seek(SeekFrom::Start(part.start))?;
            copy(cx, &mut file.take(part.end - part.start), to)?;
        }
        Ok(())
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        if let Some((_, place)) = self.file.take() {
            // The directory is thrown away anyway.
            let _left_behind = fs::remove_file(place);
        }
    }
}

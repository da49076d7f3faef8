//! Room that is set aside on the disk: where nothing is left, a store can still be opened, and what is old be deleted.

use std::fs::{self, File};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FallocateFlags, fallocate};

use super::space::free;

/// As much as opening and deleting need, and a little more.
const BYTES: u64 = 8 << 20;

/// With less than this on the disk it is given back.
const LOW: u64 = 2 << 20;

/// A file that only takes room.
pub(crate) struct Spare {
    file: PathBuf,
}

impl Spare {
    pub(crate) fn of(root: &Path) -> Self {
        Self { file: root.join("spare") }
    }

    /// Sets room aside while there is plenty of it. Where that cannot be done, all goes on without.
    pub(crate) fn keep(&self) {
        if self.file.exists() || self.free().is_none_or(|free| free < 2 * BYTES) {
            return;
        }
        let file = File::options().create_new(true).write(true).mode(0o600).open(&self.file);
        let is_kept = file.is_ok_and(|file| fallocate(&file, FallocateFlags::empty(), 0, BYTES).is_ok());
        if !is_kept {
            let _was_never_there = fs::remove_file(&self.file);
        }
    }

    /// Gives it back if the disk is full.
    pub(crate) fn give_back_if_full(&self) {
        if self.free().is_some_and(|free| free < LOW) {
            let _was_given_back_before = fs::remove_file(&self.file);
        }
    }

    fn free(&self) -> Option<u64> {
        free(self.file.parent()?)
    }
}

//! Notices a database that went back in time: somebody put an older copy in its place.
//!
//! A small file beside the database has the epoch and the number of the last commit. It is written after each commit and
//! never synced, so it may fall behind when the power fails, but it is never ahead of what is safe. Whoever restores the
//! whole folder restores it as well: that is noticed only by those elsewhere who remember the number.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use kapelle_store::error::Result;
use kapelle_store::{CommitNumber, Epoch, StoreError};

/// A database that has fewer commits than it had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rewind {
    /// The last commit before.
    pub remembered: CommitNumber,
    /// The last commit that is there.
    pub found: CommitNumber,
}

/// The file that remembers.
pub(crate) struct Memory(File);

/// What it remembers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Remembered {
    pub epoch: Epoch,
    pub last: CommitNumber,
}

impl Memory {
    /// Opens the file, and tells what is in it. What cannot be read was not written to the end: nothing is remembered.
    pub(crate) fn open(path: &Path) -> Result<(Self, Remembered)> {
        let opened = || -> io::Result<(File, Vec<u8>)> {
            let mut options = File::options();
            options.create(true).truncate(false).read(true).write(true).mode(0o600);
            let (mut file, mut bytes) = (options.open(path)?, Vec::new());
            file.read_to_end(&mut bytes)?;
            Ok((file, bytes))
        };
        let (file, bytes) = opened().map_err(|error| {
            StoreError::Unavailable(format!("the file `{}` cannot be used: {error}", path.display()))
        })?;
        Ok((Self(file), Remembered::read(&bytes).unwrap_or_default()))
    }

    /// Remembers something newer.
    pub(crate) fn note(&self, epoch: Epoch, last: CommitNumber) {
        // Without it a rewind is noticed less well; nothing else depends on it.
        let _forgotten = self.0.write_all_at(Remembered { epoch, last }.line().as_bytes(), 0);
    }
}

impl Remembered {
    /// Whether a database with this last commit went back.
    pub(crate) fn rewind(self, found: CommitNumber) -> Option<Rewind> {
        (found < self.last).then_some(Rewind { remembered: self.last, found })
    }

    /// Always of the same length, so that a new one covers the old one.
    fn line(self) -> String {
        format!("epoch {:020} commit {:020}\n", self.epoch.0, self.last.0)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let line = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
        let (epoch, last) = line.strip_prefix("epoch ")?.split_once(" commit ")?;
        Some(Self { epoch: Epoch(epoch.parse().ok()?), last: CommitNumber(last.parse().ok()?) })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use kapelle_store::contract::data::World;
    use kapelle_store::{Store, Transaction};

    use super::*;
    use crate::tests::{open, scratch};

    /// The number of the last commit and the epoch, after five more commits.
    fn work(root: &Path, world: &mut World) -> (u64, Epoch) {
        let store = open(root);
        for _ in 0..5 {
            (&store as &dyn Store).commit(Transaction::of([world.birth().into()])).unwrap();
        }
        (store.last_commit().0, store.epoch())
    }

    #[test]
    fn an_older_copy_in_place_of_the_database_is_noticed_once_and_ends_all_epochs() {
        let (root, mut world) = (scratch("rewind"), World::new(90));
        work(&root, &mut world);
        let copy = fs::read(root.join("kapelle.db")).unwrap();
        work(&root, &mut world);
        let (last, epoch) = work(&root, &mut world);
        assert_eq!(open(&root).rewind(), None);
        fs::write(root.join("kapelle.db"), copy).unwrap();

        let store = open(&root);
        let (remembered, found) = (CommitNumber(last), CommitNumber(5));
        assert_eq!(store.rewind(), Some(Rewind { remembered, found }));
        assert!(store.epoch() > epoch, "{:?} {epoch:?}", store.epoch());
        drop(store);
        assert_eq!(work(&root, &mut world).0, 10);
        assert_eq!(open(&root).rewind(), None);
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn what_was_noted_last_is_remembered() {
        let path = scratch("memory");
        let (memory, remembered) = Memory::open(&path).unwrap();
        assert_eq!(remembered, Remembered::default());
        for number in [1, 12_345, u64::MAX] {
            let now = Remembered { epoch: Epoch(number / 2), last: CommitNumber(number) };
            memory.note(now.epoch, now.last);
            assert_eq!(Memory::open(&path).unwrap().1, now);
        }
        for broken in ["", "epoch", "epoch 1 commit 2", "epoch x commit 2\n", "\0\0\0\0"] {
            fs::write(&path, broken).unwrap();
            assert_eq!(Memory::open(&path).unwrap().1, Remembered::default(), "{broken:?}");
        }
        fs::remove_file(&path).unwrap();
    }
}

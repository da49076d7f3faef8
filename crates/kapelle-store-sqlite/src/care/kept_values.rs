//! Large values as files, of which none goes while somebody copies them.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use kapelle_model::ExecutionId;
use kapelle_store::blobs::{Blobs, Extent, LocalBlobs};

/// The values of all executions. A removal waits until nobody holds them: rows that were copied before it name what is
/// to be removed.
pub(crate) struct KeptValues {
    files: LocalBlobs,
    held: Mutex<Held>,
    /// What was there when they were opened, once somebody looked.
    before: AtomicI64,
}

#[derive(Default)]
struct Held {
    holders: usize,
    removals: Vec<ExecutionId>,
}

/// As long as it is there, no value goes.
pub(crate) struct Hold<'v>(&'v KeptValues);

impl KeptValues {
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        Ok(Self { files: LocalBlobs::open(folder)?, held: Mutex::default(), before: AtomicI64::new(0) })
    }

    /// If the process ends meanwhile, what was to be removed is found by a check, as values without an execution.
    pub(crate) fn hold(&self) -> Hold<'_> {
        self.lock().holders += 1;
        Hold(self)
    }

    pub(crate) fn extent(&self, of: ExecutionId) -> io::Result<Extent> {
        self.files.extent(of)
    }

    /// Looks at all of them once. What comes and goes meanwhile may be counted wrong.
    pub(crate) fn measure(&self) -> io::Result<Extent> {
        let growth = self.files.growth();
        let mut all = Extent::default();
        for owner in self.files.owners()? {
            let extent = self.files.extent(owner)?;
            all.bytes += extent.bytes;
            all.files += extent.files;
            all.newest = all.newest.max(extent.newest);
        }
        self.before.store(all.bytes.cast_signed() - growth, Ordering::Relaxed);
        Ok(all)
    }

    /// What they take by now, as far as somebody has looked.
    pub(crate) fn bytes(&self) -> u64 {
        let bytes = self.before.load(Ordering::Relaxed) + self.files.growth();
        bytes.max(0).cast_unsigned()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Blobs for KeptValues {
    fn put(&self, of: ExecutionId, bytes: &[u8]) -> io::Result<String> {
        // It is born again: what it has now stays, together with what it had before.
        self.lock().removals.retain(|removed| *removed != of);
        self.files.put(of, bytes)
    }

    fn get(&self, of: ExecutionId, name: &str) -> io::Result<Vec<u8>> {
        self.files.get(of, name)
    }

    fn remove_all(&self, of: ExecutionId) -> io::Result<()> {
        let mut held = self.lock();
        if held.holders > 0 {
            held.removals.push(of);
            return Ok(());
        }
        drop(held);
        self.files.remove_all(of)
    }

    fn owners(&self) -> io::Result<Vec<ExecutionId>> {
        self.files.owners()
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        let mut held = self.0.lock();
        held.holders -= 1;
        if held.holders > 0 {
            return;
        }
        let removals = std::mem::take(&mut held.removals);
        drop(held);
        for of in removals {
            // The rows that named them are gone; what stays is found by a check.
            let _found_later = self.0.files.remove_all(of);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: ExecutionId = ExecutionId(7 << 64);

    fn opened(name: &str) -> (std::path::PathBuf, KeptValues) {
        let folder = crate::tests::scratch(name);
        let values = KeptValues::open(&folder).unwrap();
        (folder, values)
    }

    #[test]
    fn a_removal_waits_for_the_last_who_holds_them() {
        let (folder, values) = opened("holds");
        let name = values.put(ID, b"abc").unwrap();
        let (one, two) = (values.hold(), values.hold());
        values.remove_all(ID).unwrap();
        drop(one);
        assert!(values.get(ID, &name).is_ok());
        drop(two);
        assert!(values.get(ID, &name).is_err());
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_comes_again_meanwhile_stays() {
        let (folder, values) = opened("again");
        let hold = values.hold();
        values.put(ID, b"abc").unwrap();
        values.remove_all(ID).unwrap();
        let name = values.put(ID, b"def").unwrap();
        drop(hold);
        assert!(values.get(ID, &name).is_ok());
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn bytes_are_those_that_are_there() {
        let (folder, values) = opened("bytes");
        values.put(ID, &[1; 1_000]).unwrap();
        values.put(ID, &[1; 1_000]).unwrap();
        values.put(ID, &[2; 500]).unwrap();
        assert_eq!(values.bytes(), 1_500);
        let again = KeptValues::open(&folder).unwrap();
        assert_eq!((again.bytes(), again.measure().unwrap().bytes, again.bytes()), (0, 1_500, 1_500));
        again.remove_all(ID).unwrap();
        assert_eq!(again.bytes(), 0);
        std::fs::remove_dir_all(folder).unwrap();
    }
}

//! Finishing many files.

use std::panic::resume_unwind;
use std::thread;

use kapelle_model::Failure;
use kapelle_plugin::NewFile;

/// Files that become safe together. The disk takes hardly longer for several than for one.
const TOGETHER: usize = 16;

/// Files that are written, and the addresses of those that are finished, in the same order.
#[derive(Default)]
pub(super) struct Finishing {
    written: Vec<Box<dyn NewFile>>,
    uris: Vec<String>,
}

impl Finishing {
    pub(super) fn add(&mut self, file: Box<dyn NewFile>) -> Result<(), Failure> {
        self.written.push(file);
        if self.written.len() < TOGETHER { Ok(()) } else { self.finish() }
    }

    /// The addresses of all.
    pub(super) fn end(mut self) -> Result<Vec<String>, Failure> {
        self.finish()?;
        Ok(self.uris)
    }

    fn finish(&mut self) -> Result<(), Failure> {
        let finished: Vec<_> = thread::scope(|scope| {
            let running: Vec<_> =
                self.written.drain(..).map(|file| scope.spawn(move || file.finish())).collect();
            running.into_iter().map(|one| one.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
        });
        for uri in finished {
            self.uris.push(uri?);
        }
        Ok(())
    }
}

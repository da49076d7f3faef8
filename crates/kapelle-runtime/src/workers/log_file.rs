//! The lines of an attempt as a file of the internal storage, for tasks with `logToFile: true`.

use std::io::{self, BufWriter, Write};
use std::sync::{Mutex, PoisonError};

use kapelle_model::effect::Level;
use kapelle_model::{Failure, Millis};
use kapelle_plugin::{Files, Name, NewFile};

use crate::clock::timestamp;
use crate::storage::log_name;

/// A file that takes lines until it is finished.
pub(super) struct LogFile(Mutex<Option<BufWriter<Box<dyn NewFile>>>>);

impl LogFile {
    pub(super) fn create(files: &dyn Files, attempt: u32) -> Result<Self, Failure> {
        let file = files.create(Name::Exactly(&log_name(attempt)))?;
        Ok(Self(Mutex::new(Some(BufWriter::new(file)))))
    }

    /// Whether the line is in the file. It is not if the file is finished, or cannot be written any more.
    pub(super) fn write(&self, at: Millis, level: Level, message: &str) -> bool {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let line = |file: &mut BufWriter<Box<dyn NewFile>>| -> io::Result<()> {
            writeln!(file, "{} {:5} {message}", timestamp(at), level.name())
        };
        file.as_mut().is_some_and(|file| line(file).is_ok())
    }

    /// Keeps what was written, safe from a power cut.
    pub(super) fn finish(&self) -> Result<(), Failure> {
        let file = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(file) = file else { return Ok(()) };
        let file = file.into_inner().map_err(|error| Failure::new(error.error().to_string()))?;
        file.finish().map(drop)
    }
}

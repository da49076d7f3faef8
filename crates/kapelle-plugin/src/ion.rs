//! Files of rows in Ion, which tasks hand to each other: one value after the other, as text or in its binary form.
//!
//! Rows are read and written one at a time, so that a file may be of any size.

mod feed;
mod parts;
mod rows;
#[cfg(test)]
mod tests;

use std::io::{BufWriter, Write};

use kapelle_core::expression::plain::{self, BinaryIonWriter};
use kapelle_model::{Failure, Value};

pub use feed::{Feed, rows_of};
pub use rows::Rows;

use crate::{Broken, Name, NewFile, RunContext};

/// Bytes that one row may have: rows are the only things that have to fit into memory.
pub const ROW_BYTES_MAX: usize = 64 << 20;

/// Bytes that are written at once.
const PART_BYTES: usize = 64 << 10;

fn too_large() -> Failure {
    Failure::new(format!("a row has more than {} MB", ROW_BYTES_MAX >> 20))
}

/// A value as one line, with its end.
pub fn line(value: &Value) -> Result<Vec<u8>, Failure> {
    let text = plain::to_ion(value, ROW_BYTES_MAX);
    let text = text.map_err(|_| too_large())?;
    let mut line = text.expose().as_bytes().to_vec();
    line.push(b'\n');
    Ok(line)
}

/// How rows are written.
enum Form {
    Text,
    Binary(Box<BinaryIonWriter>),
}

/// A file of rows that is written. Dropped before it is finished, it never was.
pub struct RowFile<'c> {
    cx: &'c RunContext,
    file: BufWriter<Box<dyn NewFile>>,
    form: Form,
    count: u64,
}

impl<'c> RowFile<'c> {
    /// Begins a new file of the attempt.
    pub fn create(cx: &'c RunContext) -> Result<Self, Failure> {
        Self::of(cx, Form::Text)
    }

    /// Begins a new file whose rows are binary.
    pub fn create_binary(cx: &'c RunContext) -> Result<Self, Failure> {
        Self::of(cx, Form::Binary(Box::default()))
    }

    fn of(cx: &'c RunContext, form: Form) -> Result<Self, Failure> {
        let file = cx.host.files().create(Name::Ending(".ion"))?;
        Ok(Self { cx, file: BufWriter::with_capacity(PART_BYTES, file), form, count: 0 })
    }

    /// Adds a row. Ends early when the attempt has to.
    pub fn add(&mut self, row: &Value) -> Result<(), Broken> {
        self.cx.go_on()?;
        let bytes = match &mut self.form {
            Form::Text => line(row)?,
            Form::Binary(ion) => ion.write(row, ROW_BYTES_MAX).map_err(|_| too_large())?,
        };
        self.file.write_all(&bytes)?;
        self.count += 1;
        Ok(())
    }

    /// How many rows there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Keeps the file. Its address.
    pub fn finish(self) -> Result<String, Broken> {
        finish(self.file)
    }
}

/// Keeps a file that was written through a buffer. Its address.
pub fn finish(file: BufWriter<Box<dyn NewFile>>) -> Result<String, Broken> {
    let file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    Ok(file.finish()?)
}

//! Reading rows.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};

use kapelle_core::expression::plain::{self, BinaryIon};
use kapelle_model::{Failure, Text, Value};

use super::parts::Scan;
use super::{PART_BYTES, ROW_BYTES_MAX};
use crate::files::open;
use crate::{Broken, RunContext};

/// The rows of a file, one after the other.
pub struct Rows<'c> {
    cx: &'c RunContext,
    content: BufReader<Box<dyn Read + Send>>,
    form: Form,
    waiting: VecDeque<Value>,
    given: u64,
}

enum Form {
    /// The number of the next line.
    Text(usize),
    Binary(BinaryIon),
}

impl<'c> Rows<'c> {
    /// Opens the file of an address that a flow gave.
    pub fn open(cx: &'c RunContext, from: &Text) -> Result<Self, Broken> {
        let mut content = BufReader::with_capacity(PART_BYTES, open(cx, from)?);
        let is_binary = content.fill_buf()?.starts_with(&BinaryIon::MARK);
        let form = if is_binary { Form::Binary(BinaryIon::default()) } else { Form::Text(1) };
        Ok(Self { cx, content, form, waiting: VecDeque::new(), given: 0 })
    }

    /// The number of the row that was given last, from 1.
    pub fn number(&self) -> u64 {
        self.given
    }

    /// The next row. Ends early when the attempt has to.
    #[expect(clippy::should_implement_trait, reason = "an iterator gives no row and then a failure")]
    pub fn next(&mut self) -> Result<Option<Value>, Broken> {
        loop {
            if let Some(row) = self.waiting.pop_front() {
                self.given += 1;
                return Ok(Some(row));
            }
            self.cx.go_on()?;
            let read = match self.form {
                Form::Text(line) => self.text(line)?,
                Form::Binary(_) => self.binary()?,
            };
            match read {
                Some(values) => self.waiting.extend(values),
                None => return Ok(None),
            }
        }
    }

    /// The values of the next lines that are whole.
    fn text(&mut self, first: usize) -> Result<Option<Vec<Value>>, Broken> {
        let mut part = Vec::new();
        let mut scan = Scan::default();
        let mut lines = 0;
        loop {
            let before = part.len();
            let left = (ROW_BYTES_MAX + 1 - before) as u64;
            let count = (&mut self.content).take(left).read_until(b'\n', &mut part)?;
            if part.len() > ROW_BYTES_MAX {
                return Err(too_large(&format!("the row that begins at line {first}")).into());
            }
            if count == 0 && lines == 0 {
                return Ok(None);
            }
            lines += 1;
            if count == 0 || scan.take(&part[before..]) {
                break;
            }
        }
        self.form = Form::Text(first + lines);
        let text = std::str::from_utf8(&part).map_err(|_| {
            Failure::new(format!("the file is no Ion: what is at line {first} is no text in UTF-8"))
        })?;
        let text = if first == 1 { text.trim_start_matches('\u{feff}') } else { text };
        Ok(Some(plain::from_ion(text, first).map_err(Failure::new)?))
    }

    /// The values of the next part of binary data: a mark of the version, or one value.
    fn binary(&mut self) -> Result<Option<Vec<Value>>, Broken> {
        if self.content.fill_buf()?.is_empty() {
            return Ok(None);
        }
        let mut part = vec![self.byte()?];
        let (kind, size) = (part[0] >> 4, usize::from(part[0] & 15));
        let size = match (kind, size) {
            (14, 0) => 3,
            (_, 15) | (1, _) => 0,
            (_, 14) | (13, 1) => self.size(&mut part)?,
            (_, size) => size,
        };
        if size > ROW_BYTES_MAX {
            return Err(too_large(&format!("row {}", self.given + 1)).into());
        }
        let before = part.len();
        (&mut self.content).take(size as u64).read_to_end(&mut part)?;
        if part.len() < before + size {
            return Err(cut().into());
        }
        let Form::Binary(ion) = &mut self.form else { return Ok(None) };
        let values = ion.read(&part);
        Ok(Some(values.map_err(|problem| Failure::new(format!("row {}: {problem}", self.given + 1)))?))
    }

    fn byte(&mut self) -> Result<u8, Broken> {
        let mut byte = [0];
        self.content.read_exact(&mut byte).map_err(|_| cut())?;
        Ok(byte[0])
    }

    /// A number in groups of seven bits, the last one marked.
    fn size(&mut self, part: &mut Vec<u8>) -> Result<usize, Broken> {
        let mut size: usize = 0;
        loop {
            let byte = self.byte()?;
            part.push(byte);
            size = size.saturating_mul(128) | usize::from(byte & 0x7f);
            if byte & 0x80 != 0 || size > ROW_BYTES_MAX {
                return Ok(size);
            }
        }
    }
}

fn too_large(what: &str) -> Failure {
    Failure::new(format!("{what} has more than {} MB", ROW_BYTES_MAX >> 20))
}

fn cut() -> Failure {
    Failure::new("the binary Ion data ends in the middle of a value")
}

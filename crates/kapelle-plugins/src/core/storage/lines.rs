//! The lines of a file, one after the other.

use std::io::{BufRead, BufReader, Read};

use kapelle_model::{Failure, Text};
use kapelle_plugin::{Broken, RunContext};

use kapelle_plugin::files::open;

/// Bytes that one line may have: lines are the only things that have to fit into memory.
const LINE_BYTES_MAX: usize = 64 << 20;

/// What stands between separators; a separator at the end begins nothing.
pub(super) struct Lines<'c> {
    cx: &'c RunContext,
    content: BufReader<Box<dyn Read + Send>>,
    separator: Vec<u8>,
}

impl<'c> Lines<'c> {
    pub(super) fn open(cx: &'c RunContext, uri: &Text, separator: &[u8]) -> Result<Self, Failure> {
        let content = BufReader::with_capacity(64 << 10, open(cx, uri)?);
        Ok(Self { cx, content, separator: separator.to_vec() })
    }

    /// The next line without its separator. Ends early when the attempt has to.
    pub(super) fn next(&mut self) -> Result<Option<Vec<u8>>, Broken> {
        self.cx.go_on()?;
        let mut line = Vec::new();
        loop {
            let left = (LINE_BYTES_MAX + 1 - line.len()) as u64;
            let mut part = (&mut self.content).take(left);
            let count = match self.separator.last() {
                Some(last) => part.read_until(*last, &mut line)?,
                None => part.read_to_end(&mut line)?,
            };
            if line.len() > LINE_BYTES_MAX {
                return Err(Broken::new(format!(
                    "a line has more than {} MB: choose another separator",
                    LINE_BYTES_MAX >> 20
                )));
            }
            if !self.separator.is_empty() && line.ends_with(&self.separator) {
                line.truncate(line.len() - self.separator.len());
                return Ok(Some(line));
            }
            if count == 0 {
                return Ok((!line.is_empty()).then_some(line));
            }
        }
    }
}

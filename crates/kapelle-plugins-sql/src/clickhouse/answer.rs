//! An answer of ClickHouse, line by line.

use std::collections::VecDeque;

use kapelle_http::Response;

use super::words::unreachable;
use crate::values::VALUE_BYTES_MAX;
use crate::wrong::Wrong;

/// The lines of an answer.
pub(super) struct Lines {
    response: Response,
    ready: VecDeque<String>,
    rest: Vec<u8>,
    is_over: bool,
}

impl Lines {
    pub(super) fn of(response: Response) -> Self {
        Self { response, ready: VecDeque::new(), rest: Vec::new(), is_over: false }
    }

    /// The next line that is not empty.
    pub(super) async fn next(&mut self) -> Result<Option<String>, Wrong> {
        loop {
            if let Some(line) = self.ready.pop_front() {
                return Ok(Some(line));
            }
            if self.is_over {
                return Ok(None);
            }
            if let Some(chunk) = self.response.chunk().await.map_err(|error| unreachable(&error))? {
                self.take(&chunk)?;
            } else {
                self.is_over = true;
                let last = std::mem::take(&mut self.rest);
                self.ready.extend(line(&last));
            }
        }
    }

    fn take(&mut self, chunk: &[u8]) -> Result<(), Wrong> {
        let mut parts = chunk.split(|byte| *byte == b'\n');
        let last = parts.next_back().unwrap_or_default();
        for part in parts {
            self.rest.extend_from_slice(part);
            let whole = std::mem::take(&mut self.rest);
            self.ready.extend(line(&whole));
        }
        self.rest.extend_from_slice(last);
        if self.rest.len() > VALUE_BYTES_MAX {
            return Err(Wrong::new(format!("a row has more than {} MB", VALUE_BYTES_MAX >> 20)));
        }
        Ok(())
    }
}

fn line(bytes: &[u8]) -> Option<String> {
    let line = String::from_utf8_lossy(bytes);
    (!line.trim().is_empty()).then(|| line.into_owned())
}

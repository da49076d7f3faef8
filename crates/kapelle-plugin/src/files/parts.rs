//! A file in parts, of which only a few are in memory.

use std::io::Read;

use crate::broken::Broken;
use crate::context::RunContext;

/// A file that is read part by part.
pub struct Parts {
    file: Box<dyn Read + Send>,
    part_bytes: u64,
    /// The byte after the last part: whether there is one is known before the next part is read.
    ahead: Option<u8>,
}

impl Parts {
    pub fn new(file: Box<dyn Read + Send>, part_bytes: u64) -> Self {
        Self { file, part_bytes, ahead: None }
    }

    /// Whether something follows the part that was read last.
    pub const fn has_more(&self) -> bool {
        self.ahead.is_some()
    }

    /// The next part, and whether it is the last one.
    pub async fn next(mut self, cx: &RunContext) -> Result<(Self, Vec<u8>, bool), Broken> {
        cx.blocking(move |cx| {
            let mut part = Vec::from_iter(self.ahead.take());
            let wanted = self.part_bytes - part.len() as u64;
            cx.go_on()?;
            (&mut self.file).take(wanted).read_to_end(&mut part)?;
            let mut next = [0];
            let is_last = (&mut self.file).take(1).read(&mut next)? == 0;
            self.ahead = (!is_last).then_some(next[0]);
            Ok((self, part, is_last))
        })
        .await
    }
}

//! The line between the server and a shepherd: a socket that is the shepherd's standard input.
//!
//! The server says `stop MILLIS`, which is the grace. The shepherd says `applied …`, then `exited N`, or `failed …` instead of both. When either end
//! closes, the other one knows that its partner is gone.

use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::Stdio;
use std::time::Duration;

use kapelle_model::Failure;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::ChildStdout;

/// The server's end.
pub(super) struct Link {
    /// A socket is read like a pipe.
    lines: Lines<BufReader<ChildStdout>>,
    socket: UnixStream,
}

/// The server's voice.
pub(super) struct Commands(UnixStream);

impl Link {
    /// A line, and what the shepherd gets as its standard input.
    pub(super) fn new() -> io::Result<(Self, Stdio)> {
        let (ours, theirs) = UnixStream::pair()?;
        let reading = std::process::ChildStdout::from(OwnedFd::from(ours.try_clone()?));
        let lines = BufReader::new(ChildStdout::from_std(reading)?).lines();
        Ok((Self { lines, socket: ours }, Stdio::from(OwnedFd::from(theirs))))
    }

    pub(super) fn commands(&self) -> io::Result<Commands> {
        self.socket.try_clone().map(Commands)
    }

    /// Waits until the program ended; `None` if the shepherd is gone before. Notes what was applied.
    pub(super) async fn exit(&mut self, sandbox: &mut Vec<String>) -> Result<Option<i32>, Failure> {
        // A line that breaks is a shepherd that is gone.
        while let Ok(Some(line)) = self.lines.next_line().await {
            match line.split_once(' ') {
                Some(("exited", code)) => return Ok(code.parse().ok()),
                Some(("applied", words)) => *sandbox = words.split_whitespace().map(str::to_owned).collect(),
                Some(("failed", reason)) => return Err(Failure::new(reason)),
                _ => {}
            }
        }
        Ok(None)
    }
}

impl Commands {
    /// Tells the shepherd to end everything, with this grace. One that is gone has done so.
    pub(super) fn stop(&self, grace: Duration) -> io::Result<()> {
        match (&self.0).write_all(format!("stop {}\n", grace.as_millis()).as_bytes()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
            _ => Ok(()),
        }
    }
}

//! Programs in a container that runs: files go into it and come out of it through them.

use hyper::Method;
use hyper::body::Bytes;
use serde::Deserialize;
use tokio::sync::mpsc;

use super::socket::{Said, Socket};
use super::{Api, Asked};
use crate::docker::{Pieces, PiecesTo};
use crate::kubernetes::trouble::Trouble;

const IN: u8 = 0;
const OUT: u8 = 1;
const ERROR: u8 = 2;
/// Tells how the program ended.
const STATUS: u8 = 3;

/// Bytes of what a program complains that are kept.
const COMPLAINT_MAX: usize = 2 << 10;

/// Where a program runs.
#[derive(Clone, Copy)]
pub(in crate::kubernetes) struct Inside<'i> {
    /// The path of the pod.
    pub(in crate::kubernetes) pod: &'i str,
    pub(in crate::kubernetes) container: &'i str,
    /// Random bytes.
    pub(in crate::kubernetes) chance: [u8; 20],
}

/// How a program ended.
#[derive(Default, Deserialize)]
struct Status {
    #[serde(default)]
    status: String,
    #[serde(default)]
    message: String,
}

impl Api {
    /// Runs a program that reads the pieces. Each is announced by a line with its size, and 0 is the end: so nothing
    /// depends on whether a cluster can close the standard input.
    pub(in crate::kubernetes) async fn feed(
        &self,
        inside: Inside<'_>,
        command: &[&str],
        mut pieces: Pieces,
    ) -> Result<(), Trouble> {
        let Socket { mut reader, mut writer, connection } = self.run(inside, command, true).await?;
        let (pings, mut pinged) = mpsc::channel::<Vec<u8>>(4);
        let sending = async {
            loop {
                let told = tokio::select! {
                    piece = pieces.recv() => match piece {
                        Some(Ok(bytes)) if bytes.is_empty() => Ok(()),
                        Some(Ok(bytes)) => {
                            match writer.say(IN, format!("{}\n", bytes.len()).as_bytes()).await {
                                Ok(()) => writer.say(IN, &bytes).await,
                                broken => broken,
                            }
                        }
                        // Who gives the pieces tells why there are no more; the program must not end well.
                        Some(Err(error)) => Err(error),
                        None => break writer.say(IN, b"0\n").await,
                    },
                    Some(ping) = pinged.recv() => writer.pong(ping).await,
                };
                if told.is_err() {
                    break told;
                }
            }
        };
        let hearing = async {
            let mut end = Ending::default();
            loop {
                match reader.next().await? {
                    Said::On { channel, content } => end.hear(channel, &content),
                    Said::Ping(content) => {
                        // A ping more or less is none that matters.
                        let _full = pings.try_send(content);
                    }
                    Said::End => return end.told(command),
                }
                if end.is_over() {
                    return end.told(command);
                }
            }
        };
        let mut hearing = std::pin::pin!(hearing);
        // The program may end before it has read everything; what it says then counts.
        let told = tokio::select! {
            told = &mut hearing => told,
            sent = sending => match sent {
                Ok(()) => hearing.await,
                Err(error) => Err(Trouble::broken_off(&error)),
            },
        };
        drop(connection);
        told
    }

    /// Runs a program and gives on what it writes.
    pub(in crate::kubernetes) async fn drain(
        &self,
        inside: Inside<'_>,
        command: &[&str],
        to: &PiecesTo,
    ) -> Result<(), Trouble> {
        let Socket { mut reader, mut writer, connection } = self.run(inside, command, false).await?;
        let mut end = Ending::default();
        while !end.is_over() {
            match reader.next().await? {
                Said::On { channel: OUT, content } => {
                    if !content.is_empty() && to.send(Ok(Bytes::from(content))).await.is_err() {
                        // Nobody wants more of it.
                        writer.end().await;
                        return Ok(());
                    }
                }
                Said::On { channel, content } => end.hear(channel, &content),
                Said::Ping(content) => {
                    writer.pong(content).await.map_err(|error| Trouble::broken_off(&error))?;
                }
                Said::End => break,
            }
        }
        drop(connection);
        end.told(command)
    }

    async fn run(&self, inside: Inside<'_>, command: &[&str], reads: bool) -> Result<Socket, Trouble> {
        let mut asked = Asked::new(Method::GET, &format!("{}/exec", inside.pod))
            .with("container", inside.container)
            .with("stdin", if reads { "true" } else { "false" })
            .with("stdout", "true")
            .with("stderr", "true");
        for word in command {
            asked = asked.with("command", word);
        }
        self.socket(asked, inside.chance).await
    }
}

/// What is heard of the end of a program.
#[derive(Default)]
struct Ending {
    complaint: Vec<u8>,
    status: Vec<u8>,
}

impl Ending {
    fn hear(&mut self, channel: u8, content: &[u8]) {
        match channel {
            STATUS => self.status.extend_from_slice(content),
            ERROR => {
                let room = COMPLAINT_MAX.saturating_sub(self.complaint.len()).min(content.len());
                self.complaint.extend_from_slice(&content[..room]);
            }
            _ => {}
        }
    }

    fn is_over(&self) -> bool {
        serde_json::from_slice::<Status>(&self.status).is_ok()
    }

    fn told(self, command: &[&str]) -> Result<(), Trouble> {
        let status: Status = serde_json::from_slice(&self.status).unwrap_or_default();
        if status.status == "Success" {
            return Ok(());
        }
        let program = command.first().unwrap_or(&"");
        let why = if status.message.is_empty() { "the connection ended" } else { &status.message };
        let complaint = String::from_utf8_lossy(&self.complaint).trim().to_owned();
        let complaint = if complaint.is_empty() { complaint } else { format!(": {complaint}") };
        Err(Trouble::Away(format!("`{program}` in the container failed ({why}){complaint}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_program_is_told_with_its_complaint() {
        let mut end = Ending::default();
        end.hear(ERROR, b"tar: no space\n");
        assert!(!end.is_over());
        end.hear(STATUS, b"{\"status\":\"Failure\",\"message\":\"command terminated");
        end.hear(STATUS, b" with exit code 1\"}");
        assert!(end.is_over());
        let told = end.told(&["tar", "-x"]).unwrap_err().words();
        assert_eq!(
            told,
            "`tar` in the container failed (command terminated with exit code 1): tar: no space"
        );
        let mut end = Ending::default();
        end.hear(STATUS, b"{\"status\":\"Success\"}");
        assert_eq!(end.told(&["tar"]), Ok(()));
        assert!(Ending::default().told(&["tar"]).unwrap_err().words().contains("the connection ended"));
    }
}

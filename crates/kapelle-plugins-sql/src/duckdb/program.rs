//! The program of DuckDB while it runs: it gets a line, and answers up to a mark on each of its streams.

use std::io;
use std::path::Path;
use std::process::Stdio;

use kapelle_plugin::program::{Group, PATH};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

use super::answer::is_whole;
use super::settings::PROGRAM;
use crate::values::VALUE_BYTES_MAX;
use crate::wrong::Wrong;

/// Bytes of a row.
const ROW_BYTES_MAX: u64 = VALUE_BYTES_MAX as u64;

/// Bytes of what the program says beside its rows that are kept.
const WORDS_BYTES_MAX: usize = 64 << 10;

/// What is started.
pub(super) struct Call<'c> {
    pub(super) program: &'c str,
    pub(super) arguments: &'c [&'c str],
    pub(super) directory: &'c Path,
    pub(super) environment: &'c [(&'c str, &'c str)],
    /// What no row and no word begins with.
    pub(super) mark: String,
}

pub(super) struct Program {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    words: BufReader<ChildStderr>,
    mark: String,
}

/// Gets the lines of an answer.
pub(super) trait Listener: Send {
    /// Whether a line is only a part of what belongs together.
    fn is_whole(&self, part: &[u8]) -> bool {
        is_whole(part)
    }

    fn line(&mut self, line: &[u8]) -> impl Future<Output = Result<(), Wrong>> + Send;
}

impl Program {
    pub(super) fn start(call: Call<'_>) -> Result<(Self, Group), Wrong> {
        let mut command = Command::new(call.program);
        command
            .args(call.arguments)
            .current_dir(call.directory)
            .env_clear()
            .env("PATH", PATH)
            .env("LANG", "C.UTF-8")
            .envs(call.environment.iter().copied())
            .process_group(0)
            .kill_on_drop(true)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| unstarted(&call, &error))?;
        let group = Group::of(&child);
        let streams = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(input), Some(output), Some(words)) = streams else {
            return Err(Wrong::lost("the program has no streams"));
        };
        let (output, words) = (BufReader::new(output), BufReader::new(words));
        Ok((Self { child, input, output, words, mark: call.mark }, group))
    }

    /// Hands over a line, and gives what comes of it to the listener. What the program said beside that.
    pub(super) async fn ask(&mut self, line: &str, listener: &mut impl Listener) -> Result<String, Wrong> {
        let Self { child, input, output, words, mark } = self;
        let text = format!("{line}\n.print {mark}\n.once /dev/stderr\n.print {mark}\n");
        let write = async {
            // A program that is gone says why in its words.
            let _unread = input.write_all(text.as_bytes()).await;
            let _unread = input.flush().await;
            Ok(())
        };
        let listen = listen(output, mark, listener);
        let hear = async { hear(words, Some(mark)).await.map_err(|error| lost(&error)) };
        let ((), has_answered, (said, has_said)) = tokio::try_join!(write, listen, hear)?;
        if has_answered && has_said {
            return Ok(said);
        }
        let status = child.wait().await.map_err(|error| lost(&error))?;
        let said = said.trim();
        Err(Wrong::lost(if said.is_empty() {
            format!("the program ended by itself ({status})")
        } else {
            said.to_owned()
        }))
    }

    /// Tells the program that nothing follows, and waits for its end. What it said at last.
    pub(super) async fn end(self, group: &Group) -> io::Result<String> {
        let Self { mut child, input, mut output, mut words, .. } = self;
        drop(input);
        let drain = async { tokio::io::copy(&mut output, &mut tokio::io::sink()).await };
        let (_, (said, _), _) = tokio::try_join!(drain, hear(&mut words, None), child.wait())?;
        group.ended();
        Ok(said)
    }
}

fn unstarted(call: &Call<'_>, error: &io::Error) -> Wrong {
    let program = call.program;
    match error.kind() {
        io::ErrorKind::NotFound if call.directory.is_dir() => Wrong::new(format!(
            "there is no program `{program}` on this machine, neither in a folder of the server's PATH nor in one of {PATH}"
        ))
        .help(format!(
            "install the command-line program of DuckDB (`pip install duckdb-cli` has it), or name it in the setting `{PROGRAM}`"
        )),
        _ => Wrong::new(format!("the program `{program}` cannot be started: {error}"))
            .help(format!("the setting `{PROGRAM}` says which program of DuckDB is run")),
    }
}

fn lost(error: &io::Error) -> Wrong {
    Wrong::lost(format!("the program cannot be heard: {error}"))
}

fn is_mark(line: &[u8], mark: &str) -> bool {
    line.strip_suffix(b"\n").unwrap_or(line) == mark.as_bytes()
}

/// Reads up to the mark. False if there is none before the end.
async fn listen(
    output: &mut (impl AsyncRead + Unpin + AsyncBufReadExt),
    mark: &str,
    listener: &mut impl Listener,
) -> Result<bool, Wrong> {
    let mut line = Vec::new();
    loop {
        line.clear();
        loop {
            let room = ROW_BYTES_MAX - line.len() as u64;
            let mut bounded = (&mut *output).take(room);
            let start = line.len();
            let read = bounded.read_until(b'\n', &mut line).await.map_err(|error| lost(&error))?;
            if read == 0 && room > 0 {
                return Ok(false);
            }
            if line.len() as u64 >= ROW_BYTES_MAX {
                return Err(Wrong::new(format!("a row has more than {} MB", ROW_BYTES_MAX >> 20)));
            }
            match is_mark(&line[start..], mark) {
                true if start == 0 => return Ok(true),
                // What it wrote was no rows.
                true => return Err(Wrong::new("the rows do not come in the form that was asked for")),
                false => {}
            }
            if listener.is_whole(&line) {
                break;
            }
        }
        listener.line(&line).await?;
    }
}

/// Reads words up to the mark, or to their end; whether the mark came. The first ones are kept.
async fn hear(words: &mut BufReader<ChildStderr>, mark: Option<&str>) -> io::Result<(String, bool)> {
    let (mut said, mut line) = (Vec::new(), Vec::new());
    let has_said = loop {
        line.clear();
        if (&mut *words).take(WORDS_BYTES_MAX as u64).read_until(b'\n', &mut line).await? == 0 {
            break false;
        }
        if mark.is_some_and(|mark| is_mark(&line, mark)) {
            break true;
        }
        let room = WORDS_BYTES_MAX - said.len();
        said.extend_from_slice(&line[..line.len().min(room)]);
    };
    Ok((String::from_utf8_lossy(&said).into_owned(), has_said))
}

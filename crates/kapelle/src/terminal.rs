//! Everything that this process prints, and what it knows about who reads it.

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::sync::atomic::{AtomicU8, Ordering};

use anyhow::Context;

use crate::outcome::Stop;

/// When nobody tells: a pipe, a log file, a CI job.
const WIDTH_DEFAULT: usize = 100;
/// Narrower than this nothing can be read, so long lines may as well be broken by the terminal.
const WIDTH_MIN: usize = 40;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Out,
    Err,
}

/// How to write for the reader of a stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) colour: bool,
    pub(crate) width: usize,
}

impl Stream {
    pub(crate) fn style(self) -> Style {
        let (is_terminal, size) = match self {
            Self::Out => (io::stdout().is_terminal(), terminal_size::terminal_size_of(io::stdout())),
            Self::Err => (io::stderr().is_terminal(), terminal_size::terminal_size_of(io::stderr())),
        };
        let wished = setting("COLUMNS").and_then(|columns| columns.parse().ok()).filter(|width| *width > 0);
        let measured = size.map(|(width, _)| usize::from(width.0));
        let width = wished.or(measured).unwrap_or(WIDTH_DEFAULT).max(WIDTH_MIN);
        let is_plain = setting("NO_COLOR").is_some() || setting("TERM").is_some_and(|term| term == "dumb");
        Style { colour: is_terminal && !is_plain, width }
    }

    /// A reader who leaves early, such as `head`, is no error.
    pub(crate) fn print(self, text: &[u8]) -> Result<(), Stop> {
        let printed = match self {
            Self::Out => print(&mut io::stdout().lock(), text),
            Self::Err => print(&mut io::stderr().lock(), text),
        };
        match printed {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Ok(Err(error).context("cannot write the output")?)
            }
            _ => Ok(()),
        }
    }
}

fn print(stream: &mut dyn Write, text: &[u8]) -> io::Result<()> {
    stream.write_all(text)?;
    stream.flush()
}

/// How bad it is what a line tells. What is finer than this nobody is told yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Error,
    Warning,
    Info,
}

/// Notes that are less bad are left out.
static LEAST: AtomicU8 = AtomicU8::new(Level::Info as u8);

impl Level {
    /// By the names that Kestra has. Debugging is information.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_uppercase().as_str() {
            "ERROR" | "OFF" => Some(Self::Error),
            "WARN" | "WARNING" => Some(Self::Warning),
            "INFO" | "DEBUG" | "TRACE" | "ALL" => Some(Self::Info),
            _ => None,
        }
    }

    /// Of a note, by its beginning.
    fn of(line: &str) -> Self {
        match line.split_once(':') {
            Some(("error", _)) => Self::Error,
            Some(("warning", _)) => Self::Warning,
            _ => Self::Info,
        }
    }
}

/// From now on this process notes nothing that is less bad.
pub(crate) fn note_only(least: Level) {
    LEAST.store(least as u8, Ordering::Relaxed);
}

/// A line beside the output proper. There is nobody left to tell when even that fails.
pub(crate) fn note(line: &str) {
    if Level::of(line) as u8 > LEAST.load(Ordering::Relaxed) {
        return;
    }
    print(&mut io::stderr().lock(), format!("{line}\n").as_bytes()).ok();
}

/// How far something is, on a line that the next one is written over. Nothing for logs and pipes.
pub(crate) fn progress(line: &str) {
    if io::stderr().is_terminal() {
        print(&mut io::stderr().lock(), format!("\r\x1b[K{line}").as_bytes()).ok();
    }
}

/// All variables of the environment that are text.
pub(crate) fn variables() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// An empty variable is as good as none.
#[expect(clippy::disallowed_methods, reason = "the binary may read the environment, and does it here")]
pub(crate) fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

//! The two streams of a program, read side by side.

use std::io;

use kapelle_model::Failure;
use kapelle_plugin::program::{Lines, Splitter, Stream};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{ChildStderr, ChildStdout};

/// Bytes that are read at once: little, for there may be many programs.
const PIECE_BYTES: usize = 16 << 10;

/// Both streams.
pub(super) struct Output {
    out: Option<Pipe<ChildStdout>>,
    error: Option<Pipe<ChildStderr>>,
}

/// One of them, with the line that has not ended.
struct Pipe<P> {
    source: P,
    piece: Vec<u8>,
    splitter: Splitter,
}

impl<P: AsyncRead + Unpin> Pipe<P> {
    fn new(pipe: P) -> Self {
        Self { source: pipe, piece: Vec::with_capacity(PIECE_BYTES), splitter: Splitter::default() }
    }

    /// Reads a piece. Nothing is lost when this is dropped before it is done.
    async fn read(&mut self) -> io::Result<usize> {
        self.piece.clear();
        self.source.read_buf(&mut self.piece).await
    }

    /// Passes on the lines that are whole. Whether more may come.
    fn pass_on(
        &mut self,
        read: io::Result<usize>,
        stream: Stream,
        lines: &mut dyn Lines,
    ) -> io::Result<bool> {
        let mut each = |line| lines.line(stream, line);
        if read? == 0 {
            self.splitter.finish(&mut each);
            return Ok(false);
        }
        self.splitter.push(&self.piece, &mut each);
        Ok(true)
    }
}

/// Reads if there is something to read from.
async fn read<P: AsyncRead + Unpin>(pipe: &mut Option<Pipe<P>>) -> io::Result<usize> {
    match pipe {
        Some(pipe) => pipe.read().await,
        None => std::future::pending().await,
    }
}

/// Passes on what was read, and forgets a stream that ended.
fn passed<P: AsyncRead + Unpin>(
    pipe: &mut Option<Pipe<P>>,
    read: io::Result<usize>,
    stream: Stream,
    lines: &mut dyn Lines,
) -> io::Result<()> {
    let is_open = pipe.as_mut().map(|pipe| pipe.pass_on(read, stream, lines)).transpose()?;
    if is_open == Some(false) {
        *pipe = None;
    }
    Ok(())
}

impl Output {
    pub(super) fn new(out: Option<ChildStdout>, error: Option<ChildStderr>) -> Self {
        Self { out: out.map(Pipe::new), error: error.map(Pipe::new) }
    }

    /// Passes on all lines until both streams are closed by everybody who had them.
    pub(super) async fn pass_on(&mut self, lines: &mut dyn Lines) -> Result<(), Failure> {
        while self.out.is_some() || self.error.is_some() {
            let passed = tokio::select! {
                read = read(&mut self.out) => passed(&mut self.out, read, Stream::Out, lines),
                read = read(&mut self.error) => passed(&mut self.error, read, Stream::Error, lines),
            };
            passed.map_err(|error| super::words(&error))?;
        }
        Ok(())
    }
}

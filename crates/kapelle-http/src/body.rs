//! What is sent.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::sync::mpsc;

/// Bytes of a file that are read at once.
const CHUNK: usize = 64 << 10;

/// Chunks of a file that wait to be sent.
const CHUNKS_WAITING: usize = 4;

/// Opens a file for sending. It may be asked more than once: for a redirect, or after a challenge.
pub type Open = Arc<dyn Fn() -> io::Result<Box<dyn Read + Send>> + Send + Sync>;

/// The content of a request, piece by piece.
#[derive(Clone, Default)]
pub struct Payload {
    pieces: Vec<Piece>,
}

/// A piece of content.
#[derive(Clone)]
pub enum Piece {
    Bytes(Bytes),
    /// A file and its size in bytes.
    File {
        open: Open,
        size: u64,
    },
}

impl Payload {
    pub fn of(pieces: impl IntoIterator<Item = Piece>) -> Self {
        Self { pieces: pieces.into_iter().collect() }
    }

    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    fn size(&self) -> u64 {
        self.pieces.iter().map(Piece::size).sum()
    }

    /// Begins to send it. `is_moving` is set whenever something went out.
    pub(crate) fn outgoing(&self, is_moving: Arc<AtomicBool>) -> Outgoing {
        let left = self.size();
        let plain = self.pieces.iter().map(|piece| match piece {
            Piece::Bytes(bytes) => Some(bytes.clone()),
            Piece::File { .. } => None,
        });
        let source = plain.collect::<Option<_>>().map_or_else(|| self.begin(), Source::Memory);
        Outgoing { source, left, is_moving }
    }

    /// Begins to read it in a thread of its own, since files may block.
    fn begin(&self) -> Source {
        let (sender, receiver) = mpsc::channel(CHUNKS_WAITING);
        let pieces = self.pieces.clone();
        // It ends by itself when nobody takes any more.
        let _detached = tokio::task::spawn_blocking(move || pump(&pieces, &sender));
        Source::Thread(receiver)
    }
}

impl Piece {
    fn size(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File { size, .. } => *size,
        }
    }
}

type Sender = mpsc::Sender<io::Result<Bytes>>;

fn pump(pieces: &[Piece], sender: &Sender) {
    for piece in pieces {
        let sent = match piece {
            Piece::Bytes(bytes) => send(sender, bytes.clone()),
            Piece::File { open, size } => open().and_then(|file| pump_file(file, *size, sender)),
        };
        if let Err(error) = sent {
            // Nobody may be there to hear it.
            let _gone = sender.blocking_send(Err(error));
            return;
        }
    }
}

fn pump_file(file: Box<dyn Read + Send>, size: u64, sender: &Sender) -> io::Result<()> {
    let (mut file, mut left) = (file.take(size), size);
    while left > 0 {
        let mut chunk = vec![0; CHUNK];
        let read = file.read(&mut chunk)?;
        if read == 0 {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the file became shorter while it was sent",
            ));
        }
        chunk.truncate(read);
        left -= read as u64;
        send(sender, Bytes::from(chunk))?;
    }
    Ok(())
}

fn send(sender: &Sender, bytes: Bytes) -> io::Result<()> {
    sender.blocking_send(Ok(bytes)).map_err(|_| io::ErrorKind::BrokenPipe.into())
}

enum Source {
    Memory(VecDeque<Bytes>),
    Thread(mpsc::Receiver<io::Result<Bytes>>),
}

/// Content on its way.
pub(crate) struct Outgoing {
    source: Source,
    left: u64,
    is_moving: Arc<AtomicBool>,
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let next = match &mut self.source {
            Source::Memory(bytes) => bytes.pop_front().map(Ok),
            Source::Thread(receiver) => match receiver.poll_recv(context) {
                Poll::Ready(next) => next,
                Poll::Pending => return Poll::Pending,
            },
        };
        self.is_moving.store(true, Ordering::Relaxed);
        if let Some(Ok(bytes)) = &next {
            self.left = self.left.saturating_sub(bytes.len() as u64);
        }
        Poll::Ready(next.map(|next| next.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

//! Between threads that may wait and what must not: pieces of bytes, few at a time.

use std::io::{self, Read, Write};

use hyper::body::Bytes;
use tokio::sync::mpsc;

use super::engine::{Answer, Pieces, PiecesTo};

/// Pieces that wait to be taken.
const WAITING: usize = 4;

/// Bytes of a piece.
const PIECE_BYTES: usize = 64 << 10;

/// A writer for a thread, and what comes out of it.
pub(crate) fn writer() -> (Sink, Pieces) {
    let (sender, pieces) = mpsc::channel(WAITING);
    (Sink { sender, piece: Vec::with_capacity(PIECE_BYTES) }, pieces)
}

/// Writes into a request.
pub(crate) struct Sink {
    sender: mpsc::Sender<io::Result<Bytes>>,
    piece: Vec<u8>,
}

impl Sink {
    /// Breaks the request off.
    pub(crate) fn fail(self, error: &io::Error) {
        // Nobody may be there to hear it.
        let _gone = self.sender.blocking_send(Err(io::Error::new(error.kind(), error.to_string())));
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE_BYTES));
        self.sender.blocking_send(Ok(piece.into())).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

/// Reads an answer in a thread.
pub(crate) struct Source {
    pieces: Pieces,
    piece: Bytes,
}

impl Read for Source {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.pieces.blocking_recv() {
                Some(piece) => self.piece = piece?,
                None => return Ok(0),
            }
        }
        let count = into.len().min(self.piece.len());
        into[..count].copy_from_slice(&self.piece.split_to(count));
        Ok(count)
    }
}

/// A reader for a thread, and where its pieces are put.
pub(crate) fn source() -> (PiecesTo, Source) {
    let (sender, pieces) = mpsc::channel(WAITING);
    (sender, Source { pieces, piece: Bytes::new() })
}

/// A reader for a thread, and the work that feeds it.
pub(super) fn reader(mut answer: Answer) -> (Source, impl Future<Output = ()> + Send) {
    let (sender, source) = source();
    let feed = async move {
        loop {
            let piece = match answer.piece().await {
                Ok(Some(piece)) => Ok(piece),
                Ok(None) => return,
                Err(trouble) => Err(io::Error::other(trouble.message().to_owned())),
            };
            let is_last = piece.is_err();
            if sender.send(piece).await.is_err() || is_last {
                return;
            }
        }
    };
    (source, feed)
}

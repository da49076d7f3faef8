//! A file on its way to a client, piece by piece: it is never in memory as a whole.

use std::io::Read;

use hyper::body::Bytes;

use crate::piecewise::{Pieces, whole};

/// Bytes that are sent at a time.
const PIECE: usize = 64 << 10;

/// The body that a file becomes. It breaks off if the file cannot be read, and ends if nobody takes it.
pub(crate) fn of(mut file: Box<dyn Read + Send>) -> Pieces {
    let (to, body) = whole(4);
    tokio::spawn(async move {
        loop {
            let read = tokio::task::spawn_blocking(move || {
                let mut piece = vec![0; PIECE];
                let read = file.read(&mut piece);
                (file, piece, read)
            });
            let Ok((same, mut piece, Ok(length))) = read.await else { return };
            if length == 0 {
                return to.end().await;
            }
            file = same;
            piece.truncate(length);
            if to.send(Bytes::from(piece)).await.is_err() {
                return;
            }
        }
    });
    body
}

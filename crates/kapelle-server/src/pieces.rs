//! A file on its way to a client, piece by piece: it is never in memory as a whole.

use std::convert::Infallible;
use std::io::Read;

use http_body_util::channel::Channel;
use hyper::body::Bytes;

/// Bytes that are sent at a time.
const PIECE: usize = 64 << 10;

/// The body that a file becomes. It ends early if the file cannot be read, or if nobody takes it.
pub(crate) fn of(mut file: Box<dyn Read + Send>) -> Channel<Bytes, Infallible> {
    let (mut sender, body) = Channel::new(4);
    tokio::spawn(async move {
        loop {
            let read = tokio::task::spawn_blocking(move || {
                let mut piece = vec![0; PIECE];
                let read = file.read(&mut piece);
                (file, piece, read)
            });
            let Ok((same, mut piece, Ok(length @ 1..))) = read.await else { return };
            file = same;
            piece.truncate(length);
            if sender.send_data(Bytes::from(piece)).await.is_err() {
                return;
            }
        }
    });
    body
}

//! Bodies that come piece by piece, from work that goes on beside them.
//!
//! One that is to be whole says so at its end. If its work ends without that, the connection is broken off: nobody takes a
//! part for the whole.

use std::io::{Error, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use hyper::body::{Body, Bytes, Frame};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// The body.
pub(crate) struct Pieces {
    pieces: Receiver<Piece>,
    /// Whether an end that was not told is one.
    may_just_end: bool,
}

/// Where its pieces are put.
pub(crate) struct PiecesTo(Sender<Piece>);

enum Piece {
    Bytes(Bytes),
    End,
}

/// The client went away.
pub(crate) struct Gone;

/// A body that is whole when its work says so. So many pieces wait to be taken.
pub(crate) fn whole(waiting: usize) -> (PiecesTo, Pieces) {
    let (to, pieces) = channel(waiting);
    (PiecesTo(to), Pieces { pieces, may_just_end: false })
}

/// A body that goes on until its work ends, such as a stream of events.
pub(crate) fn endless(waiting: usize) -> (PiecesTo, Pieces) {
    let (to, pieces) = whole(waiting);
    (to, Pieces { may_just_end: true, ..pieces })
}

impl PiecesTo {
    pub(crate) async fn send(&self, bytes: Bytes) -> Result<(), Gone> {
        self.0.send(Piece::Bytes(bytes)).await.map_err(|_| Gone)
    }

    /// All of it was sent.
    pub(crate) async fn end(self) {
        // Who went away needs no end.
        let _gone = self.0.send(Piece::End).await;
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        Poll::Ready(match ready!(self.pieces.poll_recv(context)) {
            Some(Piece::Bytes(bytes)) => Some(Ok(Frame::data(bytes))),
            Some(Piece::End) => None,
            None if self.may_just_end => None,
            None => Some(Err(Error::new(ErrorKind::UnexpectedEof, "the rest cannot be sent"))),
        })
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    async fn taken(body: Pieces) -> Result<Bytes, ErrorKind> {
        body.collect().await.map(http_body_util::Collected::to_bytes).map_err(|error| error.kind())
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_last_piece_arrives_however_soon_the_work_ends_after_it() {
        for _ in 0..2_000 {
            let (to, body) = whole(4);
            let work = tokio::spawn(async move {
                let _taken = to.send(Bytes::from_static(b"all")).await;
                to.end().await;
            });
            assert_eq!(taken(body).await, Ok(Bytes::from_static(b"all")));
            work.await.unwrap();
        }
    }

    #[tokio::test]
    async fn what_breaks_off_is_no_end_unless_it_may_end_anywhere() {
        let (to, body) = whole(4);
        let _taken = to.send(Bytes::from_static(b"half")).await;
        drop(to);
        assert_eq!(taken(body).await, Err(ErrorKind::UnexpectedEof));
        let (to, body) = endless(4);
        let _taken = to.send(Bytes::from_static(b"event")).await;
        drop(to);
        assert_eq!(taken(body).await, Ok(Bytes::from_static(b"event")));
    }
}

//! What an engine is sent.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::sync::mpsc;

/// Pieces that come from a thread; an error breaks the request off.
pub(crate) type Pieces = mpsc::Receiver<io::Result<Bytes>>;

/// Where they come from.
pub(crate) type PiecesTo = mpsc::Sender<io::Result<Bytes>>;

/// The content of a request.
pub(crate) enum Content {
    Whole(Option<Bytes>),
    Pieces(Pieces),
}

impl Content {
    pub(crate) fn whole(text: Option<String>) -> Self {
        Self::Whole(text.map(Bytes::from))
    }
}

impl Body for Content {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let next = match &mut *self {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(Ok)),
            Self::Pieces(pieces) => pieces.poll_recv(context),
        };
        next.map(|next| next.map(|next| next.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Self::Pieces(_) => SizeHint::default(),
        }
    }
}

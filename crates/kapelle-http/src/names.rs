//! Names of headers as the server wrote them.
//!
//! Their case means nothing, but flows read headers by name, and the names that they know are those that were sent. So
//! the head of the answer is kept aside as it passes.

use std::collections::BTreeMap;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes of heads that are kept; names after that are given in small letters.
const HEAD_MAX: usize = 256 << 10;

/// What came in until the head ended.
#[derive(Clone, Default)]
pub(crate) struct Heard(Arc<Mutex<Vec<u8>>>);

impl Heard {
    fn hear(&self, bytes: &[u8]) {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = HEAD_MAX.saturating_sub(heard.len());
        if room > 0 && !is_whole(&heard) {
            heard.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
    }

    /// Names as they were written first, by the same in small letters.
    pub(crate) fn names(&self) -> BTreeMap<String, String> {
        let heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&heard);
        let lines = text.split('\n').filter(|line| !line.starts_with("HTTP/"));
        let names = lines.filter_map(|line| Some(line.split_once(':')?.0.trim()));
        let mut written = BTreeMap::new();
        for name in names {
            written.entry(name.to_ascii_lowercase()).or_insert_with(|| name.to_owned());
        }
        written
    }
}

/// Whether the head of the answer, after those that only say that one will come, is there.
fn is_whole(heard: &[u8]) -> bool {
    let mut rest = heard;
    while let Some(end) = rest.windows(4).position(|end| end == b"\r\n\r\n") {
        let is_interim = rest.get(9..12).is_some_and(|status| status[0] == b'1');
        if !is_interim {
            return true;
        }
        rest = &rest[end + 4..];
    }
    false
}

/// A connection whose answers are heard.
pub(crate) struct Overheard<S> {
    pub(crate) stream: S,
    pub(crate) heard: Heard,
}

impl<S: AsyncRead + Unpin> AsyncRead for Overheard<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.heard.hear(&buffer.filled()[before..]);
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Overheard<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

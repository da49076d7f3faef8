//! What is answered.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use hyper::body::{Body, Bytes, Incoming};
use tokio::task::AbortHandle;

use crate::decoding::{Decoder, PART};
use crate::error::{HttpError, Kind};
use crate::url::Url;

/// An answer: its head, and its content as it comes.
pub struct Response {
    pub status: u16,
    /// Names as the server wrote them, in its order.
    pub headers: Vec<(String, String)>,
    /// Where it came from, after redirects.
    pub url: Url,
    pub(crate) body: Incoming,
    /// Unpacks what comes.
    pub(crate) decoder: Option<Decoder>,
    /// What came and is not unpacked yet.
    pub(crate) packed: Bytes,
    pub(crate) idle: Duration,
    /// It lives as long as this.
    pub(crate) _connection: Connection,
}

/// The work on a connection, which ends with whoever needs it.
pub(crate) struct Connection(pub(crate) AbortHandle);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Response {
    /// The first value of a header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// All values of a header.
    pub fn values<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r str> {
        let own = self.headers.iter().filter(move |(own, _)| own.eq_ignore_ascii_case(name));
        own.map(|(_, value)| value.as_str())
    }

    /// The next piece of the content; `None` at its end. One that ends too early is an error.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, HttpError> {
        while let Some(decoder) = &mut self.decoder {
            let unpacked = if self.packed.is_empty() {
                match self.piece().await? {
                    Some(piece) => {
                        self.packed = piece;
                        continue;
                    }
                    None => self.decoder.take().map_or(Ok(Bytes::new()), Decoder::end),
                }
            } else {
                decoder.unpack(&self.packed.split_to(self.packed.len().min(PART)))
            };
            let unpacked = unpacked.map_err(|error| {
                let host = self.url.host();
                HttpError::new(Kind::Protocol, format!("the answer of `{host}` cannot be unpacked: {error}"))
            })?;
            if !unpacked.is_empty() {
                return Ok(Some(unpacked));
            }
        }
        self.piece().await
    }

    /// The next piece as it comes.
    async fn piece(&mut self) -> Result<Option<Bytes>, HttpError> {
        loop {
            let body = &mut self.body;
            let next = poll_fn(|context| Pin::new(&mut *body).poll_frame(context));
            let frame = tokio::time::timeout(self.idle, next).await.map_err(|_| {
                HttpError::new(
                    Kind::Timeout,
                    format!("`{}` sent nothing for {:?}", self.url.host(), self.idle),
                )
            })?;
            match frame {
                None => return Ok(None),
                Some(Ok(frame)) => {
                    // What is no data is said after it, and means nothing to us.
                    if let Ok(bytes) = frame.into_data() {
                        return Ok(Some(bytes));
                    }
                }
                Some(Err(error)) => return Err(self.broken(&error)),
            }
        }
    }

    /// The whole content, if it is not longer than this.
    pub async fn bytes(&mut self, bytes_max: usize) -> Result<Vec<u8>, HttpError> {
        let mut content = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if content.len() + chunk.len() > bytes_max {
                let host = self.url.host();
                return Err(HttpError::new(
                    Kind::TooLarge,
                    format!("the answer of `{host}` has more than {bytes_max} bytes"),
                ));
            }
            content.extend_from_slice(&chunk);
        }
        Ok(content)
    }

    fn broken(&self, error: &hyper::Error) -> HttpError {
        let host = self.url.host();
        HttpError::new(Kind::Connection, format!("the answer of `{host}` ended before its end: {error}"))
    }
}

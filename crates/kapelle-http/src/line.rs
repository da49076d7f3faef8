//! A connection for other protocols than HTTP, under the same rules: names are looked up once, addresses are checked, and
//! TLS trusts whom requests trust.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::client::Client;
use crate::connect::{open, permitted, reach};
use crate::error::HttpError;
use crate::request::Proxy;

/// Bytes that go to a server and come from it.
pub struct Line {
    inner: Inner,
}

enum Inner {
    Plain(TcpStream),
    Secure(Box<TlsStream<TcpStream>>),
}

impl Client {
    /// A connection to a server, as it comes. How long that may take is a matter of who asks.
    pub async fn line(&self, host: &str, port: u16) -> Result<Line, HttpError> {
        let stream = open(self.settings(), host, port).await?;
        Ok(Line { inner: Inner::Plain(stream) })
    }

    /// The same, through a proxy if there is one.
    pub async fn line_through(
        &self,
        host: &str,
        port: u16,
        proxy: Option<&Proxy>,
    ) -> Result<Line, HttpError> {
        Ok(reach(self.settings(), host, port, proxy).await?.into())
    }

    /// The addresses of a host that may be gone to, for protocols without connections.
    pub async fn addresses(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, HttpError> {
        permitted(self.settings(), host, port).await
    }
}

impl Line {
    pub const fn is_secure(&self) -> bool {
        matches!(self.inner, Inner::Secure(_))
    }

    /// What it is before it is secured.
    pub(crate) fn plain(self) -> Option<TcpStream> {
        match self.inner {
            Inner::Plain(stream) => Some(stream),
            Inner::Secure(_) => None,
        }
    }

    /// A connection that was secured.
    pub(crate) fn secured(stream: TlsStream<TcpStream>) -> Self {
        Self { inner: Inner::Secure(Box::new(stream)) }
    }

    /// The address of this end.
    pub fn local_address(&self) -> io::Result<SocketAddr> {
        self.stream().local_addr()
    }

    /// The address of the other end; with a proxy, its address.
    pub fn peer_address(&self) -> io::Result<SocketAddr> {
        self.stream().peer_addr()
    }

    fn stream(&self) -> &TcpStream {
        match &self.inner {
            Inner::Plain(stream) => stream,
            Inner::Secure(stream) => stream.get_ref().0,
        }
    }
}

/// One that the other end began.
impl From<TcpStream> for Line {
    fn from(stream: TcpStream) -> Self {
        Self { inner: Inner::Plain(stream) }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.inner {
            Inner::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Inner::Secure(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.inner {
            Inner::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Inner::Secure(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.inner {
            Inner::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Inner::Secure(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.inner {
            Inner::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Inner::Secure(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

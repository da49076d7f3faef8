//! A connection to a server that speaks a protocol of its own: bytes that are sent, and lines or bytes that are waited for.
//! Whatever waits ends when the attempt has to, and nothing is waited for without end.

use std::fmt::Display;
use std::future::Future;
use std::net::IpAddr;
use std::time::Duration;

use bytes::BytesMut;
use kapelle_http::{Client, HttpError, Line};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::Broken;

/// Bytes that are read or written at once, so that a slow server is told from a silent one.
const PART_BYTES: usize = 16 << 10;

/// How long a server may say nothing while it is waited for.
pub const SILENCE: Duration = Duration::from_secs(30);

/// How long one step with a server may take.
#[derive(Clone, Copy)]
pub struct Patience {
    pub time: Duration,
    /// The property that sets it, if one does.
    pub property: Option<&'static str>,
}

impl Patience {
    pub const USUAL: Self = Self { time: SILENCE, property: None };
}

/// A connection to a server.
pub struct Wire {
    line: Line,
    host: String,
    /// Host and port, for messages.
    place: String,
    /// What came and was not taken yet.
    ahead: BytesMut,
    waiter: Waiter,
}

impl Wire {
    /// Waits for a connection that is being made.
    pub async fn open(
        stop: &CancellationToken,
        host: &str,
        port: u16,
        patience: Patience,
        connecting: impl Future<Output = Result<Line, HttpError>>,
    ) -> Result<Self, Broken> {
        let waiter = Waiter { stop: stop.clone(), patience };
        let place = format!("{host}:{port}");
        let line = waiter.wait(&place, "accept a connection", connecting).await?;
        let line = line.map_err(|error| Broken::new(error.message))?;
        Ok(Self { line, host: host.to_owned(), place, ahead: BytesMut::new(), waiter })
    }

    /// Goes on over TLS. `help` says what to do where that fails; without it, that is not known.
    pub async fn secured(self, client: &Client, trusts_all: bool, help: &str) -> Result<Self, Broken> {
        let Self { line, host, place, ahead, waiter } = self;
        if !ahead.is_empty() {
            return Err(Broken::new(format!(
                "`{place}` spoke before the connection was secure; somebody may have come between"
            )));
        }
        let secured =
            waiter.wait(&place, "secure the connection", client.secure(line, &host, trusts_all)).await?;
        let line = secured.map_err(|error| match help {
            "" => Broken::new(error.message),
            help => Broken::new(format!("{error}; {help}")),
        })?;
        Ok(Self { line, host, place, ahead, waiter })
    }

    /// From now on, each step may take this long.
    pub const fn patient(&mut self, patience: Patience) {
        self.waiter.patience = patience;
    }

    pub const fn is_secure(&self) -> bool {
        self.line.is_secure()
    }

    pub fn place(&self) -> &str {
        &self.place
    }

    /// The address of this end.
    pub fn own_address(&self) -> Option<IpAddr> {
        self.line.local_address().ok().map(|address| address.ip())
    }

    pub async fn send(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        let Self { line, place, waiter, .. } = self;
        for part in bytes.chunks(PART_BYTES) {
            let sending = async {
                line.write_all(part).await?;
                line.flush().await
            };
            let sent = waiter.wait(place, "take what is sent", sending).await?;
            sent.map_err(|error| broke(place, error))?;
        }
        Ok(())
    }

    /// So many bytes, which have to come now.
    pub async fn take(&mut self, count: usize) -> Result<BytesMut, Broken> {
        while self.ahead.len() < count {
            self.more().await?;
        }
        Ok(self.ahead.split_to(count))
    }

    /// The next line without its end, which has to come now and may have so many bytes.
    pub async fn line(&mut self, bytes_max: usize) -> Result<BytesMut, Broken> {
        loop {
            if let Some(line) = self.whole_line(bytes_max)? {
                return Ok(line);
            }
            self.more().await?;
        }
    }

    /// The next line if it comes before this moment. What came of it is not lost.
    pub async fn line_until(&mut self, until: Instant, bytes_max: usize) -> Result<Option<BytesMut>, Broken> {
        loop {
            if let Some(line) = self.whole_line(bytes_max)? {
                return Ok(Some(line));
            }
            if !self.comes(until).await? {
                return Ok(None);
            }
        }
    }

    /// Waits until something comes, or until this moment. Whether there is something.
    pub async fn is_ready(&mut self, until: Instant) -> Result<bool, Broken> {
        Ok(!self.ahead.is_empty() || self.comes(until).await?)
    }

    /// Says that no more is sent. Who does not care to hear it is left alone.
    pub async fn close(mut self) {
        let _closed = timeout(Duration::from_secs(1), self.line.shutdown()).await;
    }

    fn whole_line(&mut self, bytes_max: usize) -> Result<Option<BytesMut>, Broken> {
        let Some(end) = self.ahead.iter().position(|byte| *byte == b'\n') else {
            if self.ahead.len() <= bytes_max {
                return Ok(None);
            }
            return Err(Broken::new(format!("`{}` sent a line of more than {bytes_max} bytes", self.place)));
        };
        let mut line = self.ahead.split_to(end + 1);
        line.truncate(end);
        if line.last() == Some(&b'\r') {
            line.truncate(end - 1);
        }
        Ok(Some(line))
    }

    /// Whether more comes before this moment.
    async fn comes(&mut self, until: Instant) -> Result<bool, Broken> {
        self.ahead.reserve(PART_BYTES);
        let reading = timeout_at(until, self.line.read_buf(&mut self.ahead));
        let read = self.waiter.stop.run_until_cancelled(reading).await.ok_or_else(Broken::killed)?;
        read.map_or(Ok(false), |read| self.has_read(&read).map(|()| true))
    }

    /// Reads more, which has to come now.
    async fn more(&mut self) -> Result<(), Broken> {
        self.ahead.reserve(PART_BYTES);
        let read = self.waiter.wait(&self.place, "answer", self.line.read_buf(&mut self.ahead)).await?;
        self.has_read(&read)
    }

    fn has_read(&self, read: &std::io::Result<usize>) -> Result<(), Broken> {
        match read {
            Ok(1..) => Ok(()),
            Ok(0) => Err(broke(&self.place, "the server closed it")),
            Err(error) => Err(broke(&self.place, error)),
        }
    }
}

/// What a wait ends with, if not with what it is for.
struct Waiter {
    stop: CancellationToken,
    patience: Patience,
}

impl Waiter {
    async fn wait<T>(&self, place: &str, what: &str, work: impl Future<Output = T>) -> Result<T, Broken> {
        let Patience { time, property } = self.patience;
        let done = self.stop.run_until_cancelled(timeout(time, work)).await.ok_or_else(Broken::killed)?;
        done.map_err(|_| {
            let named = property.map_or(String::new(), |name| format!(" (`{name}`)"));
            Broken::new(format!("`{place}` did not {what} within {time:?}{named}"))
        })
    }
}

fn broke(place: &str, reason: impl Display) -> Broken {
    Broken::new(format!("the connection to `{place}` broke: {reason}"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;

    use super::*;
    use crate::stage::Stage;

    /// A connection to one who says this and goes.
    async fn to(stage: &Stage, says: &'static [u8]) -> Wire {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let _ended = std::thread::spawn(move || listener.accept().unwrap().0.write_all(says).unwrap());
        let cx = stage.context();
        let client = cx.host.http();
        Wire::open(&cx.stop, "127.0.0.1", port, Patience::USUAL, client.line("127.0.0.1", port))
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn what_comes_is_taken_in_lines_and_counts() {
        let stage = Stage::new();
        let mut wire = to(&stage, b"one\r\ntwo\nrest").await;
        assert_eq!(
            (&wire.line(9).await.unwrap()[..], &wire.line(9).await.unwrap()[..]),
            (&b"one"[..], &b"two"[..])
        );
        assert_eq!(&wire.take(4).await.unwrap()[..], b"rest");
        let closed = wire.take(1).await.unwrap_err().failure.to_string();
        assert!(closed.contains(wire.place()) && closed.contains("the server closed it"), "{closed}");
        let closed = wire.is_ready(Instant::now() + SILENCE).await.unwrap_err().failure.to_string();
        assert!(closed.contains("the server closed it"), "{closed}");
    }

    #[tokio::test]
    async fn a_line_without_end_is_refused() {
        let stage = Stage::new();
        let mut wire = to(&stage, b"a line that is too long").await;
        let told = wire.line(9).await.unwrap_err().failure.to_string();
        assert!(told.contains("more than 9 bytes"), "{told}");
    }

    #[tokio::test]
    async fn a_wait_ends_when_the_attempt_has_to() {
        let stage = Stage::new();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let cx = stage.context();
        let client = cx.host.http();
        let mut wire =
            Wire::open(&cx.stop, "127.0.0.1", port, Patience::USUAL, client.line("127.0.0.1", port))
                .await
                .unwrap();
        assert!(!wire.is_ready(Instant::now()).await.unwrap());
        stage.stop();
        assert!(wire.is_ready(Instant::now() + SILENCE).await.unwrap_err().is_killed);
        assert!(wire.take(1).await.unwrap_err().is_killed);
    }
}

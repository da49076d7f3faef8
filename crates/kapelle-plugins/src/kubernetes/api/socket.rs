//! A connection on which both sides talk whenever they want, in channels: `v4.channel.k8s.io` and later.

use hyper::header::{CONNECTION, HeaderName, UPGRADE};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use kapelle_core::expression::plain;
use sha1::{Digest, Sha1};
use tokio::io::{AsyncWriteExt, BufReader, ReadHalf, WriteHalf};

use super::answer::Connection;
use super::frames::{self, Frame};
use super::{Api, Asked};
use crate::kubernetes::trouble::Trouble;

/// What is put behind the key, so that only who knows the protocol can answer.
const SEAL: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// What we speak, the best first. The standard input is never closed, so the older one is as good.
const PROTOCOLS: &str = "v5.channel.k8s.io, v4.channel.k8s.io";

type Stream = TokioIo<Upgraded>;

/// Both directions.
pub(super) struct Socket {
    pub(super) reader: Reader,
    pub(super) writer: Writer,
    pub(super) connection: Connection,
}

pub(super) struct Reader {
    stream: BufReader<ReadHalf<Stream>>,
    /// The channel of the message whose parts come in.
    channel: u8,
}

pub(super) struct Writer {
    stream: WriteHalf<Stream>,
    mask: [u8; 4],
}

/// What the other side says.
pub(super) enum Said {
    On {
        channel: u8,
        content: Vec<u8>,
    },
    Ping(Vec<u8>),
    /// Nothing more.
    End,
}

impl Api {
    /// Opens a connection of this kind. `chance` is random.
    pub(super) async fn socket(&self, asked: Asked, chance: [u8; 20]) -> Result<Socket, Trouble> {
        let (key, mask) = chance.split_at(16);
        let key = plain::to_base64(key);
        let asked = asked
            .header(CONNECTION, "Upgrade")
            .header(UPGRADE, "websocket")
            .header(HeaderName::from_static("sec-websocket-version"), "13")
            .header(HeaderName::from_static("sec-websocket-key"), &key)
            .header(HeaderName::from_static("sec-websocket-protocol"), PROTOCOLS);
        let (mut response, connection) = self.open(asked).await?.into_parts();
        let answer = response.headers().get("sec-websocket-accept").map(|value| value.as_bytes().to_vec());
        let is_fit = answer.is_some_and(|answer| answer == sealed(&key).as_bytes());
        if response.status() != 101 || !is_fit {
            return Err(Trouble::Away(
                "Kubernetes does not speak WebSocket here: a proxy in front of it has to let it through"
                    .to_owned(),
            ));
        }
        let upgraded =
            hyper::upgrade::on(&mut response).await.map_err(|error| Trouble::broken_off(&error))?;
        let (reader, writer) = tokio::io::split(TokioIo::new(upgraded));
        let mask = mask.try_into().unwrap_or([0; 4]);
        Ok(Socket {
            reader: Reader { stream: BufReader::new(reader), channel: 0 },
            writer: Writer { stream: writer, mask },
            connection,
        })
    }
}

fn sealed(key: &str) -> String {
    plain::to_base64(&Sha1::digest(format!("{key}{SEAL}")))
}

impl Reader {
    pub(super) async fn next(&mut self) -> Result<Said, Trouble> {
        let frame = match frames::read(&mut self.stream).await {
            Ok(frame) => frame,
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(Said::End),
            Err(error) => return Err(Trouble::broken_off(&error)),
        };
        Ok(match frame {
            Frame::Close => Said::End,
            Frame::Ping(content) => Said::Ping(content),
            Frame::Part { is_first, mut content } => {
                if is_first && !content.is_empty() {
                    self.channel = content.remove(0);
                }
                Said::On { channel: self.channel, content }
            }
        })
    }
}

impl Writer {
    pub(super) async fn say(&mut self, channel: u8, content: &[u8]) -> std::io::Result<()> {
        frames::write(&mut self.stream, channel, content, self.mask).await
    }

    pub(super) async fn pong(&mut self, content: Vec<u8>) -> std::io::Result<()> {
        frames::pong(&mut self.stream, content, self.mask).await
    }

    pub(super) async fn end(&mut self) {
        // Whoever is gone already needs no farewell.
        let _gone = self.stream.shutdown().await;
    }
}

#[cfg(test)]
mod tests {
    /// The example of RFC 6455.
    #[test]
    fn a_key_is_sealed_as_the_protocol_says() {
        assert_eq!(super::sealed("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }
}

//! Requests and answers, one after the other or many at once.

use std::time::Duration;

use kapelle_plugin::Broken;
use russh::client::Msg;
use russh::{ChannelMsg, ChannelStream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::packet::{Packet, Reader, answer, ask, status};
use crate::ssh::{Session, words};

/// Bytes that an answer may have.
const ANSWER_MAX: u32 = 1 << 20;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// The version that we speak.
const VERSION: u32 = 3;

/// A connection to the subsystem.
pub(super) struct Client {
    stream: ChannelStream<Msg>,
    /// What else the server can do, by name.
    extensions: Vec<String>,
    last: u32,
    _session: Session,
}

/// Why a request came to nothing.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The server says so.
    Status { code: u32, message: String },
    /// There is no server any more, or none that is understood.
    Gone(String),
}

/// An answer, without its number.
pub(super) struct Answer {
    pub(super) kind: u8,
    pub(super) body: Vec<u8>,
}

impl Client {
    pub(super) async fn open(session: Session) -> Result<Self, Broken> {
        let failed = |reason: String| Broken::new(format!("the server offers no SFTP: {reason}"));
        let mut channel = session.channel().await?;
        channel.request_subsystem(true, "sftp").await.map_err(|error| failed(words(&error)))?;
        loop {
            match channel.wait().await {
                Some(ChannelMsg::Success) => break,
                Some(ChannelMsg::WindowAdjusted { .. }) => {}
                _ => return Err(failed("it refuses the subsystem `sftp` for this user".to_owned())),
            }
        }
        let stream = channel.into_stream();
        let mut client = Self { stream, extensions: Vec::new(), last: 0, _session: session };
        let hello = Packet::new(ask::INIT).number(VERSION).finish();
        client.send(&hello).await.map_err(|trouble| failed(trouble.words()))?;
        let answer = client.packet().await.map_err(|trouble| failed(trouble.words()))?;
        let mut reader = Reader(&answer);
        if reader.byte() != Some(answer::VERSION) || reader.number().is_none_or(|version| version < VERSION) {
            return Err(failed("it speaks another version".to_owned()));
        }
        while let (Some(name), Some(_)) = (reader.bytes(), reader.bytes()) {
            client.extensions.push(String::from_utf8_lossy(name).into_owned());
        }
        Ok(client)
    }

    pub(super) fn can(&self, extension: &str) -> bool {
        self.extensions.iter().any(|known| known == extension)
    }

    /// Begins a request: its packet so far, and its number.
    pub(super) fn begin(&mut self, kind: u8) -> (Packet, u32) {
        self.last = self.last.wrapping_add(1);
        (Packet::new(kind).number(self.last), self.last)
    }

    /// Sends a request whose answer is waited for later.
    pub(super) async fn send(&mut self, packet: &[u8]) -> Result<(), Trouble> {
        let sent = timeout(PATIENCE, async {
            self.stream.write_all(packet).await?;
            self.stream.flush().await
        });
        match sent.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(closed()),
            Err(_) => Err(silent()),
        }
    }

    /// The next answer, whichever request it is for, with the number of that.
    pub(super) async fn next(&mut self) -> Result<(u32, Answer), Trouble> {
        let packet = self.packet().await?;
        let mut reader = Reader(&packet);
        let (Some(kind), Some(number)) = (reader.byte(), reader.number()) else { return Err(strange()) };
        Ok((number, Answer { kind, body: reader.0.to_vec() }))
    }

    /// Asks, and waits for the answer to just that.
    pub(super) async fn ask(&mut self, (packet, number): (Packet, u32)) -> Result<Answer, Trouble> {
        self.send(&packet.finish()).await?;
        loop {
            let (found, answer) = self.next().await?;
            // Answers to what was given up may still come.
            if found == number {
                return Ok(answer);
            }
        }
    }

    async fn packet(&mut self) -> Result<Vec<u8>, Trouble> {
        let reading = timeout(PATIENCE, async {
            let length = self.stream.read_u32().await.map_err(|_| closed())?;
            if length == 0 || length > ANSWER_MAX {
                return Err(strange());
            }
            let mut packet = vec![0; length as usize];
            self.stream.read_exact(&mut packet).await.map_err(|_| closed())?;
            Ok(packet)
        });
        reading.await.unwrap_or_else(|_| Err(silent()))
    }
}

impl Answer {
    /// Of a request that gives nothing.
    pub(super) fn done(&self) -> Result<(), Trouble> {
        match self.status()? {
            (status::OK, _) => Ok(()),
            (code, message) => Err(Trouble::Status { code, message }),
        }
    }

    /// The body, if it is of this kind; else why not.
    pub(super) fn expect(self, kind: u8) -> Result<Vec<u8>, Trouble> {
        if self.kind == kind {
            return Ok(self.body);
        }
        let (code, message) = self.status()?;
        Err(Trouble::Status { code, message })
    }

    fn status(&self) -> Result<(u32, String), Trouble> {
        let mut reader = Reader(&self.body);
        let code = if self.kind == answer::STATUS { reader.number() } else { None };
        let code = code.ok_or_else(strange)?;
        let message = reader.bytes().map(|bytes| String::from_utf8_lossy(bytes).trim().to_owned());
        Ok((code, message.unwrap_or_default()))
    }
}

impl Trouble {
    pub(super) fn is(&self, wanted: u32) -> bool {
        matches!(self, Self::Status { code, .. } if *code == wanted)
    }

    pub(super) fn words(&self) -> String {
        match self {
            Self::Status { code: status::NO_SUCH_FILE, .. } => "it does not exist".to_owned(),
            Self::Status { code: status::PERMISSION_DENIED, .. } => {
                "the server does not permit it".to_owned()
            }
            Self::Status { code: status::UNSUPPORTED, .. } => "the server cannot do that".to_owned(),
            Self::Status { code, message } if message.is_empty() => {
                format!("the server answers with code {code}")
            }
            Self::Status { message, .. } => format!("the server answers `{message}`"),
            Self::Gone(reason) => reason.clone(),
        }
    }
}

fn closed() -> Trouble {
    Trouble::Gone("the connection was closed".to_owned())
}

fn silent() -> Trouble {
    Trouble::Gone(format!("the server did not answer within {PATIENCE:?}"))
}

pub(super) fn strange() -> Trouble {
    Trouble::Gone("the server answers something that is not understood".to_owned())
}

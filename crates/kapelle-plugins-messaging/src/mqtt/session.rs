//! A session with a server: messages go out and are acknowledged, come in and are acknowledged, and both ends know that the
//! other one is there.

use std::collections::BTreeSet;
use std::time::Duration;

use kapelle_plugin::{Broken, RunContext};
use tokio::time::Instant;

use super::message::Message;
use super::packet::{
    self, Hello, Incoming, Outgoing, PUBACK, PUBCOMP, PUBREC, PUBREL, Version, meaning, read,
};
use super::server::Server;
use kapelle_plugin::wire::{SILENCE, Wire};

/// After how many seconds of silence the server is asked whether it is there; it gives up after one and a half times as
/// many.
const ALIVE_SECONDS: u16 = 60;

/// Messages on their way at once.
const AT_ONCE_MAX: u16 = 50;

pub(super) struct Session {
    wire: Wire,
    version: Version,
    /// The server knew this client, and kept what came for it.
    pub(super) is_known: bool,
    /// Messages that may be on their way at once.
    pub(super) at_once: u16,
    last_id: u16,
    /// When the server has to hear of us.
    ping_at: Instant,
    /// It was asked whether it is there, and has not answered.
    is_asked: bool,
}

impl Session {
    /// Connects and says who comes. With `keeps`, the server keeps what comes while we are away.
    pub(super) async fn open(
        cx: &RunContext,
        server: &Server,
        client: &str,
        keeps: bool,
    ) -> Result<Self, Broken> {
        let version = server.version;
        let hello = Hello {
            client,
            keeps,
            alive_seconds: ALIVE_SECONDS,
            user: server.user.as_ref(),
            password: server.password.as_ref(),
            method: server.method.as_deref(),
        };
        let hello = packet::connect(version, &hello)?;
        let mut wire = server.connect(cx).await?;
        wire.send(&hello).await?;
        match read(&mut wire, version).await? {
            Incoming::Welcome { code: 0, is_known, receive_max, .. } => Ok(Self {
                wire,
                version,
                is_known,
                at_once: AT_ONCE_MAX.min(receive_max).max(1),
                last_id: 0,
                ping_at: Instant::now() + Duration::from_secs(u64::from(ALIVE_SECONDS)),
                is_asked: false,
            }),
            Incoming::Welcome { code, reason, .. } => Err(Broken::new(format!(
                "the server at `{}` refuses the connection: {}",
                wire.place(),
                meaning(version, code, &reason)
            ))),
            Incoming::Exchange => Err(Broken::new(format!(
                "the server at `{}` asks for more than one message to know who comes, which no `authMethod` here can give",
                wire.place()
            ))),
            other => Err(odd(&wire, &other)),
        }
    }

    fn next_id(&mut self) -> u16 {
        self.last_id = self.last_id.checked_add(1).unwrap_or(1);
        self.last_id
    }

    async fn send(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        self.ping_at = Instant::now() + Duration::from_secs(u64::from(ALIVE_SECONDS));
        self.wire.send(bytes).await
    }

    /// Sends messages, `at_once` of them at most, and waits until the server has them.
    pub(super) async fn publish(&mut self, messages: &[Outgoing<'_>]) -> Result<(), Broken> {
        let mut bytes = Vec::new();
        let mut waiting = BTreeSet::new();
        for message in messages {
            let id = self.next_id();
            bytes.extend(packet::publish(self.version, message, id)?);
            if message.qos > 0 {
                waiting.insert(id);
            }
        }
        self.send(&bytes).await?;
        while !waiting.is_empty() {
            match read(&mut self.wire, self.version).await? {
                Incoming::Step { kind, code, reason, .. } if code >= 0x80 && kind != PUBREL => {
                    return Err(Broken::new(format!(
                        "the server at `{}` does not take a message: {}",
                        self.wire.place(),
                        meaning(self.version, code, &reason)
                    )));
                }
                Incoming::Step { kind: PUBREC, id, .. } => self.send(&packet::step(PUBREL, id)).await?,
                Incoming::Step { kind: PUBACK | PUBCOMP, id, .. } => {
                    waiting.remove(&id);
                }
                Incoming::Goodbye { code, reason } => return Err(self.left(code, &reason)),
                _ => {}
            }
        }
        Ok(())
    }

    /// Asks for messages of these topics. Those that come before the answer are given, in their order.
    pub(super) async fn subscribe(&mut self, topics: &[String], qos: u8) -> Result<Vec<Message>, Broken> {
        let id = self.next_id();
        let bytes = packet::subscribe(self.version, id, topics, qos)?;
        self.send(&bytes).await?;
        let mut early = Vec::new();
        loop {
            match read(&mut self.wire, self.version).await? {
                Incoming::Subscribed { codes } => {
                    let refused = topics.iter().zip(codes).find(|(_, code)| *code >= 0x80);
                    let Some((topic, code)) = refused else { return Ok(early) };
                    return Err(Broken::new(format!(
                        "the server at `{}` does not give the topic `{topic}`: {}",
                        self.wire.place(),
                        meaning(self.version, code, "")
                    )));
                }
                Incoming::Message(message) => early.push(message),
                Incoming::Step { kind: PUBREL, id, .. } => self.send(&packet::step(PUBCOMP, id)).await?,
                Incoming::Goodbye { code, reason } => return Err(self.left(code, &reason)),
                _ => {}
            }
        }
    }

    /// The next message, if one comes until then.
    pub(super) async fn next(&mut self, until: Instant) -> Result<Option<Message>, Broken> {
        loop {
            if !self.wire.is_ready(until.min(self.ping_at)).await? {
                if Instant::now() < self.ping_at {
                    return Ok(None);
                }
                if self.is_asked {
                    return Err(Broken::new(format!(
                        "the server at `{}` does not answer any more",
                        self.wire.place()
                    )));
                }
                self.send(&packet::ping()).await?;
                self.is_asked = true;
                self.ping_at = Instant::now() + SILENCE;
                continue;
            }
            match read(&mut self.wire, self.version).await? {
                Incoming::Message(message) => return Ok(Some(message)),
                Incoming::Step { kind: PUBREL, id, .. } => self.send(&packet::step(PUBCOMP, id)).await?,
                Incoming::Alive => {
                    self.is_asked = false;
                    self.ping_at = Instant::now() + Duration::from_secs(u64::from(ALIVE_SECONDS));
                }
                Incoming::Goodbye { code, reason } => return Err(self.left(code, &reason)),
                _ => {}
            }
        }
    }

    /// Tells the server that a message is safe.
    pub(super) async fn acknowledge(&mut self, message: &Message) -> Result<(), Broken> {
        match message.qos {
            0 => Ok(()),
            1 => self.send(&packet::step(PUBACK, message.id)).await,
            _ => self.send(&packet::step(PUBREC, message.id)).await,
        }
    }

    fn left(&self, code: u8, reason: &str) -> Broken {
        let meaning = meaning(self.version, code, reason);
        Broken::new(format!("the server at `{}` ended the connection: {meaning}", self.wire.place()))
    }

    pub(super) async fn close(mut self) {
        if self.wire.send(&packet::disconnect()).await.is_ok() {
            self.wire.close().await;
        }
    }
}

fn odd(wire: &Wire, answer: &Incoming) -> Broken {
    let kind = match answer {
        Incoming::Goodbye { .. } => "ends the connection",
        _ => "answers something else than a welcome",
    };
    Broken::new(format!("the server at `{}` {kind}", wire.place()))
}

//! A connection to a broker with one channel: methods are called, messages are sent and heard.

use std::time::Duration;

use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::Broken;
use tokio::time::Instant;

use super::coding::{Reader, Writer, garbled};
use super::frame::{self, Frame, Method};
use super::message::{Delivery, Message};
use super::server::Login;
use super::table;
use kapelle_plugin::wire::{SILENCE, Wire};

/// Frames that a server may wish to send; it is told this number.
const FRAME_BYTES_MAX: u32 = 128 << 10;

/// How often both sides show at least that they are there, in seconds.
const HEARTBEAT_SECONDS: u16 = 60;

/// The one channel of a connection.
const CHANNEL: u16 = 1;

pub(super) struct Session {
    wire: Wire,
    frame_bytes_max: usize,
    heartbeat: Duration,
    sent_at: Instant,
    heard_at: Instant,
}

/// What came from the broker.
pub(super) enum Heard {
    /// The answer to a method.
    Answer(Method, Vec<u8>),
    Delivery(Box<Delivery>),
    /// A message was sent that no queue took.
    Returned,
    /// What became of the message with this number, or of all up to it.
    Confirmed {
        number: u64,
        is_all: bool,
        is_taken: bool,
    },
}

impl Session {
    pub(super) async fn open(wire: Wire, login: &Login) -> Result<Self, Broken> {
        let now = Instant::now();
        let mut session = Self {
            wire,
            frame_bytes_max: FRAME_BYTES_MAX as usize,
            heartbeat: Duration::from_secs(u64::from(HEARTBEAT_SECONDS)),
            sent_at: now,
            heard_at: now,
        };
        session.send(b"AMQP\x00\x00\x09\x01").await?;
        session.answer(frame::START).await?;
        let answer = Writer::default()
            .long(&[])?
            .short("mechanism", "PLAIN")?
            .long(&login.plain())?
            .short("locale", "en_US")?;
        session.say(0, frame::START_OK, with_properties(&answer)?).await?;
        let tune = session.answer(frame::TUNE).await?;
        let mut tune = Reader::new(&tune);
        let (_channels, size, heartbeat) = (tune.u16()?, tune.u32()?, tune.u16()?);
        let size = if size == 0 { FRAME_BYTES_MAX } else { size.min(FRAME_BYTES_MAX) };
        let heartbeat = if heartbeat == 0 { HEARTBEAT_SECONDS } else { heartbeat.min(HEARTBEAT_SECONDS) };
        session.frame_bytes_max = (size as usize).max(4096);
        session.heartbeat = Duration::from_secs(u64::from(heartbeat));
        let tuned = Writer::default().u16(CHANNEL).u32(size).u16(heartbeat);
        session.say(0, frame::TUNE_OK, tuned).await?;
        let host = Writer::default().short("virtualHost", &login.virtual_host)?.short("", "")?.u8(0);
        session.say(0, frame::OPEN, host).await?;
        session.answer(frame::OPEN_OK).await?;
        session.call(frame::CHANNEL_OPEN, Writer::default().short("", "")?, frame::CHANNEL_OPEN_OK).await?;
        Ok(session)
    }

    /// Calls a method of the channel. The arguments of its answer.
    pub(super) async fn call(
        &mut self,
        method: Method,
        arguments: Writer,
        answer: Method,
    ) -> Result<Vec<u8>, Broken> {
        self.say(CHANNEL, method, arguments).await?;
        self.answer(answer).await
    }

    /// Calls a method that has no answer.
    pub(super) async fn tell(&mut self, method: Method, arguments: Writer) -> Result<(), Broken> {
        self.say(CHANNEL, method, arguments).await
    }

    /// Sends messages to an exchange. Those that no queue takes come back.
    pub(super) async fn publish(
        &mut self,
        exchange: &str,
        routing_key: &str,
        messages: &[Message],
    ) -> Result<(), Broken> {
        let mut bytes = Vec::new();
        for message in messages {
            let arguments = Writer::default()
                .u16(0)
                .short("exchange", exchange)?
                .short("routingKey", routing_key)?
                .flags(&[true, false]);
            frame::append_method(&mut bytes, CHANNEL, frame::PUBLISH, arguments)?;
            frame::append(&mut bytes, frame::HEADER, CHANNEL, &message.header()?)?;
            for part in message.content.chunks(self.frame_bytes_max - frame::AROUND) {
                frame::append(&mut bytes, frame::BODY, CHANNEL, part)?;
            }
        }
        self.send(&bytes).await
    }

    /// Tells the broker that messages arrived: that with this tag, or all up to it.
    pub(super) async fn acknowledge(&mut self, tag: u64, is_all: bool) -> Result<(), Broken> {
        self.tell(frame::ACK, Writer::default().u64(tag).flags(&[is_all])).await
    }

    /// Gives a message away, to the exchange for dead letters if the queue has one.
    pub(super) async fn reject(&mut self, tag: u64) -> Result<(), Broken> {
        self.tell(frame::REJECT, Writer::default().u64(tag).flags(&[false])).await
    }

    /// Ends the connection when the broker has worked off what it was told. What was not acknowledged goes back to its
    /// queue.
    pub(super) async fn close(mut self) -> Result<(), Broken> {
        for (channel, method) in [(CHANNEL, frame::CHANNEL_CLOSE), (0, frame::CLOSE)] {
            let reason = Writer::default().u16(200).short("", "done")?.u16(0).u16(0);
            self.say(channel, method, reason).await?;
            let closed = (method.0, method.1 + 1);
            loop {
                let frame = self.frame(Instant::now() + SILENCE).await?.ok_or_else(|| self.silent())?;
                // What was on its way meanwhile goes back to its queue.
                if frame.kind == frame::METHOD && split(&frame.payload)?.0 == closed {
                    break;
                }
            }
        }
        self.wire.close().await;
        Ok(())
    }

    /// The answer to a method, which has to come now.
    async fn answer(&mut self, wanted: Method) -> Result<Vec<u8>, Broken> {
        let until = Instant::now() + SILENCE;
        loop {
            match self.hear(until).await? {
                Some(Heard::Answer(method, arguments)) if method == wanted => return Ok(arguments),
                Some(_) => {}
                None => return Err(self.silent()),
            }
        }
    }

    /// What comes next, until this moment.
    pub(super) async fn hear(&mut self, until: Instant) -> Result<Option<Heard>, Broken> {
        let Some(frame) = self.frame(until).await? else { return Ok(None) };
        if frame.kind != frame::METHOD {
            return Err(garbled().into());
        }
        let (method, arguments) = split(&frame.payload)?;
        let mut reader = Reader::new(arguments);
        Ok(Some(match method {
            frame::CLOSE | frame::CHANNEL_CLOSE => {
                return Err(self.refused(reader.u16()?, &reader.short()?));
            }
            frame::CANCEL => {
                let place = self.wire.place();
                return Err(Broken::new(format!(
                    "the broker `{place}` gives no more messages of the queue: it was deleted, or moved away"
                )));
            }
            frame::DELIVER => {
                reader.short()?;
                let tag = reader.u64()?;
                Heard::Delivery(Box::new(Delivery { tag, message: self.content().await? }))
            }
            frame::RETURN => {
                self.content().await?;
                Heard::Returned
            }
            frame::ACK | frame::NACK => Heard::Confirmed {
                number: reader.u64()?,
                is_all: reader.u8()? & 1 == 1,
                is_taken: method == frame::ACK,
            },
            _ => Heard::Answer(method, arguments.to_vec()),
        }))
    }

    /// The message that follows a method.
    async fn content(&mut self) -> Result<Message, Broken> {
        let header = self.part(frame::HEADER).await?;
        let (mut message, size) = Message::of_header(&header)?;
        while message.content.len() < size {
            message.content.extend(self.part(frame::BODY).await?);
        }
        if message.content.len() > size {
            return Err(garbled().into());
        }
        Ok(message)
    }

    async fn part(&mut self, kind: u8) -> Result<Vec<u8>, Broken> {
        match self.frame(Instant::now() + SILENCE).await? {
            Some(frame) if frame.kind == kind => Ok(frame.payload),
            Some(_) => Err(garbled().into()),
            None => Err(self.silent()),
        }
    }

    /// The next frame but for heartbeats, until this moment. Meanwhile the broker hears that somebody is here.
    async fn frame(&mut self, until: Instant) -> Result<Option<Frame>, Broken> {
        loop {
            let beat = self.next_beat();
            if Instant::now() >= beat {
                self.beat().await?;
                continue;
            }
            if self.wire.is_ready(until.min(beat)).await? {
                let frame = Frame::read(&mut self.wire, self.frame_bytes_max).await?;
                self.heard_at = Instant::now();
                if frame.kind != frame::HEARTBEAT {
                    return Ok(Some(frame));
                }
            } else if Instant::now() >= until {
                return Ok(None);
            } else if self.heard_at.elapsed() > self.heartbeat * 2 {
                return Err(self.silent());
            }
        }
    }

    /// When the broker has to hear something.
    pub(super) fn next_beat(&self) -> Instant {
        self.sent_at + self.heartbeat / 2
    }

    /// Shows the broker that somebody is here.
    pub(super) async fn beat(&mut self) -> Result<(), Broken> {
        let mut bytes = Vec::new();
        frame::append(&mut bytes, frame::HEARTBEAT, 0, &[])?;
        self.send(&bytes).await
    }

    async fn say(&mut self, channel: u16, method: Method, arguments: Writer) -> Result<(), Broken> {
        let mut bytes = Vec::new();
        frame::append_method(&mut bytes, channel, method, arguments)?;
        self.send(&bytes).await
    }

    async fn send(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        self.wire.send(bytes).await?;
        self.sent_at = Instant::now();
        Ok(())
    }

    pub(super) fn silent(&self) -> Broken {
        Broken::new(format!("the broker `{}` did not answer in time", self.wire.place()))
    }

    fn refused(&self, code: u16, reason: &str) -> Broken {
        let hint = match code {
            311 => ". The message is larger than the broker allows",
            403 => ". Check `username`, `password`, and what this user may do in the virtual host",
            404 => ". Create it before: `CreateQueue` and `DeclareExchange` do that",
            405 => ". It belongs to another connection, which declared it as exclusive",
            406 => ". Whoever declares what exists has to give the same properties; or delete it before",
            530 => ". Check `virtualHost`",
            _ => "",
        };
        Broken::new(format!("the broker `{}` refused: {reason} ({code}){hint}", self.wire.place()))
    }
}

fn split(payload: &[u8]) -> Result<(Method, &[u8]), Failure> {
    let mut reader = Reader::new(payload);
    let method = (reader.u16()?, reader.u16()?);
    Ok((method, &payload[4..]))
}

/// The answer to a greeting, with who is here and what it understands before it.
fn with_properties(answer: &Writer) -> Result<Writer, Failure> {
    let understood =
        ["authentication_failure_close", "basic.nack", "consumer_cancel_notify", "publisher_confirms"];
    let understood: Map = understood.iter().map(|name| ((*name).into(), Value::Bool(true))).collect();
    let properties = Map::from_iter([
        ("product".into(), Value::from("Kapelle")),
        ("capabilities".into(), Value::Map(understood.into())),
    ]);
    let mut bytes = table::write(&properties)?;
    // The empty table that stood in its place.
    bytes.extend(&answer.bytes[4..]);
    Ok(Writer { bytes })
}

//! Packets that come.

use kapelle_core::expression::plain::to_base64;
use kapelle_plugin::Broken;
use kapelle_plugin::ion::ROW_BYTES_MAX;

use super::{PUBACK, PUBCOMP, Version, property};
use crate::mqtt::message::Message;
use kapelle_plugin::wire::Wire;

/// What came.
#[derive(Debug)]
pub(in crate::mqtt) enum Incoming {
    Welcome {
        is_known: bool,
        code: u8,
        reason: String,
        receive_max: u16,
    },
    Message(Message),
    /// A step of the delivery of a message that was sent.
    Step {
        kind: u8,
        id: u16,
        code: u8,
        reason: String,
    },
    Subscribed {
        codes: Vec<u8>,
    },
    Alive,
    Goodbye {
        code: u8,
        reason: String,
    },
    /// It asks for more than a password.
    Exchange,
}

/// A part of a packet that is read.
struct Part<'p>(&'p [u8]);

impl<'p> Part<'p> {
    fn take(&mut self, count: usize) -> Option<&'p [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        Some(self.take(1)?[0])
    }

    fn number(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    fn data(&mut self) -> Option<&'p [u8]> {
        let size = self.number()?;
        self.take(usize::from(size))
    }

    fn text(&mut self) -> Option<String> {
        Some(String::from_utf8_lossy(self.data()?).into_owned())
    }

    fn size(&mut self) -> Option<usize> {
        let mut number = 0;
        for shift in [0, 7, 14, 21] {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// Of the properties those that matter.
    fn properties(&mut self, version: Version) -> Option<Told> {
        let mut told = Told::default();
        if version == Version::V3 || self.0.is_empty() {
            return Some(told);
        }
        let size = self.size()?;
        let mut part = Part(self.take(size)?);
        told.bytes = part.0.to_vec();
        while let Some(name) = part.byte() {
            match name {
                property::RESPONSE_TOPIC => told.response_topic = Some(part.text()?),
                property::CORRELATION_DATA => told.correlation_data = Some(to_base64(part.data()?)),
                property::REASON => told.reason = part.text()?,
                property::RECEIVE_MAX => told.receive_max = Some(part.number()?),
                0x01 | 0x17 | 0x19 | 0x24 | 0x25 | 0x28 | 0x29 | 0x2a => drop(part.byte()?),
                0x13 | 0x22 | 0x23 => drop(part.number()?),
                0x02 | 0x11 | 0x18 | 0x27 => drop(part.take(4)?),
                0x0b => drop(part.size()?),
                0x26 => {
                    part.data()?;
                    part.data()?;
                }
                0x03 | 0x12 | 0x15 | 0x16 | 0x1a | 0x1c => drop(part.data()?),
                _ => return None,
            }
        }
        Some(told)
    }
}

#[derive(Default)]
struct Told {
    bytes: Vec<u8>,
    response_topic: Option<String>,
    correlation_data: Option<String>,
    reason: String,
    receive_max: Option<u16>,
}

/// The next packet.
pub(in crate::mqtt) async fn read(wire: &mut Wire, version: Version) -> Result<Incoming, Broken> {
    let odd = |wire: &Wire| {
        let place = wire.place();
        Broken::new(format!(
            "what answers at `{place}` does not speak MQTT: look at the port and the scheme of `server`"
        ))
    };
    let first = wire.take(1).await?[0];
    let mut size = 0;
    let mut shift = 0;
    loop {
        let byte = wire.take(1).await?[0];
        size |= usize::from(byte & 0x7f) << shift;
        shift += 7;
        match byte & 0x80 {
            0 => break,
            _ if shift > 21 => return Err(odd(wire)),
            _ => {}
        }
    }
    if size > ROW_BYTES_MAX {
        let limit = ROW_BYTES_MAX >> 20;
        return Err(Broken::new(format!(
            "`{}` sends a message of {size} bytes; at most {limit} MB are read",
            wire.place()
        )));
    }
    let body = wire.take(size).await?;
    parse(version, first, &body).ok_or_else(|| odd(wire))
}

fn parse(version: Version, first: u8, body: &[u8]) -> Option<Incoming> {
    let mut part = Part(body);
    match first >> 4 {
        2 => {
            let is_known = part.byte()? & 1 == 1;
            let code = part.byte()?;
            let told = part.properties(version)?;
            Some(Incoming::Welcome {
                is_known,
                code,
                reason: told.reason,
                receive_max: told.receive_max.unwrap_or(u16::MAX),
            })
        }
        3 => {
            let qos = (first >> 1) & 3;
            let topic = part.text()?;
            let id = if qos > 0 { part.number()? } else { 0 };
            let told = part.properties(version)?;
            Some(Incoming::Message(Message {
                id,
                topic,
                qos,
                is_again: first & 8 != 0,
                retain: first & 1 != 0,
                properties: told.bytes,
                response_topic: told.response_topic,
                correlation_data: told.correlation_data,
                payload: part.0.to_vec(),
            }))
        }
        kind @ PUBACK..=PUBCOMP => {
            let id = part.number()?;
            let code = part.byte().unwrap_or(0);
            let reason = part.properties(version)?.reason;
            Some(Incoming::Step { kind, id, code, reason })
        }
        9 => {
            part.number()?;
            part.properties(version)?;
            Some(Incoming::Subscribed { codes: part.0.to_vec() })
        }
        13 => Some(Incoming::Alive),
        14 => {
            let code = part.byte().unwrap_or(0);
            Some(Incoming::Goodbye { code, reason: part.properties(version)?.reason })
        }
        15 => Some(Incoming::Exchange),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::packet::{self, Outgoing};

    #[test]
    fn what_is_sent_can_be_read() {
        for version in [Version::V3, Version::V5] {
            let is_new = version == Version::V5;
            let payload = vec![b'x'; 300];
            let message = Outgoing {
                topic: "a/b",
                payload: &payload,
                qos: 2,
                retain: true,
                response_topic: is_new.then_some("r"),
                correlation_data: is_new.then_some(b"id"),
            };
            let bytes = packet::publish(version, &message, 7).unwrap();
            let mut part = Part(&bytes[1..]);
            let size = part.size().unwrap();
            assert_eq!(size, part.0.len());
            let Some(Incoming::Message(read)) = parse(version, bytes[0], part.0) else { panic!() };
            assert_eq!((read.id, read.topic.as_str(), read.qos, read.retain), (7, "a/b", 2, true));
            assert_eq!((read.payload, read.is_again), (payload, false));
            let answer = is_new.then(|| ("r".to_owned(), "aWQ=".to_owned()));
            assert_eq!(read.response_topic.zip(read.correlation_data), answer);
        }
    }

    #[test]
    fn what_is_cut_off_is_no_packet() {
        let message = Outgoing { topic: "topic", qos: 1, ..Outgoing::default() };
        let bytes = packet::publish(Version::V5, &message, 1).unwrap();
        for end in 2..bytes.len() - 1 {
            assert!(parse(Version::V5, bytes[0], &bytes[2..end]).is_none(), "{end}");
        }
        assert!(parse(Version::V5, 0x20, &[0]).is_none());
        assert!(parse(Version::V5, 0x20, &[0, 0, 1, 0x7e]).is_none());
        assert!(parse(Version::V5, 0x00, &[]).is_none());
    }
}

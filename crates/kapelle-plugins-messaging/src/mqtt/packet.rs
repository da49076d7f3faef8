//! Packets as they travel: what is written here, and what is [`read`].

mod meaning;
mod read;

use kapelle_model::{Failure, Text};
use kapelle_plugin::ion::ROW_BYTES_MAX;

pub(super) use meaning::meaning;
pub(super) use read::{Incoming, read};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Version {
    V3,
    #[default]
    V5,
}

/// For how many seconds a server keeps what came for one who is away: a week, so that nobody who is gone for good is
/// remembered for ever.
const SESSION_SECONDS: u32 = 7 * 24 * 3600;

/// Kinds of packets, as the first four bits tell them.
pub(super) const PUBACK: u8 = 4;
pub(super) const PUBREC: u8 = 5;
pub(super) const PUBREL: u8 = 6;
pub(super) const PUBCOMP: u8 = 7;

/// Names of properties.
mod property {
    pub(super) const RESPONSE_TOPIC: u8 = 0x08;
    pub(super) const CORRELATION_DATA: u8 = 0x09;
    pub(super) const SESSION_EXPIRY: u8 = 0x11;
    pub(super) const AUTH_METHOD: u8 = 0x15;
    pub(super) const REASON: u8 = 0x1f;
    pub(super) const RECEIVE_MAX: u8 = 0x21;
    pub(super) const PACKET_MAX: u8 = 0x27;
}

/// Who comes.
pub(super) struct Hello<'h> {
    pub(super) client: &'h str,
    /// What came while it was away is kept, and what comes when it goes.
    pub(super) keeps: bool,
    pub(super) alive_seconds: u16,
    pub(super) user: Option<&'h Text>,
    pub(super) password: Option<&'h Text>,
    pub(super) method: Option<&'h str>,
}

/// A message that is sent.
#[derive(Default)]
pub(super) struct Outgoing<'o> {
    pub(super) topic: &'o str,
    pub(super) payload: &'o [u8],
    pub(super) qos: u8,
    pub(super) retain: bool,
    pub(super) response_topic: Option<&'o str>,
    pub(super) correlation_data: Option<&'o [u8]>,
}

fn data(bytes: &mut Vec<u8>, what: &str, part: &[u8]) -> Result<(), Failure> {
    let size = u16::try_from(part.len())
        .map_err(|_| Failure::new(format!("{what} has more than 65535 bytes, which MQTT does not allow")))?;
    bytes.extend_from_slice(&size.to_be_bytes());
    bytes.extend_from_slice(part);
    Ok(())
}

/// A number in groups of seven bits.
fn size(bytes: &mut Vec<u8>, mut number: usize) {
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        bytes.push(if number > 0 { low | 0x80 } else { low });
        if number == 0 {
            return;
        }
    }
}

fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    size(&mut bytes, body.len());
    bytes.extend_from_slice(body);
    bytes
}

fn properties(version: Version, body: &mut Vec<u8>, all: &[u8]) {
    if version == Version::V5 {
        size(body, all.len());
        body.extend_from_slice(all);
    }
}

pub(super) fn connect(version: Version, hello: &Hello<'_>) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    data(&mut body, "", b"MQTT")?;
    body.push(if version == Version::V5 { 5 } else { 4 });
    let flag = |holds: bool, bit: u8| if holds { 1 << bit } else { 0 };
    body.push(flag(!hello.keeps, 1) | flag(hello.password.is_some(), 6) | flag(hello.user.is_some(), 7));
    body.extend_from_slice(&hello.alive_seconds.to_be_bytes());
    let mut all = Vec::new();
    if hello.keeps {
        all.push(property::SESSION_EXPIRY);
        all.extend_from_slice(&SESSION_SECONDS.to_be_bytes());
    }
    all.push(property::RECEIVE_MAX);
    all.extend_from_slice(&u16::MAX.to_be_bytes());
    all.push(property::PACKET_MAX);
    all.extend_from_slice(&(ROW_BYTES_MAX as u32).to_be_bytes());
    if let Some(method) = hello.method {
        all.push(property::AUTH_METHOD);
        data(&mut all, "`authMethod`", method.as_bytes())?;
    }
    properties(version, &mut body, &all);
    data(&mut body, "`clientId`", hello.client.as_bytes())?;
    if let Some(user) = hello.user {
        data(&mut body, "`username`", user.expose().as_bytes())?;
    }
    if let Some(password) = hello.password {
        data(&mut body, "`password`", password.expose().as_bytes())?;
    }
    Ok(packet(0x10, &body))
}

pub(super) fn publish(version: Version, message: &Outgoing<'_>, id: u16) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    data(&mut body, "`topic`", message.topic.as_bytes())?;
    if message.qos > 0 {
        body.extend_from_slice(&id.to_be_bytes());
    }
    let mut all = Vec::new();
    if let Some(topic) = message.response_topic {
        all.push(property::RESPONSE_TOPIC);
        data(&mut all, "`responseTopic`", topic.as_bytes())?;
    }
    if let Some(correlation) = message.correlation_data {
        all.push(property::CORRELATION_DATA);
        data(&mut all, "`correlationData`", correlation)?;
    }
    properties(version, &mut body, &all);
    body.extend_from_slice(message.payload);
    if body.len() > ROW_BYTES_MAX {
        return Err(Failure::new(format!("a message has more than {} MB", ROW_BYTES_MAX >> 20)));
    }
    Ok(packet(0x30 | (message.qos << 1) | u8::from(message.retain), &body))
}

pub(super) fn subscribe(version: Version, id: u16, topics: &[String], qos: u8) -> Result<Vec<u8>, Failure> {
    let mut body = id.to_be_bytes().to_vec();
    properties(version, &mut body, &[]);
    for topic in topics {
        data(&mut body, "`topic`", topic.as_bytes())?;
        body.push(qos);
    }
    Ok(packet(0x82, &body))
}

/// A step of a delivery: PUBACK, PUBREC, PUBREL or PUBCOMP.
pub(super) fn step(kind: u8, id: u16) -> Vec<u8> {
    let flags = if kind == PUBREL { 2 } else { 0 };
    packet((kind << 4) | flags, &id.to_be_bytes())
}

pub(super) fn ping() -> Vec<u8> {
    packet(0xc0, &[])
}

pub(super) fn disconnect() -> Vec<u8> {
    packet(0xe0, &[])
}

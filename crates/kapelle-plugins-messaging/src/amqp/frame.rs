//! Frames: what a connection carries, and the numbers of methods.

use kapelle_model::Failure;
use kapelle_plugin::Broken;

use super::coding::{Writer, garbled};
use kapelle_plugin::wire::Wire;

pub(super) const METHOD: u8 = 1;
pub(super) const HEADER: u8 = 2;
pub(super) const BODY: u8 = 3;
pub(super) const HEARTBEAT: u8 = 8;
const END: u8 = 0xCE;

/// Bytes around what a frame carries.
pub(super) const AROUND: usize = 8;

/// A method: the number of its class, and its own.
pub(super) type Method = (u16, u16);

pub(super) const START: Method = (10, 10);
pub(super) const START_OK: Method = (10, 11);
pub(super) const TUNE: Method = (10, 30);
pub(super) const TUNE_OK: Method = (10, 31);
pub(super) const OPEN: Method = (10, 40);
pub(super) const OPEN_OK: Method = (10, 41);
pub(super) const CLOSE: Method = (10, 50);
pub(super) const CHANNEL_OPEN: Method = (20, 10);
pub(super) const CHANNEL_OPEN_OK: Method = (20, 11);
pub(super) const CHANNEL_CLOSE: Method = (20, 40);
pub(super) const EXCHANGE_DECLARE: Method = (40, 10);
pub(super) const EXCHANGE_DECLARE_OK: Method = (40, 11);
pub(super) const QUEUE_DECLARE: Method = (50, 10);
pub(super) const QUEUE_DECLARE_OK: Method = (50, 11);
pub(super) const QUEUE_BIND: Method = (50, 20);
pub(super) const QUEUE_BIND_OK: Method = (50, 21);
#[cfg(test)]
pub(super) const QUEUE_DELETE: Method = (50, 40);
#[cfg(test)]
pub(super) const QUEUE_DELETE_OK: Method = (50, 41);
pub(super) const QOS: Method = (60, 10);
pub(super) const QOS_OK: Method = (60, 11);
pub(super) const CONSUME: Method = (60, 20);
pub(super) const CONSUME_OK: Method = (60, 21);
pub(super) const CANCEL: Method = (60, 30);
pub(super) const PUBLISH: Method = (60, 40);
pub(super) const RETURN: Method = (60, 50);
pub(super) const DELIVER: Method = (60, 60);
pub(super) const ACK: Method = (60, 80);
pub(super) const REJECT: Method = (60, 90);
pub(super) const NACK: Method = (60, 120);
pub(super) const CONFIRM: Method = (85, 10);
pub(super) const CONFIRM_OK: Method = (85, 11);

/// What a frame carries.
pub(super) struct Frame {
    pub(super) kind: u8,
    pub(super) payload: Vec<u8>,
}

impl Frame {
    /// The next frame, which has to come now.
    pub(super) async fn read(wire: &mut Wire, bytes_max: usize) -> Result<Self, Broken> {
        let head = wire.take(7).await?;
        if head.starts_with(b"AMQP") {
            return Err(Failure::new("the server does not speak AMQP 0.9.1").into());
        }
        let kind = head[0];
        let size = u32::from_be_bytes([head[3], head[4], head[5], head[6]]) as usize;
        if size > bytes_max || !matches!(kind, METHOD | HEADER | BODY | HEARTBEAT) {
            return Err(garbled().into());
        }
        let mut payload = wire.take(size + 1).await?.to_vec();
        if payload.pop() != Some(END) {
            return Err(garbled().into());
        }
        Ok(Self { kind, payload })
    }
}

/// Appends a frame to what is sent.
pub(super) fn append(bytes: &mut Vec<u8>, kind: u8, channel: u16, payload: &[u8]) -> Result<(), Failure> {
    let head = Writer::default().u8(kind).u16(channel).long(payload)?;
    bytes.extend(head.bytes);
    bytes.push(END);
    Ok(())
}

/// Appends a method with its arguments.
pub(super) fn append_method(
    bytes: &mut Vec<u8>,
    channel: u16,
    method: Method,
    arguments: Writer,
) -> Result<(), Failure> {
    let mut payload = Writer::default().u16(method.0).u16(method.1);
    payload.bytes.extend(arguments.bytes);
    append(bytes, METHOD, channel, &payload.bytes)
}

//! Packets of the protocol, and the forms of numbers and texts in them.

use kapelle_http::Line;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};

use crate::values::VALUE_BYTES_MAX;
use crate::wrong::Wrong;

/// A packet that is as long as this goes on in the next one.
const PART_MAX: usize = 0xff_ffff;

/// Bytes that are read at once.
const BUFFER: usize = 64 << 10;

/// A connection, packet by packet.
pub(super) struct Wire {
    stream: BufReader<Line>,
    number: u8,
}

impl Wire {
    pub(super) fn new(line: Line) -> Self {
        Self { stream: BufReader::with_capacity(BUFFER, line), number: 0 }
    }

    /// The connection itself. Nothing may have been read ahead.
    pub(super) fn into_line(self) -> Line {
        self.stream.into_inner()
    }

    /// The same connection, secured by now: the numbers of packets go on.
    pub(super) fn goes_on(mut self, number: u8) -> Self {
        self.number = number;
        self
    }

    pub(super) const fn number(&self) -> u8 {
        self.number
    }

    pub(super) async fn read(&mut self) -> Result<Vec<u8>, Wrong> {
        let mut packet = Vec::new();
        loop {
            let mut head = [0; 4];
            self.stream.read_exact(&mut head).await.map_err(|error| broke(&error))?;
            let length = usize::from(head[0]) | usize::from(head[1]) << 8 | usize::from(head[2]) << 16;
            self.number = head[3].wrapping_add(1);
            let start = packet.len();
            if start + length > VALUE_BYTES_MAX {
                return Err(Wrong::lost(format!("a row has more than {} MB", VALUE_BYTES_MAX >> 20)));
            }
            packet.resize(start + length, 0);
            self.stream.read_exact(&mut packet[start..]).await.map_err(|error| broke(&error))?;
            if length < PART_MAX {
                return Ok(packet);
            }
        }
    }

    /// Sends a packet after the one that was read last.
    pub(super) async fn write(&mut self, packet: &[u8]) -> Result<(), Wrong> {
        let mut bytes = Vec::with_capacity(packet.len() + 4);
        let mut rest = packet;
        loop {
            let (part, after) = rest.split_at(rest.len().min(PART_MAX));
            bytes.extend_from_slice(&(part.len() as u32).to_le_bytes()[..3]);
            bytes.push(self.number);
            bytes.extend_from_slice(part);
            self.number = self.number.wrapping_add(1);
            rest = after;
            if part.len() < PART_MAX {
                break;
            }
        }
        self.stream.get_mut().write_all(&bytes).await.map_err(|error| broke(&error))
    }

    /// Begins a command.
    pub(super) async fn command(&mut self, code: u8, content: &[u8]) -> Result<(), Wrong> {
        self.number = 0;
        self.write(&[&[code], content].concat()).await
    }

    pub(super) async fn flush(&mut self) -> Result<(), Wrong> {
        self.stream.get_mut().flush().await.map_err(|error| broke(&error))
    }
}

fn broke(error: &std::io::Error) -> Wrong {
    Wrong::lost(format!("the connection broke: {error}"))
}

fn damaged() -> Wrong {
    Wrong::lost("the server sent something that is no answer")
}

/// The content of a packet, read from its start.
pub(super) struct Content<'p>(pub(super) &'p [u8]);

impl<'p> Content<'p> {
    pub(super) fn take<const N: usize>(&mut self) -> Result<[u8; N], Wrong> {
        let (first, rest) = self.0.split_first_chunk::<N>().ok_or_else(damaged)?;
        self.0 = rest;
        Ok(*first)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Wrong> {
        self.take::<1>().map(|[byte]| byte)
    }

    pub(super) fn some(&mut self, count: usize) -> Result<&'p [u8], Wrong> {
        let (first, rest) = self.0.split_at_checked(count).ok_or_else(damaged)?;
        self.0 = rest;
        Ok(first)
    }

    /// Up to a zero byte, which is left out, or the end.
    pub(super) fn until_zero(&mut self) -> &'p [u8] {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        let (first, rest) = self.0.split_at(end);
        self.0 = rest.get(1..).unwrap_or_default();
        first
    }

    /// A number that takes as many bytes as it needs; `None` for null.
    pub(super) fn number(&mut self) -> Result<Option<u64>, Wrong> {
        Ok(Some(match self.byte()? {
            0xfb => return Ok(None),
            0xfc => u16::from_le_bytes(self.take()?).into(),
            0xfd => {
                let [a, b, c] = self.take()?;
                u32::from_le_bytes([a, b, c, 0]).into()
            }
            0xfe => u64::from_le_bytes(self.take()?),
            small => small.into(),
        }))
    }

    /// Bytes with their number in front; `None` for null.
    pub(super) fn counted(&mut self) -> Result<Option<&'p [u8]>, Wrong> {
        match self.number()? {
            None => Ok(None),
            Some(count) => self.some(usize::try_from(count).map_err(|_| damaged())?).map(Some),
        }
    }
}

/// Adds a number that takes as many bytes as it needs.
pub(super) fn put_number(number: u64, out: &mut Vec<u8>) {
    let bytes = number.to_le_bytes();
    match number {
        0..=0xfa => out.push(bytes[0]),
        0xfb..=0xffff => out.extend([&[0xfc], &bytes[..2]].concat()),
        0x1_0000..=0xff_ffff => out.extend([&[0xfd], &bytes[..3]].concat()),
        _ => out.extend([&[0xfe], &bytes[..]].concat()),
    }
}

/// Adds bytes with their number in front.
pub(super) fn put_counted(bytes: &[u8], out: &mut Vec<u8>) {
    put_number(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

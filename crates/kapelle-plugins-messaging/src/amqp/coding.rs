//! The types of AMQP as bytes.

use kapelle_model::Failure;

/// Bytes that become the arguments of a method.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
}

impl Writer {
    pub(super) fn u8(mut self, number: u8) -> Self {
        self.bytes.push(number);
        self
    }

    pub(super) fn u16(mut self, number: u16) -> Self {
        self.bytes.extend(number.to_be_bytes());
        self
    }

    pub(super) fn u32(mut self, number: u32) -> Self {
        self.bytes.extend(number.to_be_bytes());
        self
    }

    pub(super) fn u64(mut self, number: u64) -> Self {
        self.bytes.extend(number.to_be_bytes());
        self
    }

    /// Up to eight flags, the first one lowest.
    pub(super) fn flags(self, flags: &[bool]) -> Self {
        self.u8(flags.iter().rev().fold(0, |byte, flag| byte << 1 | u8::from(*flag)))
    }

    /// A text of at most 255 bytes.
    pub(super) fn short(mut self, what: &str, text: &str) -> Result<Self, Failure> {
        let length = u8::try_from(text.len()).map_err(|_| {
            Failure::new(format!("`{what}` has {} bytes: AMQP allows at most 255 there", text.len()))
        })?;
        self.bytes.push(length);
        self.bytes.extend(text.as_bytes());
        Ok(self)
    }

    pub(super) fn long(mut self, content: &[u8]) -> Result<Self, Failure> {
        let length = u32::try_from(content.len())
            .map_err(|_| Failure::new("a text has more than the 4 GB that AMQP allows"))?;
        self.bytes.extend(length.to_be_bytes());
        self.bytes.extend(content);
        Ok(self)
    }
}

/// The rest of bytes that are read.
pub(super) struct Reader<'b> {
    rest: &'b [u8],
}

/// What is said where bytes end too early, or mean nothing.
pub(super) fn garbled() -> Failure {
    Failure::new("the server sent what is no AMQP 0.9.1: is this the port of a broker, usually 5672?")
}

impl<'b> Reader<'b> {
    pub(super) fn new(rest: &'b [u8]) -> Self {
        Self { rest }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn bytes(&mut self, count: usize) -> Result<&'b [u8], Failure> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or_else(garbled)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Failure> {
        self.bytes(N)?.try_into().map_err(|_| garbled())
    }

    pub(super) fn u8(&mut self) -> Result<u8, Failure> {
        self.array().map(u8::from_be_bytes)
    }

    pub(super) fn u16(&mut self) -> Result<u16, Failure> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Failure> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, Failure> {
        self.array().map(u64::from_be_bytes)
    }

    pub(super) fn short(&mut self) -> Result<String, Failure> {
        let length = self.u8()?;
        Ok(String::from_utf8_lossy(self.bytes(usize::from(length))?).into_owned())
    }

    pub(super) fn long(&mut self) -> Result<&'b [u8], Failure> {
        let length = self.u32()?;
        self.bytes(usize::try_from(length).map_err(|_| garbled())?)
    }
}

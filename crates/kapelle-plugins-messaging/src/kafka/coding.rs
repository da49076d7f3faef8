//! The types of Kafka's protocol as bytes.

use kapelle_model::Failure;

#[derive(Default)]
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
}

impl Writer {
    pub(super) fn i8(mut self, number: i8) -> Self {
        self.bytes.extend(number.to_be_bytes());
        self
    }

    pub(super) fn i16(mut self, number: i16) -> Self {
        self.bytes.extend(number.to_be_bytes());
        self
    }

    pub(super) fn i32(mut self, number: i32) -> Self {
        self.bytes.extend(number.to_be_bytes());
        self
    }

    pub(super) fn i64(mut self, number: i64) -> Self {
        self.bytes.extend(number.to_be_bytes());
        self
    }

    /// How many there are of something. Numbers of it are bounded elsewhere.
    pub(super) fn count(self, count: usize) -> Self {
        self.i32(i32::try_from(count).unwrap_or(i32::MAX))
    }

    /// Texts longer than the protocol allows are cut by no broker: names are checked where they come from.
    pub(super) fn text(self, text: &str) -> Self {
        let mut writer = self.i16(i16::try_from(text.len()).unwrap_or(i16::MAX));
        writer.bytes.extend(text.as_bytes());
        writer
    }

    pub(super) fn maybe(self, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.text(text),
            None => self.i16(-1),
        }
    }

    pub(super) fn content(self, content: &[u8]) -> Self {
        let mut writer = self.count(content.len());
        writer.bytes.extend(content);
        writer
    }

    pub(super) fn raw(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend(bytes);
        self
    }

    /// A number that is short when it is near zero.
    pub(super) fn varint(mut self, number: i64) -> Self {
        let mut rest = ((number << 1) ^ (number >> 63)).cast_unsigned();
        loop {
            let low = (rest & 0x7f) as u8;
            rest >>= 7;
            if rest == 0 {
                self.bytes.push(low);
                return self;
            }
            self.bytes.push(low | 0x80);
        }
    }

    /// Bytes with their length as a short number; none has the length -1.
    pub(super) fn short_content(self, content: Option<&[u8]>) -> Self {
        match content {
            Some(content) => self.varint(content.len() as i64).raw(content),
            None => self.varint(-1),
        }
    }
}

pub(super) struct Reader<'b> {
    rest: &'b [u8],
}

/// What is said where bytes end too early, or mean nothing.
pub(super) fn garbled() -> Failure {
    Failure::new("the server sent what is not Kafka's protocol: is this the port of a broker, usually 9092?")
}

impl<'b> Reader<'b> {
    pub(super) fn new(rest: &'b [u8]) -> Self {
        Self { rest }
    }

    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn raw(&mut self, count: usize) -> Result<&'b [u8], Failure> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or_else(garbled)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Failure> {
        self.raw(N)?.try_into().map_err(|_| garbled())
    }

    pub(super) fn i8(&mut self) -> Result<i8, Failure> {
        self.array().map(i8::from_be_bytes)
    }

    pub(super) fn i16(&mut self) -> Result<i16, Failure> {
        self.array().map(i16::from_be_bytes)
    }

    pub(super) fn i32(&mut self) -> Result<i32, Failure> {
        self.array().map(i32::from_be_bytes)
    }

    pub(super) fn i64(&mut self) -> Result<i64, Failure> {
        self.array().map(i64::from_be_bytes)
    }

    pub(super) fn maybe(&mut self) -> Result<Option<String>, Failure> {
        match usize::try_from(self.i16()?) {
            Ok(length) => Ok(Some(String::from_utf8_lossy(self.raw(length)?).into_owned())),
            Err(_) => Ok(None),
        }
    }

    pub(super) fn text(&mut self) -> Result<String, Failure> {
        Ok(self.maybe()?.unwrap_or_default())
    }

    pub(super) fn content(&mut self) -> Result<&'b [u8], Failure> {
        match usize::try_from(self.i32()?) {
            Ok(length) => self.raw(length),
            Err(_) => Ok(&[]),
        }
    }

    /// A list; each item takes at least one byte, so that a wrong number ends soon.
    pub(super) fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, Failure>,
    ) -> Result<Vec<T>, Failure> {
        let count = self.i32()?.max(0);
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(item(self)?);
        }
        Ok(items)
    }

    pub(super) fn varint(&mut self) -> Result<i64, Failure> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.i8()?.cast_unsigned();
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok((number >> 1).cast_signed() ^ -((number & 1).cast_signed()));
            }
        }
        Err(garbled())
    }

    pub(super) fn short_content(&mut self) -> Result<Option<&'b [u8]>, Failure> {
        match usize::try_from(self.varint()?) {
            Ok(length) => self.raw(length).map(Some),
            Err(_) => Ok(None),
        }
    }
}

//! Writes JSON straight into bytes.
//!
//! It knows no types but those of JSON, and trusts its caller to close what was opened.

use kapelle_model::ExecutionId;

use super::numbers::Numbered;
use super::packing::{PLAIN, pack_plain};

/// JSON as it grows, with the number of the plain codec in front.
pub(super) struct Writer {
    out: Vec<u8>,
    is_secret: bool,
}

/// A place to come back to.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    length: usize,
    is_secret: bool,
}

impl Writer {
    pub(super) fn new() -> Self {
        let mut out = Vec::with_capacity(512);
        out.push(PLAIN);
        Self { out, is_secret: false }
    }

    /// The blob: what was written, packed if that pays.
    pub(super) fn into_blob(self) -> Vec<u8> {
        pack_plain(self.out)
    }

    /// Something that is marked as secret comes now.
    pub(super) fn mark_secret(&mut self) {
        self.is_secret = true;
    }

    /// Whether anything of what was written is marked as secret.
    pub(super) fn is_secret(&self) -> bool {
        self.is_secret
    }

    /// Where it is now, to come back to with [`Writer::truncate`].
    pub(super) fn mark(&self) -> Mark {
        Mark { length: self.out.len(), is_secret: self.is_secret }
    }

    /// What was written since then.
    pub(super) fn since(&self, mark: Mark) -> &[u8] {
        &self.out[mark.length..]
    }

    /// Forgets what was written since then.
    pub(super) fn truncate(&mut self, mark: Mark) {
        self.out.truncate(mark.length);
        self.is_secret = mark.is_secret;
    }

    pub(super) fn begin_map(&mut self) {
        self.separate();
        self.out.push(b'{');
    }

    pub(super) fn end_map(&mut self) {
        self.out.push(b'}');
    }

    pub(super) fn begin_list(&mut self) {
        self.separate();
        self.out.push(b'[');
    }

    pub(super) fn end_list(&mut self) {
        self.out.push(b']');
    }

    /// The key of what is written next.
    pub(super) fn key(&mut self, key: &str) {
        self.text(key);
        self.out.push(b':');
    }

    pub(super) fn null(&mut self) {
        self.word("null");
    }

    pub(super) fn bool(&mut self, value: bool) {
        self.word(if value { "true" } else { "false" });
    }

    pub(super) fn signed(&mut self, value: i64) {
        self.separate();
        if value < 0 {
            self.out.push(b'-');
        }
        self.digits(value.unsigned_abs());
    }

    pub(super) fn unsigned(&mut self, value: impl Into<u64>) {
        self.separate();
        self.digits(value.into());
    }

    pub(super) fn numbered(&mut self, value: impl Numbered) {
        self.unsigned(value.number());
    }

    pub(super) fn id(&mut self, id: ExecutionId) {
        self.word(&format!("\"{id}\""));
    }

    pub(super) fn optional_text(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.null(),
        }
    }

    pub(super) fn optional_unsigned(&mut self, number: Option<u32>) {
        match number {
            Some(number) => self.unsigned(number),
            None => self.null(),
        }
    }

    /// Something that is JSON already.
    pub(super) fn word(&mut self, word: &str) {
        self.separate();
        self.out.extend_from_slice(word.as_bytes());
    }

    pub(super) fn text(&mut self, text: &str) {
        self.separate();
        self.out.push(b'"');
        let bytes = text.as_bytes();
        let mut from = 0;
        for (at, &byte) in bytes.iter().enumerate() {
            if byte >= b' ' && byte != b'"' && byte != b'\\' {
                continue;
            }
            self.out.extend_from_slice(&bytes[from..at]);
            self.escape(byte);
            from = at + 1;
        }
        self.out.extend_from_slice(&bytes[from..]);
        self.out.push(b'"');
    }

    fn escape(&mut self, byte: u8) {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        self.out.push(b'\\');
        match byte {
            b'\n' => self.out.push(b'n'),
            b'\r' => self.out.push(b'r'),
            b'\t' => self.out.push(b't'),
            b'"' | b'\\' => self.out.push(byte),
            _ => {
                self.out.extend_from_slice(b"u00");
                self.out.extend([HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
            }
        }
    }

    fn digits(&mut self, mut value: u64) {
        let mut digits = [0; 20];
        let mut at = digits.len();
        loop {
            at -= 1;
            digits[at] = b'0' + (value % 10) as u8;
            value /= 10;
            if value == 0 {
                break;
            }
        }
        self.out.extend_from_slice(&digits[at..]);
    }

    /// A comma, unless something was just opened: texts end with a quotation mark, so the last byte tells.
    fn separate(&mut self) {
        if !matches!(self.out.last(), Some(&(PLAIN | b'{' | b'[' | b':'))) {
            self.out.push(b',');
        }
    }
}

/// Fields that are left out where they say nothing.
impl Writer {
    pub(super) fn field_unsigned(&mut self, key: &str, value: impl Into<u64>, default: u64) {
        let value = value.into();
        if value != default {
            self.key(key);
            self.unsigned(value);
        }
    }

    pub(super) fn field_signed(&mut self, key: &str, value: i64) {
        if value != 0 {
            self.key(key);
            self.signed(value);
        }
    }

    pub(super) fn field_numbered<T: Numbered + Default + PartialEq>(&mut self, key: &str, value: T) {
        if value != T::default() {
            self.key(key);
            self.numbered(value);
        }
    }

    pub(super) fn field_text(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.key(key);
            self.text(value);
        }
    }

    pub(super) fn field_id(&mut self, key: &str, value: Option<ExecutionId>) {
        if let Some(value) = value {
            self.key(key);
            self.id(value);
        }
    }
}

//! From the bytes that a program writes to lines.
//!
//! A line ends with a newline, a carriage return or both. What is too long is cut, so that a program that never ends its
//! line costs no more memory than others.

/// Bytes that a line of the log may have.
const LOG_BYTES_MAX: usize = 64 << 10;

/// Bytes that a message to Kapelle may have.
const MESSAGE_BYTES_MAX: usize = 1 << 20;

/// What stands around the JSON of a message.
const MESSAGE_START: &[u8] = b"::{";
const MESSAGE_END: &[u8] = b"}::";

/// A line of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// For the log.
    Words(String),
    /// For Kapelle: the JSON between the colons.
    Message(String),
}

/// Makes lines out of pieces.
#[derive(Default)]
pub struct Splitter {
    kept: Vec<u8>,
    /// Bytes of this line that were not kept.
    left_out: usize,
    /// The last byte was a carriage return: a newline that follows ends the same line.
    is_after_return: bool,
}

impl Splitter {
    /// Takes a piece, and gives the lines that end in it.
    pub fn push(&mut self, mut bytes: &[u8], each: &mut impl FnMut(Line)) {
        if std::mem::take(&mut self.is_after_return) && bytes.first() == Some(&b'\n') {
            bytes = &bytes[1..];
        }
        while let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            self.keep(&bytes[..end]);
            each(self.take());
            let is_return = bytes[end] == b'\r';
            bytes = &bytes[end + 1..];
            if is_return && bytes.first() == Some(&b'\n') {
                bytes = &bytes[1..];
            } else {
                self.is_after_return = is_return && bytes.is_empty();
            }
        }
        self.keep(bytes);
    }

    /// The last line, if it did not end.
    pub fn finish(&mut self, each: &mut impl FnMut(Line)) {
        if !self.kept.is_empty() {
            each(self.take());
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        let known = MESSAGE_START.len().saturating_sub(self.kept.len()).min(bytes.len());
        self.kept.extend_from_slice(&bytes[..known]);
        let rest = &bytes[known..];
        let max = if self.kept.starts_with(MESSAGE_START) { MESSAGE_BYTES_MAX } else { LOG_BYTES_MAX };
        let kept = rest.len().min(max.saturating_sub(self.kept.len()));
        self.kept.extend_from_slice(&rest[..kept]);
        self.left_out += rest.len() - kept;
    }

    fn take(&mut self) -> Line {
        let bytes = std::mem::take(&mut self.kept);
        let left_out = std::mem::take(&mut self.left_out);
        // The braces belong to the JSON; a message has at least its two.
        let is_message = left_out == 0
            && bytes.len() >= MESSAGE_START.len() + MESSAGE_END.len() - 1
            && bytes.starts_with(MESSAGE_START)
            && bytes.ends_with(MESSAGE_END);
        if is_message {
            return Line::Message(String::from_utf8_lossy(&bytes[2..bytes.len() - 2]).into_owned());
        }
        Line::Words(words(&bytes, left_out))
    }
}

/// A line for the log, cut where it is too long.
fn words(bytes: &[u8], left_out: usize) -> String {
    let whole = bytes.len() + left_out;
    if whole <= LOG_BYTES_MAX {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    let shown = without_half_character(&bytes[..LOG_BYTES_MAX.min(bytes.len())]);
    format!("{}… ({} bytes were cut)", String::from_utf8_lossy(shown), whole - shown.len())
}

/// Without the first bytes of a character whose last ones are missing.
fn without_half_character(bytes: &[u8]) -> &[u8] {
    let tail = bytes.len().saturating_sub(3);
    let Some(start) = (tail..bytes.len()).rev().find(|place| bytes[*place] & 0b1100_0000 == 0b1100_0000)
    else {
        return bytes;
    };
    let is_half = std::str::from_utf8(&bytes[start..]).is_err_and(|error| error.error_len().is_none());
    if is_half { &bytes[..start] } else { bytes }
}

#[cfg(test)]
mod tests;

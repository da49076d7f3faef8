//! The characters of a file, with the place of the next one.

use std::io::{self, BufRead, BufReader, Read};

/// Reads characters one by one. What it reads is UTF-8.
pub(crate) struct Characters<R> {
    from: BufReader<R>,
    next: Option<char>,
    is_begun: bool,
    /// Of the next character, both from 1.
    pub(crate) line: u64,
    pub(crate) column: u64,
}

impl<R: Read> Characters<R> {
    pub(crate) fn new(from: R) -> Self {
        Self {
            from: BufReader::with_capacity(64 << 10, from),
            next: None,
            is_begun: false,
            line: 1,
            column: 1,
        }
    }

    /// The next character, which stays.
    pub(crate) fn peek(&mut self) -> io::Result<Option<char>> {
        if !self.is_begun {
            self.is_begun = true;
            self.next = self.read()?;
        }
        Ok(self.next)
    }

    /// Takes the next character.
    pub(crate) fn next(&mut self) -> io::Result<Option<char>> {
        let taken = self.peek()?;
        if let Some(character) = taken {
            if character == '\n' {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += 1;
            }
            self.next = self.read()?;
        }
        Ok(taken)
    }

    /// Takes the next character if it is this one.
    pub(crate) fn take(&mut self, wanted: char) -> io::Result<bool> {
        let is_there = self.peek()? == Some(wanted);
        if is_there {
            self.next()?;
        }
        Ok(is_there)
    }

    fn read(&mut self) -> io::Result<Option<char>> {
        let mut bytes = [0; 4];
        let Some(first) = self.byte()? else { return Ok(None) };
        bytes[0] = first;
        let length = match first {
            0..0x80 => return Ok(Some(char::from(first))),
            0x80..0xe0 => 2,
            0xe0..0xf0 => 3,
            _ => 4,
        };
        for byte in &mut bytes[1..length] {
            *byte = self.byte()?.ok_or_else(wrong)?;
        }
        let text = std::str::from_utf8(&bytes[..length]).map_err(|_| wrong())?;
        Ok(text.chars().next())
    }

    fn byte(&mut self) -> io::Result<Option<u8>> {
        let Some(byte) = self.from.fill_buf()?.first().copied() else { return Ok(None) };
        self.from.consume(1);
        Ok(Some(byte))
    }
}

fn wrong() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the text is no UTF-8")
}

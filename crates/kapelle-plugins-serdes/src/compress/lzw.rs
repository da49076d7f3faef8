//! The form of the Unix program `compress`: codes of growing width for texts that came before.

use std::io::{self, Read};

/// The code that empties the table, if the file uses it.
const CLEAR: usize = 256;

const WIDTH_MIN: usize = 9;
const WIDTH_MAX: usize = 16;

pub(super) struct Lzw<R> {
    from: R,
    width_max: usize,
    has_clear: bool,
    width: usize,
    /// For each code the code of all but its last byte, and that byte.
    before: Vec<u16>,
    last: Vec<u8>,
    previous: Option<usize>,
    first_byte: u8,
    /// Codes come in groups of eight, all of one width.
    group: Vec<u8>,
    bit: usize,
    /// Bytes that are made, the next one at the end.
    made: Vec<u8>,
}

impl<R: Read> Lzw<R> {
    pub(super) fn new(mut from: R) -> io::Result<Self> {
        let mut header = [0; 3];
        from.read_exact(&mut header)?;
        let width_max = usize::from(header[2] & 0x1f);
        if header[..2] != [0x1f, 0x9d] || !(WIDTH_MIN..=WIDTH_MAX).contains(&width_max) {
            return Err(io::Error::other("it does not begin as such a file does"));
        }
        let mut lzw = Self {
            from,
            width_max,
            has_clear: header[2] & 0x80 != 0,
            width: WIDTH_MIN,
            before: Vec::new(),
            last: Vec::new(),
            previous: None,
            first_byte: 0,
            group: Vec::new(),
            bit: 0,
            made: Vec::new(),
        };
        lzw.empty();
        Ok(lzw)
    }

    fn empty(&mut self) {
        let codes = if self.has_clear { CLEAR + 1 } else { CLEAR };
        self.before = vec![0; codes];
        self.last = (0..codes).map(|code| code as u8).collect();
        self.previous = None;
        self.change_width(WIDTH_MIN);
    }

    /// The rest of a group is filling when the width changes.
    fn change_width(&mut self, width: usize) {
        self.width = width;
        self.group.clear();
        self.bit = 0;
    }

    fn code(&mut self) -> io::Result<Option<usize>> {
        if self.bit + self.width > self.group.len() * 8 {
            self.group.clear();
            self.bit = 0;
            (&mut self.from).take(self.width as u64).read_to_end(&mut self.group)?;
            if self.group.len() * 8 < self.width {
                return Ok(None);
            }
        }
        let mut code = 0;
        for place in 0..self.width {
            let bit = self.bit + place;
            code |= usize::from(self.group[bit / 8] >> (bit % 8) & 1) << place;
        }
        self.bit += self.width;
        Ok(Some(code))
    }

    /// Makes the bytes of the next code. Whether there was one.
    fn step(&mut self) -> io::Result<bool> {
        if self.last.len() >= 1 << self.width && self.width < self.width_max {
            self.change_width(self.width + 1);
        }
        let Some(code) = self.code()? else { return Ok(false) };
        if self.has_clear && code == CLEAR {
            self.empty();
            return Ok(true);
        }
        let Some(previous) = self.previous else {
            if code >= CLEAR {
                return Err(io::Error::other("the first code is wrong"));
            }
            self.first_byte = code as u8;
            self.made.push(self.first_byte);
            self.previous = Some(code);
            return Ok(true);
        };
        let mut at = code;
        if code == self.last.len() {
            // The code that is only now being made: what came before, and its first byte again.
            self.made.push(self.first_byte);
            at = previous;
        } else if code > self.last.len() {
            return Err(io::Error::other("a code is wrong"));
        }
        while at >= CLEAR {
            self.made.push(self.last[at]);
            at = usize::from(self.before[at]);
        }
        self.first_byte = at as u8;
        self.made.push(self.first_byte);
        if self.last.len() < 1 << self.width_max {
            self.before.push(previous as u16);
            self.last.push(self.first_byte);
        }
        self.previous = Some(code);
        Ok(true)
    }
}

impl<R: Read> Read for Lzw<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let mut count = 0;
        while count < to.len() {
            if let Some(byte) = self.made.pop() {
                to[count] = byte;
                count += 1;
            } else if !self.step()? {
                break;
            }
        }
        Ok(count)
    }
}

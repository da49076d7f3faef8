//! One block of LZ4 without a frame. Nothing in front says how large it becomes, so it is read in parts.

use std::io::{self, BufRead, Read};

/// How far back a copy may begin.
const WINDOW_BYTES: usize = 64 << 10;

/// Bytes that are made at once, if a copy is not longer.
const PART_BYTES: usize = 256 << 10;

pub(super) struct Lz4Block<R> {
    from: R,
    /// The window, and behind it what was not given yet.
    made: Vec<u8>,
    given: usize,
    next: Next,
}

enum Next {
    Token,
    /// So many bytes are to be taken as they are, and then comes a copy with this part of its length.
    Literals(u64, u8),
    /// So many bytes are to be copied from so far back.
    Copy(u64, usize),
    End,
}

impl<R: BufRead> Lz4Block<R> {
    pub(super) fn new(from: R) -> Self {
        Self { from, made: Vec::new(), given: 0, next: Next::Token }
    }

    fn byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.from.read_exact(&mut byte)?;
        Ok(byte[0])
    }

    /// A length whose first part stands in the token.
    fn length(&mut self, first: u8) -> io::Result<u64> {
        let mut length = u64::from(first);
        if first == 15 {
            loop {
                let byte = self.byte()?;
                length += u64::from(byte);
                if byte != 255 {
                    break;
                }
            }
        }
        Ok(length)
    }

    fn step(&mut self) -> io::Result<()> {
        self.next = match self.next {
            Next::End => Next::End,
            Next::Token => {
                if self.from.fill_buf()?.is_empty() {
                    Next::End
                } else {
                    let token = self.byte()?;
                    Next::Literals(self.length(token >> 4)?, token & 15)
                }
            }
            Next::Literals(0, more) => {
                // The last part has no copy.
                if self.from.fill_buf()?.is_empty() {
                    Next::End
                } else {
                    let back = usize::from(self.byte()?) | usize::from(self.byte()?) << 8;
                    if back == 0 || back > self.made.len() {
                        return Err(io::Error::other("a copy begins before the beginning"));
                    }
                    Next::Copy(self.length(more)? + 4, back)
                }
            }
            Next::Literals(left, more) => {
                let count = left.min(PART_BYTES as u64);
                let taken = (&mut self.from).take(count).read_to_end(&mut self.made)?;
                if (taken as u64) < count {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                Next::Literals(left - count, more)
            }
            Next::Copy(0, _) => Next::Token,
            Next::Copy(left, back) => {
                let count = left.min(PART_BYTES as u64);
                for _ in 0..count {
                    self.made.push(self.made[self.made.len() - back]);
                }
                Next::Copy(left - count, back)
            }
        };
        Ok(())
    }
}

impl<R: BufRead> Read for Lz4Block<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.given == self.made.len() {
            let kept = self.made.len().saturating_sub(WINDOW_BYTES);
            self.made.drain(..kept);
            self.given = self.made.len();
            while self.made.len() < self.given + PART_BYTES && !matches!(self.next, Next::End) {
                self.step()?;
            }
        }
        let left = &self.made[self.given..];
        let count = left.len().min(to.len());
        to[..count].copy_from_slice(&left[..count]);
        self.given += count;
        Ok(count)
    }
}

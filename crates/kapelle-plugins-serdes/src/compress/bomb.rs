//! Files that are small and become larger than any disk.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// Bytes up to which nobody asks how small a file was.
const BYTES_FREE: u64 = 1 << 30;

/// How many times larger a file may become beyond that. Data that people compress becomes ten or, rarely, some hundred
/// times larger.
const TIMES_MAX: u64 = 2_000;

/// Whether a file of so many bytes may become so large.
fn is_bomb(packed: u64, unpacked: u64) -> bool {
    unpacked > BYTES_FREE && unpacked / TIMES_MAX > packed
}

/// Counts what is read.
pub(super) struct Counted<R> {
    from: R,
    count: Rc<Cell<u64>>,
}

impl<R> Counted<R> {
    pub(super) fn new(from: R) -> (Self, Rc<Cell<u64>>) {
        let count = Rc::new(Cell::new(0));
        (Self { from, count: Rc::clone(&count) }, count)
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(to)?;
        self.count.set(self.count.get() + count as u64);
        Ok(count)
    }
}

/// What was unpacked, as long as it has some measure.
pub(super) struct Measured<R> {
    from: R,
    packed: Rc<Cell<u64>>,
    /// Bytes that were unpacked of the whole file.
    unpacked: Rc<Cell<u64>>,
}

impl<R> Measured<R> {
    pub(super) fn new(from: R, packed: Rc<Cell<u64>>, unpacked: Rc<Cell<u64>>) -> Self {
        Self { from, packed, unpacked }
    }
}

impl<R: Read> Read for Measured<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(to)?;
        self.unpacked.set(self.unpacked.get() + count as u64);
        if is_bomb(self.packed.get(), self.unpacked.get()) {
            return Err(io::Error::other(format!(
                "{} bytes became more than {} GB, which is {TIMES_MAX} times as much: such a file is made to fill disks; \
                 if it is not, decompress it with a script",
                self.packed.get(),
                self.unpacked.get() >> 30
            )));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_without_measure_is_a_bomb() {
        for (packed, unpacked, expected) in [
            (1, BYTES_FREE, false),
            (1, BYTES_FREE + 1, true),
            (BYTES_FREE, 100 * BYTES_FREE, false),
            (BYTES_FREE / 1_000, 3 * BYTES_FREE, true),
        ] {
            assert_eq!(is_bomb(packed, unpacked), expected, "{packed} {unpacked}");
        }
        let (counted, packed) = Counted::new(io::repeat(0));
        let unpacked = Rc::new(Cell::new(BYTES_FREE));
        let mut measured = Measured::new(counted.take(10), packed, unpacked);
        assert!(io::copy(&mut measured, &mut io::sink()).unwrap_err().to_string().contains("fill disks"));
    }
}

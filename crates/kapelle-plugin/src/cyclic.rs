//! Cyclic redundancy checks of what comes in parts.

/// A checksum on its way.
pub struct Cyclic {
    /// What each value of a byte does to the state.
    table: Box<[u64; 256]>,
    state: u64,
    /// How many bytes the result has.
    bytes: usize,
}

impl Cyclic {
    pub fn crc32() -> Self {
        Self::of(0xEDB8_8320, 4)
    }

    /// The one with Castagnoli's polynomial.
    pub fn crc32c() -> Self {
        Self::of(0x82F6_3B78, 4)
    }

    pub fn crc64_nvme() -> Self {
        Self::of(0x9A6C_9329_AC4B_C9B5, 8)
    }

    /// With a polynomial whose bits are reversed.
    fn of(polynomial: u64, bytes: usize) -> Self {
        let mut table = Box::new([0; 256]);
        for (value, entry) in (0_u64..).zip(table.iter_mut()) {
            *entry = (0..8)
                .fold(value, |rest, _| if rest & 1 == 1 { (rest >> 1) ^ polynomial } else { rest >> 1 });
        }
        Self { table, state: u64::MAX >> (64 - 8 * bytes), bytes }
    }

    pub fn add(&mut self, part: &[u8]) {
        for byte in part {
            self.state = self.table[((self.state ^ u64::from(*byte)) & 0xff) as usize] ^ (self.state >> 8);
        }
    }

    /// The checksum, its highest byte first.
    pub fn value(&self) -> Vec<u8> {
        (!self.state).to_be_bytes()[8 - self.bytes..].to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::hex;

    /// The values that the catalogues of such checksums give for these nine digits.
    #[test]
    fn checksums_are_those_of_the_catalogues() {
        for (mut sum, expected) in [
            (Cyclic::crc32(), "cbf43926"),
            (Cyclic::crc32c(), "e3069283"),
            (Cyclic::crc64_nvme(), "ae8b14860a799888"),
        ] {
            sum.add(b"1234");
            sum.add(b"56789");
            assert_eq!(hex(&sum.value()), expected);
        }
    }
}

//! Fields of a message as bytes.

pub(super) type Read<T> = Result<T, String>;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Wire<'w> {
    Number(u64),
    Eight([u8; 8]),
    Four([u8; 4]),
    Bytes(&'w [u8]),
}

/// Takes fields off the front of bytes.
pub(super) struct Fields<'w> {
    pub(super) bytes: &'w [u8],
}

fn cut() -> String {
    "it ends in the middle of a field".to_owned()
}

impl<'w> Fields<'w> {
    fn take(&mut self, count: u64) -> Read<&'w [u8]> {
        let count = usize::try_from(count).map_err(|_| cut())?;
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or_else(cut)?;
        self.bytes = rest;
        Ok(taken)
    }

    /// A number in groups of seven bits, the lowest first.
    pub(super) fn number(&mut self) -> Read<u64> {
        let mut number: u64 = 0;
        for shift in (0..70).step_by(7) {
            let byte = self.take(1)?[0];
            if shift < 64 {
                number |= u64::from(byte & 0x7f) << shift;
            }
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err("a number is too long".to_owned())
    }

    pub(super) fn four(&mut self) -> Read<[u8; 4]> {
        self.take(4)?.try_into().map_err(|_| cut())
    }

    pub(super) fn eight(&mut self) -> Read<[u8; 8]> {
        self.take(8)?.try_into().map_err(|_| cut())
    }

    /// The next field with its number.
    pub(super) fn next(&mut self) -> Read<Option<(u64, Wire<'w>)>> {
        if self.bytes.is_empty() {
            return Ok(None);
        }
        let tag = self.number()?;
        let wire = match tag & 7 {
            0 => Wire::Number(self.number()?),
            1 => Wire::Eight(self.eight()?),
            2 => {
                let length = self.number()?;
                Wire::Bytes(self.take(length)?)
            }
            5 => Wire::Four(self.four()?),
            other => return Err(format!("a field has the form {other}, which is not known")),
        };
        Ok(Some((tag >> 3, wire)))
    }
}

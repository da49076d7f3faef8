//! Packets of SFTP: numbers and texts in bytes, and back.

use jiff::Timestamp;

use crate::files::{Entry, Kind};

/// What a client asks.
pub(super) mod ask {
    pub(in crate::sftp) const INIT: u8 = 1;
    pub(in crate::sftp) const OPEN: u8 = 3;
    pub(in crate::sftp) const CLOSE: u8 = 4;
    pub(in crate::sftp) const READ: u8 = 5;
    pub(in crate::sftp) const WRITE: u8 = 6;
    pub(in crate::sftp) const LSTAT: u8 = 7;
    pub(in crate::sftp) const OPENDIR: u8 = 11;
    pub(in crate::sftp) const READDIR: u8 = 12;
    pub(in crate::sftp) const REMOVE: u8 = 13;
    pub(in crate::sftp) const MKDIR: u8 = 14;
    pub(in crate::sftp) const RMDIR: u8 = 15;
    pub(in crate::sftp) const REALPATH: u8 = 16;
    pub(in crate::sftp) const STAT: u8 = 17;
    pub(in crate::sftp) const RENAME: u8 = 18;
    pub(in crate::sftp) const EXTENDED: u8 = 200;
}

/// What a server answers.
pub(super) mod answer {
    pub(in crate::sftp) const VERSION: u8 = 2;
    pub(in crate::sftp) const STATUS: u8 = 101;
    pub(in crate::sftp) const HANDLE: u8 = 102;
    pub(in crate::sftp) const DATA: u8 = 103;
    pub(in crate::sftp) const NAME: u8 = 104;
    pub(in crate::sftp) const ATTRS: u8 = 105;
}

/// How an answer says what became of a request.
pub(super) mod status {
    pub(in crate::sftp) const OK: u32 = 0;
    pub(in crate::sftp) const EOF: u32 = 1;
    pub(in crate::sftp) const NO_SUCH_FILE: u32 = 2;
    pub(in crate::sftp) const PERMISSION_DENIED: u32 = 3;
    pub(in crate::sftp) const UNSUPPORTED: u32 = 8;
}

/// How a file is opened.
pub(super) mod open {
    pub(in crate::sftp) const READ: u32 = 1;
    /// To write, made if it is not there, emptied if it is.
    pub(in crate::sftp) const WRITE: u32 = 2 | 8 | 16;
}

/// Which attributes there are.
const SIZE: u32 = 1;
const OWNERS: u32 = 2;
const PERMISSIONS: u32 = 4;
const TIMES: u32 = 8;
const EXTENDED: u32 = 0x8000_0000;

/// What bits of the permissions say that it is.
const KIND_BITS: u32 = 0o170_000;
const FOLDER_BITS: u32 = 0o040_000;
const FILE_BITS: u32 = 0o100_000;
const LINK_BITS: u32 = 0o120_000;

/// Puts a request together.
pub(super) struct Packet(Vec<u8>);

impl Packet {
    /// With room for its length in front.
    pub(super) fn new(kind: u8) -> Self {
        Self(vec![0, 0, 0, 0, kind])
    }

    pub(super) fn number(mut self, number: u32) -> Self {
        self.0.extend(number.to_be_bytes());
        self
    }

    pub(super) fn large(mut self, number: u64) -> Self {
        self.0.extend(number.to_be_bytes());
        self
    }

    pub(super) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend((bytes.len() as u32).to_be_bytes());
        self.0.extend_from_slice(bytes);
        self
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        let length = (self.0.len() - 4) as u32;
        self.0[..4].copy_from_slice(&length.to_be_bytes());
        self.0
    }
}

/// Takes an answer apart; `None` where it ends too early.
pub(super) struct Reader<'b>(pub(super) &'b [u8]);

impl<'b> Reader<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    pub(super) fn number(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_be_bytes)
    }

    fn large(&mut self) -> Option<u64> {
        self.take(8)?.try_into().ok().map(u64::from_be_bytes)
    }

    pub(super) fn bytes(&mut self) -> Option<&'b [u8]> {
        let length = self.number()?;
        self.take(length as usize)
    }

    /// Attributes, as an entry without a name.
    pub(super) fn entry(&mut self) -> Option<Entry> {
        let flags = self.number()?;
        // A server that does not say what it is means a file.
        let mut entry = Entry::of(Kind::File, 0, Timestamp::default());
        entry.flags = Some(flags);
        if flags & SIZE != 0 {
            entry.bytes = self.large()?;
        }
        if flags & OWNERS != 0 {
            entry.user = Some(self.number()?);
            entry.group = Some(self.number()?);
        }
        if flags & PERMISSIONS != 0 {
            let permissions = self.number()?;
            entry.permissions = Some(permissions);
            entry.is_link = permissions & KIND_BITS == LINK_BITS;
            entry.kind = match permissions & KIND_BITS {
                FOLDER_BITS => Kind::Folder,
                // Some servers tell rights alone.
                FILE_BITS | 0 => Kind::File,
                _ => Kind::Other,
            };
        }
        if flags & TIMES != 0 {
            let accessed = self.number()?;
            entry.accessed = Timestamp::from_second(i64::from(accessed)).ok();
            entry.modified = Timestamp::from_second(i64::from(self.number()?)).unwrap_or_default();
        }
        if flags & EXTENDED != 0 {
            for _ in 0..self.number()? {
                self.bytes()?;
                self.bytes()?;
            }
        }
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_begins_with_its_length() {
        let packet = Packet::new(ask::OPENDIR).number(7).bytes(b"/in").finish();
        assert_eq!(packet, b"\0\0\0\x0c\x0b\0\0\0\x07\0\0\0\x03/in");
    }

    #[test]
    fn attributes_are_what_their_flags_say() {
        let told = Packet::new(0).number(SIZE | PERMISSIONS | TIMES | EXTENDED).large(5).number(0o100_644);
        let told = told.number(10).number(20).number(1).bytes(b"x").bytes(b"y").finish();
        let entry = Reader(&told[5..]).entry().unwrap();
        assert_eq!((entry.kind, entry.bytes, entry.modified.as_second()), (Kind::File, 5, 20));
        let link = Packet::new(0).number(PERMISSIONS).number(0o120_777).finish();
        assert!(Reader(&link[5..]).entry().unwrap().is_link);
    }

    #[test]
    fn what_ends_too_early_is_nothing() {
        let told = Packet::new(0).number(SIZE | TIMES).large(5).number(1).finish();
        assert_eq!(Reader(&told[5..]).entry(), None);
        assert_eq!(Reader(&[0xff, 0xff, 0xff, 0xff, 1]).bytes(), None);
    }
}

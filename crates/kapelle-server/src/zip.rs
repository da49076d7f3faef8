//! Archives: written without compression, read within limits.

use miniz_oxide::inflate::decompress_slice_iter_to_slice;

use crate::limits::{ARCHIVE_BYTES_MAX, ARCHIVE_ENTRIES_MAX};

const ENTRY: [u8; 4] = *b"PK\x03\x04";
const LISTED: [u8; 4] = *b"PK\x01\x02";
const END: [u8; 4] = *b"PK\x05\x06";

/// Bytes of the end of an archive, without the comment behind it.
const END_LENGTH: usize = 22;

/// An entry may be so many times larger than what it is packed to.
const RATIO_MAX: usize = 100;

/// Names are UTF-8.
const UTF8: u16 = 0x0800;

/// An archive of these files.
pub(crate) fn pack<'c>(entries: impl Iterator<Item = (String, &'c [u8])>) -> Vec<u8> {
    let (mut out, mut list, mut count) = (Vec::new(), Vec::new(), 0u16);
    for (name, content) in entries {
        let place = out.len() as u32;
        let about = about(&name, content);
        out.extend(ENTRY);
        out.extend(&about);
        out.extend(0u16.to_le_bytes());
        out.extend(name.as_bytes());
        out.extend(content);
        list.extend(LISTED);
        list.extend(20u16.to_le_bytes());
        list.extend(&about);
        // No extra field, no comment, the first disk, no attributes.
        list.extend([0; 12]);
        list.extend(place.to_le_bytes());
        list.extend(name.as_bytes());
        count = count.saturating_add(1);
    }
    let (place, length) = (out.len() as u32, list.len() as u32);
    out.extend(list);
    out.extend(END);
    out.extend([0; 4]);
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(length.to_le_bytes());
    out.extend(place.to_le_bytes());
    out.extend([0; 2]);
    out
}

/// What entry and list say of a file alike: version, flags, no compression, the first of January 1980, check sum, sizes.
fn about(name: &str, content: &[u8]) -> Vec<u8> {
    let size = (content.len() as u32).to_le_bytes();
    let mut about = Vec::with_capacity(24);
    about.extend(20u16.to_le_bytes());
    about.extend(UTF8.to_le_bytes());
    about.extend([0, 0, 0, 0, 0x21, 0]);
    about.extend(checksum(content).to_le_bytes());
    about.extend(size);
    about.extend(size);
    about.extend((name.len() as u16).to_le_bytes());
    about
}

fn checksum(content: &[u8]) -> u32 {
    !content.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 },
        )
    })
}

/// The files of an archive. One bad entry refuses all of it.
pub(crate) fn unpack(archive: &[u8]) -> Result<Vec<(String, Vec<u8>)>, String> {
    let broken = || "the archive cannot be read".to_owned();
    let last = archive.len().checked_sub(END_LENGTH).ok_or_else(broken)?;
    let first = last.saturating_sub(usize::from(u16::MAX));
    let end = (first..=last).rev().find(|at| archive[*at..].starts_with(&END)).ok_or_else(broken)?;
    let count = usize::from(short(archive, end + 10).ok_or_else(broken)?);
    if count > ARCHIVE_ENTRIES_MAX {
        return Err(format!("the archive has more than {ARCHIVE_ENTRIES_MAX} entries"));
    }
    let mut at = long(archive, end + 16).ok_or_else(broken)?;
    let (mut files, mut total) = (Vec::new(), 0);
    for _ in 0..count {
        let listed = Listed::read(archive, at).ok_or_else(broken)?;
        at += listed.length;
        if listed.name.ends_with('/') {
            continue;
        }
        check_name(&listed.name)?;
        total += listed.size;
        if total > ARCHIVE_BYTES_MAX
            || listed.size > listed.packed.saturating_add(64).saturating_mul(RATIO_MAX)
        {
            return Err("the archive unpacks to more than is taken".to_owned());
        }
        let content = listed.content(archive).ok_or_else(broken)?;
        files.push((listed.name, content));
    }
    Ok(files)
}

struct Listed {
    name: String,
    method: u16,
    checksum: u32,
    packed: usize,
    size: usize,
    place: usize,
    /// Of its own entry in the list.
    length: usize,
}

impl Listed {
    fn read(archive: &[u8], at: usize) -> Option<Self> {
        if !archive.get(at..)?.starts_with(&LISTED) {
            return None;
        }
        let length = |offset: usize| short(archive, at + offset).map(usize::from);
        let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
        Some(Self {
            name: String::from_utf8(archive.get(at + 46..at + 46 + name)?.to_vec()).ok()?,
            method: short(archive, at + 10)?,
            checksum: long(archive, at + 16)? as u32,
            packed: long(archive, at + 20)?,
            size: long(archive, at + 24)?,
            place: long(archive, at + 42)?,
            length: 46 + name + extra + comment,
        })
    }

    fn content(&self, archive: &[u8]) -> Option<Vec<u8>> {
        if !archive.get(self.place..)?.starts_with(&ENTRY) {
            return None;
        }
        let names =
            usize::from(short(archive, self.place + 26)?) + usize::from(short(archive, self.place + 28)?);
        let start = self.place + 30 + names;
        let packed = archive.get(start..start.checked_add(self.packed)?)?;
        let content = match self.method {
            0 => packed.to_vec(),
            8 => {
                let mut content = vec![0; self.size];
                let length =
                    decompress_slice_iter_to_slice(&mut content, std::iter::once(packed), false, true)
                        .ok()?;
                (length == self.size).then_some(content)?
            }
            _ => return None,
        };
        (content.len() == self.size && checksum(&content) == self.checksum).then_some(content)
    }
}

/// Refuses names that lead out of where they are unpacked.
fn check_name(name: &str) -> Result<(), String> {
    let is_odd = name.len() > 255
        || name.starts_with('/')
        || name.contains(['\\', '\0'])
        || name.split('/').any(|part| matches!(part, ".." | "." | ""));
    if is_odd { Err("the archive has an entry whose name leads elsewhere".to_owned()) } else { Ok(()) }
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn long(bytes: &[u8], at: usize) -> Option<usize> {
    let number = u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?);
    usize::try_from(number).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked() {
        let files = [("a.b.yml".to_owned(), &b"id: b"[..]), ("ü/c.yml".to_owned(), &b""[..])];
        let packed = pack(files.iter().cloned());
        let unpacked = unpack(&packed).unwrap();
        assert_eq!(unpacked, files.map(|(name, content)| (name, content.to_vec())));
    }

    #[test]
    fn broken_and_evil_archives_are_refused() {
        let good = pack(std::iter::once(("a".to_owned(), &b"content"[..])));
        for cut in 0..good.len() {
            assert!(unpack(&good[..cut]).is_err(), "{cut}");
        }
        for name in ["../a", "/a", "a//b", "a\\b"] {
            let evil = pack(std::iter::once((name.to_owned(), &b"content"[..])));
            assert!(unpack(&evil).is_err(), "{name}");
        }
    }
}

//! The tags of a metric as bytes: each text after its length, keys and values in turn.

use std::sync::Arc;

pub(super) type Tags = Arc<[(Arc<str>, Arc<str>)]>;

pub(super) fn write(tags: &Tags) -> Vec<u8> {
    let mut bytes = Vec::new();
    for text in tags.iter().flat_map(|(key, value)| [key, value]) {
        bytes.extend((text.len() as u32).to_le_bytes());
        bytes.extend(text.as_bytes());
    }
    bytes
}

/// `None` if they were not written by [`write`].
pub(super) fn read(mut bytes: &[u8]) -> Option<Tags> {
    let mut tags = Vec::new();
    while !bytes.is_empty() {
        tags.push((read_text(&mut bytes)?, read_text(&mut bytes)?));
    }
    Some(tags.into())
}

fn read_text(bytes: &mut &[u8]) -> Option<Arc<str>> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (text, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *bytes = rest;
    std::str::from_utf8(text).ok().map(Arc::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_read_back_and_other_bytes_are_none() {
        let tags: Tags =
            [("a", "1"), ("", ""), ("größe", "\0\u{1F600}")].map(|(k, v)| (k.into(), v.into())).into();
        let bytes = write(&tags);
        assert_eq!(read(&bytes), Some(tags));
        assert_eq!(read(&[]), Some(Arc::from([])));
        for end in 1..9 {
            assert_eq!(read(&bytes[..end]), None, "{end}");
        }
        assert_eq!(read(&[1, 0, 0, 0, 0xFF, 0, 0, 0, 0]), None);
    }
}

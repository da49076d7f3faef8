//! How large the parts of a file are.

use kapelle_model::{Failure, Text};
use kapelle_plugin::files::Parts;
use kapelle_plugin::{RunContext, files};

/// Bytes of a part: S3 takes none below 5 MiB, but for the last one.
pub(super) const PART_USUAL: u64 = 8 << 20;

/// How many parts an object may have.
pub(super) const PARTS_MAX: u64 = 10_000;

/// Bytes of a part that may be in memory; S3 takes no larger objects anyway.
const PART_MAX: u64 = 640 << 20;

/// A file that is read part by part.
pub(super) fn open_parts(cx: &RunContext, from: &Text) -> Result<Parts, Failure> {
    let file = files::open(cx, from)?;
    let bytes = cx.host.files().size(from.expose()).ok().flatten().unwrap_or_default();
    let part_bytes = part_bytes(bytes);
    if part_bytes > PART_MAX {
        return Err(Failure::new(format!("the file has {bytes} bytes: S3 takes no more than 5 TiB")));
    }
    Ok(Parts::new(file, part_bytes))
}

/// How large parts have to be for a file of this size.
pub(super) fn part_bytes(bytes: u64) -> u64 {
    const MIB: u64 = 1 << 20;
    bytes.div_ceil(PARTS_MAX).div_ceil(MIB).saturating_mul(MIB).max(PART_USUAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_grow_only_if_there_would_be_too_many() {
        for bytes in [0, 1, PART_USUAL * PARTS_MAX] {
            assert_eq!(part_bytes(bytes), PART_USUAL);
        }
        for bytes in [PART_USUAL * PARTS_MAX + 1, 1 << 40, 5 << 40] {
            let part = part_bytes(bytes);
            assert!(part > PART_USUAL && bytes.div_ceil(part) <= PARTS_MAX && part <= PART_MAX, "{bytes}");
        }
    }
}

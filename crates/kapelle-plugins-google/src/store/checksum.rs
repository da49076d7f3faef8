//! The two checksums that Cloud Storage keeps of contents.

use kapelle_core::expression::plain::to_base64;
use kapelle_model::{Failure, Text};
use kapelle_plugin::cyclic::Cyclic;
use kapelle_plugin::encode::hex;
use kapelle_plugin::{Broken, RunContext, files};
use md5::{Digest, Md5};

/// Checksums of what comes in parts.
pub(crate) struct Running {
    md5: Md5,
    crc32c: Cyclic,
}

impl Running {
    pub(crate) fn new() -> Self {
        Self { md5: Md5::new(), crc32c: Cyclic::crc32c() }
    }

    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.md5.update(bytes);
        self.crc32c.add(bytes);
    }

    pub(crate) fn sums(self) -> Sums {
        Sums { md5: Some(to_base64(&self.md5.finalize())), crc32c: Some(to_base64(&self.crc32c.value())) }
    }
}

impl std::io::Write for Running {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.add(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Checksums in base64, as far as they are known: objects that are composed have no MD5.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) md5: Option<String>,
    pub(crate) crc32c: Option<String>,
}

impl Sums {
    /// From the values of the header `x-goog-hash`.
    pub(crate) fn told<'r>(values: impl Iterator<Item = &'r str>) -> Self {
        let mut sums = Self::default();
        for entry in values.flat_map(|value| value.split(',')) {
            match entry.trim().split_once('=') {
                Some(("md5", value)) => sums.md5 = Some(value.to_owned()),
                Some(("crc32c", value)) => sums.crc32c = Some(value.to_owned()),
                _ => {}
            }
        }
        sums
    }

    pub(crate) const fn are_unknown(&self) -> bool {
        self.md5.is_none() && self.crc32c.is_none()
    }

    /// Where these are others than those that are expected, in words.
    pub(crate) fn difference(&self, expected: &Self) -> Option<String> {
        let pairs = [("CRC32C", &self.crc32c, &expected.crc32c), ("MD5", &self.md5, &expected.md5)];
        pairs.into_iter().find_map(|(name, found, expected)| {
            let (found, expected) = (found.as_ref()?, expected.as_ref()?);
            (found != expected).then(|| format!("its {name} is {found}, but has to be {expected}"))
        })
    }
}

/// The checksums of a file of the internal storage.
pub(crate) async fn sums_of(cx: &RunContext, from: &Text) -> Result<Sums, Broken> {
    let mut file = files::open(cx, from)?;
    cx.blocking(move |cx| {
        let mut running = Running::new();
        files::copy(cx, &mut file, &mut running)?;
        Ok(running.sums())
    })
    .await
}

/// A checksum as a flow writes it, in base64 or in digits, as base64.
pub(crate) fn written(text: &str, bytes: usize, property: &str) -> Result<String, Failure> {
    let text = text.trim();
    let from_digits =
        || (0..text.len() / 2).map(|at| u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()).collect();
    let value: Option<Vec<u8>> = if text.len() == 2 * bytes && !text.ends_with('=') {
        from_digits()
    } else {
        kapelle_core::expression::plain::from_base64(text).ok()
    };
    match value.filter(|value| value.len() == bytes) {
        Some(value) => Ok(to_base64(&value)),
        None => Err(Failure::new(format!(
            "`{text}` in `{property}` is no such checksum: it has {bytes} bytes, in base64 or as {} digits such as `{}`",
            2 * bytes,
            hex(&vec![0x1f; bytes])
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_google() {
        let mut running = Running::new();
        running.add(b"he");
        running.add(b"llo");
        let sums = running.sums();
        assert_eq!(sums, Sums::told(["crc32c=mnG7TA==", "md5=XUFAKrxLKna5cZ2REBfFkg=="].into_iter()));
        assert_eq!(sums, Sums::told(["crc32c=mnG7TA==,md5=XUFAKrxLKna5cZ2REBfFkg=="].into_iter()));
        assert_eq!(sums.difference(&Sums::default()), None);
        let other = Sums { crc32c: Some("AAAAAA==".to_owned()), ..Sums::default() };
        assert_eq!(
            sums.difference(&other).as_deref(),
            Some("its CRC32C is mnG7TA==, but has to be AAAAAA==")
        );
    }

    #[test]
    fn a_checksum_may_be_written_in_digits() {
        for (text, bytes, expected) in [
            ("mnG7TA==", 4, Some("mnG7TA==")),
            ("9a71bb4c", 4, Some("mnG7TA==")),
            ("5D41402ABC4B2A76B9719D911017C592", 16, Some("XUFAKrxLKna5cZ2REBfFkg==")),
            ("XUFAKrxLKna5cZ2REBfFkg==", 16, Some("XUFAKrxLKna5cZ2REBfFkg==")),
            ("zz71bb4c", 4, None),
            ("mnG7", 4, None),
            ("", 4, None),
        ] {
            assert_eq!(written(text, bytes, "p").ok().as_deref(), expected, "{text}");
        }
    }
}

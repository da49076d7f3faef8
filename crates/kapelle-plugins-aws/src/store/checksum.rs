//! Checksums of S3.

use kapelle_core::expression::plain::to_base64;
use kapelle_model::Failure;
use kapelle_plugin::cyclic::Cyclic;
use ring::digest;

/// How a checksum is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
}

impl Algorithm {
    const ALL: [Self; 5] = [Self::Crc32, Self::Crc32c, Self::Crc64Nvme, Self::Sha1, Self::Sha256];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    pub(crate) fn from_name(name: &str) -> Result<Self, Failure> {
        let plain = name.trim().replace(['_', '-'], "");
        let found = Self::ALL.into_iter().find(|one| one.name().eq_ignore_ascii_case(&plain));
        found.ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.into_iter().map(Self::name).collect();
            Failure::new(format!(
                "`{name}` in `checksumAlgorithm` is unknown: there are {}",
                names.join(", ")
            ))
        })
    }

    /// The one that gives values of this length, in base64.
    pub(crate) fn of_value(value: &str) -> Option<Self> {
        match value.trim().len() {
            8 => Some(Self::Crc32),
            12 => Some(Self::Crc64Nvme),
            28 => Some(Self::Sha1),
            44 => Some(Self::Sha256),
            _ => None,
        }
    }

    pub(crate) fn header(self) -> String {
        format!("x-amz-checksum-{}", self.name().to_ascii_lowercase())
    }

    /// The element in which it stands in XML.
    pub(crate) fn element(self) -> String {
        format!("Checksum{}", self.name())
    }

    /// The checksum that the head of an answer has, if it is one of the whole content.
    pub(crate) fn told<'r>(header: impl Fn(&str) -> Option<&'r str>) -> Option<(Self, String)> {
        let found = Self::ALL.into_iter().find_map(|one| Some((one, header(&one.header())?)))?;
        (!found.1.contains('-')).then(|| (found.0, found.1.to_owned()))
    }

    pub(crate) fn of(self, bytes: &[u8]) -> String {
        let mut running = Running::new(self);
        running.add(bytes);
        running.value()
    }
}

/// A checksum of what comes in parts.
pub(crate) enum Running {
    Cyclic(Cyclic),
    Digest(Box<digest::Context>),
}

impl Running {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Crc32 => Self::Cyclic(Cyclic::crc32()),
            Algorithm::Crc32c => Self::Cyclic(Cyclic::crc32c()),
            Algorithm::Crc64Nvme => Self::Cyclic(Cyclic::crc64_nvme()),
            Algorithm::Sha1 => Self::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY),
            Algorithm::Sha256 => Self::digest(&digest::SHA256),
        }
    }

    fn digest(algorithm: &'static digest::Algorithm) -> Self {
        Self::Digest(Box::new(digest::Context::new(algorithm)))
    }

    pub(crate) fn add(&mut self, part: &[u8]) {
        match self {
            Self::Cyclic(cyclic) => cyclic.add(part),
            Self::Digest(context) => context.update(part),
        }
    }

    /// In base64, as S3 writes it.
    pub(crate) fn value(self) -> String {
        match self {
            Self::Cyclic(cyclic) => to_base64(&cyclic.value()),
            Self::Digest(context) => to_base64(context.finish().as_ref()),
        }
    }
}

#[cfg(test)]
mod tests {
    use kapelle_core::expression::plain::from_base64;

    use super::*;
    use kapelle_plugin::encode::hex;

    /// The values that the catalogues of such checksums give for these nine digits.
    #[test]
    fn checksums_are_those_of_the_catalogues() {
        for (algorithm, expected) in [
            (Algorithm::Crc32, "cbf43926"),
            (Algorithm::Crc32c, "e3069283"),
            (Algorithm::Crc64Nvme, "ae8b14860a799888"),
            (Algorithm::Sha1, "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
            (Algorithm::Sha256, "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"),
        ] {
            let value = algorithm.of(b"123456789");
            assert_eq!(hex(&from_base64(&value).unwrap()), expected, "{}", algorithm.name());
            let mut running = Running::new(algorithm);
            running.add(b"1234");
            running.add(b"56789");
            assert_eq!(running.value(), value);
        }
    }

    #[test]
    fn names_are_taken_in_all_their_forms() {
        assert_eq!(Algorithm::from_name("CRC32_C").unwrap(), Algorithm::Crc32c);
        assert_eq!(Algorithm::from_name(" sha256").unwrap(), Algorithm::Sha256);
        assert!(Algorithm::from_name("MD4").unwrap_err().to_string().contains("there are CRC32, "));
        for algorithm in [Algorithm::Crc32, Algorithm::Crc64Nvme, Algorithm::Sha1, Algorithm::Sha256] {
            assert_eq!(Algorithm::of_value(&algorithm.of(b"x")), Some(algorithm));
        }
    }

    #[test]
    fn a_checksum_of_parts_is_none_of_the_whole() {
        let header = |name: &str| (name == "x-amz-checksum-sha256").then_some("AAAA-3");
        assert_eq!(Algorithm::told(header), None);
        let header = |name: &str| (name == "x-amz-checksum-crc32").then_some("AAAA");
        assert_eq!(Algorithm::told(header), Some((Algorithm::Crc32, "AAAA".to_owned())));
    }
}

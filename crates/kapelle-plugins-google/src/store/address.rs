//! Addresses such as `gs://bucket/folder/file.csv`.

use std::fmt::Write;

use kapelle_model::Failure;
use kapelle_plugin::encode::decoded;
use kapelle_plugin::{Expr, RunContext};

/// A place in a bucket; the name is empty for the bucket itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) bucket: String,
    pub(crate) name: String,
}

impl Place {
    /// From what is written in a property.
    pub(crate) fn read(written: &str, property: &str) -> Result<Self, Failure> {
        let wrong = |reason: &str| {
            Failure::new(format!(
                "`{written}` in `{property}` {reason}: write an address such as `gs://bucket/folder/file.csv`"
            ))
        };
        let rest =
            written.trim().strip_prefix("gs://").ok_or_else(|| wrong("does not begin with `gs://`"))?;
        let (bucket, name) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(wrong("names no bucket"));
        }
        if bucket.contains(['?', '#', '%']) || bucket.chars().any(|one| one.is_control() || one == ' ') {
            return Err(wrong("has a bucket that cannot be the name of one"));
        }
        // A plus is one, as in addresses outside of forms.
        Ok(Self { bucket: bucket.to_owned(), name: decoded(&name.replace('+', "%2B")) })
    }

    /// The place of one object.
    pub(crate) fn of_object(
        cx: &RunContext,
        written: Option<&Expr<String>>,
        property: &str,
    ) -> Result<Self, Failure> {
        let written = cx.filled(written)?.ok_or_else(|| {
            Failure::new(format!(
                "the property `{property}` is missing: write an address such as `gs://bucket/folder/file.csv`"
            ))
        })?;
        let place = Self::read(&written, property)?;
        if place.name.is_empty() {
            return Err(Failure::new(format!(
                "`{written}` in `{property}` names a bucket, but no object in it: write an address such as \
                 `gs://bucket/folder/file.csv`"
            )));
        }
        Ok(place)
    }

    /// As an address that reads as the same place.
    pub(crate) fn address(&self) -> String {
        address(&self.bucket, &self.name)
    }
}

/// The address of an object, with what an address may not have encoded.
pub(crate) fn address(bucket: &str, name: &str) -> String {
    let mut text = format!("gs://{bucket}/");
    for one in name.chars() {
        if one.is_ascii() && (one.is_ascii_control() || " \"<>\\^`{|}%?#[]".contains(one)) {
            let _infallible = write!(text, "%{:02X}", one as u32);
        } else {
            text.push(one);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_bucket_and_a_name() {
        for (written, bucket, name) in [
            ("gs://b/a/c.csv", "b", "a/c.csv"),
            ("gs://b/", "b", ""),
            (" gs://b ", "b", ""),
            ("gs://b/a b", "b", "a b"),
            ("gs://b/a%20b+c", "b", "a b+c"),
            ("gs://b/100%", "b", "100%"),
            ("gs://b/grüße/日本", "b", "grüße/日本"),
        ] {
            let place = Place::read(written, "from").unwrap();
            assert_eq!((place.bucket.as_str(), place.name.as_str()), (bucket, name), "{written}");
            assert_eq!(Place::read(&place.address(), "from").unwrap(), place);
        }
        assert_eq!(address("b", "a b%20c#d?"), "gs://b/a%20b%2520c%23d%3F");
        for (written, reason) in [
            ("s3://b/a", "does not begin with `gs://`"),
            ("gs:///a", "names no bucket"),
            ("gs://a b/c", "cannot be the name of one"),
        ] {
            assert!(Place::read(written, "to").unwrap_err().to_string().contains(reason), "{written}");
        }
    }
}

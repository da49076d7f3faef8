//! How much of something, as people write it.

use kapelle_model::Failure;

/// A size: a number with or without a unit, of which each is 1024 of the one before. -1 stands for any.
pub(super) fn bytes(text: &str) -> Option<i64> {
    let text = text.trim();
    if text == "-1" {
        return Some(-1);
    }
    let end =
        text.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(text.len());
    let number: f64 = text[..end].parse().ok()?;
    let power = match &*text[end..].trim().to_ascii_lowercase() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 1,
        "m" | "mb" | "mib" => 2,
        "g" | "gb" | "gib" => 3,
        "t" | "tb" | "tib" => 4,
        _ => return None,
    };
    let bytes = number * 1024_f64.powi(power);
    // Up to here every whole number is exact.
    (bytes < 9e15).then_some(bytes as i64)
}

/// Billionths of a processor.
pub(super) fn nano_cpus(cpus: f64) -> Result<i64, Failure> {
    if cpus > 0.0 && cpus < 1e6 {
        return Ok((cpus * 1e9).round() as i64);
    }
    Err(Failure::new(format!(
        "`{cpus}` in the property `cpus` is no number of processors: write one such as `1.5`"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units_or_are_bytes() {
        for (text, expected) in [
            ("1024", Some(1024)),
            ("512MB", Some(512 << 20)),
            ("1.5g", Some(3 << 29)),
            ("64 KiB", Some(64 << 10)),
            ("2T", Some(2 << 40)),
            ("-1", Some(-1)),
            ("7b", Some(7)),
            ("", None),
            ("-5", None),
            ("5 apples", None),
            ("m", None),
            ("1.2.3", None),
            ("9999999999t", None),
        ] {
            assert_eq!(bytes(text), expected, "{text}");
        }
    }

    #[test]
    fn processors_may_be_parts() {
        assert_eq!(nano_cpus(1.5).unwrap(), 1_500_000_000);
        for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(nano_cpus(wrong).is_err());
        }
    }
}

//! Lengths of time in words.

use jiff::SignedDuration;

const UNITS: &[(u64, &str)] = &[(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];

/// `1 h 30 min`; the two largest units, and no more than what there is.
pub(super) fn duration_in_words(duration: SignedDuration) -> String {
    let mut rest = duration.as_secs().unsigned_abs();
    let mut parts: Vec<String> = Vec::new();
    for (seconds, unit) in UNITS {
        let count = rest / seconds;
        rest %= seconds;
        if count > 0 {
            parts.push(format!("{count} {unit}"));
        }
    }
    let millis = duration.subsec_millis().unsigned_abs();
    if millis > 0 {
        parts.push(format!("{millis} ms"));
    }
    let sign = if duration.is_negative() { "minus " } else { "" };
    if parts.is_empty() { "no time".to_owned() } else { format!("{sign}{}", parts.join(" ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::duration;

    #[test]
    fn a_duration_is_told_in_its_units() {
        for (text, words) in [
            ("PT15M", "15 min"),
            ("PT1H30M", "1 h 30 min"),
            ("P1D", "1 d"),
            ("PT36H", "1 d 12 h"),
            ("PT0.25S", "250 ms"),
            ("PT0S", "no time"),
            ("-PT5S", "minus 5 s"),
            ("90", "1 min 30 s"),
        ] {
            assert_eq!(duration_in_words(duration::parse(text).unwrap()), words, "{text}");
        }
    }
}

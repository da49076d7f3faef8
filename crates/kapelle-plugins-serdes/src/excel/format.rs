//! Formats of dates as Excel knows them.

use jiff::civil::{Date, DateTime, date};

/// The number of a moment in a workbook: days since 1899-12-30. Nothing for moments before March of 1900, which Excel
/// counts differently.
pub(super) fn serial(moment: DateTime) -> Option<f64> {
    let first: Date = date(1899, 12, 30);
    if moment.date() < date(1900, 3, 1) {
        return None;
    }
    let days = moment.date().since(first).ok()?.get_days();
    let time = moment.time();
    let seconds =
        f64::from(i32::from(time.hour()) * 3600 + i32::from(time.minute()) * 60 + i32::from(time.second()));
    let part = (seconds + f64::from(time.subsec_nanosecond() / 1_000_000) / 1000.0) / 86_400.0;
    Some(f64::from(days) + part)
}

/// A pattern of Java as a format of Excel; nothing if it has letters that Excel does not know.
pub(super) fn of_pattern(pattern: &str) -> Option<String> {
    let mut format = String::new();
    let mut depth = 0;
    let mut is_quoted = false;
    for character in pattern.chars() {
        match character {
            '\'' => {
                is_quoted = !is_quoted;
                format.push('"');
            }
            _ if is_quoted => format.push(character),
            '[' => depth += 1,
            ']' => depth -= 1,
            // Workbooks have no zones, so optional parts for them are left out.
            _ if depth > 0 => {}
            'y' | 'u' => format.push('y'),
            'M' | 'L' | 'm' => format.push('m'),
            'd' => format.push('d'),
            'H' => format.push('h'),
            's' => format.push('s'),
            'S' => format.push('0'),
            _ if character.is_alphabetic() => return None,
            _ => format.push(character),
        }
    }
    Some(format.replace("\"\"", ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_days() {
        assert_eq!(serial("2026-05-06T12:00:00".parse().unwrap()), Some(46148.5));
        assert_eq!(serial("1900-03-01T00:00:00".parse().unwrap()), Some(61.0));
        assert_eq!(serial("1900-02-28T00:00:00".parse().unwrap()), None);
    }

    #[test]
    fn patterns_are_formats_where_excel_has_the_letters() {
        for (pattern, expected) in [
            ("yyyy-MM-dd", Some("yyyy-mm-dd")),
            ("yyyy-MM-dd'T'HH:mm:ss.SSS[XXX]", Some("yyyy-mm-dd\"T\"hh:mm:ss.000")),
            ("dd.MM.yyyy HH:mm", Some("dd.mm.yyyy hh:mm")),
            ("EEE dd", None),
        ] {
            assert_eq!(of_pattern(pattern).as_deref(), expected);
        }
    }
}

//! Patterns beside what Java 25 does with them, which is in `tests/java.tsv`.
//!
//! A line is `F`, locale, zone, moment, pattern and the text it gives, or `P`, locale, pattern, text and what is read;
//! `!` is a failure.

use jiff::Timestamp;
use proptest::prelude::*;

use super::{Named, Parsed, get};
use crate::time::locale::Locale;
use crate::time::zone;

const JAVA: &str = include_str!("tests/java.tsv");

/// Where it is done otherwise, each with its reason.
const OTHERWISE: &[(&str, &str)] = &[
    ("F\tes_MX\t", "short names of zones are the English ones in all countries"),
    ("F\txx_XX\t", "an unknown language is English"),
    (
        "F\tde_DE\tAmerica/New_York\t2020-12-31T23:59:59.999999999Z\tv\t",
        "short general names are the English ones",
    ),
    (
        "F\ten_US\tAustralia/Lord_Howe\t2024-01-01T00:00:00Z\tVV|",
        "where there is no general name, the offset is the current one",
    ),
    (
        "F\ten_US\tAmerica/New_York\t2013-09-08T15:19:12.123456Z\tpppppppppppddMM\t",
        "Java breaks on a padded number before another",
    ),
    ("P\ten_US\tyyyy-MM-dd\t+12024-01-01\t", "years end with 9999"),
    ("P\ten_US\tuuuu-MM-dd\t-0044-03-15\t", "only the text of the test has more zeros"),
    ("P\ten_US\tyyyy-MM-dd G\t0044-03-15 BC\t", "only the text of the test has more zeros"),
    (
        "P\ten_US\tdd/MM/yyyy HH:mm VV\t08/09/2023 10:20 UTC+2\t",
        "every id of a zone is read that may be written",
    ),
    (
        "P\ten_US\tiso_date_time\t2024-01-02T03:04:05+02\t",
        "an offset may be short wherever it may be in one form",
    ),
];

fn format(locale: &str, zone_name: &str, moment: &str, pattern: &str) -> String {
    let locale = Locale::parse(locale).unwrap();
    let moment: Timestamp = moment.parse().unwrap();
    let moment = moment.to_zoned(zone::find(zone_name).unwrap());
    let text = get(pattern, &locale)
        .and_then(|pattern| pattern.format(Named { moment: &moment, zone: &zone::id(zone_name) }, &locale));
    text.unwrap_or_else(|_| "!".into())
}

fn parse(locale: &str, pattern: &str, text: &str) -> String {
    use crate::expression::form;
    let locale = Locale::parse(locale).unwrap();
    match get(pattern, &locale).and_then(|pattern| pattern.parse(text, &locale)) {
        Ok(Parsed::Zoned(moment)) => form::iso_instant(moment.timestamp()),
        Ok(Parsed::DateTime(moment)) => form::iso_date_time(moment),
        Ok(Parsed::Date(date)) => date.to_string(),
        Err(_) => "!".into(),
    }
}

#[test]
fn patterns_do_what_java_does() {
    let mut wrong = Vec::new();
    for line in JAVA.lines() {
        let parts: Vec<&str> = line.split('\t').collect();
        let (actual, expected) = match parts[..] {
            ["F", locale, zone, moment, pattern, expected] => {
                (format(locale, zone, moment, pattern), expected)
            }
            ["P", locale, pattern, text, expected] => (parse(locale, pattern, text), expected),
            _ => panic!("{line}"),
        };
        let is_otherwise = OTHERWISE.iter().any(|(start, _)| line.starts_with(start));
        if actual != expected && !is_otherwise {
            wrong.push(format!("{line}\t<> {actual}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

proptest! {
    #[test]
    fn any_pattern_and_text_have_an_answer(
        pattern in "[GuyDMLdQqYwWEecFaBhKkHmsSAnNgVvzOXxZp' \\[\\]-]{0,24}|\\PC{0,12}",
        text in "[0-9A-Za-z +:/-]{0,24}|\\PC{0,12}",
        seconds in -377_705_023_201..=253_402_207_200_i64,
    ) {
        let locale = Locale::default();
        if let Ok(pattern) = get(&pattern, &locale) {
            let moment = Timestamp::from_second(seconds).unwrap().to_zoned(zone::find("Europe/Paris").unwrap());
            let written = pattern.format(Named { moment: &moment, zone: "Europe/Paris" }, &locale);
            let _read_back = written.map(|text| pattern.parse(&text, &locale));
            let _read = pattern.parse(&text, &locale);
        }
    }
}

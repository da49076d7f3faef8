//! Days that are holidays, and days beside them that are not.

use jiff::civil::Date;

use super::{Unknown, is_holiday};

#[track_caller]
fn check(country: &str, part: Option<&str>, days: &[&str], ordinary: &[&str]) {
    for (texts, expected) in [(days, true), (ordinary, false)] {
        for text in texts {
            let date: Date = text.parse().unwrap();
            assert_eq!(is_holiday(date, country, part), Ok(expected), "{text} {country} {part:?}");
        }
    }
}

#[test]
fn countries_have_their_holidays() {
    check(
        "FR",
        None,
        &["2025-07-14", "2025-05-29", "2025-04-21", "2025-11-11"],
        &["2025-07-15", "2025-04-18"],
    );
    check(
        "de",
        None,
        &["2025-01-01", "2025-10-03", "2025-12-26", "2017-10-31"],
        &["2025-10-31", "2025-11-01"],
    );
    check(
        "US",
        None,
        &["2025-07-04", "2025-11-27", "2021-12-31", "2026-07-03"],
        &["2026-07-04", "2020-06-19"],
    );
    check(
        "GB",
        None,
        &["2021-12-27", "2021-12-28", "2022-06-02", "2023-01-02"],
        &["2025-04-21", "2025-08-25"],
    );
    check("CA", None, &["2025-05-19", "2025-10-13", "2025-07-01"], &["2025-05-26"]);
    check("SE", None, &["2025-06-21", "2025-11-01"], &["2025-06-20"]);
    check("NL", None, &["2025-04-26", "2024-04-27"], &["2025-04-27"]);
    check("JP", None, &["2025-05-06", "2026-09-22", "2025-03-20", "2025-02-24"], &["2025-05-07"]);
    check("NZ", None, &["2025-06-20", "2022-01-03", "2022-01-04"], &["2022-01-01"]);
    check("AU", None, &["2021-12-27", "2021-12-28", "2025-04-25"], &["2025-04-19"]);
    check("GR", None, &["2024-03-18", "2024-05-06"], &["2024-04-01"]);
    check("PL", None, &["2025-12-24", "2025-06-19"], &["2024-12-24"]);
}

#[test]
fn parts_of_countries_have_more() {
    check("DE", Some("BY"), &["2025-01-06", "2025-11-01", "2025-08-15", "2025-10-03"], &["2025-10-31"]);
    check("DE", Some("de-sn"), &["2025-11-19", "2025-10-31"], &["2025-11-12"]);
    check("GB", Some("ENG"), &["2025-04-21", "2025-08-25"], &["2025-11-30"]);
    check("FR", Some("67"), &["2025-12-26", "2025-04-18"], &[]);
    check("US", Some("NY"), &["2025-07-04"], &[]);
}

#[test]
fn unknown_countries_are_told() {
    let date = jiff::civil::date(2025, 1, 1);
    let Err(Unknown::Country(known)) = is_holiday(date, "XX", None) else { panic!() };
    assert!(known.len() > 30 && known.is_sorted());
    assert!(matches!(is_holiday(date, "DE", Some("XX")), Err(Unknown::Part(_))));
    for year in [-9999, -1, 1, 9999] {
        for (month, day) in [(1, 1), (12, 31)] {
            for country in super::countries() {
                let _answer = is_holiday(Date::new(year, month, day).unwrap(), country.code, None);
            }
        }
    }
}

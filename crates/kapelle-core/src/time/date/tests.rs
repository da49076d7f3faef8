use proptest::prelude::*;

use super::*;

fn shown<T: std::fmt::Display>(read: Result<T, String>) -> String {
    read.map_or_else(|reason| format!("! {reason}"), |read| read.to_string())
}

fn with_zone(text: &str) -> String {
    shown(date_time_with_zone(text))
}

#[test]
fn a_date_has_four_two_and_two_digits() {
    let texts = [
        "2024-02-29",
        "0000-01-01",
        "-0001-01-01",
        "2023-02-29",
        "2024-13-01",
        "2024-00-01",
        "2024-01-00",
        "2024-1-5",
        "2024/01/05",
        "31.01.2024",
        "2024-01-01T00:00:00",
        "2024-01-01x",
        "+12345-01-01",
        "99999999999-01-01",
        "12345-01-01",
        "+2024-01-01",
        "tomorrow",
        "",
        "20240131",
    ];
    let told: Vec<_> = texts.map(|text| format!("{text:?}: {}", shown(date(text)))).into();
    insta::assert_snapshot!(told.join("\n"), @"");
}

#[test]
fn a_time_has_hours_and_minutes_and_maybe_seconds() {
    let texts = [
        "09:30",
        "09:30:15",
        "09:30:15.",
        "09:30:15.5",
        "23:59:59.999999999",
        "24:00",
        "23:60",
        "23:59:60",
        "9:30",
        "9:30am",
        "09:30:15.1234567890",
        "09:30:",
        "09:30:5",
        "09:30Z",
        "09:30+02:00",
        "0930",
        "noon",
        "",
    ];
    let told: Vec<_> = texts.map(|text| format!("{text:?}: {}", shown(time(text)))).into();
    insta::assert_snapshot!(told.join("\n"), @"");
}

#[test]
fn a_time_with_offset_needs_one_with_a_colon() {
    let show = |text| shown(offset_time(text).map(|(time, offset)| format!("{time} {offset}")));
    let texts = [
        "09:30Z",
        "09:30z",
        "09:30:15-05:30",
        "09:30:00+01:00:30",
        "09:30+18:00",
        "09:30",
        "09:30+01",
        "09:30+18:01",
        "09:30+01:00[Europe/Paris]",
        "09:30+0é:00",
    ];
    let told: Vec<_> = texts.map(|text| format!("{text:?}: {}", show(text))).into();
    insta::assert_snapshot!(told.join("\n"), @"");
}

#[test]
fn a_local_date_time_has_no_zone() {
    let texts = [
        "2024-01-31T09:30",
        "2024-01-31t09:30:15.5",
        "2024-01-31 09:30",
        "2024-01-31",
        "2024-01-31T09:30Z",
        "2024-01-31x",
    ];
    let told: Vec<_> = texts.map(|text| format!("{text:?}: {}", shown(local_date_time(text)))).into();
    insta::assert_snapshot!(told.join("\n"), @"");
}

#[test]
fn a_date_time_with_zone_needs_an_offset_and_may_name_a_region() {
    let texts = [
        "2024-01-01T00:00Z",
        "2024-01-01t00:00:00z",
        "2024-01-01T00:00:00+01",
        "2024-01-01T00:00:00+0100",
        "2024-01-01T00:00:00+01:00:30",
        "2024-01-01T00:00:00+01:00[Europe/Paris]",
        "2024-01-01T00:00:00+05:00[Europe/Paris]",
        "2024-03-31T02:30:00+01:00[Europe/Paris]",
        "2024-01-01T00:00:00Z[+02:00]",
        "2024-01-01T00:00:00",
        "2024-01-01T00:00:00[Europe/Paris]",
        "2024-01-01T00:00:00[Nope]",
        "2024-01-01T00:00:00Z[europe/paris]",
        "2024-01-01T00:00:00Z[Europe/Paris",
        "2024-01-01T00:00:00Z[]",
        "2024-01-01T00:00:00+1:00",
        "2024-01-01T00:00:00+19:00",
        "2024-01-01T24:00:00Z",
        "2024-01-01 00:00:00Z",
        "2024-01-01T00:00:00ZZ",
        "9999-12-31T23:59:59-18:00",
    ];
    let told: Vec<_> = texts.map(|text| format!("{text:?}: {}", with_zone(text))).into();
    insta::assert_snapshot!(told.join("\n"), @"");
}

#[test]
fn an_instant_needs_seconds_and_knows_the_end_of_a_day() {
    let texts = [
        "2024-01-01T00:00:00Z",
        "2024-01-01T00:00:00+01:00",
        "2024-01-01T24:00:00Z",
        "2024-01-01T24:00:00.0Z",
        "2024-01-01T24:00:01Z",
        "2016-12-31T23:59:60.5Z",
        "2024-01-01T00:00:60Z",
        "2024-01-01T00:00Z",
        "2024-01-01T00:00:00",
        "2024-01-01T00:00:00+01",
        "2024-01-01",
    ];
    let told: Vec<_> = texts.map(|text| format!("{text:?}: {}", shown(instant(text)))).into();
    insta::assert_snapshot!(told.join("\n"), @"");
}

fn read_all(text: &str) {
    let _ = (date(text), time(text), local_date_time(text));
    let _ = (offset_time(text), date_time_with_zone(text), instant(text));
}

proptest! {
    #[test]
    fn any_text_has_an_answer(text in "\\PC*") {
        read_all(&text);
    }

    #[test]
    fn what_resembles_a_moment_has_an_answer(
        text in "[+-]?[0-9]{3,12}-[0-9]{1,2}-[0-9é]{1,2}T?([0-9]{2}:?){0,3}[.]?[0-9]{0,10}[Zz+-]?[0-9:]{0,9}(\\[[A-Z/+0-9]{0,4}\\]?)?"
    ) {
        read_all(&text);
        read_all(text.get(11..).unwrap_or_default());
    }
}

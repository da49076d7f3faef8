use proptest::prelude::*;

use super::*;

/// A line for each text: what it means, or why it means nothing.
fn tell<T: std::fmt::Display>(texts: &[&str], read: impl Fn(&str) -> Result<T, String>) -> String {
    let line = |text: &&str| match read(text) {
        Ok(read) => format!("{text:?}: {read}"),
        Err(reason) => format!("{text:?}: ! {reason}"),
    };
    texts.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_date_has_four_two_and_two_digits() {
    let texts = &[
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
    insta::assert_snapshot!(tell(texts, date), @r#"
    "2024-02-29": 2024-02-29
    "0000-01-01": 0000-01-01
    "-0001-01-01": -000001-01-01
    "2023-02-29": ! there is no day 29 in 2023-02, which has 28 days
    "2024-13-01": ! there is no month 13
    "2024-00-01": ! there is no month 00
    "2024-01-00": ! there is no day 00 in 2024-01, which has 31 days
    "2024-1-5": ! month and day have two digits, with `-` between: write 2024-01-05
    "2024/01/05": ! month and day have two digits, with `-` between: write 2024-01-05
    "31.01.2024": ! the year comes first: write year, month and day as in 2024-01-31
    "2024-01-01T00:00:00": ! only a date is expected here, without a time: write 2024-01-01
    "2024-01-01x": ! `x` does not belong there
    "+12345-01-01": ! the year 12345 is out of range
    "99999999999-01-01": ! it is not an ISO-8601 date: write year, month and day as in 2024-01-31
    "12345-01-01": ! it is not an ISO-8601 date: write year, month and day as in 2024-01-31
    "+2024-01-01": ! month and day have two digits, with `-` between: write 2024-01-01
    "tomorrow": ! it is not an ISO-8601 date: write year, month and day as in 2024-01-31
    "": ! the date is missing: write year, month and day as in 2024-01-31
    "20240131": ! it is not an ISO-8601 date: write year, month and day as in 2024-01-31
    "#);
}

#[test]
fn a_time_has_hours_and_minutes_and_maybe_seconds() {
    let texts = &[
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
    insta::assert_snapshot!(tell(texts, time), @r#"
    "09:30": 09:30:00
    "09:30:15": 09:30:15
    "09:30:15.": 09:30:15
    "09:30:15.5": 09:30:15.5
    "23:59:59.999999999": 23:59:59.999999999
    "24:00": ! there is no hour 24: it goes from 00 to 23; midnight is 00:00
    "23:60": ! there is no minute 60: it goes from 00 to 59
    "23:59:60": ! there is no second 60: it goes from 00 to 59
    "9:30": ! the hour has two digits: write 09:30
    "9:30am": ! it is not an ISO-8601 time: write hours and minutes, and seconds if needed, as in 09:30 or 09:30:15
    "09:30:15.1234567890": ! seconds have at most nine decimals
    "09:30:": ! `:` does not belong there
    "09:30:5": ! `:5` does not belong there
    "09:30Z": ! a time without zone is expected here: leave `Z` out
    "09:30+02:00": ! a time without zone is expected here: leave `+02:00` out
    "0930": ! it is not an ISO-8601 time: write hours and minutes, and seconds if needed, as in 09:30 or 09:30:15
    "noon": ! it is not an ISO-8601 time: write hours and minutes, and seconds if needed, as in 09:30 or 09:30:15
    "": ! the time is missing: write hours and minutes, and seconds if needed, as in 09:30 or 09:30:15
    "#);
}

#[test]
fn a_time_with_offset_needs_one_with_a_colon() {
    let show = |text: &str| offset_time(text).map(|(time, offset)| format!("{time} {offset}"));
    let texts = &[
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
    insta::assert_snapshot!(tell(texts, show), @r#"
    "09:30Z": 09:30:00 +00
    "09:30z": 09:30:00 +00
    "09:30:15-05:30": 09:30:15 -05:30
    "09:30:00+01:00:30": 09:30:00 +01:00:30
    "09:30+18:00": 09:30:00 +18
    "09:30": ! the offset is missing: add Z for UTC, or one such as +02:00
    "09:30+01": ! `+01` is no offset: write Z for UTC, or one such as +02:00, up to 18 hours
    "09:30+18:01": ! `+18:01` is no offset: write Z for UTC, or one such as +02:00, up to 18 hours
    "09:30+01:00[Europe/Paris]": ! `[Europe/Paris]` does not belong there
    "09:30+0é:00": ! `+0é:00` is no offset: write Z for UTC, or one such as +02:00, up to 18 hours
    "#);
}

#[test]
fn a_local_date_time_has_no_zone() {
    let texts = &[
        "2024-01-31T09:30",
        "2024-01-31t09:30:15.5",
        "2024-01-31 09:30",
        "2024-01-31",
        "2024-01-31T09:30Z",
        "2024-01-31x",
    ];
    insta::assert_snapshot!(tell(texts, local_date_time), @r#"
    "2024-01-31T09:30": 2024-01-31T09:30:00
    "2024-01-31t09:30:15.5": 2024-01-31T09:30:15.5
    "2024-01-31 09:30": ! a T stands between date and time: write 2024-01-31T09:30
    "2024-01-31": ! the time is missing: write 2024-01-31T00:00:00
    "2024-01-31T09:30Z": ! a time without zone is expected here: leave `Z` out
    "2024-01-31x": ! a T and the time are expected behind 2024-01-31
    "#);
}

#[test]
fn a_date_time_with_zone_needs_an_offset_and_may_name_a_region() {
    let texts = &[
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
    insta::assert_snapshot!(tell(texts, date_time_with_zone), @r#"
    "2024-01-01T00:00Z": 2024-01-01T00:00:00+00:00[UTC]
    "2024-01-01t00:00:00z": 2024-01-01T00:00:00+00:00[UTC]
    "2024-01-01T00:00:00+01": 2024-01-01T00:00:00+01:00[+01:00]
    "2024-01-01T00:00:00+0100": 2024-01-01T00:00:00+01:00[+01:00]
    "2024-01-01T00:00:00+01:00:30": 2024-01-01T00:00:00+01:01[+01:01]
    "2024-01-01T00:00:00+01:00[Europe/Paris]": 2024-01-01T00:00:00+01:00[Europe/Paris]
    "2024-01-01T00:00:00+05:00[Europe/Paris]": 2023-12-31T20:00:00+01:00[Europe/Paris]
    "2024-03-31T02:30:00+01:00[Europe/Paris]": 2024-03-31T03:30:00+02:00[Europe/Paris]
    "2024-01-01T00:00:00Z[+02:00]": 2024-01-01T02:00:00+02:00[+02:00]
    "2024-01-01T00:00:00": ! the offset is missing: add Z for UTC, or one such as +02:00
    "2024-01-01T00:00:00[Europe/Paris]": ! the offset before [Europe/Paris] is missing: write 2024-01-01T00:00:00+01:00[Europe/Paris]
    "2024-01-01T00:00:00[Nope]": ! the offset before [Nope] is missing
    "2024-01-01T00:00:00Z[europe/paris]": ! there is no time zone `europe/paris`; did you mean Europe/Paris?
    "2024-01-01T00:00:00Z[Europe/Paris": ! the bracket before the zone is not closed
    "2024-01-01T00:00:00Z[]": ! there is no time zone ``
    "2024-01-01T00:00:00+1:00": ! `+1:00` is no offset: write Z for UTC, or one such as +02:00, up to 18 hours
    "2024-01-01T00:00:00+19:00": ! `+19:00` is no offset: write Z for UTC, or one such as +02:00, up to 18 hours
    "2024-01-01T24:00:00Z": ! there is no hour 24: it goes from 00 to 23; midnight is 00:00
    "2024-01-01 00:00:00Z": ! a T stands between date and time: write 2024-01-01T00:00:00Z
    "2024-01-01T00:00:00ZZ": ! `Z` does not belong there
    "9999-12-31T23:59:59-18:00": ! the moment is too far away
    "#);
}

#[test]
fn an_instant_needs_seconds_and_knows_the_end_of_a_day() {
    let texts = &[
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
    insta::assert_snapshot!(tell(texts, instant), @r#"
    "2024-01-01T00:00:00Z": 2024-01-01T00:00:00Z
    "2024-01-01T00:00:00+01:00": 2023-12-31T23:00:00Z
    "2024-01-01T24:00:00Z": 2024-01-02T00:00:00Z
    "2024-01-01T24:00:00.0Z": 2024-01-02T00:00:00Z
    "2024-01-01T24:00:01Z": ! there is no hour 24: it goes from 00 to 23; midnight is 00:00
    "2016-12-31T23:59:60.5Z": 2016-12-31T23:59:59.5Z
    "2024-01-01T00:00:60Z": ! there is no second 60: it goes from 00 to 59
    "2024-01-01T00:00Z": ! the seconds are missing: write 2024-01-01T00:00:00
    "2024-01-01T00:00:00": ! the offset is missing: add Z for UTC, or one such as +02:00
    "2024-01-01T00:00:00+01": ! `+01` is no offset: write Z for UTC, or one such as +02:00, up to 18 hours
    "2024-01-01": ! the time is missing: write 2024-01-01T00:00:00
    "#);
}

fn read_all(text: &str) {
    let _read = (date(text), time(text), local_date_time(text));
    let _read = (offset_time(text), date_time_with_zone(text), instant(text));
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

use proptest::prelude::*;

use super::*;

/// What a text means, or why it means nothing.
fn read(text: &str) -> String {
    parse(text).map_or_else(|reason| reason, format)
}

#[test]
fn what_java_accepts_is_accepted_with_the_same_meaning() {
    let cases = [
        ("PT0S", "PT0S"),
        ("PT-0S", "PT0S"),
        ("PT30S", "PT30S"),
        ("PT00001S", "PT1S"),
        ("pt1h", "PT1H"),
        ("P1DT1H", "PT25H"),
        ("PT48H1S", "PT48H1S"),
        ("PT90M", "PT1H30M"),
        ("-P1D", "PT-24H"),
        ("+P1D", "PT24H"),
        ("P-1D", "PT-24H"),
        ("PT-1H-30M", "PT-1H-30M"),
        ("-PT-6H+3M", "PT5H57M"),
        ("PT-0.5S", "PT-0.5S"),
        ("-PT0.5S", "PT-0.5S"),
        ("PT-60.5S", "PT-1M-0.5S"),
        ("PT-1.000000001S", "PT-1.000000001S"),
        ("PT1,5S", "PT1.5S"),
        ("PT1.S", "PT1S"),
        ("PT0.000000001S", "PT0.000000001S"),
        ("PT9223372036854775807S", "PT2562047788015215H30M7S"),
        ("PT-9223372036854775808S", "PT-2562047788015215H-30M-8S"),
        ("P106751991167300D", "PT2562047788015200H"),
    ];
    for (text, java) in cases {
        assert_eq!(read(text), java, "{text}");
    }
}

#[test]
fn a_bare_number_counts_seconds() {
    let cases = [("30", "PT30S"), ("-1", "PT-1S"), ("+90", "PT1M30S"), ("0", "PT0S"), ("1.5", "PT1.5S")];
    for (text, expected) in cases {
        assert_eq!(read(text), expected, "{text}");
    }
    assert_eq!(read("0.1234567899"), "PT0.123456789S");
    assert_eq!(
        read("99999999999999999999"),
        "it is longer than 292 billion years, the longest duration there is"
    );
}

#[test]
fn what_overflows_is_too_long() {
    for text in ["PT9223372036854775808S", "-PT-9223372036854775808S", "P106751991167301D"] {
        assert_eq!(
            read(text),
            "it is longer than 292 billion years, the longest duration there is",
            "{text}"
        );
    }
}

#[test]
fn the_reason_names_what_is_wrong_and_what_to_write() {
    let texts = [
        "",
        " PT1S",
        "P",
        "PT",
        "P1DT",
        "P1M",
        "P1Y2M",
        "P1Y",
        "P2W",
        "P1W2D",
        "P30S",
        "P1H30M",
        "PT1D",
        "PT30M1H",
        "PT1.5H",
        "P0.5D",
        "PT.5S",
        "PT1.1234567890S",
        "PT30",
        "PT1X",
        "PTS",
        "P1D1D",
        "30s",
        "1h",
        "1h30m",
        "5 minutes",
        "1 day and 2 hours",
        "500ms",
        "1w",
        "3 months",
        "1:30",
        "00:00:10",
        "ten",
        "1d!",
        "-30s",
        "1e3",
        ".5",
        "PTT1S",
        "PT1H T1M",
        "P१D",
    ];
    let told: Vec<_> = texts.map(|text| format!("{text:?}: {}", read(text))).into();
    insta::assert_snapshot!(told.join("\n"), @r#"
    "": it is empty; write PT30S for 30 seconds, PT1H30M for an hour and a half, P1D for a day
    " PT1S": blanks stand around it: write PT1S
    "P": there is nothing behind the P; write PT30S for 30 seconds, PT1H30M for an hour and a half, P1D for a day
    "PT": there is nothing behind the T; write PT30S for 30 seconds, PT1H30M for an hour and a half, P1D for a day
    "P1DT": there is nothing behind the T: write P1D
    "P1M": months have no fixed length; use days, or write PT1M for minutes
    "P1Y2M": years have no fixed length; use days
    "P1Y": years have no fixed length; use days
    "P2W": weeks are not known; use days: write P14D
    "P1W2D": weeks are not known; use days: write P9D
    "P30S": T is missing before hours, minutes, seconds: write PT30S
    "P1H30M": T is missing before hours, minutes, seconds: write PT1H30M
    "PT1D": days stand before the T: write P1D
    "PT30M1H": the order is days, hours, minutes, seconds, each at most once: write PT1H30M
    "PT1.5H": only seconds may have a fraction: write PT1H30M
    "P0.5D": only seconds may have a fraction: write PT12H
    "PT.5S": a digit is missing before the decimal point: write PT0.5S
    "PT1.1234567890S": seconds have at most nine decimals: write PT1.123456789S
    "PT30": the unit after 30 is missing: D, H, M or S
    "PT1X": `X` is no unit of a duration: use D, H, M or S
    "PTS": `S` does not belong there; write PT30S for 30 seconds, PT1H30M for an hour and a half, P1D for a day
    "P1D1D": the order is days, hours, minutes, seconds, each at most once: write P2D
    "30s": durations are written as ISO-8601: PT30S
    "1h": durations are written as ISO-8601: PT1H
    "1h30m": durations are written as ISO-8601: PT1H30M
    "5 minutes": durations are written as ISO-8601: PT5M
    "1 day and 2 hours": durations are written as ISO-8601: PT26H
    "500ms": durations are written as ISO-8601: PT0.5S
    "1w": durations are written as ISO-8601: P7D
    "3 months": months and years have no fixed length; use days, such as P30D
    "1:30": a duration is no time of day; if these are hours and minutes, write PT1H30M
    "00:00:10": a duration is no time of day; if these are hours and minutes, write PT10S
    "ten": it is not an ISO-8601 duration; write PT30S for 30 seconds, PT1H30M for an hour and a half, P1D for a day
    "1d!": it is not an ISO-8601 duration; write PT30S for 30 seconds, PT1H30M for an hour and a half, P1D for a day
    "-30s": durations are written as ISO-8601: PT-30S
    "1e3": it is not an ISO-8601 duration; write PT30S for 30 seconds, PT1H30M for an hour and a half, P1D for a day
    ".5": it is not an ISO-8601 duration; write PT30S for 30 seconds, PT1H30M for an hour and a half, P1D for a day
    "PTT1S": `T` does not belong there; write PT30S for 30 seconds, PT1H30M for an hour and a half, P1D for a day
    "PT1H T1M": ` ` does not belong there; write PT30S for 30 seconds, PT1H30M for an hour and a half, P1D for a day
    "P१D": `१` does not belong there; write PT30S for 30 seconds, PT1H30M for an hour and a half, P1D for a day
    "#);
}

proptest! {
    #[test]
    fn any_text_has_an_answer(text in "\\PC*") {
        let _read = parse(&text);
    }

    #[test]
    fn what_resembles_a_duration_has_an_answer(text in "[+-]?[Pp]?([+-]?[0-9]{0,21}[.,]?[0-9]{0,11}[YMWDTHSs ]){0,5}") {
        let _read = parse(&text);
    }

    #[test]
    fn what_is_written_is_read_back(seconds: i64, nanos in -999_999_999..=999_999_999_i32) {
        let duration = SignedDuration::new(seconds / 2, nanos);
        prop_assert_eq!(parse(&format(duration)), Ok(duration));
    }
}

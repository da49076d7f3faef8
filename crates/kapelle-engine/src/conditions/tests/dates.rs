//! Conditions about dates.

use super::*;

#[test]
fn a_moment_is_strictly_between_two_others() {
    let world = World::on("2013-09-08T16:20:00+02:00");
    assert_answers(
        &world,
        "DateTimeBetween",
        &[
            ("after: '2013-09-08T16:19:00+02:00', before: '2013-09-08T16:21:00+02:00'", "yes"),
            ("after: '2013-09-08T14:19:00Z'", "yes"),
            ("before: '2013-09-08T14:21:00Z'", "yes"),
            // The ends do not belong to it.
            ("after: '2013-09-08T16:20:00+02:00'", "no"),
            ("before: '2013-09-08T14:20:00Z'", "no"),
            ("before: '2013-09-08T16:19:00+02:00'", "no"),
            ("after: '2013-09-08T14:21:00Z', before: '2014-01-01T00:00:00Z'", "no"),
            ("date: '2020-01-01T00:00:00Z', after: '2019-12-31T23:59:59Z'", "yes"),
            ("date: '{{ \"2020-01-01T00:00:00Z\" }}', before: '{{ trigger.date }}'", "no"),
            ("date: '2020-01-01T00:00:00Z'", "Invalid condition with no before nor after"),
            ("date: '2020-01-01', after: '2019-12-31T23:59:59Z'", "`date` is `2020-01-01`"),
            ("after: tomorrow", "`after` is `tomorrow`"),
        ],
    );
}

#[test]
fn a_time_is_strictly_between_two_times_of_day() {
    let world = World::on("2013-09-08T16:20:00+02:00");
    assert_answers(
        &world,
        "TimeBetween",
        &[
            ("after: '16:19:00+02:00', before: '16:21:00+02:00'", "yes"),
            ("after: '14:19:00Z', before: '16:21:00+02:00'", "yes"),
            ("after: '16:19:00+02:00'", "yes"),
            ("before: '14:21Z'", "yes"),
            ("after: '16:20:00+02:00'", "no"),
            ("before: '14:20:00Z'", "no"),
            ("after: '17:00:00+02:00'", "no"),
            ("after: '15:00:00+02:00', before: '16:00:00+02:00'", "no"),
            ("after: '16:00:00'", "`after` is `16:00:00`"),
            ("date: '2013-09-08T16:20:00+02:00'", "Invalid condition with no before nor after"),
        ],
    );
}

#[test]
fn a_range_that_ends_before_it_begins_goes_over_midnight() {
    let night = "after: '22:00:00+02:00', before: '06:00:00+02:00'";
    for (time, expected) in [
        ("21:59:59", "no"),
        ("22:00:00", "no"),
        ("22:00:01", "yes"),
        ("23:59:59", "yes"),
        ("00:00:00", "yes"),
        ("01:30:00", "yes"),
        ("05:59:59", "yes"),
        ("06:00:00", "no"),
        ("12:00:00", "no"),
    ] {
        let world = World::on(&format!("2024-05-01T{time}+02:00"));
        assert_eq!(answer(&world, "TimeBetween", night), expected, "{time}");
    }
}

#[test]
fn times_of_day_are_compared_whatever_their_offsets() {
    // From half past ten to midnight in UTC.
    let range = "after: '00:30:00+02:00', before: '02:00:00+02:00'";
    for (date, expected) in [
        ("2024-05-01T23:30:00Z", "yes"),
        ("2024-05-02T01:30:00+02:00", "yes"),
        ("2024-05-01T18:30:00-05:00", "yes"),
        ("2024-05-01T22:00:00Z", "no"),
        ("2024-05-02T00:30:00Z", "no"),
    ] {
        assert_eq!(answer(&World::on(date), "TimeBetween", range), expected, "{date}");
    }
    // With one end it is the rest of the day where clocks have the offset of the end.
    assert_eq!(answer(&World::on("2024-05-01T22:00:00Z"), "TimeBetween", "after: '00:30:00+02:00'"), "no");
    assert_eq!(answer(&World::on("2024-05-01T21:59:00Z"), "TimeBetween", "after: '00:30:00+02:00'"), "yes");
}

#[test]
fn a_day_of_the_week_is_taken_where_the_date_was_written() {
    assert_answers(
        &World::on("2013-09-08T23:30:00-02:00"),
        "DayWeek",
        &[
            ("dayOfWeek: SUNDAY", "yes"),
            ("dayOfWeek: MONDAY", "no"),
            ("dayOfWeek: '{{ \"SUN\" ~ \"DAY\" }}'", "yes"),
            ("date: '2013-09-09', dayOfWeek: MONDAY", "yes"),
            ("date: '2013-09-09T00:00:00', dayOfWeek: MONDAY", "yes"),
            ("date: '2013-09-09T00:00:00+02:00[Europe/Paris]', dayOfWeek: MONDAY", "yes"),
            ("dayOfWeek: Sunday", "`dayOfWeek` is `Sunday`: write one of MONDAY, TUESDAY"),
            ("date: '2013-09-09'", "`dayOfWeek` is missing"),
            ("date: '09.09.2013', dayOfWeek: MONDAY", "the year comes first"),
        ],
    );
}

#[test]
fn the_answer_tells_the_value() {
    let world = World::on("2024-01-01T00:00:00Z");
    let reason = |yaml: &str| world.ask(yaml).to_string();
    let prefix = "type: io.kestra.plugin.core.condition";
    insta::assert_snapshot!(reason(&format!("{{{prefix}.DayWeek, dayOfWeek: SUNDAY}}")), @"no DayWeek: `dayOfWeek` is MONDAY (2024-01-01), asked for SUNDAY");
    insta::assert_snapshot!(reason(&format!("{{{prefix}.DayWeekInMonth, date: '2024-01-29', dayOfWeek: MONDAY, dayInMonth: FOURTH}}")), @"no DayWeekInMonth: 2024-01-29 is the FIFTH and LAST MONDAY of its month, asked for the FOURTH MONDAY");
    insta::assert_snapshot!(reason(&format!("{{{prefix}.Weekend}}")), @"no Weekend: 2024-01-01 is a MONDAY");
    insta::assert_snapshot!(reason(&format!("{{{prefix}.PublicHoliday, country: FR}}")), @"yes PublicHoliday: 2024-01-01 is a public holiday in FR");
    insta::assert_snapshot!(reason(&format!("{{{prefix}.TimeBetween, after: '22:00Z', before: '06:00Z'}}")), @"yes TimeBetween: it is 00:00:00Z, asked for after 22:00:00Z and before 06:00:00Z");
    insta::assert_snapshot!(reason(&format!("{{{prefix}.DateTimeBetween, after: '2025-01-01T00:00:00+01:00'}}")), @"no DateTimeBetween: it is 2024-01-01T00:00:00+00:00, asked for after 2025-01-01T00:00:00+01:00");
}

#[test]
fn a_day_has_a_place_among_its_weekdays_of_the_month() {
    assert_answers(
        &World::default(),
        "DayWeekInMonth",
        &[
            ("date: '2021-04-01', dayOfWeek: MONDAY, dayInMonth: FIRST", "no"),
            ("date: '2021-04-05', dayOfWeek: MONDAY, dayInMonth: FIRST", "yes"),
            ("date: '2021-04-01', dayOfWeek: THURSDAY, dayInMonth: FIRST", "yes"),
            ("date: '2021-04-01', dayOfWeek: MONDAY, dayInMonth: LAST", "no"),
            ("date: '2021-04-26', dayOfWeek: MONDAY, dayInMonth: LAST", "yes"),
            ("date: '2021-04-12', dayOfWeek: MONDAY, dayInMonth: SECOND", "yes"),
            ("date: '2021-04-19', dayOfWeek: MONDAY, dayInMonth: THIRD", "yes"),
            ("date: '2021-04-26', dayOfWeek: MONDAY, dayInMonth: FOURTH", "yes"),
            ("date: '2021-04-26', dayOfWeek: MONDAY, dayInMonth: FIFTH", "write one of FIRST, SECOND"),
            ("date: '2021-04-26', dayOfWeek: MONDAY", "`dayInMonth` is missing"),
        ],
    );
}

#[test]
fn weekends_are_saturdays_and_sundays() {
    for (date, expected) in
        [("2024-01-05", "no"), ("2024-01-06", "yes"), ("2024-01-07", "yes"), ("2024-01-08", "no")]
    {
        assert_eq!(answer(&World::default(), "Weekend", &format!("date: '{date}'")), expected, "{date}");
    }
}

#[test]
fn public_holidays_are_those_of_a_country_or_a_part_of_it() {
    assert_answers(
        &World::default(),
        "PublicHoliday",
        &[
            ("date: '2023-07-14', country: FR", "yes"),
            ("date: '2023-03-08', country: DE, subDivision: BE", "yes"),
            ("date: '2023-01-02', country: FR", "no"),
            ("date: '2023-03-08', country: DE", "no"),
            // Without a country it is the one of the server's locale.
            ("date: '2023-10-03'", "yes"),
            ("date: '2023-07-14'", "no"),
            ("date: '2023-07-14', country: XX", "the public holidays of XX are not known"),
            (
                "date: '2023-07-14', country: DE, subDivision: XX",
                "no part with holidays of its own in DE (XX)",
            ),
        ],
    );
}

#[test]
fn without_a_date_there_is_no_answer() {
    let error = answer(&World::default(), "Weekend", "id: x");
    assert!(error.starts_with("Weekend: Unable to find `trigger` used in the expression"), "{error}");
}

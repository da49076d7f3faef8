use jiff::Zoned;
use jiff::civil::{Date, date};

use super::*;

fn cron(text: &str) -> Cron {
    Cron::parse(text, text.split(' ').count() == 6).unwrap()
}

/// The next moments after one, with their offsets.
fn next(text: &str, after: &str, count: usize) -> String {
    next_with(ClockChanges::Once, text, after, count)
}

fn next_with(changes: ClockChanges, text: &str, after: &str, count: usize) -> String {
    let cron = cron(text);
    let mut moment: Zoned = after.parse().unwrap();
    let mut shown = Vec::new();
    for _ in 0..count {
        let Some(found) = cron.next_after(&moment, changes) else {
            shown.push("never".into());
            break;
        };
        shown.push(found.strftime("%a %Y-%m-%d %H:%M:%S%:z").to_string());
        moment = found;
    }
    shown.join("\n")
}

/// The field that is wrong, and why.
fn wrong(text: &str, with_seconds: bool) -> String {
    match Cron::parse(text, with_seconds) {
        Ok(_) => format!("{text}: fine"),
        Err(error) => format!("{text}: [{}] {}", &text[error.range], error.reason),
    }
}

const SUNDAY_NOON: &str = "2026-03-01T12:00:30[Europe/Berlin]";

#[test]
fn fields_are_lists_of_values_ranges_and_steps() {
    insta::assert_snapshot!(next("5/15 9,17 * * MON-FRI", SUNDAY_NOON, 5), @"
    Mon 2026-03-02 09:05:00+01:00
    Mon 2026-03-02 09:20:00+01:00
    Mon 2026-03-02 09:35:00+01:00
    Mon 2026-03-02 09:50:00+01:00
    Mon 2026-03-02 17:05:00+01:00
    ");
    insta::assert_snapshot!(next("0 22-23/2 1-10/4,31 JAN,mar *", SUNDAY_NOON, 5), @"
    Sun 2026-03-01 22:00:00+01:00
    Thu 2026-03-05 22:00:00+01:00
    Mon 2026-03-09 22:00:00+01:00
    Tue 2026-03-31 22:00:00+02:00
    Fri 2027-01-01 22:00:00+01:00
    ");
    insta::assert_snapshot!(next("*/20 * * * * *", SUNDAY_NOON, 3), @"
    Sun 2026-03-01 12:00:40+01:00
    Sun 2026-03-01 12:01:00+01:00
    Sun 2026-03-01 12:01:20+01:00
    ");
}

#[test]
fn sunday_is_0_and_7_and_the_end_of_ranges() {
    let same = [
        ("0 0 * * 0", "0 0 * * 7"),
        ("0 0 * * sun", "0 0 * * 7"),
        ("0 0 * * FRI-SUN", "0 0 * * 0,5,6"),
        ("0 0 * * 1-WED", "0 0 * * 1,2,3"),
        ("0 0 * * 7/2", "0 0 * * 0,2,4,6"),
        ("0 0 * * */7", "0 0 * * 0,7"),
        ("0 0 * * 1/2", "0 0 * * 1,3,5,7"),
        ("0 0 * * 6/2", "0 0 * * 6"),
        ("/5 * * * *", "*/5 * * * *"),
        ("+5 * * * *", "05 * * * *"),
        (" 0  0\t* * * ", "0 0 * * *"),
    ];
    for (one, other) in same {
        assert_eq!(Cron::parse(one, false), Cron::parse(other, false), "{one}");
    }
}

#[test]
fn nicknames_stand_for_five_fields() {
    let nicknames = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"]
        .map(|name| next(name, SUNDAY_NOON, 1));
    insta::assert_snapshot!(nicknames.join("\n"), @"
    Fri 2027-01-01 00:00:00+01:00
    Fri 2027-01-01 00:00:00+01:00
    Wed 2026-04-01 00:00:00+02:00
    Sun 2026-03-08 00:00:00+01:00
    Mon 2026-03-02 00:00:00+01:00
    Mon 2026-03-02 00:00:00+01:00
    Sun 2026-03-01 13:00:00+01:00
    ");
    assert_eq!(Cron::parse("@daily", true), Cron::parse("0 0 * * *", false));
}

#[test]
fn days_of_month_and_week_are_alternatives_once_both_are_restricted() {
    insta::assert_snapshot!(next("0 0 13 * FRI", SUNDAY_NOON, 4), @"
    Fri 2026-03-06 00:00:00+01:00
    Fri 2026-03-13 00:00:00+01:00
    Fri 2026-03-20 00:00:00+01:00
    Fri 2026-03-27 00:00:00+01:00
    ");
    insta::assert_snapshot!(next("0 0 */2 * MON", SUNDAY_NOON, 5), @"
    Mon 2026-03-02 00:00:00+01:00
    Tue 2026-03-03 00:00:00+01:00
    Thu 2026-03-05 00:00:00+01:00
    Sat 2026-03-07 00:00:00+01:00
    Mon 2026-03-09 00:00:00+01:00
    ");
    insta::assert_snapshot!(next("0 0 */1 * MON", SUNDAY_NOON, 2), @"
    Mon 2026-03-02 00:00:00+01:00
    Mon 2026-03-09 00:00:00+01:00
    ");
    insta::assert_snapshot!(next("0 0 31 2 1", SUNDAY_NOON, 2), @"
    Mon 2027-02-01 00:00:00+01:00
    Mon 2027-02-08 00:00:00+01:00
    ");
}

#[test]
fn the_last_day_of_a_month_is_whichever_it_is() {
    insta::assert_snapshot!(next("0 6 L 1-4 *", "2028-01-01T00:00[UTC]", 4), @"
    Mon 2028-01-31 06:00:00+00:00
    Tue 2028-02-29 06:00:00+00:00
    Fri 2028-03-31 06:00:00+00:00
    Sun 2028-04-30 06:00:00+00:00
    ");
    insta::assert_snapshot!(next("0 6 15,l 2 *", "2027-01-01T00:00[UTC]", 3), @"
    Mon 2027-02-15 06:00:00+00:00
    Sun 2027-02-28 06:00:00+00:00
    Tue 2028-02-15 06:00:00+00:00
    ");
}

#[test]
fn the_29th_of_february_is_found_across_a_century_without_leap_year() {
    insta::assert_snapshot!(next("0 0 29 2 *", "2094-01-01T00:00[UTC]", 3), @"
    Wed 2096-02-29 00:00:00+00:00
    Fri 2104-02-29 00:00:00+00:00
    Wed 2108-02-29 00:00:00+00:00
    ");
}

#[test]
fn some_schedules_have_no_day_at_all() {
    for text in ["0 0 31 2 *", "0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 30-31 FEB *"] {
        assert!(cron(text).never_fires(), "{text}");
        assert_eq!(next(text, SUNDAY_NOON, 1), "never", "{text}");
    }
    for text in
        ["0 0 29 2 *", "0 0 31 2 MON", "0 0 L 2 *", "0 0 31 * *", "0 0 * 2 *", "0 0 28-31 2 *", "@hourly"]
    {
        assert!(!cron(text).never_fires(), "{text}");
        assert_ne!(next(text, SUNDAY_NOON, 1), "never", "{text}");
    }
}

#[test]
fn a_local_time_in_a_gap_fires_once_at_the_first_moment_after_it() {
    insta::assert_snapshot!(next("30 2 * * *", "2026-03-28T12:00[Europe/Berlin]", 2), @"
    Sun 2026-03-29 03:00:00+02:00
    Mon 2026-03-30 02:30:00+02:00
    ");
    // Several of one gap, and one that fires at its end anyway.
    insta::assert_snapshot!(next("*/20 2 * * *", "2026-03-28T12:00[Europe/Berlin]", 2), @"
    Sun 2026-03-29 03:00:00+02:00
    Mon 2026-03-30 02:00:00+02:00
    ");
    insta::assert_snapshot!(next("0 2,3 * * *", "2026-03-29T00:00[Europe/Berlin]", 2), @"
    Sun 2026-03-29 03:00:00+02:00
    Mon 2026-03-30 02:00:00+02:00
    ");
    insta::assert_snapshot!(next("0 0 * * *", "2026-03-07T12:00[America/Havana]", 2), @"
    Sun 2026-03-08 01:00:00-04:00
    Mon 2026-03-09 00:00:00-04:00
    ");
    // Samoa crossed the date line: there was no 30th.
    insta::assert_snapshot!(next("0 12 * * *", "2011-12-29T00:00[Pacific/Apia]", 2), @"
    Thu 2011-12-29 12:00:00-10:00
    Sat 2011-12-31 12:00:00+14:00
    ");
}

#[test]
fn with_skip_a_local_time_in_a_gap_does_not_fire() {
    let next = |text, after, count| next_with(ClockChanges::Skip, text, after, count);
    insta::assert_snapshot!(next("30 2 * * *", "2026-03-28T12:00[Europe/Berlin]", 2), @"
    Mon 2026-03-30 02:30:00+02:00
    Tue 2026-03-31 02:30:00+02:00
    ");
    insta::assert_snapshot!(next("0 2,3 * * *", "2026-03-29T00:00[Europe/Berlin]", 2), @"
    Sun 2026-03-29 03:00:00+02:00
    Mon 2026-03-30 02:00:00+02:00
    ");
    insta::assert_snapshot!(next("30 2 * * *", "2026-10-24T12:00[Europe/Berlin]", 2), @"
    Sun 2026-10-25 02:30:00+02:00
    Mon 2026-10-26 02:30:00+01:00
    ");
}

#[test]
fn a_repeated_local_time_fires_the_first_time_only() {
    insta::assert_snapshot!(next("30 2 * * *", "2026-10-24T12:00[Europe/Berlin]", 2), @"
    Sun 2026-10-25 02:30:00+02:00
    Mon 2026-10-26 02:30:00+01:00
    ");
    insta::assert_snapshot!(next("30 2 * * *", "2026-10-25T02:10+01:00[Europe/Berlin]", 1), @"Mon 2026-10-26 02:30:00+01:00");
    insta::assert_snapshot!(next("*/30 0-4 * * *", "2026-10-25T01:50+02:00[Europe/Berlin]", 4), @"
    Sun 2026-10-25 02:00:00+02:00
    Sun 2026-10-25 02:30:00+02:00
    Sun 2026-10-25 03:00:00+01:00
    Sun 2026-10-25 03:30:00+01:00
    ");
}

#[test]
fn with_both_a_repeated_local_time_fires_both_times() {
    let next = |text, after, count| next_with(ClockChanges::Both, text, after, count);
    insta::assert_snapshot!(next("30 2 * * *", "2026-10-24T12:00[Europe/Berlin]", 3), @"
    Sun 2026-10-25 02:30:00+02:00
    Sun 2026-10-25 02:30:00+01:00
    Mon 2026-10-26 02:30:00+01:00
    ");
    insta::assert_snapshot!(next("30 2 * * *", "2026-10-25T02:10+01:00[Europe/Berlin]", 1), @"Sun 2026-10-25 02:30:00+01:00");
    insta::assert_snapshot!(next("30 2 * * *", "2026-03-28T12:00[Europe/Berlin]", 1), @"Sun 2026-03-29 03:00:00+02:00");
}

#[test]
fn a_schedule_of_every_hour_follows_elapsed_time() {
    for changes in [ClockChanges::Skip, ClockChanges::Once, ClockChanges::Both] {
        let next = |text, after, count| next_with(changes, text, after, count);
        insta::allow_duplicates! {
            insta::assert_snapshot!(next("*/30 * * * *", "2026-03-29T01:10[Europe/Berlin]", 3), @"
            Sun 2026-03-29 01:30:00+01:00
            Sun 2026-03-29 03:00:00+02:00
            Sun 2026-03-29 03:30:00+02:00
            ");
            insta::assert_snapshot!(next("*/30 * * * *", "2026-10-25T01:50+02:00[Europe/Berlin]", 5), @"
            Sun 2026-10-25 02:00:00+02:00
            Sun 2026-10-25 02:30:00+02:00
            Sun 2026-10-25 02:00:00+01:00
            Sun 2026-10-25 02:30:00+01:00
            Sun 2026-10-25 03:00:00+01:00
            ");
            insta::assert_snapshot!(next("15 * * * *", "2026-10-04T00:30[Australia/Lord_Howe]", 3), @"
            Sun 2026-10-04 01:15:00+10:30
            Sun 2026-10-04 03:15:00+11:00
            Sun 2026-10-04 04:15:00+11:00
            ");
        }
    }
}

#[test]
fn what_a_clock_change_does_to_a_moment_is_told() {
    let cases = [
        ("30 2 * * *", "2026-03-29T03:00[Europe/Berlin]", "Some(Moved { from: 2026-03-29T02:30:00 })"),
        ("0 2,3 * * *", "2026-03-29T03:00[Europe/Berlin]", "None"),
        ("30 2 * * *", "2026-03-30T02:30[Europe/Berlin]", "None"),
        ("30 2 * * *", "2026-10-25T02:30+02:00[Europe/Berlin]", "Some(First)"),
        ("30 2 * * *", "2026-10-25T02:30+01:00[Europe/Berlin]", "Some(Second)"),
        ("30 3 * * *", "2026-10-25T03:30[Europe/Berlin]", "None"),
        ("30 1 * * *", "2026-10-25T01:30[Europe/Berlin]", "None"),
        ("30 2 * * *", "2026-10-25T02:30[UTC]", "None"),
    ];
    for (text, moment, expected) in cases {
        let moment = moment.parse().unwrap();
        let change = cron(text).clock_change(&moment, ClockChanges::Both);
        assert_eq!(format!("{change:?}"), expected, "{text} at {moment}");
    }
}

#[test]
fn losses_by_clock_changes_are_known_beforehand() {
    let first = |text: &str, zone: &str, from: Date| {
        let zone = crate::time::zone::find(zone).unwrap();
        cron(text).skipped_by_clock_change(&zone, from).map_or("-".into(), |lost| lost.to_string())
    };
    let day = date(2026, 1, 15);
    let cases = [
        ("30 2 * * *", "Europe/Berlin", day, "2026-03-29T02:30:00"),
        ("*/20 2 * * SUN", "Europe/Berlin", day, "2026-03-29T02:00:00"),
        ("30 2 * * *", "Europe/Berlin", date(2026, 3, 29), "2026-03-29T02:30:00"),
        ("30 2 * * *", "Europe/Berlin", date(2026, 3, 30), "2027-03-28T02:30:00"),
        ("15 2 * * *", "Australia/Lord_Howe", day, "2026-10-04T02:15:00"),
        ("0 0 * * *", "America/Havana", day, "2026-03-08T00:00:00"),
        ("45 2 * * *", "Australia/Lord_Howe", day, "-"),
        ("0 3 * * *", "Europe/Berlin", day, "-"),
        ("30 2 * * MON", "Europe/Berlin", day, "-"),
        ("30 2 1 * *", "Europe/Berlin", day, "-"),
        ("0 * * * *", "Europe/Berlin", day, "-"),
        ("*/15 * * * *", "Europe/Berlin", day, "-"),
        ("30 2 * * *", "UTC", day, "-"),
        ("30 2 * * *", "+02:00", day, "-"),
        ("30 2 * * *", "Europe/Berlin", Date::MAX, "-"),
        ("30 2 * * *", "Europe/Berlin", Date::MIN, "-"),
    ];
    for (text, zone, from, expected) in cases {
        assert_eq!(first(text, zone, from), expected, "{text} in {zone} from {from}");
    }
}

#[test]
fn the_reason_names_field_value_and_range() {
    let texts = [
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * 32 * *",
        "* * * 13 *",
        "* * * * 8",
        "-1 * * * *",
        "1.5 * * * *",
        "99999999999 * * * *",
        "*/0 * * * *",
        "*/60 * * * *",
        "* */24 * * *",
        "5/ * * * *",
        "5/x * * * *",
        "1-2/3/4 * * * *",
        "1,,2 * * * *",
        "1, * * * *",
        "1- * * * *",
        "1-2-3 * * * *",
        "*5 * * * *",
        "*-5 * * * *",
        "0 0 * * FRI-MON",
        "0 0 * * SUN-TUE",
        "0 0 * * 6-0",
        "0 0 * DEC-FEB *",
        "0 22-5 * * *",
        "50-10/5 * * * *",
        "0 0 * * MONDAY",
        "0 0 * SEPT *",
        "0 0 * MON *",
        "0 0 ? * *",
        "0 0 * * ?",
        "0 0 LW * *",
        "0 0 15W * *",
        "0 0 L-3 * *",
        "0 0 * * 5L",
        "0 0 * * FRIL",
        "0 0 * * 5#2",
        "0 0 * * L",
        "L * * * *",
        "H * * * *",
        "0 é * * *",
        "0 0 * * *||1 1 * * *",
        "0 0|12 * * *",
        "0 0 * */13 8",
    ];
    let told: Vec<_> = texts.map(|text| wrong(text, false)).into();
    insta::assert_snapshot!(told.join("\n"), @"
    60 * * * *: [60] minute: 60 is out of range, allowed are 0 to 59
    * 24 * * *: [24] hour: 24 is out of range, allowed are 0 to 23
    * * 0 * *: [0] day of month: 0 is out of range, allowed are 1 to 31
    * * 32 * *: [32] day of month: 32 is out of range, allowed are 1 to 31
    * * * 13 *: [13] month: 13 is out of range, allowed are 1 to 12
    * * * * 8: [8] day of week: 8 is out of range, allowed are 0 to 7
    -1 * * * *: [-1] minute: `-1` is no value, allowed are 0 to 59
    1.5 * * * *: [1.5] minute: `1.5` is no value, allowed are 0 to 59
    99999999999 * * * *: [99999999999] minute: 99999999999 is out of range, allowed are 0 to 59
    */0 * * * *: [*/0] minute: the step 0 is out of range, allowed are 1 to 59
    */60 * * * *: [*/60] minute: the step 60 is out of range, allowed are 1 to 59
    * */24 * * *: [*/24] hour: the step 24 is out of range, allowed are 1 to 23
    5/ * * * *: [5/] minute: a number is missing after `/`
    5/x * * * *: [5/x] minute: `x` is no step, allowed are 1 to 59
    1-2/3/4 * * * *: [1-2/3/4] minute: `3/4` is no step, allowed are 1 to 59
    1,,2 * * * *: [1,,2] minute: a value is missing before or after a comma
    1, * * * *: [1,] minute: a value is missing before or after a comma
    1- * * * *: [1-] minute: a value is missing before or after `-`
    1-2-3 * * * *: [1-2-3] minute: `2-3` is no value, allowed are 0 to 59
    *5 * * * *: [*5] minute: `*5` is no value, allowed are 0 to 59
    *-5 * * * *: [*-5] minute: `*` is no value, allowed are 0 to 59
    0 0 * * FRI-MON: [FRI-MON] day of week: the range FRI-MON goes backwards: write FRI,SAT,SUN,MON
    0 0 * * SUN-TUE: [SUN-TUE] day of week: the range SUN-TUE goes backwards: write SUN,MON,TUE
    0 0 * * 6-0: [6-0] day of week: the range 6-0 goes backwards: write 6,7
    0 0 * DEC-FEB *: [DEC-FEB] month: the range DEC-FEB goes backwards: write DEC,JAN,FEB
    0 22-5 * * *: [22-5] hour: the range 22-5 goes backwards: write 22-23,0-5
    50-10/5 * * * *: [50-10/5] minute: the range 50-10 goes backwards; write two ranges, with a comma between
    0 0 * * MONDAY: [MONDAY] day of week: names have three letters: write MON
    0 0 * SEPT *: [SEPT] month: names have three letters: write SEP
    0 0 * MON *: [MON] month: `MON` is no value, allowed are 1 to 12 and JAN to DEC
    0 0 ? * *: [?] day of month: `?` belongs to Quartz: write `*`
    0 0 * * ?: [?] day of week: `?` belongs to Quartz: write `*`
    0 0 LW * *: [LW] day of month: `LW` (the nearest working day) is not known: use days of the week, such as MON-FRI
    0 0 15W * *: [15W] day of month: `15W` (the nearest working day) is not known: use days of the week, such as MON-FRI
    0 0 L-3 * *: [L-3] day of month: `L` is not known: `L` stands alone, for the last day of the month
    0 0 * * 5L: [5L] day of week: `5L` (the last such day of the month) is not known: name the day of the week here, and add the condition io.kestra.plugin.core.condition.DayWeekInMonth
    0 0 * * FRIL: [FRIL] day of week: `FRIL` (the last such day of the month) is not known: name the day of the week here, and add the condition io.kestra.plugin.core.condition.DayWeekInMonth
    0 0 * * 5#2: [5#2] day of week: `5#2` (such a day once a month) is not known: name the day of the week here, and add the condition io.kestra.plugin.core.condition.DayWeekInMonth
    0 0 * * L: [L] day of week: `L` (the last such day of the month) is not known: name the day of the week here, and add the condition io.kestra.plugin.core.condition.DayWeekInMonth
    L * * * *: [L] minute: `L` is not known here
    H * * * *: [H] minute: `H` is no value, allowed are 0 to 59
    0 é * * *: [é] hour: `é` is no value, allowed are 0 to 23
    0 0 * * *||1 1 * * *: [0 0 * * *||1 1 * * *] `||` joins several schedules: write a trigger for each
    0 0|12 * * *: [0|12] hour: `0|12` is no value, allowed are 0 to 23
    0 0 * */13 8: [*/13] month: the step 13 is out of range, allowed are 1 to 12
    ");
}

#[test]
fn the_number_of_fields_tells_which_dialect_was_meant() {
    let texts = [
        ("", false),
        ("* * * *", false),
        ("0 0 12 * * MON", false),
        ("0 0 12 ? * MON *", false),
        ("0 0 12 ? * MON *", true),
        ("0 12 * * MON", true),
        ("* * *", true),
        (" * * ", false),
        ("@reboot", false),
        ("@Daily", false),
        ("@", true),
    ];
    let told: Vec<_> = texts.map(|(text, with_seconds)| wrong(text, with_seconds)).into();
    insta::assert_snapshot!(told.join("\n"), @"
    : [] it is empty: write five fields, such as `0 9 * * MON-FRI`
    * * * *: [* * * *] 4 fields stand here, but 5 are expected: minute, hour, day of month, month, day of week
    0 0 12 * * MON: [0 0 12 * * MON] 6 fields stand here, but 5 are expected. If the first counts seconds, set withSeconds: true; if the last is a year, remove it: write `0 0 12 * *`
    0 0 12 ? * MON *: [0 0 12 ? * MON *] 7 fields are the form of Quartz: remove the seconds (the first) and the year (the last): write `0 12 * * MON`
    0 0 12 ? * MON *: [0 0 12 ? * MON *] 7 fields are the form of Quartz: remove the year (the last): write `0 0 12 * * MON`
    0 12 * * MON: [0 12 * * MON] 5 fields stand here, but withSeconds: true asks for 6, seconds first: write `0 0 12 * * MON`, or remove withSeconds
    * * *: [* * *] 3 fields stand here, but 6 are expected: second, minute, hour, day of month, month, day of week
     * * : [* *] 2 fields stand here, but 5 are expected: minute, hour, day of month, month, day of week
    @reboot: [@reboot] there is no nickname `@reboot`, only @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly
    @Daily: [@Daily] nicknames have small letters: write @daily
    @: [@] there is no nickname `@`, only @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly
    ");
}

//! What holds for every schedule.

use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{ToSpan, Zoned};
use proptest::prelude::*;
use proptest::strategy::ValueTree;

use super::*;

/// Fields that fire some times a day, so that a year is quickly walked.
fn rare_cron() -> impl Strategy<Value = String> {
    let minute = prop_oneof!["[0-5]?[0-9]", "[0-5]?[0-9],[0-5]?[0-9]", "\\*/[1-5][0-9]"];
    let hour = prop_oneof!["[0-9]", "1[0-9]|2[0-3]", "[0-4]-[4-9]", "\\*/[3-9]", Just("*".to_owned())];
    let day = prop_oneof![Just("*".to_owned()), "[1-9]|[12][0-9]|3[01]", "\\*/[2-9]", Just("L".to_owned())];
    let month = prop_oneof![Just("*".to_owned()), "[1-9]|1[0-2]", "3|10|11", "\\*/[1-9]"];
    let weekday = prop_oneof![Just("*".to_owned()), "[0-7]", "SUN|mon", "[0-3]-[3-7]", "\\*/[1-7]"];
    (minute, hour, day, month, weekday)
        .prop_map(|(minute, hour, day, month, weekday)| format!("{minute} {hour} {day} {month} {weekday}"))
}

/// All minutes of 2026 in a zone as a clock on the wall shows them, the first showing of each.
fn minutes_of_wall_clock(zone: &TimeZone) -> Vec<Zoned> {
    let start = date(2026, 1, 1).to_zoned(zone.clone()).unwrap();
    let mut latest = start.datetime().checked_sub(1.minute()).unwrap();
    let minutes = (0..365 * 24 * 60).map(|minute| start.checked_add(minute.minutes()).unwrap());
    minutes
        .filter(|moment| {
            let is_new = moment.datetime() > latest;
            latest = latest.max(moment.datetime());
            is_new
        })
        .collect()
}

fn matches(cron: &Cron, moment: &Zoned) -> bool {
    let day = cron.days.contains(moment.day())
        || (cron.days.contains(LAST_DAY) && moment.day() == moment.date().days_in_month());
    let weekday = cron.weekdays.contains(moment.weekday().to_sunday_zero_offset());
    let either = cron.days_restricted && cron.weekdays_restricted;
    cron.minutes.contains(moment.minute())
        && cron.hours.contains(moment.hour())
        && cron.months.contains(moment.month())
        && if either { day || weekday } else { (day || !cron.days_restricted) && weekday }
}

proptest! {
    #[test]
    fn any_text_has_an_answer(text in "\\PC*", with_seconds: bool) {
        let _read = Cron::parse(&text, with_seconds);
    }

    #[test]
    fn what_resembles_a_schedule_has_an_answer(
        text in "(@[a-z]{0,3})?([-0-9*/,?LW#]{1,6}|[A-Z]{2,4}|MON-FRI|é)( ([-0-9*/,?LW#]{1,5}|[A-Z]{2,4}|SUN-TUE)){3,6}",
        with_seconds: bool,
    ) {
        if let Err(error) = Cron::parse(&text, with_seconds) {
            prop_assert!(text.get(error.range).is_some());
        }
    }

    #[test]
    fn the_next_moment_is_later_and_matches(text in rare_cron(), second in 0_i64..4_102_444_800, zone in 0..4_usize) {
        let zone = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"][zone];
        let after = jiff::Timestamp::from_second(second).unwrap().in_tz(zone).unwrap();
        let cron = Cron::parse(&text, false).unwrap();
        match cron.next_after(&after) {
            Some(moment) => prop_assert!(moment > after && matches(&cron, &moment), "{moment}"),
            None => prop_assert!(cron.never_fires()),
        }
    }
}

#[test]
fn a_year_of_moments_is_what_a_look_at_every_minute_finds() {
    for zone in ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"] {
        let zone = TimeZone::get(zone).unwrap();
        let minutes = minutes_of_wall_clock(&zone);
        let before = date(2025, 12, 31).at(23, 59, 59, 0).to_zoned(zone).unwrap();
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        for _ in 0..8 {
            let text = rare_cron().new_tree(&mut runner).unwrap().current();
            let cron = Cron::parse(&text, false).unwrap();
            let expected: Vec<_> = minutes.iter().filter(|moment| matches(&cron, moment)).collect();
            let found = std::iter::successors(cron.next_after(&before), |moment| cron.next_after(moment));
            let found: Vec<_> = found.take_while(|moment| moment.year() == 2026).collect();
            assert!(expected.into_iter().eq(found.iter()), "{text}");
        }
    }
}

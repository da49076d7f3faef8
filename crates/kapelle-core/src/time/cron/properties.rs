//! What holds for every schedule.

use std::collections::BTreeSet;

use jiff::civil::{DateTime, date};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{ToSpan, Zoned};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

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

/// A look at every minute of two weeks around each clock change of a year, and of the first days of that year.
struct EveryMinute {
    /// What the clock shows at each, and at the minute before.
    shown: Vec<(Zoned, DateTime)>,
}

impl EveryMinute {
    fn of(zone: &TimeZone, year: i16) -> Self {
        let start = date(year, 1, 1).to_zoned(zone.clone()).unwrap();
        let end = start.checked_add(1.year()).unwrap();
        let changes = zone.following(start.timestamp()).map(|change| change.timestamp());
        let changes = changes.take_while(|change| *change < end.timestamp());
        let centers = std::iter::once(start.timestamp()).chain(changes);
        let mut shown: Vec<(Zoned, DateTime)> = Vec::new();
        for center in centers {
            for minute in -7 * 24 * 60..7 * 24 * 60 {
                let moment = center.checked_add(jiff::SignedDuration::from_mins(minute)).unwrap();
                if shown.last().is_none_or(|(last, _)| moment > last.timestamp()) {
                    let before = moment.checked_sub(jiff::SignedDuration::from_mins(1)).unwrap();
                    shown.push((moment.to_zoned(zone.clone()), zone.to_datetime(before)));
                }
            }
        }
        Self { shown }
    }

    /// When a schedule fires, minute by minute.
    fn fires(&self, cron: &Cron, changes: ClockChanges) -> Vec<Zoned> {
        let is_steady = cron.hours.len() == 24;
        let mut latest = DateTime::MIN;
        let fires = self.shown.iter().filter(|(moment, before)| {
            let local = moment.datetime();
            let is_new = local > latest;
            latest = latest.max(local);
            let is_shown = matches(cron, local) && (is_new || is_steady || changes == ClockChanges::Both);
            let makes_up = !is_steady && changes != ClockChanges::Skip;
            is_shown || (makes_up && skipped(*before, local).any(|local| matches(cron, local)))
        });
        fires.map(|(moment, _)| moment.clone()).collect()
    }
}

/// The minutes that the clock does not show between two that it does, but for days that it does not show at all.
fn skipped(before: DateTime, after: DateTime) -> impl Iterator<Item = DateTime> {
    let minutes =
        std::iter::successors(before.checked_add(1.minute()).ok(), |at| at.checked_add(1.minute()).ok());
    minutes
        .take_while(move |at| *at < after)
        .filter(move |at| at.date() == before.date() || at.date() == after.date())
}

fn matches(cron: &Cron, moment: DateTime) -> bool {
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
        match cron.next_after(&after, ClockChanges::Skip) {
            Some(moment) => prop_assert!(moment > after && matches(&cron, moment.datetime()), "{moment}"),
            None => prop_assert!(cron.never_fires()),
        }
    }
}

#[test]
fn what_is_found_is_what_a_look_at_every_minute_finds() {
    let names: Vec<String> = TimeZoneDatabase::bundled().available().map(|name| name.to_string()).collect();
    let mut runner = TestRunner::deterministic();
    let mut draw = |count: usize| (0..count).new_tree(&mut runner).unwrap().current();
    let mut worlds: Vec<_> =
        (0..6).map(|_| (names[draw(names.len())].clone(), 1990 + draw(48) as i16)).collect();
    worlds.extend([("Europe/Berlin".into(), 2026), ("Australia/Lord_Howe".into(), 2026)]);
    worlds.extend([("Pacific/Apia".into(), 2011), ("Africa/Casablanca".into(), 2026)]);
    for (name, year) in worlds {
        let zone = TimeZone::get(&name).unwrap();
        let minutes = EveryMinute::of(&zone, year);
        let all: BTreeSet<_> = minutes.shown.iter().map(|(moment, _)| moment.timestamp()).collect();
        let before = minutes.shown[0].0.checked_sub(1.minute()).unwrap();
        let end = minutes.shown.last().unwrap().0.timestamp();
        for _ in 0..6 {
            let text = rare_cron().new_tree(&mut runner).unwrap().current();
            let cron = Cron::parse(&text, false).unwrap();
            for changes in [ClockChanges::Skip, ClockChanges::Once, ClockChanges::Both] {
                let next = |moment: &Zoned| cron.next_after(moment, changes);
                let found = std::iter::successors(next(&before), next);
                let found = found.take_while(|moment| moment.timestamp() <= end);
                let found: Vec<_> = found.filter(|moment| all.contains(&moment.timestamp())).collect();
                assert_eq!(found, minutes.fires(&cron, changes), "{text} in {name} {year}, {changes:?}");
            }
        }
    }
}

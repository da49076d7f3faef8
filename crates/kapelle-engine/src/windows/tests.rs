use jiff::Timestamp;
use jiff::tz::TimeZone;
use kapelle_core::time::zone;
use kapelle_model::{ExecutionId, Millis, Node, Span};
use proptest::prelude::*;

use super::*;

fn node(yaml: &str) -> Node {
    kapelle_core::yaml::read(yaml, Span::new(0, yaml.len() as u32)).root.unwrap()
}

fn millis(text: &str) -> Millis {
    Millis(text.parse::<Timestamp>().unwrap().as_millisecond())
}

fn berlin() -> TimeZone {
    zone::find("Europe/Berlin").unwrap()
}

/// A stretch as clocks show it.
fn shown(stretch: Option<Stretch>, zone: &TimeZone) -> String {
    let show = |moment: Millis| {
        let moment = Timestamp::from_millisecond(moment.0).unwrap().to_zoned(zone.clone());
        moment.strftime("%m-%d %H:%M:%S%.f %:z").to_string()
    };
    stretch.map_or("none".into(), |stretch| format!("{} … {}", show(stretch.start), show(stretch.end)))
}

fn at(yaml: &str, now: &str, zone: &TimeZone) -> String {
    shown(Period::read(&node(yaml)).unwrap().at(millis(now), zone), zone)
}

#[test]
fn windows_of_days_begin_at_midnight() {
    let now = "2024-05-15T13:47:12.345Z";
    let utc = TimeZone::UTC;
    assert_eq!(at("{}", now, &utc), "05-15 00:00:00 +00:00 … 05-15 23:59:59.999 +00:00");
    assert_eq!(at("{window: P1D}", now, &utc), "05-15 00:00:00 +00:00 … 05-15 23:59:59.999 +00:00");
    assert_eq!(at("{window: PT36H}", now, &utc), "05-15 00:00:00 +00:00 … 05-16 11:59:59.999 +00:00");
    assert_eq!(at("{window: P7D}", now, &utc), "05-15 00:00:00 +00:00 … 05-21 23:59:59.999 +00:00");
    assert_eq!(at("{window: P1D}", now, &berlin()), "05-15 00:00:00 +02:00 … 05-15 23:59:59.999 +02:00");
    // Both ends belong to the day.
    assert_eq!(at("{window: P1D}", "2024-05-14T22:00:00Z", &berlin()), at("{}", now, &berlin()));
    assert_eq!(at("{window: P1D}", "2024-05-15T21:59:59.999Z", &berlin()), at("{}", now, &berlin()));
}

#[test]
fn shorter_windows_begin_at_the_hour_or_at_a_part_of_it() {
    let now = "2024-05-15T13:47:12.345Z";
    let utc = TimeZone::UTC;
    assert_eq!(at("{window: PT1H}", now, &utc), "05-15 13:00:00 +00:00 … 05-15 13:59:59.999 +00:00");
    assert_eq!(at("{window: PT4H}", now, &utc), "05-15 13:00:00 +00:00 … 05-15 16:59:59.999 +00:00");
    assert_eq!(at("{window: PT15M}", now, &utc), "05-15 13:45:00 +00:00 … 05-15 13:59:59.999 +00:00");
    assert_eq!(at("{window: 10}", now, &utc), "05-15 13:47:10 +00:00 … 05-15 13:47:19.999 +00:00");
    assert_eq!(
        at("{window: PT7M}", "2024-05-15T13:58:00Z", &utc),
        "05-15 13:56:00 +00:00 … 05-15 14:02:59.999 +00:00"
    );
    // The hour of the clock on the wall.
    let kathmandu = zone::find("Asia/Kathmandu").unwrap();
    assert_eq!(at("{window: PT1H}", now, &kathmandu), "05-15 19:00:00 +05:45 … 05-15 19:59:59.999 +05:45");
}

#[test]
fn an_advance_moves_all_ends() {
    let utc = TimeZone::UTC;
    let day = "{window: P1D, windowAdvance: PT6H}";
    assert_eq!(at(day, "2024-05-15T06:00:00Z", &utc), "05-15 06:00:00 +00:00 … 05-16 05:59:59.999 +00:00");
    assert_eq!(at(day, "2024-05-15T03:00:00Z", &utc), "05-14 06:00:00 +00:00 … 05-15 05:59:59.999 +00:00");
    let before = "{window: P1D, windowAdvance: -PT2H}";
    assert_eq!(at(before, "2024-05-15T23:00:00Z", &utc), "05-15 22:00:00 +00:00 … 05-16 21:59:59.999 +00:00");
    let hour = "{window: PT1H, windowAdvance: PT10M}";
    assert_eq!(at(hour, "2024-05-15T13:05:00Z", &utc), "05-15 12:10:00 +00:00 … 05-15 13:09:59.999 +00:00");
}

#[test]
fn a_day_is_one_window_also_if_clocks_change() {
    let (short, long) = ("2024-03-31T10:00:00Z", "2024-10-27T22:30:00Z");
    assert_eq!(at("{}", short, &berlin()), "03-31 00:00:00 +01:00 … 03-31 23:59:59.999 +02:00");
    assert_eq!(at("{}", long, &berlin()), "10-27 00:00:00 +02:00 … 10-27 23:59:59.999 +01:00");
    // Where midnight is skipped the day begins after the gap.
    let santiago = zone::find("America/Santiago").unwrap();
    assert_eq!(
        at("{}", "2024-09-08T12:00:00Z", &santiago),
        "09-08 01:00:00 -03:00 … 09-08 23:59:59.999 -03:00"
    );
    // An end within the hour that comes twice: the first time counts.
    let advanced = "{window: P1D, windowAdvance: PT2H30M}";
    assert_eq!(
        at(advanced, "2024-10-27T00:29:00Z", &berlin()),
        "10-26 02:30:00 +02:00 … 10-27 02:29:59.999 +02:00"
    );
    assert_eq!(
        at(advanced, "2024-10-27T01:10:00Z", &berlin()),
        "10-27 02:30:00 +02:00 … 10-28 02:29:59.999 +01:00"
    );
}

#[test]
fn a_sliding_window_opens_with_the_moment() {
    let utc = TimeZone::UTC;
    let now = "2024-05-15T13:47:12Z";
    assert_eq!(at("{type: SLIDING_WINDOW}", now, &utc), "05-15 13:47:12 +00:00 … 05-16 13:47:12 +00:00");
    assert_eq!(
        at("{type: SLIDING_WINDOW, window: PT1H}", now, &utc),
        "05-15 13:47:12 +00:00 … 05-15 14:47:12 +00:00"
    );
}

#[test]
fn a_deadline_ends_what_began_at_midnight() {
    let deadline = "{type: DAILY_TIME_DEADLINE, deadline: '09:00'}";
    let nine = "05-15 00:00:00 +02:00 … 05-15 09:00:00 +02:00";
    assert_eq!(at(deadline, "2024-05-14T22:00:00Z", &berlin()), nine);
    assert_eq!(at(deadline, "2024-05-15T07:00:00Z", &berlin()), nine);
    assert_eq!(at(deadline, "2024-05-15T07:00:00.001Z", &berlin()), "none");
    assert_eq!(at(deadline, "2024-05-15T21:59:59.999Z", &berlin()), "none");
    // A deadline with an offset means that clock.
    let offset = "{type: DAILY_TIME_DEADLINE, deadline: '09:00:00+02:00'}";
    assert_eq!(
        at(offset, "2024-05-15T06:59:00Z", &TimeZone::UTC),
        "05-14 22:00:00 +00:00 … 05-15 07:00:00 +00:00"
    );
    // At midnight the whole day is over.
    let midnight = "{type: DAILY_TIME_DEADLINE, deadline: '00:00'}";
    assert_eq!(
        at(midnight, "2024-05-15T12:00:00Z", &TimeZone::UTC),
        "05-15 00:00:00 +00:00 … 05-16 00:00:00 +00:00"
    );
}

#[test]
fn times_of_a_day_may_go_over_midnight() {
    let office = "{type: DAILY_TIME_WINDOW, startTime: '09:00:00', endTime: '17:00:00'}";
    assert_eq!(
        at(office, "2024-05-15T07:00:00Z", &berlin()),
        "05-15 09:00:00 +02:00 … 05-15 17:00:00 +02:00"
    );
    assert_eq!(at(office, "2024-05-15T06:59:59.999Z", &berlin()), "none");
    assert_eq!(at(office, "2024-05-15T15:00:00.001Z", &berlin()), "none");
    let night = "{type: DAILY_TIME_WINDOW, startTime: '22:00', endTime: '06:00'}";
    let utc = TimeZone::UTC;
    let expected = "05-15 22:00:00 +00:00 … 05-16 06:00:00 +00:00";
    for now in ["2024-05-15T22:00:00Z", "2024-05-16T00:00:00Z", "2024-05-16T06:00:00Z"] {
        assert_eq!(at(night, now, &utc), expected, "{now}");
    }
    assert_eq!(at(night, "2024-05-16T06:00:00.001Z", &utc), "none");
    assert_eq!(at(night, "2024-05-16T21:59:59Z", &utc), "none");
    // The times of a day whose clocks change.
    let early = "{type: DAILY_TIME_WINDOW, startTime: '02:30', endTime: '04:00'}";
    assert_eq!(at(early, "2024-03-31T01:30:00Z", &berlin()), "03-31 03:30:00 +02:00 … 03-31 04:00:00 +02:00");
    assert_eq!(at(early, "2024-10-27T02:00:00Z", &berlin()), "10-27 02:30:00 +02:00 … 10-27 04:00:00 +01:00");
}

#[test]
fn the_next_window_is_known_where_windows_follow_the_clock() {
    let next = |yaml: &str, now: &str| {
        shown(Period::read(&node(yaml)).unwrap().next(millis(now), &berlin()), &berlin())
    };
    let deadline = "{type: DAILY_TIME_DEADLINE, deadline: '09:00'}";
    assert_eq!(next(deadline, "2024-05-15T05:00:00Z"), "05-16 00:00:00 +02:00 … 05-16 09:00:00 +02:00");
    assert_eq!(next(deadline, "2024-05-15T12:00:00Z"), "05-16 00:00:00 +02:00 … 05-16 09:00:00 +02:00");
    let office = "{type: DAILY_TIME_WINDOW, startTime: '09:00', endTime: '17:00'}";
    assert_eq!(next(office, "2024-05-15T05:00:00Z"), "05-15 09:00:00 +02:00 … 05-15 17:00:00 +02:00");
    assert_eq!(next("{}", "2024-03-30T12:00:00Z"), "03-31 00:00:00 +01:00 … 03-31 23:59:59.999 +02:00");
    assert_eq!(next("{type: SLIDING_WINDOW}", "2024-03-30T12:00:00Z"), "none");
    let ending = |yaml: &str, now: &str| {
        shown(Period::read(&node(yaml)).unwrap().ending_after(millis(now), &berlin()), &berlin())
    };
    assert_eq!(ending(deadline, "2024-05-15T05:00:00Z"), "05-15 00:00:00 +02:00 … 05-15 09:00:00 +02:00");
    assert_eq!(ending(deadline, "2024-05-15T07:00:00Z"), "05-16 00:00:00 +02:00 … 05-16 09:00:00 +02:00");
    assert_eq!(ending("{}", "2024-05-15T05:00:00Z"), "05-15 00:00:00 +02:00 … 05-15 23:59:59.999 +02:00");
}

#[test]
fn the_forms_of_level_two_mean_the_same_windows() {
    let clock = |text: &str| Clock { time: text.parse().unwrap(), zone: None };
    let day = 86_400_000;
    for (yaml, expected) in [
        ("{deadline: '09:00:00'}", Period::Daily { from: clock("00:00"), to: clock("09:00") }),
        ("{from: '06:00', to: '12:00'}", Period::Daily { from: clock("06:00"), to: clock("12:00") }),
        ("{every: P1D, offset: PT6H}", Period::Aligned { length: day, advance: day / 4 }),
        ("{lookback: PT1H}", Period::Lookback { length: 3_600_000 }),
        ("{fireOnce: true}", Period::default()),
    ] {
        assert_eq!(Period::read_level_two(&node(yaml)), Ok(expected), "{yaml}");
    }
}

#[test]
fn what_is_wrong_is_told() {
    for (yaml, expected) in [
        ("{type: DAILY_TIME_DEADLINE}", "`deadline` is missing"),
        ("{type: DAILY_TIME_DEADLINE, deadline: '9 am'}", "`deadline` is no time of day"),
        ("{type: DAILY_TIME_WINDOW, startTime: '09:00'}", "`endTime` is missing"),
        ("{window: PT0S}", "`window` has to be longer than nothing"),
        ("{window: -P1D}", "`window` has to be longer than nothing"),
        ("{window: a day}", "`window` is no duration"),
        ("{type: WINDOW}", "there is no window of type `WINDOW`"),
    ] {
        let error = Period::read(&node(yaml)).unwrap_err();
        assert!(error.starts_with(expected), "{yaml}: {error}");
    }
}

fn change(execution: u128, change: u32) -> StateChange {
    StateChange { execution: ExecutionId(execution), change }
}

fn contribution(at: i64) -> Contribution {
    Contribution { change: 1, at: Millis(at), flow: "f".into(), outputs: Arc::default() }
}

#[test]
fn an_execution_that_no_condition_needs_any_more_is_dropped() {
    let mut window = fresh("w", Stretch { start: Millis(0), end: Millis(100) }, None);
    record(&mut window, change(1, 1), contribution(1), [("a".into(), 0), ("b".into(), 0)]);
    record(&mut window, change(2, 1), contribution(2), [("a".into(), 0)]);
    assert_eq!(window.causes.len(), 2);
    record(&mut window, change(3, 1), contribution(3), [("b".into(), 0)]);
    let kept: Vec<_> = window.causes.keys().map(|id| id.0).collect();
    assert_eq!(kept, [2, 3]);
    forget_before(&mut window, Millis(3));
    assert_eq!(window.results.keys().map(AsRef::as_ref).collect::<Vec<_>>(), ["b"]);
}

#[test]
fn the_last_changes_are_remembered_also_by_the_windows_that_follow() {
    let stretch = Stretch { start: Millis(0), end: Millis(100) };
    let mut window = fresh("w", stretch, None);
    for number in 0..=SEEN_MAX as u128 {
        record(&mut window, change(number, 2), contribution(1), [("a".into(), 0)]);
    }
    assert_eq!(window.seen.len(), SEEN_MAX);
    spend(&mut window);
    assert!(window.results.is_empty() && window.causes.is_empty());
    let next = fresh("w", stretch, Some(&window));
    assert!(!next.has_seen(change(0, 2)));
    assert!(next.has_seen(change(1, 2)) && next.has_seen(change(1, 1)));
    assert!(!next.has_seen(change(1, 3)));
}

/// Zones with clock changes of all kinds, and windows of all lengths.
fn any_period() -> impl Strategy<Value = Period> {
    let clock = || {
        (0i8..24, 0i8..60).prop_map(|(hour, minute)| Clock {
            time: jiff::civil::Time::new(hour, minute, 0, 0).unwrap(),
            zone: None,
        })
    };
    prop_oneof![
        (1i64..10 * 86_400_000, -100_000_000i64..100_000_000)
            .prop_map(|(length, advance)| Period::Aligned { length, advance }),
        (1i64..30, -30i64..30).prop_map(|(days, hours)| Period::Aligned {
            length: days * 86_400_000,
            advance: hours * 3_600_000
        }),
        (1i64..1_000_000_000).prop_map(|length| Period::Sliding { length }),
        (1i64..1_000_000_000).prop_map(|length| Period::Lookback { length }),
        (clock(), clock()).prop_map(|(from, to)| Period::Daily { from, to }),
    ]
}

fn any_zone() -> impl Strategy<Value = TimeZone> {
    let names = [
        "UTC",
        "Europe/Berlin",
        "America/Santiago",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "Asia/Beirut",
        "+13:45",
    ];
    proptest::sample::select(names.to_vec()).prop_map(|name| zone::find(name).unwrap())
}

/// Moments of 2024 and 2025, many of them near the clock changes.
fn any_moment() -> impl Strategy<Value = Millis> {
    let changes = [
        "2024-03-31T01:00:00Z",
        "2024-10-27T01:00:00Z",
        "2024-09-08T04:00:00Z",
        "2024-04-07T03:00:00Z",
        "2024-10-26T21:00:00Z",
    ];
    prop_oneof![
        (1_704_067_200_000i64..1_767_225_600_000).prop_map(Millis),
        (proptest::sample::select(changes.to_vec()), -90_000_000i64..90_000_000)
            .prop_map(|(change, by)| millis(change).plus(by)),
    ]
}

proptest! {
    #[test]
    fn the_window_of_a_moment_contains_it(period in any_period(), zone in any_zone(), now in any_moment()) {
        let is_daily = matches!(period, Period::Daily { .. });
        let stretch = period.at(now, &zone);
        prop_assert!(stretch.map_or(is_daily, |stretch| stretch.contains(now)), "{stretch:?}");
    }

    #[test]
    fn every_moment_of_a_whole_day_has_the_same_window(zone in any_zone(), now in any_moment()) {
        let period = Period::default();
        let stretch = period.at(now, &zone).unwrap();
        for moment in [stretch.start, stretch.end, Millis(i64::midpoint(stretch.start.0, stretch.end.0))] {
            prop_assert_eq!(period.at(moment, &zone), Some(stretch));
        }
        prop_assert_eq!(period.next(now, &zone).map(|next| next.start), Some(stretch.end.plus(1)));
    }

    #[test]
    fn what_ends_next_ends_later(period in any_period(), zone in any_zone(), now in any_moment()) {
        if let Some(stretch) = period.ending_after(now, &zone) {
            prop_assert!(stretch.end > now && stretch.start <= stretch.end);
        }
    }
}

//! All zones from 1990 to 2037: no schedule loses anything, and none fires twice.
//!
//! What is found also stands in `zones.tsv`, a line for each group of zones that change their clocks together: for each
//! schedule how often it fires and a hash of the moments around clock changes. After an update of the zone data run this
//! test with `UPDATE_GOLDEN=1` and read what has changed.

use std::collections::BTreeMap;
use std::fmt::Write;

use jiff::civil::{Date, Time, date};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp, Zoned};

use super::*;

const QUARTER_SECONDS: i64 = 15 * 60;

/// A schedule, and how far around a clock change every moment is looked at.
struct Case {
    cron: Cron,
    reach: SignedDuration,
    /// For schedules of once a day: when, on a day without clock change.
    daily_at: Option<Time>,
}

fn cases() -> [Case; 3] {
    let case = |text: &str, hours: i64, daily_at| Case {
        cron: Cron::parse(text, false).unwrap(),
        reach: SignedDuration::from_hours(hours),
        daily_at,
    };
    [
        case("@daily", 50, Some(Time::midnight())),
        case("30 2 * * *", 50, Some(Time::constant(2, 30, 0, 0))),
        case("*/15 * * * *", 4, None),
    ]
}

fn years() -> (Timestamp, Timestamp) {
    let start_of = |year| date(year, 1, 1).to_zoned(TimeZone::UTC).unwrap().timestamp();
    (start_of(1990), start_of(2038))
}

/// Moments at which clocks change, and to which offset in seconds.
fn clock_changes(zone: &TimeZone) -> Vec<(Timestamp, i32)> {
    let (start, end) = years();
    let mut offset = zone.to_offset(start);
    let mut found = vec![(start, offset.seconds())];
    for change in zone.following(start).take_while(|change| change.timestamp() < end) {
        if change.offset() != offset {
            offset = change.offset();
            found.push((change.timestamp(), offset.seconds()));
        }
    }
    found
}

/// Whether some moment in the zone has this date.
fn exists(day: Date, zone: &TimeZone) -> bool {
    day.to_zoned(zone.clone()).is_ok_and(|start| start.date() == day)
}

impl Case {
    fn next(&self, after: &Zoned) -> Zoned {
        self.cron.next_after(after, ClockChanges::Once).unwrap()
    }

    /// How many firings lead from one to another, if there is one on every day, or one in every quarter of an hour.
    fn steps(&self, from: &Zoned, to: &Zoned) -> i64 {
        if self.daily_at.is_some() {
            return i64::from((to.date() - from.date()).get_days());
        }
        let seconds = to.timestamp().as_second() - from.timestamp().as_second();
        assert_eq!(seconds % QUARTER_SECONDS, 0, "from {from} to {to}");
        seconds / QUARTER_SECONDS
    }

    /// Asserts that nothing lies between two firings that follow each other.
    fn assert_next(&self, from: &Zoned, to: &Zoned) {
        let days = std::iter::successors(from.date().tomorrow().ok(), |day| day.tomorrow().ok());
        let between = days.take_while(|day| self.daily_at.is_some() && *day < to.date());
        let missing = between.filter(|day| !exists(*day, to.time_zone())).count() as i64;
        let steps = self.steps(from, to) - missing;
        assert_eq!(steps, 1, "from {from} to {to}");
    }

    /// All firings of a zone: how many, and a hash of those near clock changes.
    fn walk(&self, zone: &TimeZone) -> (i64, u32) {
        let (start, end) = years();
        let mut at = self.next(&start.to_zoned(zone.clone()));
        let (mut count, mut hash) = (1, 0x811c_9dc5_u32);
        for (change, _) in clock_changes(zone).into_iter().skip(1) {
            let before = (change - self.reach).to_zoned(zone.clone());
            if before > at {
                let found = self.next(&before);
                assert!(self.daily_at.is_none_or(|time| found.time() == time), "{found}");
                count += self.steps(&at, &found);
                at = found;
            }
            while at.timestamp() < change + self.reach {
                let found = self.next(&at);
                self.assert_next(&at, &found);
                for byte in found.timestamp().as_second().to_be_bytes() {
                    hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
                }
                count += 1;
                at = found;
            }
        }
        let last = self.next(&(end - SignedDuration::from_hours(72)).to_zoned(zone.clone()));
        (count + self.steps(&at, &last), hash)
    }
}

#[test]
fn in_every_zone_each_day_and_each_quarter_of_an_hour_fires_once() {
    let database = TimeZoneDatabase::bundled();
    let mut groups: BTreeMap<Vec<(Timestamp, i32)>, Vec<String>> = BTreeMap::new();
    for name in database.available().map(|name| name.to_string()) {
        groups.entry(clock_changes(&database.get(&name).unwrap())).or_default().push(name);
    }
    let cases = cases();
    let mut lines: Vec<String> = groups
        .into_values()
        .map(|names| {
            let zone = database.get(&names[0]).unwrap();
            let mut line = names.join(" ");
            for case in &cases {
                let (count, hash) = case.walk(&zone);
                write!(line, "\t{count} {hash:08x}").unwrap();
            }
            line
        })
        .collect();
    lines.sort();
    let table = lines.join("\n") + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/time/cron/zones.tsv");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        return std::fs::write(path, &table).unwrap();
    }
    let known = include_str!("zones.tsv");
    let changed: Vec<_> = lines.iter().filter(|line| !known.lines().any(|known| known == *line)).collect();
    assert!(table == known, "run this test with UPDATE_GOLDEN=1 and read what has changed: {changed:#?}");
}

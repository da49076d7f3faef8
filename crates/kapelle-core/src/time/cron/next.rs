//! From sets to moments.

use jiff::civil::{Date, DateTime, Time};
use jiff::{ToSpan, Zoned};

use super::clock_changes::Stretch;
use super::{ClockChanges, Cron, LAST_DAY};

/// 29 February is at most eight years away (1896 to 1904, 2096 to 2104).
const SEARCH_YEARS: i64 = 10;

impl Cron {
    /// The first moment after `after`, in its zone; `None` if there is none within ten years.
    pub fn next_after(&self, after: &Zoned, changes: ClockChanges) -> Option<Zoned> {
        let zone = after.time_zone();
        let last = after.date().checked_add(SEARCH_YEARS.years()).unwrap_or(Date::MAX);
        let mut stretch = Stretch::around(zone, after.timestamp());
        let mut from = second_after(after.datetime())?;
        loop {
            if !self.fires_again(changes) {
                from = from.max(stretch.shown_until());
            }
            let end = stretch.end_local();
            let local = self.next_local(from, last.min(end.date()));
            if let Some(local) = local.filter(|local| *local < end) {
                return Some(stretch.offset.to_timestamp(local).ok()?.to_zoned(zone.clone()));
            }
            stretch = stretch.following(zone)?;
            let (_, start) = stretch.change?;
            if start.date() > last {
                return None;
            }
            if self.makes_up(changes) && stretch.gap().is_some_and(|gap| self.first_in(gap).is_some()) {
                return Some(stretch.start?.to_zoned(zone.clone()));
            }
            from = start;
        }
    }

    /// Whether no calendar has a day for this schedule, as in `0 0 30 2 *`.
    pub fn never_fires(&self) -> bool {
        if !self.days_restricted || self.weekdays_restricted || self.days.contains(LAST_DAY) {
            return false;
        }
        let first = self.days.from(1);
        let has_day = |month: i8| first.is_some_and(|day| day <= days_of_month(month));
        !(1..=12).any(|month| self.months.contains(month) && has_day(month))
    }

    /// The first local time that is not before `from`, on a day not after `last`, whether or not some zone skips it.
    pub(super) fn next_local(&self, from: DateTime, last: Date) -> Option<DateTime> {
        if self.fires_on(from.date())
            && let Some(time) = self.time_from(from.hour(), from.minute(), from.second())
        {
            return Some(from.date().to_datetime(time));
        }
        let date = self.date_from(from.date().tomorrow().ok()?, last)?;
        Some(date.to_datetime(self.time_from(0, 0, 0)?))
    }

    fn time_from(&self, hour: i8, minute: i8, second: i8) -> Option<Time> {
        let first_second = self.seconds.from(0)?;
        let in_minute = || {
            self.seconds.from(second).filter(|_| self.minutes.contains(minute)).map(|second| (minute, second))
        };
        let in_hour = || Some((self.minutes.from(minute + 1)?, first_second));
        let this_hour = if self.hours.contains(hour) { in_minute().or_else(in_hour) } else { None };
        let (hour, (minute, second)) = match this_hour {
            Some(found) => (hour, found),
            None => (self.hours.from(hour + 1)?, (self.minutes.from(0)?, first_second)),
        };
        Time::new(hour, minute, second, 0).ok()
    }

    fn date_from(&self, from: Date, last: Date) -> Option<Date> {
        let mut date = from;
        while date <= last {
            if self.fires_on(date) {
                return Some(date);
            }
            let skip_to = if self.months.contains(date.month()) { date } else { date.last_of_month() };
            date = skip_to.tomorrow().ok()?;
        }
        None
    }

    fn fires_on(&self, date: Date) -> bool {
        let is_last = || date == date.last_of_month();
        let day = || self.days.contains(date.day()) || (self.days.contains(LAST_DAY) && is_last());
        let weekday = || self.weekdays.contains(date.weekday().to_sunday_zero_offset());
        self.months.contains(date.month())
            && match (self.days_restricted, self.weekdays_restricted) {
                (true, true) => day() || weekday(),
                (true, false) => day(),
                (false, _) => weekday(),
            }
    }
}

/// The next full second.
fn second_after(local: DateTime) -> Option<DateTime> {
    local.checked_add(1.second()).ok()?.with().subsec_nanosecond(0).build().ok()
}

/// In the longest of its years.
fn days_of_month(month: i8) -> i8 {
    match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

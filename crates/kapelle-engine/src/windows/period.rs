//! Which stretch of time belongs to a moment.
//!
//! Whoever looks at the clock on the wall decides what a day is: a day of 23 or 25 hours is one window of `P1D`, and a
//! time that a clock change skips is the moment right after the gap.

use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use kapelle_model::Millis;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// A way to cut time into windows. Lengths are milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub enum Period {
    /// Windows of this length that follow the clock, from midnight, the full hour, or a part of it, moved by `advance`.
    Aligned { length: i64, advance: i64 },
    /// A window that opens with the first event.
    Sliding { length: i64 },
    /// Between two times of a day; over midnight, if the second is not later.
    Daily { from: Clock, to: Clock },
    /// What happened so long ago at most, looked at from each moment anew.
    Lookback { length: i64 },
}

/// A time of day, perhaps in a zone of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Clock {
    pub time: Time,
    pub zone: Option<TimeZone>,
}

/// A stretch of time; both ends belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub start: Millis,
    pub end: Millis,
}

impl Stretch {
    pub const fn contains(self, moment: Millis) -> bool {
        self.start.0 <= moment.0 && moment.0 <= self.end.0
    }
}

impl Period {
    /// The stretch that a window has which is made now; nothing outside of the times of a daily one.
    pub fn at(&self, now: Millis, zone: &TimeZone) -> Option<Stretch> {
        match self {
            Self::Aligned { length, advance } => aligned(now, *length, *advance, zone),
            Self::Sliding { length } => Some(Stretch { start: now, end: now.plus(*length) }),
            Self::Lookback { length } => Some(Stretch { start: now.plus(-*length), end: now.plus(*length) }),
            Self::Daily { from, to } => {
                [0, -1].into_iter().filter_map(|days| daily(from, to, now, days, zone)).find(contains(now))
            }
        }
    }

    /// The stretch that the next window has, where that is known beforehand.
    pub fn next(&self, now: Millis, zone: &TimeZone) -> Option<Stretch> {
        match self {
            Self::Aligned { .. } => self.at(self.at(now, zone)?.end.plus(1), zone),
            Self::Daily { from, to } => [-1, 0, 1]
                .into_iter()
                .filter_map(|days| daily(from, to, now, days, zone))
                .find(|stretch| stretch.start > now),
            Self::Sliding { .. } | Self::Lookback { .. } => None,
        }
    }

    /// The stretch whose end is the next one to come, where that is known beforehand.
    pub fn ending_after(&self, now: Millis, zone: &TimeZone) -> Option<Stretch> {
        match self {
            Self::Sliding { .. } | Self::Lookback { .. } => None,
            Self::Aligned { .. } | Self::Daily { .. } => {
                self.at(now, zone).filter(|stretch| stretch.end > now).or_else(|| self.next(now, zone))
            }
        }
    }
}

fn contains(moment: Millis) -> impl Fn(&Stretch) -> bool {
    move |stretch| stretch.contains(moment)
}

/// The window of a clock that contains this moment.
fn aligned(now: Millis, length: i64, advance: i64, zone: &TimeZone) -> Option<Stretch> {
    let length = length.max(1);
    if length >= DAY {
        return days(now, length, advance, zone);
    }
    let shifted = now.plus(advance.saturating_neg());
    let hour = shifted.0 - into_hour(shifted, zone)?;
    let start = if length >= HOUR { hour } else { hour + (shifted.0 - hour) / length * length };
    let start = Millis(start).plus(advance);
    Some(Stretch { start, end: start.plus(length - 1) })
}

/// A window of a day or more begins at midnight, whatever is on the clocks between its ends.
fn days(now: Millis, length: i64, advance: i64, zone: &TimeZone) -> Option<Stretch> {
    let advance = SignedDuration::from_millis(advance);
    let shifted = civil(now, zone)?.checked_sub(advance).ok()?;
    let stretch = |days: i64| {
        let midnight = shifted.date().to_datetime(Time::midnight());
        let midnight = midnight.checked_add(SignedDuration::from_hours(24 * days)).ok()?;
        let start = midnight.checked_add(advance).ok()?;
        let end = start.checked_add(SignedDuration::from_millis(length)).ok()?;
        Some(Stretch { start: moment(start, zone)?, end: moment(end, zone)?.plus(-1) })
    };
    // Where an hour comes twice, the clock alone does not say on which side of an end a moment is.
    [0, 1, -1].into_iter().filter_map(stretch).find(contains(now))
}

/// Milliseconds since the clock showed a full hour.
fn into_hour(now: Millis, zone: &TimeZone) -> Option<i64> {
    let time = civil(now, zone)?.time();
    let seconds = i64::from(time.minute()) * 60 + i64::from(time.second());
    Some(seconds * 1000 + i64::from(time.subsec_nanosecond()) / 1_000_000)
}

/// The stretch between two times of a day so many days from today.
fn daily(from: &Clock, to: &Clock, now: Millis, days: i64, zone: &TimeZone) -> Option<Stretch> {
    let start_zone = from.zone.as_ref().or(to.zone.as_ref()).unwrap_or(zone);
    let end_zone = to.zone.as_ref().unwrap_or(start_zone);
    let shift = SignedDuration::from_hours(24 * days);
    let day = civil(now, start_zone)?.checked_add(shift).ok()?.date();
    let start = moment(day.to_datetime(from.time), start_zone)?;
    let same_day = moment(day.to_datetime(to.time), end_zone)?;
    let end = if same_day > start {
        same_day
    } else {
        moment(day.tomorrow().ok()?.to_datetime(to.time), end_zone)?
    };
    Some(Stretch { start, end })
}

/// What the clock shows.
fn civil(moment: Millis, zone: &TimeZone) -> Option<DateTime> {
    Some(zone.to_datetime(Timestamp::from_millisecond(moment.0).ok()?))
}

/// When the clock shows it: the first time if it does so twice, and right after the gap if it never does.
fn moment(shown: DateTime, zone: &TimeZone) -> Option<Millis> {
    Some(Millis(zone.to_ambiguous_timestamp(shown).compatible().ok()?.as_millisecond()))
}

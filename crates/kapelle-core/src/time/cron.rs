//! Schedules in cron form, as the `Schedule` trigger reads them.
//!
//! Five fields, or six with seconds first. The dialect is that of UNIX: a day is taken if day of month *or* day of week
//! names it, once both are restricted. Of Quartz there is only `L`, the last day of a month. [`parse`] turns the text into
//! sets of numbers, [`next`] walks over the calendar with them.
//!
//! **Clock changes.** A schedule speaks of local time, and some local times do not exist or come twice. What it does then
//! is told by [`ClockChanges`]; by default nothing is lost and nothing is doubled.

mod clock_changes;
mod next;
mod parse;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
mod words;
#[cfg(test)]
mod zones;

use std::ops::Range;

pub use clock_changes::{ClockChange, ClockChanges};

/// A schedule: the moments whose local time is in all its sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    seconds: Set,
    minutes: Set,
    hours: Set,
    /// Days of the month; [`LAST_DAY`] stands for the last, whichever that is.
    days: Set,
    months: Set,
    /// Days of the week, Sunday as 0.
    weekdays: Set,
    days_restricted: bool,
    weekdays_restricted: bool,
}

/// Why a text is no schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CronError {
    pub reason: String,
    /// The bytes of the wrong field, or of all fields if their number is wrong.
    pub range: Range<usize>,
}

/// No month has a day 0, so its bit is free.
const LAST_DAY: i8 = 0;

/// Numbers below 64, a bit for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Set(u64);

impl Set {
    fn insert(&mut self, value: i8) {
        self.0 |= 1 << value;
    }

    /// Days of a week, of which 7 and 0 are the same.
    fn with_sunday_as_zero(self) -> Self {
        Self((self.0 | self.0 >> 7) & 0x7f)
    }

    fn contains(self, value: i8) -> bool {
        self.0 & (1 << value) != 0
    }

    fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// The smallest number that is not below `least`.
    fn from(self, least: i8) -> Option<i8> {
        let rest = self.0 & (u64::MAX << least);
        (rest != 0).then(|| rest.trailing_zeros() as i8)
    }
}

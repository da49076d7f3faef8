//! The fields of a moment that patterns write and read as numbers.

use jiff::Zoned;
use jiff::civil::{Date, Time, Weekday};

use crate::time::locale::Locale;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Field {
    Era,
    Year,
    YearOfEra,
    Quarter,
    Month,
    Day,
    DayOfYear,
    /// Which seven days of the month, the first to the seventh being one.
    MonthPart,
    /// Monday as 1.
    Weekday,
    /// Counted from the first day of weeks of the locale.
    LocalWeekday,
    WeekYear,
    WeekOfYear,
    WeekOfMonth,
    IsoWeekYear,
    IsoWeek,
    ModifiedJulianDay,
    Half,
    Hour,
    /// 1 to 24
    ClockHour,
    /// 0 to 11
    HourOfHalf,
    /// 1 to 12
    ClockHourOfHalf,
    Minute,
    Second,
    Nano,
    MilliOfDay,
    NanoOfDay,
}

impl Field {
    /// As Java calls it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Era => "Era",
            Self::Year => "Year",
            Self::YearOfEra => "YearOfEra",
            Self::Quarter => "QuarterOfYear",
            Self::Month => "MonthOfYear",
            Self::Day => "DayOfMonth",
            Self::DayOfYear => "DayOfYear",
            Self::MonthPart => "AlignedWeekOfMonth",
            Self::Weekday => "DayOfWeek",
            Self::LocalWeekday => "localized DayOfWeek",
            Self::WeekYear | Self::IsoWeekYear => "WeekBasedYear",
            Self::WeekOfYear | Self::IsoWeek => "WeekOfWeekBasedYear",
            Self::WeekOfMonth => "WeekOfMonth",
            Self::ModifiedJulianDay => "ModifiedJulianDay",
            Self::Half => "AmPmOfDay",
            Self::Hour => "HourOfDay",
            Self::ClockHour => "ClockHourOfDay",
            Self::HourOfHalf => "HourOfAmPm",
            Self::ClockHourOfHalf => "ClockHourOfAmPm",
            Self::Minute => "MinuteOfHour",
            Self::Second => "SecondOfMinute",
            Self::Nano => "NanoOfSecond",
            Self::MilliOfDay => "MilliOfDay",
            Self::NanoOfDay => "NanoOfDay",
        }
    }

    /// The values that may be read.
    pub(super) const fn range(self) -> (i64, i64) {
        match self {
            Self::Era | Self::Half => (0, 1),
            Self::Year | Self::WeekYear | Self::IsoWeekYear => (-999_999_999, 999_999_999),
            Self::YearOfEra => (1, 1_000_000_000),
            Self::Quarter => (1, 4),
            Self::Month => (1, 12),
            Self::Day => (1, 31),
            Self::DayOfYear => (1, 366),
            Self::MonthPart => (1, 5),
            Self::Weekday | Self::LocalWeekday => (1, 7),
            Self::WeekOfYear | Self::IsoWeek => (1, 53),
            Self::WeekOfMonth => (0, 6),
            Self::ModifiedJulianDay => (-365_961_480_039, 364_522_971_313),
            // 24 is midnight at the end of the day, and 0 is read for it as well.
            Self::Hour | Self::ClockHour => (0, 24),
            Self::HourOfHalf => (0, 11),
            Self::ClockHourOfHalf => (0, 12),
            Self::Minute | Self::Second => (0, 59),
            Self::Nano => (0, 999_999_999),
            Self::MilliOfDay => (0, 86_399_999),
            Self::NanoOfDay => (0, 86_399_999_999_999),
        }
    }

    /// The value of the field at a moment.
    pub(super) fn of(self, moment: &Zoned, locale: &Locale) -> i64 {
        if self.is_of_date() { self.of_date(moment.date(), locale) } else { self.of_time(moment.time()) }
    }

    /// The value of the field at a time of day; zero for fields of the date.
    pub(super) fn of_time(self, time: Time) -> i64 {
        let hour = i64::from(time.hour());
        match self {
            Self::Half => hour / 12,
            Self::Hour => hour,
            Self::ClockHour => (hour + 23) % 24 + 1,
            Self::HourOfHalf => hour % 12,
            Self::ClockHourOfHalf => (hour + 11) % 12 + 1,
            Self::Minute => time.minute().into(),
            Self::Second => time.second().into(),
            Self::Nano => time.subsec_nanosecond().into(),
            Self::MilliOfDay => nano_of_day(time) / 1_000_000,
            Self::NanoOfDay => nano_of_day(time),
            _ => 0,
        }
    }

    /// The value of the field on a date; zero for fields of the time.
    pub(super) fn of_date(self, date: Date, locale: &Locale) -> i64 {
        let year = i64::from(date.year());
        match self {
            Self::Era => i64::from(year > 0),
            Self::Year => year,
            Self::YearOfEra if year > 0 => year,
            Self::YearOfEra => 1 - year,
            Self::Quarter => (i64::from(date.month()) - 1) / 3 + 1,
            Self::Month => date.month().into(),
            Self::Day => date.day().into(),
            Self::DayOfYear => date.day_of_year().into(),
            Self::MonthPart => (i64::from(date.day()) - 1) / 7 + 1,
            Self::Weekday => date.weekday().to_monday_one_offset().into(),
            Self::LocalWeekday => local_weekday(date, locale.week().0),
            Self::WeekYear => week_of_year(date, locale.week()).0,
            Self::WeekOfYear => week_of_year(date, locale.week()).1,
            Self::WeekOfMonth => {
                let (first, days_min) = locale.week();
                week(
                    start_of_week(date.day().into(), local_weekday(date, first), days_min),
                    date.day().into(),
                )
            }
            Self::IsoWeekYear => date.iso_week_date().year().into(),
            Self::IsoWeek => date.iso_week_date().week().into(),
            Self::ModifiedJulianDay => modified_julian_day(date),
            _ => 0,
        }
    }

    /// Whether it is known once the date is.
    pub(super) const fn is_of_date(self) -> bool {
        (self as u8) <= (Self::ModifiedJulianDay as u8)
    }
}

fn nano_of_day(time: Time) -> i64 {
    let seconds = (i64::from(time.hour()) * 60 + i64::from(time.minute())) * 60 + i64::from(time.second());
    seconds * 1_000_000_000 + i64::from(time.subsec_nanosecond())
}

/// Days since 17 November 1858.
pub(super) fn modified_julian_day(date: Date) -> i64 {
    let epoch = jiff::civil::date(1858, 11, 17);
    epoch.until(date).map_or(0, |span| span.get_days().into())
}

pub(super) fn local_weekday(date: Date, first: Weekday) -> i64 {
    i64::from(date.weekday().since(first)) + 1
}

/// How far the first week that counts is from the first day of the month or year.
pub(super) fn start_of_week(day: i64, weekday: i64, days_min: i64) -> i64 {
    let start = (day - weekday).rem_euclid(7);
    if start + 1 > days_min { 7 - start } else { -start }
}

pub(super) fn week(start: i64, day: i64) -> i64 {
    (7 + start + day - 1) / 7
}

/// The year that the week belongs to, and its number in it.
fn week_of_year(date: Date, (first, days_min): (Weekday, i64)) -> (i64, i64) {
    let weekday = local_weekday(date, first);
    let year = i64::from(date.year());
    let day = i64::from(date.day_of_year());
    let start = start_of_week(day, weekday, days_min);
    let number = week(start, day);
    if number == 0 {
        // The week began in the year before, so that it is counted there, as if that went on.
        let days_before =
            if jiff::civil::Date::new(date.year().saturating_sub(1), 1, 1).is_ok_and(Date::in_leap_year) {
                366
            } else {
                365
            };
        let day = day + days_before;
        return (year - 1, week(start_of_week(day, weekday, days_min), day));
    }
    let next = week(start, i64::from(date.days_in_year()) + days_min);
    if number >= next { (year + 1, number - next + 1) } else { (year, number) }
}

//! One holiday: when it is, since and until which year, where, and where it moves if it falls on a weekend.

use jiff::Span;
use jiff::civil::{Date, Weekday};

#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    day: Day,
    moved: Moved,
    years: (i16, i16),
    /// The sub-divisions that have it; all if there are none.
    parts: &'static [&'static str],
}

#[derive(Clone, Copy, Debug)]
enum Day {
    Fixed(i8, i8),
    /// Days after Easter Sunday of the western churches.
    Easter(i16),
    /// Days after Easter Sunday of the eastern churches.
    Orthodox(i16),
    /// The nth of a weekday in a month; -1 is the last.
    Nth(i8, Weekday, i8),
    /// The first of a weekday on or after a day.
    From(Weekday, i8, i8),
    /// The last of a weekday on or before a day.
    UpTo(Weekday, i8, i8),
    /// The days of single years.
    Dates(&'static [(i16, i8, i8)]),
    /// The equinox of spring or autumn in Japan.
    Equinox(i8),
}

/// What happens to a holiday on a weekend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moved {
    No,
    /// Saturday to Friday, Sunday to Monday.
    Nearest,
    /// Saturday and Sunday to Monday.
    Monday,
    /// Saturday and Sunday two days on, because the day before has moved to Monday.
    TwoOn,
    /// Sunday to Monday.
    SundayToMonday,
    /// Sunday to the Saturday before.
    SundayToSaturday,
    /// The day itself and, where it is on a weekend, the Monday behind as well.
    AlsoMonday,
    /// The day itself and, where it is on a weekend, two days on as well.
    AlsoTwoOn,
    /// The day itself and, where it is on a Sunday, the Monday as well.
    AlsoSundayToMonday,
}

const EVER: (i16, i16) = (i16::MIN, i16::MAX);

const fn rule(day: Day) -> Rule {
    Rule { day, moved: Moved::No, years: EVER, parts: &[] }
}

pub(super) const fn fixed(month: i8, day: i8) -> Rule {
    rule(Day::Fixed(month, day))
}

pub(super) const fn easter(days: i16) -> Rule {
    rule(Day::Easter(days))
}

pub(super) const fn orthodox(days: i16) -> Rule {
    rule(Day::Orthodox(days))
}

pub(super) const fn nth(count: i8, weekday: Weekday, month: i8) -> Rule {
    rule(Day::Nth(count, weekday, month))
}

pub(super) const fn last(weekday: Weekday, month: i8) -> Rule {
    rule(Day::Nth(-1, weekday, month))
}

pub(super) const fn from(weekday: Weekday, month: i8, day: i8) -> Rule {
    rule(Day::From(weekday, month, day))
}

pub(super) const fn up_to(weekday: Weekday, month: i8, day: i8) -> Rule {
    rule(Day::UpTo(weekday, month, day))
}

pub(super) const fn dates(dates: &'static [(i16, i8, i8)]) -> Rule {
    rule(Day::Dates(dates))
}

pub(super) const fn equinox(month: i8) -> Rule {
    rule(Day::Equinox(month))
}

impl Rule {
    /// From this year on.
    pub(super) const fn since(self, year: i16) -> Self {
        Self { years: (year, self.years.1), ..self }
    }

    /// Up to this year, inclusive.
    pub(super) const fn until(self, year: i16) -> Self {
        Self { years: (self.years.0, year), ..self }
    }

    /// Only in these sub-divisions.
    pub(super) const fn only_in(self, parts: &'static [&'static str]) -> Self {
        Self { parts, ..self }
    }

    pub(super) const fn nearest(self) -> Self {
        Self { moved: Moved::Nearest, ..self }
    }

    pub(super) const fn monday(self) -> Self {
        Self { moved: Moved::Monday, ..self }
    }

    pub(super) const fn two_on(self) -> Self {
        Self { moved: Moved::TwoOn, ..self }
    }

    pub(super) const fn sunday_to_monday(self) -> Self {
        Self { moved: Moved::SundayToMonday, ..self }
    }

    pub(super) const fn sunday_to_saturday(self) -> Self {
        Self { moved: Moved::SundayToSaturday, ..self }
    }

    pub(super) const fn also_monday(self) -> Self {
        Self { moved: Moved::AlsoMonday, ..self }
    }

    pub(super) const fn also_two_on(self) -> Self {
        Self { moved: Moved::AlsoTwoOn, ..self }
    }

    pub(super) const fn also_sunday_to_monday(self) -> Self {
        Self { moved: Moved::AlsoSundayToMonday, ..self }
    }

    pub(super) fn applies(&self, part: Option<&str>) -> bool {
        self.parts.is_empty() || part.is_some_and(|part| self.parts.contains(&part))
    }

    /// Whether the holiday of this year or of one beside, which may have moved over the end of a year, is on the date.
    pub(super) fn falls_on(&self, date: Date) -> bool {
        let years = [date.year().saturating_sub(1), date.year(), date.year().saturating_add(1)];
        years.into_iter().any(|year| {
            (self.years.0..=self.years.1).contains(&year)
                && self.in_year(year).is_some_and(|day| self.moves(day).contains(&Some(date)))
        })
    }

    /// The days it is on, after it has moved.
    fn moves(&self, day: Date) -> [Option<Date>; 2] {
        let plus = |days: i8| plus(day, days.into());
        let moved = match (self.moved, day.weekday()) {
            (Moved::Nearest, Weekday::Saturday) | (Moved::SundayToSaturday, Weekday::Sunday) => plus(-1),
            (
                Moved::Nearest
                | Moved::Monday
                | Moved::AlsoMonday
                | Moved::SundayToMonday
                | Moved::AlsoSundayToMonday,
                Weekday::Sunday,
            ) => plus(1),
            (Moved::Monday | Moved::AlsoMonday, Weekday::Saturday)
            | (Moved::TwoOn | Moved::AlsoTwoOn, Weekday::Saturday | Weekday::Sunday) => plus(2),
            _ => None,
        };
        match self.moved {
            Moved::AlsoMonday | Moved::AlsoTwoOn | Moved::AlsoSundayToMonday => [Some(day), moved],
            _ => [moved.or(Some(day)), None],
        }
    }

    fn in_year(&self, year: i16) -> Option<Date> {
        match self.day {
            Day::Fixed(month, day) => Date::new(year, month, day).ok(),
            Day::Easter(days) => plus(easter_sunday(year)?, days),
            Day::Orthodox(days) => plus(orthodox_sunday(year)?, days),
            Day::Nth(count, weekday, month) => {
                Date::new(year, month, 1).ok()?.nth_weekday_of_month(count, weekday).ok()
            }
            Day::From(weekday, month, day) => {
                let day = Date::new(year, month, day).ok()?;
                plus(day, weekday.since(day.weekday()).into())
            }
            Day::UpTo(weekday, month, day) => {
                let day = Date::new(year, month, day).ok()?;
                plus(day, -i16::from(day.weekday().since(weekday)))
            }
            Day::Dates(dates) => {
                let (year, month, day) = dates.iter().find(|(of, ..)| *of == year)?;
                Date::new(*year, *month, *day).ok()
            }
            Day::Equinox(month) => {
                // The usual formula, good from 1980 to 2099.
                let base = if month == 3 { 20.8431 } else { 23.2488 };
                let years = f64::from(year - 1980);
                let day = (base + 0.242_194 * years).floor() - (years / 4.0).floor();
                Date::new(year, month, day as i8).ok().filter(|_| (1980..2100).contains(&year))
            }
        }
    }
}

fn plus(date: Date, days: i16) -> Option<Date> {
    date.checked_add(Span::new().try_days(days).ok()?).ok()
}

/// Easter Sunday of the Gregorian calendar.
fn easter_sunday(year: i16) -> Option<Date> {
    let year_number = i32::from(year);
    if year_number < 1583 {
        return None;
    }
    let golden = year_number % 19;
    let (century, rest) = (year_number / 100, year_number % 100);
    let moon_shift = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - moon_shift + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7;
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let sum = epact + weekday - 7 * late + 114;
    Date::new(year, (sum / 31) as i8, (sum % 31 + 1) as i8).ok()
}

/// Easter Sunday of the Julian calendar, as a date of the Gregorian.
fn orthodox_sunday(year: i16) -> Option<Date> {
    let year_number = i32::from(year);
    if year_number < 1583 {
        return None;
    }
    let moon = (19 * (year_number % 19) + 15) % 30;
    let weekday = (2 * (year_number % 4) + 4 * (year_number % 7) - moon + 34) % 7;
    let sum = moon + weekday + 114;
    let julian = Date::new(year, (sum / 31) as i8, (sum % 31 + 1) as i8).ok()?;
    let century = year_number / 100;
    plus(julian, (century - century / 4 - 2) as i16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easter_is_right() {
        let western =
            [(2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2038, 4, 25), (1961, 4, 2), (2285, 3, 22)];
        for (year, month, day) in western {
            assert_eq!(easter_sunday(year), Date::new(year, month, day).ok());
        }
        for (year, month, day) in [(2024, 5, 5), (2025, 4, 20), (2026, 4, 12), (2021, 5, 2)] {
            assert_eq!(orthodox_sunday(year), Date::new(year, month, day).ok());
        }
    }
}

//! Days of the week, and their places in a month, by the names that Java gives them.

use jiff::civil::{Date, Weekday};

pub const WEEKDAYS: [&str; 7] =
    ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];

/// Places that a weekday can have in its month; some months have a fifth, which has no name but `LAST`.
pub const POSITIONS: [&str; 5] = ["FIRST", "SECOND", "THIRD", "FOURTH", "LAST"];

/// The place of a day in [`WEEKDAYS`].
pub fn index_of(date: Date) -> usize {
    usize::from(date.weekday().to_monday_zero_offset().unsigned_abs())
}

pub fn name_of(date: Date) -> &'static str {
    WEEKDAYS[index_of(date)]
}

pub fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// Whether the day is the first, second, third, fourth or last of its weekday in the month.
pub fn has_position(date: Date, position: &str) -> bool {
    match POSITIONS.iter().position(|name| *name == position) {
        Some(4) => date.day() + 7 > date.days_in_month(),
        Some(nth) => usize::from((date.day().unsigned_abs() - 1) / 7) == nth,
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_can_have_two_places_in_its_month() {
        let places = |text: &str| {
            let date: Date = text.parse().unwrap();
            POSITIONS.into_iter().filter(|name| has_position(date, name)).collect::<Vec<_>>()
        };
        assert_eq!(places("2021-04-01"), ["FIRST"]);
        assert_eq!(places("2021-04-07"), ["FIRST"]);
        assert_eq!(places("2021-04-08"), ["SECOND"]);
        assert_eq!(places("2021-04-23"), ["FOURTH"]);
        assert_eq!(places("2021-04-24"), ["FOURTH", "LAST"]);
        assert_eq!(places("2021-04-30"), ["LAST"]);
    }
}

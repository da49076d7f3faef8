//! The months that logs are kept in, and the names of their files.

use std::fmt;

use kapelle_model::time::Millis;

const DAY: i64 = 24 * 60 * 60 * 1_000;

/// A month of UTC. What lies outside the years that have four digits belongs to the first or the last of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: u16,
    /// From 1.
    number: u8,
}

impl Month {
    const FIRST: Self = Self { year: 0, number: 1 };
    const LAST: Self = Self { year: 9_999, number: 12 };

    pub fn of(at: Millis) -> Self {
        let (year, number) = year_and_month(at.0.div_euclid(DAY));
        match u16::try_from(year) {
            Ok(year) if year <= Self::LAST.year => Self { year, number },
            _ if year < 0 => Self::FIRST,
            _ => Self::LAST,
        }
    }

    /// The name of its file; it depends on nothing but the date.
    pub fn file_name(self) -> String {
        format!("{self}.db")
    }

    /// The month of a file; `None` if the file is none of ours.
    pub fn of_file(name: &str) -> Option<Self> {
        let (year, number) = name.strip_suffix(".db")?.split_once('-')?;
        let is_number = |text: &str, digits| text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
        if !is_number(year, 4) || !is_number(number, 2) {
            return None;
        }
        let month = Self { year: year.parse().ok()?, number: number.parse().ok()? };
        (1..=12).contains(&month.number).then_some(month)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.number)
    }
}

/// The date of a day since 1970, counted in years that begin with March: so the leap day is the last one, and the
/// lengths of the months before it repeat every five.
fn year_and_month(day: i64) -> (i64, u8) {
    const DAYS_OF_400_YEARS: i64 = 146_097;
    // From the first of March of the year 0.
    let day = day + 719_468;
    let of_era = day.rem_euclid(DAYS_OF_400_YEARS);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let since_march = (5 * of_year + 2) / 153;
    let year = day.div_euclid(DAYS_OF_400_YEARS) * 400 + year_of_era;
    let (year, month) = if since_march < 10 { (year, since_march + 3) } else { (year + 1, since_march - 9) };
    (year, u8::try_from(month).expect("a month is at most 12"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_belongs_to_its_month_of_utc() {
        for (at, month) in [
            (0, "1970-01"),
            (-1, "1969-12"),
            (951_782_399_999, "2000-02"),
            (951_868_799_999, "2000-02"),
            (951_868_800_000, "2000-03"),
            (1_709_251_199_999, "2024-02"),
            (1_709_251_200_000, "2024-03"),
            (1_798_761_599_999, "2026-12"),
            (1_798_761_600_000, "2027-01"),
            (4_107_542_399_999, "2100-02"),
            (4_107_542_400_000, "2100-03"),
            (i64::MIN, "0000-01"),
            (i64::MAX, "9999-12"),
        ] {
            assert_eq!(Month::of(Millis(at)).to_string(), month, "{at}");
        }
    }

    #[test]
    fn later_moments_never_belong_to_earlier_months() {
        let months: Vec<_> =
            (-80_000..80_000).map(|week| Month::of(Millis(week * 7 * DAY + week % 5))).collect();
        assert!(months.is_sorted());
    }

    #[test]
    fn names_of_files_read_back_and_others_are_none_of_ours() {
        let month = Month::of(Millis(1_798_761_600_000));
        assert_eq!(Month::of_file(&month.file_name()), Some(month));
        for name in ["2026-13.db", "2026-00.db", "2026-1.db", "2026-01.db-wal", "+026-01.db", "../2026-01.db"]
        {
            assert_eq!(Month::of_file(name), None, "{name}");
        }
    }
}

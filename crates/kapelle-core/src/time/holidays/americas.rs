//! North and South America. Of the United States and Canada only the federal holidays.

use jiff::civil::Weekday::{Monday, Thursday};

use super::Country;
use super::rule::{Rule, easter, fixed, last, nth, up_to};

const fn country(code: &'static str, rules: &'static [Rule]) -> Country {
    Country { code, rules, parts: &[], fills_gaps: false }
}

pub(super) const COUNTRIES: &[Country] = &[
    country(
        "BR",
        &[
            fixed(1, 1),
            easter(-48),
            easter(-47),
            easter(-2),
            fixed(4, 21),
            fixed(5, 1),
            easter(60),
            fixed(9, 7),
            fixed(10, 12),
            fixed(11, 2),
            fixed(11, 15),
            fixed(11, 20).since(2024),
            fixed(12, 25),
        ],
    ),
    country(
        "CA",
        &[
            fixed(1, 1),
            easter(-2),
            up_to(Monday, 5, 24),
            fixed(7, 1).sunday_to_monday(),
            nth(1, Monday, 9),
            fixed(9, 30).since(2021),
            nth(2, Monday, 10),
            fixed(11, 11),
            fixed(12, 25),
            fixed(12, 26),
        ],
    ),
    country(
        "MX",
        &[
            fixed(1, 1),
            fixed(2, 5).until(2005),
            nth(1, Monday, 2).since(2006),
            fixed(3, 21).until(2005),
            nth(3, Monday, 3).since(2006),
            fixed(5, 1),
            fixed(9, 16),
            fixed(11, 20).until(2005),
            nth(3, Monday, 11).since(2006),
            fixed(12, 25),
        ],
    ),
    country(
        "US",
        &[
            fixed(1, 1).nearest(),
            nth(3, Monday, 1).since(1986),
            nth(3, Monday, 2).since(1971),
            last(Monday, 5).since(1971),
            fixed(6, 19).nearest().since(2021),
            fixed(7, 4).nearest(),
            nth(1, Monday, 9),
            nth(2, Monday, 10).since(1971),
            fixed(11, 11).nearest().since(1978),
            nth(4, Thursday, 11),
            fixed(12, 25).nearest(),
        ],
    ),
];

//! Public holidays of countries by rules: fixed days, days around Easter, the second Monday of a month.
//!
//! Without a sub-division only the holidays of the whole country count. The tables are in `holidays/`, by region.

mod americas;
mod europe;
mod pacific;
mod rule;

#[cfg(test)]
mod tests;

use jiff::civil::Date;

use rule::Rule;

/// The rules of a country.
struct Country {
    /// ISO 3166, in capitals.
    code: &'static str,
    rules: &'static [Rule],
    /// The sub-divisions that have rules of their own; any is accepted where there are none.
    parts: &'static [&'static str],
    /// Japan moves more than single rules can say.
    fills_gaps: bool,
}

const GROUPS: &[&[Country]] = &[europe::COUNTRIES, americas::COUNTRIES, pacific::COUNTRIES];

/// Codes that mean the same country.
const ALIASES: &[(&str, &str)] = &[("UK", "GB"), ("EL", "GR")];

fn countries() -> impl Iterator<Item = &'static Country> {
    GROUPS.iter().flat_map(|group| group.iter())
}

/// Why it is not known whether a date is a holiday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    Country(Vec<&'static str>),
    Part(&'static [&'static str]),
}

/// Whether the date is a public holiday in the country, or in a part of it such as `BY` or `DE-BY`.
pub fn is_holiday(date: Date, country: &str, part: Option<&str>) -> Result<bool, Unknown> {
    let code = country.trim().to_ascii_uppercase();
    let code = ALIASES.iter().find(|(alias, _)| *alias == code).map_or(code.as_str(), |(_, code)| code);
    let Some(country) = countries().find(|country| country.code == code) else {
        let mut known: Vec<_> = countries().map(|country| country.code).collect();
        known.sort_unstable();
        return Err(Unknown::Country(known));
    };
    let part = part.map(|part| {
        let part = part.trim().to_ascii_uppercase();
        part.strip_prefix(&format!("{code}-")).map(str::to_owned).unwrap_or(part)
    });
    let part = part.filter(|part| !part.is_empty() && !country.parts.is_empty());
    if part.as_deref().is_some_and(|part| !country.parts.contains(&part)) {
        return Err(Unknown::Part(country.parts));
    }
    let part = part.as_deref();
    Ok(country.has(date, part) || country.fills_gaps && country.fills(date))
}

impl Country {
    fn has(&self, date: Date, part: Option<&str>) -> bool {
        self.rules.iter().any(|rule| rule.applies(part) && rule.falls_on(date))
    }

    /// The day after holidays of which one fell on a Sunday, and a day between two holidays.
    fn fills(&self, date: Date) -> bool {
        let is_holiday = |date: Option<Date>| date.is_some_and(|date| self.has(date, None));
        let before = |date: Date| date.yesterday().ok();
        let mut day = before(date);
        // No more than a week of holidays follow each other.
        for _ in 0..7 {
            if !is_holiday(day) {
                break;
            }
            if day.is_some_and(|day| day.weekday() == jiff::civil::Weekday::Sunday) {
                return true;
            }
            day = day.and_then(before);
        }
        date.weekday() != jiff::civil::Weekday::Sunday
            && is_holiday(before(date))
            && is_holiday(date.tomorrow().ok())
    }
}

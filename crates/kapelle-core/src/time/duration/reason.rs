//! Why a text is no duration, and which duration was probably meant.

use jiff::SignedDuration;

use super::{NANOS_PER_SECOND, format, is_digits, nanos_of, parse};

const FORM: &str = "write PT30S for 30 seconds, PT1H30M for an hour and a half, P1D for a day";

pub(super) fn of(text: &str) -> String {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return format!("it is empty; {FORM}");
    }
    if trimmed.len() < text.len() && parse(trimmed).is_ok() {
        return format!("blanks stand around it: write {trimmed}");
    }
    let signless = trimmed.strip_prefix(['+', '-']).unwrap_or(trimmed);
    let found = match signless.strip_prefix(['P', 'p']) {
        Some(parts) => iso(parts),
        None => words(trimmed).or_else(|| clock(trimmed)),
    };
    found.unwrap_or_else(|| format!("it is not an ISO-8601 duration; {FORM}"))
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    Year,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
}

impl Unit {
    fn named(word: &str) -> Option<Self> {
        Some(match word {
            "y" | "yr" | "yrs" | "year" | "years" => Self::Year,
            "mo" | "month" | "months" => Self::Month,
            "w" | "week" | "weeks" => Self::Week,
            "d" | "day" | "days" => Self::Day,
            "h" | "hr" | "hrs" | "hour" | "hours" => Self::Hour,
            "m" | "min" | "mins" | "minute" | "minutes" => Self::Minute,
            "s" | "sec" | "secs" | "second" | "seconds" => Self::Second,
            "ms" | "milli" | "millis" | "millisecond" | "milliseconds" => Self::Millisecond,
            _ => return None,
        })
    }

    const fn nanos(self) -> i128 {
        NANOS_PER_SECOND
            * match self {
                Self::Year => 365 * 86_400,
                Self::Month => 30 * 86_400,
                Self::Week => 7 * 86_400,
                Self::Day => 86_400,
                Self::Hour => 3600,
                Self::Minute => 60,
                Self::Second => 1,
                Self::Millisecond => return NANOS_PER_SECOND / 1000,
            }
    }
}

/// A number and what it counts.
struct Part<'a> {
    number: &'a str,
    unit: Unit,
    after_t: bool,
}

impl Part<'_> {
    fn nanos(&self) -> Option<i128> {
        let (whole, fraction) = self.number.split_once(['.', ',']).unwrap_or((self.number, "0"));
        let whole = if whole.is_empty() { "0" } else { whole };
        let nanos = i128::from(whole.parse::<i32>().ok()?) * NANOS_PER_SECOND;
        let fraction = if whole.starts_with('-') { -nanos_of(fraction) } else { nanos_of(fraction) };
        Some((nanos + fraction) * self.unit.nanos() / NANOS_PER_SECOND)
    }
}

/// All parts in the form to write; days where it is whole days.
fn sum(parts: &[Part]) -> Option<String> {
    let nanos = parts.iter().map(Part::nanos).sum::<Option<i128>>()?;
    let day = Unit::Day.nanos();
    if nanos != 0 && nanos % day == 0 {
        return Some(format!("P{}D", nanos / day));
    }
    Some(format(SignedDuration::try_from_nanos_i128(nanos)?))
}

fn write(parts: &[Part]) -> String {
    sum(parts).map_or_else(String::new, |text| format!(": write {text}"))
}

/// Splits off a number such as `1`, `-1.5` or `.5`.
fn number(text: &str) -> Option<(&str, &str)> {
    let length = text.bytes().enumerate().take_while(|(at, byte)| match byte {
        b'+' | b'-' => *at == 0,
        _ => byte.is_ascii_digit() || matches!(byte, b'.' | b','),
    });
    let (number, rest) = text.split_at(length.count());
    let digits = number.trim_start_matches(['+', '-']).replacen(['.', ','], "", 1);
    (!digits.is_empty() && is_digits(&digits)).then_some((number, rest))
}

/// What stands behind `P`.
fn iso(text: &str) -> Option<String> {
    let mut parts = Vec::new();
    let mut rest = text;
    let mut after_t = false;
    let has_t = text.contains(['T', 't']);
    while !rest.is_empty() {
        if let Some(times) = rest.strip_prefix(['T', 't']).filter(|_| !after_t) {
            (rest, after_t) = (times, true);
            continue;
        }
        let Some((number, behind)) = number(rest) else {
            let odd = rest.chars().next()?;
            return Some(format!("`{odd}` does not belong there; {FORM}"));
        };
        let Some(letter) = behind.chars().next() else {
            return Some(format!("the unit after {number} is missing: D, H, M or S"));
        };
        rest = &behind[letter.len_utf8()..];
        let minutes = after_t || (!has_t && text.contains(['H', 'h', 'S', 's']));
        let unit = match letter.to_ascii_uppercase() {
            'M' if !minutes => Unit::Month,
            'Y' | 'W' | 'D' | 'H' | 'M' | 'S' => Unit::named(&letter.to_ascii_lowercase().to_string())?,
            _ => return Some(format!("`{letter}` is no unit of a duration: use D, H, M or S")),
        };
        parts.push(Part { number, unit, after_t });
    }
    if parts.is_empty() {
        return Some(format!("there is nothing behind the {}; {FORM}", if after_t { 'T' } else { 'P' }));
    }
    Some(calendar(&parts).unwrap_or_else(|| shape(&parts, after_t)))
}

/// Years and months have no fixed length, weeks Java does not know.
fn calendar(parts: &[Part]) -> Option<String> {
    let unit = parts.iter().map(|part| part.unit).min()?;
    match unit {
        Unit::Year => Some("years have no fixed length; use days".into()),
        Unit::Month if parts.len() == 1 => {
            let number = parts[0].number;
            Some(format!("months have no fixed length; use days, or write PT{number}M for minutes"))
        }
        Unit::Month => Some("months have no fixed length; use days".into()),
        Unit::Week => Some(format!("weeks are not known; use days{}", write(parts))),
        _ => None,
    }
}

/// The units are right, but not how they are put together.
fn shape(parts: &[Part], after_t: bool) -> String {
    if parts.iter().any(|part| part.unit > Unit::Day && !part.after_t) {
        return format!("T is missing before hours, minutes, seconds{}", write(parts));
    }
    if parts.iter().any(|part| part.unit == Unit::Day && part.after_t) {
        return format!("days stand before the T{}", write(parts));
    }
    if after_t && parts.iter().all(|part| !part.after_t) {
        return format!("there is nothing behind the T{}", write(parts));
    }
    if !parts.is_sorted_by(|one, next| one.unit < next.unit) {
        return format!("the order is days, hours, minutes, seconds, each at most once{}", write(parts));
    }
    if parts.iter().any(|part| part.unit < Unit::Second && part.number.contains(['.', ','])) {
        return format!("only seconds may have a fraction{}", write(parts));
    }
    if parts.iter().any(|part| part.number.trim_start_matches(['+', '-']).starts_with(['.', ','])) {
        return format!("a digit is missing before the decimal point{}", write(parts));
    }
    format!("seconds have at most nine decimals{}", write(parts))
}

/// `30s`, `1h30m`, `5 minutes`, `1 day and 2 hours`.
fn words(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let mut parts = Vec::new();
    let mut rest = lower.trim_start();
    while !rest.is_empty() {
        let (number, behind) = number(rest)?;
        let behind = behind.trim_start();
        let length = behind.find(|letter: char| !letter.is_ascii_lowercase()).unwrap_or(behind.len());
        let unit = Unit::named(&behind[..length])?;
        parts.push(Part { number, unit, after_t: true });
        rest = behind[length..].trim_start_matches([' ', ',']);
        rest = rest.strip_prefix("and ").unwrap_or(rest).trim_start();
    }
    if parts.iter().any(|part| part.unit <= Unit::Month) {
        return Some("months and years have no fixed length; use days, such as P30D".into());
    }
    let written = sum(&parts).filter(|_| !parts.is_empty())?;
    Some(format!("durations are written as ISO-8601: {written}"))
}

/// `1:30` or `00:01:30`.
fn clock(text: &str) -> Option<String> {
    let numbers: Vec<&str> = text.split(':').collect();
    let is_clock = numbers.iter().all(|part| matches!(part.len(), 1 | 2) && is_digits(part));
    if !is_clock || !matches!(numbers.len(), 2 | 3) {
        return None;
    }
    let units = [Unit::Hour, Unit::Minute, Unit::Second];
    let parts: Vec<_> =
        numbers.into_iter().zip(units).map(|(number, unit)| Part { number, unit, after_t: true }).collect();
    let written = sum(&parts)?;
    Some(format!("a duration is no time of day; if these are hours and minutes, write {written}"))
}

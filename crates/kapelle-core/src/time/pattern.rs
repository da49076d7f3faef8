//! Patterns of dates as `java.time.format.DateTimeFormatter` reads them: `yyyy-MM-dd HH:mm`.
//!
//! A pattern is compiled once ([`compile`]) and then goes both ways: [`format`](mod@format) writes a moment,
//! [`parse`] reads the fields of a text, and [`resolve`] makes a date of them, as Java does when it is "smart".

mod compile;
mod field;
mod format;
mod parse;
mod preset;
mod resolve;
mod zones;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::cache::Cache;
use field::Field;
pub use format::Named;
pub use resolve::Parsed;

/// Bytes of a pattern. The longest that means something are below a hundred.
const BYTES_MAX: usize = 4096;

/// Compiled patterns that are kept, and the longest that is.
const KEPT_MAX: usize = 1000;
const KEPT_BYTES_MAX: usize = 256;

static KEPT: Cache<Pattern> = Cache::new(KEPT_MAX, KEPT_BYTES_MAX);

/// A compiled pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pattern {
    items: Vec<Item>,
    /// Letters in any case are read, and names are English whatever the locale, as in the forms of standards.
    is_standard: bool,
}

/// One part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Item {
    Literal(String),
    Number(Number),
    /// A name of months and the like by the key of the locale data, which is the letters of the pattern.
    Text(Field, &'static str),
    /// `'.'` and as many digits as needed, at most nine.
    Fraction,
    Offset(OffsetForm, &'static str),
    LocalizedOffset {
        is_full: bool,
    },
    ZoneId,
    /// `[Region]`, left out for offsets.
    Region,
    ZoneName {
        is_full: bool,
        is_generic: bool,
    },
    DayPeriod(&'static str),
    /// What is in the box, with blanks before it up to this width.
    Pad(usize, Box<Item>),
    Optional(Vec<Item>),
    /// The whole moment in UTC.
    Instant,
}

/// How a number is written, and how many digits are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Number {
    field: Field,
    min: usize,
    max: usize,
    sign: Sign,
    /// Digits of the numbers that follow without a gap; `None` if this one has a fixed width itself.
    behind: Option<usize>,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    /// Only the last two digits of the year, which are those of 2000 to 2099 when read.
    Reduced,
    /// The first digits of the nanoseconds.
    Fraction,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Normal,
    NotNegative,
    ExceedsPad,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OffsetForm {
    /// `+02`, minutes if there are any.
    Hours,
    /// `+0200`
    Basic,
    /// `+02:00`
    Colon,
    /// `+0200`, seconds if there are any.
    BasicSeconds,
    /// `+02:00`, seconds if there are any.
    ColonSeconds,
    /// As the one before; read without minutes as well.
    Loose,
}

/// The compiled form of a preset such as `iso_sec` or of a pattern; the error says what is wrong with it.
pub fn get(text: &str, locale: &super::locale::Locale) -> Result<Arc<Pattern>, String> {
    if text.len() > BYTES_MAX {
        return Err(format!("the pattern is longer than {BYTES_MAX} bytes"));
    }
    // The localised forms are patterns that the locale has.
    let text = if matches!(text, "full" | "long" | "medium" | "short") { locale.text(text) } else { text };
    if let Some(pattern) = KEPT.get(text) {
        return Ok(pattern);
    }
    let pattern = Arc::new(preset::named(text).map_or_else(|| compile::compile(text), Ok)?);
    KEPT.keep(text, &pattern);
    Ok(pattern)
}

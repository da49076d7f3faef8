//! Moments as a pattern writes them.

use std::fmt::Write;

use jiff::Zoned;

use super::field::Field;
use super::{Item, Kind, Number, OffsetForm, Pattern, Sign, zones};
use crate::time::locale::Locale;

/// Decimal digits of 64 bits.
const DIGITS_MAX: usize = 20;

/// A moment with what its zone is called, which is more than the zone knows: `GMT+02:00`.
#[derive(Clone, Copy)]
pub struct Named<'a> {
    pub moment: &'a Zoned,
    pub zone: &'a str,
}

impl Pattern {
    /// The text of a moment; an error where it does not fit the pattern, as a year of five digits may not.
    pub fn format(&self, moment: Named<'_>, locale: &Locale) -> Result<String, String> {
        let english = Locale::default();
        let locale = if self.is_standard { &english } else { locale };
        let mut out = String::new();
        write_items(&self.items, moment, locale, &mut out)?;
        Ok(out)
    }
}

fn write_items(items: &[Item], moment: Named<'_>, locale: &Locale, out: &mut String) -> Result<(), String> {
    items.iter().try_for_each(|item| write_item(item, moment, locale, out))
}

fn write_item(item: &Item, named: Named<'_>, locale: &Locale, out: &mut String) -> Result<(), String> {
    let moment = named.moment;
    match item {
        Item::Literal(text) => out.push_str(text),
        Item::Number(number) => write_number(number, number.field.of(moment, locale), out)?,
        Item::Text(field, key) => {
            let value = field.of(moment, locale);
            // Eras and halves of the day are counted from zero.
            let index = if matches!(field, Field::Era | Field::Half) { value } else { value - 1 };
            let name = usize::try_from(index).ok().and_then(|index| locale.names(key).get(index).copied());
            out.push_str(name.unwrap_or_default());
        }
        Item::Fraction => {
            let nanos = moment.subsec_nanosecond();
            if nanos != 0 {
                let digits = format!("{nanos:09}");
                out.push('.');
                out.push_str(digits.trim_end_matches('0'));
            }
        }
        Item::Offset(form, zero) => write_offset(*form, zero, moment.offset().seconds(), out),
        Item::LocalizedOffset { is_full } => {
            out.push_str(locale.text("gmt"));
            let seconds = moment.offset().seconds();
            if seconds != 0 {
                write_offset(OffsetForm::ColonSeconds, "", seconds, out);
                if !is_full {
                    shorten(out);
                }
            }
        }
        Item::ZoneId => out.push_str(named.zone),
        Item::Region => {
            if !named.zone.starts_with(['+', '-']) && named.zone != "Z" {
                // Writing to a text cannot fail.
                let _written = write!(out, "[{}]", named.zone);
            }
        }
        Item::ZoneName { is_full, is_generic } => {
            out.push_str(&zones::name(named, *is_full, *is_generic, locale));
        }
        Item::DayPeriod(key) => out.push_str(day_period(moment, key, locale)),
        Item::Pad(width, inner) => {
            let mut text = String::new();
            write_item(inner, named, locale, &mut text)?;
            let length = text.chars().count();
            if length > *width {
                return Err(format!("`{text}` is wider than the {width} characters that `p` gives it"));
            }
            out.extend(std::iter::repeat_n(' ', width - length));
            out.push_str(&text);
        }
        Item::Optional(items) => write_items(items, named, locale, out)?,
        Item::Instant => out.push_str(&crate::expression::form::iso_instant(moment.timestamp())),
    }
    Ok(())
}

fn write_number(number: &Number, value: i64, out: &mut String) -> Result<(), String> {
    let (min, magnitude) = (number.min, value.unsigned_abs());
    let mut buffer = [b'0'; DIGITS_MAX];
    let digits = match number.kind {
        Kind::Plain => digits(magnitude, &mut buffer),
        Kind::Reduced => digits(magnitude % 100, &mut buffer),
        Kind::Fraction => {
            let nanos = format!("{magnitude:09}");
            out.push_str(nanos.get(..number.max).unwrap_or(&nanos));
            return Ok(());
        }
    };
    if digits.len() > number.max {
        return Err(format!("the {} {value} has more than {} digits", number.field.name(), number.max));
    }
    match number.sign {
        _ if number.kind == Kind::Reduced => {}
        Sign::NotNegative if value < 0 => {
            return Err(format!("the {} {value} is below zero", number.field.name()));
        }
        Sign::Normal | Sign::ExceedsPad if value < 0 => out.push('-'),
        Sign::ExceedsPad if digits.len() > min => out.push('+'),
        _ => {}
    }
    out.extend(std::iter::repeat_n('0', min.saturating_sub(digits.len())));
    out.push_str(digits);
    Ok(())
}

/// The decimal digits of a number, without the detour over a text of their own: most of a date is numbers.
fn digits(mut number: u64, buffer: &mut [u8; DIGITS_MAX]) -> &str {
    let mut start = DIGITS_MAX;
    for place in buffer.iter_mut().rev() {
        *place = b'0' + (number % 10) as u8;
        number /= 10;
        start -= 1;
        if number == 0 {
            break;
        }
    }
    buffer.get(start..).and_then(|digits| str::from_utf8(digits).ok()).unwrap_or_default()
}

fn write_offset(form: OffsetForm, zero: &str, seconds: i32, out: &mut String) {
    let absolute = seconds.unsigned_abs();
    let (hours, minutes, rest) = (absolute / 3600, absolute / 60 % 60, absolute % 60);
    let has_seconds =
        matches!(form, OffsetForm::BasicSeconds | OffsetForm::ColonSeconds | OffsetForm::Loose) && rest != 0;
    if hours == 0 && minutes == 0 && !has_seconds {
        out.push_str(zero);
        return;
    }
    let sign = if seconds < 0 { '-' } else { '+' };
    let colon = if matches!(form, OffsetForm::Colon | OffsetForm::ColonSeconds | OffsetForm::Loose) {
        ":"
    } else {
        ""
    };
    let _written = write!(out, "{sign}{hours:02}");
    if form != OffsetForm::Hours || minutes != 0 {
        let _written = write!(out, "{colon}{minutes:02}");
    }
    if has_seconds {
        let _written = write!(out, "{colon}{rest:02}");
    }
}

/// `GMT+02:00` becomes `GMT+2`, `GMT+05:30` becomes `GMT+5:30`.
fn shorten(out: &mut String) {
    if out.ends_with(":00") {
        out.truncate(out.len() - 3);
    }
    if let Some(at) = out.rfind(['+', '-']).filter(|at| out[at + 1..].starts_with('0')) {
        out.remove(at + 1);
    }
}

/// `in the morning`, by the hours of the locale.
fn day_period(moment: &Zoned, key: &str, locale: &Locale) -> &'static str {
    let names = locale.names(key);
    let (hour, is_exact) = (moment.hour(), moment.minute() == 0);
    let exact = match hour {
        0 => names.first(),
        12 => names.get(1),
        _ => None,
    };
    if let Some(name) = exact.filter(|_| is_exact) {
        return name;
    }
    periods(&names).take_while(|(from, _)| *from <= hour).last().map_or("", |(_, name)| name)
}

/// The periods of the day with the hours they start at; the first two names are midnight and noon.
pub(super) fn periods(names: &[&'static str]) -> impl Iterator<Item = (i8, &'static str)> {
    names.iter().skip(2).filter_map(|text| {
        let (from, name) = text.split_once(' ')?;
        Some((from.parse().ok()?, name))
    })
}

//! The fields of a text, read along a pattern as Java does when it is strict.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use super::field::Field;
use super::format::periods;
use super::resolve::{self, Parsed};
use super::{Item, Kind, Number, OffsetForm, Pattern, Sign, zones};
use crate::time::date;
use crate::time::locale::Locale;

/// What was read so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    pub(super) values: std::collections::BTreeMap<Field, i64>,
    pub(super) zone: Option<TimeZone>,
    pub(super) offset: Option<Offset>,
    /// The hours of the period of the day that was named, and whether it is the moment itself.
    pub(super) period: Option<(i8, i8)>,
    pub(super) instant: Option<Timestamp>,
}

impl Fields {
    /// Takes a value unless there is another already.
    fn set(&mut self, field: Field, value: i64) -> Option<()> {
        (*self.values.entry(field).or_insert(value) == value).then_some(())
    }
}

impl Pattern {
    /// Reads a text; the error says where and why it does not fit.
    pub fn parse(&self, text: &str, locale: &Locale) -> Result<Parsed, String> {
        let english = Locale::default();
        let locale = if self.is_standard { &english } else { locale };
        let mut reader = Reader { text, locale, ignores_case: self.is_standard, failed_at: 0 };
        let mut fields = Fields::default();
        let end = reader.items(&self.items, 0, &mut fields).ok_or(Some(reader.failed_at));
        match end {
            Ok(end) if end == text.len() => resolve::resolve(fields, self.is_standard, locale),
            Ok(end) => Err(position(text, end)),
            Err(at) => Err(position(text, at.unwrap_or(0))),
        }
    }
}

fn position(text: &str, at: usize) -> String {
    match text.get(at..) {
        None | Some("") => "it is too short for the pattern".to_owned(),
        Some(rest) => {
            let rest: String = rest.chars().take(20).collect();
            format!("it does not fit the pattern from `{rest}` on")
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    locale: &'t Locale,
    ignores_case: bool,
    /// The farthest byte where something did not fit.
    failed_at: usize,
}

impl Reader<'_> {
    fn items(&mut self, items: &[Item], mut at: usize, fields: &mut Fields) -> Option<usize> {
        for item in items {
            let Some(end) = self.item(item, at, fields) else {
                self.failed_at = self.failed_at.max(at);
                return None;
            };
            at = end;
        }
        Some(at)
    }

    /// The byte behind the item, if the text has it at this byte.
    fn item(&mut self, item: &Item, at: usize, fields: &mut Fields) -> Option<usize> {
        let rest = self.text.get(at..)?;
        match item {
            Item::Literal(literal) => self.starts(rest, literal).then_some(at + literal.len()),
            Item::Number(number) => {
                let (value, length) = read_number(number, rest)?;
                fields.set(number.field, value)?;
                Some(at + length)
            }
            Item::Text(field, key) => {
                let (value, length) = self.name(*field, key, rest)?;
                fields.set(*field, value)?;
                Some(at + length)
            }
            Item::Fraction => {
                let Some(digits) = rest.strip_prefix('.') else { return Some(at) };
                let count = digits.bytes().take(9).take_while(u8::is_ascii_digit).count();
                fields.set(Field::Nano, scaled(&digits[..count])?)?;
                Some(at + 1 + count)
            }
            Item::Offset(form, zero) => {
                let (offset, length) = if !zero.is_empty() && self.starts(rest, zero) {
                    (Offset::UTC, zero.len())
                } else {
                    read_offset(*form, rest)?
                };
                set_offset(fields, offset)?;
                Some(at + length)
            }
            Item::LocalizedOffset { is_full } => {
                let prefix = self.locale.text("gmt");
                let behind = self.starts(rest, prefix).then(|| rest.get(prefix.len()..))??;
                let form = if *is_full { OffsetForm::ColonSeconds } else { OffsetForm::Loose };
                let (offset, length) = read_offset(form, behind).unwrap_or((Offset::UTC, 0));
                set_offset(fields, offset)?;
                Some(at + prefix.len() + length)
            }
            Item::ZoneId => {
                let (zone, length) = zones::take_id(rest)?;
                fields.zone = Some(zone);
                Some(at + length)
            }
            Item::ZoneName { .. } => {
                let (zone, length) = zones::take_name(rest, self.locale)?;
                fields.zone = Some(zone);
                Some(at + length)
            }
            Item::Region => {
                let Some(inner) = rest.strip_prefix('[') else { return Some(at) };
                let (zone, length) = zones::take_id(inner)?;
                fields.zone = Some(zone);
                inner[length..].starts_with(']').then_some(at + length + 2)
            }
            Item::DayPeriod(key) => {
                let names = self.locale.names(key);
                let starts: Vec<_> = periods(&names).collect();
                let ends = starts.iter().skip(1).map(|(from, _)| *from).chain([24]);
                let spans = starts.iter().zip(ends).map(|((from, name), to)| (*name, (*from, to)));
                let exact = names.iter().take(2).copied().zip([(0, 0), (12, 12)]);
                let fits = exact.chain(spans).filter(|(name, _)| self.starts(rest, name));
                let (name, span) = fits.max_by_key(|(name, _)| name.len())?;
                fields.period = Some(span);
                Some(at + name.len())
            }
            Item::Pad(width, inner) => {
                let length: usize = rest.chars().take(*width).map(char::len_utf8).sum();
                let part = rest.get(..length)?;
                let blanks = part.len() - part.trim_start_matches(' ').len();
                let mut reader =
                    Reader { text: part, locale: self.locale, ignores_case: self.ignores_case, failed_at: 0 };
                let end = reader.item(inner, blanks, fields)?;
                (end == part.len() && part.chars().count() == *width).then_some(at + length)
            }
            Item::Optional(items) => {
                let before = fields.clone();
                let end = self.items(items, at, fields);
                if end.is_none() {
                    *fields = before;
                }
                Some(end.unwrap_or(at))
            }
            Item::Instant => {
                let moment = date::instant(rest)
                    .or_else(|_| date::date_time_with_zone(rest).map(|zoned| zoned.timestamp()));
                fields.instant = Some(moment.ok()?);
                Some(self.text.len())
            }
        }
    }

    fn starts(&self, text: &str, with: &str) -> bool {
        if self.ignores_case {
            text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with))
        } else {
            text.starts_with(with)
        }
    }

    /// A name of the locale, the longest that fits. One that means several, as the J of months does, means the last.
    fn name(&self, field: Field, key: &str, rest: &str) -> Option<(i64, usize)> {
        let names = self.locale.names(key);
        let first = i64::from(!matches!(field, Field::Era | Field::Half));
        let fits = names.iter().zip(first..).filter(|(name, _)| self.starts(rest, name));
        fits.max_by_key(|(name, _)| name.len()).map(|(value, name)| (name, value.len()))
    }
}

fn set_offset(fields: &mut Fields, offset: Offset) -> Option<()> {
    let is_same = fields.offset.is_none_or(|before| before == offset);
    fields.offset = Some(offset);
    is_same.then_some(())
}

/// The value of the number that the text begins with, and its bytes.
fn read_number(number: &Number, text: &str) -> Option<(i64, usize)> {
    let sign = text.chars().next().filter(|first| matches!(first, '+' | '-'));
    let is_allowed = match (sign, number.sign) {
        (None, _) | (Some(_), Sign::ExceedsPad) | (Some('-'), Sign::Normal) => true,
        (Some(_), _) => false,
    };
    let digits = &text[sign.map_or(0, char::len_utf8)..];
    let behind = number.behind.unwrap_or(0);
    let most = number.max.saturating_add(behind);
    let there = digits.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let count = if behind > 0 { there.saturating_sub(behind).max(number.min) } else { there };
    if !is_allowed || count < number.min || count > there {
        return None;
    }
    let read = &digits[..count];
    let value = match number.kind {
        Kind::Fraction => scaled(read)?,
        Kind::Reduced => 2000 + read.parse::<i64>().ok()?,
        Kind::Plain => read.parse::<i64>().ok()?,
    };
    let exceeds = count > number.min;
    match (sign, number.sign) {
        (Some('-'), _) if value == 0 => None,
        (Some('-'), _) => Some((-value, count + 1)),
        (Some(_), _) => exceeds.then_some((value, count + 1)),
        (None, Sign::ExceedsPad) => (!exceeds).then_some((value, count)),
        (None, _) => Some((value, count)),
    }
}

/// The first digits of a fraction of a second as nanoseconds.
fn scaled(digits: &str) -> Option<i64> {
    if digits.is_empty() { Some(0) } else { format!("{digits:0<9}").parse().ok() }
}

fn read_offset(form: OffsetForm, text: &str) -> Option<(Offset, usize)> {
    let sign = match text.bytes().next()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let mut at = 1;
    let mut part = |prefix: &str, wide: bool| -> Option<i32> {
        let rest = text.get(at..)?.strip_prefix(prefix)?;
        let width = if wide { 2 } else { rest.bytes().take(2).take_while(u8::is_ascii_digit).count().max(1) };
        let digits = rest.get(..width).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
        let value: i32 = digits.parse().ok()?;
        if at > 1 && value > 59 {
            return None;
        }
        at += prefix.len() + width;
        Some(value)
    };
    let colon = if matches!(form, OffsetForm::Hours | OffsetForm::Basic | OffsetForm::BasicSeconds) {
        ""
    } else {
        ":"
    };
    let hours = part("", form != OffsetForm::Loose)?;
    let minutes = match form {
        OffsetForm::Hours | OffsetForm::Loose => part(colon, true),
        _ => Some(part(colon, true)?),
    };
    let has_seconds = matches!(form, OffsetForm::BasicSeconds | OffsetForm::ColonSeconds | OffsetForm::Loose);
    let seconds = if has_seconds && minutes.is_some() { part(colon, true) } else { None };
    let total = hours * 3600 + minutes.unwrap_or(0) * 60 + seconds.unwrap_or(0);
    let offset = (total <= 18 * 3600).then(|| Offset::from_seconds(sign * total).ok())??;
    Some((offset, at))
}

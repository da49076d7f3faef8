//! Reads moments from text by a picture.

use std::collections::BTreeMap;

use bigdecimal::ToPrimitive;
use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};

use super::Outcome;
use super::pictures::{Form, Minutes, Part, Picture, Piece, number, of, seconds, signed};

impl Picture {
    /// The moment of a text; nothing if the text is of another form. What stands before the first part that is said is
    /// that of now, and what is missing behind it begins.
    pub(super) fn moment(&self, text: &str, now: Timestamp) -> Outcome<Option<Timestamp>> {
        let mut found = BTreeMap::new();
        let mut rest = text;
        for (place, piece) in self.0.iter().enumerate() {
            let read = match piece {
                Piece::Text(plain) => rest
                    .get(..plain.len())
                    .filter(|start| start.eq_ignore_ascii_case(plain))
                    .map(|start| &rest[start.len()..]),
                Piece::Part(part) => {
                    let is_tight = matches!(
                        self.0.get(place + 1),
                        Some(Piece::Part(Part { form: Form::Number { .. }, .. }))
                    );
                    part.value(rest, is_tight)?.map(|(value, rest)| {
                        found.insert(part.what, value);
                        rest
                    })
                }
            };
            let Some(after) = read else { return Ok(None) };
            rest = after;
        }
        if rest.is_empty() { moment(&found, now).map(Some) } else { Ok(None) }
    }
}

impl Part {
    /// The number that a text begins with, and what is behind it. Offsets are in seconds.
    fn value<'t>(&self, text: &'t str, is_tight: bool) -> Outcome<Option<(i64, &'t str)>> {
        let Form::Number { picture, .. } = &self.form else { return Ok(self.named(text)) };
        // Without anything between two numbers the first one has as many digits as it is written with.
        let digits = picture.digits().filter(|_| is_tight).map_or(usize::MAX, |(least, _)| least);
        let found = picture.start(text, digits)?;
        Ok(found.and_then(|(number, rest)| Some((number.to_i64()?, rest))))
    }

    /// The number that stands behind a name or an offset.
    fn named<'t>(&self, text: &'t str) -> Option<(i64, &'t str)> {
        match self.form {
            Form::Number { .. } | Form::Calendar => None,
            Form::Name { most, .. } => {
                let end = text.find(|character: char| !character.is_alphabetic()).unwrap_or(text.len());
                let (word, rest) = text.split_at(end);
                let is_it = |name: &&str| word.eq_ignore_ascii_case(&name[..most.min(name.len())]);
                let place = self.names().iter().position(is_it)?;
                Some((place as i64 + i64::from(self.what != 'P'), rest))
            }
            Form::Offset { minutes, has_z, .. } => {
                let text = if self.what == 'z' { text.strip_prefix("GMT")? } else { text };
                if let (true, Some(rest)) = (has_z, text.strip_prefix('Z')) {
                    return Some((0, rest));
                }
                let (sign, text) = signed(text)?;
                let end = text.bytes().take_while(u8::is_ascii_digit).count();
                let (hours, rest) = if minutes == Minutes::Joined {
                    text.split_at(end.checked_sub(2)?)
                } else {
                    text.split_at(end)
                };
                let (minutes, rest) = match minutes {
                    Minutes::Joined => rest.split_at(2),
                    Minutes::Apart => rest.strip_prefix(':')?.split_at_checked(2)?,
                    Minutes::Needed => rest
                        .strip_prefix(':')
                        .and_then(|rest| rest.split_at_checked(2))
                        .unwrap_or(("0", rest)),
                };
                Some((seconds(sign, number(hours), number(minutes))?.seconds().into(), rest))
            }
        }
    }
}

fn moment(found: &BTreeMap<char, i64>, now: Timestamp) -> Outcome<Timestamp> {
    if ['X', 'x', 'W', 'w'].iter().any(|what| found.contains_key(what)) {
        return Err("weeks are only written, not read".to_owned());
    }
    let now = now.to_zoned(jiff::tz::TimeZone::UTC);
    let order: &[char] = match (found.contains_key(&'d'), found.contains_key(&'h')) {
        (false, false) => &['Y', 'M', 'D', 'H', 'm', 's', 'f'],
        (false, true) => &['Y', 'M', 'D', 'h', 'm', 's', 'f'],
        (true, false) => &['Y', 'd', 'H', 'm', 's', 'f'],
        (true, true) => &['Y', 'd', 'h', 'm', 's', 'f'],
    };
    let mut parts = BTreeMap::new();
    let (mut has_begun, mut has_ended) = (false, false);
    for what in order {
        let value = match found.get(what) {
            Some(_) if has_ended => {
                return Err(format!("the picture has the part `{what}`, and leaves out one before it"));
            }
            Some(value) => {
                has_begun = true;
                *value
            }
            None if has_begun => {
                has_ended = true;
                i64::from(matches!(what, 'M' | 'D' | 'd'))
            }
            None => of(*what, &now),
        };
        parts.insert(*what, value);
    }
    let half = found.get(&'P').map_or(0, |half| half * 12);
    if let Some(hour) = parts.remove(&'h') {
        parts.insert('H', hour % 12 + half);
    }
    // A year of two digits may be one of several hundreds.
    let year = parts.get(&'Y').copied().filter(|year| *year >= 100);
    let part = |what: char| parts.get(&what).and_then(|value| i8::try_from(*value).ok());
    let date = || {
        let year = i16::try_from(year?).ok()?;
        match parts.get(&'d') {
            Some(day) if (1..=366).contains(day) => {
                let date = Date::new(year, 1, 1).ok()?.checked_add((day - 1).days()).ok()?;
                (date.year() == year).then_some(date)
            }
            Some(_) => None,
            None => Date::new(year, part('M')?, part('D')?).ok(),
        }
    };
    let time = || {
        let nanos = i32::try_from(*parts.get(&'f')?).ok()?.checked_mul(1_000_000)?;
        Time::new(part('H')?, part('m')?, part('s')?, nanos).ok()
    };
    let offset = found.get(&'Z').or_else(|| found.get(&'z'));
    let offset =
        offset.map_or(Some(Offset::UTC), |seconds| Offset::from_seconds(i32::try_from(*seconds).ok()?).ok());
    let moment = date().zip(time()).zip(offset);
    moment
        .and_then(|((date, time), offset)| offset.to_timestamp(date.to_datetime(time)).ok())
        .ok_or_else(|| "there is no such day, or no such time of a day".to_owned())
}

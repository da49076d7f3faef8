//! Pictures of moments: `[D01].[M01].[Y0001] at [h]:[m01] [P]` says how one is written and read.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan, Zoned};

use super::Outcome;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const HALVES: [&str; 2] = ["Am", "Pm"];

pub(super) struct Picture(Vec<Piece>);

enum Piece {
    Text(String),
    Part(Part),
}

/// A part of a moment: its letter, and its form.
struct Part {
    what: char,
    form: Form,
}

enum Form {
    Number {
        /// Digits that there are at least.
        least: usize,
        /// Digits that there are at most, the last ones.
        most: Option<u32>,
        is_ordinal: bool,
    },
    Name {
        case: Case,
        most: usize,
    },
    Offset {
        /// Digits of the hours.
        hours: usize,
        minutes: Minutes,
        /// No offset at all is `Z`.
        has_z: bool,
    },
}

#[derive(Clone, Copy)]
enum Case {
    Lower,
    Upper,
    Title,
}

/// How minutes of an offset follow its hours.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Minutes {
    /// Behind a colon.
    Apart,
    Joined,
    /// Behind a colon, if there are any.
    Needed,
}

/// An offset such as `+0100`.
pub(super) fn offset(text: &str) -> Outcome<Offset> {
    let wrong = || format!("the zone `{text}` has to be hours and minutes such as +0100");
    let (sign, digits) = signed(text).unwrap_or((1, text));
    if digits.len() != 4 {
        return Err(wrong());
    }
    let (hours, minutes) = (digits.get(..2), digits.get(2..));
    seconds(sign, hours.and_then(number), minutes.and_then(number)).ok_or_else(wrong)
}

fn signed(text: &str) -> Option<(i32, &str)> {
    text.strip_prefix('+').map(|rest| (1, rest)).or_else(|| text.strip_prefix('-').map(|rest| (-1, rest)))
}

fn seconds(sign: i32, hours: Option<i64>, minutes: Option<i64>) -> Option<Offset> {
    let minutes = minutes?;
    let seconds = (minutes < 60).then_some(hours?.checked_mul(3600)? + minutes * 60)?;
    Offset::from_seconds(sign * i32::try_from(seconds).ok()?).ok()
}

/// A number of digits alone.
fn number(digits: &str) -> Option<i64> {
    digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

impl Picture {
    pub(super) fn read(text: &str) -> Outcome<Self> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            if let Some(after) = rest.strip_prefix("[[").or_else(|| rest.strip_prefix("]]")) {
                plain.push(character);
                rest = after;
            } else if let Some(after) = rest.strip_prefix('[') {
                let (part, after) = after
                    .split_once(']')
                    .ok_or_else(|| format!("the picture `{text}` has a `[` without its `]`"))?;
                if !plain.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                }
                pieces.push(Piece::Part(Part::read(part)?));
                rest = after;
            } else {
                plain.push(character);
                rest = &rest[character.len_utf8()..];
            }
        }
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Ok(Self(pieces))
    }

    pub(super) fn write(&self, moment: &Zoned) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Part(part) => part.write(moment),
        };
        self.0.iter().map(piece).collect()
    }

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
                    part.value(rest, is_tight).map(|(value, rest)| {
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
    fn read(text: &str) -> Outcome<Self> {
        let part: String = text.split_whitespace().collect();
        let (part, width) = part.rsplit_once(',').unwrap_or((&part, ""));
        let mut characters = part.chars();
        let what = characters.next().ok_or("a picture has `[]`, without a part")?;
        let wrong = |reason: &str| format!("the part `[{text}]` of the picture {reason}");
        let usual = match what {
            'P' | 'F' => "n",
            'm' | 's' => "01",
            'Z' | 'z' => "01:01",
            'Y' | 'X' | 'M' | 'W' | 'D' | 'd' | 'H' | 'h' | 'f' => "1",
            _ => {
                return Err(wrong(
                    "is not supported: the letters are Y, X, M, W, D, d, F, P, H, h, m, s, f, Z, z",
                ));
            }
        };
        let form = characters.as_str();
        let (form, second) = match form.strip_suffix(['a', 't', 'c', 'o']) {
            Some(before) => (before, form.chars().last()),
            None => (form, None),
        };
        let form = if form.is_empty() { usual } else { form };
        let (shortest, longest) = width.split_once('-').unwrap_or((width, "*"));
        let (shortest, longest) = (shortest.parse::<usize>().ok(), longest.parse::<usize>().ok());
        let is_of = |allowed: &[char]| {
            form.chars().all(|character| allowed.contains(&character) || character.is_ascii_digit())
        };
        let digits = form.bytes().filter(u8::is_ascii_digit).count();
        let form = match what {
            'Z' | 'z' if is_of(&[':']) => {
                let (hours, minutes) = match form.split_once(':') {
                    Some((hours, minutes)) if minutes.len() == 2 => (hours.len(), Minutes::Apart),
                    None if digits > 2 => (digits - 2, Minutes::Joined),
                    None => (digits, Minutes::Needed),
                    Some(_) => return Err(wrong("has to be hours and two digits of minutes")),
                };
                if !(1..=2).contains(&hours) {
                    return Err(wrong("has to be one or two digits of hours, and two of minutes"));
                }
                Form::Offset { hours, minutes, has_z: second == Some('t') }
            }
            'M' | 'F' | 'P' if matches!(form, "n" | "N" | "Nn") => Form::Name {
                case: match form {
                    "n" => Case::Lower,
                    "N" => Case::Upper,
                    _ => Case::Title,
                },
                most: longest.unwrap_or(usize::MAX),
            },
            'P' | 'Z' | 'z' => return Err(wrong("is of a form that is not supported")),
            _ if is_of(&['#']) && form.len() <= 9 => {
                let most = match (what, longest) {
                    ('Y', Some(longest)) => u32::try_from(longest.clamp(1, 9)).ok(),
                    ('Y', None) if form.len() > 1 => u32::try_from(form.len()).ok(),
                    _ => None,
                };
                let least = digits.max(shortest.unwrap_or(0).min(9));
                let least = if what == 'Y' { longest.map_or(least, |longest| longest.min(9)) } else { least };
                Form::Number { least, most, is_ordinal: second == Some('o') }
            }
            _ => {
                return Err(wrong(
                    "is of a form that is not supported: there are digits, and names by `n`, `N` and `Nn`",
                ));
            }
        };
        Ok(Self { what, form })
    }

    fn names(&self) -> &'static [&'static str] {
        match self.what {
            'M' => &MONTHS,
            'F' => &DAYS,
            _ => &HALVES,
        }
    }

    fn write(&self, moment: &Zoned) -> String {
        match self.form {
            Form::Number { least, most, is_ordinal } => {
                let value = self.of(moment);
                let value = most.map_or(value, |most| value % 10_i64.pow(most));
                let ordinal = if is_ordinal { ordinal(value) } else { "" };
                format!("{value:0least$}{ordinal}")
            }
            Form::Name { case, most } => {
                let first = i64::from(self.what != 'P');
                let place = usize::try_from(self.of(moment) - first).unwrap_or_default();
                let name: String = self.names().get(place).unwrap_or(&"").chars().take(most).collect();
                match case {
                    Case::Lower => name.to_lowercase(),
                    Case::Upper => name.to_uppercase(),
                    Case::Title => name,
                }
            }
            Form::Offset { has_z: true, .. } if moment.offset().seconds() == 0 => "Z".to_owned(),
            Form::Offset { hours, minutes, .. } => {
                let seconds = moment.offset().seconds();
                let (sign, before) =
                    (if seconds < 0 { '-' } else { '+' }, if self.what == 'z' { "GMT" } else { "" });
                let (whole, rest) = (seconds.abs() / 3600, seconds.abs() / 60 % 60);
                let rest = match minutes {
                    Minutes::Needed if rest == 0 => String::new(),
                    Minutes::Apart | Minutes::Needed => format!(":{rest:02}"),
                    Minutes::Joined => format!("{rest:02}"),
                };
                format!("{before}{sign}{whole:0hours$}{rest}")
            }
        }
    }

    /// The number that this part of a moment is.
    fn of(&self, moment: &Zoned) -> i64 {
        match self.what {
            'Y' => moment.year().into(),
            'X' => moment.date().iso_week_date().year().into(),
            'M' => moment.month().into(),
            'W' => moment.date().iso_week_date().week().into(),
            'D' => moment.day().into(),
            'd' => moment.day_of_year().into(),
            'F' => moment.weekday().to_monday_one_offset().into(),
            'P' => (moment.hour() / 12).into(),
            'H' => moment.hour().into(),
            'h' => ((moment.hour() + 11) % 12 + 1).into(),
            'm' => moment.minute().into(),
            's' => moment.second().into(),
            _ => moment.millisecond().into(),
        }
    }

    /// The number that a text begins with, and what is behind it. Offsets are in seconds.
    fn value<'t>(&self, text: &'t str, is_tight: bool) -> Option<(i64, &'t str)> {
        match self.form {
            Form::Number { least, is_ordinal, .. } => {
                let all = text.bytes().take_while(u8::is_ascii_digit).count();
                // Without anything between two numbers the first one has as many digits as it is written with.
                let (digits, rest) = text.split_at(if is_tight { all.min(least) } else { all });
                let value = number(digits)?;
                let rest = if is_ordinal { rest.strip_prefix(ordinal(value)).unwrap_or(rest) } else { rest };
                Some((value, rest))
            }
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

fn ordinal(value: i64) -> &'static str {
    match (value % 10, value % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    }
}

fn moment(found: &BTreeMap<char, i64>, now: Timestamp) -> Outcome<Timestamp> {
    if found.contains_key(&'X') || found.contains_key(&'W') {
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
            None => {
                Part { what: *what, form: Form::Number { least: 1, most: None, is_ordinal: false } }.of(&now)
            }
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

//! Pictures of moments: `[D01].[M01].[Y0001] at [h]:[m01] [P]` says how one is written and read.

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{ToSpan, Zoned};

use super::Outcome;
use super::integers::{Case, IntegerPicture};

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

/// Numbers of a moment have no more digits.
const DIGITS_MAX: usize = 9;

pub(super) struct Picture(pub(super) Vec<Piece>);

pub(super) enum Piece {
    Text(String),
    Part(Part),
}

/// A part of a moment: its letter, and its form.
pub(super) struct Part {
    pub(super) what: char,
    pub(super) form: Form,
}

pub(super) enum Form {
    Number {
        picture: IntegerPicture,
        /// Digits that there are at most, the last ones.
        most: Option<u32>,
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
    /// There is one calendar, and one era.
    Calendar,
}

/// How minutes of an offset follow its hours.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Minutes {
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

pub(super) fn signed(text: &str) -> Option<(i32, &str)> {
    text.strip_prefix('+').map(|rest| (1, rest)).or_else(|| text.strip_prefix('-').map(|rest| (-1, rest)))
}

pub(super) fn seconds(sign: i32, hours: Option<i64>, minutes: Option<i64>) -> Option<Offset> {
    let minutes = minutes?;
    let seconds = (minutes < 60).then_some(hours?.checked_mul(3600)? + minutes * 60)?;
    Offset::from_seconds(sign * i32::try_from(seconds).ok()?).ok()
}

/// A number of digits alone.
pub(super) fn number(digits: &str) -> Option<i64> {
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

    pub(super) fn write(&self, moment: &Zoned) -> Outcome<String> {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => Ok(text.clone()),
            Piece::Part(part) => part.write(moment),
        };
        self.0.iter().map(piece).collect()
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
            'P' | 'F' | 'C' | 'E' => "n",
            'm' | 's' => "01",
            'Z' | 'z' => "01:01",
            'Y' | 'X' | 'M' | 'x' | 'W' | 'w' | 'D' | 'd' | 'H' | 'h' | 'f' => "1",
            _ => {
                return Err(wrong(
                    "is not supported: the letters are Y, X, M, x, W, w, D, d, F, P, H, h, m, s, f, Z, z, C, E",
                ));
            }
        };
        let form = characters.as_str();
        // Alone it is the form itself: letters.
        let (form, second) = match form.strip_suffix(['a', 't', 'c', 'o']) {
            Some(before) if form != "a" => (before, form.chars().last()),
            _ => (form, None),
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
            'C' | 'E' => Form::Calendar,
            'M' | 'x' | 'F' | 'P' if matches!(form, "n" | "N" | "Nn") => Form::Name {
                case: match form {
                    "n" => Case::Lower,
                    "N" => Case::Upper,
                    _ => Case::Title,
                },
                most: longest.unwrap_or(usize::MAX),
            },
            'P' | 'Z' | 'z' => return Err(wrong("is of a form that is not supported")),
            _ => {
                let mut picture = IntegerPicture::of(form, second == Some('o')).map_err(|reason| {
                    wrong(&format!("has a form that does not fit: {reason}, and `n`, `N`, `Nn` for names"))
                })?;
                picture.at_least(shortest.unwrap_or(0).min(DIGITS_MAX));
                let digits = picture.digits().map(|(_, most)| most).filter(|most| *most > 1);
                let longest = longest.map(|longest| longest.clamp(1, DIGITS_MAX));
                if let (Some(longest), 'Y' | 'M' | 'D') = (longest, what) {
                    picture.just(longest);
                }
                let most = longest.or(digits).filter(|_| what == 'Y').map(|most| most.min(DIGITS_MAX));
                Form::Number { picture, most: most.and_then(|most| u32::try_from(most).ok()) }
            }
        };
        Ok(Self { what, form })
    }

    pub(super) fn names(&self) -> &'static [&'static str] {
        match self.what {
            'M' | 'x' => &MONTHS,
            'F' => &DAYS,
            _ => &HALVES,
        }
    }

    fn write(&self, moment: &Zoned) -> Outcome<String> {
        Ok(match self.form {
            Form::Number { ref picture, most } => {
                let value = of(self.what, moment);
                let value = most.map_or(value, |most| value % 10_i64.pow(most));
                picture.write(&value.into())?
            }
            Form::Calendar => "ISO".to_owned(),
            Form::Name { case, most } => {
                let first = i64::from(self.what != 'P');
                let place = usize::try_from(of(self.what, moment) - first).unwrap_or_default();
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
        })
    }
}

/// The Thursday of a week says which year and which month the week belongs to.
fn thursday(date: Date) -> Date {
    let days = i64::from(date.weekday().to_monday_zero_offset());
    date.checked_add((3 - days).days()).unwrap_or(date)
}

/// The number that a part of a moment is.
pub(super) fn of(what: char, moment: &Zoned) -> i64 {
    match what {
        'Y' => moment.year().into(),
        'X' => moment.date().iso_week_date().year().into(),
        'M' => moment.month().into(),
        'x' => thursday(moment.date()).month().into(),
        'W' => moment.date().iso_week_date().week().into(),
        'w' => ((thursday(moment.date()).day() - 1) / 7 + 1).into(),
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

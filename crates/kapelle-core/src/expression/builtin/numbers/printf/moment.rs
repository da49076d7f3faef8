//! The conversions of dates and times: `%tY`, `%tm`, `%tH`, …, in English.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use kapelle_model::Value;

use super::mismatch;
use super::specifier::Specifier;
use crate::expression::environment::Settings;
use crate::expression::error::Outcome;
use crate::time::MONTHS;

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// What an argument tells about a moment.
struct Moment {
    date: Option<Date>,
    time: Option<Time>,
    zoned: Option<Zoned>,
}

pub(super) fn moment(specifier: &Specifier<'_>, argument: &Value, settings: &Settings) -> Outcome<String> {
    let help = "it takes dates and times, or an integer of milliseconds; turn texts into others with the filter `date`";
    let zone = &settings.zone;
    let moment = match argument {
        Value::Int(millis) => {
            Timestamp::from_millisecond(*millis).ok().map(|at| at.to_zoned(zone.clone()).into())
        }
        Value::Instant(at) => Some(at.to_zoned(TimeZone::UTC).into()),
        Value::Zoned(at) => Some(Zoned::clone(at).into()),
        Value::LocalDateTime(at) => Some(Moment::from(*at)),
        Value::LocalDate(date) => Some(Moment { date: Some(*date), time: None, zoned: None }),
        Value::LocalTime(time) => Some(Moment { date: None, time: Some(*time), zoned: None }),
        _ => None,
    };
    let Some(moment) = moment else { return Err(mismatch(specifier, argument, help)) };
    match moment.part(specifier.conversion) {
        Some(text) => Ok(specifier.padded(&text)),
        None => Err(mismatch(
            specifier,
            argument,
            "the letter behind `t` does not exist, or the value has no such part",
        )),
    }
}

impl From<DateTime> for Moment {
    fn from(at: DateTime) -> Self {
        Self { date: Some(at.date()), time: Some(at.time()), zoned: None }
    }
}

impl From<Zoned> for Moment {
    fn from(at: Zoned) -> Self {
        Self { zoned: Some(at.clone()), ..at.datetime().into() }
    }
}

impl Moment {
    fn part(&self, letter: char) -> Option<String> {
        self.combined(letter)
            .or_else(|| self.of_date(letter))
            .or_else(|| self.of_time(letter))
            .or_else(|| self.of_zone(letter))
    }

    /// Several parts in one.
    fn combined(&self, letter: char) -> Option<String> {
        let all = |pieces: &str| {
            pieces
                .chars()
                .map(
                    |piece| {
                        if piece.is_ascii_alphabetic() { self.part(piece) } else { Some(piece.to_string()) }
                    },
                )
                .collect::<Option<String>>()
        };
        match letter {
            'R' => all("H:M"),
            'T' => all("H:M:S"),
            'r' => Some(format!("{} {}", all("I:M:S")?, self.part('p')?.to_uppercase())),
            'D' => all("m/d/y"),
            'F' => all("Y-m-d"),
            'c' => Some(format!("{} {} {}", all("a b d")?, all("H:M:S Z")?, self.part('Y')?)),
            _ => None,
        }
    }

    fn of_date(&self, letter: char) -> Option<String> {
        let date = self.date?;
        let month = *MONTHS.get(usize::try_from(date.month()).ok()?.checked_sub(1)?)?;
        let weekday = *WEEKDAYS.get(usize::try_from(date.weekday().to_monday_zero_offset()).ok()?)?;
        Some(match letter {
            'B' => month.to_owned(),
            'b' | 'h' => month.chars().take(3).collect(),
            'A' => weekday.to_owned(),
            'a' => weekday.chars().take(3).collect(),
            'C' => format!("{:02}", date.year() / 100),
            'Y' => format!("{:04}", date.year()),
            'y' => format!("{:02}", date.year().rem_euclid(100)),
            'j' => format!("{:03}", date.day_of_year()),
            'm' => format!("{:02}", date.month()),
            'd' => format!("{:02}", date.day()),
            'e' => date.day().to_string(),
            _ => return None,
        })
    }

    fn of_time(&self, letter: char) -> Option<String> {
        let time = self.time?;
        let half = (time.hour() + 11) % 12 + 1;
        Some(match letter {
            'H' => format!("{:02}", time.hour()),
            'I' => format!("{half:02}"),
            'k' => time.hour().to_string(),
            'l' => half.to_string(),
            'M' => format!("{:02}", time.minute()),
            'S' => format!("{:02}", time.second()),
            'L' => format!("{:03}", time.millisecond()),
            'N' => format!("{:09}", time.subsec_nanosecond()),
            'p' => if time.hour() < 12 { "am" } else { "pm" }.to_owned(),
            _ => return None,
        })
    }

    fn of_zone(&self, letter: char) -> Option<String> {
        let zoned = self.zoned.as_ref()?;
        let offset = zoned.offset().seconds();
        let sign = if offset < 0 { '-' } else { '+' };
        let minutes = offset.abs() / 60;
        Some(match letter {
            'z' => format!("{sign}{:02}{:02}", minutes / 60, minutes % 60),
            'Z' => zoned.time_zone().to_offset_info(zoned.timestamp()).abbreviation().to_owned(),
            's' => zoned.timestamp().as_second().to_string(),
            'Q' => zoned.timestamp().as_millisecond().to_string(),
            _ => return None,
        })
    }
}

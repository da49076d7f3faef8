//! What dates may be given as.

use std::borrow::Cow;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use kapelle_model::Value;

use super::{Places, bad_pattern};
use crate::expression::builtin::Call;
use crate::expression::error::{Error, Outcome};
use crate::expression::form;
use crate::time::locale::Locale;
use crate::time::pattern::{self, Parsed};
use crate::time::{date, zone};

const FORMS: &str = "write it in ISO form such as 2024-01-31T09:30:00Z or 2024-01-31, or say its form with \
                     `existingFormat`";

/// The moment that is the input of a filter.
pub(super) fn moment(call: &Call<'_, '_>, places: Places) -> Outcome<Zoned> {
    let (zone, _) = self::zone(call, places.zone)?;
    let out_of_range = |_| Error::invalid(format!("{} is a date too far away", form::describe(&call.input)));
    match &call.input {
        Value::Zoned(moment) => Ok(Zoned::clone(moment)),
        Value::Instant(moment) => Ok(moment.to_zoned(zone)),
        Value::LocalDateTime(moment) => moment.to_zoned(zone).map_err(out_of_range),
        Value::LocalDate(date) => date.at(12, 0, 0, 0).to_zoned(zone).map_err(out_of_range),
        Value::Int(number) => epoch(*number)
            .map(|moment| moment.to_zoned(zone))
            .ok_or_else(|| Error::invalid(format!("the integer {number} is a date too far away"))),
        Value::Str(text) => match call.given_text(places.existing)? {
            None => read_moment(text.expose(), &zone),
            Some(existing) => {
                let own = locale(call, places.locale)?;
                let server = &call.run.settings().locale;
                with_format(text.expose(), existing.expose(), [server, &own])
                    .and_then(|parsed| in_zone(parsed, &zone).map_err(out_of_range))
            }
        },
        other => Err(call.wrong_input("a date, text or an integer", other)),
    }
}

/// Seconds since 1970, or milliseconds or nanoseconds by the number of digits.
fn epoch(number: i64) -> Option<Timestamp> {
    match number.unsigned_abs().checked_ilog10().map_or(1, |log| log + 1) {
        13 => Timestamp::from_millisecond(number).ok(),
        19 if number % 1000 == 0 => Some(Timestamp::from_nanosecond(number.into()).ok()?),
        // As Kestra does: the last six digits count as microseconds of the second.
        19 => {
            let seconds = i128::from(number.div_euclid(1_000_000_000)) * 1_000_000;
            Timestamp::from_nanosecond((seconds + i128::from(number % 1_000_000)) * 1_000).ok()
        }
        _ => Timestamp::from_second(number).ok(),
    }
}

/// Text in ISO form: with an offset, or a local date-time or date of the zone.
fn read_moment(text: &str, zone: &TimeZone) -> Outcome<Zoned> {
    if !has_short_offset(text)
        && let Ok(moment) = date::date_time_with_zone(text)
    {
        return Ok(moment);
    }
    let local = date::local_date_time(text).or_else(|_| date::date(text).map(midnight));
    if let Some(moment) = local.ok().and_then(|local| local.to_zoned(zone.clone()).ok()) {
        return Ok(moment);
    }
    let reason = if has_short_offset(text) {
        Some("the offset has a colon between hours and minutes, as in +02:00".to_owned())
    } else if text.contains([':', 'T', 't']) {
        date::local_date_time(text).err()
    } else {
        date::date(text).err()
    };
    let message = format!("text \"{}\" is no date", form::short(text));
    Err(Error::invalid(reason.map_or(message.clone(), |reason| format!("{message}: {reason}"))).help(FORMS))
}

/// `+0200`, which Java refuses although it is ISO as well.
fn has_short_offset(text: &str) -> bool {
    let whole = text.split('[').next().unwrap_or_default();
    whole.rfind(['+', '-']).is_some_and(|at| {
        let digits = &whole[at + 1..];
        whole.contains(':') && digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn midnight(date: Date) -> DateTime {
    date.to_datetime(Time::midnight())
}

/// Reads a text by a pattern, in the language of the server or in that of the call.
fn with_format(text: &str, format: &str, locales: [&Locale; 2]) -> Outcome<Parsed> {
    let mut reason = String::new();
    for locale in locales {
        let pattern = pattern::get(format, locale).map_err(|reason| bad_pattern(format, &reason))?;
        match pattern.parse(text, locale) {
            Ok(parsed) => return Ok(parsed),
            Err(why) => reason = why,
        }
    }
    let (text, format) = (form::short(text), form::short(format));
    Err(Error::invalid(format!("text \"{text}\" is no date of the form `{format}`: {reason}"))
        .help("`existingFormat` is the form that the text has, `format` the one that it gets"))
}

fn in_zone(parsed: Parsed, zone: &TimeZone) -> Result<Zoned, jiff::Error> {
    match parsed {
        Parsed::Zoned(moment) => Ok(moment),
        Parsed::DateTime(local) => local.to_zoned(zone.clone()),
        Parsed::Date(date) => midnight(date).to_zoned(zone.clone()),
    }
}

/// The zone that is asked for, or that of the server, and what it is called.
pub(super) fn zone(call: &Call<'_, '_>, index: usize) -> Outcome<(TimeZone, String)> {
    let Some(name) = call.given_text(index)? else {
        let zone = &call.run.settings().zone;
        return Ok((zone.clone(), zone::id_of(zone)));
    };
    let name = name.expose();
    zone::find(name).map(|found| (found, zone::id(name))).ok_or_else(|| {
        let error = Error::argument(format!("there is no time zone `{}`", form::short(name)));
        match zone::nearest(name) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help("write a name such as Europe/Paris, UTC, or an offset such as +02:00"),
        }
    })
}

/// The locale that is asked for, or that of the server.
pub(super) fn locale<'c>(call: &'c Call<'_, '_>, index: usize) -> Outcome<Cow<'c, Locale>> {
    match call.given_text(index)? {
        None => Ok(Cow::Borrowed(&call.run.settings().locale)),
        Some(text) => Locale::parse(text.expose()).map(Cow::Owned).map_err(Error::argument),
    }
}

//! Dates of calendars: weekdays, working days, public holidays.
//!
//! A date is taken as it is written: `2025-01-06T23:30:00+02:00` is the sixth, whatever the day is elsewhere.

#[cfg(test)]
mod tests;

use jiff::Zoned;
use jiff::civil::Date;
use kapelle_model::Value;

use super::{Builtin, Call, Parameter, optional, required};
use crate::expression::error::{Error, Outcome};
use crate::expression::form;
use crate::time::date;
use crate::time::holidays::{self, Unknown};
use crate::time::week::{self, POSITIONS, WEEKDAYS};

const OF_DATE: &[Parameter] = &[required("date")];

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::function("dayOfMonth", "The day of the month of a date, from 1 to 31.", day_of_month)
        .takes(OF_DATE)
        .gives("{{ dayOfMonth('2025-01-06') }}", "6"),
    Builtin::function("dayOfWeek", "The day of the week of a date, as MONDAY to SUNDAY.", day_of_week)
        .takes(OF_DATE)
        .gives("{{ dayOfWeek('2025-01-06') }}", "MONDAY"),
    Builtin::function("hourOfDay", "The hour of a date-time, from 0 to 23, as it is written.", hour_of_day)
        .takes(OF_DATE)
        .gives("{{ hourOfDay('2025-01-06T14:30:00Z') }}", "14"),
    Builtin::function(
        "isDateBetween",
        "Whether a date-time is after one and before another.",
        is_date_between,
    )
    .takes(&[required("date"), required("after"), required("before")])
    .gives(
        "{{ isDateBetween('2026-03-01T00:00:00Z', '2026-01-01T00:00:00Z', '2026-06-30T00:00:00Z') }}",
        "true",
    ),
    Builtin::function(
        "isDayWeekInMonth",
        "Whether a date is the first, second, third, fourth or last of a weekday in its month.",
        is_day_week_in_month,
    )
    .takes(&[required("date"), required("dayOfWeek"), required("position")])
    .gives("{{ isDayWeekInMonth('2025-01-06', 'MONDAY', 'FIRST') }}", "true"),
    Builtin::function(
        "isLastWorkingDay",
        "Whether a date is the last working day of its month.",
        is_last_working_day,
    )
    .takes(&[required("date"), optional("workingDays", "'MONDAY,TUESDAY,WEDNESDAY,THURSDAY,FRIDAY'")])
    .gives("{{ isLastWorkingDay('2025-01-31') }}", "true"),
    Builtin::function(
        "isPublicHoliday",
        "Whether a date is a public holiday in a country, or in a part of it.",
        is_public_holiday,
    )
    .takes(&[required("date"), required("countryCode"), optional("subDivision", "none")])
    .gives("{{ isPublicHoliday('2025-07-14', 'FR') }}", "true"),
    Builtin::function("isWeekend", "Whether a date is a Saturday or Sunday.", is_weekend)
        .takes(OF_DATE)
        .gives("{{ isWeekend('2025-01-04') }}", "true"),
    Builtin::function("monthOfYear", "The month of a date, from 1 to 12.", month_of_year)
        .takes(OF_DATE)
        .gives("{{ monthOfYear('2025-11-06') }}", "11"),
];

/// The date of an argument: of ISO text with or without time and offset, or of a date value.
fn date_of(call: &Call<'_, '_>, index: usize) -> Outcome<Date> {
    let value = call.required(index)?;
    let text = match value {
        Value::Str(text) => text.expose(),
        Value::Zoned(moment) => return Ok(moment.date()),
        Value::Instant(moment) => return Ok(jiff::tz::Offset::UTC.to_datetime(*moment).date()),
        Value::LocalDateTime(moment) => return Ok(moment.date()),
        Value::LocalDate(date) => return Ok(*date),
        other => return Err(call.wrong_argument(index, "a date", other)),
    };
    date::date(text).or_else(|reason| zoned(text).map(|moment| moment.date()).map_err(|_| reason)).map_err(
        |reason| no_date(text, &reason, "write a date such as 2025-01-31, or a date-time with offset"),
    )
}

fn zoned(text: &str) -> Result<Zoned, String> {
    date::date_time_with_zone(text)
}

fn no_date(text: &str, reason: &str, help: &str) -> Box<Error> {
    Error::invalid(format!("text \"{}\" is no date: {reason}", form::short(text))).help(help)
}

fn day_of_month(call: &mut Call<'_, '_>) -> Outcome {
    Ok(Value::Int(date_of(call, 0)?.day().into()))
}

fn day_of_week(call: &mut Call<'_, '_>) -> Outcome {
    Ok(Value::from(week::name_of(date_of(call, 0)?)))
}

fn hour_of_day(call: &mut Call<'_, '_>) -> Outcome {
    let hour = match call.required(0)? {
        Value::Zoned(moment) => moment.hour(),
        Value::Instant(moment) => jiff::tz::Offset::UTC.to_datetime(*moment).hour(),
        Value::LocalDateTime(moment) => moment.hour(),
        Value::LocalTime(time) => time.hour(),
        Value::Str(text) => {
            let text = text.expose();
            let local = zoned(text).map(|moment| moment.datetime()).or_else(|_| date::local_date_time(text));
            let help = "a time is needed as well, as in 2025-01-31T09:30:00";
            local.map_err(|reason| no_date(text, &reason, help))?.hour()
        }
        other => return Err(call.wrong_argument(0, "a date-time", other)),
    };
    Ok(Value::Int(hour.into()))
}

fn is_date_between(call: &mut Call<'_, '_>) -> Outcome {
    let [date, after, before] = [moment_of(call, 0)?, moment_of(call, 1)?, moment_of(call, 2)?];
    Ok(Value::Bool(after < date && date < before))
}

/// A moment, which text has to give with its offset.
fn moment_of(call: &Call<'_, '_>, index: usize) -> Outcome<jiff::Timestamp> {
    match call.required(index)? {
        Value::Zoned(moment) => Ok(moment.timestamp()),
        Value::Instant(moment) => Ok(*moment),
        Value::Str(text) => {
            let text = text.expose();
            let help = "write a date-time with its offset, such as 2025-01-31T09:30:00Z";
            zoned(text).map(|moment| moment.timestamp()).map_err(|reason| no_date(text, &reason, help))
        }
        other => Err(call.wrong_argument(index, "a date-time with offset", other)),
    }
}

fn is_day_week_in_month(call: &mut Call<'_, '_>) -> Outcome {
    let date = date_of(call, 0)?;
    let weekday = weekday(call.required_text(1)?.expose())?;
    let name = call.required_text(2)?.expose();
    let position = POSITIONS
        .into_iter()
        .find(|position| position.eq_ignore_ascii_case(name.trim()))
        .ok_or_else(|| {
            Error::argument(format!("there is no position '{}' in a month", form::short(name)))
                .help(format!("write one of {}", POSITIONS.join(", ")))
        })?;
    Ok(Value::Bool(week::has_position(date, position) && week::index_of(date) == weekday))
}

fn is_weekend(call: &mut Call<'_, '_>) -> Outcome {
    Ok(Value::Bool(week::is_weekend(date_of(call, 0)?)))
}

/// The day of the week of this name, counted from Monday as zero.
fn weekday(name: &str) -> Outcome<usize> {
    let found = WEEKDAYS.iter().position(|weekday| weekday.eq_ignore_ascii_case(name.trim()));
    found.ok_or_else(|| {
        Error::argument(format!("there is no day of the week '{}'", form::short(name)))
            .help(format!("write one of {}", WEEKDAYS.join(", ")))
    })
}

fn is_last_working_day(call: &mut Call<'_, '_>) -> Outcome {
    let date = date_of(call, 0)?;
    let mut works = [true, true, true, true, true, false, false];
    if let Some(text) = call.given_text(1)? {
        works = [false; 7];
        let names = text.expose().split([',', ' ', '\t', '\n']).filter(|name| !name.is_empty());
        for name in names {
            works[weekday(name)?] = true;
        }
        if !works.contains(&true) {
            return Err(call.wrong_argument(1, "days of the week", &Value::Str(text.clone())));
        }
    }
    let is_working = |date: &Date| works[week::index_of(*date)];
    let end = date.last_of_month();
    let last = std::iter::successors(Some(end), |date| date.yesterday().ok()).take(7).find(is_working);
    Ok(Value::Bool(last == Some(date)))
}

fn month_of_year(call: &mut Call<'_, '_>) -> Outcome {
    Ok(Value::Int(date_of(call, 0)?.month().into()))
}

fn is_public_holiday(call: &mut Call<'_, '_>) -> Outcome {
    let date = date_of(call, 0)?;
    let country = call.required_text(1)?.expose();
    let part = call.given_text(2)?.map(kapelle_model::Text::expose);
    holidays::is_holiday(date, country, part).map(Value::Bool).map_err(|unknown| match unknown {
        Unknown::Country(known) => {
            Error::argument(format!("the public holidays of '{}' are not known", form::short(country)))
                .help(format!("the countries that are known are {}", known.join(", ")))
        }
        Unknown::Part(parts) => {
            let part = form::short(part.unwrap_or_default());
            Error::argument(format!(
                "'{part}' is no part of {} with holidays of its own",
                form::short(country)
            ))
            .help(format!("write one of {}", parts.join(", ")))
        }
    })
}

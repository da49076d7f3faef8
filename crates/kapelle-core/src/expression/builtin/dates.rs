//! Dates and times: written in a form, moved, counted from 1970.

mod add;
mod input;

#[cfg(test)]
mod tests;

use jiff::Zoned;
use kapelle_model::{Text, Value};

use super::{Builtin, Call, Parameter, optional, required};
use crate::expression::error::{Error, Outcome};
use crate::time::pattern::{self, Named};
use input::{locale, moment, zone};

/// The places of the arguments that several of them have.
#[derive(Clone, Copy)]
struct Places {
    format: usize,
    zone: usize,
    existing: usize,
    locale: usize,
}

const OF_DATE: Places = Places { format: 0, zone: 1, existing: 2, locale: 3 };
const OF_ADD: Places = Places { format: 2, zone: 3, existing: 4, locale: 5 };
const OF_TIMESTAMP: Places = Places { format: usize::MAX, zone: 0, existing: 1, locale: usize::MAX };

const FORMATTING: &[Parameter] = &[
    optional("format", "'iso'"),
    optional("timeZone", "the zone of the server"),
    optional("existingFormat", "none"),
    optional("locale", "the locale of the server"),
];

const READING: &[Parameter] =
    &[optional("timeZone", "the zone of the server"), optional("existingFormat", "none")];

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::filter("date", "Writes a date in a form and a time zone.", date)
        .takes(FORMATTING)
        .gives("{{ '2024-05-06' | date('dd/MM/yyyy') }}", "06/05/2024"),
    Builtin::filter("dateAdd", "Moves a date by a number of units such as DAYS, HOURS or MONTHS.", date_add)
        .takes(&[
            required("amount"),
            required("unit"),
            optional("format", "'iso'"),
            optional("timeZone", "the zone of the server"),
            optional("existingFormat", "none"),
            optional("locale", "the locale of the server"),
        ])
        .gives("{{ '2024-01-31' | dateAdd(1, 'MONTHS', 'yyyy-MM-dd') }}", "2024-02-29"),
    Builtin::function("now", "The current date and time as text.", now)
        .takes(FORMATTING)
        .shown("{{ now('yyyy') }}"),
    Builtin::filter("timestamp", "The seconds between 1970 and a date.", seconds)
        .takes(READING)
        .gives("{{ '2024-01-01' | timestamp }}", "1704067200"),
    Builtin::filter("timestampMicro", "The microseconds between 1970 and a date, as text.", microseconds)
        .takes(READING)
        .gives("{{ '2024-01-01T00:00:00Z' | timestampMicro }}", "1704067200000000"),
    Builtin::filter("timestampMilli", "The milliseconds between 1970 and a date.", milliseconds)
        .takes(READING)
        .gives("{{ '2024-01-01' | timestampMilli }}", "1704067200000"),
    Builtin::filter("timestampNano", "The nanoseconds between 1970 and a date, as text.", nanoseconds)
        .takes(READING)
        .gives("{{ '2024-01-01' | timestampNano }}", "1704067200000000000"),
];

fn date(call: &mut Call<'_, '_>) -> Outcome {
    if call.input == Value::Null {
        return Ok(Value::Null);
    }
    let moment = moment(call, OF_DATE)?;
    written(call, &moment, OF_DATE)
}

fn date_add(call: &mut Call<'_, '_>) -> Outcome {
    if call.input == Value::Null {
        return Ok(Value::Null);
    }
    let (amount, unit) = (add::amount(call, 0)?, add::unit(call, 1)?);
    let moment = moment(call, OF_ADD)?;
    let moved = unit.add(&moment, amount).ok_or_else(|| {
        Error::argument(format!("the date is too far away when {amount} {} are added to it", unit.name()))
    })?;
    written(call, &moved, OF_ADD)
}

fn now(call: &mut Call<'_, '_>) -> Outcome {
    let moment = call.run.services().now()?.to_zoned(jiff::tz::TimeZone::UTC);
    written(call, &moment, OF_DATE)
}

fn seconds(call: &mut Call<'_, '_>) -> Outcome {
    timestamp(call, 1_000_000_000, integer)
}

fn microseconds(call: &mut Call<'_, '_>) -> Outcome {
    timestamp(call, 1_000, text)
}

fn milliseconds(call: &mut Call<'_, '_>) -> Outcome {
    timestamp(call, 1_000_000, integer)
}

fn nanoseconds(call: &mut Call<'_, '_>) -> Outcome {
    timestamp(call, 1, text)
}

/// The time since 1970 in units of so many nanoseconds.
fn timestamp(call: &mut Call<'_, '_>, unit: i128, value: fn(i128) -> Value) -> Outcome {
    if call.input == Value::Null {
        return Ok(Value::Null);
    }
    let moment = moment(call, OF_TIMESTAMP)?;
    Ok(value(moment.timestamp().as_nanosecond().div_euclid(unit)))
}

fn integer(number: i128) -> Value {
    // Moments lie within the years -9999 to 9999, whose milliseconds fit.
    i64::try_from(number).map_or(Value::Null, Value::Int)
}

fn text(number: i128) -> Value {
    Value::Str(Text::from(number.to_string()))
}

/// The text of a moment in the form and the zone that were asked for.
fn written(call: &mut Call<'_, '_>, moment: &Zoned, places: Places) -> Outcome {
    let format = match call.argument(places.format) {
        None => "iso",
        Some(Value::Str(text)) => text.expose(),
        Some(other) => return Err(call.wrong_argument(places.format, "text", other)),
    };
    let locale = locale(call, places.locale)?;
    let pattern = pattern::get(format, &locale).map_err(|reason| bad_pattern(format, &reason))?;
    let (zone, name) = zone(call, places.zone)?;
    let moment = moment.with_time_zone(zone);
    let text = pattern
        .format(Named { moment: &moment, zone: &name }, &locale)
        .map_err(|reason| Error::argument(format!("the date cannot be written as `{format}`: {reason}")))?;
    call.run.allocate(text.len())?;
    Ok(Value::Str(Text::from(text)))
}

fn bad_pattern(format: &str, reason: &str) -> Box<Error> {
    let shown = crate::expression::form::short(format);
    Error::argument(format!("the format `{shown}` is no pattern of dates: {reason}"))
        .help("write a pattern such as yyyy-MM-dd HH:mm:ss, or a name such as iso, iso_local_date or sql_sec")
}

//! Dates and times: written in a form, moved, counted from 1970.

mod add;
mod input;

#[cfg(test)]
mod tests;

use jiff::Zoned;
use kapelle_model::{Text, Value};

use super::{Builtin, Call, Kind, Levels, Parameters, Secrecy, optional, required};
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

const FORMATTING: Parameters = Parameters::Named(&[
    optional("format", "'iso'"),
    optional("timeZone", "the zone of the server"),
    optional("existingFormat", "none"),
    optional("locale", "the locale of the server"),
]);

const READING: Parameters =
    Parameters::Named(&[optional("timeZone", "the zone of the server"), optional("existingFormat", "none")]);

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin {
        kind: Kind::Filter,
        name: "date",
        parameters: FORMATTING,
        summary: "Writes a date in a form and a time zone.",
        example: ("{{ '2024-05-06' | date('dd/MM/yyyy') }}", Some("06/05/2024")),
        secrecy: Secrecy::Whole,
        levels: Levels::Both,
        call: date,
    },
    Builtin {
        kind: Kind::Filter,
        name: "dateAdd",
        parameters: Parameters::Named(&[
            required("amount"),
            required("unit"),
            optional("format", "'iso'"),
            optional("timeZone", "the zone of the server"),
            optional("existingFormat", "none"),
            optional("locale", "the locale of the server"),
        ]),
        summary: "Moves a date by a number of units such as DAYS, HOURS or MONTHS.",
        example: ("{{ '2024-01-31' | dateAdd(1, 'MONTHS', 'yyyy-MM-dd') }}", Some("2024-02-29")),
        secrecy: Secrecy::Whole,
        levels: Levels::Both,
        call: date_add,
    },
    Builtin {
        kind: Kind::Function,
        name: "now",
        parameters: FORMATTING,
        summary: "The current date and time as text.",
        example: ("{{ now('yyyy') }}", None),
        secrecy: Secrecy::Whole,
        levels: Levels::Both,
        call: now,
    },
    Builtin {
        kind: Kind::Filter,
        name: "timestamp",
        parameters: READING,
        summary: "The seconds between 1970 and a date.",
        example: ("{{ '2024-01-01' | timestamp }}", Some("1704067200")),
        secrecy: Secrecy::Whole,
        levels: Levels::Both,
        call: |call| timestamp(call, 1_000_000_000, integer),
    },
    Builtin {
        kind: Kind::Filter,
        name: "timestampMicro",
        parameters: READING,
        summary: "The microseconds between 1970 and a date, as text.",
        example: ("{{ '2024-01-01T00:00:00Z' | timestampMicro }}", Some("1704067200000000")),
        secrecy: Secrecy::Whole,
        levels: Levels::Both,
        call: |call| timestamp(call, 1_000, text),
    },
    Builtin {
        kind: Kind::Filter,
        name: "timestampMilli",
        parameters: READING,
        summary: "The milliseconds between 1970 and a date.",
        example: ("{{ '2024-01-01' | timestampMilli }}", Some("1704067200000")),
        secrecy: Secrecy::Whole,
        levels: Levels::Both,
        call: |call| timestamp(call, 1_000_000, integer),
    },
    Builtin {
        kind: Kind::Filter,
        name: "timestampNano",
        parameters: READING,
        summary: "The nanoseconds between 1970 and a date, as text.",
        example: ("{{ '2024-01-01' | timestampNano }}", Some("1704067200000000000")),
        secrecy: Secrecy::Whole,
        levels: Levels::Both,
        call: |call| timestamp(call, 1, text),
    },
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

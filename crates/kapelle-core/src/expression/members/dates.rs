//! Members of the classes of `java.time`, and the fields of date-times that come as ISO text.

use std::cmp::Ordering;
use std::sync::Arc;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Zoned};
use kapelle_model::Value;

use super::Arguments;
use crate::expression::error::{Error, Outcome};
use crate::expression::form;
use crate::expression::order::order;
use crate::time::date;

/// Longer texts are no date-times.
const ISO_BYTES_MAX: usize = 100;

/// A value of a member that only some of the types have.
pub(super) fn plain(value: &Value, name: &str) -> Option<Value> {
    match value {
        Value::Instant(moment) => match name {
            "getepochsecond" => Some(Value::Int(moment.as_second())),
            "getnano" => Some(Value::Int(moment.to_zoned(TimeZone::UTC).subsec_nanosecond().into())),
            "toepochmilli" => Some(Value::Int(moment.as_millisecond())),
            _ => of_zoned(&moment.to_zoned(TimeZone::UTC), name),
        },
        Value::Zoned(moment) => of_zoned(moment, name),
        Value::LocalDateTime(moment) => of_date_time(*moment, name),
        Value::LocalDate(date) => of_date(*date, name),
        Value::LocalTime(time) => of_time(*time, name),
        Value::Duration(duration) => Some(Value::Int(match name {
            "todays" | "todayspart" => duration.as_secs() / 86_400,
            "tohours" => duration.as_secs() / 3600,
            "tominutes" => duration.as_secs() / 60,
            "toseconds" | "getseconds" => {
                duration.as_secs().saturating_sub(i64::from(duration.subsec_nanos() < 0))
            }
            "tomillis" => i64::try_from(duration.as_millis()).ok()?,
            "getnano" => duration.subsec_nanos().rem_euclid(1_000_000_000).into(),
            "iszero" => return Some(Value::Bool(duration.is_zero())),
            "isnegative" => return Some(Value::Bool(duration.is_negative())),
            _ => return None,
        })),
        _ => None,
    }
}

/// The fields of a text that is an ISO date-time as a whole, which is what `now()` gives.
pub(super) fn of_text(text: &str, name: &str) -> Option<Value> {
    const FIELDS: &[&str] = &[
        "getyear",
        "getmonth",
        "getday",
        "gethour",
        "getminute",
        "getsecond",
        "getdayofweek",
        "getdayofyear",
        "getmonthvalue",
        "getdayofmonth",
    ];
    if !FIELDS.contains(&name) || text.len() > ISO_BYTES_MAX {
        return None;
    }
    match date::date_time_with_zone(text) {
        Ok(moment) => of_zoned(&moment, name),
        Err(_) => of_date_time(date::local_date_time(text).ok()?, name),
    }
}

fn of_zoned(moment: &Zoned, name: &str) -> Option<Value> {
    Some(match name {
        "toepochsecond" => Value::Int(moment.timestamp().as_second()),
        "toinstant" => Value::Instant(moment.timestamp()),
        "tolocaldatetime" => Value::LocalDateTime(moment.datetime()),
        "getoffset" | "getzone" => {
            let shown = form::iso_zoned(&moment.with_time_zone(moment.offset().to_time_zone()));
            let offset = shown.get(form::iso_date_time(moment.datetime()).len()..)?;
            match moment.time_zone().iana_name() {
                Some(region) if name == "getzone" => Value::from(region),
                _ => Value::from(offset),
            }
        }
        "tozoneddatetime" => Value::Zoned(Arc::new(moment.clone())),
        "tooffsetdatetime" => Value::Zoned(Arc::new(moment.with_time_zone(moment.offset().to_time_zone()))),
        _ => return of_date_time(moment.datetime(), name),
    })
}

fn of_date_time(moment: DateTime, name: &str) -> Option<Value> {
    match name {
        "tolocaldate" => Some(Value::LocalDate(moment.date())),
        "tolocaltime" => Some(Value::LocalTime(moment.time())),
        _ => of_date(moment.date(), name).or_else(|| of_time(moment.time(), name)),
    }
}

fn of_date(date: Date, name: &str) -> Option<Value> {
    Some(match name {
        "getyear" => Value::Int(date.year().into()),
        "getmonth" => Value::from(date.strftime("%B").to_string().to_uppercase().as_str()),
        "getmonthvalue" => Value::Int(date.month().into()),
        // Java has only the long name; the short one is what people write.
        "getdayofmonth" | "getday" => Value::Int(date.day().into()),
        "getdayofweek" => Value::from(date.strftime("%A").to_string().to_uppercase().as_str()),
        "getdayofyear" => Value::Int(date.day_of_year().into()),
        "isleapyear" => Value::Bool(date.in_leap_year()),
        "lengthofmonth" => Value::Int(date.days_in_month().into()),
        "lengthofyear" => Value::Int(date.days_in_year().into()),
        "toepochday" => Value::Int(i64::from(date.since(Date::constant(1970, 1, 1)).ok()?.get_days())),
        _ => return None,
    })
}

fn of_time(time: Time, name: &str) -> Option<Value> {
    Some(Value::Int(match name {
        "gethour" => time.hour().into(),
        "getminute" => time.minute().into(),
        "getsecond" => time.second().into(),
        "getnano" => time.subsec_nanosecond().into(),
        _ => return None,
    }))
}

pub(super) fn with_arguments(value: &Value, name: &str, arguments: &Arguments<'_>) -> Option<Outcome> {
    if arguments.count() != 1 {
        return None;
    }
    let compared = |is_so: fn(Ordering) -> bool| {
        let order = order(value, arguments.value(0)?)?;
        Some(Ok(Value::Bool(is_so(order))))
    };
    match name {
        "isbefore" => return compared(Ordering::is_lt),
        "isafter" => return compared(Ordering::is_gt),
        "isequal" => return compared(Ordering::is_eq),
        "compareto" => return Some(Ok(Value::Int(order(value, arguments.value(0)?)? as i64))),
        _ => {}
    }
    let (sign, unit) = match name.strip_prefix("plus") {
        Some(unit) => (1_i64, unit),
        None => (-1, name.strip_prefix("minus")?),
    };
    let amount = arguments.long(0)?;
    let has = |units: &[&str]| units.contains(&unit);
    let is_known = match value {
        Value::LocalDate(_) => has(&DATE_UNITS),
        Value::LocalTime(_) => has(&TIME_UNITS),
        Value::Instant(_) => has(&["seconds", "millis", "nanos"]),
        Value::Duration(_) => has(&["days", "hours", "minutes", "seconds", "millis", "nanos"]),
        Value::Zoned(_) | Value::LocalDateTime(_) => has(&DATE_UNITS) || has(&TIME_UNITS),
        _ => false,
    };
    if !is_known {
        return None;
    }
    let moved =
        amount.checked_mul(sign).and_then(|amount| span(unit, amount)).and_then(|span| moved(value, span));
    Some(moved.ok_or_else(|| {
        Error::argument(format!(
            "{} cannot be moved by {amount} {unit}: no date is that far",
            form::describe(value)
        ))
    }))
}

const DATE_UNITS: [&str; 4] = ["years", "months", "weeks", "days"];
const TIME_UNITS: [&str; 4] = ["hours", "minutes", "seconds", "nanos"];

fn span(unit: &str, amount: i64) -> Option<Span> {
    let span = Span::new();
    match unit {
        "years" => span.try_years(amount),
        "months" => span.try_months(amount),
        "weeks" => span.try_weeks(amount),
        "days" => span.try_days(amount),
        "hours" => span.try_hours(amount),
        "minutes" => span.try_minutes(amount),
        "seconds" => span.try_seconds(amount),
        "millis" => span.try_milliseconds(amount),
        _ => span.try_nanoseconds(amount),
    }
    .ok()
}

fn moved(value: &Value, span: Span) -> Option<Value> {
    Some(match value {
        Value::LocalDate(date) => Value::LocalDate(date.checked_add(span).ok()?),
        // A time of day goes round.
        Value::LocalTime(time) => Value::LocalTime(time.wrapping_add(span)),
        Value::LocalDateTime(moment) => Value::LocalDateTime(moment.checked_add(span).ok()?),
        Value::Zoned(moment) => Value::Zoned(Arc::new(moment.checked_add(span).ok()?)),
        Value::Instant(moment) => Value::Instant(moment.checked_add(span).ok()?),
        Value::Duration(duration) => {
            let added = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
            Value::Duration(duration.checked_add(added)?)
        }
        _ => return None,
    })
}

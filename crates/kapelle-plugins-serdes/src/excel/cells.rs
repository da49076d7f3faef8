//! What cells of a workbook are as values.

use std::sync::Arc;

use bigdecimal::BigDecimal;
use calamine::{Data, ExcelDateTime};
use jiff::civil::{Date, Time};
use kapelle_model::Value;
use kapelle_plugin::Word;
use schemars::JsonSchema;
use serde::Deserialize;

/// How cells are given.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ValueRender {
    /// As text. The formats of numbers are not applied.
    FormattedValue,
    /// With their types.
    UnformattedValue,
    /// Formulas as they are written, everything else with its type.
    Formula,
}

impl Word for ValueRender {}

/// How dates are given.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum DateTimeRender {
    /// As the number that stands in the workbook: days since 1899-12-30.
    SerialNumber,
    /// As text.
    FormattedString,
    /// As dates and times.
    UnformattedValue,
}

impl Word for DateTimeRender {}

/// Up to here whole floats are whole numbers.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

/// The value of a cell.
pub(super) fn value(data: Data, values: ValueRender, dates: DateTimeRender) -> Value {
    let value = match data {
        Data::Int(number) => Value::Int(number),
        Data::Float(number) => number_of(number),
        Data::String(text) | Data::DurationIso(text) => Value::Str(text.into()),
        Data::Bool(flag) => Value::Bool(flag),
        Data::DateTime(moment) => match dates {
            DateTimeRender::SerialNumber => number_of(moment.as_f64()),
            DateTimeRender::FormattedString => Value::Str(text(&date_of(moment)).into()),
            DateTimeRender::UnformattedValue => date_of(moment),
        },
        Data::DateTimeIso(text) => match (dates, text.parse(), text.parse::<Date>()) {
            (DateTimeRender::UnformattedValue, _, Ok(date)) if !text.contains('T') => Value::LocalDate(date),
            (DateTimeRender::UnformattedValue, Ok(moment), _) => Value::LocalDateTime(moment),
            _ => Value::Str(text.into()),
        },
        Data::Error(error) => Value::Str(error.to_string().into()),
        Data::Empty => Value::Null,
    };
    match (values, &value) {
        (ValueRender::FormattedValue, Value::Null) => Value::Null,
        (ValueRender::FormattedValue, _) => Value::Str(text(&value).into()),
        _ => value,
    }
}

fn number_of(number: f64) -> Value {
    #[expect(clippy::float_cmp, reason = "whole numbers are exact")]
    let is_whole = number.trunc() == number && number.abs() < WHOLE_MAX;
    if is_whole { Value::Int(number as i64) } else { Value::Float(number) }
}

/// A date, a time, or both, as the number has days, parts of a day, or both.
fn date_of(moment: ExcelDateTime) -> Value {
    let number = moment.as_f64();
    if moment.is_duration() || number < 0.0 {
        let seconds = BigDecimal::try_from(number * 86_400.0).unwrap_or_default().round(3);
        return Value::Decimal(Arc::new(seconds));
    }
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let date = Date::new(year as i16, month as i8, day as i8);
    let time = Time::new(hour as i8, minute as i8, second as i8, i32::from(milli) * 1_000_000);
    let (Ok(date), Ok(time)) = (date, time) else { return number_of(number) };
    if number < 1.0 {
        Value::LocalTime(time)
    } else if time == Time::midnight() {
        Value::LocalDate(date)
    } else {
        Value::LocalDateTime(date.to_datetime(time))
    }
}

fn text(value: &Value) -> String {
    kapelle_core::property::text_of(value).map_or_else(|_| String::new(), |text| text.expose().to_owned())
}

//! Cells of ClickHouse, from JSON and the names of their types.

use std::sync::Arc;

use bigdecimal::BigDecimal;
use jiff::tz::TimeZone;
use kapelle_core::expression::plain;
use kapelle_core::time::zone;
use kapelle_model::{Map, Value};
use serde_json::Value as Json;

use crate::values::date_time;

/// Types in types.
const DEPTH_MAX: usize = 20;

/// What a column holds, as far as it matters.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Type {
    Whole,
    Float,
    Decimal,
    Date,
    /// With the zone that it is told in, if it has one of its own.
    Moment {
        zone: Option<String>,
        /// It has fractions of seconds.
        is_fine: bool,
    },
    List(Box<Type>),
    Map(Box<Type>),
    /// Texts, and everything that JSON says by itself.
    Other,
}

impl Type {
    pub(super) fn read(name: &str) -> Self {
        Self::read_within(name, DEPTH_MAX)
    }

    fn read_within(name: &str, depth: usize) -> Self {
        let name = name.trim();
        let (outer, inner) = match name.split_once('(') {
            Some((outer, rest)) => (outer, rest.strip_suffix(')').unwrap_or(rest)),
            None => (name, ""),
        };
        let Some(depth) = depth.checked_sub(1) else { return Self::Other };
        let within = |inner: &str| Box::new(Self::read_within(inner, depth));
        match outer {
            "Nullable" | "LowCardinality" => Self::read_within(inner, depth),
            "Array" => Self::List(within(inner)),
            "Map" => Self::Map(within(after_comma(inner))),
            "Date" | "Date32" => Self::Date,
            "DateTime" | "DateTime64" => Self::Moment {
                zone: inner.split('\'').nth(1).map(str::to_owned),
                is_fine: outer == "DateTime64",
            },
            "Decimal" | "Decimal32" | "Decimal64" | "Decimal128" | "Decimal256" => Self::Decimal,
            "Float32" | "Float64" | "BFloat16" => Self::Float,
            _ if outer.starts_with("Int") || outer.starts_with("UInt") => Self::Whole,
            _ => Self::Other,
        }
    }
}

/// What stands behind the first comma that is in no parentheses.
fn after_comma(text: &str) -> &str {
    let mut depth = 0_i32;
    for (at, sign) in text.char_indices() {
        match sign {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => return text.get(at + 1..).unwrap_or_default(),
            _ => {}
        }
    }
    ""
}

/// A cell as a value of the language.
pub(super) fn cell(json: Json, ty: &Type, server: &TimeZone) -> Result<Value, String> {
    let damaged = || "its value does not fit its type".to_owned();
    Ok(match (ty, json) {
        (_, Json::Null) => Value::Null,
        // Numbers that do not fit into 64 bits are texts.
        (Type::Whole, Json::String(text)) => {
            text.parse().map_or_else(|_| Value::from(text.as_str()), Value::Int)
        }
        (Type::Float, Json::String(text)) => Value::Float(text.parse().map_err(|_| damaged())?),
        (Type::Float, Json::Number(number)) => Value::Float(number.as_f64().ok_or_else(damaged)?),
        (Type::Decimal, Json::String(text)) => decimal(&text).ok_or_else(damaged)?,
        (Type::Decimal, Json::Number(number)) => decimal(&number.to_string()).ok_or_else(damaged)?,
        (Type::Date, Json::String(text)) => Value::LocalDate(text.parse().map_err(|_| damaged())?),
        (Type::Moment { zone: own, is_fine }, Json::String(text)) => {
            moment(&text, (own.as_deref(), *is_fine), server).ok_or_else(damaged)?
        }
        (Type::List(inner), Json::Array(items)) => {
            let items = items.into_iter().map(|item| cell(item, inner, server));
            Value::List(Arc::new(items.collect::<Result<_, _>>()?))
        }
        (Type::Map(inner), Json::Object(map)) => {
            let entries = map.into_iter().map(|(key, value)| Ok((key.into(), cell(value, inner, server)?)));
            Value::Map(Arc::new(entries.collect::<Result<Map, String>>()?))
        }
        (_, Json::String(text)) => Value::from(text.as_str()),
        (_, other) => plain::from_json(&other.to_string())?,
    })
}

fn decimal(text: &str) -> Option<Value> {
    Some(Value::Decimal(Arc::new(text.parse::<BigDecimal>().ok()?)))
}

/// A moment is written in the zone of its column, which it keeps, or else in that of the server. Without a zone of its own
/// and without fractions of seconds, it is a local one.
fn moment(text: &str, (own, is_fine): (Option<&str>, bool), server: &TimeZone) -> Option<Value> {
    let local = date_time(text)?;
    if own.is_none() && !is_fine {
        return Some(Value::LocalDateTime(local));
    }
    let zone = own.and_then(zone::find).unwrap_or_else(|| server.clone());
    Some(Value::Zoned(Arc::new(local.to_zoned(zone).ok()?)))
}

//! Values that plain data cannot express, written as maps with one key: `{"$zoned": "2013-09-08T16:19:00+02:00"}`.

use std::sync::Arc;

use kapelle_model::{Map, Value};

use super::form;
use crate::time::{date, duration};

/// Replaces every such map in a value by the value that it stands for.
pub fn untagged(value: &Value) -> Result<Value, String> {
    Ok(match value {
        Value::List(items) => Value::List(Arc::new(items.iter().map(untagged).collect::<Result<_, _>>()?)),
        Value::Map(map) => match map.iter().next() {
            Some((tag, value)) if map.len() == 1 && tag.starts_with('$') => tagged(tag, value)?,
            _ => {
                let entries = map.iter().map(|(key, value)| Ok((Arc::clone(key), untagged(value)?)));
                Value::Map(Arc::new(entries.collect::<Result<Map, String>>()?))
            }
        },
        other => other.clone(),
    })
}

fn tagged(tag: &str, value: &Value) -> Result<Value, String> {
    let mut text = super::output::Output::new(crate::limits::SOURCE_BYTES_MAX);
    form::java(value, &mut text);
    let text = text.into_string();
    let read = match tag {
        "$zoned" => date::date_time_with_zone(&text).map(|moment| Value::Zoned(Arc::new(moment))),
        "$instant" => date::instant(&text).map(Value::Instant),
        "$localdatetime" => date::local_date_time(&text).map(Value::LocalDateTime),
        "$localdate" => date::date(&text).map(Value::LocalDate),
        "$duration" => duration::parse(&text).map(Value::Duration),
        "$float" => text.parse().map(Value::Float32).map_err(|_| "it is no number".to_owned()),
        "$double" => text.parse().map(Value::Float).map_err(|_| "it is no number".to_owned()),
        "$decimal" => text
            .parse()
            .map(|number| Value::Decimal(Arc::new(number)))
            .map_err(|_| "it is no number".to_owned()),
        "$secret" => Ok(value.clone().into_secret()),
        _ => {
            return Err(format!(
                "there is no type `{tag}`; there are $zoned, $instant, $localdatetime, $localdate, $duration, $float, $double, $decimal and $secret"
            ));
        }
    };
    read.map_err(|reason| format!("`{}` cannot be read as {tag}: {reason}", form::short(&text)))
}

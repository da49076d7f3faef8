//! Values with their types, as DynamoDB writes them, and as flows do.

use std::sync::Arc;

use kapelle_core::expression::plain::{from_base64, from_json, to_base64};
use kapelle_core::property::text_of;
use kapelle_model::{Failure, Map, Value};
use serde_json::{Map as Object, Value as Json, json};

use crate::service::json_text;

/// An item: names with values.
pub(super) fn item(row: &Map) -> Result<Json, Failure> {
    let entries = row.iter().map(|(name, value)| Ok((name.to_string(), typed(value)?)));
    Ok(Json::Object(entries.collect::<Result<Object<String, Json>, Failure>>()?))
}

/// A value with its type. Numbers go as texts, so that none of their digits is lost.
fn typed(value: &Value) -> Result<Json, Failure> {
    Ok(match value {
        Value::Null => json!({ "NULL": true }),
        Value::Bool(value) => json!({ "BOOL": value }),
        Value::Int(_) | Value::BigInt(_) | Value::Float(_) | Value::Float32(_) | Value::Decimal(_) => {
            json!({ "N": json_text(value)? })
        }
        Value::Bytes(bytes) => json!({ "B": to_base64(bytes) }),
        Value::List(items) => {
            json!({ "L": items.iter().map(typed).collect::<Result<Vec<Json>, Failure>>()? })
        }
        Value::Map(map) => json!({ "M": item(map)? }),
        Value::Secret(inner) => typed(inner)?,
        text => json!({ "S": text_of(text).map_err(|error| Failure::new(error.text()))?.expose() }),
    })
}

/// An item, as flows read it: by name.
pub(super) fn row(item: &Json) -> Value {
    let mut names: Vec<(&String, &Json)> = item.as_object().into_iter().flatten().collect();
    names.sort_by_key(|(name, _)| name.as_str());
    let map: Map = names.into_iter().map(|(name, value)| (Arc::from(name.as_str()), plain(value))).collect();
    Value::Map(map.into())
}

/// A value without its type. What is no known type is nothing.
fn plain(typed: &Json) -> Value {
    let Some((kind, value)) = typed.as_object().and_then(|object| object.iter().next()) else {
        return Value::Null;
    };
    let text = value.as_str().unwrap_or_default();
    let list = |of: &dyn Fn(&Json) -> Value| {
        Value::List(
            value.as_array().map(|items| items.iter().map(of).collect::<Vec<_>>()).unwrap_or_default().into(),
        )
    };
    match kind.as_str() {
        "S" => Value::from(text),
        "N" => number(text),
        "BOOL" => Value::Bool(value.as_bool().unwrap_or_default()),
        "B" => Value::Bytes(from_base64(text).unwrap_or_default().into()),
        "L" => list(&plain),
        "M" => row(value),
        "SS" => list(&|item| Value::from(item.as_str().unwrap_or_default())),
        "NS" => list(&|item| number(item.as_str().unwrap_or_default())),
        _ => Value::Null,
    }
}

/// A number keeps all its digits.
fn number(text: &str) -> Value {
    from_json(text).unwrap_or_else(|_| Value::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_went() {
        let text =
            r#"{"b":true,"d":1.5,"l":[1,"x",null],"m":{"a":"b"},"n":12345678901234567890123456789,"s":"ü"}"#;
        let Value::Map(map) = from_json(text).unwrap() else { panic!("it is a map") };
        let sent = item(&map).unwrap();
        assert_eq!(sent["n"], json!({ "N": "12345678901234567890123456789" }));
        assert_eq!(sent["l"]["L"][2], json!({ "NULL": true }));
        assert_eq!(row(&sent), Value::Map(map));
    }
}

//! Values as they stand in statements of ClickHouse.

use kapelle_model::Value;

use crate::values::{hex, text};

pub(super) fn literal(value: &Value) -> Result<String, String> {
    Ok(match value {
        Value::Null => "NULL".to_owned(),
        Value::Bool(_) | Value::Int(_) | Value::BigInt(_) | Value::Decimal(_) => text(value)?,
        Value::Float(number) => number.to_string(),
        Value::Float32(number) => number.to_string(),
        Value::Bytes(bytes) => format!("unhex('{}')", hex(bytes)),
        Value::List(items) => format!("[{}]", listed(items.iter())?),
        Value::Map(map) => {
            let pairs = map.iter().flat_map(|(key, value)| [Value::from(&**key), value.clone()]);
            let pairs: Vec<Value> = pairs.collect();
            format!("map({})", listed(pairs.iter())?)
        }
        Value::Instant(moment) => moment_of(moment),
        Value::Zoned(moment) => moment_of(&moment.timestamp()),
        Value::Secret(inner) => literal(inner)?,
        other => quoted(&text(other)?),
    })
}

fn listed<'v>(values: impl Iterator<Item = &'v Value>) -> Result<String, String> {
    Ok(values.map(literal).collect::<Result<Vec<_>, _>>()?.join(","))
}

fn moment_of(moment: &jiff::Timestamp) -> String {
    format!("toDateTime64('{}', 6, 'UTC')", moment.strftime("%Y-%m-%d %H:%M:%S%.f"))
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_its_quotes() {
        for (text, written) in
            [("x", "'x'"), ("it's", r"'it\'s'"), (r"\", r"'\\'"), (r"\' or 1=1 --", r"'\\\' or 1=1 --'")]
        {
            assert_eq!(literal(&Value::from(text)).unwrap(), written);
        }
        assert_eq!(literal(&Value::Bytes([0, 255][..].into())).unwrap(), "unhex('00ff')");
        let list = Value::List(std::sync::Arc::new(vec![Value::Int(1), Value::from("a'b"), Value::Null]));
        assert_eq!(literal(&list).unwrap(), r"[1,'a\'b',NULL]");
    }
}

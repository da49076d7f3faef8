//! Values as they stand in statements of DuckDB.

use std::fmt::Write;

use kapelle_model::Value;

use crate::values::text;

pub(super) fn literal(value: &Value) -> Result<String, String> {
    Ok(match value {
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::BigInt(_) | Value::Decimal(_) => text(value)?,
        Value::Float(number) => float(*number, "DOUBLE"),
        Value::Float32(number) => float(f64::from(*number), "FLOAT"),
        Value::Bytes(bytes) => {
            let mut digits = String::new();
            for byte in bytes.iter() {
                // Writing into a text never fails.
                let _infallible = write!(digits, "\\x{byte:02X}");
            }
            format!("'{digits}'::BLOB")
        }
        Value::List(items) => {
            let items = items.iter().map(literal).collect::<Result<Vec<_>, _>>()?;
            format!("[{}]", items.join(", "))
        }
        // A struct of nothing cannot be written.
        Value::Map(map) if map.is_empty() => "MAP {}".to_owned(),
        Value::Map(map) => {
            let entries = map.iter().map(|(key, value)| Ok(format!("{}: {}", name(key)?, literal(value)?)));
            format!("{{{}}}", entries.collect::<Result<Vec<_>, String>>()?.join(", "))
        }
        Value::Instant(_) | Value::Zoned(_) => format!("TIMESTAMPTZ {}", quoted(&text(value)?)?),
        Value::LocalDateTime(_) => format!("TIMESTAMP {}", quoted(&text(value)?)?),
        Value::LocalDate(_) => format!("DATE {}", quoted(&text(value)?)?),
        Value::LocalTime(_) => format!("TIME {}", quoted(&text(value)?)?),
        Value::Secret(inner) => literal(inner)?,
        Value::Str(_) | Value::Duration(_) => quoted(&text(value)?)?,
    })
}

fn float(number: f64, ty: &str) -> String {
    if number.is_finite() { format!("{number:e}::{ty}") } else { format!("'{number}'::{ty}") }
}

/// The name of a field of a struct.
fn name(key: &str) -> Result<String, String> {
    if key.is_empty() || key.contains(['\n', '\r', '\0']) {
        return Err(format!("has a key that DuckDB takes for no name of a field: `{}`", key.escape_debug()));
    }
    Ok(format!("'{}'", key.replace('\'', "''")))
}

/// A text in quotes, on one line.
pub(super) fn quoted(text: &str) -> Result<String, String> {
    if text.contains('\0') {
        return Err("has a character NUL, which DuckDB takes in no text: write `chr(0)`".to_owned());
    }
    let doubled = text.replace('\'', "''");
    if !doubled.contains(['\n', '\r']) {
        return Ok(format!("'{doubled}'"));
    }
    Ok(format!("e'{}'", doubled.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r")))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kapelle_core::expression::plain;

    use super::*;

    #[test]
    fn no_text_ends_its_quotes_or_its_line() {
        for (text, written) in [
            ("x", "'x'"),
            ("", "''"),
            ("it's", "'it''s'"),
            (r"\' or 1=1 --", r"'\'' or 1=1 --'"),
            ("a;\n.shell ls\n", r"e'a;\n.shell ls\n'"),
            ("it's\\n\r\n", r"e'it''s\\n\r\n'"),
        ] {
            assert_eq!(literal(&Value::from(text)).unwrap(), written);
        }
        assert!(literal(&Value::from("a\0")).unwrap_err().contains("NUL"));
    }

    #[test]
    fn values_are_written_with_their_types() {
        for (value, written) in [
            (Value::Null, "NULL"),
            (Value::Bool(true), "true"),
            (Value::Int(-1), "-1"),
            (Value::Float(0.1), "1e-1::DOUBLE"),
            (Value::Float(f64::NAN), "'NaN'::DOUBLE"),
            (Value::Decimal(Arc::new("1.50".parse().unwrap())), "1.50"),
            (Value::Bytes([0, 255][..].into()), r"'\x00\xFF'::BLOB"),
            (Value::LocalDate("2024-02-29".parse().unwrap()), "DATE '2024-02-29'"),
            (Value::LocalTime("12:30:00".parse().unwrap()), "TIME '12:30:00'"),
            (Value::LocalDateTime("2024-02-29T12:30:00".parse().unwrap()), "TIMESTAMP '2024-02-29 12:30:00'"),
            (
                Value::Instant("2024-02-29T12:30:00Z".parse().unwrap()),
                "TIMESTAMPTZ '2024-02-29 12:30:00+00:00'",
            ),
            (plain::from_json(r#"[1, "a'b", null]"#).unwrap(), "[1, 'a''b', NULL]"),
            (plain::from_json(r#"{"it's": [1], "b": {}}"#).unwrap(), "{'it''s': [1], 'b': MAP {}}"),
            (Value::Int(7).into_secret(), "7"),
        ] {
            assert_eq!(literal(&value).unwrap(), written);
        }
        assert!(literal(&plain::from_json(r#"{"": 1}"#).unwrap()).is_err());
    }
}

//! Rows of Athena, whose values come as texts with the types of their columns.

use std::sync::Arc;

use kapelle_core::expression::plain::from_json;
use kapelle_model::{Map, Value};
use serde_json::Value as Json;

/// A column: its name and its type.
pub(super) struct Column {
    name: Arc<str>,
    kind: String,
}

pub(super) fn columns(result: &Json) -> Vec<Column> {
    let told = result["ResultSetMetadata"]["ColumnInfo"].as_array();
    let columns = told.into_iter().flatten().map(|column| Column {
        name: column["Name"].as_str().unwrap_or_default().into(),
        kind: column["Type"].as_str().unwrap_or_default().to_lowercase(),
    });
    columns.collect()
}

/// Whether a row only holds the names of the columns, as the first one of a selection does.
pub(super) fn is_header(columns: &[Column], row: &Json) -> bool {
    !columns.is_empty()
        && columns.iter().enumerate().all(|(place, column)| text_at(row, place) == Some(&column.name))
}

pub(super) fn row(columns: &[Column], row: &Json) -> Value {
    let cell = |(place, column): (usize, &Column)| {
        let value = text_at(row, place).map_or(Value::Null, |text| value(&column.kind, text));
        (Arc::clone(&column.name), value)
    };
    Value::Map(Arc::new(columns.iter().enumerate().map(cell).collect::<Map>()))
}

fn text_at(row: &Json, place: usize) -> Option<&str> {
    row["Data"][place]["VarCharValue"].as_str()
}

/// What a text says as a value of its type; dates and what is nested stay texts.
fn value(kind: &str, text: &str) -> Value {
    match kind {
        "tinyint" | "smallint" | "integer" | "int" | "bigint" | "float" | "real" | "double" | "decimal" => {
            from_json(text).unwrap_or_else(|_| Value::from(text))
        }
        "boolean" => Value::Bool(text.eq_ignore_ascii_case("true")),
        _ => Value::from(text),
    }
}

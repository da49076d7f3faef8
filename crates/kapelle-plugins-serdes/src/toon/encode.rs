//! Writes TOON.

use kapelle_model::{Failure, Map, Value};

use super::scalar::{name, write};

/// A value as a document.
pub(crate) fn encode(value: &Value) -> Result<String, Failure> {
    let mut out = Vec::new();
    match value {
        Value::Map(map) => fields(map, 0, &mut out)?,
        Value::List(items) => list("", items, 0, 1, &mut out)?,
        value => out.push(write(value)?),
    }
    Ok(out.join("\n"))
}

type Lines = Vec<String>;

fn indent(depth: usize) -> String {
    "  ".repeat(depth)
}

fn fields(map: &Map, depth: usize, out: &mut Lines) -> Result<(), Failure> {
    map.iter().try_for_each(|(key, value)| field(&indent(depth), key, value, depth + 1, out))
}

/// A field whose line begins so; what it has within stands at this depth.
fn field(start: &str, key: &str, value: &Value, within: usize, out: &mut Lines) -> Result<(), Failure> {
    let key = name(key);
    match value {
        Value::Map(map) => {
            out.push(format!("{start}{key}:"));
            fields(map, within, out)
        }
        Value::List(items) => list(&format!("{start}{key}"), items, within, within, out),
        value => {
            out.push(format!("{start}{key}: {}", write(value)?));
            Ok(())
        }
    }
}

fn is_simple(value: &Value) -> bool {
    !matches!(value, Value::List(_) | Value::Map(_))
}

/// The columns of a list of maps that look alike and hold single values.
fn columns(items: &[Value]) -> Option<Vec<&str>> {
    let Some(Value::Map(first)) = items.first() else { return None };
    let columns: Vec<&str> = first.keys().map(|key| &**key).collect();
    let is_alike = |item: &Value| match item {
        Value::Map(map) => {
            map.len() == columns.len() && columns.iter().all(|column| map.get(*column).is_some_and(is_simple))
        }
        _ => false,
    };
    (!columns.is_empty() && items.iter().all(is_alike)).then_some(columns)
}

fn joined<'v>(values: impl Iterator<Item = &'v Value>) -> Result<String, Failure> {
    Ok(values.map(write).collect::<Result<Vec<_>, _>>()?.join(","))
}

/// A list whose line begins so. Rows of a table stand at one depth, other items at another one.
fn list(
    start: &str,
    items: &[Value],
    items_at: usize,
    rows_at: usize,
    out: &mut Lines,
) -> Result<(), Failure> {
    let count = items.len();
    if items.is_empty() {
        out.push(format!("{start}[0]:"));
        return Ok(());
    }
    if items.iter().all(is_simple) {
        out.push(format!("{start}[{count}]: {}", joined(items.iter())?));
        return Ok(());
    }
    if let Some(columns) = columns(items) {
        let names: Vec<String> = columns.iter().map(|column| name(column)).collect();
        out.push(format!("{start}[{count}]{{{}}}:", names.join(",")));
        for item in items {
            if let Value::Map(map) = item {
                let row = joined(columns.iter().filter_map(|column| map.get(*column)))?;
                out.push(format!("{}{row}", indent(rows_at)));
            }
        }
        return Ok(());
    }
    out.push(format!("{start}[{count}]:"));
    let items_at = items_at.max(1);
    for item in items {
        let start = format!("{}- ", indent(items_at));
        match item {
            Value::Map(map) => match map.first() {
                None => out.push(start.trim_end().to_owned()),
                Some((key, value)) => {
                    field(&start, key, value, items_at + 2, out)?;
                    for (key, value) in map.iter().skip(1) {
                        field(&indent(items_at + 1), key, value, items_at + 2, out)?;
                    }
                }
            },
            Value::List(inner) => list(&start, inner, items_at + 1, items_at + 1, out)?,
            value => out.push(format!("{start}{}", write(value)?)),
        }
    }
    Ok(())
}

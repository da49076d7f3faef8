//! Rows, and what becomes of them by `fetchType`: all of them, the first, a file, or nothing.

use std::sync::Arc;

use kapelle_model::{Map, Value};
use kapelle_plugin::ion::RowFile;
use kapelle_plugin::{Broken, Metric, RunContext};

use super::asking::typed;
use super::definition::Fetch;

/// What outputs see as `fetched`: `rows`, `row` or `uri`, and `size`.
pub(super) fn fetched(cx: &RunContext, fetch: &Fetch) -> Result<Value, Broken> {
    let how = match &fetch.how {
        Some(how) => cx.render(how)?,
        None => cx.render_text("{{ it.fetchType ?? 'NONE' }}")?,
    };
    let how = how.expose().trim();
    if !["FETCH", "FETCH_ONE", "STORE", "NONE"].contains(&how) {
        return Err(Broken::new(format!(
            "`{how}` in the property `fetchType` does not fit: there are STORE, FETCH, FETCH_ONE, NONE"
        )));
    }
    let rows = match typed(cx, fetch.rows.property())? {
        Value::List(rows) => rows,
        Value::Null => Arc::default(),
        _ => return Err(Broken::new("the answer has no list of rows")),
    };
    let size = rows.len();
    let mut found = Map::from_iter([("size".into(), Value::Int(size as i64))]);
    for name in ["rows", "row", "uri"] {
        found.insert(name.into(), Value::Null);
    }
    match how {
        "FETCH" => drop(found.insert("rows".into(), Value::List(rows))),
        "FETCH_ONE" => drop(found.insert("row".into(), rows.first().cloned().unwrap_or(Value::Null))),
        "STORE" => drop(found.insert("uri".into(), Value::from(stored(cx, &rows)?.as_str()))),
        _ => {}
    }
    cx.metric(Metric::count("records", size as u64));
    Ok(Value::Map(Arc::new(found)))
}

fn stored(cx: &RunContext, rows: &[Value]) -> Result<String, Broken> {
    let mut file = RowFile::create(cx)?;
    for row in rows {
        file.add(row)?;
    }
    file.finish()
}

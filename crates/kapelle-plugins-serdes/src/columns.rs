//! Rows whose fields go into columns.

use std::sync::Arc;

use kapelle_model::{Map, Value};

/// The fields of a row in the order of the columns.
pub(crate) fn by_column(row: &Map, columns: &[Arc<str>]) -> Result<Vec<Value>, String> {
    if let Some(name) = row.keys().find(|name| !columns.contains(name)) {
        return Err(format!(
            "it has the field `{name}`, which the first row does not have: the columns of a file are those of its first row"
        ));
    }
    Ok(columns.iter().map(|name| row.get(name).cloned().unwrap_or_default()).collect())
}

/// What a column without a name is called.
pub(crate) fn numbered(place: usize) -> Arc<str> {
    format!("col_{place}").into()
}

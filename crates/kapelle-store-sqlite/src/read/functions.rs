//! What conditions need and SQL does not have.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use crate::columns;

/// `id_contains(id, check64, text)`: whether the id of an execution, as it is shown, contains a text in lower case.
pub(crate) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("id_contains", 3, flags, |context| {
        let id = columns::id(context.get(0)?, context.get(1)?).to_string();
        let text: String = context.get(2)?;
        Ok(id.to_lowercase().contains(&text))
    })
}

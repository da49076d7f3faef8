//! A connection to SQLite. It works in threads that may wait, one statement at a time.

use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::{Connection, ErrorCode, InterruptHandle, OpenFlags, params_from_iter};
use tokio::runtime::Handle;

use super::cells::{Meant, cell, parameter};
use kapelle_plugin::files::ALLOWED_PATHS;

use crate::driver;
use crate::place::Folders;
use crate::rows::Rows;
use crate::statement::Bound;
use crate::wrong::Wrong;

pub(super) struct Session {
    /// Away while a statement runs.
    connection: Option<Connection>,
    interrupt: Arc<InterruptHandle>,
    zone: TimeZone,
}

pub(super) struct Cancel(Arc<InterruptHandle>);

impl Session {
    pub(super) fn open(file: Option<&Path>, folders: Folders, zone: TimeZone) -> Result<Self, Wrong> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = match file {
            Some(file) => Connection::open_with_flags(file, flags),
            None => Connection::open_in_memory(),
        };
        let mut connection = connection.map_err(|error| wrong(&error, ""))?;
        // A statement reaches no other files than a task does.
        let guard = move |context: AuthContext<'_>| permit(&context, &folders);
        connection.authorizer(Some(guard)).map_err(|error| wrong(&error, ""))?;
        let interrupt = Arc::new(connection.get_interrupt_handle());
        Ok(Self { connection: Some(connection), interrupt, zone })
    }

    /// Does something with the connection, on a thread that may wait. Dropped before it is done, it is interrupted.
    async fn with<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&Connection) -> Result<T, Wrong> + Send + 'static,
    ) -> Result<T, Wrong> {
        let connection = self.connection.take().ok_or_else(|| Wrong::lost("the connection is gone"))?;
        let mut guard = Interrupting(Some(Arc::clone(&self.interrupt)));
        let working = tokio::task::spawn_blocking(move || (work(&connection), connection)).await;
        guard.0 = None;
        let (done, connection) =
            working.map_err(|_| Wrong::lost("the statement ended by a mistake in the program"))?;
        self.connection = Some(connection);
        done
    }
}

/// Interrupts what runs when nobody waits for it any more.
struct Interrupting(Option<Arc<InterruptHandle>>);

impl Drop for Interrupting {
    fn drop(&mut self) {
        if let Some(interrupt) = &self.0 {
            interrupt.interrupt();
        }
    }
}

fn permit(context: &AuthContext<'_>, folders: &Folders) -> Authorization {
    let is_open = match context.action {
        AuthAction::Attach { filename } => {
            filename.is_empty()
                || filename == ":memory:"
                || filename.starts_with('/') && folders.place(filename).is_ok()
        }
        AuthAction::Pragma { pragma_name, .. } => !["temp_store_directory", "data_store_directory"]
            .iter()
            .any(|name| pragma_name.eq_ignore_ascii_case(name)),
        AuthAction::Function { function_name } => !function_name.eq_ignore_ascii_case("load_extension"),
        AuthAction::Unknown { .. } => false,
        _ => true,
    };
    if is_open { Authorization::Allow } else { Authorization::Deny }
}

/// What SQLite says, in our form.
fn wrong(error: &rusqlite::Error, sql: &str) -> Wrong {
    match error {
        rusqlite::Error::SqliteFailure(failure, message) => {
            let said = message.clone().unwrap_or_else(|| failure.to_string());
            let found = Wrong::new(said).code(format!("SQLite {}", failure.extended_code));
            match failure.code {
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
                    found.help("another connection writes to the database: try again with `retry`")
                }
                ErrorCode::AuthorizationForStatementDenied => found.help(format!(
                    "`ATTACH` takes whole paths in the directory of the task, or below a folder of the setting `{ALLOWED_PATHS}`"
                )),
                _ => found,
            }
        }
        rusqlite::Error::SqlInputError { msg, offset, error, .. } => {
            let before = usize::try_from(*offset).ok().and_then(|offset| sql.get(..offset));
            Wrong {
                lines_before: before.map(|before| before.matches('\n').count()),
                ..Wrong::new(msg.clone()).code(format!("SQLite {}", error.extended_code))
            }
        }
        other => Wrong::new(other.to_string()),
    }
}

impl driver::Session for Session {
    type Cancel = Cancel;

    fn cancel(&self) -> Cancel {
        Cancel(Arc::clone(&self.interrupt))
    }

    async fn run(&mut self, bound: &Bound, mut rows: Rows) -> Result<(), Wrong> {
        let (sql, values, zone) = (bound.sql.clone(), bound.values.clone(), self.zone.clone());
        let handle = Handle::current();
        self.with(move |connection| {
            let failed = |error: rusqlite::Error| wrong(&error, &sql);
            let mut statement = connection.prepare(&sql).map_err(failed)?;
            let parameters =
                values.iter().map(parameter).collect::<Result<Vec<_>, _>>().map_err(Wrong::new)?;
            let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
            let meant: Vec<Meant> = statement.columns().map(|column| Meant::of(column.decl_type())).collect();
            if !names.is_empty() {
                handle.block_on(rows.columns(names)).map_err(Wrong::new)?;
            }
            let mut found = statement.query(params_from_iter(parameters)).map_err(failed)?;
            while let Some(row) = found.next().map_err(failed)? {
                let cells = meant.iter().enumerate().map(|(at, meant)| {
                    let value = row.get_ref(at).map_err(|error| wrong(&error, &sql))?;
                    cell(value, *meant, &zone).map_err(Wrong::new)
                });
                let cells = cells.collect::<Result<Vec<_>, _>>()?;
                // What changes data has changed all of it before its first row comes.
                if !handle.block_on(rows.row(cells)) {
                    break;
                }
            }
            drop(found);
            handle.block_on(rows.end());
            Ok(())
        })
        .await
    }

    async fn command(&mut self, sql: &str) -> Result<(), Wrong> {
        let sql = sql.to_owned();
        self.with(move |connection| connection.execute_batch(&sql).map_err(|error| wrong(&error, &sql))).await
    }
}

impl driver::Cancel for Cancel {
    async fn now(&self) {
        self.0.interrupt();
    }
}

//! What PostgreSQL says, in our form.

use std::error::Error as _;
use std::fmt::Write;

use tokio_postgres::Error;
use tokio_postgres::error::ErrorPosition;

use crate::wrong::Wrong;

/// An error about this statement.
pub(super) fn wrong(error: &Error, sql: &str) -> Wrong {
    let Some(told) = error.as_db_error() else {
        let behind = error.source().map(|source| format!(": {source}")).unwrap_or_default();
        let wrong = Wrong::new(format!("{error}{behind}"));
        let is_lost =
            error.is_closed() || error.source().is_some_and(<dyn std::error::Error>::is::<std::io::Error>);
        return Wrong { is_lost, ..wrong };
    };
    let mut message = format!("{}: {}", told.severity(), told.message());
    for (name, part) in [("Detail", told.detail()), ("Hint", told.hint()), ("Where", told.where_())] {
        if let Some(part) = part {
            // Writing into a text never fails.
            let _infallible = write!(message, "\n{name}: {part}");
        }
    }
    let before = match told.position() {
        Some(ErrorPosition::Original(position)) => {
            let signs = sql.chars().take((*position as usize).saturating_sub(1));
            Some(signs.filter(|sign| *sign == '\n').count())
        }
        _ => None,
    };
    let code = told.code().code();
    let help = help(code).map(str::to_owned);
    // Classes of errors after which the server has closed the connection.
    let is_lost = code.starts_with("08") || matches!(code, "57P01" | "57P02" | "57P03");
    Wrong { lines_before: before, help, is_lost, ..Wrong::new(message).code(format!("SQLSTATE {code}")) }
}

fn help(code: &str) -> Option<&'static str> {
    Some(match code {
        "28P01" | "28000" => {
            "look at `username` and `password`, and at what the server permits in pg_hba.conf"
        }
        "3D000" => "look at the name of the database in the `url`",
        "25001" => {
            "some statements cannot be in a transaction: use `Query`, or `Queries` with `transaction: false`"
        }
        "42P18" => "say what type the parameter has: `CAST(:name AS text)`",
        "53300" => "the server has no connection left: run fewer tasks at once, or try again with `retry`",
        "40001" | "40P01" => "two transactions were in each other's way: try again with `retry`",
        _ => return None,
    })
}

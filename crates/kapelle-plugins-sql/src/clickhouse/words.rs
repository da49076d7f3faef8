//! What ClickHouse says, in our form.

use kapelle_http::{HttpError, Kind};

use crate::wrong::Wrong;

/// `Code: 62. DB::Exception: Syntax error … (line 1, col 8): … (SYNTAX_ERROR) (version 24.3)`
pub(super) fn wrong(said: &str) -> Wrong {
    let said = said.trim();
    let code = said.strip_prefix("Code: ").and_then(|rest| rest.split_once('.')).map(|(code, _)| code);
    let line = said.split_once("(line ").and_then(|(_, rest)| rest.split_once(',')?.0.parse::<usize>().ok());
    let help = match code {
        Some("516" | "192" | "193" | "194") => Some("look at `username` and `password`"),
        Some("81") => Some("look at the name of the database in the `url`"),
        Some("27" | "117") => Some("look at the values: they do not fit the columns"),
        _ => None,
    };
    Wrong {
        lines_before: line.map(|line| line.saturating_sub(1)),
        code: code.map(|code| format!("ClickHouse {code}")),
        help: help.map(str::to_owned),
        ..Wrong::new(if said.is_empty() { "the server says nothing about why" } else { said })
    }
}

pub(super) fn unreachable(error: &HttpError) -> Wrong {
    let is_lost = matches!(error.kind, Kind::Connection | Kind::Timeout);
    Wrong { is_lost, ..Wrong::new(error.message.clone()) }
}

//! How commands show what a server told them: tables for people, JSON and YAML for programs.

use clap::{Args, ValueEnum};
use serde_json::Value as Json;

use kapelle_core::yaml::write;

use crate::commands::format;
use crate::outcome::{Ending, Outcome};
use crate::report::{printable, text_width};
use crate::terminal::{Stream, Style};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// Columns for people
    #[default]
    Table,
    Json,
    Yaml,
}

#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct OutputOptions {
    /// How to print it
    #[arg(long, short, value_enum, default_value_t)]
    pub(crate) output: Output,
}

/// A column: its heading, and what stands in it.
pub(crate) type Column = (&'static str, fn(&Json) -> String);

/// Rows as they were asked for.
pub(crate) fn rows(rows: &[Json], columns: &[Column], output: Output) -> Ending {
    let text = match output {
        Output::Table => table(rows, columns, Stream::Out.style()),
        Output::Json => format::json(&rows)?,
        Output::Yaml => write::block(&Json::from(rows.to_vec()), 0),
    };
    print(&text)
}

/// One thing as it was asked for; `table` is how people see it.
pub(crate) fn one(value: &Json, output: Output, table: impl FnOnce() -> String) -> Ending {
    let text = match output {
        Output::Table => table(),
        Output::Json => format::json(value)?,
        Output::Yaml => write::block(value, 0),
    };
    print(&text)
}

pub(crate) fn print(text: &str) -> Ending {
    Stream::Out.print(text.as_bytes()).map(|()| Outcome::Ok)
}

pub(crate) fn line(text: &str) -> Ending {
    print(&format!("{text}\n"))
}

/// A heading and a line for each row; the last column is as wide as it likes.
pub(crate) fn table(rows: &[Json], columns: &[Column], style: Style) -> String {
    let cells: Vec<Vec<String>> =
        std::iter::once(columns.iter().map(|(name, _)| (*name).to_owned()).collect())
            .chain(rows.iter().map(|row| columns.iter().map(|(_, cell)| printable(&cell(row))).collect()))
            .collect();
    let widths: Vec<usize> = (0..columns.len())
        .map(|column| cells.iter().map(|row| text_width(&row[column])).max().unwrap_or_default())
        .collect();
    let mut text = String::new();
    for (at, row) in cells.iter().enumerate() {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let shown = if at > 0 { coloured(cell, style) } else { cell.clone() };
            line.push_str(&shown);
            line.push_str(&" ".repeat(width - text_width(cell) + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// A state in its colour; everything else as it is.
pub(crate) fn coloured(text: &str, style: Style) -> String {
    let colour = match text {
        _ if !style.colour => return text.to_owned(),
        "SUCCESS" => 32,
        "FAILED" | "KILLED" | "KILLING" | "ERROR" => 31,
        "WARNING" | "WARN" | "PAUSED" | "QUEUED" | "RETRYING" => 33,
        "RUNNING" | "CREATED" | "RESTARTED" => 36,
        _ => return text.to_owned(),
    };
    format!("\x1b[{colour}m{text}\x1b[0m")
}

/// A text in a value, or nothing.
pub(crate) fn text(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

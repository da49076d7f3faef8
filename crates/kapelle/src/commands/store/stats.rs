//! `kapelle store stats`.

use std::fmt::Display;

use clap::Args;
use jiff::Timestamp;
use kapelle_store_sqlite::care::Size;
use kapelle_store_sqlite::care::stats::{Named, Stats};

use super::place::{Place, stop};
use crate::commands::format::{Format, json};
use crate::outcome::{Ending, Outcome};
use crate::terminal::Stream;

/// Tell what there is, and how much room it takes
#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 told, 1 it could not be read, 2 wrong command line.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Place,

    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(crate) fn run(arguments: &Arguments) -> Ending {
    let stats = arguments.place.open()?.stats().map_err(stop)?;
    let text = match arguments.format {
        Format::Json => json(&stats)?,
        Format::Human => text(&stats),
    };
    Stream::Out.print(text.as_bytes())?;
    Ok(Outcome::Ok)
}

fn text(stats: &Stats) -> String {
    let (last_commit, epoch) = (stats.last_commit, stats.epoch);
    let sections = [("room", room(stats)), ("executions", executions(stats)), ("rows", rows(stats))];
    let sections = sections.map(|(name, rows)| format!("{name}\n{}", rows.concat()));
    format!("{}commit {last_commit}, epoch {epoch}\n", sections.concat())
}

fn row(name: &str, value: impl Display) -> String {
    format!("  {name:<16} {value}\n")
}

fn room(stats: &Stats) -> Vec<String> {
    let database = stats.database;
    let mut rows = vec![
        row("database", Size(database.bytes + database.wal_bytes).to_string()),
        row("  of it free", Size(database.free_pages * database.page_bytes).to_string()),
    ];
    rows.extend(stats.logs.iter().map(|month| row(&format!("logs {}", month.month), Size(month.bytes))));
    rows.push(row("large values", format!("{} in {} files", Size(stats.values.bytes), stats.values.files)));
    rows.extend(stats.disk_free_bytes.map(|free| row("left on the disk", Size(free))));
    rows
}

fn executions(stats: &Stats) -> Vec<String> {
    let mut rows: Vec<String> = stats.executions.iter().map(|(state, number)| row(state, number)).collect();
    let ends = [("oldest", &stats.oldest), ("newest", &stats.newest)];
    rows.extend(ends.into_iter().filter_map(|(name, end)| Some(row(name, named(end.as_ref()?)))));
    rows
}

fn rows(stats: &Stats) -> Vec<String> {
    let number = |number: &Option<u64>| {
        number.map_or_else(|| "too many to count".to_owned(), |number| number.to_string())
    };
    stats.rows.iter().map(|(table, rows)| row(table, number(rows))).collect()
}

fn named(execution: &Named) -> String {
    let created = Timestamp::from_millisecond(execution.created_millis);
    created.map_or_else(|_| execution.id.clone(), |created| format!("{} {created}", execution.id))
}

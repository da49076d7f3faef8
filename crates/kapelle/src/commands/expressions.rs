//! `kapelle expressions`: the filters, functions, tests, operators and tags of expressions.

mod entry;
mod page;

use clap::{Args, ValueEnum};
use kapelle_core::suggest::nearest_names;
use serde_json::Value;

use self::entry::{Entry, Kind};
use super::format::{Format, did_you_mean, json};
use crate::report::text_width;

/// Suggestions beyond these are guesses.
const NEAR_MAX: usize = 3;

/// Look up what expressions can do
///
/// Without NAME a list of all filters, functions, tests, operators and tags; with NAME its signature and an example.
#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 found, 1 there is no such name, 2 wrong command line.\n\n\
    `kapelle eval` tries an expression out.")]
pub(crate) struct Arguments {
    /// A name, such as `date` or `??`
    #[arg(value_name = "NAME", allow_hyphen_values = true)]
    name: Option<String>,

    /// Only these
    #[arg(long, value_enum)]
    kind: Option<Chosen>,

    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Chosen {
    Filter,
    Function,
    Test,
    Operator,
    Tag,
}

impl Chosen {
    fn is(self, kind: Kind) -> bool {
        matches!(
            (self, kind),
            (Self::Filter, Kind::Filter)
                | (Self::Function, Kind::Function)
                | (Self::Test, Kind::Test)
                | (Self::Operator, Kind::Operator)
                | (Self::Tag, Kind::Tag)
        )
    }
}

/// `width` is that of the reader's terminal.
pub(crate) fn run(arguments: &Arguments, width: usize) -> anyhow::Result<String> {
    let mut entries = entry::all();
    entries.retain(|entry| arguments.kind.is_none_or(|kind| kind.is(entry.kind)));
    if let Some(name) = &arguments.name {
        entries = find(name, entries)?;
    }
    if arguments.format == Format::Json {
        let described: Vec<Value> = entries.iter().map(Entry::json).collect();
        return json(&described);
    }
    if arguments.name.is_some() {
        let pages: Vec<String> = entries.iter().map(|entry| page::render(entry, width)).collect();
        return Ok(pages.join("\n"));
    }
    Ok(list(&entries, width))
}

/// Everything of this name: a filter and a function may share one.
fn find(wanted: &str, entries: Vec<Entry>) -> anyhow::Result<Vec<Entry>> {
    let wanted = wanted.trim();
    let names: Vec<&'static str> = entries.iter().map(|entry| entry.name).collect();
    let is_there = |name: &&str| name.eq_ignore_ascii_case(wanted);
    // The signs of numbers are found by their bare symbol too.
    let found: Vec<Entry> = entries
        .into_iter()
        .filter(|entry| is_there(&entry.name) || entry.name.split(' ').next().as_ref().is_some_and(is_there))
        .collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let near = nearest_names(wanted, names.into_iter(), NEAR_MAX);
    let hint =
        if near.is_empty() { "; `kapelle expressions` lists all".to_owned() } else { did_you_mean(&near) };
    anyhow::bail!("expressions have no `{wanted}`{hint}")
}

/// One line for each, below the name of its group.
fn list(entries: &[Entry], width: usize) -> String {
    let left = entries.iter().map(|entry| text_width(&entry.signature)).filter(|width| *width <= 36).max();
    let left = left.unwrap_or(0);
    let mut text = String::new();
    let mut group = "";
    for entry in entries {
        if entry.group != group {
            if !text.is_empty() {
                text.push('\n');
            }
            group = entry.group;
            text.push_str(group);
            text.push('\n');
        }
        text.push_str(&page::row(&entry.signature, &entry.sentence(), left, width));
    }
    text
}

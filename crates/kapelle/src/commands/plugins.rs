//! `kapelle plugins`: the types that flows can name.

mod coverage;
mod doc;
mod install;
mod list;
mod pages;
mod search;
mod words;

use clap::Subcommand;
use kapelle_core::catalogue::{Catalogue, Type};
use serde_json::{Value, json};

use crate::configuration;

/// Look up the types of tasks, triggers and other plugins
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(list::Arguments),
    Doc(doc::Arguments),
    Search(search::Arguments),
    Install(install::Install),
    Uninstall(install::Uninstall),
}

/// `width` is that of the reader's terminal.
pub(crate) fn run(command: &Command, width: usize) -> anyhow::Result<String> {
    configuration::with_own_types();
    let catalogue = Catalogue::bundled();
    match command {
        Command::List(arguments) => list::run(arguments, catalogue),
        Command::Doc(arguments) => doc::run(arguments, catalogue, width),
        Command::Search(arguments) => search::run(arguments, catalogue),
        Command::Install(arguments) => install::install(arguments, catalogue),
        Command::Uninstall(arguments) => Ok(install::uninstall(arguments)),
    }
}

/// Types that a flow can name, sorted by name.
fn usable(catalogue: &'static Catalogue) -> Vec<&'static Type> {
    let mut types: Vec<_> = catalogue.types().filter(|entry| !entry.internal).collect();
    types.sort_by_key(|entry| entry.name);
    types
}

/// What is worth knowing before one uses the type.
fn marks(entry: &Type) -> String {
    let mut marks = vec![match entry {
        Type { is_own: true, .. } => "of this installation",
        entry if entry.is_built_in() => "built in",
        _ => "not built in",
    }];
    if entry.deprecated {
        marks.push("deprecated");
    }
    if entry.enterprise {
        marks.push("enterprise in Kestra");
    }
    marks.join(", ")
}

fn as_json(entry: &Type) -> Value {
    json!({
        "type": entry.name,
        "kind": entry.kind,
        "aliases": entry.aliases,
        "builtIn": entry.is_built_in(),
        "deprecated": entry.deprecated,
        "enterprise": entry.enterprise,
    })
}

/// One line for each type: name, kind, marks.
fn table(types: &[&'static Type]) -> String {
    let names = types.iter().map(|entry| entry.name.len()).max().unwrap_or(0);
    let kinds = types.iter().map(|entry| entry.kind.len()).max().unwrap_or(0);
    let line = |entry: &&Type| format!("{:names$}  {:kinds$}  {}\n", entry.name, entry.kind, marks(entry));
    types.iter().map(line).collect()
}

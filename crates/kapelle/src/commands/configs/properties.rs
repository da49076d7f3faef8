//! `kapelle configs properties`: the table of all keys.

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::commands::format;
use crate::configuration::keys::{self, Key};
use crate::configuration::name;

/// List all keys, with their kinds, defaults and what they do
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// How to print them
    #[arg(long, short, value_enum, default_value_t = Output::Table)]
    output: Output,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    /// A line for each key
    Table,
    Json,
    Yaml,
}

pub(super) fn text(arguments: &Arguments) -> anyhow::Result<String> {
    let all = || Value::Array(keys::all().map(as_json).collect());
    match arguments.output {
        Output::Table => Ok(table()),
        Output::Json => format::json(&all()),
        Output::Yaml => Ok(kapelle_core::yaml::write::block(&all(), 0)),
    }
}

fn as_json(key: &'static Key) -> Value {
    json!({
        "key": key.name,
        "kind": key.kind.word(),
        "default": key.default,
        "standing": key.standing.words(),
        "description": key.words,
        "variable": name::variable(key),
    })
}

fn table() -> String {
    let names = keys::all().map(|key| key.name.len()).max().unwrap_or(0);
    let line = |key: &Key| {
        let default = key.default.map_or(String::new(), |default| format!(" [{default}]"));
        format!(
            "{:names$}  {:13}  {}{default} ({})\n",
            key.name,
            key.kind.word(),
            key.words,
            key.standing.words()
        )
    };
    keys::all().map(line).collect()
}

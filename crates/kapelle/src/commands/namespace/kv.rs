//! Values of a namespace, by their keys.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::Value as Json;

use crate::commands::client::output::{self, Column, OutputOptions, text};
use crate::commands::client::{Ask, Client, General, ServerOptions};
use crate::outcome::{Ending, Stop};

/// Values that flows of a namespace share
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Get(One),
    #[command(alias = "update")]
    Set(Set),
    Delete(Delete),
    List(List),
}

/// Print a value
#[derive(Debug, Args)]
pub(crate) struct One {
    namespace: String,
    key: String,

    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

/// Set a value
#[derive(Debug, Args)]
#[command(
    after_help = "Without a type the value is what it looks like: JSON, a date, a duration, or else a text.\n\n\
    Examples:\n  \
      kapelle kv set company.team rate 1.25 --expiration P1D\n  \
      kapelle namespace kv update company.team zip 01234 --type STRING"
)]
pub(crate) struct Set {
    namespace: String,
    key: String,

    #[arg(required_unless_present = "file_value")]
    value: Option<String>,

    /// How long it is good, such as P1D
    #[arg(long, short, value_name = "DURATION")]
    expiration: Option<String>,

    /// What it is
    #[arg(long = "type", short = 't', value_enum, ignore_case = true)]
    kind: Option<Kind>,

    /// Take the value from a file
    #[arg(long, short, value_name = "PATH", conflicts_with = "value")]
    file_value: Option<PathBuf>,

    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
pub(crate) enum Kind {
    String,
    Number,
    Boolean,
    Datetime,
    Date,
    Duration,
    Json,
}

/// Remove a value
#[derive(Debug, Args)]
pub(crate) struct Delete {
    namespace: String,
    key: String,

    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

/// List the keys of a namespace
#[derive(Debug, Args)]
pub(crate) struct List {
    namespace: String,

    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

const COLUMNS: [Column; 5] = [
    ("KEY", |row| text(&row["key"])),
    ("VERSION", |row| text(&row["version"])),
    ("UPDATED", |row| text(&row["updateDate"])),
    ("EXPIRES", |row| text(&row["expirationDate"])),
    ("DESCRIPTION", |row| text(&row["description"])),
];

pub(crate) fn run(command: &Command) -> Ending {
    match command {
        Command::Get(arguments) => get(arguments),
        Command::Set(arguments) => set(arguments),
        Command::Delete(arguments) => delete(arguments),
        Command::List(arguments) => list(arguments),
    }
}

fn get(arguments: &One) -> Ending {
    let ask = Ask::get(&["namespaces", &arguments.namespace, "kv", &arguments.key]);
    let value = Client::of(&arguments.server)?.send(&ask)?.json()?;
    output::one(&value, arguments.output.output, || format!("{}\n", text(&value["value"])))
}

pub(super) fn set(arguments: &Set) -> Ending {
    let value = match (&arguments.value, &arguments.file_value) {
        (Some(value), _) => value.clone(),
        (None, Some(path)) => {
            std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?
        }
        (None, None) => return Err(Stop::Usage("there is no value".to_owned())),
    };
    let key = &arguments.key;
    let mut ask = Ask::new("PUT", &["namespaces", &arguments.namespace, "kv", key])
        .content("text/plain", sent(value, arguments.kind));
    if let Some(expiration) = &arguments.expiration {
        ask = ask.header("ttl", expiration.as_str());
    }
    Client::of(&arguments.server)?.send(&ask)?;
    output::line(&format!("Key '{key}' successfully updated !"))
}

/// A text is quoted, so that no server takes it for a number.
fn sent(value: String, kind: Option<Kind>) -> String {
    let is_quoted = value.len() > 1 && value.starts_with('"') && value.ends_with('"');
    if kind == Some(Kind::String) && !is_quoted { Json::from(value).to_string() } else { value }
}

fn delete(arguments: &Delete) -> Ending {
    let (namespace, key) = (&arguments.namespace, &arguments.key);
    let answer =
        Client::of(&arguments.server)?.send(&Ask::new("DELETE", &["namespaces", namespace, "kv", key]))?;
    let was_there = answer.text().trim() != "false";
    output::line(&if was_there {
        format!("Key '{key}' successfully deleted !")
    } else {
        format!("there was no key '{key}'")
    })
}

fn list(arguments: &List) -> Ending {
    let ask = Ask::get(&["namespaces", &arguments.namespace, "kv"]);
    let keys = Client::of(&arguments.server)?.send(&ask)?.json()?;
    let rows = keys.as_array().or_else(|| keys["results"].as_array()).cloned().unwrap_or_default();
    output::rows(&rows, &COLUMNS, arguments.output.output)
}

#[cfg(test)]
mod tests {
    use super::{Kind, sent};

    #[test]
    fn only_what_is_said_to_be_a_text_is_quoted() {
        for (value, kind, expected) in [
            ("01", Some(Kind::String), "\"01\""),
            ("\"a\"", Some(Kind::String), "\"a\""),
            ("01", None, "01"),
            ("{}", Some(Kind::Json), "{}"),
        ] {
            assert_eq!(sent(value.to_owned(), kind), expected);
        }
    }
}

//! Files of a namespace: a tree is uploaded, the server's are listed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use super::tree::{Leaf, leaves};
use crate::commands::client::form::Form;
use crate::commands::client::output::{self, Column, OutputOptions, text};
use crate::commands::client::{Ask, Client, General, ServerOptions};
use crate::outcome::{Ending, Outcome, Stop};
use crate::report::printable;
use crate::terminal::{Stream, progress};

/// Files that flows of a namespace share
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(List),
    #[command(alias = "update")]
    Upload(Update),
}

/// Upload a file or a folder, without what `.kestraignore` names
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kapelle namespace files update company.team ./scripts /scripts --delete")]
pub(crate) struct Update {
    namespace: String,

    /// A file or a folder
    #[arg(value_name = "FROM")]
    from: PathBuf,

    /// The folder of the namespace that it goes into
    #[arg(value_name = "TO", default_value = "/")]
    to: String,

    /// Remove what that folder has and FROM has not
    #[arg(long, overrides_with = "no_delete")]
    delete: bool,
    #[arg(long, hide = true)]
    no_delete: bool,

    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

/// List the files of a namespace
#[derive(Debug, Args)]
pub(crate) struct List {
    namespace: String,

    /// Only files with this in their paths
    #[arg(value_name = "TEXT", default_value = "")]
    query: String,

    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

const COLUMNS: [Column; 1] = [("PATH", |row| text(&row["path"]))];

pub(crate) fn run(command: &Command) -> Ending {
    match command {
        Command::List(arguments) => list(arguments),
        Command::Upload(arguments) => update(arguments),
    }
}

fn list(arguments: &List) -> Ending {
    let client = Client::of(&arguments.server)?;
    let rows: Vec<Json> = paths(&client, &arguments.namespace, &arguments.query)?
        .into_iter()
        .map(|path| json!({"path": path}))
        .collect();
    output::rows(&rows, &COLUMNS, arguments.output.output)
}

fn paths(client: &Client, namespace: &str, query: &str) -> Result<BTreeSet<String>, Stop> {
    let ask = Ask::get(&["namespaces", namespace, "files", "search"]).query("q", query);
    let found = client.send(&ask)?.json()?;
    Ok(found.as_array().into_iter().flatten().map(text).collect())
}

/// First everything goes up, then what is too much goes: a broken connection leaves no holes.
pub(super) fn update(arguments: &Update) -> Ending {
    let (from, namespace) = (&arguments.from, &arguments.namespace);
    if !from.exists() {
        return Err(Stop::Usage(format!("there is no file or folder `{}`", from.display())));
    }
    let leaves = leaves(from)?;
    let client = Client::of(&arguments.server)?;
    let mut kept = BTreeSet::new();
    for (at, leaf) in leaves.iter().enumerate() {
        progress(&format!("{} of {} files: {}", at + 1, leaves.len(), printable(&leaf.path)));
        let path = joined(&arguments.to, &leaf.path);
        upload(&client, namespace, leaf, &path)?;
        progress("");
        let from = printable(&leaf.real.display().to_string());
        Stream::Out.print(format!("Successfully uploaded {from} to {}\n", printable(&path)).as_bytes())?;
        kept.insert(path);
    }
    if arguments.delete && !arguments.no_delete {
        remove_others(&client, namespace, &arguments.to, &kept)?;
    }
    Ok(Outcome::Ok)
}

fn upload(client: &Client, namespace: &str, leaf: &Leaf, path: &str) -> Result<(), Stop> {
    let mut form = Form::begin()?;
    // An archive would be unpacked by the server if it were called one.
    let is_archive = Path::new(path).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip"));
    form.file_as("fileContent", &leaf.real, if is_archive { "content" } else { &leaf.path })?;
    client.send(&Ask::new("POST", &["namespaces", namespace, "files"]).query("path", path).form(form))?;
    Ok(())
}

fn remove_others(client: &Client, namespace: &str, to: &str, kept: &BTreeSet<String>) -> Result<(), Stop> {
    let root = joined(to, "");
    for path in paths(client, namespace, "")? {
        if path.starts_with(&root) && !kept.contains(&path) {
            client.send(&Ask::new("DELETE", &["namespaces", namespace, "files"]).query("path", &path))?;
            Stream::Out.print(format!("Successfully deleted {}\n", printable(&path)).as_bytes())?;
        }
    }
    Ok(())
}

/// A path of the namespace, which begins with a slash.
fn joined(folder: &str, path: &str) -> String {
    let folder = folder.trim_matches('/');
    if folder.is_empty() { format!("/{path}") } else { format!("/{folder}/{path}") }
}

#[cfg(test)]
mod tests {
    #[test]
    fn paths_begin_with_one_slash() {
        for (folder, path, whole) in
            [("/", "a", "/a"), ("", "a", "/a"), ("/x/", "a/b", "/x/a/b"), ("x", "", "/x/")]
        {
            assert_eq!(super::joined(folder, path), whole);
        }
    }
}

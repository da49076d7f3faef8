//! One flow of a server: made, changed, removed, read.

use std::path::{Path, PathBuf};

use clap::Args;

use super::sources::{named, read_flow};
use crate::commands::client::output::{self, Output};
use crate::commands::client::{Ask, Client, General, ServerOptions};
use crate::outcome::{Ending, Stop};

/// Save a new flow
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// The flow
    #[arg(value_name = "FILE", required_unless_present = "file")]
    path: Option<PathBuf>,

    /// The same as FILE
    #[arg(long, value_name = "FILE", conflicts_with = "path")]
    file: Option<PathBuf>,

    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

/// Save a new revision of a flow
#[derive(Debug, Args)]
pub(crate) struct Update {
    /// The flow
    #[arg(value_name = "FILE", required_unless_present = "file")]
    path: Option<PathBuf>,

    /// Its namespace [default: what it says itself]
    #[arg(value_name = "NAMESPACE", requires = "id")]
    namespace: Option<String>,

    /// Its id [default: what it says itself]
    #[arg(value_name = "ID")]
    id: Option<String>,

    /// The flow, for command lines without FILE
    #[arg(long, value_name = "FILE", conflicts_with = "path")]
    file: Option<PathBuf>,

    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

/// Remove a flow
#[derive(Debug, Args)]
pub(crate) struct Delete {
    namespace: String,
    id: String,

    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

/// Print the source of a flow
#[derive(Debug, Args)]
pub(crate) struct Get {
    namespace: String,
    id: String,

    /// An older revision
    #[arg(long, value_name = "NUMBER")]
    revision: Option<u32>,

    /// `yaml` is the source as it was saved
    #[arg(long, short, value_enum, default_value = "yaml")]
    output: Output,

    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

pub(super) fn create(arguments: &Create) -> Ending {
    let source = of(arguments.path.as_deref(), arguments.file.as_deref())?;
    Client::of(&arguments.server)?.send(&Ask::new("POST", &["flows"]).yaml(source))?;
    output::line("Flow successfully created !")
}

pub(super) fn update(arguments: &Update) -> Ending {
    let source = of(arguments.path.as_deref(), arguments.file.as_deref())?;
    let (namespace, id) = match (&arguments.namespace, &arguments.id) {
        (Some(namespace), Some(id)) => (namespace.clone(), id.clone()),
        _ => named(&source).ok_or_else(|| {
            Stop::Usage(
                "the flow does not say its namespace and its id: give them behind the file".to_owned(),
            )
        })?,
    };
    Client::of(&arguments.server)?.send(&Ask::new("PUT", &["flows", &namespace, &id]).yaml(source))?;
    output::line("Flow successfully updated !")
}

pub(super) fn delete(arguments: &Delete) -> Ending {
    let ask = Ask::new("DELETE", &["flows", &arguments.namespace, &arguments.id]);
    Client::of(&arguments.server)?.send(&ask)?;
    output::line("Flow successfully deleted !")
}

pub(super) fn get(arguments: &Get) -> Ending {
    let ask = Ask::get(&["flows", &arguments.namespace, &arguments.id]).query("source", "true");
    let ask = ask.query_if("revision", arguments.revision.map(|number| number.to_string()));
    let flow = Client::of(&arguments.server)?.send(&ask)?.json()?;
    if arguments.output == Output::Json {
        return output::one(&flow, Output::Json, String::new);
    }
    let source = output::text(&flow["source"]);
    output::print(&format!("{}\n", source.trim_end_matches('\n')))
}

fn of(path: Option<&Path>, file: Option<&Path>) -> Result<String, Stop> {
    read_flow(path.or(file).unwrap_or(Path::new("-")))
}

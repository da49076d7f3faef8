//! `kapelle template …`: templates of servers that still have them. They went with Kestra 1.0 unless switched on.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::client::output::{self, text};
use super::client::{Ask, Client, General, ServerOptions};
use super::flow::{Deletes, ask, send, write_archive};
use crate::outcome::{Ending, Outcome};

/// Templates, on servers that have them
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Validate(Validate),
    Export(Export),
    /// The templates of one namespace
    #[command(subcommand)]
    Namespace(Namespace),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Namespace {
    Update(Box<Update>),
}

/// Let a server tell for each file whether its template is valid
#[derive(Debug, Args)]
pub(crate) struct Validate {
    /// A template, or a folder with `.yml` and `.yaml` files
    #[arg(value_name = "PATH")]
    path: PathBuf,

    /// Accepted for scripts; templates are always validated by a server
    #[arg(long, hide = true)]
    local: bool,

    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

/// Write all templates of a server into `templates.zip`
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The folder for the archive
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// Only this namespace and those below it
    #[arg(long, value_name = "NAMESPACE")]
    namespace: Option<String>,

    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

/// Save all templates of a folder as the templates of a namespace
#[derive(Debug, Args)]
pub(crate) struct Update {
    namespace: String,

    /// A folder with `.yml` and `.yaml` files
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    #[command(flatten)]
    deletes: Deletes,
    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

pub(crate) fn run(command: &Command) -> Ending {
    match command {
        Command::Validate(arguments) => ask(&arguments.path, &arguments.server, "templates"),
        Command::Export(arguments) => export(arguments),
        Command::Namespace(Namespace::Update(arguments)) => update(arguments),
    }
}

fn export(arguments: &Export) -> Ending {
    let ask =
        Ask::get(&["templates", "export", "by-query"]).query_if("namespace", arguments.namespace.as_ref());
    let answer = Client::of(&arguments.server)?.send(&ask)?;
    write_archive(&arguments.folder, "templates.zip", &answer.bytes)?;
    output::line("Exporting template(s) successfully done !")
}

fn update(arguments: &Update) -> Ending {
    let namespace = &arguments.namespace;
    let ask = Ask::new("POST", &["templates", namespace]);
    let Some(saved) = send(&arguments.server, ask, &arguments.folder, arguments.deletes)? else {
        return Ok(Outcome::Ok);
    };
    let names = saved.iter().map(|saved| format!("- {}.{}\n", text(&saved["namespace"]), text(&saved["id"])));
    let names: String = names.collect();
    output::print(&format!(
        "{} template(s) for namespace '{namespace}' successfully updated !\n{names}",
        saved.len()
    ))
}

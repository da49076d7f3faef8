//! Many flows of a server at once: a folder becomes a namespace. The lines are those that deploy jobs read.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value as Json;

use super::sources::{Source, read_flows};
use crate::commands::client::output;
use crate::commands::client::{Ask, Client, General, ServerOptions};
use crate::outcome::{Ending, Outcome, Stop};
use crate::terminal::Stream;

/// Whether what is not in the folder is removed.
#[derive(Args, Clone, Copy, Debug)]
pub(in crate::commands) struct Deletes {
    /// Remove what the server has and the folder has not
    #[arg(long, overrides_with = "no_delete")]
    delete: bool,

    #[arg(long, hide = true)]
    no_delete: bool,
}

impl Deletes {
    pub(in crate::commands) const fn is_wanted(self) -> bool {
        self.delete && !self.no_delete
    }

    fn word(self) -> &'static str {
        if self.is_wanted() { "true" } else { "false" }
    }
}

/// Save all flows of a folder, whatever their namespaces
#[derive(Debug, Args)]
pub(crate) struct Updates {
    /// A folder with `.yml` and `.yaml` files
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// Take the flows as those of this namespace and of those below it
    #[arg(long, value_name = "NAMESPACE")]
    namespace: Option<String>,

    #[command(flatten)]
    deletes: Deletes,
    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

/// Save all flows of a folder as the flows of a namespace
#[derive(Debug, Args)]
#[command(
    after_help = "All flows are saved, or none: the server refuses them all when one has a mistake.\n\n\
    Example:\n  kapelle flow namespace update company.team flows/ --delete --server https://kapelle.example.com"
)]
pub(crate) struct UpdateNamespace {
    namespace: String,

    /// A folder with `.yml` and `.yaml` files
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// Take flows of other namespaces into this one
    #[arg(long, overrides_with = "no_override_namespaces")]
    override_namespaces: bool,
    #[arg(long, hide = true)]
    no_override_namespaces: bool,

    #[command(flatten)]
    deletes: Deletes,
    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

pub(super) fn updates(arguments: &Updates) -> Ending {
    let ask = Ask::new("POST", &["flows", "bulk"]).query_if("namespace", arguments.namespace.as_ref());
    let Some(saved) = send(&arguments.server, ask, &arguments.folder, arguments.deletes)? else {
        return Ok(Outcome::Ok);
    };
    tell(&format!("{} flow(s) successfully updated !", saved.len()), &saved)
}

pub(super) fn update_namespace(arguments: &UpdateNamespace) -> Ending {
    let namespace = &arguments.namespace;
    let mut ask = Ask::new("POST", &["flows", namespace]);
    if arguments.override_namespaces && !arguments.no_override_namespaces {
        ask = ask.query("override", "true");
    }
    let Some(saved) = send(&arguments.server, ask, &arguments.folder, arguments.deletes)? else {
        return Ok(Outcome::Ok);
    };
    tell(&format!("{} flow(s) for namespace '{namespace}' successfully updated !", saved.len()), &saved)
}

/// Sends all documents of a folder at once. Nothing comes back where there was nothing to do.
pub(in crate::commands) fn send(
    server: &ServerOptions,
    ask: Ask,
    folder: &Path,
    deletes: Deletes,
) -> Result<Option<Vec<Json>>, Stop> {
    let sources = read_flows(folder)?;
    if sources.is_empty() {
        Stream::Out.print(format!("No flow found on '{}'\n", folder.display()).as_bytes())?;
        if !deletes.is_wanted() {
            return Ok(None);
        }
    }
    let ask = ask.query("delete", deletes.word()).yaml(joined(&sources));
    match Client::of(server)?.send(&ask)?.json()? {
        Json::Array(saved) => Ok(Some(saved)),
        _ => Ok(Some(Vec::new())),
    }
}

fn joined(sources: &[Source]) -> String {
    let texts: Vec<&str> = sources.iter().map(|source| source.text.trim_end()).collect();
    texts.join("\n---\n") + "\n"
}

fn tell(first: &str, saved: &[Json]) -> Ending {
    let name =
        |flow: &Json| format!("- {}.{}\n", output::text(&flow["namespace"]), output::text(&flow["id"]));
    let names: String = saved.iter().map(name).collect();
    output::print(&format!("{first}\n{names}"))
}

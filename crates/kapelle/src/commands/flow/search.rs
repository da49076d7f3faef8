//! What flows a server has, and all of them at once.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use crate::commands::client::output::{self, Column, OutputOptions, text};
use crate::commands::client::{Ask, Client, General, ServerOptions};
use crate::outcome::{Ending, Stop};
use crate::report::plural;
use crate::terminal::progress;

/// List the flows of a server
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only this namespace and those below it
    #[arg(long, short, value_name = "NAMESPACE")]
    namespace: Option<String>,

    /// Only flows with this text in their ids or namespaces
    #[arg(long, short, value_name = "TEXT")]
    query: Option<String>,

    /// At most so many
    #[arg(long, value_name = "NUMBER", default_value_t = 10_000)]
    limit: usize,

    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

/// Write all flows of a server into `flows.zip`
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

/// Save each flow of a server again, from its own source
///
/// Makes no new revisions. Useful after an update that reads flows in another way.
#[derive(Debug, Args)]
pub(crate) struct SyncFromSource {
    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

const COLUMNS: [Column; 5] = [
    ("NAMESPACE", |flow| text(&flow["namespace"])),
    ("ID", |flow| text(&flow["id"])),
    ("REVISION", |flow| text(&flow["revision"])),
    ("STATE", |flow| if flow["disabled"] == true { "disabled" } else { "" }.to_owned()),
    ("DESCRIPTION", |flow| text(&flow["description"]).lines().next().unwrap_or_default().to_owned()),
];

pub(super) fn list(arguments: &List) -> Ending {
    let ask = Ask::get(&["flows", "search"])
        .query("sort", "id:asc")
        .query_if("namespace", arguments.namespace.as_ref())
        .query_if("q", arguments.query.as_ref());
    let mut flows = Client::of(&arguments.server)?.rows(&ask, arguments.limit)?;
    flows.sort_by_key(|flow| (text(&flow["namespace"]), text(&flow["id"])));
    output::rows(&flows, &COLUMNS, arguments.output.output)
}

pub(super) fn export(arguments: &Export) -> Ending {
    let ask = Ask::get(&["flows", "export", "by-query"]).query_if("namespace", arguments.namespace.as_ref());
    let answer = Client::of(&arguments.server)?.send(&ask)?;
    write_archive(&arguments.folder, "flows.zip", &answer.bytes)?;
    output::line(&match &arguments.namespace {
        Some(namespace) => format!("Exporting flow(s) for namespace '{namespace}' successfully done !"),
        None => "Exporting flow(s) successfully done !".to_owned(),
    })
}

pub(in crate::commands) fn write_archive(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Stop> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let path = folder.join(name);
    Ok(std::fs::write(&path, bytes).with_context(|| format!("cannot write `{}`", path.display()))?)
}

pub(super) fn sync_from_source(arguments: &SyncFromSource) -> Ending {
    let client = Client::of(&arguments.server)?;
    let flows = client.rows(&Ask::get(&["flows", "search"]).query("sort", "id:asc"), usize::MAX)?;
    for (at, flow) in flows.iter().enumerate() {
        progress(&format!("{} of {} flows", at + 1, flows.len()));
        let (namespace, id) = (text(&flow["namespace"]), text(&flow["id"]));
        let parts = ["flows", &namespace, &id];
        let stored = client.send(&Ask::get(&parts).query("source", "true"))?.json()?;
        client.send(&Ask::new("PUT", &parts).yaml(text(&stored["source"])))?;
    }
    progress("");
    output::line(&format!("{} saved again from their sources", plural(flows.len(), "flow")))
}

//! What is done to executions.

use std::path::PathBuf;

use clap::Args;

use super::start::form;
use crate::commands::client::output::{self, text};
use crate::commands::client::{Ask, Client, General, ServerOptions};
use crate::outcome::Ending;

/// End an execution, or let it wait
#[derive(Debug, Args)]
pub(crate) struct One {
    #[arg(value_name = "EXECUTION")]
    id: String,

    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

/// Let an execution that waits go on
#[derive(Debug, Args)]
pub(crate) struct Resume {
    #[arg(value_name = "EXECUTION")]
    id: String,

    /// What the pause asks for; `name=@file` sends a file
    #[arg(long = "input", short, value_name = "NAME=VALUE")]
    inputs: Vec<String>,

    /// The same as YAML or JSON
    #[arg(long, value_name = "FILE")]
    inputs_file: Option<PathBuf>,

    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

/// Let an execution go on from what failed
#[derive(Debug, Args)]
pub(crate) struct Restart {
    #[arg(value_name = "EXECUTION")]
    id: String,

    /// With this revision of the flow
    #[arg(long, value_name = "NUMBER")]
    revision: Option<u32>,

    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

/// Run an execution anew, as another one
#[derive(Debug, Args)]
pub(crate) struct Replay {
    #[arg(value_name = "EXECUTION")]
    id: String,

    /// From this task run on; what was before it stays as it was
    #[arg(long, value_name = "ID")]
    task_run: Option<String>,

    /// With this revision of the flow
    #[arg(long, value_name = "NUMBER")]
    revision: Option<u32>,

    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

pub(super) fn kill(arguments: &One) -> Ending {
    act(&arguments.server, &arguments.id, &Ask::new("DELETE", &["executions", &arguments.id, "kill"]))
}

pub(super) fn pause(arguments: &One) -> Ending {
    act(&arguments.server, &arguments.id, &Ask::new("POST", &["executions", &arguments.id, "pause"]))
}

pub(super) fn resume(arguments: &Resume) -> Ending {
    let form = form(&arguments.inputs, arguments.inputs_file.as_deref())?;
    let ask = Ask::new("POST", &["executions", &arguments.id, "resume"]).form(form);
    act(&arguments.server, &arguments.id, &ask)
}

pub(super) fn restart(arguments: &Restart) -> Ending {
    let ask = Ask::new("POST", &["executions", &arguments.id, "restart"]);
    let ask = ask.query_if("revision", arguments.revision.map(|number| number.to_string()));
    act(&arguments.server, &arguments.id, &ask)
}

pub(super) fn replay(arguments: &Replay) -> Ending {
    let ask = Ask::new("POST", &["executions", &arguments.id, "replay"])
        .query_if("taskRunId", arguments.task_run.as_ref())
        .query_if("revision", arguments.revision.map(|number| number.to_string()));
    act(&arguments.server, &arguments.id, &ask)
}

/// Prints the id and the state of what came of it. Older servers answer with nothing: then it is asked for.
fn act(server: &ServerOptions, id: &str, ask: &Ask) -> Ending {
    let client = Client::of(server)?;
    let answer = client.send(ask)?;
    let execution = match answer.json() {
        Ok(execution) if execution["id"].is_string() => execution,
        _ => client.send(&Ask::get(&["executions", id]))?.json()?,
    };
    output::line(&format!("{} {}", text(&execution["id"]), text(&execution["state"]["current"])))
}

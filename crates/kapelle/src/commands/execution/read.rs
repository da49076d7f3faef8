//! Executions of a server, as they stand.

use std::fmt::Write;

use clap::Args;
use serde_json::Value as Json;

use crate::commands::client::output::{self, Column, OutputOptions, coloured, text};
use crate::commands::client::{Ask, Client, General, ServerOptions};
use crate::outcome::Ending;
use crate::report::printable;
use crate::terminal::Stream;

/// Show where an execution stands
#[derive(Debug, Args)]
pub(crate) struct Get {
    #[arg(value_name = "EXECUTION")]
    id: String,

    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

/// List executions, the latest first
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only of this namespace and of those below it
    #[arg(long, short, value_name = "NAMESPACE")]
    namespace: Option<String>,

    /// Only of the flow with this id
    #[arg(long, short, value_name = "ID")]
    flow: Option<String>,

    /// Only in one of these states, such as RUNNING or FAILED
    #[arg(long, short, value_name = "STATE", value_delimiter = ',', ignore_case = true)]
    state: Vec<String>,

    /// Only with this label
    #[arg(long = "label", value_name = "NAME=VALUE")]
    labels: Vec<String>,

    /// At most so many
    #[arg(long, value_name = "NUMBER", default_value_t = 25)]
    limit: usize,

    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

const COLUMNS: [Column; 6] = [
    ("ID", |execution| text(&execution["id"])),
    ("NAMESPACE", |execution| text(&execution["namespace"])),
    ("FLOW", |execution| text(&execution["flowId"])),
    ("STATE", |execution| text(&execution["state"]["current"])),
    ("STARTED", |execution| text(&execution["state"]["startDate"])),
    ("DURATION", |execution| text(&execution["state"]["duration"])),
];

const RUNS: [Column; 5] = [
    ("TASK", |run| text(&run["taskId"])),
    ("VALUE", |run| text(&run["value"])),
    ("STATE", |run| text(&run["state"]["current"])),
    ("ATTEMPTS", |run| run["attempts"].as_array().map_or(0, Vec::len).to_string()),
    ("DURATION", |run| text(&run["state"]["duration"])),
];

pub(super) fn get(arguments: &Get) -> Ending {
    let execution = Client::of(&arguments.server)?.send(&Ask::get(&["executions", &arguments.id]))?.json()?;
    output::one(&execution, arguments.output.output, || page(&execution))
}

/// What people want to know first, then its task runs.
fn page(execution: &Json) -> String {
    let style = Stream::Out.style();
    let mut page = String::new();
    let state = &execution["state"];
    let lines = [
        ("id", text(&execution["id"])),
        ("flow", format!("{} {}", text(&execution["namespace"]), text(&execution["flowId"]))),
        ("revision", text(&execution["flowRevision"])),
        ("state", text(&state["current"])),
        ("started", text(&state["startDate"])),
        ("ended", text(&state["endDate"])),
        ("duration", text(&state["duration"])),
        ("inputs", compact(&execution["inputs"])),
        ("outputs", compact(&execution["outputs"])),
    ];
    for (name, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
        let _infallible = writeln!(page, "{name:<10}{}", coloured(&printable(value), style));
    }
    if let Some(runs) = execution["taskRunList"].as_array().filter(|runs| !runs.is_empty()) {
        page.push('\n');
        page.push_str(&output::table(runs, &RUNS, style));
    }
    page
}

fn compact(value: &Json) -> String {
    match value {
        Json::Object(map) if map.is_empty() => String::new(),
        other => text(other),
    }
}

pub(super) fn list(arguments: &List) -> Ending {
    let mut ask = Ask::get(&["executions", "search"])
        .query("sort", "state.startDate:desc")
        .query_if("namespace", arguments.namespace.as_ref())
        .query_if("flowId", arguments.flow.as_ref());
    for state in &arguments.state {
        ask = ask.query("state", state.to_uppercase());
    }
    for label in &arguments.labels {
        let (name, value) = super::start::pair(label, "--label")?;
        ask = ask.query("labels", format!("{name}:{value}"));
    }
    let executions = Client::of(&arguments.server)?.rows(&ask, arguments.limit)?;
    output::rows(&executions, &COLUMNS, arguments.output.output)
}

//! `kapelle execution trigger`: starts an execution, and waits for its end if that is wanted.

use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, anyhow};
use clap::Args;
use jiff::tz::TimeZone;
use kapelle_core::expression::plain;
use kapelle_model::Value;
use serde_json::Value as Json;

use super::{find, logs};
use crate::commands::client::form::Form;
use crate::commands::client::output::{self, Output, coloured, text};
use crate::commands::client::{Ask, Client, General, ServerOptions};
use crate::outcome::{Ending, Outcome, Stop};
use crate::terminal::{Stream, progress};

/// Bytes of one input.
const VALUE_MAX: usize = 64 << 20;

/// The longest pause between two questions whether it is over.
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// Start an execution of a flow
///
/// Prints its id. With `--wait` the final state follows on a line of its own.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit code: 0 started (with `--wait`: success or warning), 1 anything else, 2 wrong command line.\n\n\
    Examples:\n  \
      kapelle execution trigger hello-world\n  \
      kapelle execution trigger company.team orders --input day=2026-01-31 --input list=@orders.csv --wait"
)]
pub(crate) struct Arguments {
    /// Namespace and id of the flow; the id alone where only one flow has it
    #[arg(value_name = "FLOW", required = true, num_args = 1..=2)]
    flow: Vec<String>,

    /// An input; `name=@file` sends a file, or what is in it
    #[arg(long = "input", short, value_name = "NAME=VALUE")]
    inputs: Vec<String>,

    /// Inputs as YAML or JSON; single ones come over them
    #[arg(long, value_name = "FILE")]
    inputs_file: Option<PathBuf>,

    /// A label of the execution
    #[arg(long = "label", value_name = "NAME=VALUE")]
    labels: Vec<String>,

    /// An older revision of the flow
    #[arg(long, value_name = "NUMBER")]
    revision: Option<u32>,

    /// Wait for the end
    #[arg(long, short)]
    wait: bool,

    /// Wait for the end, and show the log until then
    #[arg(long)]
    follow: bool,

    #[arg(long, short, value_enum, default_value_t)]
    output: Output,

    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    general: General,
}

pub(super) fn run(arguments: &Arguments) -> Ending {
    let form = form(&arguments.inputs, arguments.inputs_file.as_deref())?;
    let labels = arguments.labels.iter().map(|text| pair(text, "--label")).collect::<Result<Vec<_>, _>>()?;
    let client = Client::of(&arguments.server)?;
    let (namespace, id) = find::flow(&client, &arguments.flow)?;
    let mut ask = Ask::new("POST", &["executions", &namespace, &id]).form(form);
    ask = ask.query_if("revision", arguments.revision.map(|number| number.to_string()));
    for (name, value) in labels {
        ask = ask.query("labels", format!("{name}:{value}"));
    }
    let mut execution = client.send(&ask)?.json()?;
    let id = text(&execution["id"]);
    let is_table = arguments.output == Output::Table;
    if is_table {
        output::line(&id)?;
    }
    let waits = arguments.wait || arguments.follow;
    if arguments.follow {
        logs::follow(&client, &id, &logs::stream(&id), is_table)?;
    }
    if waits {
        execution = at_its_end(&client, &id)?;
    }
    let state = text(&execution["state"]["current"]);
    if !is_table {
        output::one(&execution, arguments.output, String::new)?;
    } else if waits {
        output::line(&coloured(&state, Stream::Out.style()))?;
    }
    Ok(Outcome::errors_if(waits && !matches!(state.as_str(), "SUCCESS" | "WARNING")))
}

/// The execution once nothing more happens to it.
fn at_its_end(client: &Client, id: &str) -> Result<Json, Stop> {
    let mut pause = Duration::from_millis(100);
    loop {
        let execution = client.send(&Ask::get(&["executions", id]))?.json()?;
        let state = text(&execution["state"]["current"]);
        if is_over(&state) {
            progress("");
            return Ok(execution);
        }
        progress(&format!("{id} {state}"));
        sleep(pause);
        pause = (pause * 3 / 2).min(PAUSE_MAX);
    }
}

pub(super) fn is_over(state: &str) -> bool {
    matches!(state, "SUCCESS" | "WARNING" | "FAILED" | "KILLED" | "CANCELLED" | "RETRIED" | "SKIPPED")
}

/// First the file, then the single values over it.
pub(super) fn form(single: &[String], file: Option<&Path>) -> Result<Form, Stop> {
    let single = single.iter().map(|text| pair(text, "--input")).collect::<Result<Vec<_>, _>>()?;
    let mut form = Form::begin()?;
    for (name, value) in file.map(of_file).transpose()?.into_iter().flatten() {
        if single.iter().all(|(other, _)| *other != name) {
            form.text(&name, &value);
        }
    }
    for (name, value) in single {
        match value.strip_prefix('@') {
            Some(path) => form.file(name, Path::new(path))?,
            None => form.text(name, value),
        }
    }
    Ok(form)
}

/// Texts as they are, everything else as JSON: so servers read inputs.
fn of_file(path: &Path) -> Result<Vec<(String, String)>, Stop> {
    let shown = path.display();
    let read = std::fs::read_to_string(path).with_context(|| format!("cannot read `{shown}`"))?;
    let value = plain::from_yaml(&read).map_err(|reason| anyhow!("`{shown}`: {reason}"))?;
    let Value::Map(map) = value else {
        return Err(Stop::Usage(format!("`{shown}` is no map of inputs")));
    };
    let text = |value: &Value| match value {
        Value::Str(text) => Ok(text.expose().to_owned()),
        other => plain::to_json(other, &TimeZone::UTC, false, VALUE_MAX)
            .map(|text| text.expose().to_owned())
            .map_err(|error| Stop::Failed(anyhow!("`{shown}`: {}", error.message))),
    };
    map.iter().map(|(name, value)| Ok((name.to_string(), text(value)?))).collect()
}

pub(super) fn pair<'t>(text: &'t str, option: &str) -> Result<(&'t str, &'t str), Stop> {
    let parts = text.split_once('=').filter(|(name, _)| !name.is_empty());
    parts.ok_or_else(|| Stop::Usage(format!("`{option}` wants NAME=VALUE, not `{text}`")))
}

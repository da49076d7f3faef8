//! `kapelle run`: runs a flow on this machine, without a server.

mod ask;
pub(super) mod flows;
mod follow;
mod inputs;
mod picture;
pub(super) mod place;
mod result;
mod standing;
mod tidy;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use clap::{Args, ValueEnum};
use kapelle_core::time::{date, duration};
use kapelle_model::ExecutionId;
use kapelle_model::effect::Request;
use kapelle_runtime::{TakesUp, machine_now};
use kapelle_store::Store;

use crate::configuration;
use crate::local::{Local, Setup};
use crate::outcome::{Ending, Stop};
use crate::terminal::note;
use follow::Watched;
use place::Place;

/// Run a flow, without a server
///
/// Checks the flow, runs it, shows how it goes, and prints its outputs. What happens is written down as it happens: when
/// the machine fails in the middle, `--resume` goes on.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Exit code: 0 success or warning, 1 anything else, 2 wrong command line, 130 interrupted.\n\n\
    Examples:\n  \
      kapelle run hello.yaml\n  \
      kapelle run order.yaml --input customer=Ann --input list=@orders.csv\n  \
      kapelle run flows/ --flow shop.orders.import --format json\n  \
      kapelle run --resume 01cX0ynzeDrxd82HS1ThGt\n  \
      kapelle run --triggers flows/\n\n\
    Ctrl+C kills the execution and waits for its tasks to end; once more leaves at once."
)]
pub(crate) struct Arguments {
    /// A file with a flow, or a folder of flows
    #[arg(value_name = "FLOW", required_unless_present_any = ["resume", "triggers"])]
    flow: Option<PathBuf>,

    /// Which flow, if there are several
    #[arg(long = "flow", value_name = "NAMESPACE.ID")]
    name: Option<String>,

    /// A value for an input; `@file` is the content of a file, or the file itself for an input of type FILE
    #[arg(long = "input", short, value_name = "NAME=VALUE")]
    inputs: Vec<String>,

    /// Values for inputs: a JSON or YAML file with a map
    #[arg(long = "inputs", value_name = "FILE")]
    inputs_file: Option<PathBuf>,

    /// A label for the execution
    #[arg(long = "label", value_name = "NAME=VALUE")]
    labels: Vec<String>,

    /// A folder whose files become those of the flow's namespace
    #[arg(long, value_name = "DIR")]
    namespace_files: Option<PathBuf>,

    /// Keys of the flow's namespace: a JSON or YAML file with a map
    #[arg(long, value_name = "FILE")]
    kv: Option<PathBuf>,

    /// Secrets: a file with `NAME=value` on each line, or a folder with a file for each
    ///
    /// Those of the environment are `SECRET_NAME`, in base64.
    #[arg(long, value_name = "PATH")]
    secrets: Option<PathBuf>,

    /// A configuration of Kestra; may be given several times, the later over the earlier ones
    ///
    /// Flows get its globals, plugin defaults and names of variables. `KESTRA_CONFIGURATION` and single variables count
    /// too, over the files.
    #[arg(long = "config", short, value_name = "FILE")]
    configuration: Vec<PathBuf>,

    /// A folder with further flows, for subflows
    #[arg(long, value_name = "DIR")]
    flows: Option<PathBuf>,

    /// What the clock shows at the start, such as 2026-12-24T18:00:00Z
    #[arg(long, value_name = "MOMENT")]
    set_date: Option<String>,

    /// The folder where everything is written down
    ///
    /// Without it, that is one below `$XDG_STATE_HOME/kapelle/run` (or `~/.local/state/kapelle/run`), where runs go 30
    /// days after their end, but for the last 10 of each flow. A run that is not over never goes.
    #[arg(long, value_name = "DIR", conflicts_with = "memory")]
    data: Option<PathBuf>,

    /// Write nothing down
    #[arg(long)]
    memory: bool,

    /// Go on with an execution that was interrupted
    #[arg(long, value_name = "EXECUTION", conflicts_with_all = ["flow", "inputs", "inputs_file", "labels", "memory"])]
    resume: Option<String>,

    /// Run the flows of a folder whenever their triggers say so, until it is stopped
    ///
    /// Schedules, triggers that look or listen, and triggers on executions of other flows. What changes in the folder is
    /// taken over at once. Where everything stands is written down: what was missed is made up for, as the triggers say.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["flow", "name", "inputs", "inputs_file", "labels", "memory", "resume", "flows", "kv", "namespace_files", "max_time"])]
    triggers: Option<PathBuf>,

    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    format: Format,

    /// Print the outputs only, and nothing if there are none
    #[arg(long, short)]
    quiet: bool,

    /// Kill the execution when it takes longer, such as PT10M
    #[arg(long, value_name = "DURATION")]
    max_time: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// What happens, for people
    Pretty,
    /// The execution when it is over, as the API shows it
    Json,
    /// The lines of the log
    Logs,
}

/// The same with more inputs.
pub(super) fn run_with(arguments: &Arguments, inputs: &[String]) -> Ending {
    let mut arguments = arguments.clone();
    arguments.inputs.extend_from_slice(inputs);
    run(&arguments)
}

pub(crate) fn run(arguments: &Arguments) -> Ending {
    let limit = arguments.max_time.as_deref().map(time).transpose()?;
    let ahead = arguments.set_date.as_deref().map(ahead).transpose()?.unwrap_or_default();
    if let Some(folder) = &arguments.triggers {
        return standing::run(arguments, folder, ahead);
    }
    let settings = configuration::for_command(&arguments.configuration)?;
    let resumed = arguments.resume.as_deref().map(execution).transpose()?;
    let flows = match &arguments.flow {
        Some(path) => {
            let more = arguments.flows.as_deref();
            match flows::read(
                path,
                arguments.name.as_deref(),
                more,
                &flows::argo(&settings.flows.task_settings),
            )? {
                Ok(flows) => Some(flows),
                Err(outcome) => return Ok(outcome),
            }
        }
        None => None,
    };
    let place = match resumed {
        Some(id) => Place::of(id, arguments.data.as_deref(), settings.encryption_key())?,
        None => Place::take(arguments.data.as_deref(), arguments.memory, settings.encryption_key())?,
    };
    let resumed = resumed.map(|id| last_of(&*place.store, id)).transpose()?;
    let watched = Watched::new(arguments.format, arguments.quiet);
    let local = Local::start(Setup {
        settings,
        store: Arc::clone(&place.store),
        files: None,
        folder: place.folder.clone(),
        listener: Some(watched.listener()),
        fixtures: None,
        hands: None,
        ahead,
        takes_up: resumed.map_or(TakesUp::Nothing, TakesUp::Only),
        triggers: None,
        secrets: arguments.secrets.clone(),
    })?;
    let id = match (flows, resumed) {
        (Some(flows), _) => match begin(arguments, &local, &watched, &flows)? {
            Ok(id) => id,
            Err(outcome) => return Ok(outcome),
        },
        (None, Some(id)) => {
            watched.follow(id);
            id
        }
        (None, None) => return Err(Stop::Usage("a flow is needed, or --resume".to_owned())),
    };
    follow::to_the_end(&local, &watched, id, limit)
}

/// Saves the flows and creates the execution.
fn begin(
    arguments: &Arguments,
    local: &Local,
    watched: &Watched,
    flows: &flows::Flows,
) -> Result<Result<ExecutionId, crate::outcome::Outcome>, Stop> {
    let definition = flows.save(&local.runtime)?;
    let (namespace, flow) = (Arc::clone(&definition.plan.namespace), Arc::clone(&definition.plan.flow));
    if let Some(folder) = &arguments.namespace_files {
        local.put_files(folder, &namespace)?;
    }
    if let Some(file) = &arguments.kv {
        local.put_keys(file, &namespace)?;
    }
    let id = local.runtime.fresh_id();
    let given = inputs::given(&arguments.inputs, arguments.inputs_file.as_deref(), local, &definition, id)?;
    let request = Request {
        inputs: Arc::new(given),
        labels: inputs::labels(&arguments.labels)?,
        ..Request::new(id, namespace, flow)
    };
    watched.follow(id);
    ask::create(local, &definition, request)
}

/// The last of the executions that try this one again, or itself.
fn last_of(store: &dyn Store, id: ExecutionId) -> Result<ExecutionId, Stop> {
    let mut last = id;
    while let Some(next) = store.header(last).map_err(stopped)?.and_then(|header| header.head.successor) {
        last = next;
    }
    Ok(last)
}

fn time(text: &str) -> Result<Duration, Stop> {
    let parsed =
        duration::parse(text).map_err(|reason| Stop::Usage(format!("--max-time {text}: {reason}")))?;
    Duration::try_from(parsed).map_err(|_| Stop::Usage(format!("--max-time {text}: it is less than nothing")))
}

/// By how many milliseconds the clock is to be ahead.
fn ahead(text: &str) -> Result<i64, Stop> {
    let moment = date::date_time_with_zone(text)
        .map_err(|reason| Stop::Usage(format!("--set-date {text}: {reason}")))?;
    Ok(moment.timestamp().as_millisecond() - machine_now().0)
}

fn execution(text: &str) -> Result<ExecutionId, Stop> {
    ExecutionId::parse(text).ok_or_else(|| Stop::Usage(format!("`{text}` is not the id of an execution")))
}

/// Why something could not be kept or read, for a person.
#[expect(clippy::needless_pass_by_value, reason = "it is handed to `map_err`")]
fn stopped(error: kapelle_store::StoreError) -> Stop {
    Stop::Failed(anyhow!("{error}"))
}

fn say(line: &str) {
    note(line);
}

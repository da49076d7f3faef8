//! `kapelle test`: flows run in a world of their own, where other things stand in for what is outside and two hours take
//! no time.
//!
//! A test document ([`document`], read by [`reading`]) has cases for one flow; [`folder`] finds documents, flows and
//! files of namespaces, [`fit`] compares them. [`play`] carries out a case in a [`world`] with its [`stand_ins`], and
//! [`assertions`] say what came of it, for a [`report`].

mod assertions;
mod coverage;
mod deadline;
mod document;
mod fit;
mod folder;
mod memory_storage;
mod operators;
mod pauses;
mod play;
mod reading;
mod report;
mod results;
mod stand_ins;
mod world;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use jiff::tz::TimeZone;
use kapelle_core::expression::environment::Settings;
use kapelle_core::time::{duration, zone};
use kapelle_model::Millis;
use kapelle_runtime::storage::LocalFiles;

use self::coverage::Heard;
use self::deadline::Deadline;
use self::folder::{Folder, Wrong};
use self::report::{Format, Report};
use self::results::{CaseResult, Counts, Played, RunError, SuiteResult};
use self::world::Ground;
use super::check::{Level, options};
use crate::configuration;
use crate::local;
use crate::outcome::{Ending, Outcome, Stop};
use crate::report::{Finding, plural};
use crate::terminal::{Stream, note};

/// How long tasks may take to end once all tests are over.
const GRACE: Duration = Duration::from_secs(5);

/// Run tests of flows, without a server
///
/// Test documents are files `*.test.yaml`, and all others with `testCases`. Each case runs its flow once: with inputs,
/// with fixtures in place of tasks, and with a clock that jumps to whatever happens next. Then its assertions must hold.
/// Flows are looked for in the same folders, files of namespaces in a folder `_files/NAMESPACE`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit code: 0 all passed, 1 some did not, 2 wrong command line or wrong documents.\n\n\
    Examples:\n  \
      kapelle test                            all tests in this folder and below\n  \
      kapelle test flows/orders.test.yaml     the tests of one file\n  \
      kapelle test --format junit > tests.xml for a CI server"
)]
pub(crate) struct Arguments {
    /// Files with tests, or folders with tests and flows [default: this folder]
    #[arg(value_name = "PATH")]
    paths: Vec<OsString>,

    /// How to print what came of them
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    format: Format,

    /// Another folder with a folder of files for each namespace
    #[arg(long, value_name = "DIR")]
    namespace_files: Option<OsString>,

    /// Secrets, as `NAME=value` on each line
    ///
    /// Without it they come from the environment: `SECRET_NAME`, in base64.
    #[arg(long, value_name = "FILE")]
    secrets: Option<PathBuf>,

    /// A configuration of Kestra, for its globals and plugin defaults; may be given several times
    #[arg(long = "config", short, value_name = "FILE")]
    configuration: Vec<PathBuf>,

    /// Longest time for all tests together, such as `PT30S`, or `30` for seconds
    #[arg(long, value_name = "DURATION", default_value = "PT5M", value_parser = read_duration)]
    max_time: Duration,

    /// Where the clock stands at the start of a case, unless it says so itself
    #[arg(long, value_name = "MOMENT", default_value = "2026-01-05T12:00:00Z", value_parser = reading::moment)]
    now: Millis,

    /// Zone of the server, for dates that name none
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = read_zone)]
    zone: TimeZone,

    /// Language level: 1 reads flows as Kestra 0.x and 1.x do, 2 as Kestra 2.0 does
    #[arg(long, value_enum, default_value_t = Level::One)]
    language: Level,
}

fn read_duration(text: &str) -> Result<Duration, String> {
    Duration::try_from(duration::parse(text)?).map_err(|_| "it is negative".to_owned())
}

fn read_zone(name: &str) -> Result<TimeZone, String> {
    zone::find(name).ok_or_else(|| "there is no such zone; they are written as `Europe/Paris`".to_owned())
}

pub(crate) fn run(arguments: &Arguments) -> Ending {
    let deadline = Deadline::in_time(arguments.max_time);
    let options = options(arguments.language, false);
    let folder = folder::gather(&arguments.paths, arguments.namespace_files.as_ref(), options)?;
    folder.notes.iter().for_each(|line| note(line));
    if !folder.wrong.is_empty() {
        tell_wrong(&folder)?;
        return Ok(Outcome::Usage);
    }
    if folder.suites.is_empty() {
        return Err(Stop::Usage(
            "there are no tests here: write a file `*.test.yaml` with `testCases`".to_owned(),
        ));
    }
    let heard = Arc::new(Heard::default());
    let suites = play(&folder, arguments, deadline, &heard)?;
    let tested: BTreeSet<(String, String)> =
        suites.iter().map(|suite| (suite.namespace.to_owned(), suite.flow.to_owned())).collect();
    let report = Report {
        sources: &folder.sources,
        counts: Counts::of(&suites),
        suites: &suites,
        coverage: &coverage::of(&folder.flows, &tested, &heard),
        elapsed: deadline.elapsed(),
    };
    Stream::Out.print(report.render(arguments.format, Stream::Out.style()).as_bytes())?;
    Ok(Outcome::errors_if(!suites.iter().all(|suite| suite.state().is_good())))
}

/// Everything that is wrong with the documents, on standard error.
fn tell_wrong(folder: &Folder) -> Result<(), Stop> {
    let style = Stream::Err.style();
    let block = |Wrong { source, found, has_page }: &Wrong| {
        let code = if *has_page { format!("[{}]", found.code.name()) } else { String::new() };
        Finding {
            severity: found.severity,
            label: &format!("{}{code}", found.severity.word()),
            message: &found.message,
            place: Some((&folder.sources[*source], found.span)),
            help: found.help.as_deref(),
        }
        .block(style)
    };
    let blocks: Vec<String> = folder.wrong.iter().map(block).collect();
    Stream::Err.print(blocks.join("\n").as_bytes())?;
    note(&format!("\nnothing was run: {} in test documents and flows", plural(folder.wrong.len(), "error")));
    Ok(())
}

fn play<'f>(
    folder: &'f Folder,
    arguments: &Arguments,
    deadline: Deadline,
    heard: &Arc<Heard>,
) -> Result<Vec<SuiteResult<'f>>, Stop> {
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("this machine gives no threads")?;
    let work = WorkFolder::new();
    let installation = configuration::for_command(&arguments.configuration)?.flows;
    let ground = Ground {
        flows: folder.flows.values().collect(),
        namespace_files: contents(folder)?,
        tokio: &tokio,
        settings: Settings {
            language: arguments.language.language(),
            zone: arguments.zone.clone(),
            recursive: installation.is_recursive,
            ..Settings::default()
        },
        installation: installation.variables,
        defaults: installation.defaults,
        local: LocalFiles::below(installation.local_files),
        secrets: local::secrets(arguments.secrets.as_deref(), None)?,
        task_settings: local::settings(&work.0, installation.task_settings),
        client: local::client(installation.hosts),
        work: work.0.join("work"),
        heard: Arc::clone(heard),
        deadline,
    };
    let suites = folder.suites.iter().map(|(source, suite)| {
        let cases = suite.cases.iter().map(|case| {
            let is_skipped = suite.is_disabled || case.is_disabled;
            let played = match (is_skipped, deadline.is_over()) {
                (true, _) => Played::default(),
                (false, true) => Played { errors: vec![too_late()], ..Played::default() },
                (false, false) => play::play(&ground, suite, case, arguments.now),
            };
            let description = case.description.as_deref();
            CaseResult { id: &case.id, description, span: case.span, is_skipped, played }
        });
        let (id, namespace, flow) = (&*suite.id, &*suite.namespace, &*suite.flow);
        SuiteResult { id, namespace, flow, source: *source, cases: cases.collect() }
    });
    let suites = suites.collect();
    drop(ground);
    // A task that does not end when it is told to keeps nobody waiting for long.
    tokio.shutdown_timeout(GRACE);
    Ok(suites)
}

fn too_late() -> RunError {
    RunError::new("the time for all tests was over before it began")
        .details("give them more with `--max-time`")
}

/// The files of namespaces, read once for all cases.
fn contents(folder: &Folder) -> Result<Vec<(String, String, Vec<u8>)>, Stop> {
    let read = |file: &folder::NamespaceFile| {
        let content =
            fs::read(&file.place).with_context(|| format!("cannot read `{}`", file.place.display()))?;
        Ok((file.namespace.clone(), file.path.clone(), content))
    };
    let read: anyhow::Result<Vec<_>> = folder.namespace_files.iter().map(read).collect();
    Ok(read?)
}

/// Where directories of tasks are made; gone when the tests are over.
struct WorkFolder(PathBuf);

impl WorkFolder {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("kapelle-test-{}", std::process::id())))
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        // It is there only if a task asked for it.
        let _left_behind = fs::remove_dir_all(&self.0);
    }
}

//! `kapelle flow …`: the commands that Kestra's own program has, with its output.

use std::ffi::OsString;

use clap::{Args, Subcommand};
use kapelle_core::check::{Document, File};
use kapelle_core::diagnostic::Severity;

use super::check::{Level, options};
use crate::outcome::{Ending, Outcome, Stop};
use crate::report::printable;
use crate::terminal::{Stream, note};
use crate::{files, input};

/// The commands of Kestra's own program for flows, with its output
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Validate(Box<Validate>),
    /// Run a flow on this machine, as `kapelle run` does
    Test(Box<super::run::Arguments>),
}

/// Tell for each file whether its flows are valid
///
/// Prints `✓ - path` or `✘ - path (reason)` for each file, as `kestra flow validate` does. For lines, columns and
/// advice use `kapelle check`.
#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 all valid, 1 some are not, 2 wrong command line.")]
pub(crate) struct Validate {
    /// A flow, or a folder with `.yml` and `.yaml` files
    #[arg(value_name = "PATH", required_unless_present = "file")]
    path: Option<OsString>,

    /// The same as PATH
    #[arg(long, value_name = "FILE", conflicts_with = "path")]
    file: Option<OsString>,

    /// Validate here, without a server; this version always does
    #[arg(long)]
    local: bool,

    #[command(flatten)]
    server: ServerOptions,

    #[command(flatten)]
    general: GeneralOptions,
}

/// What makes sense only with a server to ask.
#[derive(Debug, Args)]
struct ServerOptions {
    #[arg(long, hide = true, value_name = "URL")]
    server: Option<String>,
    #[arg(long, hide = true)]
    user: Option<String>,
    #[arg(long, hide = true)]
    api_token: Option<String>,
    #[arg(long, hide = true)]
    tenant: Option<String>,
    #[arg(long, hide = true)]
    headers: Vec<String>,
}

impl ServerOptions {
    fn refuse(&self) -> Result<(), Stop> {
        let given = [
            ("--server", self.server.is_some()),
            ("--user", self.user.is_some()),
            ("--api-token", self.api_token.is_some()),
            ("--tenant", self.tenant.is_some()),
            ("--headers", !self.headers.is_empty()),
        ];
        match given.iter().find(|(_, given)| *given) {
            Some((name, _)) => Err(Stop::Usage(format!(
                "`{name}` needs a server; not in this version, use `--local` without it"
            ))),
            None => Ok(()),
        }
    }
}

/// What every command of Kestra's program takes. Here they change nothing, but scripts may go on passing them.
#[derive(Debug, Args)]
struct GeneralOptions {
    #[arg(long, short, hide = true, action = clap::ArgAction::Count)]
    verbose: u8,
    #[arg(long, short, hide = true)]
    log_level: Option<String>,
    #[arg(long, hide = true)]
    internal_log: bool,
    #[arg(long, short, hide = true)]
    config: Option<OsString>,
    #[arg(long, short, hide = true)]
    plugins: Option<OsString>,
}

pub(crate) fn run(command: &Command) -> Ending {
    match command {
        Command::Validate(arguments) => validate(arguments),
        Command::Test(arguments) => super::run::run(arguments),
    }
}

fn validate(arguments: &Validate) -> Ending {
    arguments.server.refuse()?;
    let path = arguments.path.as_ref().or(arguments.file.as_ref());
    let found = files::find(&path.cloned().into_iter().collect::<Vec<_>>())?;
    found.notes.iter().for_each(|line| note(line));
    let (inputs, sources) = input::read(found.places);
    let checked = input::check(&inputs, sources, options(Level::One, false));
    let lines: String = checked.iter().map(line).collect();
    Stream::Out.print(lines.as_bytes())?;
    Ok(Outcome::errors_if(!checked.iter().all(is_valid)))
}

fn is_valid(file: &File) -> bool {
    file.documents.iter().all(Document::is_ok)
}

fn line(file: &File) -> String {
    let name = printable(&file.source.name);
    if is_valid(file) {
        return format!("✓ - {name}\n");
    }
    let found = file.documents.iter().flat_map(|document| &document.diagnostics);
    let errors = found.filter(|found| found.severity == Severity::Error);
    let mut reasons: Vec<String> = Vec::new();
    for error in errors {
        let reason = error.constraint.as_deref().unwrap_or(&error.message);
        for line in reason.lines().map(printable) {
            // Several findings may belong to one violation.
            if !reasons.contains(&line) {
                reasons.push(line);
            }
        }
    }
    format!("✘ - {name} ({})\n", reasons.join("\n"))
}

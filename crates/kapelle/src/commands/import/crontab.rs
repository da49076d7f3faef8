//! `kapelle import crontab`: a flow for each line of a crontab.
//!
//! [`read`] understands the file, [`flow`] writes what it says as a flow, [`name`] finds ids. What a flow cannot do as
//! cron does is told, line by line, and never left out in silence.

mod flow;
mod name;
mod read;

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::{Args, ValueEnum};
use kapelle_core::time::zone;

use super::out;
use crate::outcome::{Ending, Outcome, Stop};
use crate::report::plural;
use crate::terminal::note;
use read::Entry;

/// Bytes that a crontab may have.
const BYTES_MAX: u64 = 4 << 20;

/// Make a flow of each line of a crontab
///
/// Comments above a line become its description, `CRON_TZ` the zone of its schedule, other settings the environment of its
/// command, `MAILTO` a mail when it fails, and what follows a `%` its input. The report tells for each line what became of
/// it.
#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 every line was translated, 1 some were not, 2 wrong command line.\n\n\
    Examples:\n  \
      crontab -l | kapelle import crontab -               print the flows\n  \
      kapelle import crontab /etc/crontab --out flows/    write a file for each\n  \
      kapelle import crontab jobs --zone Europe/Berlin    schedules in this zone")]
pub(crate) struct Arguments {
    /// The crontab, or `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Namespace of the flows
    #[arg(long, value_name = "NAME", default_value = "cron")]
    namespace: String,

    /// Folder to write the flows to, a file for each, instead of printing them
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,

    /// Whether lines name a user before the command [default: system for /etc/crontab and /etc/cron.d, else user]
    #[arg(long, value_enum)]
    format: Option<Format>,

    /// Zone of the schedules where the crontab names none
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// As `crontab -l` prints it
    User,
    /// As `/etc/crontab` is, with a user in each line
    System,
}

pub(crate) fn run(arguments: &Arguments) -> Ending {
    if let Some(zone) = &arguments.zone
        && zone::find(zone).is_none()
    {
        let help = zone::nearest(zone).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        return Err(Stop::Usage(format!("there is no time zone `{zone}`{help}")));
    }
    let text = text_of(&arguments.file)?;
    let format = arguments.format.unwrap_or_else(|| usual_format(&arguments.file));
    let entries = read::read(&text, format, arguments.zone.as_deref());
    let flows = flow::all(&entries, &arguments.namespace);
    out::give(flows.iter().map(|flow| (flow.id.as_str(), flow.text.as_str())), arguments.out.as_deref())?;
    let left_out = report(&entries, &flows);
    Ok(Outcome::errors_if(left_out > 0))
}

fn text_of(file: &Path) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    let is_stdin = file == Path::new("-");
    let read = if is_stdin {
        io::stdin().lock().take(BYTES_MAX + 1).read_to_end(&mut bytes)
    } else {
        fs::File::open(file).and_then(|file| file.take(BYTES_MAX + 1).read_to_end(&mut bytes))
    };
    let shown = file.display();
    read.with_context(|| format!("cannot read `{shown}`"))?;
    if bytes.len() as u64 > BYTES_MAX {
        bail!("`{shown}` has more than {BYTES_MAX} bytes: that is no crontab");
    }
    String::from_utf8(bytes).map_err(|_| anyhow!("`{shown}` is not UTF-8: convert it first, with `iconv`"))
}

/// Where lines have a user, by the place of the file.
fn usual_format(file: &Path) -> Format {
    let is_system = file == Path::new("/etc/crontab") || file.parent() == Some(Path::new("/etc/cron.d"));
    if is_system { Format::System } else { Format::User }
}

/// Tells what became of each line. How many were left out.
fn report(entries: &[Entry], flows: &[flow::Made]) -> usize {
    let mut made = flows.iter();
    let mut left_out = 0;
    for entry in entries {
        match entry {
            Entry::Job(job) => {
                let Some(flow) = made.next() else { continue };
                let user = job.user.as_ref().map(|user| format!(" (ran as `{user}`)")).unwrap_or_default();
                note(&format!("line {}: {}{user}", job.line, flow.id));
                flow.remarks.iter().for_each(|remark| note(&format!("line {}: note: {remark}", job.line)));
            }
            Entry::Refused { line, reason } => {
                left_out += 1;
                note(&format!("line {line}: not translated: {reason}"));
            }
            Entry::Remark { line, words } => note(&format!("line {line}: note: {words}")),
        }
    }
    if !flows.is_empty() {
        note(
            "note: commands run as the user of the server, in a folder of their own instead of a home folder",
        );
    }
    if flows.iter().any(|flow| flow.has_server_zone) {
        note("note: schedules without a zone follow the clock of the server; choose one with `--zone`");
    }
    let left = if left_out > 0 { format!(", {left_out} not translated") } else { String::new() };
    note(&format!("translated {}{left}", plural(flows.len(), "line")));
    left_out
}

//! `kapelle configs validate`.

use std::path::PathBuf;

use clap::Args;

use crate::configuration::{Configuration, Home};
use crate::outcome::{Ending, Outcome};
use crate::report::printable;
use crate::terminal::{Stream, note};

/// Say what is wrong with a configuration, or what a server would do with it
///
/// Files count in their order, the later over the earlier ones; then `KESTRA_CONFIGURATION` and single variables such as
/// `KESTRA_URL`. Without files it is `~/.kestra/config.yml`. Nothing secret is printed.
#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 a server can start, 1 it cannot, 2 wrong command line.")]
pub(crate) struct Arguments {
    /// Configurations of Kestra
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// The same, as an option
    #[arg(long = "config", short, value_name = "FILE")]
    more: Vec<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Ending {
    let files = [arguments.files.as_slice(), &arguments.more].concat();
    let configuration = Configuration::load(&files, Home::Counts)?;
    let findings = configuration.findings.iter().chain(&configuration.refusal);
    let mut errors = 0;
    for found in findings {
        errors += usize::from(found.is_error());
        let lines: Vec<String> = found.to_string().lines().map(printable).collect();
        note(&lines.join("\n"));
    }
    if errors > 0 {
        return Ok(Outcome::Errors);
    }
    Stream::Out.print(summary(&configuration).as_bytes())?;
    Ok(Outcome::Ok)
}

/// Names in a column, values behind them.
fn summary(configuration: &Configuration) -> String {
    let lines = configuration.summary();
    let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let lines: Vec<String> =
        lines.iter().map(|(name, value)| format!("{name:width$}  {}", printable(value))).collect();
    lines.join("\n") + "\n"
}

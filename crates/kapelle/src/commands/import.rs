//! `kapelle import …`: flows from what other schedulers run.

mod crontab;

use clap::Subcommand;

use crate::outcome::Ending;

/// Make flows of what other schedulers run
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Crontab(crontab::Arguments),
}

pub(crate) fn run(command: &Command) -> Ending {
    match command {
        Command::Crontab(arguments) => crontab::run(arguments),
    }
}

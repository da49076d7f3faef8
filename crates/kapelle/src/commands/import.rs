//! `kapelle import …`: flows from what other schedulers run.

mod argo;
mod crontab;
mod out;

use clap::Subcommand;

use crate::outcome::Ending;

/// Make flows of what other schedulers run
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Argo(argo::Arguments),
    Crontab(crontab::Arguments),
}

pub(crate) fn run(command: &Command) -> Ending {
    match command {
        Command::Argo(arguments) => argo::run(arguments),
        Command::Crontab(arguments) => crontab::run(arguments),
    }
}

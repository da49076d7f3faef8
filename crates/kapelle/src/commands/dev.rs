//! `kapelle dev …`: for those who work on Kapelle itself, so help does not speak of it.

mod seed;

use clap::Subcommand;

use crate::outcome::Ending;

/// Tools for work on Kapelle itself
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Seed(seed::Arguments),
}

pub(crate) fn run(command: &Command) -> Ending {
    match command {
        Command::Seed(arguments) => seed::run(arguments),
    }
}

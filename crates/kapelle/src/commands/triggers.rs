//! `kapelle triggers …`: what starts flows.

mod next;
mod show;
mod wait;

use clap::Subcommand;

use crate::outcome::Ending;

/// See what starts flows, and when
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Next(next::Arguments),
}

pub(crate) fn run(command: &Command) -> Ending {
    match command {
        Command::Next(arguments) => next::run(arguments),
    }
}

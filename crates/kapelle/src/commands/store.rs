//! `kapelle store …`: looking after a folder of data whose server is stopped.

mod backup;
mod check;
mod compact;
pub(crate) mod place;
mod progress;
mod purge;
mod restore;
mod stats;
mod when;

use clap::Subcommand;

use crate::outcome::Ending;

/// Look after a folder of data: check, save, make smaller
///
/// The server of the folder has to be stopped. Ctrl+C is safe at any moment: what was done is whole, and the same
/// command goes on or begins again.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Check(check::Arguments),
    Stats(stats::Arguments),
    Backup(backup::Arguments),
    Restore(restore::Arguments),
    Compact(compact::Arguments),
    Purge(purge::Arguments),
}

pub(crate) fn run(command: &Command) -> Ending {
    match command {
        Command::Check(arguments) => check::run(arguments),
        Command::Stats(arguments) => stats::run(arguments),
        Command::Backup(arguments) => backup::run(arguments),
        Command::Restore(arguments) => restore::run(arguments),
        Command::Compact(arguments) => compact::run(arguments),
        Command::Purge(arguments) => purge::run(arguments),
    }
}

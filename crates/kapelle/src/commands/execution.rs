//! `kapelle execution …`: executions of a server are started, watched and steered.

mod act;
mod find;
mod logs;
mod read;
mod start;

use clap::Subcommand;

use crate::outcome::Ending;

/// Start, watch and steer executions of a server
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(alias = "run", alias = "create")]
    Trigger(Box<start::Arguments>),
    Get(Box<read::Get>),
    List(Box<read::List>),
    Logs(Box<logs::Arguments>),
    Kill(Box<act::One>),
    Pause(Box<act::One>),
    Resume(Box<act::Resume>),
    Restart(Box<act::Restart>),
    Replay(Box<act::Replay>),
}

pub(crate) fn run(command: &Command) -> Ending {
    match command {
        Command::Trigger(arguments) => start::run(arguments),
        Command::Get(arguments) => read::get(arguments),
        Command::List(arguments) => read::list(arguments),
        Command::Logs(arguments) => logs::run(arguments),
        Command::Kill(arguments) => act::kill(arguments),
        Command::Pause(arguments) => act::pause(arguments),
        Command::Resume(arguments) => act::resume(arguments),
        Command::Restart(arguments) => act::restart(arguments),
        Command::Replay(arguments) => act::replay(arguments),
    }
}

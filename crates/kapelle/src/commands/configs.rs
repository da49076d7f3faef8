//! `kapelle configs …`: what an installation is told by its files and its environment.

mod explain;
mod properties;
mod validate;

use clap::Subcommand;

use crate::outcome::{Ending, Outcome};
use crate::terminal::Stream;

/// Check configurations of servers, and look up their keys
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Validate(validate::Arguments),
    Properties(properties::Arguments),
    Explain(explain::Arguments),
}

pub(crate) fn run(command: &Command) -> Ending {
    match command {
        Command::Validate(arguments) => validate::run(arguments),
        Command::Properties(arguments) => print(&properties::text(arguments)?),
        Command::Explain(arguments) => print(&explain::text(&arguments.key)?),
    }
}

fn print(text: &str) -> Ending {
    Stream::Out.print(text.as_bytes()).map(|()| Outcome::Ok)
}

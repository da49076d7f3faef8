//! The command line: which commands there are, and who carries them out.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

use crate::commands::check;
use crate::outcome::{Ending, Outcome, Stop};
use crate::terminal::Stream;

/// Checks workflows written for Kestra, without a server.
#[derive(Debug, Parser)]
#[command(name = "kapelle", version, disable_help_subcommand = true, max_term_width = 100)]
#[command(after_help = "Try `kapelle check` in a folder of flows. `kapelle COMMAND --help` tells more.")]
pub(crate) struct Kapelle {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Arguments),
}

pub(crate) fn run(arguments: &[OsString]) -> Ending {
    match parse::<Kapelle>(arguments) {
        Ok(Kapelle { command: Some(command) }) => match command {
            Command::Check(arguments) => check::run(&arguments),
        },
        Ok(Kapelle { command: None }) => short_help::<Kapelle>(),
        Err(ending) => ending,
    }
}

fn parse<P: Parser>(arguments: &[OsString]) -> Result<P, Ending> {
    P::try_parse_from(arguments).map_err(|error| {
        let text = error.render().to_string();
        match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => print(&text),
            // `kapelle flow` alone: the help is the answer, but nothing was done.
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                Stream::Err.print(text.as_bytes()).map(|()| Outcome::Usage)
            }
            _ => Err(Stop::Usage(text.trim_start_matches("error: ").trim_end().to_owned())),
        }
    })
}

fn short_help<P: CommandFactory>() -> Ending {
    print(&P::command().render_help().to_string())
}

fn print(text: &str) -> Ending {
    Stream::Out.print(text.as_bytes()).map(|()| Outcome::Ok)
}

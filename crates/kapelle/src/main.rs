//! The binary: command line and printing. What is right or wrong with a flow is decided in `kapelle-core`.

mod commands;

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use clap::Parser;

use commands::{explain, plugins, schema};

#[derive(Debug, Parser)]
#[command(name = "kapelle", version, disable_help_subcommand = true, max_term_width = 100)]
enum Kapelle {
    Schema(schema::Arguments),
    #[command(subcommand)]
    Plugins(plugins::Command),
    Explain(explain::Arguments),
}

/// When nobody tells how wide the terminal is.
const WIDTH_DEFAULT: usize = 100;

fn main() -> ExitCode {
    let answer = match Kapelle::parse() {
        Kapelle::Schema(arguments) => schema::run(&arguments),
        Kapelle::Plugins(command) => plugins::run(&command, WIDTH_DEFAULT),
        Kapelle::Explain(arguments) => explain::run(&arguments),
    };
    let printed = answer.and_then(|text| match io::stdout().write_all(text.as_bytes()) {
        // A reader who leaves early, such as `head`, is no error.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    });
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            writeln!(io::stderr(), "error: {error:#}").ok();
            ExitCode::FAILURE
        }
    }
}

//! The binary: command line, reading files, printing. What is right or wrong with a flow is decided in
//! `kapelle-core`; this crate only brings it the texts and shows what it found.
//!
//! Start with [`cli`] for the commands, and with `commands/` for what each of them does.

mod argo;
mod cli;
mod commands;
mod configuration;
mod files;
mod fix;
mod globals;
mod ignore;
mod input;
mod local;
mod open_files;
mod outcome;
mod replace;
mod report;
mod terminal;

use std::ffi::OsString;
use std::panic;
use std::process::ExitCode;

use outcome::{Outcome, Stop};

/// The first argument of a process that looks after the programs of a task; nobody writes it by hand.
const SHEPHERD: &str = "shepherd";

fn main() -> ExitCode {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|place| format!(" ({place})")).unwrap_or_default();
        let reason = panic.payload_as_str().unwrap_or("no reason given");
        terminal::note(&format!(
            "kapelle: this is a mistake in kapelle, not in your flows: {reason}{place}\n\
             Please report it together with the flow that was checked."
        ));
    }));
    let arguments: Vec<OsString> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|argument| argument == SHEPHERD) {
        let code = kapelle_plugins::runner::shepherd::main(arguments.into_iter().skip(2));
        return ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX));
    }
    let outcome = panic::catch_unwind(|| cli::run(&arguments)).unwrap_or(Ok(Outcome::Errors));
    ExitCode::from(outcome.unwrap_or_else(Stop::tell) as u8)
}

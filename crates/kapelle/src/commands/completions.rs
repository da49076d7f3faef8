//! `kapelle completions`: what a shell needs to complete our command line.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::cli::Kapelle;
use crate::outcome::{Ending, Outcome};
use crate::terminal::Stream;

/// Print the completion script of a shell
#[derive(Debug, Args)]
#[command(
    after_help = "bash:  kapelle completions bash > ~/.local/share/bash-completion/completions/kapelle\n\
                        zsh:   kapelle completions zsh > \"${fpath[1]}/_kapelle\"\n\
                        fish:  kapelle completions fish > ~/.config/fish/completions/kapelle.fish"
)]
pub(crate) struct Arguments {
    shell: Shell,
}

pub(crate) fn run(arguments: &Arguments) -> Ending {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Kapelle::command(), "kapelle", &mut script);
    Stream::Out.print(&script)?;
    Ok(Outcome::Ok)
}

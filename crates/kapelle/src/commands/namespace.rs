//! `kapelle namespace …`, `kapelle files …`, `kapelle kv …`: files and values that flows of a namespace share.

pub(crate) mod files;
pub(crate) mod kv;
mod tree;

use clap::Subcommand;

use crate::outcome::Ending;

/// Upload files and values for the flows of a namespace
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Files that flows of a namespace share
    #[command(subcommand)]
    Files(Box<FilesCommand>),
    /// Values that flows of a namespace share
    #[command(subcommand)]
    Kv(Box<KvCommand>),
}

#[derive(Debug, Subcommand)]
pub(crate) enum FilesCommand {
    Update(files::Update),
}

#[derive(Debug, Subcommand)]
pub(crate) enum KvCommand {
    Update(kv::Set),
}

pub(crate) fn run(command: &Command) -> Ending {
    match command {
        Command::Files(command) => match &**command {
            FilesCommand::Update(arguments) => files::update(arguments),
        },
        Command::Kv(command) => match &**command {
            KvCommand::Update(arguments) => kv::set(arguments),
        },
    }
}

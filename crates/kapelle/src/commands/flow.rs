//! `kapelle flow …`: the commands for flows that Kestra's own program has, with its output.

mod dot;
mod expand;
mod many;
mod one;
mod search;
mod sources;
mod test;
mod validate;

use clap::Subcommand;

use crate::outcome::Ending;

pub(super) use many::{Deletes, send};
pub(super) use search::write_archive;
pub(super) use validate::ask;

/// The commands of Kestra's own program for flows, with its output
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Validate(Box<validate::Arguments>),
    Test(Box<test::Test>),
    Create(Box<one::Create>),
    Update(Box<one::Update>),
    Updates(Box<many::Updates>),
    Delete(Box<one::Delete>),
    Get(Box<one::Get>),
    List(Box<search::List>),
    Export(Box<search::Export>),
    Expand(Box<expand::Arguments>),
    Dot(Box<dot::Arguments>),
    #[command(name = "syncFromSource")]
    SyncFromSource(Box<search::SyncFromSource>),
    /// The flows of one namespace
    #[command(subcommand)]
    Namespace(Box<Namespace>),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Namespace {
    Update(Box<many::UpdateNamespace>),
}

pub(crate) fn run(command: &Command) -> Ending {
    match command {
        Command::Validate(arguments) => validate::run(arguments),
        Command::Test(arguments) => test::run(arguments),
        Command::Create(arguments) => one::create(arguments),
        Command::Update(arguments) => one::update(arguments),
        Command::Updates(arguments) => many::updates(arguments),
        Command::Delete(arguments) => one::delete(arguments),
        Command::Get(arguments) => one::get(arguments),
        Command::List(arguments) => search::list(arguments),
        Command::Export(arguments) => search::export(arguments),
        Command::Expand(arguments) => expand::run(arguments),
        Command::Dot(arguments) => dot::run(arguments),
        Command::SyncFromSource(arguments) => search::sync_from_source(arguments),
        Command::Namespace(command) => match &**command {
            Namespace::Update(arguments) => many::update_namespace(arguments),
        },
    }
}

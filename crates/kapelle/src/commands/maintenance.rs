//! `kapelle sys …` and `kapelle migrate …`: what Kestra's databases need now and then, and ours does by itself.

use std::ffi::OsString;

use clap::{Args, Subcommand};

use super::client::output;
use crate::outcome::Ending;

/// Maintenance of Kestra's databases; here there is nothing to do
#[derive(Debug, Subcommand)]
pub(crate) enum Sys {
    /// The store has no index beside it
    Reindex(Anything),
    /// Executions that wait are started when their time comes
    SubmitQueuedExecution(Anything),
    /// The store brings itself up to date when it is opened
    Database(Anything),
    /// States are where they belong
    StateStore(Anything),
}

/// Migrations between versions of Kestra; here there is nothing to do
#[derive(Debug, Subcommand)]
pub(crate) enum Migrate {
    /// There is one tenant, `main`
    DefaultTenant(Anything),
    /// Values, secrets and files have their metadata
    Metadata(Anything),
    /// The store brings itself up to date when it is opened
    Run(Anything),
    /// No migration is planned
    Plan(Anything),
    /// No migration failed
    Repair(Anything),
    /// No migration holds a lock
    Unlock(Anything),
}

/// What Kestra's command takes is accepted.
#[derive(Args, Debug)]
pub(crate) struct Anything {
    #[arg(hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<OsString>,
}

pub(crate) fn sys(command: &Sys) -> Ending {
    nothing(match command {
        Sys::Reindex(_) => "the store has no index beside it",
        Sys::SubmitQueuedExecution(_) => "executions that wait are started when their time comes",
        Sys::Database(_) => "the store brings itself up to date when it is opened",
        Sys::StateStore(_) => "states are where they belong",
    })
}

pub(crate) fn migrate(command: &Migrate) -> Ending {
    nothing(match command {
        Migrate::DefaultTenant(_) => "everything belongs to the tenant `main`",
        Migrate::Metadata(_) => "values, secrets and files have their metadata",
        Migrate::Run(_) => "the store brings itself up to date when it is opened",
        Migrate::Plan(_) => "no migration is planned",
        Migrate::Repair(_) => "no migration failed",
        Migrate::Unlock(_) => "no migration holds a lock",
    })
}

fn nothing(why: &str) -> Ending {
    output::line(&format!("Nothing to do: {why}."))
}

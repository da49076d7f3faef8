//! `kapelle secrets …`: the secrets that a folder of data keeps.
//!
//! They go in and are used by flows; no command gives one back.

pub(super) mod ask;

use std::sync::Arc;

use anyhow::anyhow;
use clap::{Args, Subcommand};
use kapelle_model::Failure;
use kapelle_model::permit::Permit;
use kapelle_runtime::secrets::{SecretNote, StoredSecrets};

use super::store::place::Place;
use crate::local::{TENANT, stored_secrets};
use crate::outcome::{Ending, Outcome, Stop};
use crate::report::printable;
use crate::terminal::Stream;

/// Keep secrets for flows, encrypted
///
/// Flows read them with `secret('NAME')`, also those of namespaces below. They are encrypted with the key in the folder
/// `keys` of the data, or with `KESTRA_ENCRYPTION_SECRET_KEY`, and no command shows them. `kapelle run --data DIR` uses
/// those of its folder.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Set(SetArguments),
    List(ListArguments),
    Delete(DeleteArguments),
}

/// Keep a secret, in place of an earlier one
///
/// Its value is asked for, or read from standard input; a line end behind it does not belong to it. It is no argument,
/// since the arguments of a program are there for everybody to see.
#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 kept, 1 not kept, 2 wrong command line.\n\n\
    `kapelle secrets set TOKEN --namespace company.team < token.txt`")]
pub(crate) struct SetArguments {
    #[command(flatten)]
    name: Name,

    /// What it is for
    #[arg(long)]
    description: Option<String>,
}

/// List the names of the secrets of a namespace
#[derive(Debug, Args)]
pub(crate) struct ListArguments {
    #[command(flatten)]
    of: Of,
}

/// Delete a secret
#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 deleted, 1 there is none, 2 wrong command line.")]
pub(crate) struct DeleteArguments {
    #[command(flatten)]
    name: Name,
}

#[derive(Debug, Args)]
struct Name {
    /// Its name, as flows call it
    #[arg(value_name = "NAME")]
    name: String,

    #[command(flatten)]
    of: Of,
}

#[derive(Debug, Args)]
struct Of {
    /// The namespace that it belongs to, with all below; without it, all namespaces
    #[arg(long, value_name = "NAMESPACE", default_value = "", hide_default_value = true)]
    namespace: String,

    #[command(flatten)]
    place: Place,
}

pub(crate) fn run(command: &Command) -> Ending {
    match command {
        Command::Set(arguments) => set(arguments),
        Command::List(arguments) => list(arguments),
        Command::Delete(arguments) => delete(arguments),
    }
}

fn set(SetArguments { name, description }: &SetArguments) -> Ending {
    let secrets = stored_secrets(Arc::new(name.of.place.open_or_make()?));
    let value = ask::value(&name.name)?;
    let key = (TENANT, &*name.of.namespace, &*name.name);
    let note = SecretNote { description: description.clone(), tags: Vec::new() };
    secrets.put(key, &value, &note).map_err(failed)?;
    Ok(Outcome::Ok)
}

fn list(ListArguments { of }: &ListArguments) -> Ending {
    let permit = Permit::system("secrets of a namespace").within(TENANT.into());
    let entries = of.secrets()?.list(&permit, Some(&of.namespace)).map_err(failed)?;
    let lines = entries.iter().map(|entry| match &entry.note.description {
        Some(description) => format!("{}  {}\n", printable(&entry.key), printable(description)),
        None => format!("{}\n", printable(&entry.key)),
    });
    Stream::Out.print(lines.collect::<String>().as_bytes())?;
    Ok(Outcome::Ok)
}

fn delete(DeleteArguments { name }: &DeleteArguments) -> Ending {
    if name.of.secrets()?.remove(TENANT, &name.of.namespace, &name.name).map_err(failed)? {
        return Ok(Outcome::Ok);
    }
    let place = match &*name.of.namespace {
        "" => "without a namespace".to_owned(),
        namespace => format!("in the namespace `{}`", printable(namespace)),
    };
    Err(Stop::Failed(anyhow!("there is no secret `{}` {place}", printable(&name.name))))
}

impl Of {
    fn secrets(&self) -> Result<StoredSecrets, Stop> {
        Ok(stored_secrets(Arc::new(self.place.open()?)))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to `map_err`")]
fn failed(failure: Failure) -> Stop {
    Stop::Failed(anyhow!("{failure}"))
}

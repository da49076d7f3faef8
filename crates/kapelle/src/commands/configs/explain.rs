//! `kapelle configs explain`: one key of the table.

use anyhow::bail;
use clap::Args;
use kapelle_core::suggest::nearest_names;

use crate::commands::format::did_you_mean;
use crate::configuration::keys::{self, Key, Kind};
use crate::configuration::name;

/// Tell what a key does
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The key, such as `kestra.url`, or its variable, such as `KESTRA_URL`
    #[arg(value_name = "KEY")]
    pub(super) key: String,
}

/// Names that are offered for one that does not exist.
const NEAR_MAX: usize = 3;

pub(super) fn text(wanted: &str) -> anyhow::Result<String> {
    if let Some(key) = name::find(wanted) {
        return Ok(page(key));
    }
    let near = nearest_names(wanted, keys::all().map(|key| key.name), NEAR_MAX);
    bail!("there is no key `{wanted}`{}", did_you_mean(&near));
}

fn page(key: &'static Key) -> String {
    let names = match key.kind {
        Kind::Choice(names) => format!("one of:    {}\n", names.join(", ")),
        _ => String::new(),
    };
    let default = key.default.map_or(String::new(), |default| format!("default:   {default}\n"));
    format!(
        "{} ({})\n\n{}.\n\nkind:      {}\n{names}{default}variable:  {}\n",
        key.name,
        key.standing.words(),
        key.words,
        key.kind.word(),
        name::variable(key)
    )
}

//! `kapelle plugins list`.

use anyhow::bail;
use clap::Args;
use kapelle_core::catalogue::Catalogue;
use kapelle_core::suggest::nearest;
use serde_json::Value;

use super::coverage::Coverage;
use super::{as_json, table, usable};
use crate::commands::format::{Format, json};

/// List all types: name, kind, whether they are built in or deprecated
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Only this kind, such as `task`, `flowable`, `trigger`, `condition` or `runner`
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,

    /// Only the types of Kestra's core
    #[arg(long)]
    core: bool,

    /// How many types of each family there are: built in, as data, and known only
    #[arg(long, conflicts_with_all = ["kind", "core"])]
    coverage: bool,

    /// The same as a page with the names of all that are there, as in `docs/plugins.md`
    #[arg(long, requires = "coverage", conflicts_with = "format")]
    markdown: bool,

    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(arguments: &Arguments, catalogue: &'static Catalogue) -> anyhow::Result<String> {
    let mut types = usable(catalogue);
    if arguments.coverage {
        let coverage = Coverage::of(&types);
        return match arguments.format {
            _ if arguments.markdown => Ok(coverage.page()),
            Format::Human => Ok(coverage.table()),
            Format::Json => json(&coverage.as_json()),
        };
    }
    types.retain(|entry| !arguments.core || entry.name.starts_with("io.kestra.plugin.core."));
    if let Some(wanted) = &arguments.kind {
        let mut kinds: Vec<&str> = types.iter().map(|entry| entry.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        if !kinds.contains(&wanted.as_str()) {
            match nearest(wanted, kinds.iter().copied()) {
                Some(kind) => bail!("there is no kind `{wanted}`; did you mean `{kind}`?"),
                None => bail!("there is no kind `{wanted}`; the kinds are {}", kinds.join(", ")),
            }
        }
        types.retain(|entry| entry.kind == wanted);
    }
    match arguments.format {
        Format::Human => Ok(table(&types)),
        Format::Json => json(&types.into_iter().map(as_json).collect::<Vec<Value>>()),
    }
}

//! `kapelle schema`: the JSON Schema of a flow, for editors.

use clap::Args;
use kapelle_core::catalogue::Catalogue;
use kapelle_core::schema::flow_schema;

use super::format::json;
use crate::configuration;

/// Print the JSON Schema of a flow, for editors
#[derive(Debug, Args)]
#[command(after_help = "Write it to a file, and name that file in the first line of a flow:\n  \
                        kapelle schema > flow.schema.json\n  \
                        # yaml-language-server: $schema=flow.schema.json")]
pub(crate) struct Arguments {
    /// With line breaks and indentation
    #[arg(long)]
    pretty: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<String> {
    configuration::with_own_types();
    let schema = flow_schema(Catalogue::bundled());
    if arguments.pretty { json(&schema) } else { Ok(format!("{schema}\n")) }
}

//! `kapelle openapi`: the description of the HTTP API, for programs that make clients of it.

use clap::{Args, ValueEnum};
use kapelle_core::yaml::write::block;

use super::format::json;

/// Print the description of the HTTP API, for programs
#[derive(Debug, Args)]
#[command(after_help = "A running server answers the same at /swagger/kestra.yml.")]
pub(crate) struct Arguments {
    #[arg(long, value_enum, default_value_t = Notation::Yaml)]
    format: Notation,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Notation {
    Yaml,
    Json,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<String> {
    let document = kapelle_server::openapi();
    match arguments.format {
        Notation::Yaml => Ok(block(&document, 0)),
        Notation::Json => json(&document),
    }
}

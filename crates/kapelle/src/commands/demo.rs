//! `kapelle demo`: a server with examples, for the first five minutes.

use std::path::PathBuf;

use clap::Args;

use super::server;
use crate::outcome::Ending;
use crate::terminal::note;

/// Start a server with examples to look at, on this machine only
#[derive(Debug, Args)]
#[command(
    after_help = "Nobody is asked who they are, so the server answers this machine only. Ctrl+C ends it."
)]
pub(crate) struct Arguments {
    /// Where clients reach the API
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    port: u16,

    /// The folder where everything is written down
    #[arg(long, value_name = "DIR", default_value = "kapelle-demo")]
    data: PathBuf,

    /// Keep executions in memory: with the server they are gone
    #[arg(long)]
    memory: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Ending {
    let address = format!("http://127.0.0.1:{}", arguments.port);
    note(&format!(
        "A server with examples. While it runs:\n  \
           open   {address}/ui/\n  \
           list   kapelle flow list --server {address}\n  \
           run    kapelle execution trigger hello --follow --server {address}\n  \
           or     curl -X POST {address}/api/v1/main/executions/company.team/hello\n  \
           end    Ctrl+C"
    ));
    server::run_demo(arguments.port, &arguments.data, arguments.memory)
}

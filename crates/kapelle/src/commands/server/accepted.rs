//! Options of Kestra's server that change nothing here. Compose files and scripts may keep them.

use std::ffi::OsString;

use clap::Args;

use crate::terminal::note;

#[derive(Args, Debug, Default)]
pub(crate) struct Accepted {
    #[arg(long, hide = true, value_name = "NUMBER")]
    worker_thread: Option<u32>,
    #[arg(long, hide = true, value_name = "IDS", value_delimiter = ',')]
    skip_executions: Vec<String>,
    #[arg(long, hide = true, value_name = "FLOWS", value_delimiter = ',')]
    skip_flows: Vec<String>,
    #[arg(long, hide = true, value_name = "NAMESPACES", value_delimiter = ',')]
    skip_namespaces: Vec<String>,
    #[arg(long, hide = true, value_name = "TENANTS", value_delimiter = ',')]
    skip_tenants: Vec<String>,
    #[arg(long, hide = true, value_name = "NAMES", value_delimiter = ',')]
    start_executors: Vec<String>,
    #[arg(long, hide = true, value_name = "NAMES", value_delimiter = ',')]
    not_start_executors: Vec<String>,
    #[arg(long, hide = true)]
    no_indexer: bool,
    #[arg(long, hide = true, conflicts_with = "tutorials")]
    no_tutorials: bool,
    #[arg(long, short, hide = true, action = clap::ArgAction::Count)]
    verbose: u8,
    #[arg(long, hide = true)]
    internal_log: bool,
    #[arg(long, short, hide = true)]
    plugins: Option<OsString>,
}

impl Accepted {
    /// Says once which of them somebody may miss. Those that ask for what is so anyway need no word.
    pub(super) fn tell(&self) {
        let idle = self.idle();
        if !idle.is_empty() {
            note(&format!("note: accepted without effect in this version: {}", idle.join(", ")));
        }
    }

    /// Without the indexer and the tutorials, which are not there unless somebody wants them.
    fn idle(&self) -> Vec<&'static str> {
        let given = [
            ("--worker-thread", self.worker_thread.is_some()),
            ("--skip-executions", !self.skip_executions.is_empty()),
            ("--skip-flows", !self.skip_flows.is_empty()),
            ("--skip-namespaces", !self.skip_namespaces.is_empty()),
            ("--skip-tenants", !self.skip_tenants.is_empty()),
            ("--start-executors", !self.start_executors.is_empty()),
            ("--not-start-executors", !self.not_start_executors.is_empty()),
            ("--verbose", self.verbose > 0),
            ("--plugins", self.plugins.is_some()),
        ];
        given.iter().filter(|(_, is_given)| *is_given).map(|(name, _)| *name).collect()
    }
}

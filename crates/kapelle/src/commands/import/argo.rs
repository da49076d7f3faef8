//! `kapelle import argo`: a flow for each workflow of Argo.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;
use kapelle_core::source::Source;

use super::out;
use crate::argo::{self, Options, Runner};
use crate::outcome::{Ending, Outcome, Stop};
use crate::terminal::note;
use crate::{files, input};

/// Make a flow of each workflow of Argo
///
/// Workflows, cron workflows, and workflow templates with an entry point become flows; what templates call is written out
/// in the flow. The report names every key that has no counterpart, with its line.
#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 everything was translated, 1 some was not, 2 wrong command line.\n\n\
    Examples:\n  \
      kapelle import argo workflow.yaml                        print the flow\n  \
      kapelle import argo workflows/ --out flows/              write a file for each\n  \
      kapelle import argo workflow.yaml --runner docker        containers of Docker instead of pods")]
pub(crate) struct Arguments {
    /// Files, or folders with files; templates that workflows of them call are found in all of them
    #[arg(value_name = "FILE", required = true)]
    files: Vec<OsString>,

    /// Namespace of the flows
    #[arg(long, value_name = "NAME", default_value = "argo")]
    namespace: String,

    /// Folder to write the flows to, a file for each, instead of printing them
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,

    /// Where the containers run
    #[arg(long, value_enum, default_value_t = Runner::Kubernetes)]
    runner: Runner,
}

pub(crate) fn run(arguments: &Arguments) -> Ending {
    let (_, sources) = input::read(files::find(&arguments.files)?.places);
    let files: Vec<Source> = sources.into_iter().filter(|source| argo::is_argo(source.text())).collect();
    if files.is_empty() {
        return Err(Stop::Failed(anyhow!(
            "there is no workflow of Argo: it would begin with `apiVersion: argoproj.io/…`"
        )));
    }
    let options = Options { namespace: &arguments.namespace, runner: arguments.runner };
    let (flows, remarks) = argo::translate(&files, &options);
    out::give(flows.iter().map(|flow| (flow.id.as_str(), flow.text.as_str())), arguments.out.as_deref())?;
    for remark in &remarks {
        note(&remark.told(&files));
    }
    Ok(Outcome::errors_if(remarks.iter().any(|remark| remark.is_loss)))
}

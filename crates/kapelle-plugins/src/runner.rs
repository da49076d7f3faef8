//! Where the programs of tasks run.
//!
//! A task says what has to run and listens to it; a runner knows where. [`process::Process`] is the machine of the worker:
//! a [`shepherd`] stands between the server and a program, so that nothing survives the server. [`docker::Docker`] is a
//! container, [`kubernetes::Kubernetes`] a pod: both go on without the server until the next one takes them up.

pub(crate) mod docker;
pub(crate) mod heard;
pub(crate) mod kubernetes;
pub(crate) mod process;
pub(crate) mod program;
pub mod shepherd;
mod tree;

use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;

use kapelle_model::{Failure, Text};
use kapelle_plugin::RunContext;
use kapelle_plugin::program::Lines;

/// What has to run.
pub(crate) struct Job {
    /// The program and its arguments.
    pub(crate) command: Vec<Text>,
    /// Where it runs.
    pub(crate) directory: PathBuf,
    /// A folder for its temporary files: its `/tmp` where that can be had.
    pub(crate) temporary: PathBuf,
    /// Everything that the program sees of the environment.
    pub(crate) environment: BTreeMap<String, Text>,
}

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    /// Of one that a signal ended, 128 and the number of the signal; `None` if nobody saw it end.
    pub(crate) exit_code: Option<i32>,
    /// It was told to stop.
    pub(crate) is_killed: bool,
    /// What kept it apart from the rest of the machine.
    pub(crate) sandbox: Vec<String>,
    /// The container in which it ran.
    pub(crate) container_id: Option<String>,
    /// The pod in which it ran.
    pub(crate) pod: Option<String>,
}

/// Runs programs somewhere.
pub(crate) trait TaskRunner: Send + Sync {
    /// Runs a program until it and everything that it started is gone. When the attempt is stopped, that is soon.
    fn run<'a>(&'a self, cx: &'a RunContext, job: &'a Job, lines: &'a mut dyn Lines) -> Run<'a>;
}

/// A program at work.
pub(crate) type Run<'a> = Pin<Box<dyn Future<Output = Result<Ended, Failure>> + Send + 'a>>;

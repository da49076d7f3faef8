//! Which runner runs the commands of a task.

use kapelle_model::Failure;

use super::properties::OldRunner;
use crate::runner::kubernetes;

/// The runner that is this machine.
pub(crate) const PROCESS: &str = "io.kestra.plugin.core.runner.Process";

/// The names of each runner, the current one first.
const PROCESSES: [&str; 2] = [PROCESS, "io.kestra.core.models.tasks.runners.types.ProcessTaskRunner"];
pub(super) const DOCKER: [&str; 2] = [
    "io.kestra.plugin.scripts.runner.docker.Docker",
    "io.kestra.plugin.scripts.runner.docker.DockerTaskRunner",
];

/// The setting that lets this machine stand in for a runner that is not there.
pub(super) const FALLBACK: &str = "kapelle.scripts.process-fallback";

/// What a flow says about the runner.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Named<'n> {
    pub(super) written: Option<&'n str>,
    pub(super) old: Option<OldRunner>,
    /// It has older settings of containers.
    pub(super) has_docker: bool,
}

impl Named<'_> {
    pub(super) fn is_silent(&self) -> bool {
        self.written.is_none() && self.old.is_none() && !self.has_docker
    }
}

/// Where the commands run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// On this machine, because the task says so.
    Process,
    /// In a container.
    Docker,
    /// In a pod.
    Kubernetes,
    /// On this machine, in place of another runner, with the words for that.
    Fallback(String),
}

/// Chooses by what is written; the newer property wins. A flow that asks for a container gets one, or fails; only one that
/// says nothing may run on this machine where there is no engine.
pub(super) fn choose(
    named: Named<'_>,
    is_fallback_allowed: bool,
    has_engine: impl FnOnce() -> Result<bool, Failure>,
) -> Result<Choice, Failure> {
    match (named.written, named.old) {
        (Some(name), _) if PROCESSES.contains(&name) => Ok(Choice::Process),
        (Some(name), _) if DOCKER.contains(&name) => Ok(Choice::Docker),
        (Some(name), _) if kubernetes::TYPES.contains(&name) => Ok(Choice::Kubernetes),
        (None, Some(OldRunner::Process)) => Ok(Choice::Process),
        (None, Some(OldRunner::Docker)) => Ok(Choice::Docker),
        (Some(other), _) if is_fallback_allowed => Ok(Choice::Fallback(format!(
            "scripts run as processes of this machine: {other} is not part of this version, and the setting \
             `{FALLBACK}` is on"
        ))),
        (Some(other), _) => Err(Failure::new(format!(
            "the task runner `{other}` is not part of this version: choose `{}`, `{}` or `{}`, or set \
             `{FALLBACK}: true` to run such tasks as processes of this machine",
            DOCKER[0],
            kubernetes::TYPES[0],
            PROCESS
        ))),
        (None, None) if named.has_docker || !is_fallback_allowed || has_engine()? => Ok(Choice::Docker),
        (None, None) => Ok(Choice::Fallback(format!(
            "scripts that name no runner run as processes of this machine: it has no Docker that may be used, and the \
             setting `{FALLBACK}` is on"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(named: Named<'_>, is_fallback_allowed: bool, has_engine: bool) -> Result<Choice, String> {
        choose(named, is_fallback_allowed, || Ok(has_engine)).map_err(|failure| failure.to_string())
    }

    fn written(name: &str) -> Named<'_> {
        Named { written: Some(name), ..Named::default() }
    }

    fn old(runner: OldRunner) -> Named<'static> {
        Named { old: Some(runner), ..Named::default() }
    }

    #[test]
    fn what_is_named_is_taken_whatever_there_is() {
        for (is_fallback_allowed, has_engine) in [(false, false), (true, false), (true, true)] {
            let chosen = |named| chosen(named, is_fallback_allowed, has_engine).unwrap();
            for named in [written(PROCESS), written(PROCESSES[1]), old(OldRunner::Process)] {
                assert_eq!(chosen(named), Choice::Process);
            }
            let with_settings = Named { has_docker: true, ..Named::default() };
            for named in [written(DOCKER[0]), written(DOCKER[1]), old(OldRunner::Docker), with_settings] {
                assert_eq!(chosen(named), Choice::Docker);
            }
            for name in kubernetes::TYPES {
                assert_eq!(chosen(written(name)), Choice::Kubernetes);
            }
            assert_eq!(chosen(Named { has_docker: true, ..written(PROCESS) }), Choice::Process);
            assert_eq!(chosen(Named { old: Some(OldRunner::Docker), ..written(PROCESS) }), Choice::Process);
        }
    }

    #[test]
    fn who_says_nothing_gets_a_container_or_where_that_is_allowed_this_machine() {
        assert_eq!(chosen(Named::default(), true, true), Ok(Choice::Docker));
        assert_eq!(chosen(Named::default(), false, false), Ok(Choice::Docker));
        let Ok(Choice::Fallback(words)) = chosen(Named::default(), true, false) else {
            panic!("no fallback")
        };
        insta::assert_snapshot!(words, @"scripts that name no runner run as processes of this machine: it has no Docker that may be used, and the setting `kapelle.scripts.process-fallback` is on");
    }

    #[test]
    fn runners_that_are_not_there_are_refused_with_the_ways_out() {
        let named = Named { old: Some(OldRunner::Process), ..written("a.Batch") };
        insta::assert_snapshot!(chosen(named, false, true).unwrap_err(), @"the task runner `a.Batch` is not part of this version: choose `io.kestra.plugin.scripts.runner.docker.Docker`, `io.kestra.plugin.kubernetes.runner.Kubernetes` or `io.kestra.plugin.core.runner.Process`, or set `kapelle.scripts.process-fallback: true` to run such tasks as processes of this machine");
        let Ok(Choice::Fallback(words)) = chosen(named, true, true) else { panic!("no fallback") };
        assert!(words.contains("a.Batch is not part of this version") && words.contains(FALLBACK), "{words}");
    }
}

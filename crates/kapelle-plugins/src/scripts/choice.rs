//! Which runner runs the commands of a task.

use super::properties::OldRunner;

const PROCESS: &str = "io.kestra.plugin.core.runner.Process";
const PROCESS_BEFORE: &str = "io.kestra.core.models.tasks.runners.types.ProcessTaskRunner";
const DOCKER: &str = "io.kestra.plugin.scripts.runner.docker.Docker";

/// The setting that lets this machine stand in for all runners that are not there.
pub(super) const FALLBACK: &str = "kapelle.scripts.process-fallback";

/// This machine, in any case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// Because the task says so.
    Process,
    /// In place of another one, with the words for that.
    Fallback(String),
}

/// Chooses by what is written; the newer property wins.
pub(super) fn choose(
    written: Option<&str>,
    old: Option<OldRunner>,
    is_fallback_allowed: bool,
) -> Result<Choice, String> {
    let named = written.or(match old {
        Some(OldRunner::Process) => Some(PROCESS),
        Some(OldRunner::Docker) => Some(DOCKER),
        None => None,
    });
    match named {
        Some(PROCESS | PROCESS_BEFORE) => Ok(Choice::Process),
        _ if is_fallback_allowed => {
            let runner = named.unwrap_or("Docker, the default runner,");
            Ok(Choice::Fallback(format!(
                "scripts run as processes of this machine: {runner} is not part of this version, and the setting \
                 `{FALLBACK}` is on"
            )))
        }
        Some(other) => Err(format!(
            "the task runner `{other}` is not part of this version: choose `{PROCESS}`, or set `{FALLBACK}: true` to \
             run such tasks as processes of this machine"
        )),
        None => Err(format!(
            "the task names no runner, and Docker, the default, is not part of this version: write `taskRunner: \
             {{type: {PROCESS}}}`, or set `{FALLBACK}: true` to run such tasks as processes of this machine"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_runs_what_names_it() {
        for named in [PROCESS, PROCESS_BEFORE] {
            assert_eq!(choose(Some(named), Some(OldRunner::Docker), false), Ok(Choice::Process));
        }
        assert_eq!(choose(None, Some(OldRunner::Process), false), Ok(Choice::Process));
    }

    #[test]
    fn others_are_refused_with_the_ways_out() {
        insta::assert_snapshot!(choose(None, None, false).unwrap_err(), @"the task names no runner, and Docker, the default, is not part of this version: write `taskRunner: {type: io.kestra.plugin.core.runner.Process}`, or set `kapelle.scripts.process-fallback: true` to run such tasks as processes of this machine");
        insta::assert_snapshot!(choose(Some("a.Kubernetes"), Some(OldRunner::Process), false).unwrap_err(), @"the task runner `a.Kubernetes` is not part of this version: choose `io.kestra.plugin.core.runner.Process`, or set `kapelle.scripts.process-fallback: true` to run such tasks as processes of this machine");
        assert!(choose(None, Some(OldRunner::Docker), false).unwrap_err().contains(DOCKER));
    }

    #[test]
    fn where_the_setting_is_on_this_machine_stands_in_and_says_so() {
        for (written, old) in [(None, None), (Some(DOCKER), None), (None, Some(OldRunner::Docker))] {
            let Ok(Choice::Fallback(words)) = choose(written, old, true) else { panic!("{written:?}") };
            assert!(words.contains("is not part of this version") && words.contains(FALLBACK), "{words}");
        }
        assert_eq!(choose(Some(PROCESS), None, true), Ok(Choice::Process));
    }
}

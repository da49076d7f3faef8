//! Where a script runs, and what runs it there.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use kapelle_model::Failure;
use kapelle_model::effect::Level;
use kapelle_plugin::RunContext;

use super::choice::{Choice, FALLBACK, Named, choose};
use super::language::{Facts, Plan};
use super::properties::{Properties, RunnerProperties};
use crate::runner::TaskRunner;
use crate::runner::docker::DockerProperties;
use crate::runner::kubernetes::KubernetesProperties;
use crate::runner::process::Process;

/// Where a task runs.
pub(super) enum Target<'p> {
    Here,
    Container(&'p DockerProperties),
    Pod(&'p KubernetesProperties),
}

impl<'p> Target<'p> {
    /// What runs it there.
    pub(super) fn runner(
        &self,
        cx: &RunContext,
        facts: &Facts,
        properties: &Properties,
        plan: &Plan,
    ) -> Result<Box<dyn TaskRunner + 'p>, Failure> {
        let docker = match self {
            Self::Here => return Ok(Box::new(Process)),
            Self::Container(docker) => Some(*docker),
            Self::Pod(_) => properties.docker.as_ref(),
        };
        let image = match cx.filled(properties.container_image.as_ref())? {
            None => docker.map(|docker| docker.image(cx)).transpose()?.flatten(),
            written => written,
        };
        let image = image.as_deref().or(plan.image.as_deref()).unwrap_or(facts.image);
        Ok(match self {
            Self::Here => Box::new(Process),
            Self::Container(docker) => Box::new(docker.runner(cx, image)?),
            Self::Pod(kubernetes) => Box::new(kubernetes.runner(image)),
        })
    }
}

/// Looks where the task runs, and tells once if that is not where it would elsewhere.
pub(super) fn chosen<'p>(
    cx: &RunContext,
    facts: &Facts,
    properties: &'p Properties,
) -> Result<Target<'p>, Failure> {
    static WAS_TOLD: AtomicBool = AtomicBool::new(false);
    static PLAIN: LazyLock<DockerProperties> = LazyLock::new(DockerProperties::default);
    let mut named = Named {
        written: properties.task_runner.as_ref().map(|runner| runner.type_name.as_str()),
        old: cx.filled(properties.runner.as_ref())?,
        has_docker: properties.docker.is_some(),
    };
    if named.is_silent() {
        named.written = facts.runner;
    }
    let is_fallback_allowed = cx.host.setting(FALLBACK).as_deref() == Some("true");
    let newer = properties.task_runner.as_ref().map(|runner| &runner.of);
    let docker = match newer {
        Some(RunnerProperties::Docker(docker)) => Some(&**docker),
        _ => None,
    };
    let docker = docker.or(properties.docker.as_ref()).unwrap_or(&PLAIN);
    let is_there = || Ok(docker.connection.address(cx)?.is_there());
    match choose(named, is_fallback_allowed, is_there)? {
        Choice::Process => Ok(Target::Here),
        Choice::Docker => Ok(Target::Container(docker)),
        Choice::Kubernetes => match newer {
            Some(RunnerProperties::Kubernetes(kubernetes)) => Ok(Target::Pod(kubernetes)),
            _ => Err(Failure::new("the runner has no properties")),
        },
        Choice::Fallback(words) => {
            if !WAS_TOLD.swap(true, Ordering::Relaxed) {
                cx.log(Level::Info, words);
            }
            Ok(Target::Here)
        }
    }
}

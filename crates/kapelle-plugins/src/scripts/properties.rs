//! The properties that all scripts share.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_model::{Failure, Text, Value};
use kapelle_plugin::{Any, Expr, Word, read};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use super::choice;
use crate::runner::docker::DockerProperties;
use crate::runner::kubernetes::{self, KubernetesProperties};
use kapelle_plugin::files::NamespaceFilesProperties;

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Properties {
    /// Where the commands run: `io.kestra.plugin.scripts.runner.docker.Docker` is a container,
    /// `io.kestra.plugin.kubernetes.runner.Kubernetes` a pod, `io.kestra.plugin.core.runner.Process` this machine.
    pub(super) task_runner: Option<TaskRunnerProperties>,
    /// Commands that run before, in the same shell.
    pub(super) before_commands: Option<Expr<Vec<Text>>>,
    /// Variables of the environment.
    pub(super) env: Option<Expr<BTreeMap<String, Text>>>,
    /// What gets the commands as its last argument.
    pub(super) interpreter: Option<Expr<Vec<Text>>>,
    /// Whether the first command that fails is the last one; it is unless this says `false`.
    pub(super) fail_fast: Option<Expr<bool>>,
    /// Files of namespaces that are copied into the directory first.
    pub(super) namespace_files: Option<NamespaceFilesProperties>,
    /// Files that are written into the directory first: paths with contents or addresses.
    pub(super) input_files: Option<Expr<Any>>,
    /// Patterns of files of the directory that are kept.
    pub(super) output_files: Option<Expr<Vec<String>>>,
    /// The system on which the commands run.
    #[serde(rename = "targetOS")]
    pub(super) target_os: Option<Expr<TargetOs>>,
    /// The image in which containers run the commands.
    pub(super) container_image: Option<Expr<String>>,
    /// An older way to choose the runner.
    pub(super) runner: Option<Expr<OldRunner>>,
    /// Older settings of containers.
    #[serde(alias = "dockerOptions")]
    pub(super) docker: Option<DockerProperties>,
    /// Whether `{{ outputDir }}` is there: every file in it is kept.
    pub(super) output_directory: Option<Expr<bool>>,
    /// Accepted, and without effect.
    #[expect(dead_code, reason = "the schema knows it")]
    pub(super) warning_on_std_err: Option<Expr<bool>>,
}

/// Where the commands run.
#[derive(Deserialize)]
#[serde(try_from = "Written")]
pub(super) struct TaskRunnerProperties {
    pub(super) type_name: String,
    pub(super) of: RunnerProperties,
}

/// What the runner that is named has.
pub(super) enum RunnerProperties {
    Docker(Box<DockerProperties>),
    Kubernetes(Box<KubernetesProperties>),
    /// Nothing that is known.
    Other,
}

/// A runner as it is written: which one says what its properties mean.
#[derive(Deserialize, JsonSchema)]
struct Written {
    /// The full name of a runner.
    #[serde(rename = "type")]
    type_name: String,
    /// What the runner has.
    #[serde(flatten)]
    rest: BTreeMap<String, Expr<Value>>,
}

impl JsonSchema for TaskRunnerProperties {
    fn schema_name() -> Cow<'static, str> {
        "TaskRunner".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Written::json_schema(generator)
    }
}

impl TryFrom<Written> for TaskRunnerProperties {
    type Error = Failure;

    fn try_from(written: Written) -> Result<Self, Failure> {
        let Written { type_name, rest } = written;
        let rest: Vec<_> =
            rest.into_iter().map(|(name, value)| (Arc::from(name), value.property().clone())).collect();
        let of = if choice::DOCKER.contains(&&*type_name) {
            RunnerProperties::Docker(Box::new(read(&rest)?))
        } else if kubernetes::TYPES.contains(&&*type_name) {
            RunnerProperties::Kubernetes(Box::new(read(&rest)?))
        } else {
            RunnerProperties::Other
        };
        Ok(Self { type_name, of })
    }
}

/// A runner, as older flows name it.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum OldRunner {
    /// This machine.
    Process,
    /// A container.
    Docker,
}

impl Word for OldRunner {}

/// The system on which commands run.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum TargetOs {
    /// Any Unix.
    Linux,
    /// Windows, whose shells do not know `set -e`.
    Windows,
    /// The one of the runner.
    Auto,
}

impl Word for TargetOs {}

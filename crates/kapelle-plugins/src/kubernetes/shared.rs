//! What all tasks of Kubernetes share: which cluster, which namespace, and how long they wait.

use std::time::Duration;

use jiff::SignedDuration;
use kapelle_model::{Failure, Map};
use kapelle_plugin::{Any, Expr, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use super::api::Api;
use super::connection::{ConnectionProperties, api};
use super::pod::{SideCarProperties, lasting};

/// The namespace where nothing else is said.
pub(crate) const NAMESPACE: &str = "default";

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SharedProperties {
    /// The cluster, and who one is there; the one of the installation without it.
    pub(super) connection: Option<ConnectionProperties>,
    /// Whether it is the cluster in which Kapelle runs, with the account that it has there.
    inherit_cluster_config: Option<Expr<bool>>,
    /// The namespace; `default` without it.
    namespace: Option<Expr<String>>,
    /// How long it may take until the pod runs; 10 minutes without it.
    pub(super) wait_until_running: Option<Expr<SignedDuration>>,
    /// How long the pod may run; an hour without it.
    pub(super) wait_running: Option<Expr<SignedDuration>>,
    /// How long is waited until what was changed is ready; not at all without it.
    wait_until_ready: Option<Expr<SignedDuration>>,
    /// Patterns of files of `{{ workingDir }}` that are kept.
    pub(super) output_files: Option<Expr<Vec<String>>>,
    /// Files that are written into `{{ workingDir }}` first: paths with contents or addresses.
    pub(super) input_files: Option<Expr<Any>>,
    /// The containers that carry files into the pod and back.
    pub(super) file_sidecar: Option<SideCarProperties>,
    /// What all containers are to have where they say nothing else, as a manifest says it.
    pub(super) container_default_spec: Option<Expr<Map>>,
}

impl SharedProperties {
    pub(super) async fn api(&self, cx: &RunContext) -> Result<Api, Failure> {
        let inherits = cx.filled(self.inherit_cluster_config.as_ref())?.unwrap_or(false);
        api(cx, self.connection.as_ref(), inherits).await
    }

    pub(super) fn namespace(&self, cx: &RunContext) -> Result<String, Failure> {
        namespace(cx, self.namespace.as_ref(), self.connection.as_ref())
    }

    pub(super) fn until_ready(&self, cx: &RunContext) -> Result<Duration, Failure> {
        lasting(cx, self.wait_until_ready.as_ref(), Duration::ZERO)
    }
}

/// The namespace that is written: at the task, at its cluster, or the one that all clusters have.
pub(crate) fn namespace(
    cx: &RunContext,
    written: Option<&Expr<String>>,
    connection: Option<&ConnectionProperties>,
) -> Result<String, Failure> {
    if let Some(namespace) = cx.filled(written)? {
        return Ok(namespace.trim().to_owned());
    }
    let of_connection = connection.map(|connection| connection.namespace(cx)).transpose()?.flatten();
    Ok(of_connection.unwrap_or_else(|| NAMESPACE.to_owned()))
}

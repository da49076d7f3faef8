//! `io.kestra.plugin.kubernetes.kubectl.Restart`: has the pods of workloads made anew.

use kapelle_model::Failure;
use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, Expr, RunContext, Task, Word};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::ready;
use crate::kubernetes::api::{Asked, percent};
use crate::kubernetes::shared::SharedProperties;
use crate::kubernetes::unless_stopped;

/// # Restart workloads
///
/// Has the pods of deployments or stateful sets made anew, one after the other, as `kubectl rollout restart` does.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Restart {
    /// The kind.
    resource_type: Expr<Workload>,
    /// The names of the workloads.
    resources_names: Expr<Vec<String>>,
    #[serde(flatten)]
    shared: SharedProperties,
}

/// What can be restarted.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
enum Workload {
    /// Pods that are all alike.
    Deployment,
    /// Pods with names and volumes of their own.
    StatefulSet,
}

impl Word for Workload {}

impl Task for Restart {
    const TYPE: &'static str = "io.kestra.plugin.kubernetes.kubectl.Restart";
    type Output = ();

    async fn run(&self, cx: &RunContext) -> Result<(), Broken> {
        let (workload, names) = (cx.render(&self.resource_type)?, cx.render(&self.resources_names)?);
        let (api, namespace) = (self.shared.api(cx).await?, self.shared.namespace(cx)?);
        let patience = self.shared.until_ready(cx)?;
        cx.host.begin().await;
        let now = cx.services.now()?.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let annotations = json!({"kubectl.kubernetes.io/restartedAt": now});
        let body = json!({"spec": {"template": {"metadata": {"annotations": annotations}}}}).to_string();
        let plural = match workload {
            Workload::Deployment => "deployments",
            Workload::StatefulSet => "statefulsets",
        };
        let mut restarted = Vec::new();
        for name in &names {
            let path = format!("/apis/apps/v1/namespaces/{}/{plural}/{}", percent(&namespace), percent(name));
            let what = format!("{workload:?} `{name}`");
            let asked = || Asked::patch(&path, "application/strategic-merge-patch+json", body.clone());
            let patched = async {
                api.insist::<Json>(asked).await.map_err(|trouble| {
                    Failure::new(format!("{what} cannot be restarted: {}", trouble.words()))
                })
            };
            unless_stopped(cx, patched).await?;
            cx.log(Level::Info, format!("restarted {what}"));
            restarted.push((path, what));
        }
        for (path, what) in &restarted {
            ready::wait(cx, &api, path, what, patience).await?;
        }
        Ok(())
    }
}

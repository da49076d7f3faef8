//! `io.kestra.plugin.kubernetes.runner.Kubernetes`: a pod of a cluster.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;
use kapelle_model::{Failure, Map, Text};
use kapelle_plugin::{Any, Expr, RunContext, Word};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map as Object, Value as Json, json};

use super::{Ended, Job, Lines, Run, TaskRunner};
use crate::docker::Own;
use crate::kubernetes::{
    ConnectionProperties, Files, Life, Order, SideCarProperties, Work, api, grace, json as json_of, lasting,
    literal, manifest, merge, namespace, resources,
};

/// The names of the runner in flows.
pub(crate) const TYPES: [&str; 2] =
    ["io.kestra.plugin.kubernetes.runner.Kubernetes", "io.kestra.plugin.ee.kubernetes.runner.Kubernetes"];

/// The container of the task.
const MAIN: &str = "main";

/// How long late lines are waited for at least.
const LATE: Duration = Duration::from_secs(30);

/// What a flow says of the runner.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KubernetesProperties {
    /// The cluster, and who one is there; the one of the installation without it.
    config: Option<ConnectionProperties>,
    /// Whether it is the cluster in which Kapelle runs, with the account that it has there.
    inherit_cluster_config: Option<Expr<bool>>,
    /// The namespace; `default` without it.
    namespace: Option<Expr<String>>,
    /// When the image is pulled; always without it.
    pull_policy: Option<Expr<PullPolicy>>,
    /// The account that the pod has in its cluster.
    service_account_name: Option<Expr<String>>,
    /// Labels of the pod.
    labels: Option<Expr<BTreeMap<String, Text>>>,
    /// Annotations of the pod.
    annotations: Option<Expr<BTreeMap<String, Text>>>,
    /// Labels that the node has to have.
    node_selector: Option<Expr<BTreeMap<String, Text>>>,
    /// What the task needs and may use: `requests` and `limits`, such as `{limits: {nvidia.com/gpu: 1}}`.
    resources: Option<Expr<Map>>,
    /// Taints of nodes that do not matter, as a manifest says it.
    tolerations: Option<Expr<Any>>,
    /// Where it is to run, as a manifest says it.
    affinity: Option<Expr<Any>>,
    /// Secrets with the credentials for registries, as a manifest says it: `[{name: …}]`.
    image_pull_secrets: Option<Expr<Any>>,
    /// Further names of hosts, as a manifest says it: `[{ip: …, hostnames: […]}]`.
    host_aliases: Option<Expr<Any>>,
    /// Volumes of the pod, as a manifest says it.
    volumes: Option<Expr<Any>>,
    /// Where volumes are mounted in the container of the task, as a manifest says it.
    volume_mounts: Option<Expr<Any>>,
    /// What else the pod is to have, as a manifest says it. It is put over everything else.
    pod_spec: Option<Expr<Map>>,
    /// What else the container of the task is to have, as a manifest says it. It is put over everything else.
    container_spec: Option<Expr<Map>>,
    /// What all containers are to have where nothing else is said, as a manifest says it.
    container_default_spec: Option<Expr<Map>>,
    /// The containers that carry files into the pod and back.
    file_sidecar: Option<SideCarProperties>,
    /// How long it may take until the pod runs; 10 minutes without it.
    wait_until_running: Option<Expr<SignedDuration>>,
    /// How long the pod may run; an hour without it.
    wait_until_completion: Option<Expr<SignedDuration>>,
    /// How long lines of the log are waited for after the end; 30 seconds at least.
    wait_for_logs: Option<Expr<SignedDuration>>,
    /// How long a pod that is killed may take to end by itself, up to 20 seconds.
    kill_grace_period: Option<Expr<SignedDuration>>,
    /// Whether the pod goes away at its end; it does unless this says `false`.
    delete: Option<Expr<bool>>,
    /// Whether a pod that an attempt left behind is used further, when the server died; it is unless this says `false`.
    resume: Option<Expr<bool>>,
    /// Accepted, and without effect: the whole directory comes back.
    #[expect(dead_code, reason = "the schema knows it")]
    sync_working_directory: Option<Expr<bool>>,
}

/// When an image is pulled.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
enum PullPolicy {
    /// Each time.
    #[default]
    #[serde(alias = "ALWAYS")]
    Always,
    /// If the node does not have it.
    #[serde(alias = "IF_NOT_PRESENT")]
    IfNotPresent,
    /// Never: the node has to have it.
    #[serde(alias = "NEVER")]
    Never,
}

impl Word for PullPolicy {}

/// The runner for one run.
pub(crate) struct Kubernetes<'p> {
    properties: &'p KubernetesProperties,
    image: String,
}

impl KubernetesProperties {
    pub(crate) fn runner(&self, image: &str) -> Kubernetes<'_> {
        Kubernetes { properties: self, image: image.to_owned() }
    }

    fn life(&self, cx: &RunContext, spec: &Json) -> Result<Life, Failure> {
        let truth =
            |property: &Option<Expr<bool>>| Ok::<_, Failure>(cx.filled(property.as_ref())?.unwrap_or(true));
        let until_running = lasting(cx, self.wait_until_running.as_ref(), Duration::from_mins(10))?;
        let until_ended = lasting(cx, self.wait_until_completion.as_ref(), Duration::from_hours(1))?;
        Ok(Life {
            deletes: truth(&self.delete)?,
            resumes: truth(&self.resume)?,
            until_running: (until_running, "waitUntilRunning"),
            until_ended: (until_ended, "waitUntilCompletion"),
            late: lasting(cx, self.wait_for_logs.as_ref(), LATE)?.max(LATE),
            grace: grace(spec),
        })
    }

    /// The pod, as the flow wants it.
    fn spec(&self, cx: &RunContext, job: &Job, image: &str) -> Result<Json, Failure> {
        let mut spec = json!({"containers": [self.container(cx, job, image)?]});
        let mut set = |name: &str, value: Option<Json>| {
            if let Some(value) = value {
                spec[name] = value;
            }
        };
        let part = |property: &Option<Expr<Any>>| {
            cx.filled(property.as_ref())?.map(|Any(value)| json_of(&value)).transpose()
        };
        set("serviceAccountName", cx.filled(self.service_account_name.as_ref())?.map(Json::from));
        set("nodeSelector", texts(cx, self.node_selector.as_ref())?);
        set("tolerations", part(&self.tolerations)?);
        set("affinity", part(&self.affinity)?);
        set("imagePullSecrets", part(&self.image_pull_secrets)?);
        set("hostAliases", part(&self.host_aliases)?);
        set("volumes", part(&self.volumes)?);
        let grace = cx.filled(self.kill_grace_period.as_ref())?;
        let grace = grace.map(|grace| Duration::try_from(grace).unwrap_or_default().as_secs());
        set("terminationGracePeriodSeconds", grace.filter(|grace| *grace > 0).map(Json::from));
        merge(&mut spec, &manifest(cx, self.pod_spec.as_ref())?);
        Ok(spec)
    }

    fn container(&self, cx: &RunContext, job: &Job, image: &str) -> Result<Json, Failure> {
        let command: Vec<String> = job.command.iter().map(|word| literal(word.expose())).collect();
        let environment: Vec<Json> = job
            .environment
            .iter()
            .map(|(name, value)| json!({"name": name, "value": literal(value.expose())}))
            .collect();
        let mut container = json!({
            "name": MAIN,
            "image": image,
            "imagePullPolicy": format!("{:?}", cx.filled(self.pull_policy.as_ref())?.unwrap_or_default()),
            "command": command,
            "workingDir": job.directory.display().to_string(),
            "env": environment,
        });
        if let Some(written) = cx.filled(self.resources.as_ref())? {
            container["resources"] = resources(&json_of(&kapelle_model::Value::Map(written.into()))?);
        }
        if let Some(Any(mounts)) = cx.filled(self.volume_mounts.as_ref())? {
            container["volumeMounts"] = json_of(&mounts)?;
        }
        let over = manifest(cx, self.container_spec.as_ref())?;
        merge(&mut container, &over);
        // The name is how its end and its lines are found.
        container["name"] = MAIN.into();
        Ok(container)
    }

    async fn order(&self, cx: &RunContext, job: &Job, image: &str) -> Result<Order, Failure> {
        let spec = self.spec(cx, job, image)?;
        let mut metadata = Object::new();
        for (name, property) in [("labels", &self.labels), ("annotations", &self.annotations)] {
            metadata.extend(texts(cx, property.as_ref())?.map(|texts| (name.to_owned(), texts)));
        }
        let side_car = self.file_sidecar.as_ref();
        let side_car =
            side_car.map_or_else(|| SideCarProperties::default().read(cx), |side_car| side_car.read(cx))?;
        let inherits = cx.filled(self.inherit_cluster_config.as_ref())?.unwrap_or(false);
        Ok(Order {
            api: api(cx, self.config.as_ref(), inherits).await?,
            namespace: namespace(cx, self.namespace.as_ref(), self.config.as_ref())?,
            life: self.life(cx, &spec)?,
            work: Work {
                metadata: Json::Object(metadata),
                spec,
                directory: job.directory.display().to_string(),
                default: manifest(cx, self.container_default_spec.as_ref())?,
                side_car,
            },
            files: Some(Files {
                root: job.directory.clone(),
                own: Own::of(job),
                temporary: Some(job.temporary.clone()),
            }),
        })
    }
}

/// A map of texts as JSON.
fn texts(cx: &RunContext, property: Option<&Expr<BTreeMap<String, Text>>>) -> Result<Option<Json>, Failure> {
    let map = cx.filled(property)?;
    Ok(map.map(|map| {
        let entries = map.into_iter().map(|(name, text)| (name, Json::from(text.expose())));
        Json::Object(entries.collect())
    }))
}

impl TaskRunner for Kubernetes<'_> {
    fn run<'a>(&'a self, cx: &'a RunContext, job: &'a Job, lines: &'a mut dyn Lines) -> Run<'a> {
        Box::pin(async move {
            let order = self.properties.order(cx, job, &self.image).await?;
            let done = order.run(cx, lines).await?;
            Ok(Ended {
                exit_code: done.exit_code,
                is_killed: done.is_killed,
                sandbox: Vec::new(),
                container_id: None,
                pod: done.name,
            })
        })
    }
}

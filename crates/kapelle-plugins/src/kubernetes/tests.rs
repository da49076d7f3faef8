//! Pods of a real cluster. Where there is none, the tests say so and end.

mod kubectl;
mod lives;
mod pods;
mod scripts;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use kapelle_core::expression::plain;
use kapelle_http::Client;
use kapelle_model::{Map, Value};
use kapelle_plugin::stage::{Stage, properties_of, service};
use kapelle_plugin::{Broken, Place, RunContext};
use serde_json::Value as Json;

use super::access::{Access, KUBECONFIG};
use super::api::{Api, Asked};
use super::pod::labelled;

/// What all tests run: a shell with its usual programs.
const IMAGE: &str = "busybox:1.36";

const RUNNER: &str = "io.kestra.plugin.kubernetes.runner.Kubernetes";

/// A world with a cluster, if there is one.
struct World {
    stage: Stage,
    api: Api,
    run: String,
}

impl World {
    async fn open() -> Option<Self> {
        let file = service("kubernetes")?;
        Some(Self::with(Stage::new().setting(KUBECONFIG, &file)).await)
    }

    async fn with(stage: Stage) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let access = Access::of_installation(&*stage.context().host).await.unwrap();
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let begun = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis();
        let run = format!("r{}x{number}x{begun}", std::process::id());
        Self { stage, api: Api::new(Client::of_tasks(), access), run }
    }

    /// A context of a task run that nobody else has.
    fn context(&self, attempt: u32) -> RunContext {
        let cx = self.stage.context();
        let place = Place { run_id: (&*self.run).into(), attempt, ..(*cx.place).clone() };
        RunContext { place: Arc::new(place), ..cx }
    }

    /// A script in a pod: what is said of the runner, and of the script.
    async fn script(&self, runner: &str, script: &str) -> Result<Map, Broken> {
        ran(&self.context(0), "scripts.shell.Script", &script_of(runner, script)).await
    }

    /// How many pods there are of the task run that are not about to go.
    async fn count(&self) -> usize {
        count(&self.api, &self.run).await
    }

    fn content(&self, given: &Json, name: &str) -> String {
        let uri = given["outputFiles"][name].as_str();
        self.stage.content(uri.unwrap_or_else(|| panic!("no file {name} in {given}")))
    }
}

async fn count(api: &Api, run: &str) -> usize {
    let found = labelled(api, Some("default"), &format!("kestra.io/taskrun-id={run}")).await.unwrap();
    found.iter().filter(|pod| !pod.is_deleted()).count()
}

fn script_of(runner: &str, script: &str) -> String {
    format!("containerImage: {IMAGE}\ntaskRunner: {{type: {RUNNER}{runner}}}\n{script}")
}

async fn ran(cx: &RunContext, name: &str, properties: &str) -> Result<Map, Broken> {
    let registry = crate::registry();
    let known = registry.find(&format!("io.kestra.plugin.{name}")).expect("it is built in");
    known.read(&properties_of(properties))?.run(cx).await
}

fn json(map: &Map) -> Json {
    let value = Value::Map(Arc::new(map.clone()));
    let text = plain::to_json(&value, &jiff::tz::TimeZone::UTC, true, 1 << 20).unwrap();
    serde_json::from_str(text.expose()).unwrap()
}

/// Waits until something is so.
async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    for _ in 0..600 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{what} did not happen");
}

async fn until_line(stage: &Stage, line: &str) {
    until(line, async || stage.lines().iter().any(|known| known.ends_with(line))).await;
}

/// Gives the only node a label and an extended resource, as a driver of graphics cards would.
async fn equip(world: &World) {
    let nodes: Json = world.api.ask(Asked::get("/api/v1/nodes")).await.unwrap();
    let name = nodes["items"][0]["metadata"]["name"].as_str().unwrap();
    let patch = format!(
        "resourceType: node\nresourceName: '{name}'\npatch: 'metadata: {{labels: {{gpu: \"true\"}}}}'"
    );
    ran(&world.context(0), "kubernetes.kubectl.Patch", &patch).await.unwrap();
    let capacity = r#"[{"op":"add","path":"/status/capacity/nvidia.com~1gpu","value":"2"},
        {"op":"add","path":"/status/allocatable/nvidia.com~1gpu","value":"2"}]"#;
    let path = format!("/api/v1/nodes/{name}/status");
    let asked = Asked::patch(&path, "application/json-patch+json", capacity.to_owned());
    let _node: Json = world.api.ask(asked).await.unwrap();
    until("the resource of the node", async || {
        let node: Json = world.api.ask(Asked::get(&format!("/api/v1/nodes/{name}"))).await.unwrap();
        node["status"]["allocatable"]["nvidia.com/gpu"] == "2"
    })
    .await;
}

#[tokio::test]
async fn without_a_cluster_it_is_told_what_to_write() {
    let stage = Stage::new();
    let get = "resourceType: pods";
    let broken = ran(&stage.context(), "kubernetes.kubectl.Get", get).await.unwrap_err();
    let message = broken.failure.to_string();
    assert!(message.starts_with("no cluster is known: write `connection`"), "{message}");
    let away = "spec: {containers: [{name: a}]}\nconnection: {masterUrl: 'https://127.0.0.1:1', oauthToken: hunter2}";
    let broken = ran(&stage.context(), "kubernetes.core.PodCreate", away).await.unwrap_err();
    let message = broken.failure.to_string();
    assert!(message.starts_with("the pod cannot be made: Kubernetes cannot be reached: "), "{message}");
    assert!(!message.contains("hunter2"), "{message}");
}

#[tokio::test]
async fn what_a_connection_cannot_be_is_told() {
    for (connection, words) in [
        ("{masterUrl: 'ftp://x'}", "`connection`: the address begins with neither"),
        ("{masterUrl: 'https://x', caCertData: '%'}", "`caCertData`: a certificate or key is no base64"),
        ("{clientCertData: '-----BEGIN x'}", "`clientCertData` and `clientKeyData` belong together"),
        ("{clientKeyPassphrase: x}", "keys with a passphrase cannot be used"),
        ("{keyStoreFile: /x}", "`keyStoreFile` names a store of Java"),
        ("{caCertFile: /etc/passwd}", "no folder of this machine is open to flows"),
    ] {
        let stage = Stage::new();
        let properties = format!("resourceType: pods\nconnection: {connection}");
        let broken = ran(&stage.context(), "kubernetes.kubectl.Get", &properties).await.unwrap_err();
        let message = broken.failure.to_string();
        assert!(message.starts_with(words), "{message}");
    }
}

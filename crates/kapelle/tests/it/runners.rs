//! Where scripts run: the same flow on this machine, in a container and in a pod, and servers that die meanwhile.

mod alike;
mod crash;

use std::time::{Duration, Instant};

use kapelle_plugin::stage::service;
use serde_json::{Value as Json, json};

use crate::web::Server;

/// How long an execution may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(4);

/// A runner that is there.
pub(super) struct Runner {
    pub(super) name: &'static str,
    /// A configuration whose plugin defaults name it.
    pub(super) configuration: String,
}

/// The runners that can be had here: this machine always, and what `make services` started.
pub(super) fn all() -> Vec<Runner> {
    let here = Some(runner("process", "io.kestra.plugin.core.runner.Process", &json!({})));
    [here, docker("docker"), docker("podman"), kubernetes()].into_iter().flatten().collect()
}

/// The runner for containers, with an engine of the tests.
pub(super) fn docker(engine: &'static str) -> Option<Runner> {
    let reach = json!({"docker": {"host": service(engine)?}});
    Some(runner(engine, "io.kestra.plugin.scripts.runner.docker.Docker", &reach))
}

pub(super) fn kubernetes() -> Option<Runner> {
    let reach = json!({"kubernetes": {"kubeconfig": service("kubernetes")?}});
    Some(runner("kubernetes", "io.kestra.plugin.kubernetes.runner.Kubernetes", &reach))
}

fn runner(name: &'static str, type_name: &str, reach: &Json) -> Runner {
    let defaults =
        json!([{"type": "io.kestra.plugin.scripts.shell", "values": {"taskRunner": {"type": type_name}}}]);
    let kestra = json!({"server": {"basic-auth": {"enabled": false}}, "plugins": {"defaults": defaults}});
    let unwatched = json!({"all": {"enabled": false}});
    let configuration = json!({"kestra": kestra, "kapelle": reach, "endpoints": unwatched}).to_string();
    Runner { name, configuration }
}

/// Starts a flow. The id of its execution.
pub(super) fn started(server: &Server, flow: &str, inputs: &[(&str, &str)]) -> String {
    let parts = inputs.iter().map(|(name, value)| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    });
    let form = format!("{}--x--\r\n", parts.collect::<String>());
    let path = format!("/api/v1/main/executions/{flow}");
    let answer = server.ask("POST", &path, "multipart/form-data; boundary=x", &form).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    let execution: Json = serde_json::from_str(&answer.body).unwrap();
    execution["id"].as_str().unwrap().to_owned()
}

/// Waits until something is there.
#[expect(clippy::disallowed_methods, reason = "waiting needs a clock")]
pub(super) fn awaited<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what} did not happen");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The execution, as soon as it is over.
pub(super) fn ended(server: &Server, id: &str) -> Json {
    awaited("the end of the execution", || {
        let execution = server.get(&format!("/api/v1/main/executions/{id}"));
        let state = execution["state"]["current"].as_str().unwrap().to_owned();
        ["SUCCESS", "WARNING", "FAILED", "KILLED"].contains(&&*state).then_some(execution)
    })
}

/// The lines of its log.
pub(super) fn logs(server: &Server, id: &str) -> Vec<Json> {
    server.get(&format!("/api/v1/main/logs/{id}")).as_array().unwrap().clone()
}

//! Where a container runs, and with what.

use serde_json::{Map, Value, json};

use super::Runner;
use super::fields::{Fields, Report, json};

const KUBERNETES: &str = "io.kestra.plugin.kubernetes.runner.Kubernetes";
/// Keys of a container that only a pod can have.
const OF_CONTAINER: [&str; 5] = ["volumeMounts", "securityContext", "livenessProbe", "ports", "workingDir"];
/// Keys of a template or a workflow that only a pod can have.
const OF_POD: [&str; 10] = [
    "volumes",
    "tolerations",
    "affinity",
    "securityContext",
    "imagePullSecrets",
    "hostAliases",
    "hostNetwork",
    "dnsPolicy",
    "priorityClassName",
    "schedulerName",
];

/// The runner of a container, if it has to be named. Whatever it cannot do stays where it is, to be told.
pub(super) fn runner(
    kind: Runner,
    container: &Fields<'_>,
    template: &Fields<'_>,
    spec: &Fields<'_>,
    report: &Report<'_>,
) -> Option<Value> {
    match kind {
        Runner::Kubernetes => Some(kubernetes(container, template, spec)),
        Runner::Docker => Some(docker(container)),
        Runner::Process => Some(json!({"type": "io.kestra.plugin.core.runner.Process"})),
        Runner::Auto => {
            if let Some(resources) = container.take("resources") {
                let words = "`resources` are kept with `--runner kubernetes`; here they are left out";
                report.note(container.place(resources), words);
            }
            None
        }
    }
}

fn kubernetes(container: &Fields<'_>, template: &Fields<'_>, spec: &Fields<'_>) -> Value {
    let mut runner = Map::new();
    runner.insert("type".into(), KUBERNETES.into());
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            runner.insert(name.into(), value);
        }
    };
    let either = |name: &str| template.take(name).or(spec.take(name)).map(json);
    set("resources", container.take("resources").map(json));
    set(
        "pullPolicy",
        container.text("imagePullPolicy").and_then(|policy| pull_policy(&policy)).map(Value::from),
    );
    set("nodeSelector", either("nodeSelector"));
    set("serviceAccountName", either("serviceAccountName"));
    let of_container =
        OF_CONTAINER.iter().filter_map(|key| Some(((*key).to_owned(), json(container.take(key)?))));
    set("containerSpec", object(of_container.collect()));
    let of_pod = OF_POD.iter().filter_map(|key| Some(((*key).to_owned(), either(key)?)));
    set("podSpec", object(of_pod.collect()));
    Value::Object(runner)
}

/// Programs of a pod find what their image has in its own folder, where nothing else is said.
pub(super) fn stay_in_its_folder(runner: &mut Value) {
    if runner["type"] == KUBERNETES && runner["containerSpec"].get("workingDir").is_none() {
        // Null takes away that of the runner.
        runner["containerSpec"]["workingDir"] = Value::Null;
    }
}

fn pull_policy(policy: &str) -> Option<&'static str> {
    match policy {
        "Always" => Some("ALWAYS"),
        "IfNotPresent" => Some("IF_NOT_PRESENT"),
        "Never" => Some("NEVER"),
        _ => None,
    }
}

fn object(map: Map<String, Value>) -> Option<Value> {
    (!map.is_empty()).then_some(Value::Object(map))
}

fn docker(container: &Fields<'_>) -> Value {
    let mut runner = Map::new();
    runner.insert("type".into(), "io.kestra.plugin.scripts.runner.docker.Docker".into());
    of_container(container, &mut runner);
    Value::Object(runner)
}

/// What a container of Docker may use, and when its image is fetched.
pub(super) fn of_container(container: &Fields<'_>, map: &mut Map<String, Value>) {
    if let Some(policy) = container.text("imagePullPolicy").and_then(|policy| pull_policy(&policy)) {
        map.insert("pullPolicy".into(), policy.into());
    }
    let Some(resources) = container.map("resources") else { return };
    // What is asked for says where a pod goes; an engine knows limits only.
    resources.ignore(&["requests"]);
    let Some(limits) = resources.map("limits") else { return };
    if let Some(memory) = limits.text("memory") {
        map.insert("memory".into(), json!({"memory": memory.replace('i', "")}));
    }
    if let Some(cpus) = limits.text("cpu").and_then(|cpu| cpus(&cpu)) {
        map.insert("cpu".into(), json!({"cpus": cpus}));
    }
}

/// `500m` is half a processor.
fn cpus(written: &str) -> Option<f64> {
    match written.strip_suffix('m') {
        Some(thousandths) => thousandths.parse::<f64>().ok().map(|number| number / 1000.0),
        None => written.parse().ok(),
    }
}

//! Whether an object does what it is for, and waiting until it does.

use std::time::Duration;

use kapelle_model::Failure;
use kapelle_plugin::{Broken, RunContext};
use serde_json::Value as Json;
use tokio::time::{sleep, timeout};

use crate::kubernetes::api::{Api, Asked};
use crate::kubernetes::unless_stopped;

const LOOKS: Duration = Duration::from_secs(1);

/// How far an object is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Readiness {
    Ready,
    NotYet(String),
    Never(String),
}

fn readiness(object: &Json) -> Readiness {
    let (spec, status) = (&object["spec"], &object["status"]);
    let number = |value: &Json, name: &str| value[name].as_i64().unwrap_or_default();
    let wanted = spec["replicas"].as_i64().unwrap_or(1);
    let of = |have: i64, wanted: i64, what: &str| {
        if have >= wanted {
            Readiness::Ready
        } else {
            Readiness::NotYet(format!("{have} of {wanted} {what}"))
        }
    };
    let is_seen =
        number(status, "observedGeneration") >= object["metadata"]["generation"].as_i64().unwrap_or_default();
    let unseen = || Readiness::NotYet("the cluster has not looked at it yet".to_owned());
    match object["kind"].as_str().unwrap_or_default() {
        "Deployment" | "StatefulSet" | "ReplicaSet" | "DaemonSet" if !is_seen => unseen(),
        "Deployment" => {
            let available = number(status, "availableReplicas").min(number(status, "updatedReplicas"));
            of(available, wanted, "pods are available")
        }
        "StatefulSet" => {
            let ready = number(status, "readyReplicas").min(number(status, "updatedReplicas"));
            of(ready, wanted, "pods are ready")
        }
        "ReplicaSet" | "ReplicationController" => {
            of(number(status, "readyReplicas"), wanted, "pods are ready")
        }
        "DaemonSet" => {
            let wanted = number(status, "desiredNumberScheduled");
            of(number(status, "numberReady"), wanted, "pods are ready")
        }
        "Pod" => match status["phase"].as_str().unwrap_or_default() {
            "Succeeded" => Readiness::Ready,
            "Failed" => Readiness::Never(status["message"].as_str().unwrap_or("the pod failed").to_owned()),
            _ => condition(status, "Ready"),
        },
        "Job" => match condition(status, "Failed") {
            Readiness::Ready => Readiness::Never("the job failed".to_owned()),
            _ => condition(status, "Complete"),
        },
        "PersistentVolumeClaim" if status["phase"] != "Bound" => {
            Readiness::NotYet("it is not bound to a volume".to_owned())
        }
        "CustomResourceDefinition" => condition(status, "Established"),
        // Kinds that say nothing of being ready are it when they are there.
        _ if has_condition(status, "Ready") => condition(status, "Ready"),
        _ => Readiness::Ready,
    }
}

fn conditions(status: &Json) -> impl Iterator<Item = &Json> {
    status["conditions"].as_array().into_iter().flatten()
}

fn has_condition(status: &Json, kind: &str) -> bool {
    conditions(status).any(|condition| condition["type"] == kind)
}

fn condition(status: &Json, kind: &str) -> Readiness {
    match conditions(status).find(|condition| condition["type"] == kind) {
        Some(condition) if condition["status"] == "True" => Readiness::Ready,
        Some(condition) => {
            let message = condition["message"].as_str().filter(|message| !message.is_empty());
            Readiness::NotYet(message.map_or_else(|| format!("it is not `{kind}`"), str::to_owned))
        }
        None => Readiness::NotYet(format!("it is not `{kind}`")),
    }
}

/// Waits until the object at a path is ready. `what` is its kind and name.
pub(super) async fn wait(
    cx: &RunContext,
    api: &Api,
    path: &str,
    what: &str,
    patience: Duration,
) -> Result<(), Broken> {
    if patience.is_zero() {
        return Ok(());
    }
    let mut last = String::new();
    let waiting = async {
        loop {
            let object: Json = api.insist(|| Asked::get(path)).await?;
            match readiness(&object) {
                Readiness::Ready => return Ok(()),
                Readiness::Never(why) => {
                    return Err(Failure::new(format!("{what} will not become ready: {why}")));
                }
                Readiness::NotYet(why) => last = why,
            }
            sleep(LOOKS).await;
        }
    };
    let waited = unless_stopped(cx, async { Ok::<_, Broken>(timeout(patience, waiting).await) }).await?;
    if let Ok(done) = waited {
        return done.map_err(Into::into);
    }
    let patience = jiff::SignedDuration::try_from(patience).unwrap_or_default();
    Err(Broken::new(format!("{what} is not ready after {patience} (`waitUntilReady`): {last}")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_kind_is_ready_in_its_own_way() {
        let condition = |kind: &str, status: &str| json!([{"type": kind, "status": status, "message": "m"}]);
        for (object, expected) in [
            (json!({"kind": "ConfigMap"}), "Ready"),
            (
                json!({"kind": "Deployment", "metadata": {"generation": 2}, "status": {"observedGeneration": 1}}),
                "NotYet",
            ),
            (
                json!({"kind": "Deployment", "spec": {"replicas": 2}, "status": {"availableReplicas": 2, "updatedReplicas": 1}}),
                "NotYet",
            ),
            (
                json!({"kind": "Deployment", "spec": {"replicas": 2}, "status": {"availableReplicas": 2, "updatedReplicas": 2}}),
                "Ready",
            ),
            (json!({"kind": "DaemonSet", "status": {"desiredNumberScheduled": 0}}), "Ready"),
            (json!({"kind": "Pod", "status": {"phase": "Failed"}}), "Never"),
            (
                json!({"kind": "Pod", "status": {"phase": "Running", "conditions": condition("Ready", "True")}}),
                "Ready",
            ),
            (json!({"kind": "Job", "status": {"conditions": condition("Failed", "True")}}), "Never"),
            (json!({"kind": "Job", "status": {"conditions": condition("Complete", "True")}}), "Ready"),
            (json!({"kind": "Job", "status": {}}), "NotYet"),
            (json!({"kind": "PersistentVolumeClaim", "status": {"phase": "Pending"}}), "NotYet"),
            (json!({"kind": "Certificate", "status": {"conditions": condition("Ready", "False")}}), "NotYet"),
        ] {
            let found = format!("{:?}", readiness(&object));
            assert!(found.starts_with(expected), "{object}: {found}");
        }
    }
}

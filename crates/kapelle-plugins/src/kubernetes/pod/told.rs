//! What scheduler and kubelet say, in words for whoever waits: why a pod does not run, and why it failed.

use serde_json::Value as Json;

use super::manifest::{BACK, INTO};
use super::state::{ContainerStatus, Pod, Waiting};

/// Why a pod waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wait {
    pub(super) words: String,
    /// Waiting does not help.
    pub(super) is_hopeless: bool,
}

/// What a kubelet says of images that are not there, or not for us.
const NO_IMAGE: [&str; 7] =
    ["not found", "NotFound", "does not exist", "unauthorized", "denied", "forbidden", "no such"];

/// Why a pod that has not begun waits; `None` if nothing is told yet.
pub(super) fn waiting(pod: &Pod) -> Option<Wait> {
    let unscheduled = pod.status.conditions.iter().find(|condition| {
        condition.kind == "PodScheduled" && condition.status == "False" && !condition.message.is_empty()
    });
    if let Some(condition) = unscheduled {
        let message = condition.message.trim_end_matches('.');
        return Some(Wait { words: format!("{message}{}", scheduling(message)), is_hopeless: false });
    }
    pod.statuses().find_map(|status| {
        let waiting = status.state.waiting.as_ref()?;
        container(status, waiting)
    })
}

/// What to do about what the scheduler says.
fn scheduling(message: &str) -> &'static str {
    if message.contains("node affinity/selector") || message.contains("node selector") {
        ": no node that is free has the labels of `nodeSelector`, so label one (`kubectl label node NAME KEY=VALUE`), or \
         change it"
    } else if message.to_ascii_lowercase().contains("insufficient") {
        ": ask for less by `resources`, or wait for others to end, or add nodes"
    } else if message.contains("taint") {
        ": the nodes are kept for others, so add `tolerations`"
    } else {
        ""
    }
}

fn container(status: &ContainerStatus, waiting: &Waiting) -> Option<Wait> {
    let (name, image, message) = (&status.name, &status.image, waiting.message.trim());
    let is_ours = name == INTO || name == BACK;
    let (what, is_hopeless) = match &*waiting.reason {
        "ErrImagePull" | "ImagePullBackOff" | "ErrImageNeverPull" | "InvalidImageName" => {
            let advice = if is_ours {
                ": it carries the files, so name an image with a shell and `tar` that the cluster has by \
                 `fileSidecar: {image: …}`"
            } else {
                ": see whether its name is right, and whether the namespace has the `imagePullSecrets` for it"
            };
            let is_final = matches!(&*waiting.reason, "ErrImageNeverPull" | "InvalidImageName");
            let is_hopeless = is_final || NO_IMAGE.iter().any(|words| message.contains(words));
            (format!("the image `{image}` cannot be pulled ({message}){advice}"), is_hopeless)
        }
        "CreateContainerConfigError" | "CreateContainerError" | "RunContainerError" => {
            (format!("the container `{name}` cannot be made ({message})"), false)
        }
        "CrashLoopBackOff" => (format!("the container `{name}` fails again and again ({message})"), false),
        _ => return None,
    };
    Some(Wait { words: what, is_hopeless })
}

/// What is to be told of how the containers of a task ended, apart from their exit codes.
pub(super) fn endings(pod: &Pod, mains: &[String]) -> Vec<String> {
    let of_mains = pod.statuses().filter(|status| mains.contains(&status.name));
    of_mains.filter_map(|status| ending(pod, status)).collect()
}

fn ending(pod: &Pod, status: &ContainerStatus) -> Option<String> {
    let end = status.state.terminated.as_ref()?;
    let name = &status.name;
    match &*end.reason {
        "OOMKilled" => {
            let container = pod.spec.containers.iter().find(|container| container.name == *name);
            let limit = container.and_then(|container| container.resources["limits"]["memory"].as_str());
            let limit = limit.map(|limit| format!(" of {limit}")).unwrap_or_default();
            Some(format!(
                "the container `{name}` was killed (OOMKilled), for it used more than its memory{limit}: give it more by \
                 `resources: {{limits: {{memory: …}}}}`"
            ))
        }
        "StartError" | "ContainerCannotRun" => {
            let message = end.message.trim();
            let advice = if message.contains("no such file") || message.contains("not found") {
                ": the image has no such program, so name another image by `containerImage`, or another `interpreter`"
            } else {
                ""
            };
            Some(format!("the container `{name}` cannot be started: {message}{advice}"))
        }
        _ => None,
    }
}

/// Why a pod failed apart from its containers: it was evicted, its node went away, one of its first containers failed.
pub(super) fn failure(pod: &Pod, mains: &[String]) -> Option<String> {
    let status = &pod.status;
    if status.phase != "Failed" {
        return None;
    }
    let name = &pod.metadata.name;
    if !status.reason.is_empty() {
        let message = if status.message.is_empty() { "" } else { &*status.message };
        return Some(format!("the pod `{name}` failed ({}): {message}", status.reason));
    }
    let first = status.init_container_statuses.iter().find_map(|status| {
        let end = status.state.terminated.as_ref().filter(|end| end.exit_code != 0)?;
        let message = end.message.trim();
        let more = if message.is_empty() { String::new() } else { format!(": {message}") };
        Some(format!(
            "the init container `{}` of the pod `{name}` ended with exit code {} before the task began{more}",
            status.name, end.exit_code
        ))
    });
    first.or_else(|| {
        pod.exit_code(mains).is_none().then(|| format!("the pod `{name}` failed, and nobody saw why"))
    })
}

/// What warnings of a cluster say of a pod.
pub(super) fn warnings(events: &Json) -> Vec<String> {
    let events = events.get("items").and_then(Json::as_array);
    let words = events.into_iter().flatten().filter_map(|event| {
        let (reason, message) = (event["reason"].as_str()?, event["message"].as_str()?);
        // The scheduler and the state of the containers tell this too, and better.
        let is_known = ["FailedScheduling", "Failed", "BackOff"].contains(&reason);
        (!is_known).then(|| format!("{reason}: {}", message.trim()))
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::state::tests::pod;
    use super::*;

    fn unscheduled(message: &str) -> Pod {
        pod(json!({"status": {"conditions": [
            {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
        ]}}))
    }

    fn waits(name: &str, reason: &str, message: &str) -> Pod {
        let state = json!({"waiting": {"reason": reason, "message": message}});
        pod(json!({"status": {"containerStatuses": [{"name": name, "image": "i", "state": state}]}}))
    }

    #[test]
    fn a_scheduler_that_finds_no_node_is_heard() {
        for (message, advice) in [
            ("0/1 nodes are available: 1 Insufficient nvidia.com/gpu.", "ask for less by `resources`"),
            (
                "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
                "`nodeSelector`",
            ),
            ("0/1 nodes are available: 1 node(s) had untolerated taint {gpu: true}.", "`tolerations`"),
        ] {
            let wait = waiting(&unscheduled(message)).unwrap();
            assert!(
                wait.words.starts_with(message.trim_end_matches('.')) && wait.words.contains(advice),
                "{wait:?}"
            );
            assert!(!wait.is_hopeless);
        }
    }

    #[test]
    fn an_image_that_is_not_there_is_hopeless_and_a_registry_that_is_away_is_not() {
        for (name, reason, message, words, is_hopeless) in [
            ("main", "ErrImagePull", "i: not found", "imagePullSecrets", true),
            ("main", "ImagePullBackOff", "dial tcp: i/o timeout", "cannot be pulled", false),
            ("main", "InvalidImageName", "x", "cannot be pulled", true),
            (INTO, "ErrImagePull", "i: not found", "fileSidecar", true),
            ("main", "CreateContainerConfigError", "secret \"s\" not found", "cannot be made (secret", false),
        ] {
            let wait = waiting(&waits(name, reason, message)).unwrap();
            assert!(wait.words.contains(words), "{wait:?}");
            assert_eq!(wait.is_hopeless, is_hopeless, "{reason} {message}");
        }
        assert_eq!(waiting(&waits("main", "ContainerCreating", "")), None);
    }

    #[test]
    fn what_ended_a_pod_is_told() {
        let end = |reason: &str, message: &str| json!([{"name": "main", "state": {"terminated": {"exitCode": 137, "reason": reason, "message": message}}}]);
        let spec = json!({"containers": [{"name": "main", "resources": {"limits": {"memory": "16Mi"}}}]});
        let told = |states| {
            endings(
                &pod(json!({"spec": spec, "status": {"containerStatuses": states}})),
                &["main".to_owned()],
            )
        };
        assert!(told(end("OOMKilled", ""))[0].contains("its memory of 16Mi"));
        assert!(told(end("StartError", "exec: no such file or directory"))[0].contains("`interpreter`"));
        assert!(told(end("Error", "")).is_empty());
        let failed = |status: Json| failure(&pod(json!({"metadata": {"name": "p"}, "status": status})), &[]);
        assert_eq!(
            failed(json!({"phase": "Failed", "reason": "Evicted", "message": "low on memory"})).unwrap(),
            "the pod `p` failed (Evicted): low on memory"
        );
        let first = json!([{"name": "prepare", "state": {"terminated": {"exitCode": 3}}}]);
        assert_eq!(
            failed(json!({"phase": "Failed", "initContainerStatuses": first})).unwrap(),
            "the init container `prepare` of the pod `p` ended with exit code 3 before the task began"
        );
    }
}

//! What a cluster tells of a pod, and what that means.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use super::labels::{BOUND, EXECUTION, RUN};
use super::manifest::{BACK, INTO};

/// A pod, as clusters tell it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::kubernetes) struct Pod {
    pub(super) metadata: Metadata,
    pub(super) spec: Spec,
    pub(super) status: Status,
    /// All of it.
    #[serde(skip)]
    pub(super) raw: Json,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Metadata {
    pub(super) name: String,
    pub(super) namespace: String,
    pub(super) uid: String,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) resource_version: String,
    pub(super) deletion_timestamp: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Spec {
    pub(super) restart_policy: String,
    pub(super) containers: Vec<Container>,
    pub(super) init_containers: Vec<Container>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Container {
    pub(super) name: String,
    pub(super) resources: Json,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Status {
    pub(super) phase: String,
    pub(super) reason: String,
    pub(super) message: String,
    pub(super) conditions: Vec<Condition>,
    pub(super) init_container_statuses: Vec<ContainerStatus>,
    pub(super) container_statuses: Vec<ContainerStatus>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Condition {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) status: String,
    pub(super) reason: String,
    pub(super) message: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ContainerStatus {
    pub(super) name: String,
    pub(super) image: String,
    pub(super) state: State,
}

/// At most one of them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct State {
    pub(super) waiting: Option<Waiting>,
    pub(super) running: Option<serde::de::IgnoredAny>,
    pub(super) terminated: Option<Terminated>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Waiting {
    pub(super) reason: String,
    pub(super) message: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Terminated {
    pub(super) exit_code: i32,
    pub(super) reason: String,
    pub(super) message: String,
}

impl Pod {
    pub(super) fn read(raw: Json) -> Result<Self, serde_json::Error> {
        let pod: Self = serde_json::from_value(raw.clone())?;
        Ok(Self { raw, ..pod })
    }

    pub(super) fn statuses(&self) -> impl Iterator<Item = &ContainerStatus> {
        self.status.init_container_statuses.iter().chain(&self.status.container_statuses)
    }

    pub(super) fn state(&self, container: &str) -> Option<&State> {
        self.statuses().find(|status| status.name == container).map(|status| &status.state)
    }

    /// The containers of the task, in a pod that tells all of its own.
    pub(super) fn mains(&self) -> Vec<String> {
        let names = self.spec.containers.iter().map(|container| container.name.clone());
        names.filter(|name| name != BACK).collect()
    }

    /// The containers whose lines are those of the task and that have begun.
    pub(super) fn talking(&self) -> impl Iterator<Item = &str> {
        let begun = self
            .statuses()
            .filter(|status| status.state.running.is_some() || status.state.terminated.is_some());
        begun.map(|status| &*status.name).filter(|name| *name != INTO && *name != BACK)
    }

    pub(super) fn wants_files(&self) -> bool {
        self.state(INTO).is_some_and(|state| state.running.is_some())
    }

    /// Whether the files came into it, or it needs none.
    pub(super) fn has_files(&self) -> bool {
        let is_wanted = self.spec.init_containers.iter().any(|container| container.name == INTO);
        let took = |state: &State| state.terminated.as_ref().is_some_and(|end| end.exit_code == 0);
        !is_wanted || self.state(INTO).is_some_and(took)
    }

    pub(super) fn carries_files(&self) -> bool {
        self.spec.containers.iter().any(|container| container.name == BACK)
    }

    pub(super) fn gives_files(&self) -> bool {
        self.state(BACK).is_some_and(|state| state.running.is_some())
    }

    pub(in crate::kubernetes) fn is_deleted(&self) -> bool {
        self.metadata.deletion_timestamp.is_some()
    }

    /// Whether one of the containers of the task began.
    pub(super) fn has_begun(&self, mains: &[String]) -> bool {
        self.is_over() || mains.iter().any(|main| self.talking().any(|name| name == main))
    }

    fn is_over(&self) -> bool {
        matches!(&*self.status.phase, "Succeeded" | "Failed")
    }

    /// Whether all containers of the task ended, and none of them begins anew.
    pub(super) fn has_ended(&self, mains: &[String]) -> bool {
        self.is_over()
            || mains.iter().all(|main| {
                let end = self.state(main).and_then(|state| state.terminated.as_ref());
                end.is_some_and(|end| match &*self.spec.restart_policy {
                    "Always" => false,
                    "OnFailure" => end.exit_code == 0,
                    _ => true,
                })
            })
    }

    /// The first exit code of the task's containers that is none of success; `None` if nobody saw them end.
    pub(super) fn exit_code(&self, mains: &[String]) -> Option<i32> {
        let ends = || mains.iter().filter_map(|main| self.state(main)?.terminated.as_ref());
        ends().map(|end| end.exit_code).find(|code| *code != 0).or_else(|| ends().next().map(|_| 0))
    }

    pub(in crate::kubernetes) fn run(&self) -> Option<&str> {
        self.metadata.labels.get(RUN).map(|id| &**id)
    }

    /// The execution for which it works, if it has no business without it.
    pub(in crate::kubernetes) fn execution(&self) -> Option<&str> {
        self.metadata.labels.get(EXECUTION).filter(|_| self.is_bound()).map(|id| &**id)
    }

    pub(super) fn is_bound(&self) -> bool {
        self.metadata.labels.get(BOUND).is_some_and(|word| word == "true")
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;

    pub(in crate::kubernetes::pod) fn pod(raw: Json) -> Pod {
        Pod::read(raw).unwrap()
    }

    fn ended(policy: &str, states: &Json) -> Pod {
        pod(json!({"spec": {"restartPolicy": policy}, "status": {"containerStatuses": states}}))
    }

    #[test]
    fn a_pod_has_ended_when_none_of_its_containers_begins_anew() {
        let mains = ["a".to_owned(), "b".to_owned()];
        let end = |name: &str, code: i32| json!({"name": name, "state": {"terminated": {"exitCode": code}}});
        let runs = json!({"name": "b", "state": {"running": {}}});
        for (policy, states, has_ended, code) in [
            ("Never", json!([end("a", 0), end("b", 3)]), true, Some(3)),
            ("Never", json!([end("a", 0), runs]), false, Some(0)),
            ("OnFailure", json!([end("a", 0), end("b", 3)]), false, Some(3)),
            ("OnFailure", json!([end("a", 0), end("b", 0)]), true, Some(0)),
            ("Never", json!([]), false, None),
        ] {
            let pod = ended(policy, &states);
            assert_eq!((pod.has_ended(&mains), pod.exit_code(&mains)), (has_ended, code), "{pod:?}");
        }
        let evicted = pod(json!({"status": {"phase": "Failed", "reason": "Evicted"}}));
        assert_eq!((evicted.has_ended(&mains), evicted.exit_code(&mains)), (true, None));
    }
}

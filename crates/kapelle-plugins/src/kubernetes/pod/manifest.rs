//! The manifest of a pod: what a flow says, and what we put beside it to carry files.

use kapelle_plugin::Place;
use serde_json::{Value as Json, json};

use super::labels::labels;
use super::life::SideCar;
use super::name::name;
use crate::kubernetes::data::merge;

/// Our containers.
pub(super) const INTO: &str = "kapelle-files-in";
pub(super) const BACK: &str = "kapelle-files-out";

/// What all containers share, and where ours see the whole of it.
const VOLUME: &str = "kapelle-files";
const SHARED: &str = "/kapelle";

/// The folders in it.
pub(super) const DIRECTORY: &str = "directory";
const TEMPORARY: &str = "tmp";

/// Makes the folders, and waits until the files are there.
const WAIT_FOR_FILES: &str = "umask 0; mkdir -p /kapelle/directory /kapelle/tmp && chmod 1777 /kapelle/tmp || exit 1; \
     trap 'exit 143' TERM; until [ -e /kapelle/ready ]; do sleep 0.1 || sleep 1; done";

/// Stays until the files were taken.
const WAIT_FOR_END: &str = "trap 'exit 0' TERM; until [ -e /kapelle/ended ]; do sleep 0.2 || sleep 1; done";

/// What runs.
pub(crate) struct Work {
    /// What a flow says of the pod's metadata.
    pub(crate) metadata: Json,
    /// The pod as a flow wants it.
    pub(crate) spec: Json,
    /// Where the directory of the task is in the pod.
    pub(crate) directory: String,
    /// What is put under all containers.
    pub(crate) default: Json,
    pub(crate) side_car: SideCar,
}

/// What depends on the run.
pub(super) struct Start<'s> {
    pub(super) place: &'s Place,
    pub(super) namespace: &'s str,
    pub(super) is_bound: bool,
    pub(super) has_files: bool,
    /// Whether its `/tmp` is one of its own, whose files come back.
    pub(super) has_temporary: bool,
}

impl Work {
    /// The names of the containers of the task.
    pub(super) fn containers(&self) -> Vec<String> {
        let containers = self.spec.get("containers").and_then(Json::as_array);
        let names = containers.into_iter().flatten().filter_map(|one| one.get("name")?.as_str());
        names.map(str::to_owned).collect()
    }

    /// What the cluster is told to make.
    pub(super) fn pod(&self, start: &Start<'_>) -> Json {
        let mut metadata = json!({"name": name(start.place)});
        merge(&mut metadata, &self.metadata);
        if self.metadata.get("generateName").is_some() && self.metadata.get("name").is_none() {
            // A name of its own would win over it.
            merge(&mut metadata, &json!({"name": null}));
        }
        let ours = json!({
            "namespace": start.namespace,
            "labels": labels(start.place, start.is_bound),
            "annotations": {"kapelle.io/directory": self.directory},
        });
        merge(&mut metadata, &ours);
        if let (true, Some(main)) = (start.has_files, self.containers().first()) {
            // Ours comes first, and whoever asks for the log of the pod does not want that one.
            merge(&mut metadata, &json!({"annotations": {"kubectl.kubernetes.io/default-container": main}}));
        }
        let mut spec = json!({"restartPolicy": "Never"});
        merge(&mut spec, &self.spec);
        for list in ["initContainers", "containers"] {
            for container in spec.get_mut(list).and_then(Json::as_array_mut).into_iter().flatten() {
                self.refine(container, start);
            }
        }
        if start.has_files {
            self.add_files(&mut spec);
        }
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
    }

    /// What every container gets.
    fn refine(&self, container: &mut Json, start: &Start<'_>) {
        let mut refined = self.default.clone();
        merge(&mut refined, container);
        if start.has_files {
            let mut mounts = vec![json!({"name": VOLUME, "mountPath": self.directory, "subPath": DIRECTORY})];
            let written = refined.get("volumeMounts").and_then(Json::as_array).cloned().unwrap_or_default();
            let has_own = written.iter().any(|mount| mount["mountPath"] == "/tmp");
            if start.has_temporary && !has_own {
                mounts.push(json!({"name": VOLUME, "mountPath": "/tmp", "subPath": TEMPORARY}));
            }
            mounts.extend(written);
            refined["volumeMounts"] = Json::Array(mounts);
        }
        *container = refined;
    }

    /// The last container that starts is one of the task: with each the kubelet writes `/etc/hosts` anew, and whoever reads
    /// it at that moment finds half of it.
    fn add_files(&self, spec: &mut Json) {
        put_first(spec, "volumes", json!({"name": VOLUME, "emptyDir": {}}));
        put_first(spec, "initContainers", self.carrier(INTO, WAIT_FOR_FILES));
        put_first(spec, "containers", self.carrier(BACK, WAIT_FOR_END));
    }

    fn carrier(&self, name: &str, script: &str) -> Json {
        let mut container = json!({"imagePullPolicy": "IfNotPresent"});
        merge(&mut container, &self.default);
        merge(&mut container, &self.side_car.spec);
        let mounts = container.get("volumeMounts").and_then(Json::as_array).cloned().unwrap_or_default();
        let shared = json!({"name": VOLUME, "mountPath": SHARED});
        container["volumeMounts"] = Json::Array(std::iter::once(shared).chain(mounts).collect());
        let ours = json!({
            "name": name,
            "image": self.side_car.image,
            "command": ["sh", "-c", script],
        });
        merge(&mut container, &ours);
        container
    }
}

fn put_first(spec: &mut Json, list: &str, one: Json) {
    if !spec[list].is_array() {
        spec[list] = json!([]);
    }
    if let Some(all) = spec[list].as_array_mut() {
        all.insert(0, one);
    }
}

/// A text that clusters do not look into: they would put variables in place of `$(NAME)`, and one `$` in place of two.
pub(crate) fn literal(text: &str) -> String {
    text.replace('$', "$$")
}

#[cfg(test)]
mod tests {
    use kapelle_plugin::stage::Stage;

    use super::*;

    fn work(spec: Json) -> Work {
        Work {
            metadata: json!({"labels": {"team": "a", "kestra.io/flow-id": "other"}}),
            spec,
            directory: "/work".to_owned(),
            default: json!({"securityContext": {"runAsUser": 1}}),
            side_car: SideCar {
                image: "box".to_owned(),
                spec: json!({"resources": {"limits": {"cpu": "1"}}}),
            },
        }
    }

    fn pod(spec: Json, has_files: bool) -> Json {
        let cx = Stage::new().context();
        work(spec).pod(&Start {
            place: &cx.place,
            namespace: "jobs",
            is_bound: true,
            has_files,
            has_temporary: true,
        })
    }

    #[test]
    fn a_pod_says_whose_it_is_and_carries_files() {
        let pod = pod(json!({"containers": [{"name": "main", "image": "i"}]}), true);
        insta::assert_snapshot!(kapelle_core::yaml::write::block(&pod, 0), @r#"
        apiVersion: v1
        kind: Pod
        metadata:
          name: team-a-f-t-run1-0
          labels:
            team: a
            kestra.io/flow-id: f
            kestra.io/namespace: team.a
            kestra.io/task-id: t
            kestra.io/execution-id: "0000000000000000000007"
            kestra.io/taskrun-id: run1
            kestra.io/taskrun-attempt: "0"
            kapelle.io/bound: "true"
          namespace: jobs
          annotations:
            kapelle.io/directory: "/work"
            kubectl.kubernetes.io/default-container: main
        spec:
          restartPolicy: Never
          containers:
            - imagePullPolicy: IfNotPresent
              securityContext:
                runAsUser: 1
              resources:
                limits:
                  cpu: "1"
              volumeMounts:
                - name: kapelle-files
                  mountPath: "/kapelle"
              name: kapelle-files-out
              image: box
              command:
                - sh
                - "-c"
                - "trap 'exit 0' TERM; until [ -e /kapelle/ended ]; do sleep 0.2 || sleep 1; done"
            - securityContext:
                runAsUser: 1
              name: main
              image: i
              volumeMounts:
                - name: kapelle-files
                  mountPath: "/work"
                  subPath: directory
                - name: kapelle-files
                  mountPath: "/tmp"
                  subPath: tmp
          volumes:
            - name: kapelle-files
              emptyDir: {}
          initContainers:
            - imagePullPolicy: IfNotPresent
              securityContext:
                runAsUser: 1
              resources:
                limits:
                  cpu: "1"
              volumeMounts:
                - name: kapelle-files
                  mountPath: "/kapelle"
              name: kapelle-files-in
              image: box
              command:
                - sh
                - "-c"
                - "umask 0; mkdir -p /kapelle/directory /kapelle/tmp && chmod 1777 /kapelle/tmp || exit 1; trap 'exit 143' TERM; until [ -e /kapelle/ready ]; do sleep 0.1 || sleep 1; done"
        "#);
    }

    #[test]
    fn without_files_it_is_what_the_flow_says() {
        let spec = json!({"restartPolicy": "OnFailure", "containers": [{"name": "a"}]});
        let made = pod(spec, false);
        let wanted = json!({"restartPolicy": "OnFailure", "containers": [{"securityContext": {"runAsUser": 1}, "name": "a"}]});
        assert_eq!(made["spec"], wanted);
    }

    #[test]
    fn a_tmp_of_the_flow_stays_its_own() {
        let mounts = json!([{"name": "x", "mountPath": "/tmp"}]);
        let made = pod(json!({"containers": [{"name": "a", "volumeMounts": mounts}]}), true);
        assert_eq!(made["spec"]["containers"][1]["volumeMounts"].as_array().map(Vec::len), Some(2));
    }

    #[test]
    fn dollars_stay_what_they_are() {
        assert_eq!(literal("echo $$ $(date)"), "echo $$$$ $$(date)");
    }
}

//! A server that is killed while a container or a pod works: the next one takes it up, and nothing runs twice.

use serde_json::Value as Json;

use super::{Runner, awaited, docker, ended, kubernetes, logs, started};
use crate::Folder;
use crate::web::Server;

/// Whoever ran tells so by a name of its own. It goes on while nobody listens.
const FLOW: &str = "\
id: long
namespace: demo
tasks:
  - id: work
    type: io.kestra.plugin.scripts.shell.Script
    containerImage: busybox:latest
    outputFiles: [name.txt]
    script: |
      name=$(cat /proc/sys/kernel/random/uuid)
      echo \"name $name\"
      for number in $(seq 1 60); do
        echo \"line $number\"
        [ $((number % 10)) -ne 0 ] || echo \"tenth $number\" >&2
        sleep 0.2
      done
      echo -n \"$name\" > name.txt
      echo \"::{\\\"outputs\\\":{\\\"name\\\":\\\"$name\\\"}}::\"
";

#[test]
fn a_container_survives_the_server_and_is_taken_up() {
    if let Some(runner) = docker("docker") {
        survives(&runner);
    }
}

#[test]
fn a_container_of_podman_survives_the_server_and_is_taken_up() {
    if let Some(runner) = docker("podman") {
        survives(&runner);
    }
}

#[test]
fn a_pod_survives_the_server_and_is_taken_up() {
    if let Some(runner) = kubernetes() {
        survives(&runner);
    }
}

fn survives(runner: &Runner) {
    let folder = Folder::new(
        &format!("runners-crash-{}", runner.name),
        &[("kestra.yml", &runner.configuration), ("flows/long.yaml", FLOW)],
    );
    let start = || Server::start(&folder.path(""), &["--flow-path", "flows"]).unwrap();
    let mut server = start();
    let id = started(&server, "demo/long", &[]);
    let name = awaited("the first line", || {
        words(&logs(&server, &id), 0).iter().find_map(|line| Some(line.strip_prefix("name ")?.to_owned()))
    });
    // SIGKILL: it has no time for anything.
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    let server = start();
    let execution = ended(&server, &id);
    assert_eq!(execution["state"]["current"], "SUCCESS", "{execution}");
    let runs = execution["taskRunList"].as_array().unwrap();
    assert_eq!((runs.len(), runs[0]["attempts"].as_array().unwrap().len()), (1, 2), "{execution}");
    assert_eq!(runs[0]["outputs"]["vars"]["name"], *name, "it ran again: {execution}");
    let uri = runs[0]["outputs"]["outputFiles"]["name.txt"].as_str().unwrap();
    let file = format!("/api/v1/main/executions/{id}/file?path={uri}");
    assert_eq!(server.ask("GET", &file, "text/plain", "").unwrap().body, name);
    let lines = logs(&server, &id);
    let heard = words(&lines, 1);
    for (word, step) in [("line ", 1), ("tenth ", 10)] {
        let heard: Vec<&String> = heard.iter().filter(|line| line.starts_with(word)).collect();
        let whole: Vec<String> = (step..=60).step_by(step).map(|number| format!("{word}{number}")).collect();
        assert_eq!(heard, whole.iter().collect::<Vec<_>>(), "{lines:?}");
    }
    assert!(heard.iter().any(|line| line.contains("behind: this one goes on with it")), "{lines:?}");
}

/// The log of an attempt.
fn words(lines: &[Json], attempt: u64) -> Vec<String> {
    let lines = lines.iter().filter(|line| line["attemptNumber"] == attempt);
    lines.map(|line| line["message"].as_str().unwrap().to_owned()).collect()
}

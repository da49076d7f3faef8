use serde_json::json;

use super::*;

/// What the engine knows of the only container of a task run.
async fn inspected(at: &At, stage: &Stage) -> serde_json::Value {
    let found = at.engine.labelled(&format!("kestra.io/taskrun-id={}", run_id(stage))).await.unwrap();
    at.engine.ask(Asked::get(&format!("/containers/{}/json", found[0].id))).await.unwrap()
}

#[tokio::test]
async fn what_a_flow_wants_of_its_container_is_what_it_gets() {
    for at in engines().await {
        let stage = at.world();
        let properties = "outputFiles: [seen]\ntaskRunner:\n  type: io.kestra.plugin.scripts.runner.docker.Docker\n  \
             user: '1234:99'\n  entryPoint: [/bin/env, BESIDE=entry]\n  extraHosts: ['db.example:10.9.8.7']\n  networkMode: none\n  \
             shmSize: 32MB\n  privileged: true\n  cpu: {cpus: 0.5}\n  memory: {memory: 64MB, memorySwap: 64MB}\n  delete: false\n\
             script: echo $BESIDE $(id -u):$(id -g) > seen";
        let given = script(&alone(&stage, 0), properties).await.unwrap();
        assert_eq!(content(&stage, &given, "seen"), "entry 1234:99\n");
        let known = inspected(&at, &stage).await;
        let host = &known["HostConfig"];
        assert_eq!((&known["Config"]["User"], &host["NetworkMode"]), (&json!("1234:99"), &json!("none")));
        assert_eq!(host["ExtraHosts"], json!(["db.example:10.9.8.7"]));
        assert_eq!((&host["ShmSize"], &host["Privileged"]), (&json!(32 << 20), &json!(true)));
        assert_eq!((&host["NanoCpus"], &host["Memory"]), (&json!(500_000_000), &json!(64 << 20)));
        assert_eq!(known["State"]["Status"], "exited", "it stays, as `delete: false` says");
        at.engine.remove(known["Id"].as_str().unwrap()).await.unwrap();
    }
}

#[tokio::test]
async fn devices_without_a_driver_are_told() {
    for at in engines().await {
        let stage = at.world();
        let properties = "taskRunner:\n  type: io.kestra.plugin.scripts.runner.docker.Docker\n  deviceRequests: \
                          [{driver: kapelle-none, count: -1, capabilities: [[gpu]]}]\nscript: echo there";
        // Podman 4 does not look at them.
        match script(&alone(&stage, 0), properties).await {
            Err(broken) => {
                let message = broken.failure.to_string();
                assert!(message.contains("the engine has no driver for `deviceRequests`"), "{message}");
            }
            Ok(_) => assert!(at.is_podman()),
        }
        assert_eq!(count(&at.engine, &stage).await, 0);
    }
}

#[tokio::test]
async fn a_container_that_takes_too_much_memory_is_told() {
    for at in engines().await {
        let stage = at.world();
        let properties = "taskRunner:\n  type: io.kestra.plugin.scripts.runner.docker.Docker\n  memory: {memory: 16MB, \
                          memorySwap: 16MB}\nscript: exec tail /dev/zero";
        let broken = script(&alone(&stage, 0), properties).await.unwrap_err();
        assert_eq!(broken.failure.to_string(), "Command failed with exit code 137");
        // Podman 4 does not say why it was killed.
        let is_told =
            stage.lines().iter().any(|line| line.contains("more than its memory of 16 MiB: give it more"));
        assert!(is_told || at.is_podman(), "{:?}", stage.lines());
        assert_eq!(count(&at.engine, &stage).await, 0);
    }
}

use super::*;

#[tokio::test]
async fn a_pod_gives_lines_outputs_and_files() {
    let Some(world) = World::open().await else { return };
    let properties = r#"
metadata: {labels: {team: a}}
inputFiles: {in.txt: given}
outputFiles: [out.txt, "more/*"]
spec:
  containers:
    - name: first
      image: busybox:1.36
      command: [sh, -c]
      args:
        - cp {{ workingDir }}/in.txt {{ outputFiles['out.txt'] }}; mkdir {{ workingDir }}/more; echo x > {{ workingDir }}/more/x; echo '::{"outputs":{"n":1}}::'
    - name: second
      image: busybox:1.36
      command: [sh, -c, "echo from the second; sleep 1; echo its last"]
"#;
    let given = json(&ran(&world.context(0), "kubernetes.core.PodCreate", properties).await.unwrap());
    assert_eq!(world.content(&given, "out.txt"), "given");
    assert_eq!(world.content(&given, "more/x"), "x\n");
    assert_eq!(given["vars"]["n"], 1);
    assert_eq!(given["metadata"]["labels"]["team"], "a");
    assert_eq!(given["status"]["containerStatuses"].as_array().unwrap().len(), 3);
    let lines = world.stage.lines();
    assert!(
        lines.contains(&"INFO from the second".to_owned()) && lines.contains(&"INFO its last".to_owned()),
        "{lines:?}"
    );
    until("the removal", async || world.count().await == 0).await;
}

#[tokio::test]
async fn a_pod_that_fails_says_where() {
    for (spec, words) in [
        (
            "{containers: [{name: a, image: 'busybox:1.36', command: [sh, -c, 'exit 3']}]}",
            "a container ended with exit code 3",
        ),
        (
            "{initContainers: [{name: prepare, image: 'busybox:1.36', command: [sh, -c, 'echo no; exit 4']}], \
              containers: [{name: a, image: 'busybox:1.36', command: ['true']}]}",
            "the init container `prepare` of the pod",
        ),
        ("{}", "`spec` has no containers"),
        ("{containers: [{name: A}]}", "the pod cannot be made: Kubernetes refused with status 422"),
    ] {
        let Some(world) = World::open().await else { return };
        let broken =
            ran(&world.context(0), "kubernetes.core.PodCreate", &format!("spec: {spec}")).await.unwrap_err();
        let message = broken.failure.to_string();
        assert!(message.contains(words), "{message}");
        until("the removal", async || world.count().await == 0).await;
    }
}

#[tokio::test]
async fn a_name_that_another_pod_has_is_not_taken() {
    let (Some(world), Some(other)) = (World::open().await, World::open().await) else { return };
    let name = format!("named-{}", world.run);
    let properties = format!(
        "metadata: {{name: {name}}}\nspec: {{containers: [{{name: a, image: 'busybox:1.36', command: [sh, -c, 'echo begun; sleep 60']}}]}}"
    );
    let cx = world.context(0);
    let trying = async {
        until_line(&world.stage, "begun").await;
        let broken = ran(&other.context(0), "kubernetes.core.PodCreate", &properties).await.unwrap_err();
        assert!(broken.failure.to_string().contains("leave `metadata.name` out"), "{}", broken.failure);
        assert_eq!(world.count().await, 1);
        world.stage.stop();
    };
    let (ended, ()) = tokio::join!(ran(&cx, "kubernetes.core.PodCreate", &properties), trying);
    assert!(ended.unwrap_err().is_killed);
    until("the removal", async || world.count().await == 0).await;
}

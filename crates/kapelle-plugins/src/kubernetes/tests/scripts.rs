use super::*;

#[tokio::test]
async fn files_go_in_and_out_and_what_is_in_tmp_is_found() {
    let Some(world) = World::open().await else { return };
    let uri = world.stage.put_file("data.txt", b"stored");
    let run = world.run.clone();
    let stage = world.stage.variable("uri", &*uri).implying("backup.gz").implying("gone");
    let world = World { stage, api: world.api, run };
    let script = r#"
inputFiles: {in.txt: "given", deep/er/x.txt: "deep", gone.txt: "x"}
outputFiles: ["**/*.txt", "{{ workingDir }}/more/*"]
env: {NAME: "it's $(NAME) $$"}
script: |
  cat in.txt deep/er/x.txt {{ uri }}; echo
  echo "$NAME"
  test $$ -gt 0
  echo -n changed > in.txt; rm gone.txt; mkdir more; echo -n made > more/new
  echo -n packed > /tmp/backup.gz
  ln -s /etc/passwd more/link
  test "$PWD" = "$WORKING_DIR"
  echo '::{"outputs": {"n": 1}}::'
"#;
    let given = json(&world.script("", script).await.unwrap());
    let lines: Vec<_> = world.stage.lines().into_iter().filter(|line| line.starts_with("INFO")).collect();
    assert_eq!(lines, ["INFO givendeepstored", "INFO it's $(NAME) $$"]);
    assert_eq!((&given["vars"]["n"], &given["exitCode"]), (&1.into(), &0.into()));
    assert!(given["taskRunner"]["podName"].as_str().unwrap().starts_with("team-a-f-t-"), "{given}");
    assert_eq!(world.content(&given, "in.txt"), "changed");
    assert_eq!(world.content(&given, "deep/er/x.txt"), "deep");
    assert_eq!(world.content(&given, "more/new"), "made");
    assert_eq!(world.content(&given, "backup.gz"), "packed");
    assert_eq!(given["outputFiles"].as_object().unwrap().len(), 4, "{given}");
    assert!(world.stage.lines().iter().any(|line| line.contains("asks for the file `gone`")));
    until("the removal", async || world.count().await == 0).await;
}

#[tokio::test]
async fn a_script_that_fails_keeps_what_it_gave() {
    let Some(world) = World::open().await else { return };
    let script = "outputFiles: [a]\nscript: |\n  id -u > a; echo '::{\"outputs\":{\"k\":2}}::'; exit 7";
    let runner = ", podSpec: {securityContext: {runAsUser: 1000}}";
    let broken = world.script(runner, script).await.unwrap_err();
    assert_eq!(broken.failure.to_string(), "Command failed with exit code 7");
    let given = json(&broken.outputs);
    assert_eq!((&given["exitCode"], &given["vars"]["k"]), (&7.into(), &2.into()));
    assert_eq!(world.content(&given, "a"), "1000\n");
}

#[tokio::test]
async fn a_card_and_a_node_with_a_label_are_asked_for() {
    let Some(world) = World::open().await else { return };
    equip(&world).await;
    let runner = ", resources: {limits: {nvidia.com/gpu: 1}}, nodeSelector: {gpu: 'true'}";
    world.script(runner, "script: echo on the card").await.unwrap();
    assert!(world.stage.lines().contains(&"INFO on the card".to_owned()), "{:?}", world.stage.lines());
    let many = ", resources: {limits: {nvidia.com/gpu: 7}}, waitUntilRunning: PT2S";
    let broken = world.script(many, "script: x").await.unwrap_err();
    let message = broken.failure.to_string();
    assert!(
        message.contains("did not run within PT2S (`waitUntilRunning`): the pod waits since "),
        "{message}"
    );
    assert!(message.contains("Insufficient nvidia.com/gpu"), "{message}");
    let told = |line: &String| line.starts_with("WARN the pod `team-a-f-t-") && line.contains("Insufficient");
    assert!(world.stage.lines().iter().any(told), "{:?}", world.stage.lines());
    until("the removal", async || world.count().await == 0).await;
}

#[tokio::test]
async fn what_keeps_a_pod_from_running_is_told() {
    for (runner, script, words) in [
        (
            ", nodeSelector: {no: such}, waitUntilRunning: PT2S",
            "script: x",
            "no node that is free has the labels of `nodeSelector`",
        ),
        ("", "script: x\ncontainerImage: no/such:1", "the image `no/such:1` cannot be pulled"),
        (", fileSidecar: {image: 'no/such:2'}", "script: x", "name an image with a shell and `tar`"),
        ("", "script: x\ninterpreter: [/no/sh, -c]", "Command failed with exit code 128"),
        (", namespace: no-such", "script: x", "the pod cannot be made: Kubernetes refused with status 404"),
        (", podSpec: {activeDeadlineSeconds: 1}", "script: sleep 60", "failed (DeadlineExceeded)"),
        (", waitUntilCompletion: PT1S", "script: sleep 60", "ran longer than PT1S and was ended"),
    ] {
        let Some(world) = World::open().await else { return };
        let properties = script_of(runner, script);
        let properties = if script.contains("containerImage") {
            properties.replacen(&format!("containerImage: {IMAGE}\n"), "", 1)
        } else {
            properties
        };
        let broken = ran(&world.context(0), "scripts.shell.Script", &properties).await.unwrap_err();
        let message = broken.failure.to_string();
        assert!(message.contains(words), "{message}");
        until("the removal", async || world.count().await == 0).await;
    }
}

#[tokio::test]
async fn one_that_needs_too_much_memory_is_told_so() {
    let Some(world) = World::open().await else { return };
    let runner = ", resources: {limit: {memory: 16Mi}}";
    let broken = world.script(runner, "script: head -c 200m /dev/zero | tail").await.unwrap_err();
    assert_eq!(broken.failure.to_string(), "Command failed with exit code 137");
    let told = |line: &String| {
        line.starts_with("ERROR the container `main` was killed (OOMKilled)") && line.contains("16Mi")
    };
    assert!(world.stage.lines().iter().any(told), "{:?}", world.stage.lines());
}

#[tokio::test]
async fn what_a_manifest_says_is_put_over_the_rest() {
    let Some(world) = World::open().await else { return };
    let runner = ", labels: {team: a}, annotations: {note: b}, pullPolicy: IF_NOT_PRESENT, hostAliases: [{ip: 10.1.2.3, \
                  hostnames: [db.example]}], podSpec: {hostname: own, volumes: [{name: more, emptyDir: {}}]}, \
                  containerSpec: {env: [{name: MORE, value: over}], volumeMounts: [{name: more, mountPath: /more}]}, \
                  containerDefaultSpec: {securityContext: {allowPrivilegeEscalation: false}}";
    let script =
        "script: |\n  grep -q '10.1.2.3.*db.example' /etc/hosts; test -d /more; echo $(hostname) $MORE";
    world.script(runner, script).await.unwrap();
    assert!(world.stage.lines().contains(&"INFO own over".to_owned()), "{:?}", world.stage.lines());
}

use super::*;

#[tokio::test]
async fn files_go_in_and_out_and_streams_are_kept_apart() {
    for at in engines().await {
        let engine = &at.engine;
        let stage = at.world();
        let uri = stage.put_file("data.txt", b"stored");
        let stage = stage.variable("uri", &*uri);
        let properties = r#"
runner: DOCKER
inputFiles: {in.txt: "given", deep/er/x.txt: "deep", gone.txt: "x"}
outputFiles: ["**/*.txt", "{{ workingDir }}/more/*"]
env: {NAME: "it's"}
script: |
  cat in.txt deep/er/x.txt {{ uri }}; echo
  echo "$NAME" >&2
  echo -n changed > in.txt; rm gone.txt; mkdir more; echo -n made > more/new
  echo -n out > {{ outputDir }}/kept
  ln -s /etc/passwd more/link
  test "$PWD" = "$WORKING_DIR" && test -z "$TMPDIR"
  echo '::{"outputs": {"n": 1}}::'
"#;
        let cx = alone(&stage, 0);
        let given = script(&cx, properties).await.unwrap();
        // Which of two streams comes first nobody knows.
        let mut lines = stage.lines();
        lines.sort();
        assert_eq!(lines, ["ERROR it's", "INFO givendeepstored"]);
        let shown = json(&given);
        assert_eq!(
            (&shown["vars"]["n"], &shown["exitCode"], &shown["stdOutLineCount"]),
            (&1.into(), &0.into(), &2.into())
        );
        assert_eq!(shown["taskRunner"]["containerId"].as_str().unwrap().len(), 64);
        assert_eq!(content(&stage, &given, "in.txt"), "changed");
        assert_eq!(content(&stage, &given, "deep/er/x.txt"), "deep");
        assert_eq!(content(&stage, &given, "more/new"), "made");
        assert_eq!(content(&stage, &given, "kept"), "out");
        assert_eq!(shown["outputFiles"].as_object().unwrap().len(), 4, "{shown}");
        assert_eq!(count(engine, &stage).await, 0);
    }
}

#[tokio::test]
async fn a_script_that_fails_keeps_what_it_gave() {
    for at in engines().await {
        let engine = &at.engine;
        let stage = at.world();
        let properties = "docker: {user: '1000:1000'}\noutputFiles: [a]\nscript: |\n  id -u > a; echo '::{\"outputs\":{\"k\":2}}::'; exit 7";
        let broken = script(&alone(&stage, 0), properties).await.unwrap_err();
        assert_eq!(broken.failure.to_string(), "Command failed with exit code 7");
        let given = json(&broken.outputs);
        assert_eq!((&given["exitCode"], &given["vars"]["k"]), (&7.into(), &2.into()));
        assert_eq!(content(&stage, &broken.outputs, "a"), "1000\n");
        assert_eq!(count(engine, &stage).await, 0);
    }
}

#[tokio::test]
async fn a_mounted_directory_is_the_same_on_both_sides() {
    for at in engines().await {
        let stage = at.world();
        let runner =
            "taskRunner: {type: io.kestra.plugin.scripts.runner.docker.Docker, fileHandlingStrategy: MOUNT}";
        let properties = format!("{runner}\noutputFiles: [b]\ninputFiles: {{a: x}}\nscript: cat a > b");
        let given = script(&alone(&stage, 0), &properties).await.unwrap();
        assert_eq!(content(&stage, &given, "b"), "x");
    }
}

#[tokio::test]
async fn what_keeps_a_container_from_running_is_told() {
    for at in engines().await {
        let engine = &at.engine;
        let runner =
            |more: &str| format!("taskRunner: {{type: io.kestra.plugin.scripts.runner.docker.Docker{more}}}");
        for (properties, words) in [
            (
                format!("{}\nscript: x\ncontainerImage: no/such:1", runner(", pullPolicy: NEVER")),
                "the engine has no image `no/such:1`, and `pullPolicy: NEVER` forbids to pull it",
            ),
            (
                format!("{}\nscript: x\ncontainerImage: localhost:1/no/such", runner("")),
                "the image `localhost:1/no/such:latest` cannot be pulled: ",
            ),
            (
                format!("{}\nscript: x\ninterpreter: [/no/sh, -c]\ncontainerImage: {IMAGE}", runner("")),
                "the container cannot be started: ",
            ),
            (
                format!("{}\nscript: x", runner(", host: 'unix:///nowhere.sock'")),
                "Docker cannot be reached at /nowhere.sock",
            ),
            (format!("{}\nscript: x\ncontainerImage: 'a b'", runner("")), "`a b` is no name of an image"),
        ] {
            let stage = at.world();
            let broken = ran(&alone(&stage, 0), "scripts.shell.Script", &properties).await.unwrap_err();
            let message = broken.failure.to_string();
            assert!(message.starts_with(words), "{message}");
            assert_eq!(count(engine, &stage).await, 0, "{properties}");
        }
    }
}

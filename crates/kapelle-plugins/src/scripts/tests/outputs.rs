use super::*;

#[tokio::test]
async fn variables_stand_in_vars_and_beside_the_official_outputs_never_over_them() {
    let stage = Stage::new();
    let given = run(
        &stage,
        "shell.Commands",
        r#"
commands:
  - echo '::{"outputs":{"a":1,"exitCode":"mine","b":{"c":null}}}::'
  - echo '::{"outputs":{"a":2}}::'
"#,
    );
    assert_eq!(
        given.await.unwrap(),
        r#"{"vars":{"a":2,"exitCode":"mine","b":{"c":null}},"exitCode":0,"outputFiles":{},"stdOutLineCount":2,"stdErrLineCount":0,"taskRunner":{},"a":2,"b":{"c":null}}"#
    );
    assert!(stage.lines().is_empty());
}

#[tokio::test]
async fn messages_are_read_on_both_streams() {
    let stage = Stage::new();
    let script = r#"script: echo '::{"outputs":{"a":1}}::' >&2"#;
    let given = run(&stage, "shell.Script", script).await.unwrap();
    assert!(given.starts_with(
        r#"{"vars":{"a":1},"exitCode":0,"outputFiles":{},"stdOutLineCount":0,"stdErrLineCount":1"#
    ));
}

#[tokio::test]
async fn lines_go_to_the_log_and_messages_do_what_they_say() {
    let stage = Stage::new();
    let script = r#"
script: |
  echo out; echo; printf 'a\rb\n'; echo err >&2
  echo '::{"metrics":[{"name":"m","type":"counter","value":3}],"logs":[{"level":"WARN","message":"careful"}]}::'
  echo '::{"outputs": }::'
  echo ' ::{}::'
"#;
    run(&stage, "shell.Script", script).await.unwrap();
    let mut lines = stage.lines();
    // The order of the two streams is not told.
    lines.retain(|line| line != "ERROR err");
    assert_eq!(lines.len() + 1, stage.lines().len());
    assert_eq!(lines[..5], ["INFO out", "INFO ", "INFO a", "INFO b", "WARN careful"]);
    assert!(lines[5].starts_with("WARN Invalid outputs '{\"outputs\": }': "), "{}", lines[5]);
    assert_eq!(lines[6..], ["INFO  ::{}::"]);
    assert_eq!(stage.metrics(), [kapelle_plugin::Metric::counter("m", 3.0)]);
}

#[tokio::test]
async fn a_failing_command_keeps_what_it_gave() {
    let stage = Stage::new();
    let commands = r#"
outputFiles: ["*.txt"]
commands: ["echo x > a.txt", "echo '::{\"outputs\":{\"a\":1}}::'", "exit 3", "echo never"]
"#;
    let (message, outputs) = run(&stage, "shell.Commands", commands).await.unwrap_err();
    assert_eq!(message, "Command failed with exit code 3");
    assert_eq!(
        outputs,
        r#"{"vars":{"a":1},"exitCode":3,"outputFiles":{"a.txt":"kestra:///t/new0-a.txt"},"stdOutLineCount":1,"stdErrLineCount":0,"taskRunner":{},"a":1}"#
    );
    assert!(stage.lines().is_empty());
}

#[tokio::test]
async fn the_first_failure_ends_all_unless_the_task_says_otherwise() {
    let commands = "commands: ['false', 'echo on']";
    let (message, _) = run(&Stage::new(), "shell.Commands", commands).await.unwrap_err();
    assert_eq!(message, "Command failed with exit code 1");
    for more in ["failFast: false", "failFast: '{{ 1 == 2 }}'", "targetOS: WINDOWS"] {
        let stage = Stage::new();
        run(&stage, "shell.Commands", &format!("{commands}\n{more}")).await.unwrap();
        assert_eq!(stage.lines(), ["INFO on"], "{more}");
    }
}

#[tokio::test]
async fn a_signal_is_an_exit_code_as_in_shells() {
    let (message, _) = run(&Stage::new(), "shell.Script", "script: kill -9 $$").await.unwrap_err();
    assert_eq!(message, "Command failed with exit code 137");
}

#[tokio::test]
async fn the_environment_is_what_is_written_and_little_else() {
    let stage = Stage::new().variable("name", "Ann");
    let script = "{script: env, env: {GREETING: 'Hello {{ name }}', LANG: de_DE.UTF-8, KAPELLE_FENCE: '99'}}";
    run(&stage, "shell.Script", script).await.unwrap();
    let directory = stage.directory().display().to_string();
    let mut lines: Vec<String> = stage
        .lines()
        .iter()
        .map(|line| line.trim_start_matches("INFO ").replace(&directory, "<dir>"))
        .filter(|line| !line.starts_with("_=") && !line.starts_with("SHLVL=") && !line.starts_with("OLDPWD="))
        .collect();
    lines.sort();
    assert_eq!(
        lines,
        [
            "GREETING=Hello Ann",
            "HOME=<dir>",
            "KAPELLE_ATTEMPT=0",
            "KAPELLE_FENCE=1",
            "KAPELLE_TASKRUN_ID=run1",
            "LANG=de_DE.UTF-8",
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "PWD=<dir>",
            "TMPDIR=<dir>/.kapelle-run1/tmp",
            "TZ=UTC",
            "WORKING_DIR=<dir>",
        ]
    );
}

#[tokio::test]
async fn names_of_variables_are_checked() {
    let (message, _) =
        run(&Stage::new(), "shell.Script", "{script: env, env: {'A=B': c}}").await.unwrap_err();
    assert_eq!(message, "`A=B` in `env` is no name of a variable");
}

#[tokio::test]
async fn secrets_and_long_commands_are_no_arguments_of_programs() {
    let secret = Value::from("s3cr3t").into_secret();
    let stage = Stage::new().variable("secret", secret).variable("long", &*"x".repeat(300_000));
    let script = "script: |\n  tr '\\0' ' ' < /proc/$$/cmdline; echo\n  echo {{ secret }} | wc -c\n  exit 0";
    run(&stage, "shell.Script", script).await.unwrap();
    let lines = stage.lines();
    assert!(lines[0].contains("/commands") && !lines[0].contains("s3cr3t"), "{}", lines[0]);
    assert_eq!(lines[1], "INFO 7");
    let stage = stage.variable("none", "");
    run(&stage, "shell.Script", "script: 'echo {{ long }} | wc -c'").await.unwrap();
    assert_eq!(stage.lines().last().unwrap(), "INFO 300001");
}

#[tokio::test]
async fn output_of_any_size_and_kind_goes_through() {
    let stage = Stage::new();
    let script = "script: head -c 30000000 /dev/zero | tr '\\0' 'x'; echo; seq 1 20000; head -c 100000 /dev/urandom; \
                  printf '\\377\\n'";
    run(&stage, "shell.Script", script).await.unwrap();
    let lines = stage.lines();
    assert!(lines[0].ends_with(&format!("… ({} bytes were cut)", 30_000_000 - (64 << 10))));
    assert_eq!((&*lines[1], &*lines[20_000]), ("INFO 1", "INFO 20000"));
    assert!(lines.iter().any(|line| line.contains('\u{fffd}')));
}

#[tokio::test]
async fn runners_that_are_not_there_are_refused_with_the_way_out() {
    let pod = "{script: 'true', taskRunner: {type: io.kestra.plugin.ee.aws.runner.Batch, region: x}}";
    let (message, outputs) = run(&Stage::new(), "shell.Script", pod).await.unwrap_err();
    assert!(message.starts_with("the task runner `io.kestra.plugin.ee.aws.runner.Batch` is not part"));
    assert_eq!(outputs, "{}");
    run(&Stage::new(), "shell.Script", "{script: 'true', runner: PROCESS}").await.unwrap();
    let told = |stage: &Stage| stage.lines().iter().filter(|line| line.contains("not part")).count();
    let mut count = 0;
    for _ in 0..2 {
        let stage = Stage::new().setting("kapelle.scripts.process-fallback", "true");
        run(&stage, "shell.Script", pod).await.unwrap();
        count += told(&stage);
    }
    assert_eq!(count, 1);
}

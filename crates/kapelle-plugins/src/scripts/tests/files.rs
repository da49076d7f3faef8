use super::*;

#[tokio::test]
async fn files_come_in_and_go_out() {
    let stage = Stage::new();
    stage.memory().put_file("team.a", "lib/part.sh", b"echo from the namespace");
    let uri = stage.put_file("data.txt", b"kept before");
    let stage = stage.variable("uri", &*uri);
    let properties = r#"
namespaceFiles: {enabled: true}
inputFiles: {"in.txt": "{{ uri }}", "b/own.txt": "own"}
outputFiles: ["result.txt", "**/*.csv"]
commands:
  - . ./lib/part.sh
  - cat in.txt b/own.txt > {{ outputFiles['result.txt'] }}
  - mkdir c; echo 1 > c/x.csv; echo "{{ workingDir }}" | grep -qx "$WORKING_DIR"
  - cat {{ uri }} "{{ uri }}"
"#;
    let given = run(&stage, "shell.Commands", properties).await.unwrap();
    assert!(given.contains(r#""outputFiles":{"c/x.csv":"kestra:///t/"#), "{given}");
    let result = given.split("\"result.txt\":\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(stage.content(result), "kept beforeown");
    assert_eq!(stage.lines(), ["INFO from the namespace", "INFO kept beforekept before"]);
}

#[tokio::test]
async fn nothing_of_the_run_itself_is_taken_for_output() {
    if !has("perl") {
        return;
    }
    let stage = Stage::new();
    let script = "{script: 'open(F, \">a\"); open(G, \">$ENV{TMPDIR}/t\")', outputFiles: ['**']}";
    let given = run(&stage, "perl.Script", script).await.unwrap();
    assert!(given.contains(r#""outputFiles":{"a":"kestra:///t/new0-a"}"#), "{given}");
    assert_eq!(std::fs::read_dir(stage.directory()).unwrap().count(), 1);
}

#[tokio::test]
async fn an_output_folder_is_kept_whole() {
    for way in ["outputDirectory: true", "runner: PROCESS"] {
        let stage = Stage::new();
        let script = format!(
            "{way}\nscript: echo 1 > {{{{ outputDir }}}}/a; mkdir $OUTPUT_DIR/b; echo 2 > $OUTPUT_DIR/b/c"
        );
        let given = run(&stage, "shell.Script", &script).await.unwrap();
        assert!(
            given.contains(r#""outputFiles":{"a":"kestra:///t/new0-a","b/c":"kestra:///t/new1-c"}"#),
            "{given}"
        );
    }
    let script = "{outputDirectory: true, script: 'touch $OUTPUT_DIR/a@b'}";
    let (message, _) = run(&Stage::new(), "shell.Script", script).await.unwrap_err();
    assert!(message.starts_with("the file `a@b` of the output folder cannot be kept"), "{message}");
}

#[tokio::test]
async fn files_that_the_flow_asks_for_elsewhere_are_kept_from_either_place() {
    let stage =
        Stage::new().implying("backup.sql.gz").implying("here.txt").implying("gone.txt").implying("../x");
    let script = "script: echo 1 > $TMPDIR/backup.sql.gz; echo 2 > here.txt; echo 3 > ../x";
    let given = run(&stage, "shell.Script", script).await.unwrap();
    let expected = r#""outputFiles":{"backup.sql.gz":"kestra:///t/new0-backup.sql.gz","here.txt":"kestra:///t/new1-here.txt"}"#;
    assert!(given.contains(expected), "{given}");
    let lines = stage.lines();
    assert_eq!(lines.len(), 2);
    assert!(
        lines[0].starts_with("WARN an expression of the flow asks for the file `gone.txt` of the task `t`")
    );
}

#[tokio::test]
async fn an_address_of_nothing_is_told_before_anything_runs() {
    let stage = Stage::new();
    let (message, _) = run(&stage, "shell.Script", "script: cat kestra:///t/none").await.unwrap_err();
    assert_eq!(message, "there is no file kestra:///t/none");
}

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::processes::is_alive;
use super::*;

/// Waits for something of another process.
fn wait_for(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..1000 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("{what} did not happen within five seconds");
}

#[tokio::test]
async fn what_was_applied_is_told() {
    let Some(stage) = with_shepherd() else { return };
    let stage = stage.setting("kapelle.runner.process.limits.files", "64");
    let given =
        run(&stage, "shell.Script", "script: ulimit -n; ulimit -c; umask; grep NoNewPrivs /proc/self/status");
    let given = given.await.unwrap();
    let expected = r#""taskRunner":{"sandbox":["files=64","umask=077","no-new-privileges","no-cores"]}"#;
    assert!(given.contains(expected), "{given}");
    assert_eq!(stage.lines(), ["INFO 64", "INFO 0", "INFO 0077", "INFO NoNewPrivs:\t1"]);
}

#[tokio::test]
async fn a_sandbox_may_be_off_or_more_than_the_kernel_allows() {
    let Some(stage) = with_shepherd() else { return };
    let off = stage.setting("kapelle.runner.process.sandbox", "off");
    let given = run(&off, "shell.Script", "script: test -d $TMPDIR").await.unwrap();
    assert!(given.contains(r#""taskRunner":{}"#), "{given}");
    let Some(stage) = with_shepherd() else { return };
    let strict = stage.setting("kapelle.runner.process.sandbox", "strict");
    let (message, _) = run(&strict, "shell.Script", "script: 'true'").await.unwrap_err();
    assert_eq!(
        message,
        "the program cannot have a /tmp of its own: its directory, or something of its PATH, is in /tmp itself"
    );
}

/// Runs a shepherd by hand, where a directory lies elsewhere than in `/tmp`. What the program wrote.
fn shepherded(directory: &Path, script: &str) -> Option<String> {
    let temporary = directory.join("private");
    std::fs::create_dir_all(&temporary).unwrap();
    let mut command = Command::new(shepherd_program()?);
    command.args(["shepherd", "--grace", "100", "--temporary"]).arg(&temporary);
    command.args(["--", "/bin/sh", "-c", script]).current_dir(directory);
    let (_ours, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
    let output = command.stdin(Stdio::from(std::os::fd::OwnedFd::from(theirs))).output().unwrap();
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn tmp_is_private_where_the_kernel_allows_it() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests-{}", std::process::id()));
    let script = "echo secret > /tmp/kapelle-private; cat /tmp/kapelle-private; echo ${TMPDIR:-none}";
    let written = shepherded(&directory, script);
    let kept = std::fs::read_to_string(directory.join("private/kapelle-private"));
    std::fs::remove_dir_all(&directory).unwrap();
    let Some(written) = written else { return };
    if written.contains("none") {
        assert_eq!((written.as_str(), kept.unwrap().as_str()), ("secret\nnone\n", "secret\n"));
        assert!(!Path::new("/tmp/kapelle-private").exists());
    } else {
        println!("skipped: no namespaces of mounts here");
        let _left = std::fs::remove_file("/tmp/kapelle-private");
    }
}

#[test]
fn when_the_server_is_killed_everything_it_ran_ends() {
    let Some(program) = shepherd_program() else { return };
    let folder = std::env::temp_dir().join(format!("kapelle-killed-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let home = folder.display();
    let script = format!(
        "trap '' TERM; echo $$ > {home}/main; (setsid sh -c 'echo $$ > {home}/left; exec sleep 100' &); while :; do \
         sleep 0.05; done"
    );
    let mut server = Command::new(program).args(["server", &script]).stdout(Stdio::null()).spawn().unwrap();
    let (main, left) = (folder.join("main"), folder.join("left"));
    wait_for("the start", || is_alive(&main) && is_alive(&left));
    server.kill().unwrap();
    server.wait().unwrap();
    wait_for("the end", || !is_alive(&main) && !is_alive(&left));
    std::fs::remove_dir_all(&folder).unwrap();
    // The world of the server, which had no time to tidy up.
    let _world =
        std::fs::remove_dir_all(std::env::temp_dir().join(format!("kapelle-stage-{}-0", server.id())));
}

#[tokio::test]
async fn a_shepherd_that_is_killed_takes_the_program_along() {
    let Some(stage) = with_shepherd() else { return };
    let script = "script: echo $$ > pid; kill -9 $PPID; while :; do sleep 0.05; done";
    let (message, _) = run(&stage, "shell.Script", script).await.unwrap_err();
    assert!(message.starts_with("the shepherd of the program ended before it"), "{message}");
    assert!(!is_alive(&stage.directory().join("pid")));
}

#[tokio::test]
async fn a_shepherd_gives_the_same_outputs() {
    let Some(stage) = with_shepherd() else { return };
    let script = "{script: 'echo a; echo b >&2; exit 3', outputFiles: ['x']}";
    let (message, outputs) = run(&stage, "shell.Script", script).await.unwrap_err();
    assert_eq!(message, "Command failed with exit code 3");
    assert!(
        outputs.contains(r#""exitCode":3,"outputFiles":{},"stdOutLineCount":1,"stdErrLineCount":1"#),
        "{outputs}"
    );
    let signal = run(&stage, "shell.Script", "script: kill -9 $$").await.unwrap_err();
    assert_eq!(signal.0, "Command failed with exit code 137");
    let stage = stage.setting("kapelle.runner.process.path", "/nowhere");
    let (message, _) = run(&stage, "node.Script", "script: x").await.unwrap_err();
    assert!(message.starts_with("there is no program `node`"));
}

use std::time::Duration;

use super::*;

/// Stops a task as soon as it wrote this line. What it ended with.
async fn stopped_at(stage: &Stage, line: &str, properties: &str) -> Broken {
    let work = ran(stage, "shell.Script", properties);
    tokio::pin!(work);
    loop {
        tokio::select! {
            ended = &mut work => return ended.unwrap_err(),
            () = tokio::time::sleep(Duration::from_millis(5)) => {
                if stage.lines().iter().any(|known| known.ends_with(line)) {
                    stage.stop();
                }
            }
        }
    }
}

/// Whether the process whose number is in a file of the directory is alive.
pub(super) fn is_alive(file: &std::path::Path) -> bool {
    let Ok(pid) = std::fs::read_to_string(file) else { return false };
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

/// The worlds in which a kill has to reach everybody.
fn worlds() -> Vec<Stage> {
    let grace = |stage: Stage| stage.setting("kapelle.runner.process.grace", "PT0.3S");
    [Some(Stage::new()), with_shepherd()].into_iter().flatten().map(grace).collect()
}

#[tokio::test]
async fn a_stop_ends_the_program_and_keeps_what_it_gave() {
    for stage in worlds() {
        let script = r#"script: "echo '::{\"outputs\":{\"a\":1}}::'; echo begun; sleep 100; echo never""#;
        let broken = stopped_at(&stage, "begun", script).await;
        assert!(broken.is_killed);
        let given = json(broken.outputs);
        assert!(given.starts_with(r#"{"vars":{"a":1},"exitCode":143,"#), "{given}");
        assert_eq!(stage.lines(), ["INFO begun"]);
    }
}

#[tokio::test]
async fn a_stop_gives_time_to_tidy_up() {
    for stage in worlds() {
        let script = "script: trap 'echo tidy; exit 9' TERM; echo begun; while :; do sleep 0.01; done";
        let broken = stopped_at(&stage, "begun", script).await;
        assert!(broken.is_killed);
        // Some shells tell of the end of `sleep` too.
        assert!(stage.lines().contains(&"INFO tidy".to_owned()), "{:?}", stage.lines());
        assert!(json(broken.outputs).contains(r#""exitCode":9"#));
    }
}

#[tokio::test]
async fn a_kill_reaches_those_who_do_not_listen_who_left_the_group_and_who_are_orphans() {
    for stage in worlds() {
        let script = r#"
script: |
  trap '' TERM
  sh -c 'trap "" TERM; echo $$ > deaf; while :; do sleep 0.05; done' &
  setsid sh -c 'trap "" TERM; echo $$ > left; exec sleep 100' >/dev/null 2>&1 </dev/null &
  (setsid sh -c 'echo $$ > orphan; exec sleep 100' >/dev/null 2>&1 </dev/null &)
  (sh -c 'echo $$ > asleep; kill -STOP $$; sleep 100' &)
  while ! [ -s deaf -a -s left -a -s orphan -a -s asleep ]; do sleep 0.01; done
  echo begun; while :; do sleep 0.05; done
"#;
        let broken = stopped_at(&stage, "begun", script).await;
        assert!(broken.is_killed);
        for file in ["deaf", "left", "orphan", "asleep"] {
            assert!(!is_alive(&stage.directory().join(file)), "{file}");
        }
    }
}

#[tokio::test]
async fn output_of_children_is_waited_for_and_who_is_silent_is_ended() {
    for stage in worlds() {
        let script = "script: (sleep 0.2; echo late) & sh -c 'echo $$ > silent; exec sleep 100' >/dev/null 2>&1 & \
                      while ! [ -s silent ]; do sleep 0.01; done; echo main";
        run(&stage, "shell.Script", script).await.unwrap();
        assert_eq!(stage.lines(), ["INFO main", "INFO late"]);
        assert!(!is_alive(&stage.directory().join("silent")));
    }
}

#[tokio::test]
async fn a_program_nobody_waits_for_any_more_is_killed() {
    for stage in worlds() {
        let script = "script: trap '' TERM; echo $$ > pid; echo begun; while :; do sleep 0.05; done";
        let work = ran(&stage, "shell.Script", script);
        let begun = async {
            while !stage.lines().contains(&"INFO begun".to_owned()) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let file = stage.directory().join("pid");
        tokio::select! { _ = work => panic!("it never ends"), () = begun => {} }
        for _ in 0..400 {
            if !is_alive(&file) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(!is_alive(&file));
    }
}

#[tokio::test]
async fn what_is_stopped_before_it_begins_never_runs() {
    let stage = Stage::new();
    stage.stop();
    let broken = ran(&stage, "shell.Script", "script: touch here").await.unwrap_err();
    assert!(broken.is_killed && !stage.directory().join("here").exists());
}

#[tokio::test]
async fn who_is_left_behind_and_deaf_costs_a_second_and_no_more() {
    for stage in worlds() {
        let stage = stage.setting("kapelle.runner.process.grace", "PT100S");
        let script =
            "script: (trap '' TERM; echo $$ > pid; while :; do sleep 0.05; done) >/dev/null 2>&1 & sleep 0.1";
        tokio::time::timeout(Duration::from_secs(20), run(&stage, "shell.Script", script))
            .await
            .unwrap()
            .unwrap();
    }
}

#[tokio::test]
async fn no_zombies_stay() {
    for stage in worlds() {
        run(&stage, "shell.Script", "script: for i in 1 2 3; do (true &) ; done; true").await.unwrap();
        let own = std::process::id().to_string();
        let zombies = std::fs::read_dir("/proc").unwrap().flatten().filter(|entry| {
            let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            let rest = stat.rsplit_once(") ").map(|(_, rest)| rest.to_owned()).unwrap_or_default();
            rest.starts_with(&format!("Z {own} "))
        });
        // Others of this process may be about to be reaped.
        assert!(zombies.count() < 5);
    }
}

#[tokio::test]
async fn settings_that_cannot_be_read_are_told() {
    for (setting, value, words) in [
        (
            "kapelle.runner.process.grace",
            "soon",
            "`soon` in the setting `kapelle.runner.process.grace` does not fit",
        ),
        (
            "kapelle.runner.process.limits.files",
            "many",
            "`many` in the setting `kapelle.runner.process.limits.files` does not fit: it is no whole number from 0 on",
        ),
    ] {
        let (message, _) =
            run(&Stage::new().setting(setting, value), "shell.Script", "script: x").await.unwrap_err();
        assert!(message.starts_with(words), "{message}");
    }
}

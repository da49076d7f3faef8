use super::*;

#[test]
fn tasks_run_one_after_the_other() {
    let mut story = Story::of(
        "
tasks:
- {id: a, type: ok}
- {id: b, type: ok}
",
    );
    assert_eq!(story.tree(), "RUNNING\n  a SUBMITTED\n");
    story.work_once();
    assert_eq!(story.tree(), "RUNNING\n  a SUCCESS\n  b SUBMITTED\n");
    story.work_once();
    assert_eq!(story.tree(), "SUCCESS\n  a SUCCESS\n  b SUCCESS\n");
    assert_eq!(story.histories(), "CREATED RUNNING SUCCESS");
}

#[test]
fn a_failure_bubbles_up_and_runs_the_errors_of_every_level() {
    insta::assert_snapshot!(ends("
tasks:
- id: seq
  type: flow.Sequential
  tasks:
  - {id: bad, type: fail}
  - {id: never, type: ok}
  errors:
  - {id: local, type: ok}
errors:
- {id: global, type: ok}
finally:
- {id: last, type: ok}
afterExecution:
- {id: after, type: ok}
"), @"
    FAILED
      seq FAILED
        bad FAILED
        local SUCCESS
      global SUCCESS
      last SUCCESS
      after SUCCESS
    ");
}

#[test]
fn loops_nest_and_end() {
    insta::assert_snapshot!(ends("
tasks:
- id: each
  type: flow.ForEach
  values: [x, y, x]
  tasks:
  - id: if
    type: flow.If
    condition: \"{{ taskrun.value == 'x' }}\"
    then: [{id: a, type: ok}]
    else: [{id: b, type: ok}]
  - {id: c, type: ok}
"), @"
    SUCCESS
      each SUCCESS
        if[x] SUCCESS
          a SUCCESS
        c[x] SUCCESS
        if[y] SUCCESS
          b SUCCESS
        c[y] SUCCESS
    ");
}

#[test]
fn a_retry_tries_again_after_its_delay() {
    let mut story = Story::of(
        "
tasks:
- {id: a, type: fail, retry: {type: constant, interval: PT10S, maxAttempts: 3}}
",
    );
    story.work();
    assert_eq!(story.tree(), "RETRYING\n  a RETRYING\n");
    story.play();
    assert_eq!((story.tree(), story.now), ("FAILED\n  a FAILED x3\n".into(), Millis(20_000)));
}

#[test]
fn a_pause_holds_everything_until_it_is_over() {
    let mut story = Story::of(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks:
  - {id: p, type: flow.Pause, pauseDuration: PT1M}
  - id: seq
    type: flow.Sequential
    tasks: [{id: a, type: ok}, {id: b, type: ok}]
",
    );
    story.work();
    insta::assert_snapshot!(story.tree(), @"
    PAUSED
      par RUNNING
        p PAUSED
        seq CREATED
    ");
    story.play();
    insta::assert_snapshot!(story.tree(), @"
    SUCCESS
      par SUCCESS
        p SUCCESS
        seq SUCCESS
          a SUCCESS
          b SUCCESS
    ");
    assert_eq!(story.histories(), "CREATED RUNNING PAUSED RESTARTED RUNNING SUCCESS");
}

#[test]
fn a_loop_until_in_a_loop_over_values_keeps_its_place_among_the_values() {
    let tree = ends(
        "
tasks:
- id: each
  type: flow.ForEach
  values: [x, y]
  tasks:
  - id: until
    type: flow.LoopUntil
    condition: \"{{ outputs.until[taskrun.value].iterationCount == 3 }}\"
    checkFrequency: {interval: PT1S}
    tasks: [{id: a, type: ok}]
  - {id: b, type: ok}
",
    );
    assert_eq!(tree.matches("until[").count(), 2, "{tree}");
    assert!(
        tree.starts_with("SUCCESS") && tree.contains("b[x] SUCCESS") && tree.contains("b[y] SUCCESS"),
        "{tree}"
    );
}

#[test]
fn a_loop_until_passes_again_after_the_end_of_the_execution() {
    insta::assert_snapshot!(ends("
tasks: [{id: a, type: ok}]
afterExecution:
- id: until
  type: flow.LoopUntil
  condition: \"{{ outputs.until.iterationCount == 2 }}\"
  checkFrequency: {interval: PT1S}
  tasks: [{id: b, type: ok}]
"), @"
    SUCCESS
      a SUCCESS
      until SUCCESS
        b SUCCESS
    ");
}

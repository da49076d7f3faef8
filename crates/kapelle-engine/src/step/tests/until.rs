//! 5.1: loops until a condition holds, and the forms of the seeds that repeat.

use super::*;

fn until(properties: &str) -> Story {
    Story::of(&format!(
        "tasks:\n- id: u\n  type: flow.LoopUntil\n{properties}\nerrors: [{{id: e, type: ok}}]"
    ))
}

/// Plays a loop whose condition never holds; the seconds of its passes.
fn passes(mut story: Story) -> (Story, Vec<i64>) {
    let mut moments = vec![0];
    while story.work().wait() {
        moments.push(story.now.0 / 1_000);
        assert!(moments.len() < 50, "it goes on for ever");
    }
    (story, moments)
}

#[test]
fn a_condition_that_holds_after_the_first_pass_ends_the_loop_with_its_initial_count() {
    let mut story = until("  condition: true\n  tasks: [{id: a, type: ok}]");
    assert_eq!(story.play().tree(), "SUCCESS\n  u SUCCESS\n    a SUCCESS\n");
    assert_eq!(story.outputs("u"), r#"{"iterationCount":1}"#);
}

#[test]
fn between_passes_task_and_execution_are_paused_and_the_old_task_runs_are_gone() {
    let mut story = until(
        "
  condition: \"{{ outputs.a.value == '2' }}\"
  checkFrequency: {interval: PT10S}
  tasks: [{id: a, type: ok, format: '{{ taskrun.iteration }}'}]
",
    );
    assert_eq!(story.work().tree(), "PAUSED\n  u PAUSED\n    a SUCCESS\n");
    let first = story.find("a");
    story.wait();
    assert_eq!(story.tree(), "RUNNING\n  u RUNNING\n    a SUBMITTED\n");
    assert_ne!(story.find("a"), first);
    assert_eq!(story.play().tree(), "SUCCESS\n  u SUCCESS\n    a SUCCESS\n");
    assert_eq!((story.now, story.outputs("a").as_str()), (Millis(20_000), r#"{"value":"2"}"#));
    assert_eq!(story.outputs("u"), r#"{"iterationCount":3}"#);
    assert_eq!(
        story.histories(),
        "CREATED RUNNING PAUSED RESTARTED RUNNING PAUSED RESTARTED RUNNING SUCCESS"
    );
}

#[test]
fn outputs_of_the_last_pass_are_gone() {
    let mut story = until(
        "
  condition: '{{ outputs.b is defined }}'
  checkFrequency: {interval: PT1S}
  tasks: [{id: a, type: ok, format: \"{{ outputs.b.value ?? 'none' }}\"}, {id: b, type: ok, runIf: \"{{ taskrun.iteration == 1 }}\", format: b}]
",
    );
    assert_eq!((story.play().state(), story.outputs("a").as_str()), (State::Success, r#"{"value":"none"}"#));
}

#[test]
fn without_interval_a_minute_passes() {
    let mut story = until("  condition: false\n  tasks: [{id: a, type: ok}]");
    story.work().wait();
    assert_eq!(story.now, Millis(60_000));
}

#[test]
fn max_iterations_ends_the_loop_when_the_count_is_beyond_it() {
    let (story, moments) = passes(until(
        "
  condition: false
  checkFrequency: {interval: PT1S, maxIterations: 2}
  tasks: [{id: a, type: ok}]
",
    ));
    assert_eq!((story.state(), moments), (State::Success, vec![0, 1]));
    assert_eq!(story.log(), "WARN Max iterations reached");
}

#[test]
fn max_duration_ends_the_loop_when_it_has_passed_since_the_creation() {
    let (story, moments) = passes(until(
        "
  condition: false
  checkFrequency: {interval: PT10S, maxDuration: PT25S}
  tasks: [{id: a, type: ok}]
",
    ));
    assert_eq!((story.state(), moments), (State::Success, vec![0, 10, 20, 30]));
    assert_eq!(story.log(), "WARN Max duration reached");
}

#[test]
fn a_maximum_fails_the_loop_if_that_is_asked_for() {
    for (allowed, end) in [("", "FAILED"), ("  allowFailure: true\n", "WARNING")] {
        let (story, _) = passes(until(&format!(
            "
{allowed}  condition: false
  failOnMaxReached: true
  checkFrequency: {{interval: PT1S, maxIterations: 1}}
  tasks: [{{id: a, type: ok}}]
"
        )));
        assert_eq!(story.state().name(), end);
    }
}

#[test]
fn the_condition_is_asked_before_the_maxima() {
    let mut story = until(
        "
  condition: true
  failOnMaxReached: true
  checkFrequency: {maxIterations: 1}
  tasks: [{id: a, type: ok}]
",
    );
    assert_eq!(story.play().state(), State::Success);
}

#[test]
fn a_failing_child_ends_the_loop_with_its_errors() {
    let mut story =
        until("  condition: false\n  tasks: [{id: a, type: fail}]\n  errors: [{id: f, type: ok}]");
    assert_eq!(story.play().tree(), "FAILED\n  u FAILED\n    a FAILED\n    f SUCCESS\n  e SUCCESS\n");
}

#[test]
fn a_warning_makes_the_loop_a_warning() {
    let mut story = until("  condition: true\n  tasks: [{id: a, type: ok, ends: WARNING}]");
    assert_eq!(story.play().state(), State::Warning);
}

#[test]
fn a_condition_that_does_not_render_fails_the_loop() {
    let mut story = until("  condition: '{{ no.such }}'\n  tasks: [{id: a, type: ok}]");
    assert_eq!(story.play().tree(), "FAILED\n  u FAILED\n    a SUCCESS\n  e SUCCESS\n");
}

#[test]
fn loops_may_stand_in_loops() {
    let mut story = Story::of(
        "
tasks:
- id: each
  type: flow.ForEach
  values: [x, y]
  tasks:
  - id: u
    type: flow.LoopUntil
    condition: \"{{ outputs.a[taskrun.value].value == '1' }}\"
    checkFrequency: {interval: PT1S}
    tasks: [{id: a, type: ok, format: '{{ taskrun.iteration }}'}]
",
    );
    insta::assert_snapshot!(story.play().tree(), @"
    SUCCESS
      each SUCCESS
        u[x] SUCCESS
          a SUCCESS
        u[y] SUCCESS
          a SUCCESS
    ");
}

#[test]
fn a_resume_starts_the_next_pass_at_once() {
    let mut story =
        until("  condition: false\n  checkFrequency: {interval: PT1H}\n  tasks: [{id: a, type: ok}]");
    story.work().resume();
    assert_eq!((story.tree().as_str(), story.now), ("RUNNING\n  u RUNNING\n    a SUBMITTED\n", Millis(0)));
}

#[test]
fn who_still_works_for_an_old_pass_is_told_to_stop() {
    let mut story = until(
        "
  condition: false
  checkFrequency: {interval: PT1S}
  tasks:
  - id: par
    type: flow.Parallel
    allowFailure: true
    tasks: [{id: a, type: fail}, {id: b, type: slow}]
",
    );
    assert_eq!(story.work().tree(), "PAUSED\n  u PAUSED\n    par WARNING\n      a FAILED\n      b WARNING\n");
    let place = story.effects.len();
    story.wait();
    assert_eq!(story.effects_since(place), "Stop ?, Run a, Run b");
}

// WaitFor without tasks.

#[test]
fn a_wait_for_without_tasks_asks_at_once_and_then_at_each_interval() {
    for (properties, moments) in [
        ("condition: true", vec![0]),
        ("condition: false, interval: PT15M, maxIterations: 3", vec![0, 900, 1_800]),
        ("condition: false, maxIterations: 2", vec![0, 60]),
        ("condition: false, interval: PT10S, maxDuration: PT15S", vec![0, 10, 20]),
    ] {
        let (story, seen) =
            passes(Story::of(&format!("tasks: [{{id: w, type: flow.WaitFor, {properties}}}]")));
        assert_eq!((story.state(), seen), (State::Success, moments), "{properties}");
        assert!(story.effects_since(0).split(", ").all(|effect| effect == "Wake" || effect.is_empty()));
    }
}

#[test]
fn a_wait_for_without_tasks_fails_at_its_maximum_if_that_is_asked_for() {
    let (story, _) = passes(Story::of(
        "tasks: [{id: w, type: flow.WaitFor, condition: false, interval: PT1S, maxIterations: 2, failOnMaxReached: true}]",
    ));
    assert_eq!(story.state(), State::Failed);
}

#[test]
fn a_wait_for_fails_when_its_timeout_is_over() {
    let (story, seen) = passes(Story::of(
        "tasks: [{id: w, type: flow.WaitFor, condition: false, interval: PT10S, timeout: PT25S}]",
    ));
    assert_eq!((story.state(), seen), (State::Failed, vec![0, 10, 20, 25]));
    assert_eq!(story.log(), "WARN The time to wait is over");
}

#[test]
fn the_timeout_of_a_loop_with_tasks_is_ignored() {
    let mut story = until(
        "  condition: false\n  timeout: PT1S\n  checkFrequency: {maxIterations: 2}\n  tasks: [{id: a, type: ok}]",
    );
    assert_eq!((story.play().state(), story.now), (State::Success, Millis(60_000)));
}

#[test]
fn a_wait_for_sees_what_changes_beside_it() {
    let mut story = Story::of(
        "
variables: {ready: false}
tasks:
- id: par
  type: flow.Parallel
  tasks:
  - {id: w, type: flow.WaitFor, condition: '{{ vars.ready }}', interval: PT10S}
  - id: seq
    type: flow.Sequential
    tasks: [{id: a, type: slow}, {id: set, type: execution.SetVariables, variables: {ready: true}}]
",
    );
    story.wait();
    assert_eq!((story.state(), story.state_of("w")), (State::Paused, Some(State::Paused)));
    story.finish("a");
    assert_eq!(story.play().state(), State::Success);
}

// Retry.

fn retry(properties: &str, tasks: &str) -> Story {
    Story::of(&format!(
        "
tasks:
- id: r
  type: flow.Retry
  {properties}
  tasks: {tasks}
  errors: [{{id: e, type: ok}}]
"
    ))
}

#[test]
fn a_retry_runs_all_its_tasks_again_until_they_succeed() {
    let mut story = retry(
        "maxAttempts: 5\n  delay: PT30M",
        "[{id: a, type: ok, format: '{{ taskrun.iteration }}'}, {id: b, type: ok, ends: \"{{ taskrun.iteration == 2 ? 'SUCCESS' : 'FAILED' }}\"}]",
    );
    assert_eq!(story.work().tree(), "RETRYING\n  r RETRYING\n    a SUCCESS\n    b FAILED\n");
    assert_eq!(story.play().tree(), "SUCCESS\n  r SUCCESS\n    a SUCCESS\n    b SUCCESS\n");
    assert_eq!((story.now, story.outputs("a").as_str()), (Millis(3_600_000), r#"{"value":"2"}"#));
    assert_eq!(story.outputs("r"), r#"{"attempts":3}"#);
    assert_eq!(story.histories(), "CREATED RUNNING RETRYING RUNNING RETRYING RUNNING SUCCESS");
}

#[test]
fn a_retry_fails_with_its_errors_when_all_its_runs_are_over() {
    let mut story = retry("maxAttempts: 3\n  interval: PT10S", "[{id: a, type: fail}, {id: b, type: ok}]");
    assert_eq!(story.play().tree(), "FAILED\n  r FAILED\n    a FAILED\n    e SUCCESS\n");
    assert_eq!((story.now, story.outputs("r").as_str()), (Millis(20_000), r#"{"attempts":3}"#));
}

#[test]
fn a_retry_that_succeeds_at_once_was_one_attempt() {
    let mut story = retry("maxAttempts: 3\n  delay: PT10S", "[{id: a, type: ok}]");
    assert_eq!((story.play().state(), story.outputs("r").as_str()), (State::Success, r#"{"attempts":1}"#));
}

#[test]
fn a_retry_may_have_a_longest_time_and_a_growing_delay() {
    let (story, moments) = passes(retry("maxDuration: PT1M\n  delay: PT10S", "[{id: a, type: fail}]"));
    assert_eq!((story.state(), moments), (State::Failed, vec![0, 10, 20, 30, 40, 50, 60]));
    let (_, moments) =
        passes(retry("maxAttempts: 4\n  delay: PT10S\n  backoff: EXPONENTIAL", "[{id: a, type: fail}]"));
    assert_eq!(moments, [0, 10, 30, 70]);
    let (_, moments) =
        passes(retry("maxAttempts: 2\n  delay: PT10S\n  backoff: RANDOM", "[{id: a, type: fail}]"));
    assert!(moments.len() == 2 && moments[1] <= 10, "{moments:?}");
}

#[test]
fn while_a_retry_waits_no_worker_is_held_and_others_go_on() {
    let mut story = Story::of(
        "
tasks:
- id: each
  type: flow.EachParallel
  items: [x, y]
  tasks:
  - id: r
    type: flow.Retry
    maxAttempts: 2
    delay: PT30M
    tasks: [{id: a, type: ok, ends: \"{{ parent.taskrun.value == 'x' and taskrun.iteration == 0 ? 'FAILED' : 'SUCCESS' }}\"}]
",
    );
    story.work();
    insta::assert_snapshot!(story.tree(), @"
    RETRYING
      each RUNNING
        r[x] RETRYING
          a FAILED
        r[y] SUCCESS
          a SUCCESS
    ");
    assert_eq!(story.live.held_out, 0);
    assert_eq!(story.play().state(), State::Success);
}

#[test]
fn the_runs_of_a_retry_are_counted_from_0_for_every_value_of_a_loop() {
    let mut story = Story::of(
        "
tasks:
- id: each
  type: flow.ForEach
  values: [x, y]
  tasks:
  - id: r
    type: flow.Retry
    delay: PT1S
    tasks:
    - {id: a, type: ok, format: '{{ taskrun.iteration }}', ends: \"{{ taskrun.iteration == 1 ? 'SUCCESS' : 'FAILED' }}\"}
- {id: b, type: ok, format: '{{ outputs.a.x.value }} {{ outputs.a.y.value }} {{ outputs.r.y.attempts }}'}
",
    );
    assert_eq!(story.play().outputs("b"), r#"{"value":"1 1 2"}"#);
}

#[test]
fn a_killed_task_is_no_reason_to_run_again() {
    let mut story = retry("maxAttempts: 3\n  delay: PT10S", "[{id: a, type: ok, ends: KILLED}]");
    assert_eq!(story.play().tree(), "KILLED\n  r KILLED\n    a KILLED\n");
}

#[test]
fn a_loop_whose_finally_has_begun_looks_no_more() {
    let mut story = until(
        "
  condition: '{{ outputs.f is not defined }}'
  tasks: [{id: a, type: ok}]
  finally: [{id: f, type: ok, format: x}, {id: g, type: ok}]
",
    );
    assert_eq!(story.play().tree(), "SUCCESS\n  u SUCCESS\n    a SUCCESS\n    f SUCCESS\n    g SUCCESS\n");
    assert_eq!(story.now, Millis(0));
}

#[test]
fn a_killed_child_ends_the_loop() {
    let mut story = until("  condition: false\n  tasks: [{id: a, type: ok, ends: KILLED}]");
    assert_eq!((story.play().tree(), story.now), ("KILLED\n  u KILLED\n    a KILLED\n".into(), Millis(0)));
}

#[test]
fn a_retry_whose_errors_or_finally_have_begun_runs_no_more() {
    for (list, tasks) in
        [("errors", "    more SUCCESS\n    x SUCCESS\n"), ("finally", "    more SUCCESS\n    x SUCCESS\n")]
    {
        let mut story = Story::of(&format!(
            "
variables: {{most: 1}}
tasks:
- id: r
  type: flow.Retry
  maxAttempts: '{{{{ vars.most }}}}'
  delay: PT10S
  tasks: [{{id: a, type: fail}}]
  {list}: [{{id: more, type: execution.SetVariables, variables: {{most: 5}}}}, {{id: x, type: ok}}]
"
        ));
        assert_eq!(story.play().tree(), format!("FAILED\n  r FAILED\n    a FAILED\n{tasks}"), "{list}");
        assert_eq!((story.now, story.outputs("r").as_str()), (Millis(0), r#"{"attempts":1}"#));
    }
}

#[test]
fn the_attempts_of_a_retry_are_counted_anew_for_every_value_of_a_loop() {
    let mut story = Story::of(
        "
tasks:
- id: each
  type: flow.ForEach
  values: [x, y, z]
  tasks:
  - id: r
    type: flow.Retry
    maxAttempts: 3
    delay: PT10S
    tasks: [{id: a, type: ok, ends: \"{{ taskrun.iteration == 1 ? 'SUCCESS' : 'FAILED' }}\"}]
",
    );
    story.work();
    for (_, second) in [("x", 10), ("y", 20), ("z", 30)] {
        assert!(
            story.why().contains("RetryWait { attempt: 1, attempts_max: None, until:"),
            "{}",
            story.why()
        );
        assert!(story.why().contains(&format!("until: Millis({second}000)")), "{}", story.why());
        story.wait();
        story.work();
        assert_eq!(story.outputs("r"), if second == 30 { r#"{"attempts":2}"# } else { r#"{"attempts":1}"# });
    }
    assert_eq!(story.state(), State::Success);
}

#[test]
fn the_count_of_a_loop_goes_one_beyond_its_maximum() {
    let (story, _) = passes(until(
        "
  condition: false
  checkFrequency: {interval: PT1S, maxIterations: 2}
  tasks: [{id: a, type: ok}]
",
    ));
    assert_eq!(story.outputs("u"), r#"{"iterationCount":3}"#);
}

#[test]
fn the_next_pass_knows_no_execution_of_the_last_one_and_leaves_those_beside_it_alone() {
    let mut story = Story::of(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks:
  - {id: s, type: flow.Subflow, flowId: f}
  - id: u
    type: flow.LoopUntil
    condition: false
    checkFrequency: {interval: PT1S}
    tasks: [{id: t, type: flow.Subflow, flowId: f, wait: false}]
",
    );
    story.child_created("t", 0);
    let (beside, last) = (story.find("s"), story.find("t"));
    story.wait();
    let children: Vec<_> = story.live.execution().children.keys().map(|(run, _)| *run).collect();
    assert_eq!(children, [beside, story.find("t")]);
    assert_ne!(story.find("t"), last);
    story.child_created("t", 0).child_ended("s", 0, State::Success);
    assert_eq!(story.state_of("s"), Some(State::Success));
}

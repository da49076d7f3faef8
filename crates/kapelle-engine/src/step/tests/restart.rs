//! 4.8: restart, and putting a task run into another state.

use super::*;

fn failing(yaml: &str) -> Story {
    let mut story = Story::of(yaml);
    story.play();
    story
}

#[test]
fn a_restart_goes_on_from_what_failed_and_keeps_the_rest() {
    let mut story = failing(
        "
tasks: [{id: a, type: ok}, {id: b, type: ok, heals: 1}, {id: c, type: ok}]
errors: [{id: e, type: ok}]
finally: [{id: f, type: ok}]
afterExecution: [{id: x, type: ok}]
",
    );
    assert_eq!(story.tree(), "FAILED\n  a SUCCESS\n  b FAILED\n  e SUCCESS\n  f SUCCESS\n  x SUCCESS\n");
    story.does(Order::Restart);
    assert_eq!(story.tree(), "RUNNING\n  a SUCCESS\n  b SUBMITTED x2\n");
    assert_eq!(
        story.play().tree(),
        "SUCCESS\n  a SUCCESS\n  b SUCCESS x2\n  c SUCCESS\n  f SUCCESS\n  x SUCCESS\n"
    );
    assert_eq!(story.histories(), "CREATED RUNNING FAILED RESTARTED RUNNING SUCCESS");
    let head = &story.live.execution.head;
    assert_eq!((head.attempt, head.generation, story.labels().as_str()), (2, 1, "system.restarted: true"));
}

#[test]
fn flowables_around_what_failed_are_running_again() {
    let mut story = failing(
        "
tasks:
- id: outer
  type: flow.Sequential
  tasks:
  - id: par
    type: flow.Parallel
    tasks: [{id: a, type: ok}, {id: b, type: ok, heals: 1}]
    errors: [{id: e, type: ok}]
    finally: [{id: f, type: ok}]
",
    );
    story.does(Order::Restart);
    insta::assert_snapshot!(story.tree(), @"
    RUNNING
      outer RUNNING
        par RUNNING
          a SUCCESS
          b SUBMITTED x2
    ");
    assert_eq!(story.history_of("par"), "CREATED RUNNING FAILED RUNNING");
    insta::assert_snapshot!(story.play().tree(), @"
    SUCCESS
      outer SUCCESS
        par SUCCESS
          a SUCCESS
          b SUCCESS x2
          f SUCCESS
    ");
}

#[test]
fn a_directory_begins_again_from_its_first_task() {
    let mut story = failing(
        "
tasks:
- id: wd
  type: flow.WorkingDirectory
  tasks: [{id: a, type: ok}, {id: b, type: ok, heals: 1}]
",
    );
    let first = story.find("a");
    story.does(Order::Restart).work();
    assert_eq!(story.history_of("wd"), "CREATED RUNNING FAILED RESTARTED RUNNING FAILED");
    assert_ne!(story.find("a"), first, "its task runs are new ones");
}

#[test]
fn a_loop_until_begins_again_with_its_first_pass() {
    let mut story = failing(
        "
tasks:
- id: u
  type: flow.LoopUntil
  condition: false
  checkFrequency: {interval: PT1S}
  tasks: [{id: a, type: ok, format: '{{ taskrun.iteration }}'}, {id: b, type: ok, runIf: \"{{ taskrun.iteration < 2 ? true : nothing }}\"}]
",
    );
    assert_eq!((story.state_of("u"), story.outputs("a").as_str()), (Some(State::Failed), r#"{"value":"2"}"#));
    story.does(Order::Restart).work();
    assert_eq!(story.outputs("a"), r#"{"value":"0"}"#);
    assert_eq!(story.outputs("u"), r#"{"iterationCount":2}"#);
}

#[test]
fn a_pause_that_is_restarted_pauses_again() {
    let mut story =
        Story::of("tasks: [{id: seq, type: flow.Sequential, tasks: [{id: p, type: flow.Pause}]}]");
    story.does(Order::Restart);
    assert_eq!(story.tree(), "PAUSED\n  seq RUNNING\n    p PAUSED\n");
    assert_eq!(story.history_of("p"), "CREATED RUNNING PAUSED RESTARTED RUNNING PAUSED");
    assert_eq!(story.resume().state(), State::Success);
}

#[test]
fn a_restarted_loop_over_values_goes_on_where_it_failed() {
    let mut story = failing(
        "
tasks:
- id: each
  type: flow.ForEach
  values: [x, y, z]
  tasks: [{id: a, type: ok, runIf: true}, {id: b, type: ok, heals: \"{{ taskrun.value == 'y' ? 1 : 0 }}\"}]
",
    );
    insta::assert_snapshot!(story.does(Order::Restart).play().tree(), @"
    SUCCESS
      each SUCCESS
        a[x] SUCCESS
        b[x] SUCCESS
        a[y] SUCCESS
        b[y] SUCCESS x2
        a[z] SUCCESS
        b[z] SUCCESS
    ");
}

#[test]
fn with_nothing_to_restart_it_says_so() {
    let words = "No task found to restart execution from!";
    assert_eq!(failing("tasks: [{id: a, type: ok}]").refusal(Order::Restart), words);
    let mut empty = Story::of("concurrency: {limit: 1, behavior: FAIL}\ntasks: [{id: a, type: ok}]");
    assert_eq!(empty.full(1).refusal(Order::Restart), words);
    let mut finally = failing("tasks: [{id: a, type: ok}]\nfinally: [{id: f, type: fail}]");
    assert_eq!(finally.refusal(Order::Restart), words);
}

#[test]
fn only_what_has_ended_or_pauses_can_be_restarted() {
    let mut story = Story::of("tasks: [{id: a, type: slow}]");
    assert_eq!(
        story.refusal(Order::Restart),
        "Execution must be terminated or paused and not killed to be restarted, current state is 'RUNNING' !"
    );
}

#[test]
fn a_restart_waits_for_the_worker_that_still_has_the_task() {
    let mut story = Story::of(
        "tasks: [{id: par, type: flow.Parallel, tasks: [{id: a, type: fail}, {id: b, type: slow}]}]",
    );
    story.work();
    let place = story.effects.len();
    story.does(Order::Restart);
    assert_eq!(story.effects_since(place), "Stop b, Run a");
    assert_eq!((story.state_of("a"), story.state_of("b")), (Some(State::Submitted), Some(State::Restarted)));
    story.reports("b", Report { killed: true, ..Report::default() });
    assert_eq!(
        (story.state_of("b"), story.effects_since(place).as_str()),
        (Some(State::Submitted), "Stop b, Run a, Run b")
    );
}

// Subflows.

#[test]
fn a_failed_child_is_restarted_with_its_parent() {
    let mut story = Story::of("tasks: [{id: s, type: flow.Subflow, namespace: n, flowId: f}]");
    story.child_ended("s", 0, State::Failed);
    let place = story.effects.len();
    story.does(Order::Restart);
    assert_eq!(
        (story.tree().as_str(), story.effects_since(place).as_str()),
        ("RUNNING\n  s RUNNING x2\n", "RestartChild")
    );
    story.child_ended("s", 0, State::Success);
    assert_eq!(story.tree(), "SUCCESS\n  s SUCCESS x2\n");
}

/// A group fails while the child of its other task runs.
fn failed_beside(subflow: &str) -> Story {
    let mut story = Story::of(&format!(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks: [{{id: s, type: flow.Subflow, namespace: n, flowId: f{subflow}}}, {{id: a, type: slow, ends: FAILED}}]
"
    ));
    story.finish("a");
    assert_eq!(story.state_of("s"), Some(State::Failed));
    story
}

#[test]
fn a_child_that_ended_well_meanwhile_gives_its_outputs() {
    let mut story = failed_beside("");
    let gave = Arc::new(Map::from_iter([("v".into(), Value::from("kept"))]));
    story.child_gave("s", 0, State::Warning, Some(gave));
    let place = story.effects.len();
    story.does(Order::Restart);
    assert_eq!((story.state_of("s"), story.requests().len()), (Some(State::Warning), 1));
    let id = story.requests()[0].id;
    assert_eq!(
        story.outputs("s"),
        format!(r#"{{"executionId":"{id}","state":"WARNING","outputs":{{"v":"kept"}}}}"#)
    );
    assert_eq!(story.effects_since(place), "Run a");
}

#[test]
fn a_child_that_still_runs_is_waited_for() {
    let mut story = failed_beside("");
    story.does(Order::Restart);
    assert_eq!((story.state_of("s"), story.requests().len()), (Some(State::Running), 1));
    story.child_ended("s", 0, State::Success);
    assert_eq!(story.state_of("s"), Some(State::Success));
}

#[test]
fn without_wait_it_is_enough_that_the_child_is_there() {
    let mut story = failed_beside(", wait: false");
    let place = story.effects.len();
    story.does(Order::Restart);
    assert_eq!(story.effects_since(place), "Watch, Run a");
    story.child_created("s", 0);
    assert_eq!((story.state_of("s"), story.requests().len()), (Some(State::Success), 1));

    let mut story = failed_beside(", wait: false");
    story.child_ended("s", 0, State::Failed).does(Order::Restart);
    assert_eq!((story.state_of("s"), story.requests().len()), (Some(State::Success), 1));
}

#[test]
fn without_wait_nobody_waits_also_if_the_child_was_told_of_before() {
    let mut story = Story::of(
        "tasks: [{id: s, type: flow.Subflow, namespace: n, flowId: f, wait: false}, {id: a, type: fail}]",
    );
    story.child_created("s", 0).play();
    let run = story.find("s");
    story.does(Order::ChangeTaskState { run, state: State::Failed }).play();
    story.does(Order::Restart).child_created("s", 0);
    assert_eq!((story.state_of("s"), story.requests().len()), (Some(State::Success), 1));
}

#[test]
fn a_child_that_somebody_started_again_by_itself_counts_as_it_ended_last() {
    let mut story = Story::of("tasks: [{id: s, type: flow.Subflow, namespace: n, flowId: f}]");
    story.child_ended("s", 0, State::Failed);
    assert_eq!(story.state(), State::Failed);
    story.child_ended("s", 0, State::Success);
    assert_eq!(story.state(), State::Failed, "it has ended, too");
    let place = story.effects.len();
    story.does(Order::Restart);
    assert_eq!((story.state(), story.effects_since(place).as_str()), (State::Success, ""));
}

#[test]
fn a_child_that_was_refused_is_asked_for_anew() {
    for wait in ["", ", wait: false"] {
        let mut story = failed_beside(wait);
        story.child_refused("s", "no such flow").does(Order::Restart);
        assert_eq!((story.state_of("s"), story.requests().len()), (Some(State::Running), 2), "{wait}");
    }
}

#[test]
fn what_a_child_gave_is_read_anew_and_fails_again_if_it_cannot_be_read() {
    let mut story = Story::of(
        "tasks: [{id: s, type: flow.Subflow, namespace: n, flowId: f, outputs: {x: '{{ nothing }}'}}]",
    );
    story.child_ended("s", 0, State::Success);
    assert_eq!(story.tree(), "FAILED\n  s FAILED\n");
    let place = story.effects.len();
    story.does(Order::Restart);
    assert_eq!((story.tree().as_str(), story.effects_since(place).as_str()), ("FAILED\n  s FAILED x2\n", ""));
}

#[test]
fn with_new_execution_a_restart_creates_another_child() {
    let mut story = Story::of(
        "tasks: [{id: s, type: flow.Subflow, namespace: n, flowId: f, restartBehavior: NEW_EXECUTION}]",
    );
    story.child_ended("s", 0, State::Failed).does(Order::Restart);
    assert_eq!(story.requests().len(), 2);
    assert_ne!(story.requests()[0].id, story.requests()[1].id);
}

#[test]
fn a_killed_child_is_replaced() {
    let mut story = failed_beside("");
    story.child_ended("s", 0, State::Killed).does(Order::Restart);
    assert_eq!((story.state_of("s"), story.requests().len()), (Some(State::Running), 2));
}

// Another state for a task run.

#[test]
fn a_task_run_put_into_another_state_lets_what_follows_run() {
    let mut story = failing(
        "
tasks:
- id: seq
  type: flow.Sequential
  tasks: [{id: a, type: fail}, {id: b, type: ok}]
  errors: [{id: e, type: ok}]
- {id: c, type: ok}
finally: [{id: f, type: ok}]
afterExecution: [{id: x, type: ok}]
",
    );
    let run = story.find("a");
    story.does(Order::ChangeTaskState { run, state: State::Success }).play();
    insta::assert_snapshot!(story.tree(), @"
    SUCCESS
      seq SUCCESS
        a SUCCESS
        b SUCCESS
      c SUCCESS
      f SUCCESS
      x SUCCESS
    ");
    assert_eq!(story.history_of("a"), "CREATED SUBMITTED RUNNING FAILED SUCCESS");
    assert_eq!(story.labels(), "system.restarted: true");
}

#[test]
fn a_task_run_put_into_a_failure_fails_what_is_around_it_anew() {
    let mut story = failing(
        "
tasks: [{id: seq, type: flow.Sequential, tasks: [{id: a, type: ok}], errors: [{id: e, type: ok}]}]
errors: [{id: global, type: ok}]
",
    );
    let run = story.find("a");
    insta::assert_snapshot!(story.does(Order::ChangeTaskState { run, state: State::Failed }).play().tree(), @"
    FAILED
      seq FAILED
        a FAILED
        e SUCCESS
      global SUCCESS
    ");
}

#[test]
fn every_end_can_be_given_to_a_task_run() {
    for from in ["SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "SKIPPED", "RETRIED"] {
        for (to, end) in [
            (State::Success, State::Success),
            (State::Warning, State::Warning),
            (State::Failed, State::Failed),
            (State::Killed, State::Killed),
            (State::Cancelled, State::Success),
            (State::Skipped, State::Success),
            (State::Retried, State::Success),
        ] {
            let mut story = ended_in(from);
            let run = story.find("a");
            story.does(Order::ChangeTaskState { run, state: to });
            assert_eq!((story.state_of("a"), story.state()), (Some(to), end), "{from}");
        }
    }
}

/// An execution, not killed, whose only task ended in a state.
fn ended_in(state: &str) -> Story {
    match state {
        "SKIPPED" => failing("tasks: [{id: a, type: ok, runIf: false}]"),
        "RETRIED" => failing(
            "tasks: [{id: a, type: fail, retry: {type: constant, interval: PT1S, behavior: CREATE_NEW_EXECUTION}}]",
        ),
        // An execution that ended otherwise than its killed task.
        "KILLED" => failing("tasks: [{id: a, type: ok, ends: KILLED}, {id: exit, type: execution.Exit}]"),
        _ => failing(&format!("tasks: [{{id: a, type: ok, ends: {state}}}]")),
    }
}

#[test]
fn a_task_run_can_only_be_given_an_end() {
    let mut story = failing("tasks: [{id: a, type: fail}]\nfinally: [{id: f, type: ok}]");
    let run = story.find("a");
    assert_eq!(
        story.refusal(Order::ChangeTaskState { run, state: State::Running }),
        "a task run cannot be put into the state RUNNING"
    );
    let run = story.find("f");
    assert_eq!(
        story.refusal(Order::ChangeTaskState { run, state: State::Failed }),
        "the state of a task that runs at the end cannot be changed"
    );
    let run = RunIndex(std::num::NonZeroU32::new(99).unwrap());
    assert_eq!(
        story.refusal(Order::ChangeTaskState { run, state: State::Failed }),
        "the execution has no such task run"
    );
    let mut running = Story::of("tasks: [{id: a, type: slow}]");
    let run = running.find("a");
    assert_eq!(
        running.refusal(Order::ChangeTaskState { run, state: State::Success }),
        "You can only change the state of a terminated non killed execution."
    );
}

#[test]
fn who_works_on_what_is_taken_away_is_told_to_stop() {
    let mut story = Story::of(
        "
tasks: [{id: a, type: fail}, {id: b, type: ok}]
finally: [{id: par, type: flow.Parallel, tasks: [{id: bad, type: fail}, {id: long, type: slow}]}]
",
    );
    story.work();
    assert_eq!(story.state(), State::Failed);
    assert!(story.is_out("long"));
    let place = story.effects.len();
    story.does(Order::Restart);
    assert_eq!(story.effects_since(place), "Stop ?, Run a");
}

#[test]
fn the_state_that_a_person_gives_is_not_changed_by_who_still_works_on_it() {
    let mut story = Story::of(
        "tasks: [{id: par, type: flow.Parallel, tasks: [{id: bad, type: fail}, {id: long, type: slow}]}, {id: next, type: slow}]",
    );
    story.work();
    let (run, place) = (story.find("long"), story.effects.len());
    story.does(Order::ChangeTaskState { run, state: State::Warning });
    assert!(story.effects_since(place).starts_with("Stop long"), "{}", story.effects_since(place));
    story.reports("long", Report::default());
    assert_eq!(story.state_of("long"), Some(State::Warning));
}

#[test]
fn a_restarted_execution_has_no_outputs_until_it_ends_again() {
    let mut story = failing(
        "tasks: [{id: a, type: ok, format: x}, {id: b, type: slow, ends: FAILED}]\noutputs: [{id: o, value: '{{ outputs.a.value }}'}]",
    );
    story.finish("b");
    assert_eq!(story.flow_outputs(), r#"{"o":"x"}"#);
    story.does(Order::Restart);
    assert_eq!(story.flow_outputs(), "null");
    assert_eq!(story.finish("b").flow_outputs(), r#"{"o":"x"}"#);
}

#[test]
fn a_group_that_failed_by_itself_begins_again_whatever_its_tasks_ended_in() {
    let mut story = Story::of(
        "tasks: [{id: wd, type: flow.WorkingDirectory, tasks: [{id: a, type: ok}], finally: [{id: f, type: ok}]}]",
    );
    story.finish("wd").finish("a");
    story.reports("wd", Report { failure: Some(Failure::new("no space")), ..Report::default() }).play();
    assert_eq!(story.tree(), "FAILED\n  wd FAILED\n    a SUCCESS\n    f SUCCESS\n");
    story.does(Order::Restart).play();
    assert_eq!(story.tree(), "SUCCESS\n  wd SUCCESS\n    a SUCCESS\n    f SUCCESS\n");
    assert_eq!(story.history_of("wd"), "CREATED RUNNING FAILED RESTARTED RUNNING SUCCESS");
}

#[test]
fn a_failure_in_the_errors_of_a_group_is_no_reason_to_begin_again_but_that_of_the_group_is() {
    let mut story = failing(
        "tasks: [{id: p, type: flow.Pause, timeout: PT1M, errors: [{id: e, type: fail}]}, {id: a, type: ok}]",
    );
    assert_eq!(story.tree(), "FAILED\n  p FAILED\n    e FAILED\n");
    assert_eq!(story.does(Order::Restart).tree(), "PAUSED\n  p PAUSED\n");
    assert_eq!(story.resume().play().tree(), "SUCCESS\n  p SUCCESS\n  a SUCCESS\n");
}

//! 4.4: which list of a group is the current one, and what is created next.

use super::*;

/// A Sequential with these properties, in a flow that says what became of it.
fn group(properties: &str) -> String {
    ends(&format!("tasks:\n- id: g\n  type: flow.Sequential\n{properties}"))
}

#[test]
fn in_order_the_next_task_is_created_when_the_last_one_has_ended() {
    let mut story =
        Story::of("tasks: [{id: a, type: slow}, {id: b, type: slow}, {id: c, type: ok, runIf: false}]");
    assert_eq!(story.start("a").tree(), "RUNNING\n  a RUNNING\n");
    assert_eq!(story.finish("a").tree(), "RUNNING\n  a SUCCESS\n  b SUBMITTED\n");
    assert_eq!(story.finish("b").tree(), "SUCCESS\n  a SUCCESS\n  b SUCCESS\n  c SKIPPED\n");
}

#[test]
fn disabled_tasks_are_left_out_of_all_lists() {
    insta::assert_snapshot!(group("
  tasks: [{id: a, type: ok, disabled: true}, {id: b, type: fail}]
  errors: [{id: e, type: ok, disabled: true}, {id: f, type: ok}]
  finally: [{id: h, type: ok}, {id: i, type: ok, disabled: true}]
"), @"
    FAILED
      g FAILED
        b FAILED
        f SUCCESS
        h SUCCESS
    ");
}

#[test]
fn a_group_whose_tasks_are_all_disabled_succeeds() {
    for group in [
        "{id: g, type: flow.Sequential, tasks: [OFF]}",
        "{id: g, type: flow.Parallel, tasks: [OFF]}",
        "{id: g, type: flow.AllowFailure, tasks: [OFF]}",
        "{id: g, type: flow.Dag, tasks: [{task: OFF}]}",
        "{id: g, type: flow.If, condition: true, then: [OFF]}",
        "{id: g, type: flow.Switch, value: x, cases: {x: [OFF]}}",
        "{id: g, type: flow.Switch, value: y, cases: {x: [OFF]}, defaults: [OFF]}",
        "{id: g, type: flow.ForEach, values: [x], tasks: [OFF]}",
        "{id: g, type: flow.EachParallel, value: [x], tasks: [OFF]}",
        "{id: g, type: flow.WorkingDirectory, tasks: [OFF]}",
    ] {
        let group = group.replace("OFF", "{id: off, type: ok, disabled: true}");
        let mut story = Story::of(&format!("tasks: [{group}, {{id: after, type: ok}}]"));
        assert_eq!(story.play().tree(), "SUCCESS\n  g SUCCESS\n  after SUCCESS\n", "{group}");
    }
}

#[test]
fn once_a_task_of_finally_exists_the_group_is_in_finally() {
    let mut story = Story::of(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks: [{id: a, type: slow, ends: FAILED}, {id: b, type: fail}]
  finally: [{id: f, type: slow}, {id: g, type: ok}]
",
    );
    story.work();
    insta::assert_snapshot!(story.tree(), @"
    RUNNING
      par RUNNING
        a SUBMITTED
        b FAILED
        f SUBMITTED
    ");
    story.finish("a").finish("f").play();
    insta::assert_snapshot!(story.tree(), @"
    FAILED
      par FAILED
        a FAILED
        b FAILED
        f SUCCESS
        g SUCCESS
    ");
}

#[test]
fn a_failure_leads_to_errors_then_finally() {
    insta::assert_snapshot!(group("
  tasks: [{id: a, type: ok}, {id: b, type: fail}, {id: c, type: ok}]
  errors: [{id: e, type: ok}]
  finally: [{id: f, type: ok}]
"), @"
    FAILED
      g FAILED
        a SUCCESS
        b FAILED
        e SUCCESS
        f SUCCESS
    ");
}

#[test]
fn a_failure_without_errors_leads_straight_to_finally() {
    insta::assert_snapshot!(group("
  tasks: [{id: b, type: fail}, {id: c, type: ok}]
  finally: [{id: f, type: ok}]
"), @"
    FAILED
      g FAILED
        b FAILED
        f SUCCESS
    ");
}

#[test]
fn without_a_failure_errors_do_not_run_and_finally_does() {
    insta::assert_snapshot!(group("
  tasks: [{id: a, type: ok, ends: WARNING}]
  errors: [{id: e, type: ok}]
  finally: [{id: f, type: ok}]
"), @"
    WARNING
      g WARNING
        a WARNING
        f SUCCESS
    ");
}

#[test]
fn in_parallel_all_tasks_start_and_a_limit_counts_submitted_ones() {
    let par = |concurrent: &str| {
        let mut story = Story::of(&format!(
            "
tasks:
- id: par
  type: flow.Parallel
  {concurrent}
  tasks: [{{id: a, type: slow}}, {{id: b, type: slow}}, {{id: c, type: slow}}]
"
        ));
        let first = story.tree().matches("SUBMITTED").count();
        (first, story.finish("a").tree().matches("SUBMITTED").count())
    };
    assert_eq!(par(""), (3, 2));
    assert_eq!(par("concurrent: 0"), (3, 2));
    assert_eq!(par("concurrent: 2"), (2, 2));
    assert_eq!(par("concurrent: \"{{ 1 }}\""), (1, 1));
}

#[test]
fn the_tasks_of_errors_and_finally_of_a_parallel_run_in_order() {
    let mut story = Story::of(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks: [{id: a, type: fail}]
  errors: [{id: e, type: slow}, {id: f, type: slow}]
  finally: [{id: g, type: slow}, {id: h, type: slow}]
",
    );
    story.work();
    for task in ["e", "f", "g", "h"] {
        assert_eq!(story.tree().matches("SUBMITTED").count(), 1);
        story.finish(task);
    }
    assert_eq!(story.state(), State::Failed);
}

#[test]
fn a_parallel_without_errors_ends_at_its_first_failure_and_takes_the_rest_along() {
    let mut story = Story::of(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks: [{id: a, type: fail}, {id: b, type: slow}]
afterExecution: [{id: x, type: slow}]
",
    );
    story.start("b").work();
    insta::assert_snapshot!(story.tree(), @"
    FAILED
      par FAILED
        a FAILED
        b FAILED
      x SUBMITTED
    ");
    assert_eq!(story.attempts_of("b"), "CREATED RUNNING FAILED");
    assert!(story.is_out("b"), "its worker goes on to its end");
}

#[test]
fn a_late_result_never_reopens_what_has_ended() {
    let mut story = Story::of(
        "tasks: [{id: par, type: flow.Parallel, tasks: [{id: a, type: fail}, {id: b, type: slow}]}]",
    );
    assert_eq!(story.work().tree(), "FAILED\n  par FAILED\n    a FAILED\n    b FAILED\n");
    story.finish("b");
    assert_eq!(
        story.tree(),
        "FAILED\n  par FAILED\n    a FAILED\n    b SUCCESS\n",
        "but its record is its own"
    );
    assert!(!story.is_out("b"));
}

#[test]
fn only_the_first_failure_starts_errors_and_no_sibling_is_created_any_more() {
    let mut story = Story::of(
        "
tasks:
- id: par
  type: flow.Parallel
  concurrent: 2
  tasks: [{id: a, type: fail}, {id: b, type: slow, ends: FAILED}, {id: c, type: ok}]
  errors: [{id: e, type: slow}, {id: f, type: ok}]
",
    );
    story.work();
    insta::assert_snapshot!(story.tree(), @"
    RUNNING
      par RUNNING
        a FAILED
        b SUBMITTED
        e SUBMITTED
    ");
    story.finish("b").finish("e").play();
    insta::assert_snapshot!(story.tree(), @"
    FAILED
      par FAILED
        a FAILED
        b FAILED
        e SUCCESS
        f SUCCESS
    ");
}

#[test]
fn a_parallel_with_errors_ends_with_them_and_takes_along_who_still_runs() {
    let mut story = Story::of(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks: [{id: a, type: fail}, {id: b, type: slow}]
  errors: [{id: e, type: ok}]
",
    );
    insta::assert_snapshot!(story.play().tree(), @"
    FAILED
      par FAILED
        a FAILED
        b FAILED
        e SUCCESS
    ");
}

#[test]
fn loops_stop_at_the_most_task_runs_there_can_be() {
    for group in [
        "type: flow.Parallel, tasks: [{id: a, type: slow}, {id: b, type: slow}, {id: c, type: slow}]",
        "type: flow.Dag, tasks: [{task: {id: a, type: slow}}, {task: {id: b, type: slow}}]",
        "type: flow.ForEach, concurrencyLimit: 0, values: [1, 2, 3], tasks: [{id: a, type: slow}]",
        "type: flow.ForEach, concurrencyLimit: 2, values: [1, 2, 3], tasks: [{id: a, type: slow}, {id: b, type: slow}]",
        "type: flow.EachParallel, value: [1, 2, 3], tasks: [{id: a, type: slow}]",
    ] {
        let tasks = format!("{{id: first, type: slow}}, {{id: g, {group}}}");
        let mut story = Story::of(&format!("tasks: [{tasks}]"));
        story.almost_all_runs_made();
        story.finish("first");
        assert_eq!((story.state(), story.state_of("g")), (State::Failed, Some(State::Failed)), "{group}");
        assert_eq!(story.log().matches("which is the most there can be").count(), 1);
        // What comes after the end ends by itself.
        let mut story = Story::of(&format!(
            "tasks: [{{id: z, type: slow}}]\nafterExecution: [{tasks}, {{id: last, type: ok}}]"
        ));
        story.kill().work().almost_all_runs_made();
        story.finish("first").play();
        assert_eq!((story.state(), story.state_of("g")), (State::Killed, Some(State::Failed)), "{group}");
        assert_eq!(story.state_of("last"), Some(State::Success));
    }
}

#[test]
fn there_are_no_more_task_runs_than_the_most_there_can_be() {
    let mut story = Story::of(
        "tasks: [{id: u, type: flow.LoopUntil, condition: false, checkFrequency: {interval: PT1S}, tasks: [{id: a, type: ok}]}]",
    );
    story.almost_all_runs_made();
    story.play();
    assert_eq!(story.state(), State::Failed);
    assert!(story.log().contains("the execution has 1000000 task runs, which is the most there can be"));
}

//! 4.5: `errors`, `finally`, `afterExecution` and listeners.

use super::*;

#[test]
fn failure_bubbles_and_every_level_runs_its_errors() {
    insta::assert_snapshot!(ends("
tasks:
- id: outer
  type: flow.Sequential
  tasks:
  - id: inner
    type: flow.Sequential
    tasks: [{id: bad, type: fail}]
    errors: [{id: e1, type: ok}]
  - {id: never, type: ok}
  errors: [{id: e2, type: ok}]
errors: [{id: e3, type: ok}]
"), @"
    FAILED
      outer FAILED
        inner FAILED
          bad FAILED
          e1 SUCCESS
        e2 SUCCESS
      e3 SUCCESS
    ");
}

#[test]
fn a_failing_task_of_a_list_does_not_keep_the_next_ones_from_running() {
    insta::assert_snapshot!(ends("
tasks: [{id: bad, type: fail}]
errors: [{id: e1, type: fail}, {id: e2, type: ok}]
finally: [{id: f1, type: fail}, {id: f2, type: ok}]
afterExecution: [{id: x1, type: fail}, {id: x2, type: ok}]
"), @"
    FAILED
      bad FAILED
      e1 FAILED
      e2 SUCCESS
      f1 FAILED
      f2 SUCCESS
      x1 FAILED
      x2 SUCCESS
    ");
}

#[test]
fn neither_repairs_nor_breaks_the_final_state() {
    insta::assert_snapshot!(ends("
tasks: [{id: good, type: ok}]
finally: [{id: f, type: fail}]
afterExecution: [{id: x, type: fail}]
"), @"
    SUCCESS
      good SUCCESS
      f FAILED
      x FAILED
    ");
    insta::assert_snapshot!(ends("
tasks: [{id: bad, type: fail}]
errors: [{id: e, type: ok}]
finally: [{id: f, type: ok}]
"), @"
    FAILED
      bad FAILED
      e SUCCESS
      f SUCCESS
    ");
}

#[test]
fn errors_and_finally_see_a_running_execution_and_what_comes_after_the_end_sees_its_state() {
    let state = "format: '{{ execution.state }}'";
    let mut story = Story::of(&format!(
        "
tasks: [{{id: bad, type: fail}}]
errors: [{{id: e, type: ok, {state}}}]
finally: [{{id: f, type: ok, {state}}}]
afterExecution: [{{id: x, type: ok, {state}}}]
"
    ));
    story.play();
    let seen = ["e", "f", "x"].map(|task| story.outputs(task));
    assert_eq!(seen, [r#"{"value":"RUNNING"}"#, r#"{"value":"RUNNING"}"#, r#"{"value":"FAILED"}"#]);
}

#[test]
fn what_comes_after_the_end_runs_after_every_end() {
    let after = "afterExecution: [{id: x, type: ok}]";
    for (flow, end) in [
        ("tasks: [{id: a, type: ok}]", "SUCCESS"),
        ("tasks: [{id: a, type: ok, ends: WARNING}]", "WARNING"),
        ("tasks: [{id: a, type: fail}]", "FAILED"),
        ("tasks: [{id: a, type: ok, ends: KILLED}]", "KILLED"),
        ("tasks: [{id: a, type: execution.Exit, state: CANCELLED}]", "CANCELLED"),
        (
            "tasks: [{id: a, type: fail, retry: {type: constant, interval: PT1S, behavior: CREATE_NEW_EXECUTION}}]",
            "RETRIED",
        ),
    ] {
        let mut story = Story::of(&format!("{flow}\n{after}"));
        story.play();
        assert_eq!((story.state().name(), story.state_of("x")), (end, Some(State::Success)), "{flow}");
    }
}

#[test]
fn listeners_run_before_what_comes_after_the_execution_one_after_the_other() {
    let mut story = Story::of(
        "
tasks: [{id: a, type: ok}]
listeners:
- tasks: [{id: l1, type: slow}, {id: l2, type: slow}]
- tasks: [{id: m1, type: slow}]
afterExecution: [{id: x, type: slow}]
",
    );
    story.work();
    for task in ["l1", "l2", "m1", "x"] {
        assert_eq!(story.tree().matches("SUBMITTED").count(), 1);
        story.finish(task);
    }
    assert_eq!(story.tree(), "SUCCESS\n  a SUCCESS\n  l1 SUCCESS\n  l2 SUCCESS\n  m1 SUCCESS\n  x SUCCESS\n");
}

#[test]
fn a_listener_runs_if_its_conditions_hold() {
    let listener = |states: &str| {
        let mut story = Story::of(&format!(
            "
tasks: [{{id: a, type: fail}}]
listeners:
- conditions: [{{type: io.kestra.plugin.core.condition.ExecutionStatus, in: [{states}]}}]
  tasks: [{{id: l, type: ok}}]
afterExecution: [{{id: x, type: ok}}]
"
        ));
        story.play().tree()
    };
    assert_eq!(listener("FAILED"), "FAILED\n  a FAILED\n  l SUCCESS\n  x SUCCESS\n");
    assert_eq!(listener("SUCCESS"), "FAILED\n  a FAILED\n  x SUCCESS\n");
}

#[test]
fn who_waits_for_an_execution_is_told_after_what_comes_after_its_end() {
    let parent = kapelle_model::execution::Parent {
        execution: kapelle_model::ExecutionId(9),
        run: RunIndex(std::num::NonZeroU32::MIN),
        iteration: 0,
    };
    let mut story =
        Story::created("tasks: [{id: a, type: fail}]\nafterExecution: [{id: x, type: slow}]", |creation| {
            creation.birth.parent = Some(parent);
        });
    assert_eq!(story.work().effects_since(0), "Run a, Run x");
    assert_eq!(story.finish("x").effects_since(0), "Run a, Run x, TellParent FAILED");
}

#[test]
fn after_an_early_end_none_of_the_remaining_tasks_run() {
    let rest = "
- {id: never, type: ok}
errors: [{id: e, type: ok}]
finally: [{id: f, type: ok}]
afterExecution: [{id: x, type: ok}]
";
    assert_eq!(
        ends(&format!("tasks:\n- {{id: exit, type: execution.Exit}}{rest}")),
        "SUCCESS\n  exit SUCCESS\n  x SUCCESS\n"
    );
    assert_eq!(
        ends(&format!("tasks:\n- {{id: p, type: flow.Pause, pauseDuration: PT1S, behavior: CANCEL}}{rest}")),
        "CANCELLED\n  p CANCELLED\n  x SUCCESS\n"
    );
}

#[test]
fn on_kill_neither_errors_nor_finally_run_but_what_comes_after_the_end_does() {
    let mut story = Story::of(
        "
tasks:
- id: seq
  type: flow.Sequential
  tasks: [{id: a, type: slow}]
  errors: [{id: e1, type: ok}]
  finally: [{id: f1, type: ok}]
errors: [{id: e, type: ok}]
finally: [{id: f, type: ok}]
afterExecution: [{id: x, type: ok, format: '{{ execution.state }}'}]
",
    );
    story.kill().play();
    insta::assert_snapshot!(story.tree(), @"
    KILLED
      seq KILLED
        a KILLED
      x SUCCESS
    ");
    assert_eq!(story.outputs("x"), r#"{"value":"KILLED"}"#);
}

#[test]
fn flowables_after_the_end_run_their_tasks_also_in_a_killed_execution() {
    let mut story = Story::of(
        "
tasks: [{id: a, type: slow}]
afterExecution:
- id: seq
  type: flow.Sequential
  tasks: [{id: x, type: fail}]
  errors: [{id: e, type: ok}]
- id: each
  type: flow.ForEach
  values: [1, 2]
  tasks: [{id: y, type: ok}]
",
    );
    insta::assert_snapshot!(story.kill().play().tree(), @"
    KILLED
      a KILLED
      seq FAILED
        x FAILED
        e SUCCESS
      each SUCCESS
        y[1] SUCCESS
        y[2] SUCCESS
    ");
}

#[test]
fn an_exit_after_the_end_ends_only_itself() {
    insta::assert_snapshot!(ends("
tasks: [{id: a, type: ok}]
afterExecution:
- id: seq
  type: flow.Sequential
  tasks: [{id: exit, type: execution.Exit, state: FAILED}, {id: b, type: ok}]
- {id: z, type: ok}
"), @"
    SUCCESS
      a SUCCESS
      seq FAILED
        exit FAILED
      z SUCCESS
    ");
}

#[test]
fn outputs_of_errors_and_finally_can_be_used_in_the_outputs_of_the_flow_but_not_those_after_the_end() {
    let mut story = Story::of(
        "
tasks: [{id: a, type: fail}]
errors: [{id: e, type: ok, format: from-errors}]
finally: [{id: f, type: ok, format: from-finally}]
afterExecution: [{id: x, type: ok, format: from-after}]
outputs:
- {id: one, type: STRING, value: '{{ outputs.e.value }}'}
- {id: two, type: STRING, value: '{{ outputs.f.value }}'}
- {id: three, type: STRING, required: false, value: '{{ outputs.x.value }}'}
",
    );
    assert_eq!(story.play().flow_outputs(), r#"{"one":"from-errors","two":"from-finally","three":null}"#);
}

#[test]
fn a_required_output_that_does_not_render_fails_the_execution_and_drops_all_outputs() {
    let mut story = Story::of(
        "
tasks: [{id: a, type: ok, format: x}]
errors: [{id: e, type: ok}]
afterExecution: [{id: x, type: ok}]
outputs:
- {id: one, type: STRING, value: '{{ outputs.a.value }}'}
- {id: two, type: STRING, value: '{{ outputs.no.value }}'}
",
    );
    assert_eq!(story.play().tree(), "FAILED\n  a SUCCESS\n  x SUCCESS\n");
    assert!(matches!(story.flow_outputs().as_str(), "{}" | "null"));
}

#[test]
fn a_directory_with_finally_and_no_errors_ends_after_a_failure() {
    insta::assert_snapshot!(ends("
tasks:
- id: wd
  type: flow.WorkingDirectory
  tasks: [{id: a, type: fail}, {id: b, type: ok}]
  finally: [{id: f, type: ok}]
"), @"
    FAILED
      wd FAILED
        a FAILED
        f SUCCESS
    ");
}

#[test]
fn a_wait_after_the_end_ends_as_any_other() {
    insta::assert_snapshot!(ends("
tasks: [{id: a, type: ok}]
afterExecution:
- {id: p, type: flow.Pause, pauseDuration: PT1M}
- {id: w, type: flow.LoopUntil, condition: \"{{ outputs.b.value == '1' }}\", checkFrequency: {interval: PT1S}, tasks: [{id: b, type: ok, format: '{{ taskrun.iteration }}'}]}
- {id: r, type: flow.Retry, maxAttempts: 2, delay: PT1S, tasks: [{id: c, type: fail}]}
- {id: z, type: ok}
"), @"
    SUCCESS
      a SUCCESS
      p SUCCESS
      w SUCCESS
        b SUCCESS
      r FAILED
        c FAILED
      z SUCCESS
    ");
}

#[test]
fn a_pause_after_the_end_can_be_resumed() {
    let mut story = Story::of(
        "tasks: [{id: a, type: ok}]\nafterExecution: [{id: p, type: flow.Pause}, {id: z, type: ok}]",
    );
    assert_eq!(story.play().tree(), "SUCCESS\n  a SUCCESS\n  p PAUSED\n");
    assert_eq!(story.resume().play().tree(), "SUCCESS\n  a SUCCESS\n  p SUCCESS\n  z SUCCESS\n");
}

#[test]
fn the_next_task_after_the_end_waits_for_the_last_one_whatever_ends_beside_it() {
    let mut story = Story::of(
        "
tasks: [{id: a, type: ok}]
afterExecution: [{id: p, type: flow.Pause, onPause: {id: tell, type: ok}}, {id: next, type: ok}]
",
    );
    assert_eq!(story.work().tree(), "SUCCESS\n  a SUCCESS\n  p PAUSED\n  tell SUCCESS\n");
    assert_eq!(
        story.resume().work().tree(),
        "SUCCESS\n  a SUCCESS\n  p SUCCESS\n  tell SUCCESS\n  next SUCCESS\n"
    );
}

#[test]
fn an_exit_in_the_errors_or_the_finally_of_a_group_after_the_end_ends_all_of_that_group() {
    for list in ["errors", "finally"] {
        for (task, depth) in [
            ("{id: exit, type: execution.Exit, state: WARNING}", "    exit WARNING\n"),
            (
                "{id: q, type: flow.Parallel, tasks: [{id: s, type: slow}, {id: t, type: flow.Sequential, tasks: [{id: exit, type: execution.Exit, state: WARNING}]}]}",
                "    q WARNING\n      s WARNING\n      t WARNING\n        exit WARNING\n",
            ),
        ] {
            for (slow, left) in [("{id: l, type: slow}, ", "    l WARNING\n"), ("", "")] {
                let mut story = Story::of(&format!(
                    "
tasks: [{{id: a, type: ok}}]
afterExecution: [{{id: par, type: flow.Parallel, tasks: [{slow}{{id: f, type: fail}}], {list}: [{task}]}}]
"
                ));
                story.work();
                let expected = format!("SUCCESS\n  a SUCCESS\n  par WARNING\n{left}    f FAILED\n{depth}");
                assert_eq!(story.tree(), expected, "{list}");
            }
        }
    }
}

#[test]
fn what_runs_beside_everything_is_waited_for_unless_the_execution_fails() {
    for (end, expected) in [
        ("SUCCESS", "RUNNING\n  p SUCCESS\n  tell SUBMITTED\n  a SUCCESS\n"),
        ("WARNING", "RUNNING\n  p SUCCESS\n  tell SUBMITTED\n  a WARNING\n"),
        ("FAILED", "FAILED\n  p SUCCESS\n  tell FAILED\n  a FAILED\n"),
        ("KILLED", "KILLED\n  p SUCCESS\n  tell KILLED\n  a KILLED\n"),
    ] {
        let mut story = Story::of(&format!(
            "tasks: [{{id: p, type: flow.Pause, onPause: {{id: tell, type: slow}}}}, {{id: a, type: ok, ends: {end}}}]"
        ));
        assert_eq!(story.resume().work().tree(), expected);
    }
}

#[test]
fn an_execution_is_at_rest_when_nothing_is_left_to_be_done_for_it() {
    let at_rest = |story: &Story| story.live.is_at_rest();
    let mut story = Story::of("tasks: [{id: a, type: slow}]\nafterExecution: [{id: x, type: slow}]");
    assert!(!at_rest(&story));
    assert!(!at_rest(story.finish("a")), "something comes after its end");
    assert!(at_rest(story.finish("x")));
    let mut story = Story::of("tasks: [{id: a, type: slow}]");
    assert!(!at_rest(story.kill()), "a worker has not stopped");
    assert!(at_rest(story.work()));
    let mut story = Story::of("tasks: [{id: s, type: flow.Subflow, flowId: f, wait: false}]");
    assert!(!at_rest(story.child_created("s", 0)), "the end of an execution it started will be told");
    assert!(at_rest(story.child_ended("s", 0, State::Success)));
    let mut story = Story::of("tasks: [{id: a, type: ok}, {id: p, type: flow.Pause}]");
    assert!(!at_rest(story.work()), "nobody works, but it is not over");
}

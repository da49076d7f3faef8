//! 4.4: which list of a group is the current one, what is created next, and how the state of a group is found.

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
fn the_first_of_killed_failed_warning_and_success_makes_the_state() {
    let par = |states: &str| {
        let task = |(place, state): (usize, &str)| format!("{{id: t{place}, type: ok, ends: {state}}}");
        let tasks: Vec<String> = states.split(' ').enumerate().map(task).collect();
        // All of them end before the group is looked at when `errors` keep it open.
        let mut story = Story::of(&format!(
            "
tasks:
- id: par
  type: flow.Parallel
  tasks: [{}]
  errors: [{{id: e, type: slow}}]
",
            tasks.join(", ")
        ));
        story.play();
        if story.state_of("e").is_some() {
            story.finish("e");
        }
        story.state_of("par").unwrap().name()
    };
    assert_eq!(par("SUCCESS WARNING FAILED KILLED"), "KILLED");
    assert_eq!(par("SUCCESS WARNING FAILED"), "FAILED");
    assert_eq!(par("SUCCESS WARNING"), "WARNING");
    assert_eq!(par("SUCCESS"), "SUCCESS");
    assert_eq!(par("KILLED SUCCESS"), "KILLED");
}

#[test]
fn skipped_and_cancelled_children_count_as_success() {
    insta::assert_snapshot!(group("
  tasks: [{id: a, type: ok, runIf: false}, {id: b, type: ok, ends: CANCELLED}]
"), @"
    SUCCESS
      g SUCCESS
        a SKIPPED
        b CANCELLED
    ");
}

#[test]
fn what_happens_in_errors_and_finally_does_not_count() {
    insta::assert_snapshot!(ends("
tasks:
- id: ok
  type: flow.Sequential
  tasks: [{id: a, type: ok}]
  finally: [{id: f, type: fail}]
- id: bad
  type: flow.Sequential
  allowFailure: true
  tasks: [{id: b, type: fail}]
  errors: [{id: e, type: ok, ends: KILLED}]
  finally: [{id: g, type: fail}]
finally: [{id: h, type: fail}]
"), @"
    WARNING
      ok SUCCESS
        a SUCCESS
        f FAILED
      bad WARNING
        b FAILED
        e KILLED
        g FAILED
      h FAILED
    ");
}

#[test]
fn what_a_flowable_allows_changes_its_own_state_only() {
    for (properties, end) in [
        ("allowFailure: true, tasks: [{id: a, type: fail}]", "WARNING"),
        ("allowFailure: true, allowWarning: true, tasks: [{id: a, type: fail}]", "SUCCESS"),
        ("allowWarning: true, tasks: [{id: a, type: fail}]", "FAILED"),
        ("allowWarning: true, tasks: [{id: a, type: ok, ends: WARNING}]", "SUCCESS"),
        ("allowFailure: true, allowWarning: true, tasks: [{id: a, type: ok, ends: KILLED}]", "KILLED"),
    ] {
        let mut story = Story::of(&format!("tasks: [{{id: g, type: flow.Sequential, {properties}}}]"));
        assert_eq!(story.play().state_of("g").unwrap().name(), end, "{properties}");
    }
}

#[test]
fn a_flowable_has_one_attempt_that_ends_as_it_does() {
    let mut story = Story::of(
        "tasks: [{id: g, type: flow.Sequential, allowFailure: true, tasks: [{id: a, type: fail}]}]",
    );
    assert_eq!(story.play().attempts_of("g"), "RUNNING WARNING");
}

#[test]
fn a_flowable_whose_own_property_does_not_render_fails_at_once_whatever_it_allows() {
    let lists = "errors: [{id: e, type: ok}], finally: [{id: f, type: ok}], allowFailure: true";
    for group in [
        format!(
            "{{id: g, type: flow.If, condition: '{{{{ no.such }}}}', then: [{{id: a, type: ok}}], {lists}}}"
        ),
        format!(
            "{{id: g, type: flow.Switch, value: '{{{{ no.such }}}}', defaults: [{{id: a, type: ok}}], {lists}}}"
        ),
        format!(
            "{{id: g, type: flow.ForEach, values: '{{{{ no.such }}}}', tasks: [{{id: a, type: ok}}], {lists}}}"
        ),
    ] {
        let mut story = Story::of(&format!("tasks: [{group}]\nerrors: [{{id: global, type: ok}}]"));
        assert_eq!(story.play().tree(), "FAILED\n  g FAILED\n  global SUCCESS\n", "{group}");
        assert_eq!(story.attempts_of("g"), "RUNNING FAILED");
        assert!(
            story.log().contains("ERROR Unable to resolve state from the Flowable task: "),
            "{}",
            story.log()
        );
    }
}

#[test]
fn a_flowable_that_does_not_render_is_an_allowed_failure_of_its_parent() {
    insta::assert_snapshot!(ends("
tasks:
- id: allow
  type: flow.AllowFailure
  tasks: [{id: g, type: flow.If, condition: '{{ no.such }}', then: [{id: a, type: ok}]}]
"), @"
    WARNING
      allow WARNING
        g FAILED
    ");
}

#[test]
fn a_limit_that_does_not_render_fails_the_group() {
    let mut story = Story::of(
        "tasks: [{id: g, type: flow.Parallel, concurrent: '{{ no.such }}', tasks: [{id: a, type: ok}]}]",
    );
    assert_eq!(story.play().tree(), "FAILED\n  g FAILED\n");
}

#[test]
fn a_group_that_ends_takes_along_all_that_is_open_below_it() {
    let mut story = Story::of(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks:
  - {id: bad, type: slow, ends: FAILED}
  - id: seq
    type: flow.Sequential
    tasks:
    - id: deep
      type: flow.Sequential
      tasks: [{id: a, type: slow}]
",
    );
    insta::assert_snapshot!(story.finish("bad").tree(), @"
    FAILED
      par FAILED
        bad FAILED
        seq FAILED
          deep FAILED
            a FAILED
    ");
}

#[test]
fn a_killed_task_makes_everything_around_it_killed() {
    insta::assert_snapshot!(ends("
tasks:
- id: seq
  type: flow.Sequential
  tasks: [{id: par, type: flow.Parallel, tasks: [{id: a, type: ok, ends: KILLED}, {id: b, type: ok}]}]
"), @"
    KILLED
      seq KILLED
        par KILLED
          a KILLED
          b SUCCESS
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

//! 4.4: how the state of a group is found.

use super::*;

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
    insta::assert_snapshot!(ends("
tasks:
- id: g
  type: flow.Sequential
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

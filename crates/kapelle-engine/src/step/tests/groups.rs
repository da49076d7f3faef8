//! 5.1: groups in order, in parallel, by dependencies, and by decisions.

use super::*;

// Dag.

fn dag(tasks: &str) -> Story {
    Story::of(&format!(
        "tasks:\n- id: dag\n  type: flow.Dag\n  tasks:\n{tasks}\n  errors: [{{id: e, type: ok}}]"
    ))
}

#[test]
fn in_a_dag_a_task_starts_when_all_it_depends_on_have_ended() {
    let mut story = dag("
  - {task: {id: c, type: slow}, dependsOn: [a, b]}
  - task: {id: a, type: slow}
  - task: {id: b, type: slow}
  - {task: {id: d, type: slow}, dependsOn: [a]}
");
    let started = |story: &Story| ["a", "b", "c", "d"].map(|task| story.state_of(task).is_some());
    assert_eq!(started(&story), [true, true, false, false]);
    story.finish("a");
    assert_eq!(started(&story), [true, true, false, true]);
    story.finish("b");
    assert_eq!(started(&story), [true, true, true, true]);
    story.finish("d").finish("c");
    assert_eq!(story.state(), State::Success);
}

#[test]
fn skipped_warned_and_allowed_to_fail_satisfy_a_dependency() {
    for properties in ["type: ok, runIf: false", "type: ok, ends: WARNING", "type: fail, allowFailure: true"]
    {
        let mut story = dag(&format!(
            "\n  - task: {{id: a, {properties}}}\n  - {{task: {{id: b, type: ok}}, dependsOn: [a]}}"
        ));
        assert_eq!(story.play().state_of("b"), Some(State::Success), "{properties}");
    }
}

#[test]
fn a_failure_switches_the_whole_dag_to_its_errors() {
    let mut story = dag("
  - task: {id: a, type: fail}
  - {task: {id: b, type: ok}, dependsOn: [c]}
  - task: {id: c, type: slow}
");
    insta::assert_snapshot!(story.play().tree(), @"
    FAILED
      dag FAILED
        a FAILED
        c FAILED
        e SUCCESS
    ");
}

#[test]
fn a_dependency_on_a_disabled_task_counts_as_met() {
    let mut story = dag("
  - task: {id: a, type: ok, disabled: true}
  - {task: {id: b, type: ok}, dependsOn: [a]}
");
    assert_eq!(story.play().tree(), "SUCCESS\n  dag SUCCESS\n    b SUCCESS\n");
}

#[test]
fn a_dag_may_have_a_limit() {
    let mut story = Story::of(
        "
tasks:
- id: dag
  type: flow.Dag
  concurrent: 1
  tasks: [{task: {id: a, type: slow}}, {task: {id: b, type: slow}}, {task: {id: c, type: slow}, dependsOn: [a]}]
",
    );
    let mut order = Vec::new();
    for _ in 0..3 {
        let out: Vec<&str> = ["a", "b", "c"].into_iter().filter(|task| story.is_out(task)).collect();
        let [task] = out[..] else { panic!("{out:?}") };
        story.finish(task);
        order.push(task);
    }
    assert_eq!((order, story.state()), (vec!["a", "b", "c"], State::Success));
}

// AllowFailure.

#[test]
fn allow_failure_runs_its_errors_and_ends_in_a_warning() {
    for (properties, end) in [("", "WARNING"), ("allowWarning: true", "SUCCESS")] {
        let mut story = Story::of(&format!(
            "
tasks:
- id: allow
  type: flow.AllowFailure
  {properties}
  tasks: [{{id: a, type: fail}}, {{id: b, type: ok}}]
  errors: [{{id: e, type: ok}}]
- {{id: c, type: ok}}
"
        ));
        assert_eq!(
            story.play().tree(),
            format!("{end}\n  allow {end}\n    a FAILED\n    e SUCCESS\n  c SUCCESS\n")
        );
    }
}

#[test]
fn allow_failure_allows_no_kill() {
    let mut story =
        Story::of("tasks: [{id: allow, type: flow.AllowFailure, tasks: [{id: a, type: ok, ends: KILLED}]}]");
    assert_eq!(story.play().tree(), "KILLED\n  allow KILLED\n    a KILLED\n");
}

// If.

#[test]
fn an_if_is_decided_once_when_it_is_created() {
    let mut story = Story::of(
        "
variables: {go: true}
tasks:
- id: if
  type: flow.If
  condition: '{{ vars.go }}'
  then: [{id: set, type: execution.SetVariables, variables: {go: false}}, {id: a, type: ok}]
  else: [{id: b, type: ok}]
",
    );
    assert_eq!(story.play().tree(), "SUCCESS\n  if SUCCESS\n    set SUCCESS\n    a SUCCESS\n");
    assert_eq!(story.outputs("if"), r#"{"evaluationResult":true}"#);
}

#[test]
fn falsy_without_else_succeeds_without_child() {
    for condition in ["false", "'0'", "''", "\"{{ null }}\"", "\"{{ 1 > 2 }}\""] {
        let mut story = Story::of(&format!(
            "tasks: [{{id: if, type: flow.If, condition: {condition}, then: [{{id: a, type: ok}}]}}]"
        ));
        assert_eq!(story.play().tree(), "SUCCESS\n  if SUCCESS\n", "{condition}");
        assert_eq!(story.outputs("if"), r#"{"evaluationResult":false}"#);
    }
}

#[test]
fn a_branch_given_but_empty_succeeds() {
    for lists in ["then: []", "then: [{id: a, type: ok, disabled: true}], else: [{id: b, type: ok}]"] {
        let mut story = Story::of(&format!("tasks: [{{id: if, type: flow.If, condition: true, {lists}}}]"));
        assert_eq!(story.play().tree(), "SUCCESS\n  if SUCCESS\n", "{lists}");
    }
}

#[test]
fn a_failing_branch_runs_errors_and_finally_of_the_if() {
    insta::assert_snapshot!(ends("
tasks:
- id: if
  type: flow.If
  condition: nothing
  then: [{id: a, type: fail}]
  errors: [{id: e, type: ok}]
  finally: [{id: f, type: ok}]
"), @"
    FAILED
      if FAILED
        a FAILED
        e SUCCESS
        f SUCCESS
    ");
}

// Switch.

fn switch(value: &str, defaults: &str) -> Story {
    let mut story = Story::of(&format!(
        "
tasks:
- id: switch
  type: flow.Switch
  value: {value}
  cases: {{x: [{{id: a, type: ok}}], '1': [{{id: b, type: ok}}], 'true': [{{id: c, type: ok}}]}}
  {defaults}
errors: [{{id: e, type: ok}}]
"
    ));
    story.play();
    story
}

#[test]
fn a_switch_compares_its_value_as_text() {
    for (value, task) in
        [("x", "a"), ("\"{{ 2 - 1 }}\"", "b"), ("1", "b"), ("true", "c"), ("\"{{ 1 == 1 }}\"", "c")]
    {
        let story = switch(value, "defaults: [{id: d, type: ok}]");
        assert_eq!(story.tree(), format!("SUCCESS\n  switch SUCCESS\n    {task} SUCCESS\n"), "{value}");
    }
    assert_eq!(switch("x", "").outputs("switch"), r#"{"value":"x","defaults":false}"#);
}

#[test]
fn without_match_the_defaults_run() {
    let story = switch("y", "defaults: [{id: d, type: ok}]");
    assert_eq!(story.tree(), "SUCCESS\n  switch SUCCESS\n    d SUCCESS\n");
    assert_eq!(story.outputs("switch"), r#"{"value":"y","defaults":true}"#);
}

#[test]
fn without_match_and_defaults_a_switch_fails_and_says_so() {
    let story = switch("y", "");
    assert_eq!(story.tree(), "FAILED\n  switch FAILED\n  e SUCCESS\n");
    assert_eq!(story.outputs("switch"), r#"{"value":"y","defaults":true}"#);
    assert!(
        story.log().contains("WARN No task found on flow 'flow', task 'switch', execution '"),
        "{}",
        story.log()
    );
    assert_eq!(switch("y", "allowFailure: true").state(), State::Warning);
    assert_eq!(switch("y", "allowFailure: true\n  allowWarning: true").state(), State::Success);
}

#[test]
fn a_chosen_list_of_disabled_tasks_succeeds() {
    let mut story = Story::of(
        "tasks: [{id: switch, type: flow.Switch, value: x, cases: {x: [{id: a, type: ok, disabled: true}]}}]",
    );
    assert_eq!(story.play().tree(), "SUCCESS\n  switch SUCCESS\n");
}

#[test]
fn a_task_of_a_dag_that_begins_again_does_not_make_those_that_needed_it_run_twice() {
    let mut story = dag("  - task: {id: a, type: ok}\n  - {task: {id: b, type: ok}, dependsOn: [a]}");
    story.play();
    let run = story.find("a");
    story.does(Order::ChangeTaskState { run, state: State::Failed }).play();
    story.does(Order::Restart).play();
    assert_eq!(story.tree(), "SUCCESS\n  dag SUCCESS\n    a SUCCESS x2\n    b SUCCESS\n");
}

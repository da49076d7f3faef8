//! 5.4: tasks that change the execution they belong to.

use super::*;

// Exit.

#[test]
fn an_exit_gives_its_state_to_itself_its_ancestors_and_the_execution() {
    for (state, end) in [
        ("SUCCESS", "SUCCESS"),
        ("WARNING", "WARNING"),
        ("FAILED", "FAILED"),
        ("CANCELLED", "CANCELLED"),
        ("CANCELED", "CANCELLED"),
        ("\"{{ 'WARNING' }}\"", "WARNING"),
        ("KILLED", "KILLED"),
    ] {
        let mut story = Story::of(&format!(
            "
tasks:
- id: seq
  type: flow.Sequential
  tasks: [{{id: a, type: ok}}, {{id: exit, type: execution.Exit, state: {state}}}, {{id: b, type: ok}}]
  errors: [{{id: e, type: ok}}]
  finally: [{{id: f, type: ok}}]
- {{id: c, type: ok}}
errors: [{{id: g, type: ok}}]
finally: [{{id: h, type: ok}}]
afterExecution: [{{id: x, type: ok}}]
"
        ));
        assert_eq!(
            story.play().tree(),
            format!("{end}\n  seq {end}\n    a SUCCESS\n    exit {end}\n  x SUCCESS\n")
        );
    }
}

#[test]
fn without_a_state_an_exit_is_a_success() {
    assert_eq!(
        ends("tasks: [{id: exit, type: execution.Exit}, {id: a, type: ok}]"),
        "SUCCESS\n  exit SUCCESS\n"
    );
}

#[test]
fn after_an_exit_other_running_tasks_are_left_to_finish() {
    let mut story = exit_beside("CANCELLED");
    assert!(story.is_out("a") && story.effects_since(0).matches("Stop").count() == 0);
    story.finish("a").finish("b");
    assert_eq!((story.state(), story.state_of("par")), (State::Cancelled, Some(State::Cancelled)));
    assert_eq!(story.state_of("a"), Some(State::Success), "how it really ended is kept");
}

/// An exit beside tasks in all the states that an open one can be in while others begin.
fn exit_beside(state: &str) -> Story {
    let mut story = Story::of(&format!(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks:
  - {{id: a, type: slow}}
  - {{id: b, type: slow}}
  - {{id: c, type: fail, retry: {{type: constant, interval: PT1H}}}}
  - id: seq
    type: flow.Sequential
    tasks: [{{id: d, type: slow}}, {{id: exit, type: execution.Exit, state: {state}}}]
"
    ));
    story.start("a").work().finish("d");
    story
}

#[test]
fn what_is_open_beside_an_exit_takes_its_state() {
    for state in ["SUCCESS", "WARNING", "FAILED", "CANCELLED", "KILLED"] {
        let story = exit_beside(state);
        let tree = format!(
            "{state}
  par {state}
    a {state}
    b {state}
    c {state}
    seq {state}
      d SUCCESS
      exit {state}
"
        );
        assert_eq!(story.tree(), tree);
    }
}

#[test]
fn an_exit_with_killed_stops_workers_and_reaches_no_children() {
    let mut story = Story::of(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks:
  - {id: s, type: flow.Subflow, flowId: f}
  - {id: a, type: slow}
  - {id: exit, type: execution.Exit, state: KILLED}
",
    );
    assert_eq!(story.histories(), "CREATED RUNNING KILLING KILLED");
    assert_eq!(story.effects_since(0), "Create, Run a, Stop a");
    story.work();
}

#[test]
fn an_exit_with_no_state_to_exit_with_fails() {
    for state in ["RUNNING", "nonsense", "'{{ no.such }}'"] {
        let mut story = Story::of(&format!("tasks: [{{id: exit, type: execution.Exit, state: {state}}}]"));
        assert_eq!(story.play().tree(), "FAILED\n  exit FAILED\n", "{state}");
        assert_eq!(story.attempts_of("exit"), "RUNNING FAILED");
    }
}

#[test]
fn an_exit_in_a_list_of_errors_or_finally_ends_the_execution_as_well() {
    let mut story = Story::of(
        "
tasks: [{id: a, type: fail}]
errors: [{id: exit, type: execution.Exit, state: WARNING}, {id: b, type: ok}]
finally: [{id: f, type: ok}]
",
    );
    assert_eq!(story.play().tree(), "WARNING\n  a FAILED\n  exit WARNING\n");
}

// Labels.

#[test]
fn labels_come_from_a_map_a_list_or_a_text_in_json_and_are_put_over_others() {
    for labels in [
        "{a: \"{{ 1 + 1 }}\", c: 3}",
        "[{key: a, value: \"{{ 1 + 1 }}\"}, {key: c, value: 3}]",
        "'{\"a\": \"2\", \"c\": 3}'",
        "'[{\"key\": \"a\", \"value\": \"2\"}, {\"key\": \"c\", \"value\": \"3\"}]'",
    ] {
        let mut story = Story::created(
            &format!(
                "tasks: [{{id: l, type: execution.Labels, labels: {labels}}}, {{id: b, type: ok, format: '{{{{ labels.a }}}}'}}]"
            ),
            |creation| creation.labels = [("a".into(), "1".into()), ("b".into(), "1".into())].into(),
        );
        assert_eq!(
            (story.play().labels().as_str(), story.outputs("b").as_str()),
            ("a: 2, b: 1, c: 3", r#"{"value":"2"}"#),
            "{labels}"
        );
    }
}

#[test]
fn labels_of_the_system_and_empty_ones_are_refused() {
    for (labels, words) in [
        ("{system.x: y}", "System labels can only be set by Kestra itself"),
        ("{a: ''}", "a label needs a key and a value"),
        ("{a: \"{{ null }}\"}", "a label needs a key and a value"),
        ("just text", "the labels are no map and no JSON"),
        ("{a: '{{ no.such }}'}", "no"),
    ] {
        let mut story = Story::of(&format!("tasks: [{{id: l, type: execution.Labels, labels: {labels}}}]"));
        assert_eq!(story.play().tree(), "FAILED\n  l FAILED\n", "{labels}");
        assert!(story.log().contains(words), "{labels}: {}", story.log());
        assert_eq!(story.labels(), "");
    }
}

#[test]
fn a_task_that_changes_its_execution_has_an_attempt_and_may_be_tried_again() {
    let mut story = Story::of("tasks: [{id: l, type: execution.Labels, labels: {a: b}}]");
    assert_eq!(story.play().history_of("l"), "CREATED RUNNING SUCCESS");
    assert_eq!(story.attempts_of("l"), "RUNNING SUCCESS");
}

// Variables.

#[test]
fn variables_are_merged_deeply() {
    let mut story = Story::of(
        "
variables: {a: 1, m: {x: 1, y: {z: 1}}}
tasks:
- {id: s, type: execution.SetVariables, variables: {b: \"{{ vars.a }}\", m: {y: {w: 2}, x: 3}}}
",
    );
    assert_eq!(story.play().vars(), r#"{"a":1,"m":{"x":3,"y":{"z":1,"w":2}},"b":"1"}"#);
}

#[test]
fn without_overwrite_an_existing_variable_is_an_error() {
    let mut story = Story::of(
        "variables: {a: 1}\ntasks: [{id: s, type: execution.SetVariables, overwrite: false, variables: {a: 2}}]",
    );
    assert_eq!((story.play().state(), story.vars().as_str()), (State::Failed, r#"{"a":1}"#));
    assert_eq!(story.log(), "ERROR the variable `a` is there already, and `overwrite` is false");
    let mut story = Story::of(
        "variables: {a: 1}\ntasks: [{id: s, type: execution.SetVariables, overwrite: false, variables: {b: 2}}]",
    );
    assert_eq!(story.play().vars(), r#"{"a":1,"b":2}"#);
}

#[test]
fn variables_are_taken_away_by_their_paths() {
    let mut story = Story::of(
        "variables: {a: 1, m: {x: 1, y: 2}}\ntasks: [{id: u, type: execution.UnsetVariables, variables: [a, m.x]}]",
    );
    assert_eq!(story.play().vars(), r#"{"m":{"y":2}}"#);
}

#[test]
fn a_missing_variable_is_ignored_or_an_error_also_if_there_are_none_at_all() {
    for variables in ["variables: {a: 1}", ""] {
        for (ignores, end) in [(true, State::Success), (false, State::Failed)] {
            let mut story = Story::of(&format!(
                "{variables}\ntasks: [{{id: u, type: execution.UnsetVariables, ignoreMissing: {ignores}, variables: [b, c.d]}}]"
            ));
            assert_eq!(story.play().state(), end);
            assert_eq!(story.log(), if ignores { "" } else { "ERROR there is no variable `b`" });
        }
    }
}

#[test]
fn variables_that_are_none_fail_the_task() {
    for task in [
        "{id: s, type: execution.SetVariables, variables: text}",
        "{id: s, type: execution.SetVariables, variables: {a: '{{ no.such }}'}}",
        "{id: s, type: execution.UnsetVariables, variables: text}",
    ] {
        assert_eq!(ends(&format!("tasks: [{task}]")), "FAILED\n  s FAILED\n", "{task}");
    }
}

#[test]
fn variables_of_the_flow_are_not_rendered() {
    let mut story = Story::of(
        "
variables: {a: '{{ 1 + 1 }}'}
tasks: [{id: b, type: ok, format: '{{ vars.a }} {{ render(vars.a) }}'}]
",
    );
    assert_eq!(story.play().outputs("b"), r#"{"value":"{{ 1 + 1 }} 2"}"#);
}

#[test]
fn changes_of_variables_are_seen_by_what_follows() {
    let mut story = Story::of(
        "
tasks:
- {id: s, type: execution.SetVariables, variables: {a: x}}
- {id: b, type: ok, format: '{{ vars.a }}'}
",
    );
    assert_eq!(story.play().outputs("b"), r#"{"value":"x"}"#);
}

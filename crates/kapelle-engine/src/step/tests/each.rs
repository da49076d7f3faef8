//! 5.1: loops over values.

use super::*;

fn each(values: &str) -> Story {
    let mut story = Story::of(&format!(
        "
tasks:
- id: each
  type: flow.ForEach
  values: {values}
  tasks: [{{id: a, type: ok, format: '{{{{ taskrun.value }}}} {{{{ taskrun.iteration }}}}'}}]
errors: [{{id: e, type: ok}}]
"
    ));
    story.play();
    story
}

/// The values that a loop runs over.
fn values(values: &str) -> Vec<String> {
    let story = each(values);
    assert_eq!(story.state(), State::Success, "{}", story.log());
    let runs = story.live.execution.runs.iter().filter(|run| &*run.task == "a");
    runs.map(|run| run.value.as_ref().unwrap().to_string()).collect()
}

#[test]
fn values_are_a_list_or_a_text_with_a_list_in_json_and_become_texts_each_once() {
    for (given, expected) in [
        ("[x, y]", &["x", "y"][..]),
        ("[x, y, x]", &["x", "y"]),
        ("[1, 2]", &["1", "2"]),
        ("[1, '1']", &["1"]),
        ("['{{ 1 + 1 }}', b]", &["2", "b"]),
        ("[{k: '{{ 1 }}', l: [1, true]}]", &[r#"{"k":"1","l":[1,true]}"#]),
        (
            "'[\"x\", 1, 2.5, true, {\"a\": [1]}, [1, 2]]'",
            &["x", "1", "2.5", "true", r#"{"a":[1]}"#, "[1,2]"],
        ),
        ("\"{{ [3, 4] }}\"", &["3", "4"]),
        ("[]", &[]),
        ("'[]'", &[]),
    ] {
        assert_eq!(values(given), expected, "{given}");
    }
}

#[test]
fn what_is_no_list_of_values_fails_the_loop() {
    for (given, words) in [
        ("[true]", "Unknown value element type: class java.lang.Boolean"),
        ("[1.5]", "Unknown value element type: class java.lang.Double"),
        ("[[x]]", "Unknown value element type: class java.util.ArrayList"),
        ("[x, null]", "Found '1' null values on Each, with values=[x, null]"),
        ("'[\"x\", null]'", "Found '1' null values on Each, with values=[x, null]"),
        ("'{}'", "the values of a loop have to be a list, not "),
        ("hello", "the values of a loop have to be a list in JSON: "),
        ("\"{{ no.such }}\"", "no"),
    ] {
        let story = each(given);
        assert_eq!(story.tree(), "FAILED\n  each FAILED\n  e SUCCESS\n", "{given}");
        assert!(story.log().contains(words), "{given}: {}", story.log());
    }
}

#[test]
fn an_empty_list_succeeds_without_child() {
    assert_eq!(each("[]").tree(), "SUCCESS\n  each SUCCESS\n");
}

#[test]
fn children_know_the_value_and_its_place() {
    let story = each("[x, y]");
    assert_eq!(story.outputs("a"), r#"{"value":"y 1"}"#);
}

#[test]
fn the_outputs_of_children_stand_by_value_and_the_loop_has_none() {
    let mut story = Story::of(
        "
tasks:
- id: each
  type: flow.ForEach
  values: [x, y]
  tasks: [{id: a, type: ok, format: '{{ taskrun.value }}'}]
- {id: b, type: ok, format: '{{ outputs.a.x.value }}{{ outputs.a.y.value }}'}
",
    );
    assert_eq!(
        (story.play().outputs("b").as_str(), story.outputs("each").as_str()),
        (r#"{"value":"xy"}"#, "null")
    );
}

#[test]
fn outputs_in_loops_in_loops_stand_by_the_values_of_all_of_them() {
    let mut story = Story::of(
        "
tasks:
- id: outer
  type: flow.ForEach
  values: [x, y]
  tasks:
  - id: inner
    type: flow.ForEach
    values: [1, 2]
    tasks:
    - {id: a, type: ok, format: '{{ parent.taskrun.value }}{{ taskrun.value }}'}
    - {id: b, type: ok, format: '{{ outputs.a[parent.taskrun.value][taskrun.value].value }}'}
- {id: c, type: ok, format: \"{{ outputs.b.x['2'].value }} {{ outputs.b.y['1'].value }}\"}
",
    );
    assert_eq!(story.play().outputs("c"), r#"{"value":"x2 y1"}"#);
}

#[test]
fn the_value_reaches_one_level_and_further_down_it_is_that_of_the_parents() {
    let mut story = Story::of(
        "
tasks:
- id: each
  type: flow.ForEach
  values: [x]
  tasks:
  - id: if
    type: flow.If
    condition: true
    then:
    - {id: a, type: ok, format: \"{{ taskrun.value ?? 'none' }} {{ parent.taskrun.value }}\"}
    - id: seq
      type: flow.Sequential
      tasks: [{id: b, type: ok, format: '{{ parent.taskrun.value }} {{ parents | length }}'}]
",
    );
    story.play();
    assert_eq!(story.outputs("a"), r#"{"value":"none x"}"#);
    assert_eq!(story.outputs("b"), r#"{"value":"x 1"}"#, "who has neither value nor outputs is no parent");
}

#[test]
fn the_tasks_of_one_value_run_in_order_and_one_value_after_the_other() {
    for kind in ["flow.ForEach, values", "flow.EachSequential, value"] {
        let mut story = Story::of(&format!(
            "tasks: [{{id: each, type: {kind}: [x, y], tasks: [{{id: a, type: slow}}, {{id: b, type: slow}}]}}]"
        ));
        for task in ["a", "b", "a", "b"] {
            assert_eq!(story.tree().matches("SUBMITTED").count(), 1);
            story.finish(task);
        }
        assert_eq!(
            story.tree(),
            "SUCCESS\n  each SUCCESS\n    a[x] SUCCESS\n    b[x] SUCCESS\n    a[y] SUCCESS\n    b[y] SUCCESS\n"
        );
    }
}

#[test]
fn chains_run_at_the_same_time_up_to_the_limit_and_start_in_order() {
    let open = |limit: u32| {
        let mut story = Story::of(&format!(
            "
tasks:
- id: each
  type: flow.ForEach
  values: [x, y, z]
  concurrencyLimit: {limit}
  tasks: [{{id: a, type: ok}}, {{id: b, type: slow}}]
"
        ));
        story.work();
        let mut seen = vec![story.tree().matches("SUBMITTED").count()];
        while story.is_out("b") {
            story.finish("b").work();
            seen.push(story.tree().matches("SUBMITTED").count());
        }
        assert_eq!(story.state(), State::Success);
        seen
    };
    assert_eq!(open(1), [1, 1, 1, 0]);
    assert_eq!(open(2), [2, 2, 1, 0]);
    assert_eq!(open(0), [3, 2, 1, 0]);
}

#[test]
fn in_parallel_every_task_of_every_value_may_run_at_once() {
    let open = |concurrent: &str| {
        let story = Story::of(&format!(
            "
tasks:
- id: each
  type: flow.EachParallel
  value: [x, y]
  {concurrent}
  tasks: [{{id: a, type: slow}}, {{id: b, type: slow}}]
"
        ));
        story.tree().matches("SUBMITTED").count()
    };
    assert_eq!((open(""), open("concurrent: 0"), open("concurrent: 3")), (4, 4, 3));
}

#[test]
fn a_failure_starts_no_more_chains_and_runs_the_errors_once() {
    let mut story = Story::of(
        "
tasks:
- id: each
  type: flow.ForEach
  values: [x, y, z]
  concurrencyLimit: 2
  tasks: [{id: a, type: slow, ends: \"{{ taskrun.value == 'x' ? 'FAILED' : 'SUCCESS' }}\"}, {id: b, type: slow}]
  errors: [{id: e, type: slow}]
",
    );
    let other = story.find_value("a", "y");
    story.finish("a");
    assert_eq!(story.live.run(other).state(), State::Success);
    insta::assert_snapshot!(story.tree(), @"
    RUNNING
      each RUNNING
        a[x] SUBMITTED
        a[y] SUCCESS
        b[y] SUBMITTED
    ");
    story.finish("a");
    insta::assert_snapshot!(story.tree(), @"
    RUNNING
      each RUNNING
        a[x] FAILED
        a[y] SUCCESS
        b[y] SUBMITTED
        e SUBMITTED
    ");
    insta::assert_snapshot!(story.finish("b").finish("e").tree(), @"
    FAILED
      each FAILED
        a[x] FAILED
        a[y] SUCCESS
        b[y] SUCCESS
        e SUCCESS
    ");
}

#[test]
fn items_is_another_name_for_the_values_of_all_three_loops() {
    for kind in ["ForEach", "EachSequential", "EachParallel"] {
        let mut story = Story::of(&format!(
            "tasks: [{{id: each, type: flow.{kind}, items: [x, y], tasks: [{{id: a, type: ok}}]}}]"
        ));
        assert_eq!(
            story.play().tree(),
            "SUCCESS\n  each SUCCESS\n    a[x] SUCCESS\n    a[y] SUCCESS\n",
            "{kind}"
        );
    }
}

//! 5.2: an execution for each part of a file.

use super::*;

/// A loop over the lines of a file, whose first task has run.
fn items(properties: &str) -> Story {
    let mut story = Story::of(&format!(
        "
tasks:
- {{id: i, type: flow.ForEachItem, namespace: other, flowId: child, items: 'kestra:///file', gives: 'kestra:///parts.txt'{properties}}}
- {{id: next, type: slow}}
"
    ));
    story.finish("i_split");
    story
}

#[test]
fn it_is_a_flowable_with_three_tasks_one_after_the_other() {
    let mut story = items("");
    insta::assert_snapshot!(story.tree(), @"
    RUNNING
      i RUNNING
        i_split SUCCESS
        i_items RUNNING
    ");
    for part in 0..3 {
        story.child_ended("i_items", part, State::Success);
    }
    insta::assert_snapshot!(story.work().tree(), @"
    RUNNING
      i SUCCESS
        i_split SUCCESS
        i_items SUCCESS
        i_merge SUCCESS
      next SUBMITTED
    ");
}

#[test]
fn all_children_are_created_at_once_with_their_part_and_its_number() {
    let story = items(", inputs: {f: '{{ taskrun.items }}', n: '{{ taskrun.iteration }}'}");
    let inputs: Vec<String> = story.requests().iter().map(|request| json(Some(&request.inputs))).collect();
    assert_eq!(
        inputs,
        [
            r#"{"f":"kestra:///part-0","n":"0"}"#,
            r#"{"f":"kestra:///part-1","n":"1"}"#,
            r#"{"f":"kestra:///part-2","n":"2"}"#
        ]
    );
}

#[test]
fn the_iteration_is_not_there_in_labels() {
    let story = items(", labels: {n: '{{ taskrun.iteration }}'}");
    assert_eq!((story.state_of("i_items"), story.requests().len()), (Some(State::Failed), 0));
}

#[test]
fn the_outputs_tell_how_many_parts_there_were_and_how_they_ended() {
    let mut story = items("");
    story.child_ended("i_items", 1, State::Failed);
    story.child_ended("i_items", 0, State::Success).child_ended("i_items", 2, State::Success);
    let outputs = story.outputs("i_items");
    assert!(outputs.starts_with(r#"{"numberOfBatches":3,"iterations":{"CREATED":0,"RUNNING":0,"SUCCESS":2,"FAILED":1},"subflowOutputsBaseUri":"/ns/flow/executions/"#), "{outputs}");
}

#[test]
fn without_wait_it_succeeds_as_soon_as_all_children_are_asked_for() {
    let mut story = items(", wait: false");
    assert_eq!((story.state_of("i_items"), story.requests().len()), (Some(State::Success), 3));
    assert_eq!(story.work().state_of("next"), Some(State::Submitted));
}

#[test]
fn an_empty_file_starts_no_execution_and_succeeds() {
    let mut story = Story::of(
        "tasks: [{id: i, type: flow.ForEachItem, namespace: n, flowId: f, items: x, gives: 'kestra:///none.txt'}]",
    );
    assert_eq!(
        story.play().tree(),
        "SUCCESS\n  i SUCCESS\n    i_split SUCCESS\n    i_items SUCCESS\n    i_merge SUCCESS\n"
    );
    assert!(story.requests().is_empty());
    assert!(
        story
            .outputs("i_items")
            .starts_with(r#"{"numberOfBatches":0,"iterations":{"CREATED":0,"RUNNING":0}"#)
    );
}

#[test]
fn a_failing_split_fails_the_loop_and_runs_its_errors() {
    let mut story = Story::of(
        "
tasks:
- {id: i, type: flow.ForEachItem, namespace: n, flowId: f, items: x, ends: FAILED, errors: [{id: e, type: ok}]}
",
    );
    assert_eq!(story.play().tree(), "FAILED\n  i FAILED\n    i_split FAILED\n    e SUCCESS\n");
}

#[test]
fn a_file_of_parts_that_is_not_there_fails_the_items() {
    let mut story = Story::of(
        "tasks: [{id: i, type: flow.ForEachItem, namespace: n, flowId: f, items: x, gives: 'kestra:///no.txt'}]",
    );
    assert_eq!(story.play().tree(), "FAILED\n  i FAILED\n    i_split SUCCESS\n    i_items FAILED\n");
    assert!(story.log().contains("the file `kestra:///no.txt` does not exist"), "{}", story.log());
}

#[test]
fn a_restart_starts_again_only_the_children_that_failed() {
    let mut story = items("");
    story.child_ended("i_items", 0, State::Success);
    story.child_ended("i_items", 1, State::Failed).child_ended("i_items", 2, State::Killed);
    assert_eq!(story.state(), State::Failed);
    let place = story.effects.len();
    story.does(Order::Restart);
    assert_eq!(story.effects_since(place), "RestartChild, Create");
    story.child_ended("i_items", 1, State::Success).child_ended("i_items", 2, State::Success);
    assert_eq!(story.state_of("i_items"), Some(State::Success));
}

#[test]
fn what_is_allowed_is_allowed_to_the_whole_and_nothing_is_merged() {
    for (children, properties, tree) in [
        (
            [State::Success, State::Failed, State::Success],
            ", allowFailure: true",
            "i WARNING\n    i_split SUCCESS\n    i_items FAILED\n",
        ),
        (
            [State::Success, State::Failed, State::Success],
            ", allowFailure: true, allowWarning: true",
            "i SUCCESS\n    i_split SUCCESS\n    i_items FAILED\n",
        ),
    ] {
        let mut story = items(properties);
        for (child, part) in children.into_iter().zip(0..) {
            story.child_ended("i_items", part, child);
        }
        assert!(story.tree().contains(tree), "{properties}: {}", story.tree());
    }
}

#[test]
fn the_states_of_the_children_make_the_state() {
    use State::{Cancelled, Failed, Killed, Success, Warning};
    let rows = [
        // (children, properties, state)
        ([Success, Success, Success], "", Success),
        ([Success, Warning, Success], "", Warning),
        ([Killed, Warning, Success], "", Killed),
        ([Killed, Failed, Warning], "", Failed),
        ([Success, Cancelled, Success], "", Success),
        ([Killed, Failed, Warning], ", transmitFailed: false", Success),
    ];
    for (children, properties, state) in rows {
        let mut story = items(properties);
        for (child, part) in children.into_iter().zip(0..) {
            assert_eq!(story.state_of("i_items"), Some(State::Running));
            story.child_ended("i_items", part, child);
        }
        assert_eq!(story.state_of("i_items"), Some(state), "{children:?} {properties}");
    }
}

#[test]
fn a_part_sees_its_task_run_as_well() {
    let story = items(", inputs: {f: '{{ taskrun.id }} {{ taskrun.items }}'}");
    let inputs = json(Some(&story.requests()[1].inputs));
    let run = story.find("i_items").0;
    assert!(inputs.ends_with(&format!(r#"-{run} kestra:///part-1"}}"#)), "{inputs}");
}

#[test]
fn without_wait_the_outputs_take_it_that_all_goes_well() {
    let story = items(", wait: false");
    let outputs = story.outputs("i_items");
    let expected = r#"{"numberOfBatches":3,"iterations":{"RUNNING":0,"SUCCESS":3},"subflowOutputsBaseUri":"#;
    assert!(outputs.starts_with(expected), "{outputs}");
}

#[test]
fn without_wait_a_restart_starts_again_only_the_children_that_failed() {
    let mut story = items(", wait: false");
    story.work();
    story.child_ended("i_items", 1, State::Failed).finish("next");
    let run = story.find("i_items");
    let place = story.effects.len();
    story.does(Order::ChangeTaskState { run, state: State::Failed }).does(Order::Restart);
    assert_eq!(story.effects_since(place).split(", Run").next(), Some("RestartChild"));
    assert_eq!(story.state_of("i_items"), Some(State::Success));
}

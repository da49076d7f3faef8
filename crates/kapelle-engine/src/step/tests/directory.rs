//! 5.3: directories that tasks share.

use super::*;

const TWO: &str = "tasks: [{id: wd, type: flow.WorkingDirectory, tasks: [{id: a, type: ok, format: x}, {id: b, type: ok, format: '{{ outputs.a.value }}'}]}]";

#[test]
fn the_directory_is_opened_first_and_closed_last_and_all_tasks_work_in_it() {
    let mut story = Story::of(TWO);
    assert_eq!(
        (story.tree().as_str(), story.effects_since(0).as_str()),
        ("RUNNING\n  wd RUNNING\n", "Open wd")
    );
    story.play();
    assert_eq!(story.effects_since(0), "Open wd, Run a, Run b, Close wd");
    assert_eq!(
        (story.tree().as_str(), story.outputs("b").as_str()),
        ("SUCCESS\n  wd SUCCESS\n    a SUCCESS\n    b SUCCESS\n", r#"{"value":"x"}"#)
    );
    let wd = story.find("wd");
    let inside = story.effects.iter().filter_map(|effect| match effect {
        Effect::Dispatch(dispatch) => Some(dispatch.directory),
        _ => None,
    });
    assert!(inside.into_iter().all(|directory| directory == Some(wd)));
}

#[test]
fn its_outputs_are_those_of_the_capture() {
    let mut story = Story::of(TWO);
    story.finish("wd").finish("a").finish("b");
    let outputs = Map::from_iter([(Arc::from("outputFiles"), Value::from("x"))]);
    story.reports("wd", Report { outputs: Some(Arc::new(outputs)), ..Report::default() });
    assert_eq!((story.state(), story.outputs("wd").as_str()), (State::Success, r#"{"outputFiles":"x"}"#));
}

#[test]
fn errors_and_finally_run_outside_after_the_directory_is_closed() {
    let mut story = Story::of(
        "
tasks:
- id: wd
  type: flow.WorkingDirectory
  tasks: [{id: a, type: fail}, {id: b, type: ok}]
  errors: [{id: e, type: ok}]
  finally: [{id: f, type: ok}]
",
    );
    insta::assert_snapshot!(story.play().tree(), @"
    FAILED
      wd FAILED
        a FAILED
        e SUCCESS
        f SUCCESS
    ");
    assert_eq!(story.effects_since(0), "Open wd, Run a, Close wd, Run e, Run f");
    let outside = story.effects.iter().filter_map(|effect| match effect {
        Effect::Dispatch(dispatch) => Some(dispatch.directory.is_some()),
        _ => None,
    });
    assert_eq!(outside.collect::<Vec<_>>(), [true, true, true, false, false]);
}

#[test]
fn a_failing_preparation_or_capture_fails_the_group() {
    let lists = "errors: [{id: e, type: ok}]";
    let fails = || Report { failure: Some(Failure::new("no space")), ..Report::default() };
    let flow = TWO.replace("}]}]", &format!("}}], {lists}}}]"));
    let mut story = Story::of(&flow);
    story.reports("wd", fails()).play();
    assert_eq!(story.tree(), "FAILED\n  wd FAILED\n    e SUCCESS\n");
    let mut story = Story::of(&flow);
    story.finish("wd").finish("a").finish("b").reports("wd", fails()).play();
    assert_eq!(story.tree(), "FAILED\n  wd FAILED\n    a SUCCESS\n    b SUCCESS\n    e SUCCESS\n");
    assert_eq!(story.log(), "ERROR no space");
}

#[test]
fn disabled_and_run_if_of_children_hold() {
    let mut story = Story::of(
        "
tasks:
- id: wd
  type: flow.WorkingDirectory
  tasks:
  - {id: a, type: ok, disabled: true}
  - {id: b, type: ok, runIf: false}
  - {id: c, type: ok}
  - {id: d, type: ok, runIf: '{{ no.such }}'}
  - {id: e, type: ok}
",
    );
    insta::assert_snapshot!(story.play().tree(), @"
    FAILED
      wd FAILED
        b SKIPPED
        c SUCCESS
        d FAILED
    ");
}

#[test]
fn a_child_is_tried_again_inside_and_the_group_goes_on() {
    let mut story = Story::of(
        "
tasks:
- id: wd
  type: flow.WorkingDirectory
  tasks: [{id: a, type: ok, heals: 1, retry: {type: constant, interval: PT1S}}, {id: b, type: ok}]
",
    );
    insta::assert_snapshot!(story.play().tree(), @"
    SUCCESS
      wd SUCCESS
        a SUCCESS x2
        b SUCCESS
    ");
    assert_eq!(story.effects_since(0), "Open wd, Run a, Wake, Run a, Run b, Close wd");
}

#[test]
fn an_allowed_failure_of_a_child_lets_the_next_one_run() {
    let mut story = Story::of(
        "tasks: [{id: wd, type: flow.WorkingDirectory, tasks: [{id: a, type: fail, allowFailure: true}, {id: b, type: ok}]}]",
    );
    assert_eq!(story.play().tree(), "WARNING\n  wd WARNING\n    a WARNING\n    b SUCCESS\n");
}

#[test]
fn a_directory_is_opened_again_for_what_is_left_when_a_task_run_was_put_into_another_state() {
    let mut story = Story::of(
        "tasks: [{id: wd, type: flow.WorkingDirectory, tasks: [{id: a, type: ok}, {id: b, type: fail}, {id: c, type: ok}]}]",
    );
    story.play();
    let place = story.effects.len();
    let run = story.find("b");
    story.does(Order::ChangeTaskState { run, state: State::Success }).play();
    assert_eq!(story.effects_since(place), "Open wd, Run c, Close wd");
    assert_eq!(story.tree(), "SUCCESS\n  wd SUCCESS\n    a SUCCESS\n    b SUCCESS\n    c SUCCESS\n");
    let run = story.find("c");
    let place = story.effects.len();
    story.does(Order::ChangeTaskState { run, state: State::Failed }).play();
    assert_eq!(
        (story.effects_since(place).as_str(), story.state_of("wd")),
        ("", Some(State::Failed)),
        "nothing is left"
    );
}

#[test]
fn a_worker_that_is_lost_with_the_directory_lets_the_group_begin_anew() {
    let mut story = Story::of(TWO);
    story.finish("wd").finish("a").lose("b");
    assert_eq!(story.tree(), "RUNNING\n  wd RUNNING\n");
    assert_eq!(story.effects_since(0), "Open wd, Run ?, Run ?, Open wd");
    assert_eq!(story.play().tree(), "SUCCESS\n  wd SUCCESS\n    a SUCCESS\n    b SUCCESS\n");
}

#[test]
fn a_worker_that_is_lost_while_it_opens_or_closes_is_replaced() {
    let mut story = Story::of(TWO);
    story.lose("wd");
    assert_eq!(story.effects_since(0), "Open wd, Open wd");
    story.finish("wd").finish("a").finish("b").lose("wd").play();
    assert_eq!(story.state(), State::Success);
}

#[test]
fn a_worker_that_is_lost_with_a_task_of_errors_does_not_let_the_directory_begin_anew() {
    let mut story = Story::of(
        "
tasks:
- id: wd
  type: flow.WorkingDirectory
  tasks: [{id: a, type: fail}]
  errors: [{id: e, type: slow}]
",
    );
    story.work().lose("e");
    assert_eq!(story.tree(), "RUNNING\n  wd RUNNING\n    a FAILED\n    e SUBMITTED x2\n");
    assert_eq!(story.effects_since(0), "Open wd, Run a, Close wd, Run e, Run e");
}

#[test]
fn what_a_worker_says_of_a_directory_whose_group_has_ended_does_not_make_another_end() {
    for finishes in [0, 2] {
        let mut story = Story::of(
            "
tasks:
- id: par
  type: flow.Parallel
  tasks:
  - {id: wd, type: flow.WorkingDirectory, tasks: [{id: a, type: ok}]}
  - {id: b, type: slow, ends: FAILED}
",
        );
        for _ in 0..finishes {
            story.work_once();
        }
        story.finish("b");
        assert_eq!((story.state_of("wd"), story.is_out("wd")), (Some(State::Failed), true));
        story.finish("wd");
        assert_eq!((story.state_of("wd"), story.is_out("wd")), (Some(State::Failed), false));
    }
}

#[test]
fn in_a_loop_its_tasks_speak_of_its_value_and_those_outside_do_not() {
    let mut story = Story::of(
        "
tasks:
- id: each
  type: flow.ForEach
  values: [x]
  tasks:
  - id: wd
    type: flow.WorkingDirectory
    tasks: [{id: a, type: ok, format: '{{ taskrun.value }} {{ workerTaskrun.value }} {{ outputs.a ?? \"-\" }}'}]
    finally: [{id: f, type: ok, format: '{{ taskrun.value ?? \"none\" }} {{ parent.taskrun.value }}'}]
",
    );
    story.play();
    let outputs = |task: &str| story.outputs(task);
    assert_eq!(
        (outputs("a").as_str(), outputs("f").as_str()),
        (r#"{"value":"x x -"}"#, r#"{"value":"none x"}"#)
    );
}

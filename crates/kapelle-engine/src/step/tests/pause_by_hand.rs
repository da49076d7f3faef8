//! 4.8: executions that a person pauses.

use super::*;

#[test]
fn a_person_may_pause_a_running_execution_only() {
    let mut story = Story::of("tasks: [{id: a, type: slow}, {id: b, type: ok}]");
    story.does(Order::Pause);
    assert_eq!(story.finish("a").tree(), "PAUSED\n  a SUCCESS\n  b CREATED\n");
    assert_eq!(story.refusal(Order::Pause), "Execution is not running, current state is 'PAUSED'");
    assert_eq!(story.resume().play().tree(), "SUCCESS\n  a SUCCESS\n  b SUCCESS\n");
    assert_eq!(story.histories(), "CREATED RUNNING PAUSED RESTARTED RUNNING SUCCESS");
}

#[test]
fn an_execution_whose_last_task_ends_while_a_person_paused_it_ends_with_the_resume() {
    let mut story = Story::of("tasks: [{id: a, type: slow}]");
    story.does(Order::Pause).finish("a");
    assert_eq!(story.tree(), "PAUSED\n  a SUCCESS\n");
    assert_eq!(story.resume().tree(), "SUCCESS\n  a SUCCESS\n");
}

#[test]
fn only_a_paused_execution_can_be_resumed() {
    let mut story = Story::of("tasks: [{id: a, type: slow}]");
    let resume = || Order::Resume { values: Arc::default(), by: None };
    assert_eq!(story.refusal(resume()), "Execution is not paused, current state is 'RUNNING'");
    story.finish("a");
    assert_eq!(story.refusal(resume()), "Execution is not paused, current state is 'SUCCESS'");
}

#[test]
fn a_retry_whose_moment_comes_in_a_pause_is_tried_after_it() {
    let mut story = Story::of(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks:
  - {id: a, type: slow, heals: 1, retry: {type: constant, interval: PT1S}}
  - {id: b, type: slow}
",
    );
    story.does(Order::Pause).finish("a");
    assert_eq!((story.state(), story.state_of("a")), (State::Paused, Some(State::Retrying)));
    story.wait();
    assert_eq!((story.state(), story.state_of("a")), (State::Paused, Some(State::Created)));
    story.resume().finish("a").finish("b");
    assert_eq!(story.state(), State::Success);
}

#[test]
fn what_a_person_paused_is_not_resumed_by_a_loop() {
    let mut story = Story::of(
        "
tasks:
- id: u
  type: flow.LoopUntil
  condition: \"{{ outputs.a.value == '1' }}\"
  checkFrequency: {interval: PT1S}
  tasks: [{id: a, type: slow, format: '{{ taskrun.iteration }}'}]
",
    );
    story.does(Order::Pause).finish("a");
    assert!(!story.wait(), "nothing moves by itself");
    assert_eq!(story.tree(), "PAUSED\n  u RUNNING\n    a SUCCESS\n");
    story.resume();
    assert_eq!(story.tree(), "PAUSED\n  u PAUSED\n    a SUCCESS\n");
    story.wait();
    assert_eq!(story.finish("a").tree(), "SUCCESS\n  u SUCCESS\n    a SUCCESS\n");
}

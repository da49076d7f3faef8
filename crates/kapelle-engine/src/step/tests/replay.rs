//! 4.8 and 12: new executions that repeat old ones.

use kapelle_model::ExecutionId;

use super::*;
use crate::replay::Replay;
use crate::step::Refused;

fn from(story: &Story, task: &str) -> Replay {
    Replay { from: Some(story.find(task)), ..Replay::default() }
}

#[test]
fn without_a_task_run_everything_runs_again_with_the_same_inputs_and_labels() {
    let inputs = Arc::new(Map::from_iter([(Arc::from("n"), Value::Int(3))]));
    let mut story = Story::created("tasks: [{id: a, type: ok}, {id: b, type: fail}]", |creation| {
        creation.birth.inputs = Arc::clone(&inputs);
        creation.labels = [("team".into(), "x".into())].into();
        creation.birth.original = ExecutionId(7);
    });
    story.play();
    let mut again = story.replay(&Replay::default()).unwrap();
    assert_eq!(again.tree(), "RUNNING\n  a SUBMITTED\n");
    let execution = again.live.execution();
    assert_eq!((execution.birth.id, execution.birth.replay_of), (ExecutionId(2), Some(ExecutionId(1))));
    assert_eq!((execution.birth.original, execution.head.attempt), (ExecutionId(7), 2));
    assert_eq!(execution.birth.inputs, inputs);
    assert_eq!(again.labels(), "team: x, system.replay: true");
    assert_eq!(again.play().tree(), "FAILED\n  a SUCCESS\n  b FAILED\n");
}

#[test]
fn other_inputs_and_breakpoints_can_be_given() {
    let mut story = Story::of("tasks: [{id: a, type: ok, format: '{{ inputs.n }}'}, {id: b, type: ok}]");
    story.play();
    let inputs = Arc::new(Map::from_iter([(Arc::from("n"), Value::Int(4))]));
    let breakpoints = [story::breakpoint("b")].into();
    let mut again = story.replay(&Replay { from: None, inputs: Some(inputs), breakpoints }).unwrap();
    assert_eq!(again.work().tree(), "BREAKPOINT\n  a SUCCESS\n  b BREAKPOINT\n");
    assert_eq!(again.outputs("a"), r#"{"value":"4"}"#);
}

#[test]
fn from_a_task_run_earlier_ones_are_copied_and_later_ones_run_again() {
    let mut story = Story::of(
        "
tasks:
- {id: a, type: ok, format: x}
- id: seq
  type: flow.Sequential
  tasks: [{id: b, type: ok}, {id: c, type: ok}, {id: d, type: ok}]
- {id: e, type: ok, format: '{{ outputs.a.value }}'}
finally: [{id: f, type: ok}]
afterExecution: [{id: x, type: ok}]
",
    );
    story.play();
    let replay = from(&story, "c");
    let mut again = story.replay(&replay).unwrap();
    insta::assert_snapshot!(again.tree(), @"
    RUNNING
      a SUCCESS
      seq RUNNING
        b SUCCESS
        c SUBMITTED x2
    ");
    insta::assert_snapshot!(again.play().tree(), @"
    SUCCESS
      a SUCCESS
      seq SUCCESS
        b SUCCESS
        c SUCCESS x2
        d SUCCESS
      e SUCCESS
      f SUCCESS
      x SUCCESS
    ");
    assert_eq!(again.outputs("e"), r#"{"value":"x"}"#);
    assert_eq!(
        again.history_of("c"),
        "CREATED SUBMITTED RUNNING SUCCESS RESTARTED SUBMITTED RUNNING SUCCESS"
    );
    assert_eq!(again.histories(), "CREATED RUNNING SUCCESS");
}

#[test]
fn what_had_not_ended_begins_again() {
    let mut story = Story::of(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks: [{id: a, type: ok}, {id: b, type: slow}, {id: p, type: flow.Pause}]
",
    );
    story.work();
    let replay = from(&story, "a");
    let again = story.replay(&replay).unwrap();
    insta::assert_snapshot!(again.tree(), @"
    PAUSED
      par RUNNING
        a SUBMITTED x2
        b SUBMITTED x2
        p PAUSED
    ");
}

#[test]
fn what_waited_or_was_being_closed_begins_again_as_well() {
    for group in [
        "type: flow.LoopUntil, condition: \"{{ outputs.b.value == '1' }}\", tasks: [{id: b, type: ok, format: '{{ taskrun.iteration }}'}]",
        "type: flow.Retry, delay: PT1M, tasks: [{id: b, type: ok, ends: \"{{ taskrun.iteration == 1 ? 'SUCCESS' : 'FAILED' }}\"}]",
        "type: flow.WorkingDirectory, tasks: [{id: b, type: ok}]",
        "type: flow.Pause, tasks: [{id: b, type: ok}]",
        "type: flow.Subflow, flowId: f",
    ] {
        let mut story = Story::of(&format!(
            "tasks: [{{id: par, type: flow.Parallel, tasks: [{{id: a, type: ok}}, {{id: g, {group}}}]}}]"
        ));
        // All of them are at their last step.
        story.finish("a");
        while story.state_of("b").is_none_or(|state| !state.is_terminal()) && story.work_once() {}
        let replay = from(&story, "a");
        let mut again = story.replay(&replay).unwrap();
        again.play();
        if again.state() == State::Paused {
            again.resume().play();
        }
        if again.state_of("g") == Some(State::Running) {
            again.child_ended("g", 0, State::Success).play();
        }
        assert_eq!(again.state(), State::Success, "{group}\n{}", again.tree());
    }
}

#[test]
fn run_if_is_asked_again_for_the_task_itself() {
    let mut story = Story::of("tasks: [{id: a, type: ok, runIf: false}, {id: b, type: ok}]");
    story.play();
    let replay = from(&story, "a");
    let mut again = story.replay(&replay).unwrap();
    assert_eq!(
        (again.play().tree().as_str(), again.ends_of("a").as_str()),
        ("SUCCESS\n  a SKIPPED x2\n  b SUCCESS\n", "SKIPPED, SKIPPED")
    );
}

#[test]
fn a_breakpoint_may_stand_before_the_task_itself() {
    let mut story = Story::of("tasks: [{id: a, type: ok}]");
    story.play();
    let replay = Replay { breakpoints: [story::breakpoint("a")].into(), ..from(&story, "a") };
    let mut again = story.replay(&replay).unwrap();
    assert_eq!(again.tree(), "BREAKPOINT\n  a BREAKPOINT\n");
    again.does(Order::ResumeBreakpoint { next: None });
    assert_eq!(again.play().tree(), "SUCCESS\n  a SUCCESS x2\n");
}

#[test]
fn a_flowable_that_was_skipped_is_not_asked_again() {
    let mut story =
        Story::of("tasks: [{id: seq, type: flow.Sequential, runIf: false, tasks: [{id: a, type: ok}]}]");
    story.play();
    let replay = from(&story, "seq");
    let mut again = story.replay(&replay).unwrap();
    assert_eq!(again.play().tree(), "SUCCESS\n  seq SUCCESS\n    a SUCCESS\n");
    assert_eq!(again.attempts_of("seq"), "SKIPPED RUNNING SUCCESS");
}

#[test]
fn a_killed_execution_can_be_repeated() {
    let mut story = Story::of("tasks: [{id: seq, type: flow.Sequential, tasks: [{id: a, type: slow}]}]");
    story.kill().work();
    let replay = from(&story, "a");
    let mut again = story.replay(&replay).unwrap();
    assert_eq!(again.finish("a").tree(), "SUCCESS\n  seq SUCCESS\n    a SUCCESS x2\n");
}

#[test]
fn from_a_flowable_all_of_it_runs_again() {
    let mut story = Story::of(
        "tasks: [{id: a, type: ok}, {id: par, type: flow.Parallel, tasks: [{id: b, type: ok}, {id: c, type: ok}]}]",
    );
    story.play();
    let replay = from(&story, "par");
    let again = story.replay(&replay).unwrap();
    assert_eq!(again.tree(), "RUNNING\n  a SUCCESS\n  par RUNNING\n    b SUBMITTED\n    c SUBMITTED\n");
}

#[test]
fn in_parallel_siblings_are_not_later_ones() {
    let mut story = Story::of(
        "tasks: [{id: par, type: flow.Parallel, tasks: [{id: a, type: ok}, {id: b, type: ok}]}, {id: c, type: ok}]",
    );
    story.play();
    let replay = from(&story, "a");
    let again = story.replay(&replay).unwrap();
    assert_eq!(again.tree(), "RUNNING\n  par RUNNING\n    a SUBMITTED x2\n    b SUCCESS\n");
}

#[test]
fn in_a_dag_those_that_depend_on_it_are_later_ones() {
    let mut story = Story::of(
        "
tasks:
- id: dag
  type: flow.Dag
  tasks:
  - task: {id: a, type: ok}
  - {task: {id: b, type: ok}, dependsOn: [a]}
  - {task: {id: c, type: ok}, dependsOn: [b]}
  - task: {id: d, type: ok}
",
    );
    story.play();
    let replay = from(&story, "a");
    let mut again = story.replay(&replay).unwrap();
    assert_eq!(again.tree(), "RUNNING\n  dag RUNNING\n    a SUBMITTED x2\n    d SUCCESS\n");
    assert_eq!(again.play().state(), State::Success);
}

#[test]
fn in_a_loop_the_later_values_are_later_ones_if_they_run_one_by_one() {
    let each = |limit: u32| {
        let mut story = Story::of(&format!(
            "
tasks:
- id: each
  type: flow.ForEach
  values: [x, y]
  concurrencyLimit: {limit}
  tasks: [{{id: a, type: ok}}, {{id: b, type: ok}}]
"
        ));
        story.play();
        let replay = Replay { from: Some(story.find_value("a", "x")), ..Replay::default() };
        let again = story.replay(&replay).unwrap();
        again.tree()
    };
    assert_eq!(each(1), "RUNNING\n  each RUNNING\n    a[x] SUBMITTED x2\n");
    assert_eq!(
        each(2),
        "RUNNING\n  each RUNNING\n    a[x] SUBMITTED x2\n    a[y] SUCCESS\n    b[y] SUCCESS\n"
    );
}

#[test]
fn a_task_run_that_is_not_there_is_refused() {
    let story = Story::of("tasks: [{id: a, type: ok}]");
    let from = Some(RunIndex(std::num::NonZeroU32::new(99).unwrap()));
    let refused = story.replay(&Replay { from, ..Replay::default() }).err();
    assert_eq!(refused, Some(Refused::Invalid("the execution has no such task run".into())));
}

#[test]
fn a_replay_asks_the_limits() {
    let mut story = Story::of("concurrency: {limit: 1}\ntasks: [{id: a, type: ok}, {id: b, type: ok}]");
    story.granted().play();
    let replay = from(&story, "b");
    let mut again = story.replay(&replay).unwrap();
    assert_eq!(again.tree(), "CREATED\n  a SUCCESS\n  b RESTARTED\n");
    assert_eq!(again.granted().play().tree(), "SUCCESS\n  a SUCCESS\n  b SUCCESS x2\n");
}

#[test]
fn from_a_task_run_it_is_marked_as_repeated_too() {
    let mut story = Story::of("tasks: [{id: a, type: ok}, {id: b, type: fail}]");
    story.play();
    let replay = from(&story, "b");
    let again = story.replay(&replay).unwrap();
    assert_eq!((again.labels(), again.live.execution().head.attempt), ("system.replay: true".into(), 2));
}

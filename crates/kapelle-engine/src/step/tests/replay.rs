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
    let mut again = story.replay(&Replay { inputs: Some(inputs), breakpoints, ..Replay::default() }).unwrap();
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
    // What came before is a part of its story.
    assert_eq!(again.histories(), "CREATED RUNNING SUCCESS RESTARTED RUNNING SUCCESS");
}

#[test]
fn only_what_failed_runs_again_where_a_restart_needs_another_execution() {
    let mut story = Story::of("tasks: [{id: a, type: ok}, {id: b, type: fail}]");
    story.play();
    let again = story.replay(&Replay { restarts: true, ..Replay::default() }).unwrap();
    assert_eq!(again.tree(), "RUNNING\n  a SUCCESS\n  b SUBMITTED x2\n");
    assert_eq!(again.labels(), "system.restarted: true");

    let mut story = Story::of("tasks: [{id: a, type: ok}]");
    story.play();
    let refused = story.replay(&Replay { restarts: true, ..Replay::default() }).err();
    assert_eq!(refused, Some(Refused::Invalid("No task found to restart execution from!".into())));
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
    assert_eq!(again.tree(), "RESTARTED\n  a SUCCESS\n  b RESTARTED\n");
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

#[test]
fn the_time_that_an_agreement_allows_counts_from_the_replay() {
    let mut story = Story::of(
        "
sla: [{id: s, type: MAX_DURATION, duration: PT1M, behavior: FAIL}]
tasks: [{id: a, type: ok}, {id: b, type: slow}]
",
    );
    story.work().after_seconds(60).happens(&Event::Due(Due::Agreement(0)));
    assert_eq!(story.state(), State::Failed);
    let replay = from(&story, "b");
    let mut again = story.replay(&replay).unwrap();
    assert!(again.is_late(&Event::Due(Due::Agreement(0))), "it has begun just now");
    again.after_seconds(60).happens(&Event::Due(Due::Agreement(0)));
    assert_eq!(again.state(), State::Failed);
}

#[test]
fn nothing_of_the_life_of_the_old_execution_is_taken_over() {
    let mut story = Story::created(
        "
concurrency: {limit: 1}
tasks: [{id: a, type: ok, format: x}, {id: b, type: ok, heals: 1}]
outputs: [{id: o, value: '{{ outputs.a.value }}'}]
afterExecution: [{id: x, type: slow}]
",
        |creation| {
            creation.birth.parent = Some(kapelle_model::execution::Parent {
                execution: ExecutionId(9),
                run: RunIndex(std::num::NonZeroU32::MIN),
                iteration: 0,
            });
            creation.birth.start = Some(kapelle_model::execution::Start {
                at: Millis(-1),
                reason: kapelle_model::execution::StartReason::Scheduled,
            });
        },
    );
    // It was restarted while a worker still had what came after its end.
    story.granted().work();
    story.does(Order::Restart).work();
    assert!(!story.live.execution().head.strays.is_empty(), "{}", story.tree());
    assert!(story.live.execution().head.outputs.is_some());
    let replay = from(&story, "b");
    story.after_seconds(5);
    let again = story.replay(&replay).unwrap();
    let execution = again.live.execution();
    let (birth, head) = (&execution.birth, &execution.head);
    assert_eq!(
        (birth.parent, birth.start, again.tree().as_str()),
        (None, None, "RESTARTED\n  a SUCCESS\n  b RESTARTED x2\n")
    );
    assert_eq!((head.version, head.generation, head.fence.0), (1, 0, 0));
    assert_eq!((head.outputs.as_ref(), head.strays.len(), head.successor), (None, 0, None));
    assert_eq!(again.why(), "CONCURRENCY since 5 s, Concurrency { limit: \"ns.flow\", size: 1 }");
    // Only its states are, which tell how it came to where it begins.
    assert!(again.histories().ends_with(" RESTARTED"), "{}", again.histories());
    assert_eq!(again.effects_since(0), "AskSlot");
}

#[test]
fn a_replay_is_of_the_revision_that_is_asked_for() {
    let mut story = Story::of("tasks: [{id: a, type: ok}]");
    story.play();
    story.plan.revision = 7;
    let again = story.replay(&Replay::default()).unwrap();
    assert_eq!(again.live.execution().birth.revision, 7);
}

#[test]
fn a_replay_of_what_was_tried_again_has_no_successor() {
    let mut story = Story::of(
        "tasks: [{id: a, type: fail, retry: {type: constant, interval: PT1S, behavior: CREATE_NEW_EXECUTION}}]",
    );
    story.play();
    assert!(story.live.execution().head.successor.is_some());
    let replay = from(&story, "a");
    let again = story.replay(&replay).unwrap();
    assert_eq!(again.live.execution().head.successor, None);
}

#[test]
fn a_replay_waits_since_it_was_asked_for() {
    let mut story = Story::of("tasks: [{id: a, type: ok}, {id: p, type: flow.Pause}]");
    story.work();
    assert_eq!(story.why(), "PAUSED of p since 0 s, Paused { until: None }");
    let replay = from(&story, "p");
    story.after_seconds(5);
    let again = story.replay(&replay).unwrap();
    assert_eq!(again.why(), "PAUSED of p since 5 s, Paused { until: None }");
}

#[test]
fn what_stands_further_down_in_an_earlier_group_is_copied_as_well() {
    let mut story = Story::of(
        "
tasks:
- id: seq
  type: flow.Sequential
  tasks: [{id: a, type: ok}, {id: b, type: ok}, {id: c, type: ok}]
- {id: d, type: ok}
- {id: e, type: ok}
",
    );
    story.play();
    let replay = from(&story, "d");
    let again = story.replay(&replay).unwrap();
    assert_eq!(
        again.tree(),
        "RUNNING\n  seq SUCCESS\n    a SUCCESS\n    b SUCCESS\n    c SUCCESS\n  d SUBMITTED x2\n"
    );
}

#[test]
fn in_a_loop_one_by_one_earlier_values_and_earlier_tasks_of_the_same_value_are_copied() {
    let mut story = Story::of(
        "
tasks:
- id: each
  type: flow.ForEach
  values: [x, y, z]
  tasks: [{id: a, type: ok}, {id: b, type: ok}, {id: c, type: ok}]
",
    );
    story.play();
    let replay = Replay { from: Some(story.find_value("b", "y")), ..Replay::default() };
    let mut again = story.replay(&replay).unwrap();
    insta::assert_snapshot!(again.tree(), @"
    RUNNING
      each RUNNING
        a[x] SUCCESS
        b[x] SUCCESS
        c[x] SUCCESS
        a[y] SUCCESS
        b[y] SUBMITTED x2
    ");
    assert_eq!(again.play().state(), State::Success);
}

#[test]
fn in_a_loop_of_which_all_runs_at_once_nothing_is_later() {
    let mut story = Story::of(
        "tasks: [{id: each, type: flow.EachParallel, value: [x, y], tasks: [{id: a, type: ok}, {id: b, type: ok}]}]",
    );
    story.play();
    let replay = Replay { from: Some(story.find_value("a", "x")), ..Replay::default() };
    let again = story.replay(&replay).unwrap();
    insta::assert_snapshot!(again.tree(), @"
    RUNNING
      each RUNNING
        a[x] SUBMITTED x2
        b[x] SUCCESS
        a[y] SUCCESS
        b[y] SUCCESS
    ");
}

#[test]
fn from_a_task_of_errors_the_errors_run_again_from_their_first_task() {
    let mut story = Story::of(
        "
tasks:
- id: seq
  type: flow.Sequential
  tasks: [{id: a, type: fail}]
  errors: [{id: e, type: ok}, {id: f, type: ok}]
",
    );
    story.play();
    let replay = from(&story, "f");
    let mut again = story.replay(&replay).unwrap();
    assert_eq!(again.tree(), "RUNNING\n  seq RUNNING\n    a FAILED\n    e SUBMITTED\n");
    assert_eq!(again.play().tree(), "FAILED\n  seq FAILED\n    a FAILED\n    e SUCCESS\n    f SUCCESS\n");
}

#[test]
fn from_a_task_in_a_directory_or_a_loop_until_the_outermost_of_them_begins_again() {
    let mut story = Story::of(
        "
tasks:
- id: seq
  type: flow.Sequential
  tasks:
  - id: u
    type: flow.LoopUntil
    condition: true
    tasks:
    - id: inner
      type: flow.Sequential
      tasks: [{id: wd, type: flow.WorkingDirectory, tasks: [{id: a, type: ok}]}]
",
    );
    story.play();
    let replay = from(&story, "a");
    let again = story.replay(&replay).unwrap();
    assert_eq!(
        again.tree(),
        "RUNNING\n  seq RUNNING\n    u RUNNING\n      inner RUNNING\n        wd RUNNING\n"
    );
    assert_eq!(
        (again.history_of("u"), again.history_of("seq")),
        ("CREATED RUNNING SUCCESS RESTARTED RUNNING".into(), "CREATED RUNNING SUCCESS RUNNING".into())
    );
}

//! Rows that nobody thought of: the smallest form of what the simulation found.

use kapelle_model::ExecutionId;
use kapelle_model::event::{Admission, ChildNews};
use kapelle_model::execution::{Parent, Scope, Slot, Start, StartReason};

use super::story::breakpoint;
use super::*;

fn granted(generation: u32) -> Event {
    Event::Admission { generation, answer: Admission::Granted }
}

#[test]
fn the_order_in_which_tasks_of_an_each_parallel_end_leaves_no_trace() {
    let mut story = Story::of(
        "
tasks:
- id: each
  type: flow.EachParallel
  value: [x]
  tasks: [{id: a, type: ok}, {id: b, type: ok}]
",
    );
    // After each step the story compares what it knows with what can be derived.
    story.finish("b").finish("a");
    assert_eq!(story.state(), State::Success);
}

#[test]
fn a_breakpoint_after_the_end_does_not_open_the_execution_again() {
    let mut story =
        Story::created("tasks: [{id: a, type: ok}]\nafterExecution: [{id: after, type: ok}]", |creation| {
            creation.breakpoints = [breakpoint("after")].into();
        });
    assert_eq!(story.play().tree(), "SUCCESS\n  a SUCCESS\n  after SUCCESS\n");
}

#[test]
fn who_ends_before_the_limits_answered_does_not_wait_for_a_place() {
    let mut story = Story::of(
        "
concurrency: {limit: 1}
tasks: [{id: a, type: ok}]
afterExecution: [{id: after, type: slow}]
",
    );
    story.kill();
    assert!(story.is_out("after"));
    assert_eq!(story.live.execution.head.slot, Slot::None);
    assert!(story.is_late(&granted(0)));
}

#[test]
fn a_task_of_a_loop_that_begins_again_does_not_make_the_later_ones_run_twice() {
    let mut story = Story::of(
        "
tasks:
- id: each
  type: flow.ForEach
  values: [x]
  tasks: [{id: a, type: ok}, {id: b, type: ok}, {id: c, type: ok}]
",
    );
    story.play();
    let run = story.find("a");
    story.does(Order::ChangeTaskState { run, state: State::Failed });
    story.does(Order::Restart).play();
    assert_eq!(
        story.tree(),
        "SUCCESS\n  each SUCCESS\n    a[x] SUCCESS x2\n    b[x] SUCCESS\n    c[x] SUCCESS\n"
    );
}

#[test]
fn a_group_that_a_person_called_skipped_goes_on_with_what_begins_again_in_it() {
    let mut story = Story::of("tasks: [{id: seq, type: flow.Sequential, tasks: [{id: a, type: ok}]}]");
    story.play();
    let (group, task) = (story.find("seq"), story.find("a"));
    story.does(Order::ChangeTaskState { run: group, state: State::Skipped });
    story.does(Order::ChangeTaskState { run: task, state: State::Warning });
    assert_eq!(story.tree(), "WARNING\n  seq WARNING\n    a WARNING\n");
}

#[test]
fn a_replay_starts_executions_of_its_own_for_what_still_waited_for_some() {
    let mut story = Story::of(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks: [{id: sub, type: flow.Subflow, namespace: ns, flowId: child}, {id: a, type: ok}]
",
    );
    story.work();
    let replay = crate::replay::Replay { from: Some(story.find("a")), ..crate::replay::Replay::default() };
    let before = story.live.execution().children.values().next().unwrap().id;
    let again = story.replay(&replay).unwrap();
    let children: Vec<_> = again.live.execution().children.values().map(|child| child.id).collect();
    assert_eq!((children.len(), children.contains(&before)), (1, false));
}

#[test]
fn who_waits_for_a_restarted_execution_is_told_even_if_it_ends_at_once() {
    let parent = Parent { execution: ExecutionId(9), run: RunIndex(std::num::NonZeroU32::MIN), iteration: 0 };
    let mut story = Story::created("tasks: [{id: a, type: flow.Switch, value: x, cases: {}}]", |creation| {
        creation.birth.parent = Some(parent);
    });
    let told = |story: &Story| {
        story.effects.iter().filter(|effect| matches!(effect, Effect::TellParent { .. })).count()
    };
    assert_eq!((story.state(), told(&story)), (State::Failed, 1));
    story.does(Order::Restart);
    assert_eq!((story.state(), told(&story)), (State::Failed, 2));
}

#[test]
fn what_is_taken_away_keeps_the_place_until_its_worker_has_stopped() {
    let mut story = Story::of(
        "
concurrency: {limit: 1}
tasks: [{id: a, type: fail, heals: 1}]
afterExecution: [{id: after, type: slow}]
",
    );
    story.granted().work();
    let run = story.find("after");
    let fence = story.live.run(run).fence;
    story.does(Order::Restart);
    assert_eq!(story.state_of("after"), None);
    assert!(crate::outstanding::outstanding(&story.plan, &story.live).contains(&Effect::Stop { run, fence }));
    story.finish("a").finish("after");
    assert_eq!(story.tree(), "SUCCESS\n  a SUCCESS x2\n  after SUCCESS\n");
    assert_eq!(story.live.execution.head.slot, Slot::Held);
    story.happens(&Event::Lost { run, fence });
    assert_eq!(story.live.execution.head.slot, Slot::None);
    assert!(story.is_late(&Event::Lost { run, fence }));
}

#[test]
fn a_subflow_that_is_not_waited_for_succeeds_even_if_its_end_is_known_first() {
    let mut story =
        Story::of("tasks: [{id: s, type: flow.Subflow, namespace: ns, flowId: child, wait: false}]");
    story.child_ended("s", 0, State::Failed);
    assert_eq!(story.tree(), "SUCCESS\n  s SUCCESS\n");
}

#[test]
fn a_late_copy_of_the_end_of_a_child_is_not_taken_for_that_of_the_child_started_again() {
    let mut story = Story::of("tasks: [{id: s, type: flow.Subflow, namespace: ns, flowId: child}]");
    let (run, id) = (story.find("s"), story.live.execution().children.values().next().unwrap().id);
    let ended = |generation, state| Event::Child {
        run,
        iteration: 0,
        id,
        news: ChildNews::Ended { state, generation, outputs: None, successor: None },
    };
    story.happens(&ended(0, State::Failed));
    story.does(Order::Restart);
    assert!(story.is_late(&ended(0, State::Failed)));
    story.happens(&ended(1, State::Success));
    assert_eq!(story.state(), State::Success);
}

#[test]
fn a_directory_whose_closing_was_cut_off_does_not_hold_its_group_up() {
    let mut story = Story::of(
        "
tasks:
- id: dir
  type: flow.WorkingDirectory
  tasks: [{id: a, type: ok}, {id: b, type: fail}]
sla: [{id: soon, type: MAX_DURATION, duration: PT1M, behavior: FAIL}]
",
    );
    story.work_once();
    story.work_once();
    story.finish("b");
    assert_eq!(story.tree(), "RUNNING\n  dir RUNNING\n    a SUCCESS\n    b FAILED\n");
    story.wait();
    let (run, fence) = (story.find("dir"), story.live.run(story.find("dir")).fence);
    assert_eq!((story.state(), story.is_out("dir")), (State::Failed, true));
    let changed = story.find("a");
    story.does(Order::ChangeTaskState { run: changed, state: State::Warning });
    story.happens(&Event::Lost { run, fence });
    story.play();
    assert_eq!(story.tree(), "FAILED\n  dir FAILED\n    a WARNING\n    b FAILED\n");
}

#[test]
fn a_restart_lets_loops_look_that_a_person_had_paused() {
    let mut story = Story::of(
        "
tasks:
- {id: allow, type: flow.AllowFailure, tasks: [{id: a, type: fail, heals: 1}]}
- {id: loop, type: flow.LoopUntil, condition: 'true', tasks: [{id: b, type: ok}]}
",
    );
    story.finish("a").does(Order::Pause).finish("b");
    assert_eq!((story.state(), story.state_of("loop")), (State::Paused, Some(State::Running)));
    story.does(Order::Restart);
    assert_eq!(story.state_of("loop"), Some(State::Success));
    assert_eq!(story.play().state(), State::Success);
}

#[test]
fn who_waits_for_an_execution_that_is_tried_again_hears_so_after_what_comes_after_the_end() {
    let parent = Parent { execution: ExecutionId(9), run: RunIndex(std::num::NonZeroU32::MIN), iteration: 0 };
    let mut story = Story::created(
        "
tasks:
- {id: a, type: fail, retry: {type: constant, interval: PT1S, maxAttempts: 2, behavior: CREATE_NEW_EXECUTION}}
afterExecution: [{id: after, type: ok}]
",
        |creation| creation.birth.parent = Some(parent),
    );
    story.work();
    let successor = story.requests()[0].id;
    let told = story.effects.iter().find_map(|effect| match effect {
        Effect::TellParent { state, successor, .. } => Some((*state, *successor)),
        _ => None,
    });
    assert_eq!(told, Some((State::Retried, Some(successor))));
}

#[test]
fn an_iteration_of_a_loop_takes_no_place_by_force_either() {
    let mut story = Story::created(
        "
concurrency: {limit: 1}
tasks: [{id: loop, type: flow.Loop, values: [x], tasks: [{id: a, type: ok}]}]
",
        |creation| {
            let scope = Scope { task: "loop".into(), item: Arc::default(), outputs: Arc::default() };
            creation.birth.scope = Some(Arc::new(scope));
            creation.birth.start = Some(Start { at: Millis(60_000), reason: StartReason::Retry });
        },
    );
    story.does(Order::ForceRun);
    assert_eq!((story.state(), story.live.execution.head.slot), (State::Running, Slot::None));
}

#[test]
fn an_exit_after_the_end_ends_all_of_the_group_it_stands_in() {
    let mut story = Story::of(
        "
tasks: [{id: a, type: ok}]
afterExecution:
- id: par
  type: flow.Parallel
  tasks:
  - {id: slow, type: slow}
  - {id: seq, type: flow.Sequential, tasks: [{id: exit, type: execution.Exit, state: WARNING}]}
- {id: b, type: ok}
",
    );
    story.work();
    assert_eq!(
        story.tree(),
        "SUCCESS\n  a SUCCESS\n  par WARNING\n    slow WARNING\n    seq WARNING\n      exit WARNING\n  b SUCCESS\n"
    );
}

#[test]
fn a_place_that_was_granted_once_is_not_granted_again_after_a_restart() {
    let mut story = Story::of("concurrency: {limit: 1}\ntasks: [{id: a, type: fail, heals: 1}]");
    story.happens(&granted(0)).play();
    story.does(Order::Restart);
    assert!(story.is_late(&granted(0)));
    story.happens(&granted(1));
    assert_eq!(story.play().state(), State::Success);
}

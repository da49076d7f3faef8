//! 4.7: kill.

use super::*;

#[test]
fn a_running_execution_is_killed_at_once_and_its_workers_are_told() {
    let mut story = Story::of(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks: [{id: a, type: slow}, {id: b, type: slow}, {id: c, type: ok}]
- {id: d, type: ok}
",
    );
    story.start("a").work();
    let place = story.effects.len();
    story.kill();
    insta::assert_snapshot!(story.tree(), @"
    KILLED
      par KILLED
        a KILLED
        b KILLED
        c SUCCESS
    ");
    assert_eq!(story.histories(), "CREATED RUNNING KILLING KILLED");
    assert_eq!(
        (story.attempts_of("a"), story.attempts_of("b")),
        ("CREATED RUNNING KILLED".into(), "CREATED KILLED".into())
    );
    assert_eq!(story.effects_since(place), "Stop a, Stop b");
    let before = story.tree();
    assert_eq!(story.work().tree(), before);
    assert!(!story.is_out("a") && !story.is_out("b"));
}

#[test]
fn created_task_runs_are_killed_too() {
    let mut story = Story::of(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks: [{id: p, type: flow.Pause}, {id: seq, type: flow.Sequential, tasks: [{id: a, type: ok}]}]
",
    );
    assert_eq!(story.state_of("seq"), Some(State::Created));
    story.kill();
    assert_eq!(story.history_of("seq"), "CREATED KILLED");
    assert_eq!(story.attempts_of("seq"), "");
}

#[test]
fn a_created_execution_is_killed_without_having_run() {
    let mut story = Story::created("tasks: [{id: a, type: ok}]", |creation| {
        creation.birth.start = Some(kapelle_model::execution::Start {
            at: Millis(60_000),
            reason: kapelle_model::execution::StartReason::Scheduled,
        });
    });
    assert_eq!(
        (story.kill().tree().as_str(), story.histories().as_str()),
        ("KILLED\n", "CREATED KILLING KILLED")
    );
    assert!(story.is_late(&Event::Due(Due::Start)));
    story.wait();
    assert_eq!(story.tree(), "KILLED\n");
}

#[test]
fn a_kill_in_a_pause_kills_the_pause_and_says_how_it_ended() {
    let mut story = Story::of("tasks: [{id: p, type: flow.Pause}, {id: a, type: ok}]");
    story.kill().play();
    assert_eq!(story.tree(), "KILLED\n  p KILLED\n");
    assert_eq!(story.histories(), "CREATED RUNNING PAUSED KILLING KILLED");
    assert_eq!(story.outputs("p"), r#"{"resumed":{"on":"1970-01-01T00:00:00","to":"KILLING"}}"#);
}

#[test]
fn an_execution_that_a_person_paused_can_be_killed() {
    let mut story = Story::of("tasks: [{id: a, type: slow}]");
    story.does(Order::Pause).kill();
    assert_eq!(story.histories(), "CREATED RUNNING PAUSED KILLING KILLED");
}

#[test]
fn an_execution_at_a_breakpoint_can_be_killed() {
    let mut story = Story::created("tasks: [{id: a, type: ok}]", |creation| {
        creation.breakpoints = [story::breakpoint("a")].into();
    });
    story.kill();
    assert_eq!(
        (story.tree().as_str(), story.histories().as_str()),
        ("KILLED\n  a KILLED\n", "CREATED RUNNING BREAKPOINT KILLING KILLED")
    );
}

#[test]
fn an_ended_execution_passes_a_cascading_kill_on_to_its_children() {
    let mut story = Story::of("tasks: [{id: s, type: flow.Subflow, namespace: n, flowId: f, wait: false}]");
    story.child_created("s", 0);
    assert_eq!(story.state(), State::Success);
    let place = story.effects.len();
    story.does(Order::Kill { cascade: true });
    assert_eq!((story.state(), story.effects_since(place).as_str()), (State::Success, "KillChildren"));
}

#[test]
fn an_ended_execution_refuses_a_kill_that_does_not_cascade() {
    let mut story = Story::of("tasks: [{id: a, type: ok}]");
    let words = story.play().refusal(Order::Kill { cascade: false });
    assert_eq!(words, "Execution is already finished, current state is 'SUCCESS'");
}

#[test]
fn a_kill_stops_what_still_runs_after_the_end() {
    for cascade in [true, false] {
        let mut story = Story::of(
            "
tasks: [{id: par, type: flow.Parallel, tasks: [{id: bad, type: fail}, {id: long, type: slow}]}]
afterExecution: [{id: after, type: slow}, {id: never, type: ok}]
",
        );
        story.work();
        assert_eq!((story.state(), story.state_of("after")), (State::Failed, Some(State::Submitted)));
        let place = story.effects.len();
        story.does(Order::Kill { cascade });
        assert_eq!(story.effects_since(place), "Stop long, Stop after");
        story.work();
        assert_eq!(story.tree(), "FAILED\n  par FAILED\n    bad FAILED\n    long FAILED\n  after KILLED\n");
        assert!(story.live.is_at_rest());
        story.refusal(Order::Kill { cascade: false });
    }
}

#[test]
fn a_kill_reaches_also_the_execution_that_tries_a_child_again() {
    let mut story = Story::of("tasks: [{id: s, type: flow.Subflow, namespace: n, flowId: f}]");
    story.kill();
    let place = story.effects.len();
    story.child_retried("s", kapelle_model::ExecutionId(77));
    assert_eq!(story.effects_since(place), "Watch, KillChildren");
}

#[test]
fn a_kill_that_comes_twice_leaves_alone_what_comes_after_the_first() {
    let mut story = Story::of("tasks: [{id: a, type: slow}]\nafterExecution: [{id: after, type: slow}]");
    story.kill().work();
    assert_eq!(story.state_of("after"), Some(State::Submitted));
    story.kill().finish("after");
    assert_eq!(story.tree(), "KILLED\n  a KILLED\n  after SUCCESS\n");
}

#[test]
fn a_kill_reaches_children_unless_it_is_for_one_only() {
    for (cascade, effects) in [(true, "KillChildren"), (false, "")] {
        let mut story = Story::of("tasks: [{id: s, type: flow.Subflow, namespace: n, flowId: f}]");
        story.child_created("s", 0);
        let place = story.effects.len();
        story.does(Order::Kill { cascade });
        assert_eq!(
            (story.tree().as_str(), story.effects_since(place).as_str()),
            ("KILLED\n  s KILLED\n", effects)
        );
    }
}

#[test]
fn a_parent_of_a_killed_subflow_is_killed_if_failures_are_transmitted() {
    for (transmit, end) in [(true, "KILLED"), (false, "SUCCESS")] {
        let mut story = Story::of(&format!(
            "tasks: [{{id: s, type: flow.Subflow, namespace: n, flowId: f, transmitFailed: {transmit}}}]"
        ));
        story.child_ended("s", 0, State::Killed);
        assert_eq!(story.tree(), format!("{end}\n  s {end}\n"));
    }
}

#[test]
fn killed_goes_before_failed() {
    let mut story = Story::of(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks: [{id: a, type: fail}, {id: b, type: ok, ends: KILLED}]
  errors: [{id: e, type: slow}]
",
    );
    story.work().finish("e");
    assert_eq!(story.state(), State::Killed);
}

#[test]
fn no_task_run_is_left_open_below_a_killed_execution() {
    for group in [
        "{id: g, type: flow.ForEach, values: [x, y], tasks: [{id: a, type: slow}, {id: b, type: slow}]}",
        "{id: g, type: flow.EachParallel, value: [x, y], tasks: [{id: a, type: slow}]}",
        "{id: g, type: flow.Sequential, tasks: [{id: a, type: slow}]}",
        "{id: g, type: flow.AllowFailure, tasks: [{id: a, type: slow}]}",
        "{id: g, type: flow.Parallel, concurrent: 1, tasks: [{id: a, type: slow}, {id: b, type: slow}]}",
        "{id: g, type: flow.Dag, tasks: [{task: {id: a, type: slow}}]}",
        "{id: g, type: flow.LoopUntil, condition: false, tasks: [{id: a, type: slow}]}",
        "{id: g, type: flow.LoopUntil, condition: false, tasks: [{id: a, type: ok}]}",
        "{id: g, type: flow.WorkingDirectory, tasks: [{id: a, type: slow}]}",
        "{id: g, type: flow.Retry, delay: PT1M, tasks: [{id: a, type: fail}]}",
        "{id: g, type: flow.Sequential, tasks: [{id: p, type: flow.Pause}]}",
    ] {
        let mut story = Story::of(&format!("tasks: [{group}, {{id: never, type: ok}}]"));
        story.work().kill();
        let tree = story.play().tree();
        assert_eq!(story.live.open, 0, "{tree}");
        assert_eq!((story.state(), story.state_of("g")), (State::Killed, Some(State::Killed)), "{tree}");
    }
}

#[test]
fn a_killed_execution_is_never_started_again() {
    let mut story = Story::of("tasks: [{id: a, type: slow}]");
    story.kill().work();
    assert_eq!(
        story.refusal(Order::Restart),
        "Execution must be terminated or paused and not killed to be restarted, current state is 'KILLED' !"
    );
    let words = "You can only change the state of a terminated non killed execution.";
    assert_eq!(story.refusal(Order::ChangeStatus(State::Success)), words);
    let run = story.find("a");
    assert_eq!(story.refusal(Order::ChangeTaskState { run, state: State::Success }), words);
}

#[test]
fn what_a_worker_says_after_the_kill_changes_nothing_but_its_place() {
    let mut story = Story::of("concurrency: {limit: 1}\ntasks: [{id: a, type: slow}, {id: b, type: ok}]");
    story.granted().kill();
    let place = story.effects.len();
    story.reports("a", Report::default());
    assert_eq!(
        (story.tree().as_str(), story.effects_since(place).as_str()),
        ("KILLED\n  a KILLED\n", "ReleaseSlot")
    );
}

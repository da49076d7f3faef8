//! 4.8: what else people ask of an execution: its state, its labels, its breakpoints.

use super::*;

#[test]
fn the_state_of_an_ended_execution_can_be_changed_to_any_end() {
    let ends =
        [State::Success, State::Warning, State::Failed, State::Cancelled, State::Retried, State::Killed];
    for from in &ends[..5] {
        for to in ends {
            let mut story = Story::of("tasks: [{id: a, type: ok}]");
            story.play().does(Order::ChangeStatus(*from)).does(Order::ChangeStatus(to));
            assert_eq!(story.tree(), format!("{}\n  a SUCCESS\n", to.name()));
        }
    }
}

#[test]
fn what_comes_after_the_end_is_decided_at_the_end_and_not_by_the_state_that_a_person_gives() {
    let mut story = Story::of(
        "
concurrency: {limit: 1}
tasks: [{id: par, type: flow.Parallel, tasks: [{id: bad, type: fail}, {id: long, type: slow}]}]
listeners:
- conditions: [{type: io.kestra.plugin.core.condition.ExecutionStatus, in: [SUCCESS]}]
  tasks: [{id: l, type: slow}]
",
    );
    story.granted().work();
    assert_eq!((story.state(), story.state_of("l")), (State::Failed, None));
    let place = story.effects.len();
    story.does(Order::ChangeStatus(State::Success)).finish("long");
    assert_eq!(story.effects_since(place), "ReleaseSlot");
    assert_eq!(story.state_of("l"), None);
}

#[test]
fn who_started_an_execution_hears_of_the_state_that_a_person_gives_it() {
    let parent = kapelle_model::execution::Parent {
        execution: kapelle_model::ExecutionId(9),
        run: RunIndex(std::num::NonZeroU32::MIN),
        iteration: 0,
    };
    let mut story =
        Story::created("tasks: [{id: a, type: fail}]", |creation| creation.birth.parent = Some(parent));
    story.play();
    let place = story.effects.len();
    story.does(Order::ChangeStatus(State::Success));
    assert!(story.effects_since(place).contains("TellParent SUCCESS"), "{}", story.effects_since(place));
}

#[test]
fn the_state_can_only_be_changed_to_an_end() {
    let mut story = Story::of("tasks: [{id: a, type: ok}]");
    story.play();
    for state in [State::Running, State::Paused, State::Created, State::Skipped, State::Resubmitted] {
        let words = story.refusal(Order::ChangeStatus(state));
        assert_eq!(words, "You can only change the state of an execution to a terminal state.");
    }
}

#[test]
fn only_the_state_of_an_ended_execution_can_be_changed() {
    let words = Story::of("tasks: [{id: a, type: slow}]").refusal(Order::ChangeStatus(State::Failed));
    assert_eq!(words, "You can only change the state of a terminated non killed execution.");
}

#[test]
fn an_ended_execution_can_be_restarted_from_every_end_but_killed() {
    for state in [State::Success, State::Warning, State::Failed, State::Cancelled, State::Retried] {
        let mut story = Story::of("tasks: [{id: a, type: ok, heals: 1}]");
        story.play().does(Order::ChangeStatus(state)).does(Order::Restart);
        assert_eq!(story.play().tree(), "SUCCESS\n  a SUCCESS x2\n");
    }
}

// Labels.

fn labels(labels: &[(&str, &str)]) -> Order {
    let pairs = labels.iter().map(|(key, value)| (Arc::from(*key), Arc::from(*value)));
    Order::SetLabels(pairs.collect())
}

#[test]
fn labels_of_an_ended_execution_are_replaced_and_those_of_the_system_kept() {
    let mut story = Story::created("tasks: [{id: a, type: ok}]", |creation| {
        creation.labels = [("a".into(), "1".into()), ("system.correlationId".into(), "x".into())].into();
    });
    story.play().does(labels(&[("b", "2")]));
    assert_eq!(story.labels(), "system.correlationId: x, b: 2");
    story.does(labels(&[("system.correlationId", "x"), ("c", "3")]));
    assert_eq!(story.labels(), "system.correlationId: x, c: 3");
    assert_eq!(
        story.refusal(labels(&[("system.correlationId", "y")])),
        "System labels can only be set by Kestra itself, offending label: system.correlationId"
    );
}

#[test]
fn a_repeated_execution_is_marked() {
    let mut story = Story::of("tasks: [{id: a, type: slow}]");
    story.does(Order::MarkReplayed);
    assert_eq!(
        (story.labels().as_str(), story.tree().as_str()),
        ("system.replayed: true", "RUNNING\n  a SUBMITTED\n")
    );
}

#[test]
fn labels_of_a_running_execution_cannot_be_set() {
    let words = Story::of("tasks: [{id: a, type: slow}]").refusal(labels(&[("b", "2")]));
    assert_eq!(words, "The execution is not terminated");
}

// Breakpoints.

fn suspended(yaml: &str, breakpoints: &[&str]) -> Story {
    Story::created(yaml, |creation| {
        creation.breakpoints = breakpoints.iter().map(|text| story::breakpoint(text)).collect();
    })
}

#[test]
fn a_breakpoint_suspends_the_execution_before_its_task() {
    let mut story = suspended("tasks: [{id: a, type: ok}, {id: b, type: ok}]", &["b"]);
    assert_eq!(story.work().tree(), "BREAKPOINT\n  a SUCCESS\n  b BREAKPOINT\n");
    assert_eq!(story.log(), "INFO Flow is suspended at a breakpoint.");
    story.does(Order::ResumeBreakpoint { next: None });
    assert_eq!(story.play().tree(), "SUCCESS\n  a SUCCESS\n  b SUCCESS\n");
    assert_eq!(story.histories(), "CREATED RUNNING BREAKPOINT RUNNING SUCCESS");
    assert_eq!(story.history_of("b"), "CREATED BREAKPOINT CREATED SUBMITTED RUNNING SUCCESS");
}

#[test]
fn a_breakpoint_may_name_the_value_of_a_loop() {
    let mut story = suspended(
        "tasks: [{id: each, type: flow.ForEach, values: [x, y], tasks: [{id: a, type: ok}]}]",
        &["a.y"],
    );
    insta::assert_snapshot!(story.work().tree(), @"
    BREAKPOINT
      each RUNNING
        a[x] SUCCESS
        a[y] BREAKPOINT
    ");
}

#[test]
fn the_next_breakpoints_can_be_given_with_the_resume() {
    let mut story =
        suspended("tasks: [{id: a, type: ok}, {id: b, type: ok}, {id: c, type: ok}]", &["a", "b"]);
    let next = [story::breakpoint("c")];
    story.does(Order::ResumeBreakpoint { next: Some(next.into()) });
    assert_eq!(story.work().tree(), "BREAKPOINT\n  a SUCCESS\n  b SUCCESS\n  c BREAKPOINT\n");
}

#[test]
fn at_a_breakpoint_workers_finish_and_nothing_new_starts() {
    let mut story = suspended(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks:
  - {id: seq, type: flow.Sequential, tasks: [{id: a, type: slow}, {id: b, type: ok}]}
  - {id: two, type: flow.Sequential, tasks: [{id: c, type: slow}, {id: d, type: ok}]}
",
        &["d"],
    );
    story.finish("c").finish("a");
    insta::assert_snapshot!(story.tree(), @"
    BREAKPOINT
      par RUNNING
        seq RUNNING
          a SUCCESS
          b CREATED
        two RUNNING
          c SUCCESS
          d BREAKPOINT
    ");
    story.does(Order::ResumeBreakpoint { next: None });
    assert_eq!(story.play().state(), State::Success);
}

#[test]
fn a_flowable_can_be_a_breakpoint_too() {
    let mut story =
        suspended("tasks: [{id: seq, type: flow.Sequential, tasks: [{id: a, type: ok}]}]", &["seq"]);
    assert_eq!(story.tree(), "BREAKPOINT\n  seq BREAKPOINT\n");
    story.does(Order::ResumeBreakpoint { next: None });
    assert_eq!(story.play().tree(), "SUCCESS\n  seq SUCCESS\n    a SUCCESS\n");
}

#[test]
fn a_breakpoint_after_the_end_or_at_on_pause_holds_nothing_up() {
    let mut story = suspended(
        "
tasks: [{id: p, type: flow.Pause, pauseDuration: PT1M, onPause: {id: tell, type: ok}}]
afterExecution: [{id: x, type: ok}]
",
        &["tell", "x"],
    );
    assert_eq!(story.play().tree(), "SUCCESS\n  p SUCCESS\n  tell SUCCESS\n  x SUCCESS\n");
}

#[test]
fn only_what_is_at_a_breakpoint_is_resumed_from_it() {
    let words = Story::of("tasks: [{id: a, type: slow}]").refusal(Order::ResumeBreakpoint { next: None });
    assert_eq!(words, "Execution is not suspended at a breakpoint, current state is 'RUNNING'");
}

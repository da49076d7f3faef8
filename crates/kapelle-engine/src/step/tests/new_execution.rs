//! 3.3, 4.6: a whole execution that is tried again as a new one.

use kapelle_model::ExecutionId;
use kapelle_model::execution::StartReason;

use super::*;

const NEW: &str = "retry: {type: constant, interval: PT10S, maxAttempts: 3, behavior: CREATE_NEW_EXECUTION}";

#[test]
fn a_new_execution_supersedes_task_ancestors_and_execution() {
    let mut story = Story::of(&format!(
        "
tasks:
- id: seq
  type: flow.Sequential
  tasks: [{{id: a, type: fail, {NEW}}}]
errors: [{{id: e, type: ok}}]
finally: [{{id: f, type: ok}}]
"
    ));
    insta::assert_snapshot!(story.play().tree(), @"
    RETRIED
      seq RETRIED
        a RETRIED
    ");
    let requests = story.requests();
    let [request] = requests[..] else { panic!("{requests:?}") };
    let start = request.start.unwrap();
    assert_eq!((start.at, start.reason), (Millis(10_000), StartReason::Retry));
    assert_eq!((request.replay_of, request.original), (Some(ExecutionId(1)), Some(ExecutionId(1))));
    assert_eq!((request.attempt, request.resolves), (2, false));
}

#[test]
fn max_attempts_of_new_executions_counts_executions() {
    let mut story = Story::created(&format!("tasks: [{{id: a, type: fail, {NEW}}}]"), |creation| {
        creation.attempt = 3;
    });
    assert_eq!(story.play().tree(), "FAILED\n  a FAILED\n");
}

#[test]
fn the_longest_time_of_new_executions_counts_from_the_first_one() {
    let retry = "retry: {type: constant, interval: PT10S, maxDuration: PT1M, behavior: CREATE_NEW_EXECUTION}";
    for (created, end) in [(-50_000, State::Retried), (-50_001, State::Failed)] {
        let mut story = Story::created(&format!("tasks: [{{id: a, type: fail, {retry}}}]"), |creation| {
            creation.birth.original_created = Millis(created);
        });
        assert_eq!(story.play().state(), end);
    }
}

#[test]
fn the_retry_of_a_flow_may_be_a_new_execution_too() {
    let mut story = Story::of(&format!("{NEW}\ntasks: [{{id: a, type: ok}}, {{id: b, type: fail}}]"));
    assert_eq!(story.play().tree(), "RETRIED\n  a SUCCESS\n  b RETRIED\n");
    assert_eq!(story.requests().len(), 1);
}

#[test]
fn what_comes_after_the_end_runs_for_a_superseded_execution_and_starts_no_new_one() {
    let mut story = Story::of(&format!(
        "{NEW}\ntasks: [{{id: a, type: fail}}]\nafterExecution: [{{id: x, type: fail}}, {{id: y, type: ok}}]"
    ));
    assert_eq!(story.play().tree(), "RETRIED\n  a RETRIED\n  x FAILED\n  y SUCCESS\n");
    assert_eq!(story.requests().len(), 1);
}

#[test]
fn who_waits_for_an_execution_is_told_of_its_successor() {
    let parent = kapelle_model::execution::Parent {
        execution: ExecutionId(9),
        run: RunIndex(std::num::NonZeroU32::MIN),
        iteration: 0,
    };
    let mut story = Story::created(&format!("tasks: [{{id: a, type: fail, {NEW}}}]"), |creation| {
        creation.birth.parent = Some(parent);
    });
    story.play();
    let successor = story.requests()[0].id;
    let told = story.effects.iter().find_map(|effect| match effect {
        Effect::TellParent { state, successor, .. } => Some((*state, *successor)),
        _ => None,
    });
    assert_eq!(told, Some((State::Retried, Some(successor))));
}

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

#[test]
fn the_new_execution_is_as_the_old_one_was_asked_for() {
    let parent = kapelle_model::execution::Parent {
        execution: ExecutionId(9),
        run: RunIndex(std::num::NonZeroU32::MIN),
        iteration: 2,
    };
    let origin = kapelle_model::execution::Origin {
        id: "trigger".into(),
        type_name: "a.Trigger".into(),
        variables: Arc::new(Map::from_iter([("k".into(), Value::Int(5))])),
    };
    let scope = kapelle_model::execution::Scope {
        task: "loop".into(),
        item: Arc::new(Map::from_iter([("value".into(), Value::from("x"))])),
        outputs: Arc::default(),
    };
    let (scope, inputs) = (Arc::new(scope), Arc::new(Map::from_iter([("n".into(), Value::Int(3))])));
    let flow =
        format!("tasks: [{{id: loop, type: flow.Loop, values: [x], tasks: [{{id: a, type: fail, {NEW}}}]}}]");
    let mut story = Story::created(&flow, |creation| {
        let birth = &mut creation.birth;
        (birth.revision, birth.priority, birth.depth) = (4, 6, 8);
        birth.kind = kapelle_model::execution::Kind::Loop;
        (birth.parent, birth.origin) = (Some(parent), Some(origin.clone()));
        (birth.scope, birth.inputs) = (Some(Arc::clone(&scope)), Arc::clone(&inputs));
        (birth.original, birth.original_created) = (ExecutionId(7), Millis(-1_000));
        creation.labels = [("team".into(), "x".into())].into();
        creation.attempt = 2;
    });
    story.play();
    let requests = story.requests();
    let [request] = requests[..] else { panic!("{requests:?}") };
    assert_eq!((&*request.namespace, &*request.flow, request.revision), ("ns", "flow", Some(4)));
    assert_eq!((request.priority, request.depth, request.attempt), (6, 8, 3));
    assert_eq!(request.kind, kapelle_model::execution::Kind::Loop);
    assert_eq!((request.parent, request.origin.as_ref()), (Some(parent), Some(&origin)));
    assert_eq!((request.scope.as_ref(), &request.inputs), (Some(&scope), &inputs));
    assert_eq!((request.original, request.original_created), (Some(ExecutionId(7)), Some(Millis(-1_000))));
    assert_eq!(
        (&*request.labels, request.replay_of),
        (&[("team".into(), "x".into())][..], Some(ExecutionId(1)))
    );
}

#[test]
fn an_allowed_failure_is_not_tried_again_as_a_new_execution() {
    let mut story = Story::of(&format!("tasks: [{{id: a, type: fail, allowFailure: true, {NEW}}}]"));
    assert_eq!((story.play().tree().as_str(), story.requests().len()), ("WARNING\n  a WARNING\n", 0));
}

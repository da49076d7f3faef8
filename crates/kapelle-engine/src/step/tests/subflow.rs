//! 5.2: Subflow.

use kapelle_model::ExecutionId;
use kapelle_model::execution::{Kind, StartReason};

use super::*;

fn sub(properties: &str) -> Story {
    Story::of(&format!(
        "
tasks:
- {{id: s, type: flow.Subflow, namespace: other, flowId: child{properties}}}
- {{id: next, type: slow}}
"
    ))
}

#[test]
fn what_the_child_ends_in_makes_the_state_of_the_task() {
    let rows = [
        // (child, transmitFailed, properties, task)
        (State::Success, true, "", State::Success),
        (State::Warning, true, "", State::Warning),
        (State::Warning, true, ", allowWarning: true", State::Success),
        (State::Failed, true, "", State::Failed),
        (State::Failed, true, ", allowFailure: true", State::Warning),
        (State::Failed, true, ", allowFailure: true, allowWarning: true", State::Success),
        (State::Killed, true, "", State::Killed),
        (State::Cancelled, true, "", State::Success),
        (State::Retried, true, "", State::Success),
        (State::Success, false, "", State::Success),
        (State::Warning, false, "", State::Success),
        (State::Failed, false, "", State::Success),
        (State::Killed, false, "", State::Success),
        (State::Cancelled, false, "", State::Success),
        (State::Retried, false, "", State::Success),
    ];
    for (child, transmit, properties, task) in rows {
        let mut story = sub(&format!(", transmitFailed: {transmit}{properties}"));
        story.child_ended("s", 0, child);
        assert_eq!(story.state_of("s"), Some(task), "{} {transmit} {properties}", child.name());
        assert!(story.outputs("s").contains(&format!(r#""state":"{}""#, child.name())));
    }
}

#[test]
fn without_wait_the_task_succeeds_as_soon_as_the_child_is_there() {
    for transmit in [true, false] {
        let mut story = sub(&format!(", wait: false, transmitFailed: {transmit}"));
        assert_eq!(story.tree(), "RUNNING\n  s RUNNING\n");
        story.child_created("s", 0);
        assert_eq!(story.tree(), "RUNNING\n  s SUCCESS\n  next SUBMITTED\n");
        let id = story.requests()[0].id;
        assert_eq!(story.outputs("s"), format!(r#"{{"executionId":"{id}","state":"CREATED"}}"#));
        story.child_ended("s", 0, State::Failed);
        assert_eq!(story.state_of("s"), Some(State::Success));
    }
}

#[test]
fn with_wait_the_outputs_of_the_child_are_given_on() {
    let mut story = sub("");
    story.child_created("s", 0);
    let id = story.requests()[0].id;
    assert_eq!(
        story.log(),
        format!(
            "INFO Created new execution [[link execution=\"{id}\" flowId=\"child\" namespace=\"other\"]]"
        )
    );
    assert_eq!(story.outputs("s"), format!(r#"{{"executionId":"{id}","state":"CREATED"}}"#));
    let outputs = Map::from_iter([(Arc::from("x"), Value::Int(3))]);
    story.child_gave("s", 0, State::Success, Some(Arc::new(outputs)));
    assert_eq!(
        story.outputs("s"),
        format!(r#"{{"executionId":"{id}","state":"SUCCESS","outputs":{{"x":3}}}}"#)
    );
}

#[test]
fn a_child_that_fails_or_warns_is_told_in_the_log() {
    for (state, level) in [(State::Failed, "ERROR"), (State::Warning, "WARN")] {
        let mut story = sub("");
        story.child_ended("s", 0, state);
        let id = story.requests()[0].id;
        let link = format!("[[link execution=\"{id}\" flowId=\"child\" namespace=\"other\"]]");
        assert_eq!(story.log(), format!("{level} Subflow execution {link} ends in {} state", state.name()));
    }
}

#[test]
fn the_old_outputs_of_the_task_speak_of_the_child_and_hold_if_it_declares_none() {
    let mut story = sub(", outputs: {x: \"{{ outputs.t.value }}\"}");
    story.child_ended("s", 0, State::Success);
    assert!(story.outputs("s").ends_with(r#""outputs":{"x":"of the child"}}"#), "{}", story.outputs("s"));
}

#[test]
fn old_outputs_that_do_not_render_fail_the_task() {
    for (allowed, end) in [("", State::Failed), (", allowFailure: true", State::Warning)] {
        let mut story = sub(&format!(", outputs: {{x: '{{{{ no.such }}}}'}}{allowed}"));
        story.child_ended("s", 0, State::Success);
        assert_eq!(story.state_of("s"), Some(end));
        assert!(story.log().contains("ERROR Failed to extract outputs with the error: "), "{}", story.log());
    }
}

#[test]
fn a_child_that_cannot_be_created_fails_the_task_with_the_reason() {
    for (allowed, end) in [("", State::Failed), (", allowFailure: true", State::Warning)] {
        let mut story = sub(allowed);
        story.child_refused("s", "Unable to find flow 'other'.'child' with revision '7'");
        assert_eq!(story.state_of("s"), Some(end));
        assert_eq!(story.log(), "ERROR Unable to find flow 'other'.'child' with revision '7'");
    }
}

#[test]
fn properties_that_do_not_render_fail_the_task_and_no_child_is_asked_for() {
    let mut story = sub(", inputs: {x: '{{ no.such }}'}");
    assert_eq!((story.tree().as_str(), story.requests().len()), ("FAILED\n  s FAILED\n", 0));
    assert_eq!(story.play().attempts_of("s"), "RUNNING FAILED");
}

#[test]
fn a_failed_child_is_tried_again_as_another_execution() {
    let mut story = sub(", retry: {type: constant, interval: PT10S, maxAttempts: 2}");
    story.child_ended("s", 0, State::Failed);
    assert_eq!(story.tree(), "RETRYING\n  s RETRYING\n");
    story.wait();
    assert_eq!((story.tree().as_str(), story.requests().len()), ("RUNNING\n  s RUNNING x2\n", 2));
    story.child_ended("s", 0, State::Failed);
    assert_eq!(story.tree(), "FAILED\n  s FAILED x2\n");
}

#[test]
fn a_child_that_is_tried_again_is_followed_to_its_last_execution() {
    let mut story = sub("");
    story.child_retried("s", ExecutionId(77));
    assert_eq!(story.tree(), "RUNNING\n  s RUNNING\n");
    assert!(matches!(story.effects.last(), Some(Effect::Watch { id: ExecutionId(77), .. })));
    story.child_ended("s", 0, State::Success);
    assert_eq!(
        story.outputs("s"),
        r#"{"executionId":"77","state":"SUCCESS"}"#.replace("77", &ExecutionId(77).to_string())
    );
}

#[test]
fn news_of_a_child_count_once_and_only_for_the_child_that_is_waited_for() {
    let mut story = sub("");
    let run = story.find("s");
    let id = story.requests()[0].id;
    let ended = |id| Event::Child {
        run,
        iteration: 0,
        id,
        news: kapelle_model::event::ChildNews::Ended {
            state: State::Success,
            generation: 0,
            outputs: None,
            successor: None,
        },
    };
    assert!(story.is_late(&ended(ExecutionId(5))));
    story.child_created("s", 0);
    let again = Event::Child {
        run,
        iteration: 0,
        id,
        news: kapelle_model::event::ChildNews::Created(State::Created),
    };
    assert!(story.is_late(&again));
    story.happens(&ended(id));
    assert!(story.is_late(&ended(id)));
}

#[test]
fn what_is_asked_for_is_rendered_and_says_where_it_comes_from() {
    let mut story = Story::created(
        "
tasks:
- id: each
  type: flow.ForEach
  values: [x]
  tasks:
  - id: s
    type: flow.Subflow
    namespace: \"{{ 'other' }}\"
    flowId: \"{{ 'chi' ~ 'ld' }}\"
    revision: 3
    inputs: {v: '{{ taskrun.value }}', n: 3}
    labels: {own: \"{{ 'l' ~ 1 }}\"}
    inheritLabels: true
",
        |creation| {
            creation.labels =
                [("team".into(), "a".into()), ("system.correlationId".into(), "c".into())].into();
            creation.birth.kind = Kind::Test;
            creation.birth.priority = 4;
        },
    );
    story.work();
    let run = story.find("s");
    let requests = story.requests();
    let [request] = requests[..] else { panic!() };
    assert_eq!((&*request.namespace, &*request.flow, request.revision), ("other", "child", Some(3)));
    assert_eq!(json(Some(&request.inputs)), r#"{"v":"x","n":3}"#);
    assert_eq!(format!("{:?}", request.labels), r#"[("own", "l1")]"#);
    assert_eq!(format!("{:?}", request.inherited), r#"[("team", "a"), ("system.correlationId", "c")]"#);
    assert_eq!((request.kind, request.priority, request.resolves), (Kind::Test, 4, true));
    let parent = request.parent.unwrap();
    assert_eq!((parent.execution, parent.run, parent.iteration), (ExecutionId(1), run, 0));
    let origin = request.origin.as_ref().unwrap();
    assert_eq!((&*origin.id, &*origin.type_name), ("s", "io.kestra.plugin.core.flow.Subflow"));
    let names: Vec<&str> = origin.variables.keys().map(AsRef::as_ref).collect();
    assert_eq!(
        names,
        [
            "executionId",
            "namespace",
            "flowId",
            "flowRevision",
            "taskRunId",
            "taskId",
            "taskRunValue",
            "taskRunIteration"
        ]
    );
}

#[test]
fn system_labels_travel_even_if_labels_are_not_inherited() {
    let story = Story::created("tasks: [{id: s, type: flow.Subflow, namespace: n, flowId: f}]", |creation| {
        creation.labels = [("team".into(), "a".into()), ("system.from".into(), "api".into())].into();
    });
    assert_eq!(format!("{:?}", story.requests()[0].inherited), r#"[("system.from", "api")]"#);
}

// Forms of the seeds.

#[test]
fn without_namespace_it_is_that_of_the_caller() {
    let story = Story::of("tasks: [{id: s, type: flow.Subflow, flowId: f}]");
    assert_eq!(&*story.requests()[0].namespace, "ns");
}

#[test]
fn a_scheduled_child_is_not_waited_for_unless_that_is_written() {
    for (properties, waits) in [
        ("schedule: {at: '1970-01-02T00:00:00Z'}", false),
        ("schedule: {in: PT24H}", false),
        ("schedule: {in: PT24H}, wait: true", true),
        ("scheduleDate: '1970-01-02T00:00:00Z'", true),
        ("scheduleDate: \"{{ '1970-01-02T00:00:00+00:00' }}\", wait: false", false),
    ] {
        let mut story =
            Story::of(&format!("tasks: [{{id: s, type: flow.Subflow, flowId: f, {properties}}}]"));
        let start = story.requests()[0].start.unwrap();
        assert_eq!((start.at, start.reason), (Millis(86_400_000), StartReason::Scheduled), "{properties}");
        story.child_created("s", 0);
        assert_eq!(
            story.state_of("s"),
            Some(if waits { State::Running } else { State::Success }),
            "{properties}"
        );
    }
}

#[test]
fn a_schedule_that_is_no_moment_fails_the_task() {
    let story = Story::of("tasks: [{id: s, type: flow.Subflow, flowId: f, schedule: {at: soon}}]");
    assert_eq!((story.state(), story.requests().len()), (State::Failed, 0));
    assert!(story.log().contains("`soon` is no moment to start at"), "{}", story.log());
}

#[test]
fn a_child_that_cannot_be_created_is_waited_for_no_more() {
    let mut story = sub("");
    story.child_refused("s", "there is no such flow");
    assert_eq!((story.outstanding().as_str(), story.live.is_at_rest()), ("", true));
}

#[test]
fn a_child_that_is_started_again_has_not_given_anything_yet() {
    let mut story = sub("");
    let gave = Some(Arc::new(Map::from_iter([("o".into(), Value::Int(1))])));
    story.child_gave("s", 0, State::Failed, gave);
    story.does(Order::Restart);
    let child = story.live.execution().children.values().next().unwrap();
    assert_eq!((child.ended, child.outputs.as_ref(), child.generation), (None, None, Some(0)));
    story.child_ended("s", 0, State::Success);
    assert_eq!(story.state_of("s"), Some(State::Success));
}

#[test]
fn a_child_knows_the_iteration_of_a_loop_around_the_task_if_there_is_one() {
    let iterations = |yaml: &str| {
        let mut story = Story::of(yaml);
        story.work();
        let origins = story.requests().into_iter().filter_map(|request| request.origin.clone());
        let iterations = origins.map(|origin| origin.variables.get("taskRunIteration").cloned());
        iterations.collect::<Vec<_>>()
    };
    assert_eq!(iterations("tasks: [{id: s, type: flow.Subflow, flowId: f}]"), [None]);
    let each = "tasks: [{id: e, type: flow.ForEach, values: [x, y], concurrencyLimit: 2, tasks: [{id: s, type: flow.Subflow, flowId: f}]}]";
    assert_eq!(iterations(each), [Some(Value::Int(0)), Some(Value::Int(1))]);
    let items = "tasks: [{id: i, type: flow.ForEachItem, flowId: f, items: x, gives: 'kestra:///parts.txt'}]";
    assert_eq!(iterations(items), [Some(Value::Int(0)), Some(Value::Int(1)), Some(Value::Int(2))]);
}

#[test]
fn an_empty_schedule_is_none() {
    for schedule in ["schedule: {at: ''}", "schedule: {in: \"{{ '' }}\"}"] {
        let story = Story::of(&format!("tasks: [{{id: s, type: flow.Subflow, flowId: f, {schedule}}}]"));
        assert_eq!(story.requests()[0].start, None, "{schedule}");
    }
}

//! 5.14: Loop, whose iterations are executions; and what all children are asked to be.

use kapelle_model::ExecutionId;
use kapelle_model::effect::Request;
use kapelle_model::execution::Kind;

use super::*;

fn looped(properties: &str) -> Story {
    Story::of(&format!(
        "
labels: {{team: a}}
tasks:
- {{id: before, type: ok, format: x}}
- {{id: loop, type: flow.Loop, {properties}, tasks: [{{id: in, type: slow}}]}}
- {{id: next, type: slow}}
"
    ))
}

/// The story of an iteration as its execution lives it.
fn iteration(yaml: &str, request: &Request) -> Story {
    Story::created(yaml, |creation| {
        creation.birth.id = request.id;
        creation.birth.kind = request.kind;
        creation.birth.scope.clone_from(&request.scope);
    })
}

fn items(story: &Story) -> Vec<String> {
    let scopes = story.requests().into_iter().filter_map(|request| request.scope.clone());
    scopes.map(|scope| json(Some(&scope.item))).collect()
}

#[test]
fn a_list_a_map_either_as_json_and_the_lines_of_a_file_give_an_iteration_for_each_value() {
    let rows = [
        ("values: [a, 7]", vec![r#"{"value":"a","index":0}"#, r#"{"value":"7","index":1}"#]),
        ("values: [a, a]", vec![r#"{"value":"a","index":0}"#, r#"{"value":"a","index":1}"#]),
        ("values: '[1, true]'", vec![r#"{"value":"1","index":0}"#, r#"{"value":"true","index":1}"#]),
        ("values: {k: v}", vec![r#"{"value":"v","index":0,"key":"k"}"#]),
        (r#"values: '{"k": [1]}'"#, vec![r#"{"value":"[1]","index":0,"key":"k"}"#]),
        (
            "values: 'kestra:///parts.txt'",
            vec![
                r#"{"value":"kestra:///part-0","index":0}"#,
                r#"{"value":"kestra:///part-1","index":1}"#,
                r#"{"value":"kestra:///part-2","index":2}"#,
            ],
        ),
        ("values: 'kestra:///none.txt'", Vec::new()),
    ];
    for (values, expected) in rows {
        let mut story = looped(values);
        story.finish("before");
        assert_eq!(items(&story), expected, "{values}");
    }
}

#[test]
fn what_is_no_list_map_or_file_fails_the_loop() {
    for values in ["values: nothing", "values: '7'", "values: '{{ nope }}'"] {
        let mut story = looped(values);
        story.finish("before");
        assert_eq!(story.state_of("loop"), Some(State::Failed), "{values}");
    }
}

#[test]
fn without_values_the_loop_succeeds_at_once() {
    let mut story = looped("values: []");
    story.finish("before");
    assert_eq!(story.state_of("loop"), Some(State::Success));
    assert_eq!(story.outputs("loop"), r#"{"iterationCount":0,"outputs":[]}"#);
}

#[test]
fn no_more_iterations_run_at_the_same_time_than_the_limit_allows() {
    let mut story = looped("values: [a, b, c], concurrencyLimit: 2");
    story.finish("before");
    assert_eq!(story.requests().len(), 2);
    story.child_ended("loop", 1, State::Success);
    assert_eq!(story.requests().len(), 3);
    story.child_ended("loop", 0, State::Success).child_ended("loop", 2, State::Success);
    assert_eq!(story.state_of("loop"), Some(State::Success));
}

#[test]
fn what_iterations_end_in_makes_the_state_of_the_loop() {
    let rows = [
        (State::Failed, "", State::Failed),
        (State::Failed, ", allowFailure: true", State::Warning),
        (State::Failed, ", transmitFailed: false", State::Success),
        (State::Killed, "", State::Killed),
        (State::Killed, ", transmitFailed: false", State::Success),
        (State::Warning, "", State::Warning),
        (State::Success, "", State::Success),
    ];
    for (child, properties, expected) in rows {
        let mut story = looped(&format!("values: [a, b]{properties}"));
        story.finish("before");
        story.child_ended("loop", 0, child);
        assert_eq!(story.state_of("loop"), Some(State::Running));
        story.child_ended("loop", 1, State::Success);
        assert_eq!(story.state_of("loop"), Some(expected), "{} {properties}", child.name());
    }
}

#[test]
fn a_condition_ends_the_loop_early_and_sees_the_item_and_what_the_iteration_gave() {
    let gave = |text: &str| Some(Arc::new(Map::from_iter([("o".into(), Value::from(text))])));
    for condition in [
        "iteration.outputs.o == 'stop'",
        "item.value == 'b'",
        "item.index == 1",
        "iteration.state == 'WARNING'",
    ] {
        let mut story =
            looped(&format!("values: [a, b, c], concurrencyLimit: 1, breakWhen: \"{{{{ {condition} }}}}\""));
        story.finish("before");
        story.child_gave("loop", 0, State::Success, gave("go"));
        assert_eq!(story.requests().len(), 2, "{condition}");
        story.child_gave("loop", 1, State::Warning, gave("stop"));
        assert_eq!(
            (story.requests().len(), story.state_of("loop")),
            (2, Some(State::Warning)),
            "{condition}"
        );
        assert_eq!(
            story.outputs("loop"),
            r#"{"iterationCount":2,"outputs":[{"item":{"iteration":0},"outputs":{"o":"go"}},{"item":{"iteration":1},"outputs":{"o":"stop"}}]}"#
        );
    }
}

#[test]
fn a_condition_that_cannot_be_read_fails_the_loop() {
    let mut story = looped("values: [a, b], concurrencyLimit: 1, breakWhen: '{{ nope }}'");
    story.finish("before");
    story.child_ended("loop", 0, State::Success);
    assert_eq!((story.requests().len(), story.state_of("loop")), (1, Some(State::Failed)));
}

#[test]
fn an_iteration_is_an_execution_of_the_same_flow_with_the_lists_of_the_loop() {
    let mut story = Story::created(
        "
tasks:
- {id: before, type: ok, format: x}
- {id: loop, type: flow.Loop, values: [a], tasks: [{id: in, type: slow}]}
",
        |creation| {
            creation.birth.inputs = Arc::new(Map::from_iter([("i".into(), Value::Int(1))]));
            creation.birth.priority = 3;
            creation.birth.depth = 4;
            creation.labels = [("team".into(), "a".into())].into();
        },
    );
    story.finish("before");
    let request = story.requests()[0].clone();
    let scope = request.scope.clone().unwrap();
    let parent = request.parent.unwrap();
    assert_eq!((&*request.namespace, &*request.flow, request.revision), ("ns", "flow", Some(1)));
    assert_eq!((request.kind, request.priority, request.depth, request.resolves), (Kind::Loop, 3, 5, false));
    assert_eq!(json(Some(&request.inputs)), r#"{"i":1}"#);
    assert_eq!(format!("{:?}{:?}", request.inherited, request.labels), r#"[("team", "a")][]"#);
    assert_eq!((parent.execution, parent.run, parent.iteration), (ExecutionId(1), story.find("loop"), 0));
    assert_eq!((&*scope.task, json(Some(&scope.outputs))), ("loop", r#"{"before":{"value":"x"}}"#.into()));
    assert_eq!(request.origin, None, "it has the trigger of the execution around it, which has none");
}

const NESTED: &str = "
tasks:
- {id: before, type: ok, format: x}
- id: outer
  type: flow.Loop
  values: [a]
  outputs: [{id: o, value: '{{ outputs.last.value }} {{ item.value }}'}]
  tasks:
  - {id: inner, type: flow.Loop, values: [b], tasks: [{id: deep, type: ok, format: '{{ item.value }}{{ item.parent.value }}{{ item.parents[0].value }}{{ outputs.before.value }}'}]}
  - {id: last, type: ok, format: '{{ outputs.before.value }}{{ item.index }}'}
outputs: [{id: never, value: '{{ nope }}'}]
afterExecution: [{id: after, type: ok}]
";

#[test]
fn an_iteration_sees_what_came_before_and_the_items_around_it_and_gives_what_the_loop_declares() {
    let mut story = Story::of(NESTED);
    story.finish("before");
    let request = story.requests()[0].clone();
    let mut outer = iteration(NESTED, &request);
    assert_eq!(outer.tree(), "RUNNING\n  inner RUNNING\n");
    let request = outer.requests()[0].clone();
    let mut inner = iteration(NESTED, &request);
    inner.play();
    assert_eq!(inner.tree(), "SUCCESS\n  deep SUCCESS\n");
    assert_eq!(inner.outputs("deep"), r#"{"value":"baax"}"#);
    outer.child_ended("inner", 0, State::Success);
    outer.play();
    assert_eq!(outer.tree(), "SUCCESS\n  inner SUCCESS\n  last SUCCESS\n");
    let gave = outer.live.execution().head.outputs.clone().unwrap();
    assert_eq!(json(Some(&gave)), r#"{"o":"x0 a"}"#);
}

#[test]
fn a_child_knows_who_started_it() {
    let mut story = Story::created(
        "
tasks:
- id: each
  type: flow.ForEach
  values: [v]
  tasks: [{id: s, type: flow.Subflow, namespace: other, flowId: child, revision: 4, inputs: {n: '{{ taskrun.value }}'}}]
",
        |creation| (creation.birth.kind, creation.birth.depth) = (Kind::Test, 7),
    );
    story.work();
    let request = story.requests()[0].clone();
    let origin = request.origin.clone().unwrap();
    assert_eq!((&*origin.id, &*origin.type_name), ("s", "io.kestra.plugin.core.flow.Subflow"));
    let run = story.find("s").0;
    assert_eq!(
        json(Some(&origin.variables)),
        format!(
            r#"{{"executionId":"{}","namespace":"ns","flowId":"flow","flowRevision":1,"taskRunId":"{}-{run}","taskId":"s","taskRunValue":"v","taskRunIteration":0}}"#,
            ExecutionId(1),
            ExecutionId(1)
        )
    );
    assert_eq!((&*request.namespace, &*request.flow, request.revision), ("other", "child", Some(4)));
    assert_eq!(
        (request.kind, request.depth, request.resolves, request.scope.is_some()),
        (Kind::Test, 8, true, false)
    );
    assert_eq!(json(Some(&request.inputs)), r#"{"n":"v"}"#);
}

#[test]
fn executions_start_each_other_only_so_often() {
    let started = |depth| {
        let story = Story::created(
            "tasks: [{id: s, type: flow.Subflow, namespace: other, flowId: child}]",
            |creation| creation.birth.depth = depth,
        );
        (story.requests().len(), story.state_of("s"))
    };
    assert_eq!(started(49), (1, Some(State::Running)));
    assert_eq!(started(50), (0, Some(State::Failed)));
}

#[test]
fn an_iteration_in_iterations_in_iterations_knows_all_items_around_it_nearest_first() {
    let flow = "
tasks:
- id: one
  type: flow.Loop
  values: [a]
  tasks:
  - id: two
    type: flow.Loop
    values: [b]
    tasks:
    - {id: three, type: flow.Loop, values: [c], tasks: [{id: deep, type: ok}]}
";
    let mut story = Story::of(flow);
    for _ in 0..2 {
        let request = story.requests()[0].clone();
        story = iteration(flow, &request);
    }
    let item = story.requests()[0].scope.clone().unwrap().item.clone();
    let Some(Value::List(parents)) = item.get("parents") else { panic!("{item:?}") };
    let values = parents.iter().map(|parent| match parent {
        Value::Map(item) => json(Some(&Arc::new(Map::from_iter([("value".into(), item["value"].clone())])))),
        other => panic!("{other:?}"),
    });
    assert_eq!(values.collect::<Vec<_>>(), [r#"{"value":"b"}"#, r#"{"value":"a"}"#]);
}

#[test]
fn a_loop_that_may_start_no_execution_is_tried_again_as_any_other_task() {
    for task in [
        "{id: t, type: flow.Loop, values: [a, b], RETRY, tasks: [{id: in, type: slow}]}",
        "{id: t, type: flow.Subflow, flowId: f, RETRY}",
    ] {
        let retry = "retry: {type: constant, interval: PT10S, maxAttempts: 2}";
        let flow = format!("tasks: [{}]", task.replace("RETRY", retry));
        let mut story = Story::created(&flow, |creation| creation.birth.depth = 50);
        assert_eq!((story.state_of("t"), story.requests().len()), (Some(State::Retrying), 0), "{task}");
        assert_eq!(
            (story.play().state(), story.ends_of("t").as_str()),
            (State::Failed, "FAILED, FAILED"),
            "{task}"
        );
    }
}

#[test]
fn a_retry_begins_with_all_values_anew_whatever_they_are_then() {
    let mut story = looped(
        "values: '{{ taskrun.attemptsCount == 0 ? [\"a\", \"b\", \"c\"] : [\"x\", \"y\"] }}', concurrencyLimit: 1, \
         retry: {type: constant, interval: PT10S, maxAttempts: 2}",
    );
    story.finish("before");
    for (iteration, state) in [(0, State::Success), (1, State::Failed), (2, State::Failed)] {
        story.child_ended("loop", iteration, state);
    }
    assert_eq!(story.state_of("loop"), Some(State::Retrying));
    story.wait();
    assert_eq!(items(&story)[3..], [r#"{"value":"x","index":0}"#]);
    assert_eq!(story.live.execution().children.len(), 1, "the third has no part in this attempt");
    story.child_ended("loop", 0, State::Success).child_ended("loop", 1, State::Success);
    assert_eq!((story.state_of("loop"), items(&story).len()), (Some(State::Success), 5));
}

#[test]
fn a_restart_goes_on_with_the_iterations_that_failed_one_after_the_other_as_the_limit_says() {
    let mut story = looped("values: [a, b, c, d], concurrencyLimit: 1");
    story.finish("before");
    for (iteration, state) in
        [(0, State::Failed), (1, State::Success), (2, State::Failed), (3, State::Killed)]
    {
        story.child_ended("loop", iteration, state);
    }
    assert_eq!(story.state_of("loop"), Some(State::Failed));
    let place = story.effects.len();
    story.does(Order::Restart);
    assert_eq!(story.effects_since(place), "RestartChild");
    story.child_ended("loop", 0, State::Success);
    assert_eq!(story.effects_since(place), "RestartChild, RestartChild");
    story.child_ended("loop", 2, State::Success);
    assert_eq!(
        (story.state_of("loop"), items(&story).len()),
        (Some(State::Running), 5),
        "one that was killed"
    );
    story.child_ended("loop", 3, State::Success);
    assert_eq!(story.state_of("loop"), Some(State::Success));
    assert!(story.outputs("loop").starts_with(r#"{"iterationCount":4,"#), "{}", story.outputs("loop"));
}

#[test]
fn a_restarted_loop_whose_condition_holds_at_once_begins_with_nothing() {
    let mut story =
        looped("values: [a, b, c, d], concurrencyLimit: 2, breakWhen: \"{{ item.value == 'a' }}\"");
    story.finish("before");
    story.child_ended("loop", 0, State::Success).child_ended("loop", 1, State::Failed);
    assert_eq!(story.state_of("loop"), Some(State::Failed));
    let place = story.effects.len();
    story.does(Order::Restart);
    assert_eq!(
        (story.state_of("loop"), story.effects_since(place).as_str()),
        (Some(State::Success), "Run next")
    );
    assert_eq!(
        story.live.execution().children.len(),
        1,
        "what the condition made needless has no part in it"
    );
}

#[test]
fn a_restarted_loop_ends_early_with_the_first_iteration_that_its_condition_waits_for() {
    let mut story =
        looped("values: [a, b, c], concurrencyLimit: 1, breakWhen: \"{{ iteration.state == 'SUCCESS' }}\"");
    story.finish("before");
    for iteration in 0..3 {
        story.child_ended("loop", iteration, State::Failed);
    }
    story.does(Order::Restart).child_ended("loop", 0, State::Success);
    assert_eq!(story.state_of("loop"), Some(State::Success));
    assert!(story.outputs("loop").starts_with(r#"{"iterationCount":1,"#), "{}", story.outputs("loop"));
}

#[test]
fn an_attempt_that_failed_by_itself_is_over_when_none_of_its_iterations_runs_any_more() {
    let mut story = looped(
        "values: [a, b, c, d], concurrencyLimit: 2, breakWhen: \"{{ item.value == 'a' ? nope.x : false }}\", \
         retry: {type: constant, interval: PT10S, maxAttempts: 2}",
    );
    story.finish("before").child_ended("loop", 0, State::Success);
    assert_eq!((story.state_of("loop"), items(&story).len()), (Some(State::Running), 2));
    story.child_ended("loop", 1, State::Success);
    assert_eq!((story.state_of("loop"), items(&story).len()), (Some(State::Retrying), 2));

    let mut story = looped("values: [a, b]");
    story.finish("before").child_refused("loop", "no such flow");
    assert_eq!(story.state_of("loop"), Some(State::Running));
    story.child_ended("loop", 1, State::Success);
    assert_eq!(story.state_of("loop"), Some(State::Failed));
}

#[test]
fn a_loop_that_an_earlier_version_began_goes_on_with_what_is_left() {
    let mut story = looped("values: [a, b, c], concurrencyLimit: 1");
    story.finish("before").child_ended("loop", 0, State::Success);
    story.is_taken_over(|execution| {
        let details = execution.runs.iter_mut().filter_map(|run| run.detail.as_mut());
        details.for_each(|detail| detail.begun = None);
    });
    story.child_ended("loop", 1, State::Success);
    assert_eq!(items(&story).len(), 3);
}

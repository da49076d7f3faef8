//! What an execution is started with.

use super::*;

#[test]
fn the_execution_knows_what_caused_it() {
    let play = Play::new("{id: t, type: io.kestra.core.models.triggers.types.Flow}");
    let event = event("x", 62, "2024-05-15T10:00:00Z")
        .labelled(&[("team", "blue"), ("system.correlationId", "corr"), ("system.from", "api"), ("a.b", "1")])
        .outputs(r#"{"number": 7}"#);
    let firing = play.decide(&event).firing.unwrap();
    assert_eq!(
        json(&firing.origin.variables),
        r#"{"executionId":"0000000000000000000010","executionLabels":{"team":"blue","system":{"from":"api"},"a":{"b":"1"}},"state":"SUCCESS","namespace":"a","flowId":"x","flowRevision":3,"outputs":{"number":7}}"#
    );
    assert_eq!(
        (&*firing.origin.id, &*firing.origin.type_name),
        ("t", "io.kestra.core.models.triggers.types.Flow")
    );
    assert_eq!(firing.identity(), "0000000000000000000010.2");
    assert_eq!(shown(&firing.labels), "system.correlationId: corr");
}

fn shown(labels: &[(Arc<str>, Arc<str>)]) -> String {
    labels.iter().map(|(key, value)| format!("{key}: {value}")).collect::<Vec<_>>().join(", ")
}

#[test]
fn inputs_and_labels_are_rendered_only() {
    let play = Play::new(
        "
id: t
type: io.kestra.plugin.core.trigger.Flow
labels: {from: '{{ trigger.flowId }}', fixed: 1, system.from: me}
inputs:
  text: 'number {{ trigger.outputs.number }}'
  task: '{{ outputs.task.value }}'
  count: 3
  list: [a, '{{ flow.id }}']",
    );
    let firing =
        play.decide(&event("x", 1, "2024-05-15T10:00:00Z").outputs(r#"{"number": 7}"#)).firing.unwrap();
    assert_eq!(json(&firing.inputs), r#"{"text":"number 7","task":"1","count":3,"list":["a","down"]}"#);
    // Labels of the platform cannot be set, and the correlation id is handed on.
    assert_eq!(shown(&firing.labels), "from: x, fixed: 1, system.correlationId: 0000000000000000000001");
}

#[test]
fn what_cannot_be_rendered_starts_nothing_and_spends_nothing() {
    let mut play = Play::new(
        "
id: t
type: io.kestra.plugin.core.trigger.Flow
inputs: {n: '{{ trigger.outputs.number }}'}
preconditions:
  id: p
  flows: [{namespace: a, flowId: x}, {namespace: a, flowId: y}]",
    );
    play.happens(&event("x", 1, "2024-05-15T10:00:00Z"));
    let decision = play.happens(&event("y", 2, "2024-05-15T10:01:00Z"));
    assert_eq!((decision.firing, decision.verdict.answer), (None, crate::conditions::Answer::Error));
    assert!(
        decision.warnings[0].contains("its inputs could not be rendered: Unable to find `number`"),
        "{:?}",
        decision.warnings
    );
    // Once an execution brings the output, it starts.
    let firing =
        play.happens(&event("y", 3, "2024-05-15T10:02:00Z").outputs(r#"{"number": 7}"#)).firing.unwrap();
    assert_eq!(json(&firing.inputs), r#"{"n":"7"}"#);
}

#[test]
fn outputs_of_all_that_came_together_are_one_map() {
    let mut play = Play::new(
        "
id: t
type: io.kestra.plugin.core.trigger.Flow
preconditions:
  id: p
  flows: [{namespace: a, flowId: x}, {namespace: a, flowId: y}]",
    );
    play.happens(
        &event("x", 9, "2024-05-15T10:00:00Z")
            .outputs(r#"{"l": 1, "both": {"x": 1, "same": "x"}, "list": [1]}"#),
    );
    let firing = play
        .happens(
            &event("y", 2, "2024-05-15T10:01:00Z")
                .outputs(r#"{"r": 2, "both": {"y": 2, "same": "y"}, "list": [2]}"#),
        )
        .firing
        .unwrap();
    let Some(Value::Map(outputs)) = firing.origin.variables.get("outputs") else { panic!("no outputs") };
    assert_eq!(json(outputs), r#"{"l":1,"both":{"x":1,"same":"y","y":2},"list":[2],"r":2}"#);
    // Whatever the order of their ids, which make the identity.
    assert_eq!(firing.identity(), "0000000000000000000002.2,0000000000000000000009.2");
}

#[test]
fn secrets_in_outputs_stay_secret() {
    let play = Play::new(
        "{id: t, type: io.kestra.plugin.core.trigger.Flow, inputs: {n: '{{ trigger.outputs.key }}'}, labels: {n: '{{ trigger.outputs.key }}!'}}",
    );
    let mut event = event("x", 1, "2024-05-15T10:00:00Z");
    event.outputs = Some(Map::from_iter([("key".into(), Value::from("hush").into_secret())]));
    let firing = play.decide(&event).firing.unwrap();
    assert!(firing.inputs["n"].has_secret());
    assert!(Value::Map(firing.origin.variables).has_secret());
    // Labels are shown everywhere.
    assert_eq!(shown(&firing.labels[..1]), "n: ******!");
}

#[test]
fn an_execution_is_taken_as_it_was_at_the_change() {
    use kapelle_model::History;
    use kapelle_model::execution::{Birth, Execution, Head, Slot};
    use kapelle_model::task_run::Fence;

    let mut history = History::new(State::Created, Millis(10));
    for (state, at) in [(State::Running, 20), (State::Paused, 30), (State::Running, 40), (State::Success, 50)]
    {
        history.push(state, Millis(at));
    }
    let birth = Birth {
        id: ExecutionId(1),
        tenant: "main".into(),
        namespace: "a".into(),
        flow: "x".into(),
        revision: 4,
        inputs: Arc::default(),
        origin: None,
        parent: None,
        replay_of: None,
        original: ExecutionId(1),
        original_created: Millis(10),
        start: None,
        kind: Kind::Normal,
        priority: 0,
        depth: 0,
        scope: None,
    };
    let head = Head {
        opened: Millis(0),
        history,
        version: 5,
        generation: 0,
        attempt: 1,
        runs_made: 0,
        fence: Fence(0),
        labels: Arc::from([]),
        variables: Arc::default(),
        outputs: Some(Arc::new(map(r#"{"n": 1}"#))),
        slot: Slot::None,
        breakpoints: Arc::from([]),
        strays: Arc::default(),
        successor: None,
        violated: 0,
        waiting: None,
    };
    let execution =
        Execution { birth: Arc::new(birth), head, runs: Vec::new(), children: BTreeMap::default() };
    let at = |change| Upstream::of(&execution, change);
    let running = at(3).unwrap();
    assert_eq!(
        (running.execution.state, running.ended, running.execution.outputs),
        (State::Running, None, None)
    );
    let end = at(4).unwrap();
    assert_eq!((end.execution.state, end.started, end.ended), (State::Success, Millis(10), Some(Millis(50))));
    assert!(end.execution.outputs.is_some());
    assert!(at(5).is_none());
}

use kapelle_core::expression::environment::Settings;
use kapelle_core::expression::services::NoServices;
use kapelle_core::yaml;
use kapelle_model::Span;

use super::*;

fn stand_ins(fixtures: &str) -> StandIns {
    let root = yaml::read(fixtures, Span::new(0, fixtures.len() as u32)).root.unwrap();
    let text =
        |node: &kapelle_model::Node, key: &str| node.get(key).and_then(kapelle_model::Node::scalar_text);
    let read = |node: &kapelle_model::Node| TaskFixture {
        id: text(node, "id").unwrap(),
        span: Span::default(),
        value: text(node, "value"),
        state: text(node, "state").and_then(|state| State::from_name(&state)).unwrap_or(State::Success),
        state_span: Span::default(),
        outputs: node.get("outputs").cloned(),
    };
    let read: Vec<TaskFixture> = root.items().iter().map(read).collect();
    StandIns::new("team", "flow", &read, Language::One)
}

/// What stands in for a task, as often as it is asked: state and the output `n`.
fn play(all: &StandIns, task: &str, value: Option<&str>) -> String {
    let context: Map = [(Arc::from("name"), Value::from("Ann"))].into_iter().collect();
    let settings = Settings::default();
    let environment = Environment { context: &context, services: &NoServices, settings: &settings };
    match all.next(task, value, environment) {
        Some((state, Ok(outputs))) => format!("{} {:?}", state.name(), outputs.get("n")),
        Some((_, Err(failure))) => failure.to_string(),
        None => "nothing".to_owned(),
    }
}

#[test]
fn several_for_the_same_task_follow_each_other_and_the_last_one_stays() {
    let all = stand_ins("[{id: a, state: FAILED}, {id: a, outputs: {n: 1}}, {id: b, outputs: {n: 2}}]");
    let seen = ["a", "b", "a", "a", "b", "c"].map(|task| play(&all, task, None));
    assert_eq!(
        seen,
        [
            "FAILED None",
            "SUCCESS Some(Int(2))",
            "SUCCESS Some(Int(1))",
            "SUCCESS Some(Int(1))",
            "SUCCESS Some(Int(2))",
            "nothing"
        ]
    );
}

#[test]
fn one_for_a_value_goes_before_those_for_any() {
    let all =
        stand_ins("[{id: a, outputs: {n: 1}}, {id: a, value: 'x', outputs: {n: 2}}, {id: b, value: 'x'}]");
    assert_eq!(play(&all, "a", Some("x")), "SUCCESS Some(Int(2))");
    assert_eq!(play(&all, "a", Some("y")), "SUCCESS Some(Int(1))");
    assert_eq!(play(&all, "b", Some("y")), "nothing");
    assert!(all.has("b", Some("x")) && !all.has("b", Some("y")) && !all.has("b", None));
}

#[test]
fn outputs_are_rendered_with_their_types_when_they_are_needed() {
    let all = stand_ins(
        "[{id: a, outputs: {n: ['{{ 1 + 1 }}', {to: '{{ name }}'}]}}, {id: b, outputs: {n: '{{ nobody }}'}}]",
    );
    assert!(play(&all, "a", None).contains("Int(2)") && play(&all, "a", None).contains("Ann"));
    assert!(play(&all, "b", None).contains("nobody"));
}

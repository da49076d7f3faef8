use kapelle_core::expression::environment::Settings;
use kapelle_core::expression::memory::MemoryServices;
use kapelle_core::expression::plain;
use kapelle_model::Span;

use super::*;

fn evaluate(yaml: &str) -> CheckOutcome {
    let node = kapelle_core::yaml::read(yaml, Span::new(0, yaml.len() as u32)).root.unwrap();
    let json = r#"{"inputs": {"n": 3, "flag": "true"}, "flow": {"id": "f", "namespace": "a"}}"#;
    let Ok(Value::Map(context)) = plain::from_json(json) else { panic!("no map") };
    let services =
        MemoryServices::from_setup(&plain::from_json(r#"{"secrets": {"a": {"K": "hush"}}}"#).unwrap())
            .unwrap();
    let settings = Settings::default();
    let environment = Environment { context: &*context, services: &services, settings: &settings };
    Checks::read(Some(&node), Language::One).evaluate(environment)
}

#[test]
fn only_exactly_true_holds() {
    for (condition, holds) in [
        ("'{{ true }}'", true),
        ("'{{ inputs.n > 2 }}'", true),
        ("true", true),
        ("'{{ inputs.n > 3 }}'", false),
        ("'{{ [] | length > 0 }}'", false),
        // Texts and numbers are not true, whatever they say.
        ("'{{ inputs.flag }}'", false),
        ("'{{ inputs.n }}'", false),
        ("' {{ true }}'", false),
        ("'{{ null }}'", false),
        ("'true'", false),
        ("~", false),
        ("\"{{ secret('K') == 'hush' }}\"", true),
    ] {
        let outcome = evaluate(&format!("[{{condition: {condition}, message: m}}]"));
        assert_eq!(outcome.failed.is_empty(), holds, "{condition}: {outcome:?}");
        assert_eq!(outcome.behavior.is_none(), holds);
    }
    assert_eq!(evaluate("[{when: '{{ true }}', message: the name of 2.0}]"), CheckOutcome::default());
}

#[test]
fn the_strongest_of_those_that_fail_decides() {
    let behavior = |behaviors: &[(&str, bool)]| {
        let checks: Vec<_> = behaviors
            .iter()
            .map(|(name, holds)| {
                format!("{{condition: '{{{{ {holds} }}}}', message: {name}, behavior: {name}}}")
            })
            .collect();
        evaluate(&format!("[{}]", checks.join(", "))).behavior
    };
    let (create, fail, block) = ("CREATE_EXECUTION", "FAIL_EXECUTION", "BLOCK_EXECUTION");
    assert_eq!(behavior(&[(create, false), (fail, false), (block, true)]), Some(Behavior::FailExecution));
    assert_eq!(behavior(&[(block, false), (create, false)]), Some(Behavior::BlockExecution));
    assert_eq!(behavior(&[(create, false), (fail, true)]), Some(Behavior::CreateExecution));
    assert_eq!(behavior(&[(create, true), (block, true)]), None);
}

#[test]
fn a_check_blocks_and_informs_unless_it_says_otherwise() {
    let outcome = evaluate(
        "[{condition: '{{ false }}', message: 'n is {{ inputs.n }}'}, {condition: '{{ false }}', message: careful, style: WARNING, behavior: CREATE_EXECUTION}]",
    );
    let told: Vec<_> = outcome
        .failed
        .iter()
        .map(|check| (check.message.expose(), check.style.name(), check.behavior.name()))
        .collect();
    assert_eq!(told, [("n is 3", "INFO", "BLOCK_EXECUTION"), ("careful", "WARNING", "CREATE_EXECUTION")]);
    assert_eq!(
        outcome.refusal().unwrap(),
        "Flow execution blocked: one or more condition checks evaluated to false.\nFailed checks: n is 3, careful"
    );
    assert_eq!(
        evaluate("[{condition: '{{ false }}', message: m, behavior: FAIL_EXECUTION}]").refusal(),
        None
    );
}

#[test]
fn a_condition_that_cannot_be_rendered_blocks() {
    let outcome =
        evaluate("[{condition: '{{ invalidFunction() }}', message: ignored, behavior: FAIL_EXECUTION}]");
    assert_eq!(outcome.behavior, Some(Behavior::BlockExecution));
    let message = outcome.failed[0].message.expose();
    assert!(message.starts_with("Failed to evaluate check condition. Cause: "), "{message}");
    assert!(message.contains("invalidFunction"), "{message}");
}

#[test]
fn a_message_that_cannot_be_rendered_is_told_as_written() {
    let outcome = evaluate("[{condition: '{{ false }}', message: 'no {{ nope }}'}]");
    assert_eq!(outcome.failed[0].message.expose(), "no {{ nope }}");
}

#[test]
fn secrets_in_messages_are_not_told() {
    let outcome = evaluate("[{condition: '{{ false }}', message: \"key {{ secret('K') }}\"}]");
    assert!(outcome.refusal().unwrap().ends_with("Failed checks: key ******"));
}

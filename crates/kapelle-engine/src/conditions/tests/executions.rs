//! Conditions about executions and flows.

use super::*;

#[test]
fn an_execution_belongs_to_a_flow() {
    assert_answers(
        &World::default(),
        "ExecutionFlow",
        &[
            ("namespace: company.team, flowId: extract", "yes"),
            ("namespace: company.teama, flowId: extract", "no"),
            ("namespace: company.team, flowId: other", "no"),
            ("namespace: '{{ \"company\" }}.team', flowId: extract", "yes"),
            ("namespace: company.team", "`flowId` is missing"),
        ],
    );
}

#[test]
fn namespaces_are_compared_as_plain_text() {
    assert_answers(
        &World::default(),
        "ExecutionNamespace",
        &[
            ("namespace: company.team", "yes"),
            ("namespace: company.team, comparison: EQUALS", "yes"),
            ("namespace: company.teama", "no"),
            ("namespace: company", "no"),
            ("namespace: company, prefix: true", "yes"),
            ("namespace: company, prefix: '{{ 1 == 1 }}'", "yes"),
            ("namespace: company, comparison: PREFIX", "yes"),
            ("namespace: company.te, comparison: PREFIX", "yes"),
            ("namespace: eam, comparison: SUFFIX", "yes"),
            // The new name of the same thing wins.
            ("namespace: eam, prefix: true, comparison: SUFFIX", "yes"),
            ("namespace: company, prefix: true, comparison: EQUALS", "no"),
            ("namespace: company, comparison: prefix", "write one of EQUALS, PREFIX, SUFFIX"),
        ],
    );
}

#[test]
fn empty_lists_of_states_ask_for_nothing() {
    let world = World { state: State::Failed, ..World::default() };
    assert_answers(
        &world,
        "ExecutionStatus",
        &[
            ("in: [FAILED, WARNING]", "yes"),
            ("in: [SUCCESS]", "no"),
            ("notIn: [FAILED]", "no"),
            ("notIn: [SUCCESS]", "yes"),
            ("in: [FAILED], notIn: [FAILED]", "no"),
            ("in: [], notIn: []", "yes"),
            ("id: x", "yes"),
            ("in: '{{ [\"FAILED\"] }}'", "yes"),
            ("in: ['{{ \"FAI\" ~ \"LED\" }}']", "yes"),
            ("in: [failed]", "`in` has `failed`, which is no state"),
            ("in: FAILED", "`in` is `FAILED`, which is no list of states"),
        ],
    );
}

#[test]
fn all_labels_have_to_be_there_with_their_values() {
    let world = World::labelled(&[("key", "value"), ("n", "1")]);
    assert_answers(
        &world,
        "ExecutionLabels",
        &[
            ("labels: {key: value}", "yes"),
            ("labels: {key: value, n: 1}", "yes"),
            ("labels: [{key: key, value: value}]", "yes"),
            ("labels: {key: value, key2: value2}", "no"),
            ("labels: {key: other}", "no"),
        ],
    );
    assert_eq!(answer(&World::default(), "ExecutionLabels", "labels: {key: value}"), "no");
    let verdict = world.ask("{type: io.kestra.plugin.core.condition.ExecutionLabels, labels: {key: other}}");
    assert_eq!(verdict.reason, "the label `key` is `value`, asked for `other`");
}

#[test]
fn outputs_of_the_execution_decide_and_without_any_it_is_false() {
    let outputs = Some(map(r#"{"count": 3}"#));
    let context = map(r#"{"trigger": {"id": "after"}}"#);
    let world = World { outputs, context, ..World::default() };
    assert_answers(
        &world,
        "ExecutionOutputs",
        &[
            ("expression: '{{ trigger.outputs.count > 2 }}'", "yes"),
            ("expression: '{{ trigger.outputs.count > 3 }}'", "no"),
            ("expression: true", "yes"),
            ("expression: '{{ trigger.id == \"after\" }}'", "yes"),
            (
                "expression: '{{ trigger.outputs.count }}'",
                "`expression` gives `3`, which is neither true nor false",
            ),
            ("expression: '{{ trigger.outputs.other }}'", "Unable to find `other`"),
        ],
    );
    let without = World { outputs: None, ..world };
    assert_eq!(answer(&without, "ExecutionOutputs", "expression: true"), "no");
}

#[test]
fn an_attempt_counts_only_if_the_task_run_had_several() {
    use State::{Failed, Success};
    let again = World::attempts(&[&[Success], &[Failed, Success]]);
    assert_answers(
        &again,
        "HasRetryAttempt",
        &[
            ("in: [FAILED]", "yes"),
            ("in: [SUCCESS]", "yes"),
            ("in: [KILLED]", "no"),
            ("in: [FAILED], notIn: [FAILED]", "no"),
            ("in: [FAILED], notIn: [SUCCESS]", "yes"),
            // Nothing can be in an empty list.
            ("notIn: [KILLED]", "no"),
            ("in: []", "no"),
        ],
    );
    let once = World::attempts(&[&[Failed], &[Success]]);
    assert_eq!(answer(&once, "HasRetryAttempt", "in: [FAILED]"), "no");
    let verdict = again.ask("{type: io.kestra.plugin.core.condition.HasRetryAttempt, in: [FAILED]}");
    assert_eq!(verdict.reason, "task run `t1` tried again and has an attempt in FAILED");
}

#[test]
fn the_old_conditions_ask_about_the_flow_that_would_start() {
    let world = World::default();
    assert_answers(
        &world,
        "FlowCondition",
        &[
            ("namespace: company.down, flowId: listen", "yes"),
            ("namespace: company.team, flowId: extract", "no"),
        ],
    );
    assert_answers(
        &world,
        "FlowNamespaceCondition",
        &[
            ("namespace: company.down", "yes"),
            ("namespace: company", "no"),
            ("namespace: company, prefix: true", "yes"),
            ("namespace: other, prefix: true", "no"),
        ],
    );
}

#[test]
fn a_schedule_has_no_execution_to_ask_about() {
    let world = World { has_execution: false, ..World::default() };
    let error = answer(&world, "ExecutionStatus", "in: [SUCCESS]");
    assert_eq!(
        error,
        "ExecutionStatus: it asks about an execution, and there is none: a schedule has only a date"
    );
    assert_eq!(answer(&world, "FlowCondition", "namespace: company.down, flowId: listen"), "yes");
}

#[test]
fn of_an_expression_only_nothing_and_false_are_false() {
    for (text, expected) in [
        ("{{ unknown is defined }}", "no"),
        ("false", "no"),
        (" false ", "no"),
        ("", "no"),
        ("  ", "no"),
        // Unlike everywhere else.
        ("0", "yes"),
        ("-0", "yes"),
        ("False", "yes"),
        ("no", "yes"),
        ("null", "yes"),
    ] {
        assert_eq!(
            answer(&World::default(), "Expression", &format!("expression: '{text}'")),
            expected,
            "{text:?}"
        );
    }
    assert_eq!(answer(&World::default(), "Expression", "expression: false"), "no");
    assert_eq!(answer(&World::default(), "Expression", "id: x"), "Expression: `expression` is missing");
    let broken = answer(&World::default(), "Expression", "expression: '{{ nope }}'");
    assert!(broken.contains("Unable to find `nope`"), "{broken}");
}

#[test]
fn the_when_of_a_trigger_is_true_as_run_if_is() {
    let ask = |text: &str| {
        let when = Condition::when(&node(text), Language::One);
        World::on("2024-01-06T00:00:00Z").with(|subject, environment| when.evaluate(subject, environment))
    };
    for (text, holds) in [
        ("'{{ isWeekend(trigger.date) }}'", true),
        ("'{{ dayOfWeek(trigger.date) == \"MONDAY\" }}'", false),
        ("'true'", true),
        ("true", true),
        ("'0'", false),
        ("'False'", true),
    ] {
        assert_eq!(ask(text).holds(), holds, "{text}");
    }
    assert_eq!(ask("'{{ nope }}'").answer, Answer::Error);
}

#[test]
fn secrets_are_not_told() {
    let world = World { context: map(r#"{"flow": {"namespace": "company.team"}}"#), ..World::default() };
    let verdict = world
        .ask("{type: io.kestra.plugin.core.condition.ExecutionNamespace, namespace: \"{{ secret('K') }}\"}");
    assert_eq!(
        verdict.to_string(),
        "no ExecutionNamespace: the namespace is `company.team`, asked for `******`"
    );
    let verdict = world.ask(
        "{type: io.kestra.plugin.core.condition.DayWeek, date: \"{{ secret('K') }}\", dayOfWeek: MONDAY}",
    );
    assert!(!verdict.to_string().contains("hush"), "{verdict}");
}

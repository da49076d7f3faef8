//! Keys, and what an execution is started with.

use super::*;

#[test]
fn the_key_is_rendered_and_trimmed_and_compared_as_a_whole() {
    for (key, given, expected) in [
        ("key: k1", "k1", Ok(true)),
        ("key: k1", "k", Ok(false)),
        ("key: k1", "k12", Ok(false)),
        ("key: k1", "K1", Ok(false)),
        ("key: k1", " k1", Ok(false)),
        ("key: '  k1 '", "k1", Ok(true)),
        ("key: '{{ vars.key }}'", "k1", Ok(true)),
        ("key: 12", "12", Ok(true)),
        ("key: '{{ vars.other }}'", "k1", Err("its key could not be rendered: Unable to find `other`")),
        ("key: ''", "", Err("its key is empty")),
        ("key:", "", Err("it has no `key`")),
    ] {
        let found = with(r#"{"vars": {"key": " k1 "}}"#, |all| webhook(key).has_key(given, all));
        match (found, expected) {
            (Err(found), Err(expected)) => assert!(found.starts_with(expected), "{found}"),
            (found, expected) => assert_eq!(found.ok(), expected.ok(), "{key} {given}"),
        }
    }
}

#[test]
fn variables_are_body_headers_and_parameters() {
    let mut request = request(
        r#"{"n": 1, "deep": {"list": [null]}}"#,
        &[("X-One", "1"), ("x-one", "2"), ("Content-Type", "application/json")],
    );
    request.parameters = vec![("p".into(), "1".into()), ("P".into(), "2".into()), ("p".into(), "3".into())];
    let firing = fire("key: k", &request);
    assert_eq!(
        json(&firing.variables),
        r#"{"body":{"n":1,"deep":{"list":[null]}},"headers":{"X-One":["1","2"],"Content-Type":["application/json"]},"parameters":{"p":["1","3"],"P":["2"]}}"#
    );
    assert_eq!((firing.identity.as_str(), firing.failure, firing.date), ("", None, None));
}

#[test]
fn the_body_is_parsed_if_it_is_an_object_or_a_list() {
    for (body, expected) in [
        ("", "null"),
        ("[1, 2]", "[1,2]"),
        (" {} ", "{}"),
        ("12", r#""12""#),
        ("null", r#""null""#),
        ("{broken", r#""{broken""#),
        ("{} {}", r#""{} {}""#),
        ("a=b&c=d", r#""a=b&c=d""#),
    ] {
        let firing = fire("key: k", &request(body, &[]));
        let found = json(&Map::from_iter([("b".into(), firing.variables["body"].clone())]));
        assert_eq!(found, format!(r#"{{"b":{expected}}}"#), "{body}");
    }
}

/// A condition about the execution that would be created.
fn about(condition: &str, properties: &str) -> String {
    format!("conditions: [{{type: io.kestra.plugin.core.condition.{condition}, {properties}}}]")
}

#[test]
fn conditions_and_when_have_to_hold() {
    let expression = "io.kestra.plugin.core.condition.Expression";
    for (properties, expected) in [
        (
            format!("conditions: [{{type: {expression}, expression: \"{{{{ trigger.body.n == 1 }}}}\"}}]"),
            "starts",
        ),
        (
            format!("conditions: [{{type: {expression}, expression: \"{{{{ trigger.body.n == 2 }}}}\"}}]"),
            "held",
        ),
        ("when: '{{ trigger.headers[\"X-Kind\"][0] == \"push\" }}'".to_owned(), "starts"),
        ("when: '{{ trigger.body.n == 2 }}'".to_owned(), "held"),
        (about("ExecutionStatus", "in: [CREATED]"), "starts"),
        (about("ExecutionStatus", "in: [SUCCESS]"), "held"),
        (about("ExecutionNamespace", "namespace: a"), "starts"),
        (about("ExecutionFlow", "namespace: b, flowId: down"), "held"),
        (about("ExecutionLabels", "labels: {team: x}"), "starts"),
        (about("ExecutionLabels", "labels: {team: y}"), "held"),
    ] {
        let request = request(r#"{"n": 1}"#, &[("X-Kind", "push")]);
        assert_eq!(told(&decide(&webhook(&properties), &request)), expected, "{properties}");
    }
}

#[test]
fn what_cannot_be_told_is_an_execution_that_failed() {
    for (properties, expected) in [
        (
            "when: '{{ trigger.body.nope }}'",
            "its conditions could not be answered: when: Unable to find `nope`",
        ),
        ("inputs: {n: '{{ trigger.body.nope }}'}", "its inputs could not be rendered: Unable to find `nope`"),
        (
            "labels: {n: '{{ trigger.body.nope }}'}",
            "its label `n` could not be rendered: Unable to find `nope`",
        ),
    ] {
        let firing = fire(properties, &request(r#"{"n": 1}"#, &[]));
        let failure = firing.failure.unwrap().to_string();
        assert!(failure.starts_with(expected), "{failure}");
        assert_eq!(json(&firing.variables), r#"{"body":{"n":1},"headers":{},"parameters":{}}"#);
    }
}

#[test]
fn inputs_and_labels_are_rendered() {
    let firing = fire(
        "inputs: {n: '{{ trigger.body.n }}', list: [a, '{{ flow.id }}']}
labels: {who: '{{ trigger.body.who }}', system.from: me}",
        &request(r#"{"n": 7, "who": "ann"}"#, &[]),
    );
    assert_eq!(json(&firing.inputs), r#"{"n":"7","list":["a","down"]}"#);
    let labels: Vec<_> = firing.labels.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    assert_eq!(labels, ["who: ann", "system.from: trigger"]);
}

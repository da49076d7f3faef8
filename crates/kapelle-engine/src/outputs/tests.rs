use std::sync::Arc;

use kapelle_core::catalogue::Catalogue;
use kapelle_core::expression::environment::Settings;
use kapelle_core::expression::plain;
use kapelle_core::expression::services::NoServices;
use kapelle_model::Span;

use super::*;

const CONTEXT: &str = r#"{
    "flow": {"id": "main"}, "vars": {"n": 3, "none": null},
    "outputs": {"r": {"value": "text", "uri": "kestra:///company/x.ion"}}
}"#;

fn rendered(yaml: &str, encryption: Encryption) -> Rendered {
    let yaml = format!("outputs:\n{yaml}");
    let root = kapelle_core::yaml::read(&yaml, Span::new(0, yaml.len() as u32)).root.unwrap();
    let flow = kapelle_core::flow::read(&root, Catalogue::bundled());
    let Ok(Value::Map(context)) = plain::from_json(CONTEXT) else { panic!("no map") };
    let settings = Settings::default();
    let environment = Environment { context: &*context, services: &NoServices, settings: &settings };
    read(&flow.outputs, Language::One).render(encryption, environment)
}

fn values(yaml: &str) -> String {
    let rendered = rendered(yaml, Encryption::Configured);
    assert_eq!(rendered.failure, None);
    let values = Value::Map(Arc::new(rendered.values));
    plain::to_json(&values, &jiff::tz::TimeZone::UTC, true, 1 << 20).unwrap().expose().to_owned()
}

#[test]
fn values_are_rendered_and_given_their_type() {
    for (output, expected) in [
        ("type: STRING, value: '{{ vars.n }}'", r#""3""#),
        ("type: INT, value: '{{ vars.n }}'", "3"),
        ("type: FLOAT, value: '1.5'", "1.5"),
        ("type: BOOL, value: 'true'", "true"),
        ("type: JSON, value: '{\"a\": [1, 2]}'", r#"{"a":[1,2]}"#),
        ("type: DATE, value: '2024-02-29'", r#""2024-02-29""#),
        ("type: DURATION, value: PT1M", "60.0"),
        ("type: FILE, value: '{{ outputs.r.uri }}'", r#""kestra:///company/x.ion""#),
        ("value: '{{ vars.n }}'", r#""3""#),
        ("value: {a: ['{{ vars.n }}', 1]}", r#"{"a":["3",1]}"#),
        ("type: INT, value: '{{ vars.none }}'", "null"),
        ("type: SECRET, value: x", r#""******""#),
    ] {
        assert_eq!(
            values(&format!("- {{id: a.b, {output}}}")),
            format!("{{\"a.b\":{expected}}}"),
            "{output}"
        );
    }
}

#[test]
fn one_that_is_required_fails_them_all() {
    for (output, cause) in [
        (
            "type: STRING, value: '{{ outputs.gone.value }}'",
            "Unable to find `gone` used in the expression `{{ outputs.gone.value }}` at line 1, column 12",
        ),
        (
            "type: INT, value: '{{ outputs.r.value }}'",
            "Invalid value for output `int`. Cause: For input string: \"text\"",
        ),
    ] {
        let yaml = format!(
            "- {{id: maybe, value: '{{{{ nothing }}}}', required: false}}\n- {{id: good, value: x}}\n- {{id: int, {output}}}"
        );
        let rendered = rendered(&yaml, Encryption::Configured);
        let message = format!("Failed to render output values: {cause}");
        assert_eq!(rendered.failure.as_ref(), Some(&message));
        assert_eq!(rendered.logs, [(Level::Error, message)]);
        assert!(rendered.values.is_empty());
    }
}

#[test]
fn one_that_is_optional_becomes_null() {
    let yaml = "- {id: a, value: '{{ nothing }}', required: false}\n- {id: b, type: INT, value: x, required: false}\n- {id: c, value: x}";
    assert_eq!(values(yaml), r#"{"a":null,"b":null,"c":"x"}"#);
    let logs = rendered(yaml, Encryption::Configured).logs;
    assert_eq!(
        logs,
        [
            (
                Level::Warn,
                ignored(
                    "a",
                    "Unable to find `nothing` used in the expression `{{ nothing }}` at line 1, column 4"
                )
            ),
            (Level::Warn, ignored("b", "Invalid value for output `b`. Cause: For input string: \"x\"")),
        ]
    );
}

#[test]
fn secrets_need_encryption() {
    let rendered = rendered("- {id: s, type: SECRET, value: x}", Encryption::Missing);
    assert_eq!(
        rendered.failure.as_deref(),
        Some(
            "Failed to render output values: Invalid value for output `s`. Cause: Unable to use a `SECRET` input/output as encryption is not configured"
        )
    );
}

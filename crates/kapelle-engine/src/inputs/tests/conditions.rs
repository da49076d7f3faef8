//! Which inputs are asked for, and what they see of each other.

use kapelle_model::Text;

use super::*;

/// `a` as declared, and `b` that depends on it; what becomes of `b`.
fn dependent(a: &str, condition: &str, provided: &str) -> String {
    let yaml = format!(
        "[{{id: b, type: STRING, dependsOn: {{inputs: [a], condition: \"{condition}\"}}}}, {{id: a, {a}}}, {{id: other, type: INT, defaults: 1}}]"
    );
    let resolved = resolved(&yaml, provided);
    let b = &resolved.inputs[0];
    match (&b.violations[..], b.is_enabled) {
        ([], true) => json(&resolved.values["b"]),
        ([], false) => {
            assert!(!resolved.values.contains_key("b"));
            "disabled".to_owned()
        }
        (violations, _) => violations.join("\n"),
    }
}

#[test]
fn a_condition_has_to_be_exactly_true() {
    let text = "type: STRING";
    for (a, condition, provided, expected) in [
        (text, "{{ inputs.a == 'x' }}", "{a: x, b: given}", r#""given""#),
        (text, "{{ inputs.a == 'x' }}", "{a: y, b: given}", "disabled"),
        (text, "{{ inputs.a }}", "{a: 'true', b: given}", "disabled"),
        (text, "{{ 1 }}", "{a: x, b: given}", "disabled"),
        (text, "true", "{a: x, b: given}", "disabled"),
        ("type: INT", "{{ inputs.a == true }}", "{a: '-5', b: given}", "disabled"),
        (
            "type: DATE",
            "{{ inputs.a | date('yyyy') == '2024' }}",
            "{a: '2024-05-01', b: given}",
            r#""given""#,
        ),
    ] {
        assert_eq!(dependent(a, condition, provided), expected, "{condition} with {provided}");
    }
}

#[test]
fn what_depends_on_nothing_is_disabled() {
    let always = "{{ true }}";
    assert_eq!(dependent("type: STRING, required: false", always, "{b: given}"), "disabled");
    assert_eq!(dependent("type: INT", always, "{a: wrong, b: given}"), "disabled");
    assert_eq!(outcome("[{id: b, type: STRING, dependsOn: {inputs: [gone]}}]", "{b: given}"), "{}");
}

#[test]
fn a_condition_sees_what_it_depends_on_and_null_for_others_with_a_default() {
    let a = "type: STRING, defaults: x";
    assert_eq!(dependent(a, "{{ inputs.other == null }}", "{b: given}"), r#""given""#);
    assert_eq!(
        dependent(a, "{{ inputs.gone }}", "{b: given}"),
        "Invalid value for input `b`. Cause: Invalid condition: Unable to find `gone` used in the expression `{{ inputs.gone }}` at line 1, column 11"
    );
    assert_eq!(dependent(a, "{{ flow.id == 'main' and vars.v == 5 }}", "{b: given}"), r#""given""#);
}

#[test]
fn being_disabled_is_passed_on() {
    let yaml = "
- {id: c, type: STRING, dependsOn: {inputs: [b]}}
- {id: b, type: STRING, defaults: b, dependsOn: {inputs: [a], condition: \"{{ inputs.a == 'yes' }}\"}}
- {id: a, type: STRING}
";
    assert_eq!(outcome(yaml, "{a: 'yes', c: c}"), r#"{"c":"c","b":"b","a":"yes"}"#);
    assert_eq!(outcome(yaml, "{a: 'no', c: c}"), r#"{"a":"no"}"#);
}

#[test]
fn inputs_in_a_circle_are_disabled() {
    let yaml = "
- {id: a, type: STRING, dependsOn: {inputs: [b]}}
- {id: b, type: STRING, dependsOn: {inputs: [a]}}
- {id: c, type: STRING, dependsOn: {inputs: [c]}}
";
    assert_eq!(outcome(yaml, "{a: a, b: b, c: c}"), "{}");
}

#[test]
fn a_form_groups_its_inputs_and_decides_about_them() {
    let yaml = "
- {id: deep, type: BOOL, defaults: false}
- id: form
  type: FORM
  dependsOn: {inputs: [deep], condition: '{{ inputs.deep }}'}
  inputs:
  - {id: x, type: STRING, defaults: fx}
  - {id: y, type: INT, dependsOn: {inputs: [form.x], condition: \"{{ inputs.form.x == 'sent' }}\"}}
- {id: after, type: STRING, defaults: z, dependsOn: {inputs: [form], condition: \"{{ inputs.form.x == 'sent' }}\"}}
";
    assert_eq!(outcome(yaml, "{}"), r#"{"deep":false}"#);
    assert_eq!(outcome(yaml, "{deep: 'true'}"), r#"{"deep":true,"form":{"x":"fx"}}"#);
    assert_eq!(
        outcome(yaml, "{deep: 'true', form.x: sent, form.y: '2'}"),
        r#"{"deep":true,"form":{"x":"sent","y":2},"after":"z"}"#
    );
    assert_eq!(outcome(yaml, "{deep: 'true', form.x: sent}"), "Missing required input:form.y");
}

#[test]
fn an_expression_gives_the_choices() {
    let yaml = "
- {id: choice, type: SELECT, expression: \"{{ [inputs.first, 2, null] }}\", dependsOn: {inputs: [first]}}
- {id: first, type: STRING}
";
    let first = resolved(yaml, "{first: a, choice: '2'}");
    assert_eq!(outcome_of(&first), r#"{"choice":"2","first":"a"}"#);
    let choices: Vec<&str> = first.inputs[0].choices.as_ref().unwrap().iter().map(Text::expose).collect();
    assert_eq!(choices, ["a", "2"]);
    assert_eq!(
        outcome(yaml, "{first: a, choice: b}"),
        "Invalid value for input `choice`. Cause: it must match the values `[a, 2]`"
    );
    for (expression, expected) in [
        ("{{ 'a' }}", "Invalid expression result. Expected a list of strings"),
        (
            "{{ vars.gone }}",
            "Cannot render 'expression'. Cause: Unable to find `gone` used in the expression `{{ vars.gone }}` at line 1, column 9",
        ),
    ] {
        let yaml = format!("[{{id: x, type: SELECT, expression: \"{expression}\"}}]");
        assert_eq!(outcome(&yaml, "{x: a}"), format!("Invalid value for input `x`. Cause: {expected}"));
    }
}

#[test]
fn inputs_of_a_pause_see_those_of_the_flow() {
    let yaml = "[{id: reason, type: STRING, defaults: 'about {{ inputs.subject }}'}, {id: subject2, type: STRING, defaults: x}]";
    let resolved = in_flow("{inputs: {subject: cats, reason: old}}", |environment| {
        inputs(yaml).resolve(&Map::new(), Encryption::Configured, environment)
    });
    assert_eq!(outcome_of(&resolved), r#"{"reason":"about cats","subject2":"x"}"#);
}

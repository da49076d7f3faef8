//! Where values come from and what becomes of them: defaults, missing ones, nesting, executions without resolution.

use super::*;

#[test]
fn defaults_are_rendered_and_typed() {
    for (declaration, expected) in [
        ("STRING, defaults: '{{ flow.id }}-{{ vars.v }}'", r#""main-5""#),
        ("STRING, defaults: ''", r#""""#),
        ("INT, defaults: '{{ vars.v + 1 }}'", "6"),
        ("INT, defaults: '12'", "12"),
        ("BOOL, defaults: 'true'", "true"),
        ("FLOAT, defaults: 3", "3.0"),
        ("DATETIME, defaults: '{{ now() }}'", r#""2026-01-01T00:00:00.000000Z""#),
        ("JSON, defaults: {k: '{{ vars.v }}'}", r#"{"k":"5"}"#),
        ("ARRAY, itemType: INT, defaults: '{{ [1, 2] }}'", "[1,2]"),
        ("ARRAY, itemType: INT, defaults: ['{{ vars.v }}', 6]", "[5,6]"),
        ("YAML, defaults: \"a: 1\\nb: [x]\"", r#"{"a":1,"b":["x"]}"#),
        ("SELECT, values: [a, b], autoSelectFirst: true", r#""a""#),
        ("SELECT, values: [a, b], autoSelectFirst: true, defaults: b", r#""b""#),
        ("STRING, defaults: x, required: false", r#""x""#),
        ("FILE, defaults: 'nsfile:///{{ flow.id }}.csv'", r#""nsfile:///main.csv""#),
    ] {
        let resolved = resolved(&format!("[{{id: x, type: {declaration}}}]"), "{}");
        assert_eq!(outcome_of(&resolved), format!("{{\"x\":{expected}}}"), "{declaration}");
        assert!(resolved.inputs[0].is_default);
    }
}

#[test]
fn a_default_that_fails_or_does_not_fit_is_a_violation() {
    for (declaration, expected) in [
        ("INT, defaults: ab", r#"For input string: "ab""#),
        (
            "STRING, defaults: '{{ vars.gone }}'",
            "Unable to find `gone` used in the expression `{{ vars.gone }}` at line 1, column 9",
        ),
        (
            "FILE, defaults: 'kestra:///x'",
            "inputs of type 'FILE' only support `defaults` as local files using a file URI scheme or as namespace files using a nsfile URI scheme",
        ),
    ] {
        assert_eq!(
            outcome(&format!("[{{id: x, type: {declaration}}}]"), "{}"),
            format!("Invalid value for input `x`. Cause: {expected}")
        );
    }
}

#[test]
fn a_default_can_use_inputs_before_it_and_those_it_depends_on() {
    let yaml = "
- {id: early, type: STRING, defaults: '{{ inputs.last }}', dependsOn: {inputs: [last]}}
- {id: first, type: INT}
- {id: second, type: INT, defaults: '{{ inputs.first * 2 }}'}
- {id: last, type: STRING, defaults: end}
";
    assert_eq!(outcome(yaml, "{first: '4'}"), r#"{"early":"end","first":4,"second":8,"last":"end"}"#);
}

#[test]
fn what_is_missing_is_null_or_a_violation() {
    let yaml = "[{id: a, type: INT}, {id: b, type: INT, required: false}, {id: c, type: INT, defaults: 3}]";
    assert_eq!(outcome(yaml, "{a: '1', c: ~}"), r#"{"a":1,"b":null,"c":3}"#);
    assert_eq!(outcome(yaml, "{a: ~}"), "Missing required input:a");
}

#[test]
fn all_violations_are_told_in_the_order_of_the_document() {
    let yaml = "
- {id: late, type: EMAIL, dependsOn: {inputs: [int]}}
- {id: gone, type: STRING}
- {id: int, type: INT}
- {id: span, type: DURATION, required: false, max: PT1H}
";
    assert_eq!(
        outcome(yaml, "{late: nobody, int: '1', span: PT2H}"),
        "Invalid value for input `late`. Cause: The input must be a valid email\n\
         Missing required input:gone\n\
         Invalid value for input `span`. Cause: It must be less than `PT1H`"
    );
}

#[test]
fn each_input_shows_its_own_state() {
    let yaml = "
- {id: a, type: FLOAT}
- {id: b, type: INT, max: 5}
- {id: c, type: STRING, defaults: x}
- {id: d, type: STRING, dependsOn: {inputs: [b]}}
";
    let resolved = resolved(yaml, "{a: '1', b: '99', d: d}");
    let shown: Vec<_> = resolved
        .inputs
        .iter()
        .map(|input| {
            (&*input.id, json(&input.value), input.is_enabled, input.is_default, input.violations.len())
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("a", "1.0".to_owned(), true, false, 0),
            ("b", "99".to_owned(), true, false, 1),
            ("c", r#""x""#.to_owned(), true, true, 0),
            ("d", "null".to_owned(), false, false, 0),
        ]
    );
}

#[test]
fn dots_make_levels_and_what_conflicts_is_dropped() {
    let yaml = "[{id: db.host, type: STRING}, {id: db.port, type: INT, required: false}, {id: db, type: STRING}, {id: x, type: JSON}, {id: x.y, type: STRING}]";
    let resolved = resolved(yaml, "{db.host: h, db: dropped, x: {z: 1}, x.y: dropped}");
    assert_eq!(outcome_of(&resolved), r#"{"db":{"host":"h","port":null},"x":{"z":1}}"#);
}

#[test]
fn what_is_not_declared_is_ignored_and_named() {
    let yaml =
        "[{id: a, type: STRING}, {id: f, type: FORM, inputs: [{id: b, type: STRING, required: false}]}]";
    let resolved = resolved(yaml, "{a: x, f.b: y, b: z, f: w}");
    assert_eq!(outcome_of(&resolved), r#"{"a":"x","f":{"b":"y"}}"#);
    assert_eq!(resolved.undeclared, [Arc::from("b"), Arc::from("f")]);
    assert_eq!(
        undeclared_message("b", "company", "main"),
        "Input b was provided for workflow company.main but isn't declared in the workflow inputs"
    );
}

#[test]
fn a_default_that_is_a_secret_stays_one() {
    let resolved = resolved("[{id: x, type: STRING, defaults: \"{{ secret('KEY') }}\"}]", "{}");
    assert_eq!(resolved.values["x"], Value::from("s3cret").into_secret());
}

#[test]
fn without_resolution_values_are_kept_as_given() {
    let given = Map::from([
        (Arc::from("a.b"), Value::from("7")),
        (Arc::from("n"), Value::Int(7)),
        (Arc::from("d"), Value::Duration(jiff::SignedDuration::from_secs(90))),
    ]);
    assert_eq!(json(&Value::Map(Arc::new(as_given(&given)))), r#"{"a.b":"7","n":7,"d":90.0}"#);
}

#[test]
fn expressions_see_defaults_that_need_nothing_but_the_flow() {
    let yaml = "
- {id: kept, type: INT, defaults: 1}
- {id: fixed, type: DURATION, defaults: PT1M}
- {id: grp.flow, type: STRING, defaults: '{{ flow.namespace }}'}
- {id: vars, type: STRING, defaults: '{{ vars.v }}'}
- {id: inputs, type: STRING, defaults: '{{ inputs.kept }}'}
- {id: unfit, type: INT, defaults: x}
- {id: none, type: STRING}
- {id: form, type: FORM, inputs: [{id: x, type: STRING, defaults: fx}]}
";
    let kept = Arc::new(map("{kept: 7, grp: {other: 1}}"));
    let visible = in_flow("{vars: {v: 5}}", |environment| inputs(yaml).visible(&kept, environment));
    assert_eq!(
        json(&Value::Map(visible)),
        r#"{"kept":7,"grp":{"other":1,"flow":"company"},"fixed":60.0,"form":{"x":"fx"}}"#
    );
}

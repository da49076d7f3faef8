//! What each type makes of a value, and what it says about one that does not fit.

use kapelle_model::Text;

use super::*;

/// The value that `{type: TYPE, ...}` makes of what is provided, or the cause why it makes none.
fn of_type(declaration: &str, provided: &str) -> String {
    let yaml = format!("[{{id: x, type: {declaration}}}]");
    let resolved = resolved(&yaml, &format!("x: {provided}"));
    match resolved.inputs[0].violations.as_slice() {
        [] => json(&resolved.inputs[0].value),
        [one] => one.strip_prefix("Invalid value for input `x`. Cause: ").unwrap_or(one).to_owned(),
        many => panic!("{many:?}"),
    }
}

fn check(cases: &[(&str, &str, &str)]) {
    for (declaration, provided, expected) in cases {
        assert_eq!(of_type(declaration, provided), *expected, "{declaration} of {provided}");
    }
}

#[test]
fn texts_take_any_scalar() {
    check(&[
        ("STRING", "'a b'", r#""a b""#),
        ("STRING", "1.50", r#""1.5""#),
        ("STRING", "yes", r#""true""#),
        ("STRING", "''", r#""""#),
        ("STRING", "'{{ not rendered }}'", r#""{{ not rendered }}""#),
        ("STRING, validator: '^[a-z ]*$'", "fine", r#""fine""#),
        ("STRING, validator: '[a-z]'", "ab", "it must match the pattern `[a-z]`"),
        ("EMAIL", "a.b@c.org", r#""a.b@c.org""#),
        ("EMAIL", "''", r#""""#),
        ("EMAIL", "'@x'", "The input must be a valid email"),
    ]);
}

#[test]
fn a_pattern_that_cannot_be_used_lets_nothing_pass() {
    let message = of_type("STRING, validator: '['", "a");
    assert!(message.starts_with("it cannot be compared with the pattern `[` of the input: "), "{message}");
}

#[test]
fn numbers_have_32_bits() {
    check(&[
        ("INT", "'7'", "7"),
        ("INT", "-5", "-5"),
        ("INT", "'+5'", "5"),
        ("INT", "5.0", "5"),
        ("INT", "'1.5'", r#"For input string: "1.5""#),
        ("INT", "'3000000000'", r#"For input string: "3000000000""#),
        ("INT", "abc", r#"For input string: "abc""#),
        ("INT", "''", r#"For input string: """#),
        ("FLOAT", "'7'", "7.0"),
        ("FLOAT", "'42.42'", "42.42"),
        ("FLOAT", "0.1", "0.1"),
        ("FLOAT", "1.5f", "1.5"),
        ("FLOAT", "abc", r#"For input string: "abc""#),
    ]);
}

#[test]
fn everything_but_true_is_false() {
    check(&[
        ("BOOL", "'TRUE'", "true"),
        ("BOOL", "true", "true"),
        ("BOOL", "'yes'", "false"),
        ("BOOL", "1", "false"),
        ("BOOLEAN", "'true'", "true"),
        ("BOOLEAN, required: false", "~", "null"),
    ]);
}

#[test]
fn dates_are_kept_as_text_and_durations_as_seconds() {
    check(&[
        ("DATETIME", "'2019-10-06T18:27:49.123Z'", r#""2019-10-06T18:27:49.123000Z""#),
        ("DATETIME", "'2013-08-09T14:19:00+02:00'", r#""2013-08-09T12:19:00.000000Z""#),
        ("DATE", "'2020-02-29'", r#""2020-02-29""#),
        ("TIME", "'07:05'", r#""07:05:00""#),
        ("TIME", "'07:05:01.5'", r#""07:05:01.5""#),
        ("DURATION", "P1D", "86400.0"),
        ("DURATION", "PT0.5S", "0.5"),
        ("DURATION", "306.0", "306.0"),
    ]);
}

#[test]
fn a_text_that_is_no_date_is_refused_with_a_hint() {
    check(&[
        (
            "DATETIME",
            "soon",
            "`soon` is not a moment with a zone: it is not an ISO-8601 date: write year, month and day as in 2024-01-31",
        ),
        (
            "DATETIME",
            "'2024-01-01'",
            "`2024-01-01` is not a moment with a zone: time and zone are missing: write 2024-01-01T00:00:00Z",
        ),
        (
            "DATE",
            "'2023-02-29'",
            "`2023-02-29` is not a date: there is no day 29 in 2023-02, which has 28 days",
        ),
        ("TIME", "'7:05'", "`7:05` is not a time of day: the hour has two digits: write 07:05"),
        ("DURATION", "'5 minutes'", "`5 minutes` is not a duration: durations are written as ISO-8601: PT5M"),
    ]);
}

#[test]
fn bounds_belong_to_the_range() {
    check(&[
        ("INT, min: 10, max: 20", "10", "10"),
        ("INT, min: 10, max: 20", "20", "20"),
        ("INT, min: 10, max: 20", "9", "it must be more than `10`"),
        ("INT, min: 10, max: 20", "21", "it must be less than `20`"),
        ("FLOAT, min: 0.1", "0.1", "0.1"),
        ("FLOAT, min: 1", "0.01", "it must be more than `1.0`"),
        ("DATE, after: 2023-01-01", "2023-01-01", r#""2023-01-01""#),
        ("DATE, after: 2023-01-01", "2022-12-31", "it must be after `2023-01-01`"),
        ("DATE, before: 2023-01-01", "2023-01-02", "it must be before `2023-01-01`"),
        ("TIME, after: '01:00:00'", "'00:59'", "it must be after `01:00`"),
        ("TIME, before: '11:59:59'", "'12:00'", "it must be before `11:59:59`"),
        (
            "DATETIME, after: '2023-01-01T00:00:00Z'",
            "'2023-01-01T00:00:00+01:00'",
            "it must be after `2023-01-01T00:00:00Z`",
        ),
        ("DURATION, min: PT10S", "PT1S", "It must be more than `PT10S`"),
        ("DURATION, max: PT60M", "PT2H", "It must be less than `PT1H`"),
    ]);
}

#[test]
fn addresses_have_a_scheme() {
    check(&[
        ("URI", "mailto:a@b.c", r#""mailto:a@b.c""#),
        ("URI", "'s3://bucket/key'", r#""s3://bucket/key""#),
        ("URI", "example.org", "Invalid URI format."),
        ("URI", "no scheme here", "Illegal character in path at index 2: no scheme here"),
    ]);
}

#[test]
fn files_are_named_by_their_address() {
    let csv = "FILE, allowedFileExtensions: [.csv, .x]";
    check(&[
        ("FILE", "'kestra:///company/main/x.csv'", r#""kestra:///company/main/x.csv""#),
        ("FILE", "'nsfile:///x.csv'", r#""nsfile:///x.csv""#),
        (
            "FILE",
            "x.csv",
            "`x.csv` is not the address of a file, which starts with kestra://, nsfile://, file://",
        ),
        (csv, "'kestra:///a/B.CSV'", r#""kestra:///a/B.CSV""#),
        (csv, "'kestra:///a/b.txt'", "File type not allowed. Accepted extensions: .csv, .x"),
    ]);
}

#[test]
fn structures_are_parsed_or_kept() {
    check(&[
        ("JSON", r#"'{"z": {"y": 1}, "a": null}'"#, r#"{"z":{"y":1},"a":null}"#),
        ("JSON", r#"'"text"'"#, r#""text""#),
        ("JSON", "5", "5"),
        ("JSON", "[1, {a: x}]", r#"[1,{"a":"x"}]"#),
        ("YAML", r#""a: 1\nb: [x, yes]""#, r#"{"a":1,"b":["x",true]}"#),
        ("YAML", "{k: v}", r#"{"k":"v"}"#),
        ("TABLE", r#"'[{"a": 1}]'"#, r#"[{"a":1}]"#),
        ("OBJECT", "{a: 1}", r#"{"a":1}"#),
        ("ION", "'{a: 1}'", r#""{a: 1}""#),
    ]);
    assert!(of_type("JSON", "'{broken'").contains("line 1"));
}

#[test]
fn elements_of_lists_have_a_type() {
    check(&[
        ("ARRAY, itemType: INT", "'[4, \"5\"]'", "[4,5]"),
        ("ARRAY, itemType: INT", "['1', 2]", "[1,2]"),
        ("ARRAY, itemType: DATE", "['2024-01-02']", r#"["2024-01-02"]"#),
        ("ARRAY, itemType: JSON", r#"'[{"c": [1]}, {}]'"#, r#"[{"c":[1]},{}]"#),
        ("ARRAY, itemType: STRING", "[a, 1, ~]", r#"["a","1",null]"#),
        ("ARRAY, itemType: INT", r#"'["s1", "s2"]'"#, "Unable to parse array element as `INT` on `s1`"),
        (
            "ARRAY, itemType: INT",
            "{a: 1}",
            "a map of 1 entry is not a list; write it as [one, two], in JSON if it is text",
        ),
    ]);
}

#[test]
fn choices_are_enforced_for_what_is_required() {
    let several = "MULTISELECT, values: [a, b], required: false";
    check(&[
        ("SELECT, values: [a, b]", "b", r#""b""#),
        ("SELECT, values: [a, b]", "c", "it must match the values `[a, b]`"),
        ("SELECT, values: [{value: a, label: A}]", "c", "it must match the values `[a]`"),
        ("SELECT, values: [a, b], required: false", "c", r#""c""#),
        ("SELECT, values: [a, b], allowCustomValue: true", "c", r#""c""#),
        ("SELECT", "c", r#""c""#),
        ("ENUM, values: [a, b]", "c", "it must match the values `[a, b]`"),
        (several, "'[\"b\", \"a\"]'", r#"["b","a"]"#),
        (several, "'[\"a\", \"c\"]'", "value `c` doesn't match the values `[a, b]`"),
        ("MULTISELECT, options: [a, b]", "[c]", "value `c` doesn't match the values `[a, b]`"),
        ("MULTISELECT, itemType: INT, values: [1, 2]", "['1']", "[1]"),
    ]);
}

#[test]
fn secrets_keep_their_mark_and_are_in_no_message() {
    let resolved = resolved("[{id: s, type: SECRET, validator: '.{4,}'}]", "{s: clear}");
    assert_eq!(resolved.values["s"], Value::from("clear").into_secret());

    let clear = Value::from("clear").into_secret();
    let list = Value::List(Arc::new(vec![clear.clone()])).into_secret();
    for (declaration, value, expected) in [
        ("INT", &clear, "the value, which is secret, is not a whole number of 32 bits"),
        ("DATE", &clear, "the value, which is secret, is not a date"),
        ("JSON", &clear, "the value, which is secret, is not JSON"),
        ("ARRAY, itemType: INT", &list, "the value, which is secret, cannot be read as `ARRAY`"),
        ("STRING, validator: x", &clear, "it must match the pattern `x`"),
        ("MULTISELECT, values: [a]", &list, "value `******` doesn't match the values `[a]`"),
    ] {
        let provided = Map::from([(Arc::from("x"), value.clone())]);
        let outcome = outcome_of(&resolved_map(&format!("[{{id: x, type: {declaration}}}]"), &provided));
        assert_eq!(outcome, format!("Invalid value for input `x`. Cause: {expected}"));
    }
}

#[test]
fn what_is_read_from_a_secret_is_secret() {
    for (kind, text) in
        [("STRING", "x"), ("INT", "1"), ("BOOL", "true"), ("JSON", "[1]"), ("DATE", "2024-01-01")]
    {
        let provided = Map::from([(Arc::from("x"), Value::from(text).into_secret())]);
        let resolved = resolved_map(&format!("[{{id: x, type: {kind}}}]"), &provided);
        assert!(resolved.values["x"].has_secret(), "{kind}");
    }
}

#[test]
fn of_a_text_only_the_parts_that_are_secret_are_marked() {
    let text = Text::concat(&Text::from("pre-"), &Text::from("x").into_secret());
    let provided = Map::from([(Arc::from("x"), Value::Str(text.clone()))]);
    assert_eq!(resolved_map("[{id: x, type: STRING}]", &provided).values["x"], Value::Str(text));
}

#[test]
fn without_encryption_there_are_no_secrets() {
    let yaml = "[{id: s, type: SECRET}, {id: o, type: SECRET, required: false}]";
    let resolved =
        in_flow("{}", |environment| inputs(yaml).resolve(&map("{s: x}"), Encryption::Missing, environment));
    assert_eq!(
        outcome_of(&resolved),
        "Invalid value for input `s`. Cause: Unable to use a `SECRET` input/output as encryption is not configured"
    );
}

use std::sync::Arc;

use kapelle_model::{Text, Value};

use super::super::json::parse_json;
use super::super::testing::{call, filter};
use super::super::{Kind, Outcome};
use super::parse_yaml;
use crate::expression::Category;

fn written(json: &str) -> String {
    match filter("yaml", parse_json(json).unwrap(), &[]).unwrap() {
        Value::Str(text) => text.expose().to_owned(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn values_are_laid_out_as_kestra_does() {
    let cases = [
        (r#""string""#, "string\n"),
        ("1", "1\n"),
        ("1.5", "1.5\n"),
        ("1e7", "1.0E7\n"),
        ("true", "true\n"),
        (r#"["string", 1, 1.5]"#, " - string\n - 1\n - 1.5\n"),
        (r#"{"int": 1, "string": "string", "float": 1.5}"#, "int: 1\nstring: string\nfloat: 1.5\n"),
        (r#"{"a": {"b": ["x", "y"]}, "c": []}"#, "a:\n  b:\n   - x\n   - \"y\"\nc: []\n"),
        (r#"{"a": null}"#, "a: null\n"),
        ("[null]", " - null\n"),
        ("{}", "{}\n"),
        ("[]", "[]\n"),
        (r#"[{"a": 1, "b": 2}, {"a": 3}]"#, " -\n  a: 1\n  b: 2\n -\n  a: 3\n"),
        ("[[1, 2], []]", " -\n   - 1\n   - 2\n - []\n"),
        (r#"{"a": [{"b": [1]}, {}]}"#, "a:\n -\n  b:\n   - 1\n - {}\n"),
        (r#"{"x": {"a": [[1]]}}"#, "x:\n  a:\n   -\n     - 1\n"),
        (r#"{"v": "123"}"#, "v: 123\n"),
        (r#"{"v": "true"}"#, "v: \"true\"\n"),
        (r#"{"v": ""}"#, "v: \"\"\n"),
        (r#"{"v": "a: b"}"#, "v: \"a: b\"\n"),
        (r#"{"v": "a #b"}"#, "v: \"a #b\"\n"),
        (r#"{"v": "a#b:c"}"#, "v: a#b:c\n"),
        (r#"{"v": "a,b"}"#, "v: \"a,b\"\n"),
        (r#"{"v": "~"}"#, "v: \"~\"\n"),
        (r#"{"v": "- a"}"#, "v: '- a'\n"),
        (r#"{"v": "*it's"}"#, "v: '*it''s'\n"),
        (r#"{"v": " a "}"#, "v: ' a '\n"),
        (r#"{"v": "a\tb"}"#, "v: \"a\\tb\"\n"),
        (r#"{"v": "größe 😀"}"#, "v: größe 😀\n"),
        (r#"{"v": "a\nb\n"}"#, "v: |\n  a\n  b\n"),
        (r#"{"v": "a\nb"}"#, "v: |-\n  a\n  b\n"),
        (r#"{"v": "a\n\nb\n\n"}"#, "v: |+\n  a\n\n  b\n\n"),
        (r#"{"v": " a\nb\n"}"#, "v: |2\n   a\n  b\n"),
        (r#"{"v": "a: b\nc"}"#, "v: \"a: b\\nc\"\n"),
        (r#"{"v": "a\nb "}"#, "v: 'a\n\n  b '\n"),
        (r#"{"v": {"w": ["a\nb"]}}"#, "v:\n  w:\n   - |-\n    a\n    b\n"),
        (
            r#"{"y": 1, "a b": 2, "1": 3, "- x": 4, "": 5}"#,
            "\"y\": 1\na b: 2\n\"1\": 3\n\"- x\": 4\n? \"\"\n: 5\n",
        ),
    ];
    for (json, expected) in cases {
        assert_eq!(written(json), expected, "{json}");
    }
    assert_eq!(filter("yaml", Value::Null, &[]), Ok("null".into()));
    let moment = Value::Instant("2024-01-02T03:04:05Z".parse().unwrap());
    assert_eq!(filter("yaml", moment, &[]), Ok("2024-01-02T03:04:05Z\n".into()));
    assert_eq!(filter("yaml", Value::Float(f64::NAN), &[]), Ok("NaN\n".into()));
}

#[test]
fn what_is_written_is_read_back() {
    let texts = [
        "- a", "a\nb ", "a \nb", " a\n b\n", "\n", "\n\n", "a\n", "a\r\nb", "'", "\"", "\\", "a: b", "#",
        "? x", "%x", "@", "---", "...", "x:", ":x", "null", "yes", "\u{85}", "tab\t", "\u{a0}x", "\u{2028}",
        "a'b\nc ", "{{ x }}",
    ];
    for text in texts {
        let map = Value::Map(Arc::new([("k".into(), Value::from(text))].into_iter().collect()));
        let Ok(Value::Str(yaml)) = filter("yaml", map.clone(), &[]) else { panic!("{text}") };
        assert_eq!(parse_yaml(yaml.expose()), Ok(map), "{text:?} as {}", yaml.expose());
    }
}

#[test]
fn only_secret_scalars_are_marked() {
    let secret = Value::Str(Text::from("hunter2").into_secret());
    let list = Value::List(Arc::new(vec!["open".into(), secret, Value::Int(7).into_secret()]));
    let Ok(Value::Str(text)) = filter("yaml", list, &[]) else { panic!() };
    assert_eq!(text.expose(), " - open\n - hunter2\n - 7\n");
    let masked = text.masked();
    assert!(
        masked.starts_with(" - open\n") && !masked.contains("hunter2") && !masked.contains('7'),
        "{masked}"
    );
}

fn read(text: impl Into<Value>) -> Outcome {
    call(Kind::Function, "yaml", Value::Null, &[text.into()])
}

#[test]
fn texts_are_read_with_the_scalars_of_yaml_1_1() {
    let cases = [
        ("k: [42, 1, 2]", r#"{"k":[42,1,2]}"#),
        (
            "# c\nint: 123\nbool: true\nfloat: 1.23\nobject:\n  child:\n    key: value\narray:\n  - string\n",
            r#"{"int":123,"bool":true,"float":1.23,"object":{"child":{"key":"value"}},"array":["string"]}"#,
        ),
        ("d: 1991-08-20", r#"{"d":"1991-08-20"}"#),
        ("v: \"1\"", r#"{"v":"1"}"#),
        ("v: yes", r#"{"v":true}"#),
        ("v:", r#"{"v":null}"#),
        ("text", r#""text""#),
        ("a: 1\n---\nb: 2", r#"{"a":1}"#),
        ("a: 1\na: 2", r#"{"a":2}"#),
    ];
    for (yaml, json) in cases {
        assert_eq!(read(yaml), Ok(parse_json(json).unwrap()), "{yaml}");
    }
}

#[test]
fn what_is_no_yaml_is_refused_with_its_place() {
    let deep = "[".repeat(10_000);
    for text in ["a: [1", "", "a: b: c", "\"a", &deep] {
        assert_eq!(read(text).unwrap_err().category, Category::InvalidInput, "{text}");
    }
    let message = read("a: 1\nb: [1").unwrap_err().message;
    assert!(message.contains("line 2"), "{message}");
    for argument in [Value::Null, Value::Int(1)] {
        assert_eq!(read(argument).unwrap_err().category, Category::Argument);
    }
}

use std::sync::Arc;

use kapelle_model::{Text, Value};

use super::super::testing::{call, filter};
use super::super::{Kind, Outcome};
use super::*;
use crate::expression::Category;

fn from_json(text: &str) -> Outcome {
    call(Kind::Function, "fromJson", Value::Null, &[text.into()])
}

fn again(text: &str) -> String {
    match filter("toJson", from_json(text).unwrap(), &[]) {
        Ok(Value::Str(text)) => text.expose().to_owned(),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn what_is_read_is_written_again() {
    let cases = [
        ("null", "null"),
        (" [1, 2, 3] ", "[1,2,3]"),
        (r#"{"b":1,"a":2}"#, r#"{"b":1,"a":2}"#),
        (r#"{"a":null,"b":[null]}"#, r#"{"b":[null]}"#),
        (r#"{"empty_object":{}}"#, r#"{"empty_object":{}}"#),
        ("[1.0, 1e3, 2.50]", "[1.0,1000.0,2.5]"),
        ("10000000.0", "1.0E7"),
        ("-0", "0"),
        ("12345678901234567890", "12345678901234567890"),
        ("1 2", "1"),
        ("{} trailing", "{}"),
        (r#""a\"b\\c\nd\te\/\u0001\ud83d\ude00""#, r#""a\"b\\c\nd\te/\u0001😀""#),
        (r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#),
    ];
    for (text, expected) in cases {
        assert_eq!(again(text), expected, "{text}");
    }
}

#[test]
fn what_is_no_json_is_refused_with_its_place() {
    let deep = "[".repeat(100_000);
    let cases = [
        "",
        " ",
        "{not: json}",
        "[1",
        "[1,]",
        "{\"a\":1,}",
        "01",
        "1.",
        "1e",
        "-",
        "1x",
        "NaN",
        "nul",
        "truex",
        "\"a",
        "\"\\x\"",
        "\"\\u12\"",
        "'a'",
        "\"a\nb\"",
        "{\"a\" 1}",
        &deep,
    ];
    for text in cases {
        assert_eq!(from_json(text).unwrap_err().category, Category::InvalidInput, "{text}");
    }
    let error = from_json("{\n \"a\": x}").unwrap_err();
    assert!(error.message.contains("at line 2, column 7"), "{}", error.message);
}

#[test]
fn strict_reading_takes_one_value_only() {
    assert!(parse_json("1 2").is_ok());
    assert!(parse_json_strictly(" [1] ").is_ok());
    assert!(parse_json_strictly("1 2").is_err());
}

#[test]
fn arguments_are_texts_or_null() {
    let of = |arguments: &[Value]| call(Kind::Function, "fromJson", Value::Null, arguments);
    assert_eq!(of(&[Value::Null]), Ok(Value::Null));
    for arguments in [vec![], vec![Value::Int(5)], vec![Value::Map(Arc::default())]] {
        assert_eq!(of(&arguments).unwrap_err().category, Category::Argument);
    }
}

#[test]
fn null_is_written_as_text_and_secrets_stay_secret() {
    assert_eq!(filter("toJson", Value::Null, &[]), Ok("null".into()));
    let secret = Value::Str(Text::from("hunter2").into_secret());
    let list = Value::List(Arc::new(vec!["open".into(), secret, Value::Int(7).into_secret()]));
    match filter("toJson", list, &[]).unwrap() {
        Value::Str(text) => {
            assert_eq!(text.expose(), r#"["open","hunter2",7]"#);
            assert_eq!(text.masked(), r#"["open",******,******]"#);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn many_small_values_count_as_memory() {
    let text = format!("[{}1]", "[],".repeat(4_000_000));
    assert!(from_json(&text).is_err());
}

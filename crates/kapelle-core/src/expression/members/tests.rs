use kapelle_model::{Map, Value};

use super::*;
use crate::expression::builtin::testing::{printed, value};
use crate::expression::environment::{Environment, Settings};
use crate::expression::services::NoServices;

fn call(receiver: &Value, name: &str, arguments: &[Value], literals: &[bool]) -> String {
    let (context, settings) = (Map::new(), Settings::default());
    let mut run = Run::new(Environment { context: &context, services: &NoServices, settings: &settings });
    method(receiver, name, arguments, literals, &mut run)
        .map_or("undefined".to_owned(), |outcome| printed(&outcome))
}

fn check(cases: &[(&str, &str, &str, &str)]) {
    for (receiver, name, arguments, expected) in cases {
        let Value::List(arguments) = value(arguments) else { panic!() };
        let result = call(&value(receiver), name, &arguments, &vec![false; arguments.len()]);
        assert_eq!(result, *expected, "{receiver}.{name}({arguments:?})");
    }
}

#[test]
fn texts() {
    check(&[
        ("\"Hello\"", "length", "[]", "5"),
        ("\"Hello\"", "toUpperCase", "[]", "HELLO"),
        ("\"Hello\"", "TOLOWERCASE", "[]", "hello"),
        ("\" a \"", "trim", "[]", "a"),
        ("\" \"", "isBlank", "[]", "true"),
        ("\"Hello\"", "startsWith", "[\"He\"]", "true"),
        ("\"Hello\"", "startsWith", "[\"l\",2]", "true"),
        ("\"Hello\"", "endsWith", "[\"x\"]", "false"),
        ("\"😀Hello\"", "indexOf", "[\"l\"]", "4"),
        ("\"Hello\"", "indexOf", "[\"l\",3]", "3"),
        ("\"Hello\"", "lastIndexOf", "[\"l\"]", "3"),
        ("\"Hello\"", "lastIndexOf", "[\"z\"]", "-1"),
        ("\"Hello\"", "replace", "[\"l\",\"L\"]", "HeLLo"),
        ("\"ab\"", "replace", "[\"\",\"-\"]", "-a-b-"),
        ("\"Hello\"", "concat", "[\"!\"]", "Hello!"),
        ("\"Hello\"", "equalsIgnoreCase", "[\"HELLO\"]", "true"),
        ("\"a\"", "compareTo", "[\"c\"]", "-2"),
        ("\"abc\"", "compareTo", "[\"a\"]", "2"),
        ("\"B\"", "compareToIgnoreCase", "[\"a\"]", "1"),
        ("\"Hello\"", "substring", "[1]", "ello"),
        ("\"Hello\"", "substring", "[1,3]", "el"),
        ("\"Hello\"", "substring", "[3,1]", "argument"),
        ("\"Hello\"", "substring", "[9]", "argument"),
        ("\"Hello\"", "substring", "[\"1\"]", "undefined"),
        ("\"Hello\"", "charAt", "[1]", "e"),
        ("\"ab\"", "repeat", "[3]", "ababab"),
        ("\"ab\"", "repeat", "[2147483647]", "limit"),
        ("\"ab\"", "hashCode", "[]", "3105"),
        ("\"Hello\"", "replaceAll", "[\"[a-z]\",\".\"]", "H...."),
        ("\"Hello\"", "replaceFirst", "[\"(l)\",\"<$1>\"]", "He<l>lo"),
        ("\"Hello\"", "matches", "[\"H.*\"]", "true"),
        ("\"a-b-c-\"", "split", "[\"-\"]", "[\"a\",\"b\",\"c\"]"),
        ("\"a-b-c\"", "split", "[\"-\",2]", "[\"a\",\"b-c\"]"),
        ("\"Hello\"", "matches", "[\"(\"]", "invalid_input"),
        ("\"ab\"", "nosuch", "[]", "undefined"),
        ("\"ab\"", "getClass", "[]", "argument"),
        ("\"ab\"", "wait", "[5]", "argument"),
        ("null", "length", "[]", "undefined"),
    ]);
    assert_eq!(call(&"Hello".into(), "substring", &[Value::Int(1)], &[true]), "undefined");
}

#[test]
fn lists_maps_numbers() {
    check(&[
        ("[\"a\",\"b\"]", "size", "[]", "2"),
        ("[\"a\",\"b\"]", "isEmpty", "[]", "false"),
        ("[\"a\",\"b\"]", "indexOf", "[\"b\"]", "1"),
        ("[\"a\",\"b\"]", "containsAll", "[[\"b\"]]", "true"),
        ("[\"a\",\"b\"]", "containsAll", "[[\"c\"]]", "false"),
        ("[\"a\",\"b\"]", "get", "[1]", "b"),
        ("[\"a\",\"b\"]", "get", "[2]", "argument"),
        ("[\"a\",\"b\"]", "getLast", "[]", "b"),
        ("[1,2,3]", "subList", "[1,3]", "[2,3]"),
        ("[1,2,3]", "subList", "[2,9]", "argument"),
        ("{\"a\":1}", "size", "[]", "1"),
        ("{\"a\":1}", "get", "[\"a\"]", "1"),
        ("{\"a\":1}", "get", "[5]", ""),
        ("{\"a\":1}", "getOrDefault", "[\"z\",5]", "5"),
        ("{\"a\":1}", "containsKey", "[\"a\"]", "true"),
        ("{\"a\":1}", "containsValue", "[1]", "true"),
        ("{\"a\":1}", "keySet", "[]", "[\"a\"]"),
        ("{\"a\":1}", "values", "[]", "[1]"),
        ("{\"a\":1}", "entrySet", "[]", "[{\"key\":\"a\",\"value\":1}]"),
        ("5", "intValue", "[]", "5"),
        ("4294967297", "intValue", "[]", "1"),
        ("1.9", "longValue", "[]", "1"),
        ("5", "doubleValue", "[]", "5.0"),
        ("5", "toString", "[]", "5"),
        ("5", "compareTo", "[6]", "-1"),
    ]);
}

#[test]
fn dates() {
    let zoned =
        Value::Zoned(crate::time::date::date_time_with_zone("2013-09-08T16:19:12+02:00").unwrap().into());
    let of = |value: &Value, name| {
        property(value, name).map_or("undefined".to_owned(), |value| printed(&Ok(value)))
    };
    assert_eq!(of(&zoned, "year"), "2013");
    assert_eq!(of(&zoned, "monthValue"), "9");
    assert_eq!(of(&zoned, "month"), "SEPTEMBER");
    assert_eq!(of(&zoned, "dayOfWeek"), "SUNDAY");
    assert_eq!(of(&zoned, "dayOfYear"), "251");
    assert_eq!(of(&zoned, "offset"), "+02:00");
    assert_eq!(of(&zoned, "toEpochSecond"), "1378649952");
    assert_eq!(of(&zoned, "class"), "undefined");
    assert_eq!(call(&zoned, "plusDays", &[Value::Int(1)], &[true]), "2013-09-09T16:19:12+02:00");
    assert_eq!(call(&zoned, "minusMonths", &[Value::Int(7)], &[true]), "2013-02-08T16:19:12+02:00");
    assert_eq!(call(&zoned, "plusDays", &[Value::Int(i64::MAX)], &[true]), "argument");
    assert_eq!(call(&zoned, "minusDays", &[Value::Int(i64::MIN)], &[true]), "argument");
    assert_eq!(call(&zoned, "isBefore", std::slice::from_ref(&zoned), &[false]), "false");
    let now = Value::from("2024-07-09T06:17:01.123456Z");
    for (name, expected) in [
        ("hour", "6"),
        ("day", "9"),
        ("month", "JULY"),
        ("second", "1"),
        ("length", "27"),
        ("nano", "undefined"),
    ] {
        assert_eq!(of(&now, name), expected, "{name}");
    }
    assert_eq!(of(&"2024-07-09T06:17".into(), "hour"), "6");
    assert_eq!(of(&"2024-07-09".into(), "year"), "undefined");
    let date = Value::LocalDate(jiff::civil::Date::constant(2024, 2, 29));
    assert_eq!(of(&date, "leapYear"), "true");
    assert_eq!(of(&date, "hour"), "undefined");
    assert_eq!(of(&date, "toEpochDay"), "19782");
    assert_eq!(call(&date, "plusYears", &[Value::Int(1)], &[true]), "2025-02-28");
    assert_eq!(call(&date, "plusHours", &[Value::Int(1)], &[true]), "undefined");
}

#[test]
fn what_comes_out_of_secrets_is_secret() {
    let secret = Value::from("geheim").into_secret();
    assert_eq!(call(&secret, "length", &[], &[]), "******");
    assert_eq!(call(&secret, "concat", &["!".into()], &[]), "******");
    assert_eq!(call(&"a".into(), "concat", std::slice::from_ref(&secret), &[]), "******");
    let list = Value::List(vec![Value::from("a"), secret.clone()].into());
    assert_eq!(call(&list, "size", &[], &[]), "2");
    assert_eq!(call(&list, "getFirst", &[], &[]), "a");
    assert_eq!(call(&list, "indexOf", &["geheim".into()], &[]), "******");
    assert_eq!(call(&list, "hashCode", &[], &[]), "******");
    let whole = Value::List(vec![Value::from("a")].into()).into_secret();
    assert_eq!(call(&whole, "getFirst", &[], &[]), "******");
    assert_eq!(call(&whole, "get", &[Value::Int(0)], &[]), "******");
}

//! What each kind of value is written as, and that it comes back exactly.

use std::str::FromStr;

use bigdecimal::BigDecimal;
use jiff::{SignedDuration, Zoned};
use kapelle_model::{Map, Text, Value};
use num_bigint::BigInt;

use super::super::reader::Reader;
use super::super::value;
use super::super::writer::Writer;
use super::*;

fn written(value: &Value) -> String {
    let mut out = Writer::new();
    value::write(&mut out, value, 0).unwrap();
    json(&out.into_blob())
}

fn read(json: &str) -> Option<Value> {
    let mut reader = Reader::new(json.as_bytes()).ok()?;
    let value = value::read(&mut reader, 0).ok()?;
    reader.end().ok()?;
    Some(value)
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(Arc::new(entries.into_iter().map(|(key, value)| (Arc::from(key), value)).collect::<Map>()))
}

#[track_caller]
fn check(value: &Value, json: &str) {
    assert_eq!(written(value), json);
    let back = read(json).unwrap();
    assert_eq!(written(&back), json);
    assert_eq!(&back, value);
}

#[test]
fn what_json_has_is_written_as_json() {
    check(&Value::Null, "null");
    check(&Value::Bool(true), "true");
    check(&Value::Int(i64::MIN), "-9223372036854775808");
    check(&Value::Int(i64::MAX), "9223372036854775807");
    check(&Value::Int((1 << 53) + 1), "9007199254740993");
    check(&Value::from("a\"\\\n\u{1}é"), r#""a\"\\\n\u0001é""#);
    check(&Value::List(Arc::new(vec![Value::Null, Value::Int(1)])), "[null,1]");
    check(&map([("b", Value::Int(1)), ("a", Value::Int(2))]), r#"{"b":1,"a":2}"#);
}

#[test]
fn floats_stay_floats_to_the_last_bit() {
    for (number, json) in [
        (1.0, "1.0"),
        (-0.0, "-0.0"),
        (0.1, "0.1"),
        (1e300, "1e300"),
        (5e-324, "5e-324"),
        (f64::MAX, "1.7976931348623157e308"),
        (1e16, "1e16"),
    ] {
        check(&Value::Float(number), json);
    }
    assert!(matches!(read("-0.0"), Some(Value::Float(zero)) if zero.is_sign_negative()));
    check(&Value::Float(f64::INFINITY), r#"{"$":["float",9218868437227405312]}"#);
    for bits in [f64::NAN.to_bits(), (-f64::NAN).to_bits(), f64::NAN.to_bits() + 7] {
        let json = format!(r#"{{"$":["float",{bits}]}}"#);
        assert_eq!(written(&Value::Float(f64::from_bits(bits))), json);
        assert!(matches!(read(&json), Some(Value::Float(number)) if number.to_bits() == bits));
    }
    check(&Value::Float32(1.5), r#"{"$":["float32",1069547520]}"#);
}

#[test]
fn other_numbers_are_tagged() {
    let big = BigInt::from(i64::MIN) - 1;
    check(&Value::BigInt(Arc::new(big)), r#"{"$":["int","-8000000000000001"]}"#);
    check(&Value::BigInt(Arc::new(BigInt::from(5))), r#"{"$":["int","5"]}"#);
    for (text, json) in [("1.0", r#"{"$":["decimal","a",1]}"#), ("1.00", r#"{"$":["decimal","64",2]}"#)] {
        check(&Value::Decimal(Arc::new(BigDecimal::from_str(text).unwrap())), json);
    }
}

#[test]
fn moments_and_dates_are_tagged() {
    let text = |json: &str, value: Value| check(&value, json);
    text(r#"{"$":["instant","2026-01-02T03:04:05.000000006Z"]}"#, {
        Value::Instant("2026-01-02T03:04:05.000000006Z".parse().unwrap())
    });
    text(r#"{"$":["datetime","2026-01-02T03:04:05"]}"#, {
        Value::LocalDateTime("2026-01-02T03:04:05".parse().unwrap())
    });
    text(r#"{"$":["date","2026-01-02"]}"#, Value::LocalDate("2026-01-02".parse().unwrap()));
    text(r#"{"$":["time","03:04:05.5"]}"#, Value::LocalTime("03:04:05.5".parse().unwrap()));
    text(r#"{"$":["duration",-1,-500000000]}"#, Value::Duration(SignedDuration::new(-1, -500_000_000)));
    text(r#"{"$":["bytes","AAH/"]}"#, Value::Bytes([0, 1, 255].into()));
}

#[test]
fn a_moment_keeps_its_zone_also_where_clocks_go_back() {
    // 02:30 comes twice in this night.
    for (text, json) in [
        ("2026-10-25T02:30:00+02:00[Europe/Berlin]", r#"["zoned","2026-10-25T00:30:00Z","Europe/Berlin"]"#),
        ("2026-10-25T02:30:00+01:00[Europe/Berlin]", r#"["zoned","2026-10-25T01:30:00Z","Europe/Berlin"]"#),
        ("2026-01-01T00:00:00+05:30[+05:30]", r#"["zoned","2025-12-31T18:30:00Z",19800]"#),
        ("2026-01-01T00:00:00+00:00[UTC]", r#"["zoned","2026-01-01T00:00:00Z","UTC"]"#),
        (
            "1880-01-01T00:00:00+00:53:28[Europe/Berlin]",
            r#"["zoned","1879-12-31T23:06:32Z","Europe/Berlin"]"#,
        ),
    ] {
        let json = format!(r#"{{"$":{json}}}"#);
        let moment: Zoned = text.parse().unwrap();
        let zone = moment.time_zone().clone();
        check(&Value::Zoned(Arc::new(moment)), &json);
        assert!(matches!(read(&json), Some(Value::Zoned(back)) if *back.time_zone() == zone), "{text}");
    }
}

#[test]
fn secrets_keep_their_marks() {
    let part = Text::with_secrets("an apple", std::iter::once(3..8).collect());
    check(&Value::Str(part), r#"{"$":["text","an apple",3,8]}"#);
    check(&Value::Int(42).into_secret(), r#"{"$":["secret",42]}"#);
    check(&map([("a", Value::from("b").into_secret())]), r#"{"a":{"$":["text","b",0,1]}}"#);
    // Nobody writes these, but no mark is ever lost in reading.
    assert_eq!(read(r#"{"$":["secret","b"]}"#), Some(Value::from("b").into_secret()));
    assert_eq!(read(r#"{"$":["secret",{"$":["secret",1]}]}"#), Some(Value::Int(1).into_secret()));
}

#[test]
fn a_map_that_looks_like_a_tag_stays_a_map() {
    let list = Value::List(Arc::new(vec![Value::from("secret"), Value::Int(1)]));
    check(&map([("$", list.clone())]), r#"{"$":["map",{"$":["secret",1]}]}"#);
    check(&map([("$", list.clone()), ("b", Value::Null)]), r#"{"$":["map",{"$":["secret",1],"b":null}]}"#);
    check(&map([("b", Value::Null), ("$", list)]), r#"{"b":null,"$":["secret",1]}"#);
    let inner = map([("$", Value::Int(1))]);
    check(&map([("$", inner)]), r#"{"$":["map",{"$":{"$":["map",{"$":1}]}}]}"#);
}

#[test]
fn what_is_no_value_is_refused() {
    for json in [
        "",
        "nul",
        "+1",
        "01e",
        "1.2.3",
        "1e999",
        "9223372036854775808",
        "--1",
        "[1",
        "[1,]",
        "[,1]",
        "{1:2}",
        "\"a",
        "\"\\x\"",
        "\"\\ud800\"",
        "\"\\u12\"",
        r#"{"$":[]}"#,
        r#"{"$":["word"]}"#,
        r#"{"$":["word",1]}"#,
        r#"{"$":["int","xyz"]}"#,
        r#"{"$":["int",""]}"#,
        r#"{"$":["duration",9223372036854775807,1000000000]}"#,
        r#"{"$":["zoned","2026-01-01T00:00:00Z","No/Where"]}"#,
        r#"{"$":["zoned","2026-01-01T00:00:00Z",99999999]}"#,
        r#"{"$":["date","2026-02-30"]}"#,
        r#"{"$":["secret",1],"b":2}"#,
        r#"{"$":["bytes","A"]}"#,
        r#"{"$":["blob","name",1,false]}"#,
    ] {
        assert!(read(json).is_none(), "{json}");
    }
}

#[test]
fn spaces_of_whoever_mended_a_row_by_hand_do_not_matter() {
    let json = " { \"a\" : [ 1 , { \"$\" : [ \"secret\" , 2 ] } ] , \"b\" : { } }\n";
    let list = Value::List(Arc::new(vec![Value::Int(1), Value::Int(2).into_secret()]));
    assert_eq!(read(json), Some(map([("a", list), ("b", map([]))])));
}

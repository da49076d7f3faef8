//! Values and services that are hard to handle, for random calls and templates.

use std::sync::Arc;

use kapelle_model::{Map, Value};
use num_bigint::BigInt;

use super::grammar::{Choices, NAMES};
use crate::expression::memory::MemoryServices;

/// A value of any type.
pub(in crate::expression) fn value(choices: &mut Choices<'_>) -> Value {
    match choices.below(16) {
        0 => text(choices),
        1 => Value::Int([1, 0, -1, 3, 400, i64::MAX, i64::MIN, 1_767_225_600][choices.below(8)]),
        2 => Value::Float([1.5, -0.0, f64::NAN, f64::INFINITY, f64::MIN, 1e300, 5e-324][choices.below(7)]),
        3 => Value::Null,
        4 => Value::Bool(choices.below(2) == 1),
        5 => Value::List(Arc::new((0..choices.below(4)).map(|_| value(choices)).collect())),
        6 => {
            let keys = ["k", "", "a b", "é", "key", "value"];
            let entries = (0..choices.below(4)).map(|at| (Arc::from(keys[at]), value(choices)));
            Value::Map(Arc::new(entries.collect::<Vec<_>>().into_iter().collect()))
        }
        7 => Value::BigInt(Arc::new(BigInt::from(7).pow([3, 99][choices.below(2)]))),
        8 => Value::Float32([0.1, f32::NAN, f32::MAX][choices.below(3)]),
        9 => Value::Decimal(Arc::new(["1.5", "-1E+400", "1E-4000", "0"][choices.below(4)].parse().unwrap())),
        10 => {
            let moment = ["2026-02-28T23:59:59.999Z", "-009999-01-02T01:59:59Z", "9999-12-30T22:00:00Z"];
            Value::Instant(moment[choices.below(3)].parse().unwrap())
        }
        11 => Value::Zoned(Arc::new("2026-03-29T03:30:00+02:00[Europe/Berlin]".parse().unwrap())),
        12 => match choices.below(3) {
            0 => Value::LocalDate("2024-02-29".parse().unwrap()),
            1 => Value::LocalDateTime("2024-02-29T12:00:00".parse().unwrap()),
            _ => Value::LocalTime("23:59:59.1".parse().unwrap()),
        },
        13 => Value::Duration(jiff::SignedDuration::new([3600, i64::MAX, i64::MIN][choices.below(3)], 0)),
        14 => Value::Bytes(Arc::from([&b"bytes"[..], &[0xff, 0xfe, 0][..], &[][..]][choices.below(3)])),
        _ => deep(60),
    }
}

fn deep(levels: usize) -> Value {
    (0..levels).fold(Value::Int(1), |inner, _| Value::List(Arc::new(vec![inner])))
}

const TEXTS: &[&str] = &[
    "text",
    "",
    " ",
    "é🚀\u{301}",
    "2026-01-01T00:00:00Z",
    "2026-01-01",
    "yyyy-MM-dd'T'HH:mm:ss",
    "'",
    "%s%d%n$",
    "(",
    "(a+)+",
    "[1, {\"a\": null}]",
    "{",
    "a: [b",
    "a: 1",
    ".a | .[]",
    "PT1H",
    "DAYS",
    "Europe/Berlin",
    "UTF-16",
    "1e99",
    "-0",
    "0x",
    "{{ text }}",
    "{{ a ~ render(text) }}",
    "a,b;c\td\n",
    "aGVsbG8=",
    "%zz%41",
    "\\u0000\\",
    "INT",
    "BIGDECIMAL",
    "../../etc",
    "kestra:///a",
    "#,##0.00",
    "SGVsbG8",
    "0123456789abcdef0123456789abcdef",
    "A",
    "GET",
    "http://test.invalid/",
    "io.kestra",
];

fn text(choices: &mut Choices<'_>) -> Value {
    match choices.below(20) {
        19 => Value::from("ab ".repeat(2000).as_str()),
        _ => Value::from(choices.of(TEXTS)),
    }
}

/// The variables of random templates.
pub(in crate::expression) fn context(choices: &mut Choices<'_>) -> Map {
    let known = [
        ("text", Value::from("some text")),
        ("number", Value::Int(7)),
        ("secret", Value::from("S3CR3T-canary-9f").into_secret()),
        ("list", Value::List(Arc::new(vec![Value::Int(1), Value::from("b"), Value::Null]))),
        ("deep", deep(100)),
    ];
    let mut context: Map = known.into_iter().map(|(name, value)| (name.into(), value)).collect();
    for name in NAMES {
        if name != "missing" && !context.contains_key(name) {
            let found = value(choices);
            context.insert(name.into(), if choices.below(6) == 5 { found.into_secret() } else { found });
        }
    }
    context
}

pub(in crate::expression) fn services() -> MemoryServices {
    MemoryServices::from_setup(&Value::Null).unwrap()
}

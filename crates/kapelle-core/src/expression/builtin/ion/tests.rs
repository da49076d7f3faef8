use std::sync::Arc;

use bigdecimal::BigDecimal;
use kapelle_model::{Text, Value};

use super::super::json::parse_json;
use super::super::testing::{call, filter};
use super::super::{Kind, Outcome};
use crate::expression::Category;

fn read(ion: impl Into<Value>) -> Outcome {
    call(Kind::Function, "fromIon", Value::Null, &[ion.into()])
}

fn read_all(ion: &str) -> Outcome {
    call(Kind::Function, "fromIon", Value::Null, &[ion.into(), Value::Bool(true)])
}

fn written(value: Value) -> String {
    match filter("toIon", value, &[]).unwrap() {
        Value::Str(text) => text.expose().to_owned(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn values_are_written() {
    let cases = [
        (r#""string""#, r#""string""#),
        ("1", "1"),
        ("1.5", "1.5e0"),
        ("1.0", "1e0"),
        ("1e7", "1.0e7"),
        ("1.5e-10", "1.5e-10"),
        ("12345678901234567890", "12345678901234567890"),
        ("true", "true"),
        ("null", "null"),
        (r#"["string", 1, null]"#, r#"["string",1,null]"#),
        (r#"{"empty_object":{}}"#, "{empty_object:{}}"),
        (
            r#"{"a":null,"b c":1,"true":2,"it's":3,"$1":4,"":5}"#,
            r"{a:null,'b c':1,'true':2,'it\'s':3,'$1':4,'':5}",
        ),
        (r#""a\"b\\c\nd\u0001é""#, r#""a\"b\\c\nd\x01é""#),
    ];
    for (json, expected) in cases {
        assert_eq!(written(parse_json(json).unwrap()), expected, "{json}");
    }
    assert_eq!(written(Value::Float32(1.123)), "1.1230000257492065e0");
}

#[test]
fn dates_are_written_and_read_back() {
    let cases = [
        (Value::Instant("2024-04-21T23:00:00Z".parse().unwrap()), "2024-04-21T23:00:00.000Z"),
        (
            Value::Zoned(Arc::new("2013-09-08T16:19:00+02:00[Europe/Paris]".parse().unwrap())),
            "ZonedDateTime::\"2013-09-08T16:19:00+02:00[Europe/Paris]\"",
        ),
        (
            Value::LocalDateTime("2024-02-29T10:00:00".parse().unwrap()),
            "LocalDateTime::\"2024-02-29T10:00:00\"",
        ),
        (Value::LocalDate("2024-02-29".parse().unwrap()), "2024-02-29"),
        (Value::Decimal(Arc::new("1.50".parse().unwrap())), "1.50"),
        (Value::Decimal(Arc::new("1E+3".parse().unwrap())), "1d3"),
        (Value::Decimal(Arc::new("7".parse().unwrap())), "7."),
        (Value::Bytes(Arc::from(*b"abc")), "{{YWJj}}"),
    ];
    for (value, expected) in cases {
        assert_eq!(written(value.clone()), expected);
        assert_eq!(read(expected), Ok(value));
    }
    assert_eq!(written(Value::Duration("-PT1H0.5S".parse().unwrap())), "-3600.500000000");
    assert_eq!(
        written(Value::Instant("2024-04-21T23:00:00.123456Z".parse().unwrap())),
        "2024-04-21T23:00:00.123Z"
    );
    assert_eq!(read("Duration::\"PT5S\""), Ok(Value::Duration("PT5S".parse().unwrap())));
    let offset = read("ZonedDateTime::\"2013-09-08T16:19+02:00\"").unwrap();
    assert!(matches!(offset, Value::Zoned(moment) if moment.offset().seconds() == 7200));
}

#[test]
fn text_is_read() {
    let cases = [
        ("{views:7}", r#"{"views":7}"#),
        ("{id:0,name:\"john\"}\n{id:1}\n", r#"{"id":0,"name":"john"}"#),
        ("$ion_1_0 /* c */ [1, -2 // two\n, 0x1F, 0b11, 1_000,]", "[1,-2,31,3,1000]"),
        (
            "{'a b': x, \"c\": '''long ''' '''text''', d: null.int, 'e': nan_,}",
            r#"{"a b":"x","c":"long text","d":null,"e":"nan_"}"#,
        ),
        ("(+ 1 (a 'b' -2) -)", r#"["+",1,["a","b",-2],"-"]"#),
        ("some::other::{a: x::1}", r#"{"a":1}"#),
        (
            r#""\x41\u00e9\U0001F600\n\
b\ud83d\ude00""#,
            r#""Aé😀\nb😀""#,
        ),
        (r#""\ud83d\u0041""#, r#""\ufffdA""#),
        ("[1e3, -1.5e-1]", "[1000.0,-0.15]"),
        ("$ion_symbol_table::{symbols:[\"x\"]} 5", "5"),
        ("'quoted'", r#""quoted""#),
        ("''", r#""""#),
        ("'''a'b'''", r#""a'b""#),
        ("99999999999999999999", "99999999999999999999"),
    ];
    for (ion, json) in cases {
        assert_eq!(read(ion), Ok(parse_json(json).unwrap()), "{ion}");
    }
    assert_eq!(read_all("{id:0}\n{id:1}\n"), Ok(parse_json(r#"[{"id":0},{"id":1}]"#).unwrap()));
    assert_eq!(read_all(""), Ok(Value::List(Arc::default())));
    assert_eq!(read("+inf"), Ok(Value::Float(f64::INFINITY)));
    assert_eq!(read("1.25d2"), Ok(Value::Decimal(Arc::new(BigDecimal::new(125.into(), 0)))));
}

#[test]
fn timestamps_are_instants_or_dates() {
    let cases = [
        ("2024-04-21T23:00:00.000Z", "2024-04-21T23:00:00Z"),
        ("2024-04-21T23:00+02:00", "2024-04-21T21:00:00Z"),
        ("2024-04-21T23:00-00:00", "2024-04-21T23:00:00Z"),
    ];
    for (ion, moment) in cases {
        assert_eq!(read(ion), Ok(Value::Instant(moment.parse().unwrap())), "{ion}");
    }
    for (ion, date) in [("2024-04-21", "2024-04-21"), ("2024-04T", "2024-04-01"), ("2024T", "2024-01-01")] {
        assert_eq!(read(ion), Ok(Value::LocalDate(date.parse().unwrap())), "{ion}");
    }
}

#[test]
fn what_is_no_ion_is_refused() {
    let deep = "[".repeat(100_000);
    let parentheses = "(".repeat(100_000);
    let exponent = "1d1000000000";
    let cases = [
        "{not: ion",
        " // c",
        "[1 2]",
        "{a}",
        "\"a",
        "'a",
        "'''a",
        "{a:1",
        "/*",
        "\\",
        "1x",
        "0x",
        "2024-13-01",
        "2024-01-01T99:00Z",
        "{{!}}",
        "{{YWJj",
        "\"\\q\"",
        "\"\\u12\"",
        "\"\\",
        "é",
        "a::",
        "-",
        "1__0",
        &deep,
        &parentheses,
        exponent,
    ];
    for ion in cases {
        assert_eq!(read(ion).unwrap_err().category, Category::InvalidInput, "{ion}");
    }
    for argument in [Value::Int(5), Value::Map(Arc::default())] {
        assert_eq!(read(argument).unwrap_err().category, Category::Argument);
    }
    assert_eq!(read(Value::Null), Ok(Value::Null));
    assert_eq!(filter("toIon", Value::Null, &[]), Ok("null".into()));
}

#[test]
fn secret_parts_stay_secret() {
    let secret = Value::Str(Text::from("hunter2").into_secret());
    let list = Value::List(Arc::new(vec!["open".into(), secret]));
    let Ok(Value::Str(text)) = filter("toIon", list, &[]) else { panic!() };
    assert_eq!(text.masked(), r#"["open",******]"#);
    let ion = Value::Str(Text::from("{a:1}").into_secret());
    assert!(read(ion).unwrap().has_secret());
}

/// The same data that Amazon's own library writes for
/// `{id:1,name:"john",big:-300,f:1.5e0,d:1.50,t:2024-04-21T23:00:00.250Z,n:null,l:[true,sym],b:{{YWJj}}}`.
fn binary() -> Vec<u8> {
    let names = ["id", "big", "f", "d", "t", "n", "l", "sym", "b"];
    let mut symbols = vec![];
    for name in names {
        symbols.push(0x80 + name.len() as u8);
        symbols.extend(name.bytes());
    }
    // $ion_symbol_table::{symbols:[…]}
    let mut table = vec![0x87, 0xbe, 0x80 + symbols.len() as u8];
    table.extend(&symbols);
    let mut wrapper = vec![0x81, 0x83, 0xde, 0x80 + table.len() as u8];
    wrapper.extend(&table);
    let mut bytes = vec![0xe0, 1, 0, 0xea, 0xee, 0x80 + wrapper.len() as u8];
    bytes.extend(&wrapper);
    let mut fields: Vec<u8> = vec![];
    fields.extend([0x8a, 0x21, 1]); // id
    fields.extend([0x84, 0x84, b'j', b'o', b'h', b'n']); // name, a symbol of the system
    fields.extend([0x8b, 0x32, 0x01, 0x2c]); // big
    fields.extend([0x8c, 0x48, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0]); // f
    fields.extend([0x8d, 0x53, 0xc2, 0x00, 0x96]); // d
    fields.extend([0x8e, 0x6b, 0xc0, 0x0f, 0xe8, 0x84, 0x95, 0x97, 0x80, 0x80, 0xc3, 0x00, 0xfa]); // t
    fields.extend([0x8f, 0x0f]); // n
    fields.extend([0x90, 0xb3, 0x11, 0x71, 0x11]); // l
    fields.extend([0x92, 0xa3, b'a', b'b', b'c']); // b
    bytes.extend([0xde, 0x80 + fields.len() as u8]);
    bytes.extend(&fields);
    bytes.extend([0x21, 7]);
    bytes
}

#[test]
fn binary_data_is_read() {
    let bytes = binary();
    let expected = "{id:1,name:\"john\",big:-300,f:1.5e0,d:1.50,t:2024-04-21T23:00:00.250Z,n:null,\
                    l:[true,sym],b:{{YWJj}}}";
    assert_eq!(read(Value::Bytes(bytes.clone().into())), read(expected));
    let all = call(Kind::Function, "fromIon", Value::Null, &[Value::Bytes(bytes.into()), Value::Bool(true)]);
    let Ok(Value::List(values)) = all else { panic!("{all:?}") };
    assert_eq!(values.get(1), Some(&Value::Int(7)));
    assert_eq!(read(Value::Bytes(Arc::from(*b"{a:1}"))), read("{a:1}"));
}

#[test]
fn damaged_binary_data_is_refused() {
    let bytes = binary();
    for end in 0..bytes.len() {
        drop(read(Value::Bytes(bytes[..end].into())));
        for change in [0x00, 0x0e, 0x7f, 0x80, 0x8e, 0xbe, 0xde, 0xee, 0xff] {
            let mut damaged = bytes.clone();
            damaged[end] = change;
            drop(read(Value::Bytes(damaged.into())));
        }
    }
    let deep = [&[0xe0, 1, 0, 0xea][..], &[0xbe, 0x0f, 0x7f, 0xff].repeat(100_000)].concat();
    let long = [&[0xe0, 1, 0, 0xea, 0x2e][..], &[0x7f; 20]].concat();
    for bytes in [deep, long, vec![0xe0, 1, 0, 0xea], vec![0xff, 0xfe]] {
        assert_eq!(read(Value::Bytes(bytes.into())).unwrap_err().category, Category::InvalidInput);
    }
}

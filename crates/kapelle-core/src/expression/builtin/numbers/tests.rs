use std::sync::Arc;

use kapelle_model::Value;

use crate::expression::builtin::Kind;
use crate::expression::builtin::testing::{call, filter, printed, value};

fn check_number(kind: Option<&str>, cases: &[(&str, &str, &str)]) {
    let arguments: Vec<Value> = kind.map(Value::from).into_iter().collect();
    for (text, expected, class) in cases {
        let outcome = filter("number", *text, &arguments);
        assert_eq!(printed(&outcome), *expected, "{text} {kind:?}");
        if let Ok(number) = outcome {
            assert_eq!(printed(&filter("className", number, &[])), *class, "{text} {kind:?}");
        }
    }
}

const LONG: &str = "java.lang.Long";
const FLOAT: &str = "java.lang.Float";
const DOUBLE: &str = "java.lang.Double";
const BIG: &str = "java.math.BigInteger";
const DECIMAL: &str = "java.math.BigDecimal";

#[test]
fn numbers_are_read_as_the_kind_that_fits() {
    check_number(
        None,
        &[
            ("12", "12", LONG),
            ("-12", "-12", LONG),
            ("+12", "12", LONG),
            ("0", "0", LONG),
            ("-0", "0", LONG),
            ("12.3", "12.3", FLOAT),
            ("1.", "1.0", FLOAT),
            (".5", "0.5", FLOAT),
            ("-.5e-1", "-0.05", FLOAT),
            ("1e3", "1000.0", FLOAT),
            ("0.0", "0.0", FLOAT),
            ("1.12345678", "1.12345678", DOUBLE),
            ("3.141592653589793", "3.141592653589793", DOUBLE),
            ("1e100", "1.0E100", DOUBLE),
            ("0.12345678901234567890", "0.12345678901234567890", DECIMAL),
            ("1e400", &format!("1{}", "0".repeat(400)), DECIMAL),
            ("1e-400", &format!("0.{}1", "0".repeat(399)), DECIMAL),
            ("0x1F", "31", LONG),
            ("-0X1f", "-31", LONG),
            ("#ff", "255", LONG),
            ("0xffffffffffffffff", "18446744073709551615", BIG),
            ("010", "8", LONG),
            ("-010", "-8", LONG),
            ("09", "invalid_input", ""),
            ("12L", "12", LONG),
            ("-12l", "-12", LONG),
            ("+12L", "invalid_input", ""),
            ("1.5L", "invalid_input", ""),
            ("99999999999999999999L", "99999999999999999999", BIG),
            ("1.5f", "1.5", FLOAT),
            ("1e39f", "1.0E39", DOUBLE),
            ("1.5d", "1.5", DOUBLE),
            ("1D", "1.0", DOUBLE),
            ("123456789012345678901234567890", "123456789012345678901234567890", BIG),
            ("9223372036854775808", "9223372036854775808", BIG),
            ("1e999999999", "limit", ""),
            ("1e-99999999999999999999", "limit", ""),
        ],
    );
    let refused = [
        "", " ", " 12 ", " 1.5", "abc", "1e", "e5", ".", "-", "1.2.3", "1e5L", "NaN", "inf", "0x", "0x1G",
        "1_000", "--1", "1e+", "١", "é", "1.5é", "L", "d",
    ];
    check_number(None, &refused.map(|text| (text, "invalid_input", "")));
}

#[test]
fn a_named_kind_decides() {
    check_number(
        Some("INT"),
        &[("42", "42", LONG), ("4.2", "invalid_input", ""), ("3000000000", "invalid_input", "")],
    );
    check_number(Some("LONG"), &[("42", "42", LONG), ("9223372036854775808", "invalid_input", "")]);
    check_number(Some("FLOAT"), &[("42", "42.0", FLOAT), ("1.1f", "1.1", FLOAT), ("NaN", "NaN", FLOAT)]);
    check_number(
        Some("DOUBLE"),
        &[("42", "42.0", DOUBLE), ("nan", "invalid_input", ""), ("-1e3d", "-1000.0", DOUBLE)],
    );
    check_number(
        Some("BIGDECIMAL"),
        &[
            ("1.10", "1.10", DECIMAL),
            ("1E+3", "1000", DECIMAL),
            ("1e5000000", "limit", ""),
            ("1f", "invalid_input", ""),
        ],
    );
    check_number(
        Some("BIGINTEGER"),
        &[
            ("12345678901234567890", "12345678901234567890", BIG),
            ("5", "5", BIG),
            ("1.0", "invalid_input", ""),
        ],
    );
    check_number(Some("FOO"), &[("12", "12", LONG)]);
    assert_eq!(printed(&filter("number", 12_i64.into_value(), &[])), "type");
    assert_eq!(printed(&filter("number", Value::Null, &[])), "");
    assert_eq!(printed(&filter("number", "1".repeat(20_000).as_str(), &[])), "limit");
}

trait IntoValue {
    fn into_value(self) -> Value;
}

impl IntoValue for i64 {
    fn into_value(self) -> Value {
        Value::Int(self)
    }
}

#[test]
fn signs_and_extremes() {
    let abs = |number: Value| printed(&filter("abs", number, &[]));
    assert_eq!(abs(Value::Int(-7)), "7");
    assert_eq!(abs(Value::Int(i64::MIN)), "-9223372036854775808");
    assert_eq!(abs(Value::Float(-1.5)), "1.5");
    assert_eq!(abs(Value::Null), "null_value");
    assert_eq!(abs("-7".into()), "type");
    let cases = [
        ("max", "[5,10,15]", "15"),
        ("min", "[5,10,15]", "5"),
        ("max", "[1,2.5]", "2.5"),
        ("max", "[null,3]", "3"),
        ("max", "[3,null]", "3"),
        ("max", "[2,2.0]", "2"),
        ("max", "[]", ""),
        ("max", "[[1,2]]", "[1,2]"),
        ("max", "[\"a\",\"b\"]", "type"),
        ("min", "[1,\"b\"]", "type"),
    ];
    for (name, arguments, expected) in cases {
        let Value::List(arguments) = value(arguments) else { panic!() };
        assert_eq!(
            printed(&call(Kind::Function, name, Value::Null, &arguments)),
            expected,
            "{name}({arguments:?})"
        );
    }
}

#[test]
fn ranges() {
    let cases = [
        ("[0,3]", "[0,1,2,3]"),
        ("[0,6,2]", "[0,2,4,6]"),
        ("[0,5,2]", "[0,2,4]"),
        ("[5,1,-2]", "[5,3,1]"),
        ("[3,1]", "[]"),
        ("[1,3,-1]", "[]"),
        ("[2,2]", "[2]"),
        ("[2,2,-1]", "[2]"),
        ("[0,1,5]", "[0]"),
        ("[0,-1,5]", "[]"),
        ("[1.9,3.9]", "[1,2,3]"),
        ("[\"a\",\"g\",3]", "[\"a\",\"d\",\"g\"]"),
        ("[\"c\",\"a\",-1]", "[\"c\",\"b\",\"a\"]"),
        ("[1,3,0]", "argument"),
        ("[1,3,\"1\"]", "argument"),
        ("[1,3,null]", "[1,2,3]"),
        ("[\"ab\",\"c\"]", "argument"),
        ("[1,\"c\"]", "argument"),
        ("[1,null]", "argument"),
        ("[0,2000000]", "limit"),
        ("[-9223372036854775807,9223372036854775807]", "limit"),
        ("[9223372036854775806,9223372036854775807,3]", "[9223372036854775806]"),
    ];
    for (arguments, expected) in cases {
        let Value::List(arguments) = value(arguments) else { panic!() };
        let outcome = call(Kind::Function, "range", Value::Null, &arguments);
        assert_eq!(printed(&outcome), expected, "{arguments:?}");
    }
    assert!(call(Kind::Function, "range", Value::Null, &[Value::Int(1), Value::Int(1_000_000)]).is_ok());
}

#[test]
fn patterns_of_numbers() {
    let cases = [
        ("3.141592653", "#.##", "3.14"),
        ("1234567.891", "#,##0.00", "1,234,567.89"),
        ("7", "000", "007"),
        ("0.256", "0.0%", "25.6%"),
        ("0.0256", "0.0‰", "25.6‰"),
        ("2.5", "#", "2"),
        ("3.5", "#", "4"),
        ("0.5", "#", "0"),
        ("0.51", "#", "1"),
        ("9.5", "#", "10"),
        ("999.996", "#,##0.00", "1,000.00"),
        ("3.0", "#.##", "3"),
        ("3", "0.00", "3.00"),
        ("0.5", "#.##", "0.5"),
        ("0.5", ".##", ".5"),
        ("0.5", ".00", ".50"),
        ("5", "0 'items'", "5 items"),
        ("5", "'#'0", "#5"),
        ("5", "0''", "5'"),
        ("-1234.5", "#,##0.0", "-1,234.5"),
        ("-5", "0;(0)", "(5)"),
        ("5", "0;(0)", "5"),
        ("-5", "0;0", "-5"),
        ("-5", "$0.00", "-$5.00"),
        ("5", "¤0.00", "$5.00"),
        ("5", "¤¤ 0", "USD 5"),
        ("12345", "0.###E0", "1.234E4"),
        ("12345", "##0.#####E0", "12.345E3"),
        ("123456", "##0.#####E0", "123.456E3"),
        ("0.00012", "##0.##E0", "120E-6"),
        ("0.01234", "000.0E00", "123.4E-04"),
        ("0", "0.###E0", "0E0"),
        ("0", "#", "0"),
        ("0.0", "#.#", "0"),
        ("-0.001", "0.00", "-0.00"),
        ("0.125", "0.00", "0.12"),
        ("0.135", "0.00", "0.14"),
        ("1.005", "0.00", "1.00"),
        ("2.345", "0.00", "2.35"),
        ("0.1", "0.00000000000000000000", "0.10000000000000000000"),
        ("1e300", "0.0E0", "1.0E300"),
        ("5", "0.", "5."),
        ("5", "abc", "abc5"),
        ("1234.5", "", "1,234.5"),
        ("123456789", "#,####", "1,2345,6789"),
        ("9223372036854775807", "0%", "922337203685477580700%"),
        ("1", "0.0.0", "argument"),
        ("1", "0.#0", "argument"),
        ("1", "#,", "argument"),
        ("1", "0%%", "argument"),
        ("1", "0'", "argument"),
        ("1", "0E", "argument"),
        ("1", "0;0;0", "argument"),
        ("1", "0#", "argument"),
        ("\"5\"", "0.00", "type"),
        ("null", "0", ""),
    ];
    for (number, pattern, expected) in cases {
        assert_eq!(
            printed(&filter("numberFormat", value(number), &[pattern.into()])),
            expected,
            "{number} {pattern}"
        );
    }
    let plain = |number: Value| printed(&filter("numberFormat", number, &[]));
    assert_eq!(plain(Value::Float(1_234_567.891_2)), "1,234,567.891");
    assert_eq!(plain(Value::Int(1_234_567)), "1,234,567");
    assert_eq!(plain(Value::Float(f64::NAN)), "NaN");
    assert_eq!(plain(Value::Float(f64::NEG_INFINITY)), "-∞");
    assert_eq!(plain(Value::Float32(1.232_654)), "1.233");
    assert_eq!(plain(Value::Decimal(Arc::new("1e900000".parse().unwrap()))), "limit");
    assert_eq!(plain(Value::Decimal(Arc::new("12345.6785".parse().unwrap()))), "12,345.678");
}

#[test]
fn specifiers() {
    let cases = [
        ("%s is %d", "[\"a\",5]", "a is 5"),
        ("%.2f", "[3.14159]", "3.14"),
        ("%.2f", "[1.005]", "1.01"),
        ("%.2f", "[0.125]", "0.13"),
        ("%.0f|%#.0f", "[2.5,2.5]", "3|3."),
        ("%f", "[1.0]", "1.000000"),
        ("%05d|%-5s|", "[42,\"ab\"]", "00042|ab   |"),
        ("100%%|%5%|%-5%|", "[]", "100%|    %|%    |"),
        ("%n", "[]", "\n"),
        ("%x %X %#x %o %#o", "[255,255,255,8,8]", "ff FF 0xff 10 010"),
        ("%x", "[-1]", "ffffffffffffffff"),
        ("%#010x", "[255]", "0x000000ff"),
        ("%,d %+d % d %(d", "[1234567,5,5,-5]", "1,234,567 +5  5 (5)"),
        ("%,.2f", "[1234567.891]", "1,234,567.89"),
        ("%+.1f %08.2f %(.1f", "[1.5,-3.14159,-2.0]", "+1.5 -0003.14 (2.0)"),
        ("%10.3f|%-10.3f|", "[3.14159,3.14159]", "     3.142|3.142     |"),
        ("%e %.2E %.0e", "[12345.678,0.00012,0.0]", "1.234568e+04 1.20E-04 0e+00"),
        ("%g %g %g %.3g", "[12345.678,0.00001,0.0,1234.5]", "12345.7 1.00000e-05 0.00000 1.23e+03"),
        ("%a", "[1.5]", "0x1.8p0"),
        ("%b %B %b", "[true,\"x\",null]", "true TRUE false"),
        ("%c%c", "[\"a\",98]", "ab"),
        ("%S %.2s %10.3s|", "[\"abc\",\"abc\",\"abcdef\"]", "ABC ab        abc|"),
        ("%h", "[\"hello\"]", "5e918d2"),
        ("%s %s", "[[1,\"a\"],{\"k\":null}]", "[1, a] {k=null}"),
        ("%s %d %5s", "[null,null,null]", "null null  null"),
        ("%2$s %1$s %<s %s", "[\"a\",\"b\"]", "b a a a"),
        ("%tY-%<tm-%<td %<tH:%<tM:%<tS %<tL", "[1704164645006]", "2024-01-02 03:04:05 006"),
        (
            "%tF %<tT %<tA %<tb %<tp %<tI %<tj %<te",
            "[1704164645006]",
            "2024-01-02 03:04:05 Tuesday Jan am 03 002 2",
        ),
        ("%Tc", "[0]", "THU JAN 01 00:00:00 UTC 1970"),
        ("%s %s", "[\"a\"]", "argument"),
        ("%d", "[\"a\"]", "argument"),
        ("%d", "[1.5]", "argument"),
        ("%f", "[1]", "argument"),
        ("%5", "[1]", "argument"),
        ("%", "[1]", "argument"),
        ("%é", "[1]", "argument"),
        ("%y", "[1]", "argument"),
        ("%D", "[1]", "argument"),
        ("%--5d", "[1]", "argument"),
        ("%-d", "[1]", "argument"),
        ("%-05d", "[1]", "argument"),
        ("%.2d", "[1]", "argument"),
        ("%0$s", "[1]", "argument"),
        ("%<s", "[1]", "argument"),
        ("%tv", "[0]", "argument"),
        ("%ty", "[\"2024\"]", "argument"),
        ("%99999999999d", "[1]", "limit"),
        ("%.20000f", "[1.0]", "limit"),
        ("%9999999d", "[1]", &" ".repeat(9_999_998)),
    ];
    for (template, arguments, expected) in cases {
        let Value::List(arguments) = value(arguments) else { panic!() };
        let outcome = filter("format", template, &arguments);
        if template.len() == 9 && expected.len() > 1000 {
            assert!(outcome.is_ok());
            continue;
        }
        assert_eq!(printed(&outcome), expected, "{template} {arguments:?}");
    }
    assert_eq!(printed(&filter("format", Value::Null, &[Value::Int(1)])), "");
    let infinite = [Value::Float(f64::INFINITY), Value::Float(f64::NAN)];
    assert_eq!(printed(&filter("format", "%+010f|%5.1f", &infinite)), " +Infinity|  NaN");
    assert_eq!(
        printed(&filter("format", "%9999999d".repeat(20).as_str(), &vec![Value::Int(1); 20])),
        "limit"
    );
}

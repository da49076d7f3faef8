use kapelle_core::expression::plain;

use super::*;

fn value(yaml: &str) -> Value {
    plain::from_yaml(yaml).unwrap()
}

/// `value operator expected`, and what comes of it.
fn play(actual: &str, operator: &str, expected: &str) -> String {
    let operator = Operator::from_name(operator).unwrap();
    match operator.holds(&value(actual), &value(expected)) {
        Ok(holds) => holds.to_string(),
        Err(reason) => reason,
    }
}

#[test]
fn each_operator_holds_for_what_its_name_says() {
    let table = [
        // Numbers are numbers, whether they came as such or as a text.
        ("3", "equalTo", "3", "true"),
        ("'3'", "equalTo", "3", "true"),
        ("3.0", "equalTo", "3", "true"),
        ("'3.0'", "equalTo", "'3'", "false"),
        ("9007199254740993", "equalTo", "9007199254740992", "false"),
        ("true", "equalTo", "'true'", "true"),
        ("a", "equalTo", "A", "false"),
        ("null", "equalTo", "null", "true"),
        ("null", "equalTo", "''", "false"),
        ("[1, '2', {a: b}]", "equalTo", "['1', 2, {a: b}]", "true"),
        ("{a: 1, b: 2}", "equalTo", "{b: 2, a: 1}", "true"),
        ("{a: 1}", "equalTo", "{a: 1, b: null}", "false"),
        ("3", "notEqualTo", "4", "true"),
        ("null", "notEqualTo", "4", "true"),
        ("10", "greaterThan", "9", "true"),
        ("'10'", "greaterThan", "9", "true"),
        ("9", "greaterThan", "9", "false"),
        ("9", "greaterThanOrEqualTo", "9.0", "true"),
        ("8.99", "lessThan", "9", "true"),
        ("9", "lessThanOrEqualTo", "8", "false"),
        ("-1e3", "lessThan", "0", "true"),
        ("a", "greaterThan", "1", "the text is no number"),
        ("'1e99999'", "greaterThan", "1", "the text is no number"),
        ("null", "lessThan", "1", "null is no number"),
        ("b", "in", "[a, b]", "true"),
        ("2", "in", "['1', '2']", "true"),
        ("c", "in", "[a, b]", "false"),
        ("c", "notIn", "[a, b]", "true"),
        ("c", "in", "abc", "a list is needed to look in, and the text is none"),
        ("null", "isNull", "true", "true"),
        ("null", "isNull", "false", "false"),
        ("''", "isNull", "true", "false"),
        ("''", "isNotNull", "true", "true"),
        ("a", "isNotNull", "'false'", "false"),
        ("a", "isNull", "maybe", "`true` or `false` is needed, and the text is neither"),
        ("hello world", "contains", "lo w", "true"),
        ("[a, 2]", "contains", "'2'", "true"),
        ("{a: 1}", "contains", "a", "true"),
        ("{a: 1}", "contains", "1", "false"),
        ("1234", "contains", "23", "true"),
        ("hello", "startsWith", "he", "true"),
        ("hello", "startsWith", "lo", "false"),
        ("hello", "endsWith", "lo", "true"),
        ("[hello]", "endsWith", "lo", "a list is no text"),
        ("null", "startsWith", "a", "null is no text"),
    ];
    for (actual, operator, expected, outcome) in table {
        assert_eq!(play(actual, operator, expected), outcome, "{actual} {operator} {expected}");
    }
}

#[test]
fn secrets_compare_as_what_they_are_and_are_in_no_message() {
    let secret = |yaml: &str| value(yaml).into_secret();
    assert_eq!(EqualTo.holds(&secret("hush"), &value("hush")), Ok(true));
    assert_eq!(EqualTo.holds(&secret("[1, 2]"), &value("[1, 2]")), Ok(true));
    assert_eq!(GreaterThan.holds(&secret("hush"), &value("1")), Err("the text is no number".to_owned()));
}

#[test]
fn every_operator_is_found_by_its_name() {
    for operator in Operator::ALL {
        assert_eq!(Operator::from_name(operator.name()), Some(operator));
    }
    assert_eq!(Operator::from_name("equals"), None);
}

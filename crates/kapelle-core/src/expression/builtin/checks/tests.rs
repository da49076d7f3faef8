use kapelle_model::Value;

use super::super::Kind;
use super::super::testing::{call, value};

#[track_caller]
fn check(name: &str, cases: &[(&str, &str)]) {
    for (input, expected) in cases {
        for input in [value(input), value(input).into_secret()] {
            let shown = match call(Kind::Test, name, input.clone(), &[]) {
                Ok(Value::Bool(answer)) => answer.to_string(),
                Ok(other) => panic!("{name} gives {other:?}"),
                Err(error) => error.category.word().to_owned(),
            };
            assert_eq!(shown, *expected, "{input:?} is {name}");
        }
    }
}

#[test]
fn values_are_told_apart() {
    check("defined", &[("null", "false"), ("\"\"", "true"), ("0", "true")]);
    check("null", &[("null", "true"), ("\"\"", "false")]);
    check(
        "empty",
        &[
            ("null", "true"),
            ("\"\"", "true"),
            ("\" \\n\"", "true"),
            ("\"a\"", "false"),
            ("[]", "true"),
            ("{}", "true"),
            ("[1]", "false"),
            ("0", "false"),
            ("false", "false"),
        ],
    );
    check("iterable", &[("[]", "true"), ("{}", "false"), ("\"abc\"", "false"), ("null", "false")]);
    check("map", &[("{}", "true"), ("[]", "false"), ("null", "false")]);
    check(
        "even",
        &[
            ("2", "true"),
            ("3", "false"),
            ("0", "true"),
            ("-2", "true"),
            ("20000000000000000000", "true"),
            ("2.0", "type"),
            ("\"2\"", "type"),
            ("null", "null_value"),
        ],
    );
    check("odd", &[("-3", "true"), ("2", "false"), ("20000000000000000001", "true"), ("null", "null_value")]);
    check(
        "json",
        &[
            ("\"[1,2]\"", "true"),
            ("\"5\"", "true"),
            ("\"null\"", "true"),
            ("\"hello\"", "false"),
            ("\"{\\\"a\\\": }\"", "false"),
            ("\"\"", "true"),
            ("1", "type"),
            ("null", "null_value"),
        ],
    );
}

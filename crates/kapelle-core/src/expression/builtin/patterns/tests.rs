use std::sync::Arc;

use kapelle_model::{Map, Text, Value};
use proptest::prelude::*;

use crate::expression::builtin::testing::filter;
use crate::expression::{Category, Outcome};

fn text(text: &str) -> Value {
    Value::from(text)
}

fn map(pairs: &[(&str, Value)]) -> Value {
    Value::Map(Arc::new(pairs.iter().map(|(key, value)| ((*key).into(), value.clone())).collect::<Map>()))
}

fn list(items: &[Value]) -> Value {
    Value::List(Arc::new(items.to_vec()))
}

fn category(outcome: Outcome) -> Category {
    outcome.unwrap_err().category
}

#[test]
fn replace_takes_pairs_in_order() {
    let check = |input: Value, pairs: Value, regexp: bool, expected: Value| {
        let result = filter("replace", input, &[pairs, Value::Bool(regexp)]);
        assert_eq!(result, Ok(expected));
    };
    check(text("abc"), map(&[("a", text("b")), ("b", text("x"))]), false, text("xxc"));
    check(text("a.b.c"), map(&[(".", text("-"))]), false, text("a-b-c"));
    check(text("a.b.c"), map(&[(r"\.", text("-"))]), true, text("a-b-c"));
    check(text("x1yy2z3"), map(&[(r"(\d)", text("<$1>"))]), true, text("x<1>yy<2>z<3>"));
    check(text("a1ab"), map(&[("a(?=b)", text("X"))]), true, text("a1Xb"));
    check(text("AbaB"), map(&[("(?i)ab", text("x"))]), true, text("xx"));
    check(text("ab"), map(&[("", text("-"))]), false, text("-a-b-"));
    check(Value::Int(101), map(&[("0", Value::Int(9))]), false, text("191"));
    check(
        list(&[text("aa"), list(&[text("ba")]), Value::Int(1), Value::Null]),
        map(&[("a", text("x"))]),
        false,
        list(&[text("xx"), list(&[text("bx")]), text("1"), Value::Null]),
    );
    check(map(&[("k", text("k"))]), map(&[("k", text("x"))]), false, map(&[("k", text("x"))]));
    check(Value::Null, map(&[]), false, Value::Null);
}

#[test]
fn replace_says_what_is_wrong() {
    assert_eq!(category(filter("replace", "a", &[])), Category::Argument);
    assert_eq!(category(filter("replace", "a", &[text("a"), text("b")])), Category::Argument);
    assert_eq!(category(filter("replace", "a", &[map(&[("a", Value::Null)])])), Category::NullValue);
    let bad = filter("replace", "a", &[map(&[("a(", text(""))]), Value::Bool(true)]).unwrap_err();
    assert_eq!(bad.category, Category::InvalidInput);
    assert_eq!(
        bad.message,
        "the regular expression `a(` is wrong at character 2: the group is not closed: `)` is missing; for the character itself write `\\(`"
    );
    let long = text(&"a".repeat(1 << 20));
    assert_eq!(category(filter("replace", long.clone(), &[map(&[("a", long.clone())])])), Category::Limit);
    let pairs = map(&[("a", long.clone())]);
    assert_eq!(category(filter("replace", long, &[pairs, Value::Bool(true)])), Category::Limit);
}

#[test]
fn split_gives_a_list() {
    assert_eq!(filter("split", "a,b,,", &[text(",")]), Ok(list(&[text("a"), text("b")])));
    assert_eq!(filter("split", "a.b", &[text(".")]), Ok(list(&[])));
    assert_eq!(filter("split", "a|b", &[text("|")]), Ok(list(&[text("a"), text("|"), text("b")])));
    assert_eq!(filter("split", "a,b,c", &[text(","), Value::Int(2)]), Ok(list(&[text("a"), text("b,c")])));
    assert_eq!(filter("split", Value::Null, &[text(",")]), Ok(Value::Null));
    assert_eq!(category(filter("split", Value::Int(123), &[text("2")])), Category::Type);
    assert_eq!(category(filter("split", "a", &[])), Category::Argument);
    assert_eq!(category(filter("split", "a", &[text("(")])), Category::InvalidInput);
    let secret = filter("split", Value::Str(Text::from("a,b").into_secret()), &[text(",")]);
    assert_eq!(secret, Ok(list(&[text("a"), text("b")]).into_secret()));
}

#[test]
fn regular_expressions_of_level_two() {
    assert_eq!(filter("regexMatch", Value::Int(123), &[text("2")]), Ok(Value::Bool(true)));
    assert_eq!(filter("regexMatch", "abc", &[text("^[0-9]+$")]), Ok(Value::Bool(false)));
    assert_eq!(filter("regexMatch", Value::Null, &[text("a")]), Ok(Value::Bool(false)));
    assert_eq!(category(filter("regexMatch", "a", &[])), Category::Argument);
    assert_eq!(category(filter("regexMatch", "a", &[text("(")])), Category::InvalidInput);
    assert_eq!(filter("regexReplace", "a b", &[text("(a) (b)"), text("$2$1")]), Ok(text("ba")));
    assert_eq!(filter("regexReplace", Value::Null, &[text("a"), text("b")]), Ok(Value::Null));
    assert_eq!(category(filter("regexReplace", "a", &[text("a")])), Category::Argument);
    assert_eq!(category(filter("regexReplace", "a", &[text("a"), text("$1")])), Category::Argument);
    assert_eq!(filter("regexExtract", "ab12", &[text("([a-z]+)([0-9]+)"), Value::Int(2)]), Ok(text("12")));
    assert_eq!(filter("regexExtract", "x12", &[text("[0-9]+")]), Ok(text("12")));
    assert_eq!(filter("regexExtract", "b", &[text("(a)?b"), Value::Int(1)]), Ok(Value::Null));
    assert_eq!(filter("regexExtract", "abc", &[text("[0-9]")]), Ok(Value::Null));
    assert_eq!(category(filter("regexExtract", "ab", &[text("a"), Value::Int(3)])), Category::Argument);
    assert_eq!(category(filter("regexExtract", "ab", &[text("a"), Value::Int(-1)])), Category::Argument);
}

proptest! {
    #[test]
    fn any_text_is_split_and_replaced(input in "\\PC{0,40}", pattern in "\\PC{0,10}", replacement in "\\PC{0,10}", limit in any::<i64>()) {
        let _split = filter("split", input.as_str(), &[text(&pattern), Value::Int(limit)]);
        let pairs = map(&[(pattern.as_str(), text(&replacement))]);
        let _replaced = filter("replace", input.as_str(), &[pairs.clone(), Value::Bool(true)]);
        let literal = filter("replace", input.as_str(), &[pairs, Value::Bool(false)]);
        prop_assert_eq!(literal, Ok(text(&input.replace(&pattern, &replacement))));
    }
}

use std::sync::Arc;

use kapelle_core::expression::plain::{from_ion, to_ion};
use kapelle_model::{Map, Value};
use proptest::prelude::*;

use super::{Expression, GroupExpression, Scope};

const RECORD: &str = r#"{
    id:17, amount:12.50, price:10, rate:1.5e0, big:123456789012345678901234567890, name:"Ada", text_number:"12.5", yes:"TRUE",
    nothing:null, in:"FR", user:{'first name':"Ada",address:{city:"Paris"}}, empty:[],
    items:[{price:1,tags:["a","b"]},{},{price:3.5}], orders:[{lines:[{price:1}]},{lines:[]}],
    words:["b","a"], numbers:["10","9"], values:[1,null,2], mixed:[1,"x"],
    at:2026-05-06T07:08:09.000Z, day:2026-05-06, blob:{{YWJj}}
}"#;

fn record() -> Map {
    match from_ion(RECORD, 1).unwrap().remove(0) {
        Value::Map(map) => Arc::unwrap_or_clone(map),
        other => panic!("{other:?}"),
    }
}

/// What an expression gives, in Ion, or what is wrong.
fn given(text: &str) -> String {
    let record = record();
    let inputs = [Arc::new(record.clone()), Arc::new(Map::from_iter([("x y".into(), Value::Int(2))]))];
    let expression = match Expression::parse(text, inputs.len()) {
        Ok(expression) => expression,
        Err(reason) => return format!("wrong: {reason}"),
    };
    let scope = Scope { record: &record, inputs: &inputs, aggregated: &[] };
    match expression.evaluate(scope) {
        Ok(value) => to_ion(&value, 10_000).unwrap().expose().to_owned(),
        Err(reason) => format!("failed: {reason}"),
    }
}

fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(given(text), *expected, "{text}");
    }
}

#[test]
fn a_path_leads_to_what_is_there_or_to_nothing() {
    check(&[
        ("id", "17"),
        ("missing", "null"),
        ("nothing.deeper[0].still", "null"),
        ("user.address.city", "\"Paris\""),
        ("user[\"first name\"]", "\"Ada\""),
        ("user['first name']", "\"Ada\""),
        ("items[0].price", "1"),
        ("items[9].price", "null"),
        ("items[].price", "[1,null,3.5]"),
        ("items[].tags[0]", "[\"a\",null,null]"),
        ("orders[].lines[].price", "[[1],[]]"),
        ("words[]", "[\"b\",\"a\"]"),
        ("in", "\"FR\""),
        ("$1.id", "17"),
        ("$2[\"x y\"]", "2"),
        ("$2.id", "null"),
    ]);
    assert!(given("name.x").contains("column 5 of `name.x`: a map with the field `x` is expected"));
    assert!(given("name[0]").contains("a list is expected, and `\"Ada\"` is a text"));
    assert!(given("user[]").contains("a list is expected"));
}

#[test]
fn arithmetic_is_exact_and_gives_decimals() {
    check(&[
        ("1 + 2 * 3", "7."),
        ("(1 + 2) * 3", "9."),
        ("10 - 5 - 1", "4."),
        ("100 / 10 / 2", "5."),
        ("0.1 + 0.2", "0.3"),
        ("rate * 2", "3.0"),
        ("amount * price", "125.00"),
        ("amount - -1", "13.50"),
        ("-price", "-10."),
        ("text_number + 1", "13.5"),
        ("big + 1", "123456789012345678901234567891."),
        ("1 / 3", "0.3333333333"),
        ("2 / 3", "0.6666666667"),
        ("-2 / 3", "-0.6666666667"),
        ("1 / 8", "0.125"),
        ("100 / 1", "100."),
        ("1e3", "1d3"),
        ("1 / 0", "null"),
        ("1 + nothing", "null"),
        ("-nothing", "null"),
    ]);
    assert!(
        given("name + 1").contains("column 6 of `name + 1`: a number is expected, and `\"Ada\"` is a text")
    );
    assert!(given("1e999 * 1e999").contains("more than 1000 digits"));
    assert!(given("1e99999").contains("too long or too large"));
}

#[test]
fn values_compare_with_their_like() {
    check(&[
        ("price > 9 && price <= 10", "true"),
        ("price == 10", "true"),
        ("price = 10.0", "true"),
        ("price != 10", "false"),
        ("rate == 1.5", "true"),
        ("name == \"Ada\"", "true"),
        ("name < \"B\"", "true"),
        ("text_number > 12", "true"),
        ("text_number == 12.5", "false"),
        ("at > day", "true"),
        ("at >= \"2026-05-06T09:08:09+02:00\"", "true"),
        ("at == parseTimestamp(\"2026-05-06T07:08:09Z\")", "true"),
        ("items[0].tags == words", "false"),
        ("1 + 2 in (2, 3)", "true"),
        ("in in (\"US\", concat(\"F\", \"R\"))", "true"),
        ("name in (\"x\")", "false"),
        ("1 + 2 * 3 == 7", "true"),
        ("!(1 + 2 * 3 > 6)", "false"),
    ]);
    assert!(given("user > 1").contains("a number is expected"));
    assert!(given("at > 1").contains("a moment is expected"));
    assert!(given("at > \"x\"").contains("a moment such as 2026-05-06T07:08:09Z is expected"));
}

#[test]
fn null_is_null_until_somebody_decides() {
    check(&[
        ("null == null", "true"),
        ("NULL != null", "false"),
        ("nothing == 1", "false"),
        ("nothing != 1", "true"),
        ("nothing > 1", "null"),
        ("nothing in (1, null)", "false"),
        ("!nothing", "null"),
        ("null && false", "null"),
        ("null || true", "null"),
        ("false && null", "false"),
        ("true || null", "true"),
        ("true && null", "null"),
        ("false || null", "null"),
        ("null && toInt(name)", "null"),
        ("false && toInt(name) == 1", "false"),
        ("true || false && false", "true"),
        ("yes && true", "true"),
        ("coalesce(nothing, missing, 3)", "3."),
        ("coalesce(1, toInt(name))", "1."),
        ("coalesce()", "null"),
    ]);
    assert!(given("price && true").contains("true or false is expected, and `10` is a number"));
}

#[test]
fn functions_do_what_they_say() {
    check(&[
        ("sum(items[].price)", "4.5"),
        ("SUM(orders[].lines[].price)", "1."),
        ("sum(empty)", "0."),
        ("sum(missing)", "null"),
        ("avg(values)", "1.5"),
        ("avg(empty)", "null"),
        ("count(values)", "3"),
        ("count(missing)", "null"),
        ("min(values)", "1."),
        ("max(items[].price)", "3.5"),
        ("min(words)", "\"a\""),
        ("min(numbers)", "9."),
        ("max(empty)", "null"),
        ("first(values)", "1"),
        ("last(values)", "2"),
        ("toInt(\" 42.0 \")", "42"),
        ("toInt(big)", "123456789012345678901234567890"),
        ("toInt(nothing)", "null"),
        ("toDecimal(text_number)", "12.5"),
        ("toDecimal(rate)", "1.5"),
        ("toString(amount)", "\"12.50\""),
        ("toString(toDecimal(\"1e3\"))", "\"1000\""),
        ("toString(words)", "\"[\\\"b\\\",\\\"a\\\"]\""),
        ("toBoolean(yes)", "true"),
        ("parseTimestamp(\"2026-05-06T09:08:09.5+02:00\")", "2026-05-06T07:08:09.500Z"),
        ("parseTimestamp(day)", "2026-05-06T00:00:00.000Z"),
        ("concat(name, nothing, \"-\", id, '\\'')", "\"Ada-17'\""),
        ("concat()", "\"\""),
    ]);
    for (text, expected) in [
        ("sum(name)", "`sum`: a list, as `items[].price` gives one, is expected"),
        ("sum(mixed)", "a number is expected, and `\"x\"` is a text"),
        ("max(mixed)", "a number is expected"),
        ("toInt(1.5)", "a whole number is expected, and `1.5` is a number"),
        ("toBoolean(1)", "true or false is expected"),
        ("parseTimestamp(\"yesterday\")", "a moment such as"),
    ] {
        let told = given(text);
        assert!(told.starts_with("failed: ") && told.contains(expected), "{text}: {told}");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_column_and_what_is_expected() {
    for (text, expected) in [
        ("", "column 1 of ``: a value, a field or `(` is expected, not the end"),
        ("user.", "column 6 of `user.`: the name of a field behind `.` is expected, not the end"),
        ("user..id", "column 6"),
        ("(", "column 2"),
        ("1 + 2)", "column 6 of `1 + 2)`: an operator or the end is expected, not `)`"),
        (
            "user[foo]",
            "column 6 of `user[foo]`: `]`, the place of an item from 0 on, or a name in quotes is expected",
        ),
        ("user[1.2]", "column 6"),
        ("user[-1]", "not `-`"),
        ("user[1e30]", "the place of an item"),
        ("user[\"x\"", "`]` is expected, not the end"),
        ("sum(1 2)", "column 7 of `sum(1 2)`: `,` or `)` is expected, not a number"),
        ("sum(,)", "column 5"),
        ("toInt()", "`toInt` takes one argument, not 0"),
        ("toInt(1, 2)", "`toInt` takes one argument, not 2"),
        ("tooInt(1)", "column 1 of `tooInt(1)`: there is no function `tooInt`: did you mean `toInt`?"),
        (
            "country in \"FR\"",
            "column 12 of `country in \"FR\"`: `(` and a list of values behind `in` is expected",
        ),
        ("country in ()", "not `)`"),
        ("1..2", "column 2"),
        ("1x", "it is no number"),
        ("a\n  @", "line 2, column 3 of"),
        ("é @", "column 3 of `é @`: `@` has no meaning"),
        ("\"abc", "column 1 of `\"abc`: the text has no end"),
        ("\"abc\\", "the text has no end"),
        ("\"\\x\"", "there is no escape `\\x`"),
        ("$x", "the number of an input is expected behind `$`"),
        ("$0", "the number of an input"),
        ("$3.a", "there is no `$3`: there are 2 inputs"),
    ] {
        let told = given(text);
        assert!(told.starts_with("wrong: at ") && told.contains(expected), "{text}: {told}");
    }
    assert!(Expression::parse("$1.a", 0).unwrap_err().contains("here fields are named without it"));
    assert!(given(&"(".repeat(9_000)).contains("more than 50 expressions are inside of each other"));
    assert!(given(&"!".repeat(9_000)).contains("inside of each other"));
    assert!(given(&" ".repeat(10_001)).contains("more than 10000 bytes"));
    assert_eq!(given(&format!("1{}", " + 1".repeat(2_000))), "2001.");
    assert_eq!(given(&format!("{}7{}", "(".repeat(50), ")".repeat(50))), "7.");
}

#[test]
fn names_lead_to_a_field_and_to_nothing_else() {
    let names = |text: &str| {
        let names = Expression::parse(text, 0).unwrap().names()?;
        Some(names.join("/"))
    };
    assert_eq!(names("items[]").as_deref(), Some("items"));
    assert_eq!(names("a[\"b c\"].d[]").as_deref(), Some("a/b c/d"));
    assert_eq!(names("a[].b[]"), None);
    assert_eq!(names("a[0]"), None);
    assert_eq!(names("first(a)"), None);
}

#[test]
fn over_a_group_a_field_is_looked_at_by_functions_only() {
    for (text, count) in [
        ("count()", 1),
        ("sum(a * b)", 1),
        ("sum(a) / count()", 2),
        ("sum(sum(items[].price))", 1),
        ("1 + 1", 0),
    ] {
        assert_eq!(GroupExpression::parse(text).unwrap().aggregators().count(), count, "{text}");
    }
    for (text, expected) in [
        ("total", "column 1 of `total`: a field is looked at by a function over the group only"),
        ("sum(a) + b", "column 10"),
        ("sum()", "`sum` takes one argument, not 0"),
        ("count(a, b)", "`count` takes one argument, not 2"),
        ("sum($1.a)", "here fields are named without it"),
        ("median(a)", "there is no function `median`"),
    ] {
        let told = GroupExpression::parse(text).unwrap_err();
        assert!(told.contains(expected), "{text}: {told}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*") {
        let _any = given(&text);
        let _any = GroupExpression::parse(&text);
    }

    #[test]
    fn any_text_of_known_pieces_is_read_or_refused(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "items", "[]", "[0]", ".", "price", "(", ")", "sum", "coalesce", "min", "concat", "toInt", "parseTimestamp", ",",
            "+", "-", "*", "/", "==", "<", "&&", "||", "!", " in ", "1", "2.5", "1e300", "\"x\"", "null", "true", "$1", "at", "big",
        ]), 0..24)
    ) {
        let text = pieces.concat();
        let _any = given(&text);
        let _any = GroupExpression::parse(&text);
    }
}

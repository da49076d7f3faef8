use std::sync::Arc;

use kapelle_model::{Map, Text, Value};

use crate::expression::builtin::testing::filter;
use crate::expression::{Category, Outcome};

fn shown(outcome: Outcome) -> String {
    match outcome {
        Ok(Value::Null) => "null".into(),
        Ok(Value::Str(text)) => text.masked(),
        Ok(other) => format!("{other:?}"),
        Err(error) => format!("{}: {}", error.category.word(), error.message),
    }
}

fn check(name: &str, cases: &[(Value, &[Value], &str)]) {
    for (input, arguments, expected) in cases {
        let result = shown(filter(name, input.clone(), arguments));
        assert_eq!(result, *expected, "{input:?} | {name}({arguments:?})");
    }
}

fn text(text: &str) -> Value {
    Value::from(text)
}

/// `a` shown, `b` secret, `c` shown.
fn partly_secret(a: &str, b: &str, c: &str) -> Value {
    let shown = Text::concat(&a.into(), &Text::from(b).into_secret());
    Value::Str(Text::concat(&shown, &c.into()))
}

#[test]
fn case_changes() {
    let list = Value::List(Arc::new(vec![Value::Int(1), text("a")]));
    check(
        "upper",
        &[
            (text("quiet"), &[], "QUIET"),
            (text("éß"), &[], "ÉSS"),
            (Value::Int(12), &[], "12"),
            (list, &[], "[1, A]"),
            (Value::Bool(true), &[], "TRUE"),
            (Value::Null, &[], "null"),
            (partly_secret("a", "b", "c"), &[], "******"),
        ],
    );
    check("lower", &[(text("LOUD É"), &[], "loud é"), (Value::Null, &[], "null")]);
    check(
        "capitalize",
        &[
            (text("aBC dEF"), &[], "ABC dEF"),
            (text("  abc"), &[], "  Abc"),
            (text(""), &[], ""),
            (text("ǆ"), &[], "ǅ"),
            (text("ß"), &[], "ß"),
            (Value::Int(1), &[], "type: the filter `capitalize` takes text, not the integer 1"),
            (Value::Null, &[], "null"),
        ],
    );
    check(
        "title",
        &[
            (text("aRTICLE tITLE"), &[], "ARTICLE TITLE"),
            (text("foo-bar\tbaz"), &[], "Foo-bar\tBaz"),
            (text("a\u{a0}b"), &[], "A\u{a0}b"),
        ],
    );
}

#[test]
fn parts_keep_their_secrets() {
    let dot = &[text(".")][..];
    let none = &[text("")][..];
    check(
        "trim",
        &[
            (text("\n a  b \t\u{0}"), &[], "a  b"),
            (text("\u{a0}a"), &[], "\u{a0}a"),
            (partly_secret(" a", "b ", " "), &[], "a******"),
            (Value::Null, &[], "null"),
            (Value::Int(1), &[], "type: the filter `trim` takes text, not the integer 1"),
        ],
    );
    check(
        "substringBefore",
        &[
            (text("a.b.c"), dot, "a"),
            (text("abc"), dot, "abc"),
            (text("abc"), none, ""),
            (Value::Float(12.5), dot, "12"),
            (partly_secret("a", "b", ".c"), dot, "a******"),
            (text("a.b"), &[Value::Str(Text::from(".").into_secret())], "******"),
            (text("a"), &[], "argument: The 'substringBefore' filter expects an argument 'separator'."),
        ],
    );
    check(
        "substringAfter",
        &[
            (text("a--b--c"), &[text("--")], "b--c"),
            (text("abc"), dot, ""),
            (text("abc"), none, "abc"),
            (partly_secret("a", "b", ".c"), dot, "c"),
            (Value::Null, dot, "null"),
        ],
    );
    check(
        "substringBeforeLast",
        &[(text("a.b.c"), dot, "a.b"), (text("abc"), dot, "abc"), (text("abc"), none, "abc")],
    );
    check(
        "substringAfterLast",
        &[(text("a.b.c"), dot, "c"), (text("abc"), dot, ""), (text("abc"), none, "")],
    );
    check(
        "abbreviate",
        &[
            (text("a rather long line of text"), &[Value::Int(9)], "a rath..."),
            (text("abc"), &[Value::Int(7)], "abc"),
            (text("abcdefg"), &[Value::Int(7)], "abcd..."),
            (text("abcdefg"), &[Value::Int(2)], "ab"),
            (text("abc"), &[Value::Int(2)], "abc"),
            (text("😀😀😀"), &[Value::Int(6)], "😀..."),
            (partly_secret("ab", "cdef", "gh"), &[Value::Int(6)], "ab******..."),
            (text("a"), &[], "argument: The 'abbreviate' filter expects an argument 'length'."),
            (
                text("a"),
                &[Value::Int(-1)],
                "argument: the argument 'length' of the filter `abbreviate` has to be zero or more, not the integer -1",
            ),
        ],
    );
    assert_eq!(
        filter("string", Value::Secret(Arc::new(Value::Int(5))), &[]).unwrap(),
        Value::Str(Text::from("5").into_secret())
    );
}

#[test]
fn lines_are_indented() {
    let two = &[Value::Int(2)][..];
    check(
        "indent",
        &[
            (text("one\ntwo"), two, "one\n  two"),
            (text("one\r\ntwo"), two, "one\r\n  two"),
            (text("a\n\rb"), two, "a\n\r  b"),
            (text("a\rb"), two, "a\r  b"),
            (text("\n\n"), two, "\n  \n  "),
            (text(""), two, ""),
            (Value::Int(1), two, "1"),
            (text("a\nb"), &[Value::Int(1), text("--")], "a\n--b"),
            (text("a\nb"), &[Value::Int(0)], "a\nb"),
            (text("a"), &[], "argument: The 'indent' filter expects an argument 'amount'."),
            (
                text("a"),
                &[text("2")],
                "argument: the argument 'amount' of the filter `indent` has to be an integer, not text \"2\"",
            ),
            (
                text("a"),
                &[Value::Int(-1)],
                "argument: the argument 'amount' of the filter `indent` has to be zero or more, not the integer -1",
            ),
        ],
    );
    check(
        "nindent",
        &[
            (text("one\r\ntwo"), two, "\r\n  one\r\n  two"),
            (text("string"), two, "\n  string"),
            (text("string"), &[Value::Int(i64::MAX), text("")], "\nstring"),
            (text(""), two, ""),
            (text("\n\n"), two, "\n  \n  \n  "),
            (Value::Null, two, "null"),
        ],
    );
    let huge = filter("indent", "a\nb", &[Value::Int(i64::MAX)]);
    assert_eq!(huge.unwrap_err().category, Category::Limit);
    check("nl2br", &[(text("a\r\nb\nc\rd"), &[], "a<br />b<br />c<br />d"), (text("ab"), &[], "ab")]);
}

#[test]
fn slugs_are_plain() {
    check(
        "slugify",
        &[
            (text("Hello World!"), &[], "hello-world"),
            (text("Été à_Paris"), &[], "ete-a-paris"),
            (text("--a--b--"), &[], "a-b"),
            (text("Straße 😀 x"), &[], "strae-x"),
            (text("a\u{a0}b"), &[], "ab"),
            (Value::Float(12.5), &[], "125"),
            (Value::Null, &[], "null"),
        ],
    );
}

#[test]
fn ends_are_compared() {
    check(
        "startsWith",
        &[
            (text("hello"), &[text("he")], "Bool(true)"),
            (Value::Int(123), &[Value::Int(12)], "Bool(true)"),
            (Value::Null, &[text("a")], "null_value: the filter `startsWith` takes text, not null"),
            (text("a"), &[], "argument: The 'startsWith' filter expects an argument 'value'."),
        ],
    );
    check("endsWith", &[(text("Hello"), &[text("x")], "Bool(false)")]);
}

#[test]
fn quotes_are_escaped_everywhere() {
    check(
        "escapeChar",
        &[
            (text("it's"), &[text("single")], r"it\'s"),
            (text("it's"), &[text("SHELL")], r"it'\''s"),
            (text("say \"yes\""), &[text("double")], "say \\\"yes\\\""),
            (Value::Int(5), &[text("single")], "5"),
            (
                text("a"),
                &[text("foo")],
                "argument: the argument 'type' of the filter `escapeChar` has to be `single`, `double` or `shell`, not text \"foo\"",
            ),
        ],
    );
    let map: Map = [("k'".into(), Value::List(Arc::new(vec![text("a'"), Value::Int(1), Value::Null])))]
        .into_iter()
        .collect();
    let escaped = filter("escapeChar", Value::Map(Arc::new(map)), &[text("single")]).unwrap();
    let expected: Map = [("k'".into(), Value::List(Arc::new(vec![text(r"a\'"), text("1"), Value::Null])))]
        .into_iter()
        .collect();
    assert_eq!(escaped, Value::Map(Arc::new(expected)));
}

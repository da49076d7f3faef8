use kapelle_model::{Text, Value};

use crate::expression::builtin::Kind;
use crate::expression::builtin::testing::{call, filter, printed, value};

/// Filter, input and arguments as JSON, what is printed or the category of the error.
type Case = (&'static str, &'static str, &'static str, &'static str);

fn check(cases: &[Case]) {
    for (name, input, arguments, expected) in cases {
        let Value::List(arguments) = value(arguments) else { panic!("{arguments}") };
        assert_eq!(
            printed(&filter(name, value(input), &arguments)),
            *expected,
            "{input} | {name}({arguments:?})"
        );
    }
}

#[test]
fn lists() {
    check(&[
        ("chunk", "[1,2,3,4,5]", "[2]", "[[1,2],[3,4],[5]]"),
        ("chunk", "[1,2]", "[10]", "[[1,2]]"),
        ("chunk", "[]", "[2]", "[]"),
        ("chunk", "[1,2,3]", "[2.9]", "[[1,2],[3]]"),
        ("chunk", "1", "[2]", "type"),
        ("chunk", "[1]", "[]", "argument"),
        ("chunk", "[1]", "[\"2\"]", "argument"),
        ("chunk", "[1]", "[0]", "argument"),
        ("chunk", "[1]", "[-1]", "argument"),
        ("chunk", "null", "[2]", ""),
        ("flatten", "[[1,2],[3,[4]],5,[]]", "[]", "[1,2,3,[4],5]"),
        ("flatten", "\"a\"", "[]", "type"),
        ("flatten", "null", "[]", ""),
        ("join", "[\"apple\",\"banana\"]", "[\", \"]", "apple, banana"),
        ("join", "[[1,2],{\"a\":\"b\"},null,true,1.0]", "[\"|\"]", "[1, 2]|{a=b}|null|true|1.0"),
        ("join", "[\"a\",\"b\"]", "[]", "ab"),
        ("join", "[]", "[\",\"]", ""),
        ("join", "{\"a\":1}", "[\",\"]", "type"),
        ("join", "[1]", "[1]", "argument"),
        ("reverse", "[1,2,3]", "[]", "[3,2,1]"),
        ("reverse", "\"abc\"", "[]", "type"),
        ("reverse", "null", "[]", ""),
    ]);
}

#[test]
fn what_is_compared() {
    check(&[
        (
            "distinct",
            "[\"one\",\"two\",\"one\",1,2,1,1.5,1.5,1.0,\"1\"]",
            "[]",
            "[\"one\",\"two\",1,2,1.5,1.0,\"1\"]",
        ),
        ("distinct", "[{\"a\":1},{\"a\":1},{\"a\":2},null,null]", "[]", "[{\"a\":1},{\"a\":2},null]"),
        ("distinct", "null", "[]", "null"),
        ("distinct", "{}", "[]", "type"),
        ("sort", "[3,1,2]", "[]", "[1,2,3]"),
        ("sort", "[2.5,1,3]", "[]", "[1,2.5,3]"),
        ("sort", "[\"b\",\"A\",\"a\",\"10\",\"9\"]", "[]", "[\"10\",\"9\",\"A\",\"a\",\"b\"]"),
        ("sort", "[true,false]", "[]", "[false,true]"),
        ("sort", "[{}]", "[]", "[{}]"),
        ("sort", "[{},{}]", "[]", "type"),
        ("sort", "[1,\"a\"]", "[]", "type"),
        ("sort", "[1,null]", "[]", "type"),
        ("sort", "\"cba\"", "[]", "type"),
        ("rsort", "[\"b\",\"c\",\"a\"]", "[]", "[\"c\",\"b\",\"a\"]"),
    ]);
}

#[test]
fn parts() {
    check(&[
        ("first", "[\"apple\",\"banana\"]", "[]", "apple"),
        ("last", "[\"apple\",\"banana\"]", "[]", "banana"),
        ("first", "\"😀h\"", "[]", "😀"),
        ("last", "\"Mité\"", "[]", "é"),
        ("first", "[]", "[]", ""),
        ("first", "5", "[]", "type"),
        ("last", "{}", "[]", "type"),
        ("first", "\"\"", "[]", "type"),
        ("first", "null", "[]", ""),
        ("length", "\"😀é\"", "[]", "3"),
        ("length", "[1,2]", "[]", "2"),
        ("length", "{\"a\":1}", "[]", "1"),
        ("length", "12345", "[]", "0"),
        ("length", "null", "[]", "0"),
        ("slice", "[1,2,3]", "[1]", "[2,3]"),
        ("slice", "\"Mitch\"", "[1,3]", "it"),
        ("slice", "\"Mitch\"", "[]", "Mitch"),
        ("slice", "\"Mitch\"", "[null,2]", "Mi"),
        ("slice", "\"a😀b\"", "[0,2]", "a"),
        ("slice", "\"a😀b\"", "[2]", "b"),
        ("slice", "\"a😀b\"", "[1,3]", "😀"),
        ("slice", "\"a😀b\"", "[2,3]", ""),
        ("slice", "\"abc\"", "[0,9]", "argument"),
        ("slice", "\"abc\"", "[2,1]", "argument"),
        ("slice", "\"abc\"", "[1,1]", "argument"),
        ("slice", "\"abc\"", "[-1]", "argument"),
        ("slice", "\"abc\"", "[5]", "argument"),
        ("slice", "\"abc\"", "[3]", ""),
        ("slice", "\"abc\"", "[\"1\"]", "argument"),
        ("slice", "123", "[1]", "type"),
        ("slice", "null", "[1]", ""),
    ]);
}

#[test]
fn maps() {
    check(&[
        ("keys", "{\"foo\":1,\"baz\":2}", "[]", "[\"foo\",\"baz\"]"),
        ("keys", "[\"a\",\"b\"]", "[]", "[0,1]"),
        ("keys", "\"a\"", "[]", "type"),
        ("keys", "null", "[]", ""),
        ("values", "{\"foo\":1,\"baz\":[2]}", "[]", "[1,[2]]"),
        ("values", "[1]", "[]", "type"),
        ("merge", "[1,2]", "[[3]]", "[1,2,3]"),
        ("merge", "{\"a\":1,\"b\":2}", "[{\"b\":3,\"c\":4}]", "{\"a\":1,\"b\":3,\"c\":4}"),
        ("merge", "{\"a\":1}", "[[\"x\",2]]", "{\"a\":1,\"x\":\"x\",\"2\":2}"),
        ("merge", "[1]", "[{\"a\":1}]", "[1,{\"a\":1}]"),
        ("merge", "[1]", "[null]", "[1]"),
        ("merge", "null", "[[1]]", "[1]"),
        ("merge", "null", "[null]", "null_value"),
        ("merge", "\"a\"", "[[1]]", "type"),
        ("merge", "[1]", "[\"a\"]", "argument"),
        ("merge", "{\"a\":1}", "[\"b\"]", "argument"),
    ]);
}

#[test]
fn outputs_of_loops() {
    let outputs = "[{\"outputs\":{\"r\":\"a\"}},{\"outputs\":{}},{\"item\":1},2]";
    let loop_outputs =
        |arguments: &[Value]| printed(&call(Kind::Function, "loopOutputs", Value::Null, arguments));
    assert_eq!(loop_outputs(&[value(outputs), "r".into()]), "[\"a\",null,null,null]");
    assert_eq!(loop_outputs(&[value("[]"), "r".into()]), "[]");
    assert_eq!(loop_outputs(&[value("{}"), "r".into()]), "argument");
    assert_eq!(loop_outputs(&[Value::Null, "r".into()]), "argument");
    assert_eq!(loop_outputs(&[value("[]"), Value::Int(5)]), "argument");
    assert_eq!(loop_outputs(&[value("[]")]), "argument");
}

#[test]
fn secrets_stay_exactly_where_they_are() {
    let secret = || Value::from("geheim").into_secret();
    let list = |items: Vec<Value>| Value::List(items.into());
    let mixed = || list(vec!["a".into(), secret()]);
    let check = |name, input: Value, arguments: &[Value], expected: &str| {
        assert_eq!(printed(&filter(name, input, arguments)), expected, "{name}");
    };
    check("first", mixed(), &[], "a");
    check("last", mixed(), &[], "******");
    check("length", mixed(), &[], "2");
    check("length", secret(), &[], "******");
    check("join", mixed(), &[",".into()], "a,******");
    check("join", mixed(), &[secret()], "a******");
    check("join", mixed().into_secret(), &[",".into()], "******");
    check("reverse", mixed(), &[], "[******,\"a\"]");
    check("sort", mixed(), &[], "******");
    check("distinct", mixed(), &[], "******");
    check("flatten", list(vec![list(vec!["b".into()]).into_secret(), "a".into()]), &[], "[******,\"a\"]");
    check("chunk", mixed(), &[Value::Int(1)], "[[\"a\"],[******]]");
    check("merge", mixed().into_secret(), &[list(vec![])], "******");
    let geheim = Text::from("geheim").into_secret();
    let text = Text::concat(&Text::concat(&"ab ".into(), &geheim), &" c".into());
    let text = Value::Str(text);
    check("slice", text.clone(), &[Value::Int(0), Value::Int(5)], "ab ******");
    check("slice", text.clone(), &[Value::Int(0), Value::Int(3)], "ab ");
    check("slice", text.clone(), &[Value::Int(0).into_secret(), Value::Int(3)], "******");
    check("first", text, &[], "a");
    let error = filter("flatten", Value::Int(4711).into_secret(), &[]).unwrap_err();
    assert!(!error.message.contains("4711"), "{}", error.message);
}

#[test]
fn large_values_in_it_many_times_cost_work() {
    let (text, other) =
        (Value::from("a".repeat(1 << 20).as_str()), Value::from("a".repeat((1 << 20) + 1).as_str()));
    let many = Value::List([text, other].into_iter().cycle().take(2000).collect::<Vec<_>>().into());
    assert_eq!(printed(&filter("sort", many.clone(), &[])), "limit");
    assert_eq!(printed(&filter("distinct", many, &[])), "limit");
    let nested = (0..60).fold(Value::Int(1), |inner, _| Value::List(vec![inner.clone(), inner].into()));
    let Value::List(nested) = nested else { panic!() };
    assert!(crate::expression::equality::same(&Value::List(nested.clone()), &Value::List(nested)));
}

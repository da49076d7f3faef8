//! Expressions as text, chance, transformations and signatures.

use super::given;

fn check(cases: &[(&str, &str)]) {
    for (expression, expected) in cases {
        assert_eq!(given(expression), *expected, "{expression}");
    }
}

#[test]
fn json_has_line_breaks_for_people() {
    check(&[
        (
            "$string({'a': [1, {'b': []}], 'c': {}, 'd': 'x:\"[,]y'}, true)",
            r#""{\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    }\n  ],\n  \"c\": {},\n  \"d\": \"x:\\\"[,]y\"\n}""#,
        ),
        ("$string('a', true) & $string(5, true) & $string([], true)", r#""a5[]""#),
        ("$string({'a': 1}, false)", r#""{\"a\":1}""#),
    ]);
}

#[test]
fn texts_are_evaluated_within_the_same_limits() {
    check(&[
        ("$eval('Account.Name')", r#""Firefly""#),
        ("$eval('$sum(a)', {'a': [1,2]})", "3"),
        ("($x := 5; $eval('$x * 2'))", "10"),
        ("Phone.$eval('number & \"!\"')", r#"["01!","02!"]"#),
        ("$map(['1+1','$$.Age'], $eval)", "[2,28]"),
        ("$eval('function($x){ $x * 2 }')(4)", "8"),
        ("$eval(Missing)", "-"),
        (
            "$eval('(')",
            "failed: $eval: the expression is wrong at line 1, column 2: the expression ends too early",
        ),
        ("$eval('1 + \"a\"')", "failed: $eval: both sides of an arithmetic operator have to be numbers"),
    ]);
    let deep = given("($t := '$eval($t)'; $eval($t))");
    assert!(deep.contains("more than 100 calls"), "{deep}");
    let long = given("($t := $pad('1', 200000); $map([1..1000], function(){ $eval($t) }))");
    assert!(long.contains("more than 20000000 steps"), "{long}");
}

#[test]
fn chance_keeps_what_there_is() {
    check(&[
        ("$sort($shuffle([1..2000])) = [1..2000]", "true"),
        ("$shuffle([1..20]) = [1..20]", "false"),
        ("$shuffle(3)", "[3]"),
        ("$shuffle(Missing)", "-"),
        ("$random() >= 0 and $random() < 1", "true"),
    ]);
}

#[test]
fn transformations_change_a_copy() {
    check(&[
        (
            "Account ~> |Order|{'n': $count(Product)}, 'Product'|",
            r#"{"Name":"Firefly","Order":[{"Id":"o1","n":2},{"Id":"o2","n":1}]}"#,
        ),
        (
            "($a := Phone ~> |$|{'number': '0' & number}|; $a.number & Phone.number[0])",
            r#""[\"001\",\"002\"][\"01\",\"02\"]""#,
        ),
        (
            "Account ~> |Order.Product[Name='Bag']|{'Price': Price * 2}| ~> $lookup('Order') ~> |Product|{}, ['SKU','Quantity']|",
            r#"[{"Id":"o1","Product":[{"Name":"Hat","Price":34.45},{"Name":"Bag","Price":43.34}]},{"Id":"o2","Product":[{"Name":"Hat","Price":34.45}]}]"#,
        ),
        ("{'a': 1} ~> |$|{'b': $}|", r#"{"a":1,"b":{"a":1}}"#),
        ("{'a': {'b': {'c': 1}}} ~> |**[c > 0]|{'d': c + 1}|", r#"{"a":{"b":{"c":1,"d":2}}}"#),
        ("{'a': 1} ~> |$|b|", r#"{"a":1}"#),
        ("{'a': 1} ~> |x|{'b': 1}|", r#"{"a":1}"#),
        ("($t := |$|{'z': 1}|; $map([{'a':1},{'a':2}], $t))", r#"[{"a":1,"z":1},{"a":2,"z":1}]"#),
        ("Missing ~> |$|{'a': 1}|", "-"),
        ("Age ~> |$|{'a': 1}|", "failed: a transformation takes a map or a list"),
        ("{'a': 1} ~> |$|5|", "failed: what a transformation updates has to be a map"),
        ("{'a': 1} ~> |$|{}, 5|", "failed: what a transformation deletes has to be texts, the keys"),
        ("{'a': 1} ~> |$|%|", "failed: a `%` does not look out of a transformation"),
    ]);
}

#[test]
fn signatures_check_arguments() {
    check(&[
        ("function($x, $y)<nn:n>{ $x + $y }(1, 2)", "3"),
        (
            "function($x)<n:n>{ $x }('a')",
            "failed: a function with the signature `<n:n>`: argument 1 has to be a number, not text",
        ),
        (
            "function($x, $y)<nn:n>{ $x }(1)",
            "failed: a function with the signature `<nn:n>`: argument 2 is missing, which is a number",
        ),
        (
            "function($x)<n>{ $x }(1, 2)",
            "failed: a function with the signature `<n>`: argument 2 does not fit, or is one too many",
        ),
        ("function($x, $y)<nn?:n>{ $exists($y) }(1)", "false"),
        ("Account.Name.function($x)<s-:s>{ $x & '!' }()", r#""Firefly!""#),
        (
            "Age.function($x)<s-:s>{ $x }()",
            "failed: a function with the signature `<s-:s>`: argument 1 is missing, and what is looked at is a number",
        ),
        ("Account.Name.function($x, $y)<s-n:s>{ $x & $y }(5)", r#""Firefly5""#),
        ("function($x)<a<n>:n>{ $sum($x) }(5)", "5"),
        (
            "function($x)<a<n>:n>{ $x }([1,'a'])",
            "failed: a function with the signature `<a<n>:n>`: argument 1 has to be a list, and its items a number",
        ),
        ("function($x)<(sn):s>{ $string($x) }(5)", r#""5""#),
        (
            "function($x)<(sn):s>{ $x }(true)",
            "failed: a function with the signature `<(sn):s>`: argument 1 has to be text or a number, not true or false",
        ),
        ("function($x, $y, $z)<n+:n>{ $x + $y + $z }(1, 2, 3)", "6"),
        ("function($f)<f<n:n>:n>{ $f(2) }(function($x){ $x * 2 })", "4"),
        ("function($x)<n:n>{ $x }(Missing)", "-"),
        ("$map([1,2], function($x)<n:n>{ $x * 2 })", "[2,4]"),
        (
            "function($x)<q:n>{ $x }(1)",
            "failed: the expression is wrong at line 1, column 19: a signature has no `q`: the kinds are s, n, b, l, o, a, f, j, x",
        ),
        (
            "function($x)<n",
            "failed: the expression is wrong at line 1, column 14: the signature of the function has no end",
        ),
        (
            "function($x)<s<n>:n>{ $x }(1)",
            "failed: the expression is wrong at line 1, column 22: a signature has `<` only behind `a` and `f`",
        ),
    ]);
}

#[test]
fn a_written_list_begins_a_path() {
    check(&[("[1,2].($ * 2)", "[2,4]"), ("[1,2].$string()", r#"["1","2"]"#)]);
}

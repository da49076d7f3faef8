use kapelle_core::expression::plain;
use kapelle_model::Value;
use kapelle_plugin::stage::Stage;

use super::evaluate::{Evaluation, World};
use super::parse::parse;
use super::transform_items::TransformItems;
use super::transform_value::TransformValue;
use crate::testing::converted;

const ORDER: &str = r#"{"Account":{"Name":"Firefly","Order":[
    {"Id":"o1","Product":[{"Name":"Hat","SKU":"1","Price":34.45,"Quantity":2},{"Name":"Bag","SKU":"2","Price":21.67,"Quantity":1}]},
    {"Id":"o2","Product":[{"Name":"Hat","SKU":"1","Price":34.45,"Quantity":4}]}]},
    "Phone":[{"type":"home","number":"01"},{"type":"work","number":"02"}],"Age":28,"a b":1,"None":null,"Big":12345678901234567890}"#;

/// What an expression gives as JSON; `-` for nothing.
fn given(expression: &str) -> String {
    let input = plain::from_json(ORDER).unwrap();
    let now = "2026-05-06T07:08:09Z".parse().unwrap();
    let never = || false;
    let random = |bytes: &mut [u8]| {
        bytes
            .iter_mut()
            .zip([7, 201, 33, 90, 148].into_iter().cycle())
            .for_each(|(byte, chance)| *byte = chance);
        Ok(())
    };
    let world = World { now, is_stopped: &never, random: &random };
    let tree = match parse(expression) {
        Ok(tree) => tree,
        Err(reason) => return format!("failed: {reason}"),
    };
    match Evaluation::new(100, world).run(&tree, &input) {
        Ok(None) => "-".to_owned(),
        Ok(Some(value)) => crate::json::text(&value, &jiff::tz::TimeZone::UTC, 1 << 20).unwrap(),
        Err(reason) => format!("failed: {reason}"),
    }
}

mod further;
mod names;
mod pictures;

#[test]
fn paths_find_what_is_there() {
    for (expression, expected) in [
        ("Account.Name", r#""Firefly""#),
        ("Account.Order.Id", r#"["o1","o2"]"#),
        ("Account.Order.Product.Name", r#"["Hat","Bag","Hat"]"#),
        ("Account.Order[0].Id", r#""o1""#),
        ("Account.Order[-1].Id", r#""o2""#),
        ("Phone[type='work'].number", r#""02""#),
        ("Phone[type='work'].number[]", r#"["02"]"#),
        ("Phone.number[0]", r#"["01","02"]"#),
        ("(Phone.number)[0]", r#""01""#),
        ("Phone[[0..1]].type", r#"["home","work"]"#),
        ("Account.Order.Product[Price > 30].SKU", r#"["1","1"]"#),
        ("`a b`", "1"),
        ("$.Age", "28"),
        ("$$.Age", "28"),
        ("None", "null"),
        ("Missing", "-"),
        ("Missing.x", "-"),
        ("Phone.*", r#"["home","01","work","02"]"#),
        ("**.Quantity", "[2,1,4]"),
        ("Account.Order.Product^(>Price, SKU).SKU", r#"["1","1","2"]"#),
        ("Account.Order.Product^(Quantity)[0].Name", r#""Bag""#),
        ("[Age > 18 ? 1 : 2, 3]", "[1,3]"),
        ("Phone.{type: number}", r#"[{"home":"01"},{"work":"02"}]"#),
        ("Phone{type: number}", r#"{"home":"01","work":"02"}"#),
        ("Account.Order.Product{Name: $sum(Quantity)}", r#"{"Hat":6,"Bag":1}"#),
        ("Phone.[type, number]", r#"[["home","01"],["work","02"]]"#),
        ("Big", "12345678901234567890"),
    ] {
        assert_eq!(given(expression), expected, "{expression}");
    }
}

#[test]
fn operators_calculate_and_compare() {
    for (expression, expected) in [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("7 / 2", "3.5"),
        ("6 / 2", "3"),
        ("7 % 4", "3"),
        ("-Age", "-28"),
        ("2 - -1", "3"),
        ("Big + 1", "12345678901234567891"),
        ("1 + Missing", "-"),
        ("'a' & 1 & true & Missing", r#""a1true""#),
        ("Age > 18 and Age < 30", "true"),
        ("Age = 28 or Missing", "true"),
        ("'work' in Phone.type", "true"),
        ("Age != 28", "false"),
        ("Missing = Missing", "false"),
        ("[1,2] = [1,2.0]", "true"),
        ("Age > 18 ? 'old' : 'young'", r#""old""#),
        ("false ? 1", "-"),
        ("Missing ?? 'x'", r#""x""#),
        ("0 ?: 'x'", r#""x""#),
        ("[1..3, 5]", "[1,2,3,5]"),
        ("[[1,2],3]", "[[1,2],3]"),
        ("{'a': 1, 'b': Missing}", r#"{"a":1}"#),
        ("($x := 2; $y := 3; $x * $y)", "6"),
        ("/* note */ 1", "1"),
        ("1 + 'a'", "failed: both sides of an arithmetic operator have to be numbers"),
        ("1 < 'a'", "failed: only two numbers or two texts can be compared"),
    ] {
        assert_eq!(given(expression), expected, "{expression}");
    }
}

#[test]
fn functions_work() {
    for (expression, expected) in [
        ("$sum(Account.Order.Product.(Price * Quantity))", "228.37"),
        ("$average([1,2,3,4])", "2.5"),
        ("$max([3,9,1]) & $min([3,9,1])", r#""91""#),
        ("$count(Phone) & $count(Missing) & $count(Age)", r#""201""#),
        ("$uppercase('ä') & $lowercase('Ä') & $trim(' a  b ')", r#""Ääa b""#),
        ("Account.Name.$uppercase()", r#""FIREFLY""#),
        ("$length('aé😀')", "3"),
        ("$substring('hello', 1, 3) & $substring('hello', -2)", r#""elllo""#),
        ("$substringBefore('a-b','-') & $substringAfter('a-b','-')", r#""ab""#),
        ("$pad('a', 3, '-') & $pad('a', -3)", r#""a--  a""#),
        ("$contains('abc', /b./) and $contains('abc','c')", "true"),
        ("$split('a, b,c', /,\\s*/)", r#"["a","b","c"]"#),
        ("$split('a b', ' ', 1)", r#"["a"]"#),
        ("$join(['a','b'], '-')", r#""a-b""#),
        ("$replace('a1b2', /[0-9]/, '<$0>')", r#""a<1>b<2>""#),
        ("$replace('John Smith', /(\\w+)\\s(\\w+)/, '$2, $1')", r#""Smith, John""#),
        ("$replace('a1b2', /[0-9]/, function($m){ $string($number($m.match) * 2) })", r#""a2b4""#),
        ("$match('ababb', /a(b+)/).groups", r#"["b","bb"]"#),
        ("$number('1.50') + 1", "2.50"),
        ("$number('1e999999999')", "failed: $number: a number has more than 1000 digits"),
        ("$round(2.5) & $round(3.456, 2) & $floor(-1.5) & $ceil(1.2) & $abs(-2)", r#""23.46-222""#),
        ("$power(2, 10) & '|' & $sqrt(9)", r#""1024|3""#),
        ("$string({'a':[1]}) & $string(null)", r#""{\"a\":[1]}null""#),
        ("$keys(Phone)", r#"["type","number"]"#),
        ("$lookup(Account, 'Name')", r#""Firefly""#),
        ("$merge([{'a':1},{'b':2,'a':3}])", r#"{"a":3,"b":2}"#),
        ("$spread({'a':1,'b':2})", r#"[{"a":1},{"b":2}]"#),
        ("$each({'a':1,'b':2}, function($v,$k){ $k & $v })", r#"["a1","b2"]"#),
        ("$sift({'a':1,'b':2}, function($v){ $v > 1 })", r#"{"b":2}"#),
        ("$map([1,2], function($v,$i){ $v * 10 + $i })", "[10,21]"),
        ("$filter([1,2,3], function($v){ $v > 1 })", "[2,3]"),
        ("$reduce([1,2,3], function($a,$b){ $a + $b }, 10)", "16"),
        ("$single([1,2,3], function($v){ $v = 2 })", "2"),
        ("$append([1],2) ~> $reverse()", "[2,1]"),
        ("$distinct([1,1.0,'1',{'a':1},{'a':1}])", r#"[1,"1",{"a":1}]"#),
        ("$sort([3,1,2])", "[1,2,3]"),
        ("$sort(Phone, function($l,$r){ $l.number < $r.number }).number", r#"["02","01"]"#),
        ("$zip([1,2],[3,4,5])", "[[1,3],[2,4]]"),
        ("$exists(Age) and $not($exists(Missing)) and $boolean([0,1])", "true"),
        ("$type(1) & $type('') & $type([]) & $type({}) & $type(null)", r#""numberstringarrayobjectnull""#),
        ("$fromMillis($toMillis('2026-05-06T07:08:09Z'))", r#""2026-05-06T07:08:09.000Z""#),
        ("$now()", r#""2026-05-06T07:08:09.000Z""#),
        ("$now('[Y0001]-[M01]-[D01]')", r#""2026-05-06""#),
        ("$fromMillis(0, Missing, '-0530')", r#""1969-12-31T18:30:00.000-05:30""#),
        ("$base64decode($base64encode('ä'))", r#""ä""#),
        ("$encodeUrl('a/ä b') & $encodeUrlComponent('a/b')", r#""a/%C3%A4%20ba%2Fb""#),
        ("$decodeUrl('a%2Fb%20c') & $decodeUrlComponent('a%2Fb%C3%A4')", r#""a%2Fb ca/bä""#),
        ("$decodeUrl('%zz')", "failed: $decodeUrl: `%zz` is no text that was encoded for an address"),
        ("$clone({'a':1})", r#"{"a":1}"#),
        ("$map(['a','b'], $uppercase)", r#"["A","B"]"#),
        ("$uppercase('a', 'b')", "failed: $uppercase: it takes at most 1 arguments, not 2"),
        ("$formatBase(255, 16)", r#""ff""#),
        ("($twice := function($f){ function($x){ $f($f($x)) } }; $twice(function($x){ $x * 3 })(2))", "18"),
        ("($first := $substring(?, 0, 2); $first('hello'))", r#""he""#),
        ("($both := $trim ~> $uppercase; $both(' a '))", r#""A""#),
        ("($fact := function($n){ $n <= 1 ? 1 : $n * $fact($n - 1) }; $fact(20))", "2432902008176640000"),
        ("$error('no')", "failed: $error: no"),
        ("$missing(1)", "failed: there is no function `$missing`"),
        ("$uppercase(1)", "failed: $uppercase: argument 1 has to be text"),
    ] {
        assert_eq!(given(expression), expected, "{expression}");
    }
}

#[test]
fn pictures_of_moments_are_written() {
    for (picture, zone, expected) in [
        ("[D01]/[M01]/[Y0001] [H01]:[m01]", "+0100", "07/11/2017 16:12"),
        ("[Y]-[M]-[D] [h]:[m]:[s] [P]", "0000", "2017-11-7 3:12:37 pm"),
        ("[FNn], [D1o] [MNn] [Y]", "+0000", "Tuesday, 7th November 2017"),
        ("[FN,3-3] [MN,*-3] [Y01] [PN]", "+0000", "TUE NOV 17 PM"),
        ("[F1] [d001] [W01] [X0001] [f001]", "+0000", "2 311 45 2017 121"),
        ("[Y,2-2][M01][D,2][[x]]", "+0000", "171107[x]"),
        ("[Z]|[z]|[Z0101]|[Z0]|[Z01:01t]", "+0530", "+05:30|GMT+05:30|+0530|+5:30|+05:30"),
        ("[Z]|[Z01:01t]|[Z0]", "+0000", "+00:00|Z|+0"),
        (
            "[Yn]",
            "+0000",
            "failed: $fromMillis: the part `[Yn]` of the picture has a form that does not fit: the picture `n` is \
            not supported: there are digits such as `#,##0`, `A` and `a` for letters, `I` and `i` for Roman \
            numerals, `W`, `w` and `Ww` for words, and `n`, `N`, `Nn` for names",
        ),
        ("[Y", "+0000", "failed: $fromMillis: the picture `[Y` has a `[` without its `]`"),
        ("[Y]", "+01:00", "failed: $fromMillis: the zone `+01:00` has to be hours and minutes such as +0100"),
    ] {
        let told = given(&format!("$fromMillis(1510067557121, '{picture}', '{zone}')"));
        assert_eq!(told.trim_matches('"'), expected, "{picture}");
    }
}

#[test]
fn pictures_of_moments_are_read() {
    for (text, picture, expected) in [
        ("07/11/2017", "[D01]/[M01]/[Y0001]", "2017-11-07T00:00:00.000Z"),
        ("20171107151237", "[Y0001][M01][D01][H01][m01][s01]", "2017-11-07T15:12:37.000Z"),
        (
            "Tue 7th nov 2017 12:05 am",
            "[FNn,3-3] [D1o] [MNn,3-3] [Y] [h]:[m01] [P]",
            "2017-11-07T00:05:00.000Z",
        ),
        ("2017-311 3pm", "[Y]-[d] [h][Pn]", "2017-11-07T15:00:00.000Z"),
        ("2017-11-07 16:12 GMT+01:00", "[Y]-[M]-[D] [H]:[m] [z]", "2017-11-07T15:12:00.000Z"),
        ("2017-11-07Z", "[Y]-[M]-[D][Z01:01t]", "2017-11-07T00:00:00.000Z"),
        ("2017-11-07T01:30-0530", "[Y]-[M]-[D]T[H]:[m][Z0101]", "2017-11-07T07:00:00.000Z"),
        // The day is that of now.
        ("13:45", "[H]:[m]", "2026-05-06T13:45:00.000Z"),
        ("7.11.2017", "[D01]/[M01]/[Y0001]", "-"),
        ("2017-02-30", "[Y]-[M]-[D]", "failed: $toMillis: there is no such day, or no such time of a day"),
        (
            "2017 07",
            "[Y] [D]",
            "failed: $toMillis: the picture has the part `D`, and leaves out one before it",
        ),
    ] {
        let told = given(&format!("$fromMillis($toMillis('{text}', '{picture}'))"));
        assert_eq!(told.trim_matches('"'), expected, "{text}");
    }
}

#[test]
fn what_is_wrong_or_endless_is_told() {
    for (expression, expected) in [
        ("", "the expression ends too early"),
        ("a.", "line 1, column 3: the expression ends too early"),
        ("a\n.)", "a value is expected, not `)`"),
        ("a b", "an operator or the end is expected"),
        ("'a", "the text in quotes has no end"),
        ("a.%.%", "a `%` has nothing around it"),
        ("/(/", "the expression is wrong"),
        ("($f := function($n){ $f($n + 1) }; $f(1))", "more than 100 calls"),
        ("[1..10000000]", "a range has more than 1000000"),
        ("{'a':1,'a':2}", "two entries of a map have the key `a`"),
    ] {
        let told = given(expression);
        assert!(told.starts_with("failed: ") && told.contains(expected), "{expression}: {told}");
    }
    assert!(given(&"(".repeat(10_000)).contains("inside of each other"));
}

#[tokio::test]
async fn rows_and_values_are_transformed() {
    let rows = b"{a:1,b:[{c:1},{c:2}]}\n{a:2.50,d:2026-05-06}\n{}\n";
    for (more, expected) in [
        ("expression: '{\"x\": a * 2}'", "{x:2}\n{x:5}\n{}\n"),
        ("expression: b.c", "1\n2\nnull\nnull\n"),
        ("expression: b.c, explodeArray: false", "[1,2]\nnull\nnull\n"),
        ("expression: '[b.c]'", "1\n2\n"),
        ("expression: d", "null\n2026-05-06\nnull\n"),
        ("expression: 'a + \"x\"'", "failed: row 1: both sides of an arithmetic operator have to be numbers"),
        (
            "expression: 'a +'",
            "failed: the expression is wrong at line 1, column 4: the expression ends too early",
        ),
    ] {
        assert_eq!(converted::<TransformItems>(rows, more).await.replace("5.", "5"), expected, "{more}");
    }
    let stage = Stage::new().variable("input", Value::from("{\"a\":[1,2]}"));
    let given = stage.run::<TransformValue>("{from: '{{ input }}', expression: '$sum(a)'}").await.unwrap();
    assert_eq!(given["value"], Value::Int(3));
    let told = stage.run::<TransformValue>("{from: '{', expression: a}").await.unwrap_err();
    assert!(told.failure.to_string().starts_with("`from` is no JSON"), "{told:?}");
    let deep =
        "{from: '1', expression: '($f := function($n){ $n = 0 ? 0 : $f($n - 1) }; $f(300))', maxDepth: 4000}";
    assert_eq!(stage.run::<TransformValue>(deep).await.unwrap()["value"], Value::Int(0));
    stage.stop();
    let from = stage.put_file("in", rows);
    let stopped =
        stage.run::<TransformItems>(&format!("{{from: '{from}', expression: a}}")).await.unwrap_err();
    assert!(stopped.is_killed);
}

mod robust;

mod large;
mod oddities;

use kapelle_model::Value;

use super::super::json::parse_json;
use super::super::testing::{call, filter};
use super::super::{Kind, Outcome};
use crate::expression::Category;

fn jq(input: &str, program: &str) -> Outcome {
    filter("jq", parse_json(input).unwrap(), &[program.into()])
}

fn text_of(value: Value) -> String {
    match call(Kind::Filter, "toJson", value, &[]).unwrap() {
        Value::Str(text) => text.expose().to_owned(),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn check(input: &str, program: &str, expected: &str) {
    match jq(input, program) {
        Ok(value) => assert_eq!(text_of(value), expected, "{input} | {program}"),
        Err(error) => panic!("{input} | {program}: {}", error.message),
    }
}

const TASKS: &str = r#"{"task1":{"value":1,"text":"t1"},"task2":{"value":2,"text":"t2"}}"#;
const USERS: &str = r#"[{"n":"a","age":3},{"n":"b","age":7}]"#;

#[test]
fn programs_of_flows() {
    check("[1,2,3]", ".", "[[1,2,3]]");
    check("[1,2,3]", ".[0]", "[1]");
    check(TASKS, ".task1.value", "[1]");
    check("[1,2,3]", ".[]", "[1,2,3]");
    check("[1,2,3]", "map(. * 2)", "[[2,4,6]]");
    check(USERS, ".[] | select(.age > 5) | .n", r#"["b"]"#);
    check(USERS, ".[] | select(.age > 50) | .n", "[]");
    check(USERS, "[.[].n]", r#"[["a","b"]]"#);
    check(USERS, ".[0] | {name: .n}", r#"[{"name":"a"}]"#);
    check(TASKS, ".nope", "[null]");
    check("[1,2,3]", "length", "[3]");
    check(TASKS, "keys", r#"[["task1","task2"]]"#);
    check("[1,2,3]", "reduce .[] as $n (0; . + $n)", "[6]");
    check("[1,2,3]", "add", "[6]");
    check(USERS, r#"[.[].n] | join("-")"#, r#"["a-b"]"#);
    check(USERS, "sort_by(-.age) | .[0].n", r#"["b"]"#);
    check("[1,2,3]", "group_by(. % 2)", "[[[2],[1,3]]]");
    check(r#"{"b":1,"a":2}"#, "to_entries | map(.key) | sort", r#"[["a","b"]]"#);
    check(TASKS, r#".nope // "dflt""#, r#"["dflt"]"#);
    check(TASKS, ".task1.value, .task2.value", "[1,2]");
    check(USERS, r#".[] | select(.n | test("^a")) | .age"#, "[3]");
    check("5", ". + 1", "[6]");
    check(USERS, "map({n})", r#"[[{"n":"a"},{"n":"b"}]]"#);
    check("[3,1,3]", "unique", "[[1,3]]");
    check(TASKS, r#"has("task1")"#, "[true]");
    check(r#"["1","2"]"#, "map(tonumber) | add", "[3]");
    check(USERS, ".[0] | del(.age)", r#"[{"n":"a"}]"#);
    check(r#""{\"a\": [1, 2]}""#, ".a[1]", "[2]");
}

#[test]
fn terms() {
    check("{}", "", "[{}]");
    check("1", "# nothing\n. # all", "[1]");
    check(
        r#"{"a":[{"b":1},{"b":2}]}"#,
        ".a[1].b, .a[-1][\"b\"], .[\"a\"][0].\"b\", (.a | .[1:] | .[0].b)",
        "[2,2,1,2]",
    );
    check("[1]", "\"abcé😀f\" | .[1:4], .[-2:], .[:1]", r#"["bcé","😀f","a"]"#);
    check("[1,2,3,4]", ".[1:3], .[:-1], .[2:]", "[[2,3],[1,2,3],[3,4]]");
    check("[1,[2]]", "..", "[[1,[2]],1,[2],2]");
    check("[null]", "[.[0][]?]", "[[]]");
    check("[1]", "[.a?]", "[[]]");
    check("[[1,2],[3,4]]", "[.[] | .[0] + .[1]]", "[[3,7]]");
    check("[1]", "[(1,2) * (3,4)]", "[[3,6,4,8]]");
    check("[1]", "[{a: (1,2), b: (3,4)} | .a]", "[[1,1,2,2]]");
    check("[1]", r#""a\(1,2)b\(3)""#, r#"["a1b3","a2b3"]"#);
    check("[1]", r#"@base64 "x\("é")y", ("é" | @base64), ("w6k=" | @base64d)"#, r#"["xw6k=y","w6k=","é"]"#);
    check(
        "[1]",
        r#"[1,"a\"b",null,true] | @csv, @tsv, @json"#,
        r#"["1,\"a\"\"b\",,true","1\ta\"b\t\ttrue","[1,\"a\\\"b\",null,true]"]"#,
    );
    check(
        "[1]",
        r#""a b<'" | @uri, @html, @sh, @base32, (@base32 | @base32d)"#,
        r#"["a%20b%3C'","a b&lt;&apos;","'a b<'\\'''","MEQGEPBH","a b<'"]"#,
    );
    check("[1]", "if . == 1 then 2 elif . == [1] then 3 else 4 end, if false then 1 end", "[3,[1]]");
    check("[1]", "if (true,false) then 1 else 2 end", "[1,2]");
    check("[1]", r#"try error("x") catch ., (try error({a:1}) catch .a), [try error("y")]"#, r#"["x",1,[]]"#);
    check("[1]", r#"[.[] | (1 / 0)?], [(error("x"), 1)?]"#, "[[],[]]");
    check("[1]", r#"try ((try 1 catch 2) | error("z")) catch ."#, r#"["z"]"#);
    check("[1]", ". as [$a, $b] | [$a, $b]", "[[1,null]]");
    check(r#"{"a":{"b":[5]},"c":6}"#, ". as {a: {b: [$x]}, c: $y, $c} | [$x, $y, $c]", "[[5,6,6]]");
    check(r#"{"a":1,"k":"a"}"#, r#". as {"a": $x, ("k"): $k} | [$x, $k]"#, r#"[[1,"a"]]"#);
    check("[[3]]", ".[] as [$a] ?// $a | if $a | type == \"number\" then $a else error end", "[3]");
    check("[1]", "[.[] as $x | ($x, 2) as $y | $x + $y]", "[[2,3]]");
    check("[1]", "def f: 2; def g(h): h + 1; def k($a; $b): $a - $b + a; f, g(f), k(5; 3)", "[2,3,7]");
    check("5", "def fac: if . <= 1 then 1 else . * (. - 1 | fac) end; fac", "[120]");
    check("5", "def f(g): def h: g; h; f(. + 1), (def f: 1; f) + (def f: 2; f)", "[6,3]");
    check("[1]", "label $out | 1, break $out, 2", "[1]");
    check("[1]", "[label $a | (1, (label $b | 2, break $a, 3), 4)]", "[[1,2]]");
    check(
        "[3,4]",
        "[foreach .[] as $x (0; . + $x; [$x, .])], [foreach .[] as $x (0; . + $x)]",
        "[[[3,3],[4,7]],[3,7]]",
    );
    check("[[1,2],[3,4]]", "reduce .[] as [$a, $b] (0; . + $a * $b)", "[14]");
    check("[1]", "reduce empty as $x (3; 4), reduce (1,2) as $x (0; empty)", "[3,null]");
    check("[1]", "1 as $x | [$x, $x + 1] | .[1] as $y | [., $y]", "[[[1,2],2]]");
    check(
        "[1]",
        "[1,2] | map(. as $x | $x > 1 and $x < 3, ($x == 1 or $x == 5))",
        "[[false,true,true,false]]",
    );
    check("[1]", "(false, null, 1) // 2, (empty // 3), ([false] | .[] // 4), (1 | error? // 5)", "[1,3,4,5]");
    check(r#"{"a":null}"#, ".a?//\"x\", (.b // .a // 7)", r#"["x",7]"#);
    check("[1]", "-(1 + 2), -.[0], 5 - -1, 7 % 3, -7 % 3, 5 / 2, 6 / 2", "[-3,-1,6,1,-1,2.5,3]");
    check(
        "[1]",
        r#"{"a":1} * {"a":{"b":2}} * {"a":{"c":3}}, "ab" * 2, "a,b" / ",", [1,2,1] - [1], null + 1"#,
        r#"[{"a":{"b":2,"c":3}},"abab",["a","b"],[2],1]"#,
    );
    check(
        "[1]",
        "1 < 2, \"a\" < 1, [] < {}, null < false, ([1,2] < [1,3]), ({a:1} == {a:1.0})",
        "[true,false,true,true,true,true]",
    );
    check(
        "[1]",
        r#"{(("a","b")): 1}, {"x y": 2}, {if: 3}, {@base64 "x": 1}, {"a\("b")": 2}"#,
        r#"[{"a":1},{"b":1},{"x y":2},{"if":3},{"x":1},{"ab":2}]"#,
    );
    check(r#"{"if":1,"a b":2}"#, "{if, \"a b\"}, .if", r#"[{"if":1,"a b":2},1]"#);
    check(
        "[1]",
        "{a: 1 | 2, b: 3}, {a: 1 + 1}, 3 as $v | {$v}, {$__loc__}",
        r#"[{"a":2,"b":3},{"a":2},{"v":3},{"__loc__":{"file":"<top-level>","line":1}}]"#,
    );
    check(
        "[1]",
        "[limit(3; repeat(1))], [limit(0; 1, 2)], [first(range(10;20))], [range(0;10;3)], [range(5;0;-2)]",
        "[[[1],1,1],[],[10],[0,3,6,9],[5,3,1]]",
    );
    check(
        "1",
        "[.[]?], (try .[] catch .), (try .a catch .)",
        r#"[[],"Cannot iterate over number (1)","Cannot index number with string \"a\""]"#,
    );
    check("[1]", "$ENV | length, (env | length)", "[0,0]");
    check(
        "[1]",
        "[env, $ENV], [inputs], (try input catch .), input_filename",
        r#"[[{},{}],[],"No more inputs",null]"#,
    );
}

#[test]
fn paths_and_updates() {
    check(
        r#"{"a":{"b":1}}"#,
        "[paths], [leaf_paths], [path(.a.b, .c[0], .d[1:2])]",
        r#"[[["a"],["a","b"]],[["a","b"]],[["a","b"],["c",0],["d",{"start":1,"end":2}]]]"#,
    );
    check(
        "[1,2,3]",
        ".[0] = 9, .[1] |= . + 1, (.[] += 1), (.[4] = 5), .[-1] -= 1",
        "[[9,2,3],[1,3,3],[2,3,4],[1,2,3,null,5],[1,2,2]]",
    );
    check(
        r#"{"a":1}"#,
        ".b.c[1] = 2, .a *= 3, .x //= 4, .a //= 5, (.a, .b) = 7, .a = (1,2)",
        r#"[{"a":1,"b":{"c":[null,2]}},{"a":3},{"a":1,"x":4},{"a":1},{"a":7,"b":7},{"a":1},{"a":2}]"#,
    );
    check(
        "[1,2,3,4]",
        "(.[] | select(. > 2)) |= empty, map_values(empty), del(.[1,2]), del(.[0:2]), del(.[-1])",
        "[[1,2],[],[1,4],[3,4],[1,2,3]]",
    );
    check("[1,2,3,4]", ".[1:3] = [9], .[2:] |= map(. * 10)", "[[1,9,4],[1,2,30,40]]");
    check(
        r#"{"a":[1,{"b":2}]}"#,
        "getpath([\"a\",1,\"b\"]), setpath([\"a\",0]; 5), delpaths([[\"a\",0],[\"a\",1]]), getpath([\"x\",\"y\"])",
        r#"[2,{"a":[5,{"b":2}]},{"a":[]},null]"#,
    );
    check(r#"[[1,2],{"a":3}]"#, "(.. | numbers) |= . + 1, [.. | numbers]", r#"[[[2,3],{"a":4}],[1,2,3]]"#);
    check(
        r#"{"a":1,"b":2}"#,
        "with_entries(.value += 1), map_values(. + 1), to_entries, (to_entries | from_entries), del(.a, .b), (keys | length)",
        r#"[{"a":2,"b":3},{"a":2,"b":3},[{"key":"a","value":1},{"key":"b","value":2}],{"a":1,"b":2},{},2]"#,
    );
    check(
        r#"[[{"name":"x","value":false}],[{"Key":"k","Value":null}],[{"key":"a"}]]"#,
        ".[] | from_entries",
        r#"[{"x":false},{},{}]"#,
    );
    check(
        "[1]",
        "[paths(type == \"number\")], (first(.[]) |= 5), (limit(1; .[]) |= 6), (if true then .[0] else . end) = 7",
        "[[[0]],[5],[6],[7]]",
    );
    check(
        "[3,[1]]",
        "walk(if type == \"number\" then . + 1 else . end), walk(if type == \"array\" then sort else . end)",
        "[[4,[2]],[3,[1]]]",
    );
    check(
        "[[1,[2]],3]",
        "flatten, flatten(1), ([.[] | tojson]), (tostream | tojson)",
        r#"[[1,2,3],[1,[2],3],["[1,[2]]","3"],"[[0,0],1]","[[0,1,0],2]","[[0,1,0]]","[[0,1]]","[[1],3]","[[1]]"]"#,
    );
    check(r#"{"a":[1,{"b":2}]}"#, "[tostream] | fromstream(.[])", r#"[{"a":[1,{"b":2}]}]"#);
    check("[0]", "[1 | truncate_stream([[0],1],[[1,0],2],[[1,0]],[[1]])]", "[[[[0],2],[[0]]]]");
    check(
        "{}",
        ".a += 1, .a[\"b\"] = 1, (.[\"a\",\"b\"] = 0), .a[2].b = 1",
        r#"[{"a":1},{"a":{"b":1}},{"a":0,"b":0},{"a":[null,null,{"b":1}]}]"#,
    );
}

#[test]
fn functions() {
    check(
        "[3,1,2]",
        "sort, min, max, reverse, any, all, (map(. > 1) | any, all), index(1), (. | contains([3]))",
        "[[1,2,3],1,3,[2,1,3],true,true,true,false,1,true]",
    );
    check(
        USERS,
        "min_by(.age).n, max_by(.age).n, (unique_by(.age) | length), (group_by(.n) | length), INDEX(.n).a.age, any(.[]; .age > 5), all(.age > 5)",
        r#"["a","b",2,2,3,true,false]"#,
    );
    check(
        "[1]",
        r#""a1b22" | test("\\d"), [match("\\d+"; "g").string], [scan("\\d+")], sub("\\d"; "x"), gsub("(?<d>\\d)"; "<\(.d)>"), [splits("\\d+")], split("\\d+"; null), ascii_upcase, explode, (explode | implode)"#,
        r#"[true,["1","22"],["1","22"],"axb22","a<1>b<2><2>",["a","b",""],["a","b",""],"A1B22",[97,49,98,50,50],"a1b22"]"#,
    );
    check(
        "[1]",
        r#""xéy" | match("(é)(?<q>z)?")"#,
        r#"[{"offset":1,"length":1,"string":"é","captures":[{"offset":1,"length":1,"string":"é"},{"offset":-1,"length":0,"name":"q"}]}]"#,
    );
    check(
        "[1]",
        r#""foo bar" | capture("(?<a>\\w+) (?<b>\\w+)"), test("FOO"; "i"), test(["FOO", "i"]), [match("o"; "g").offset], gsub("^"; "> "), gsub("";"-")"#,
        r#"[{"a":"foo","b":"bar"},true,true,[1,2],"> foo bar","-f-o-o- -b-a-r"]"#,
    );
    check(
        "[1]",
        r#""abc" | length, utf8bytelength, startswith("a"), endswith("b"), ltrimstr("a"), rtrimstr("x"), contains("bc"), inside("xabcx"), index("c"), indices("b"), .[1:], ascii_downcase, split(""), test("B";"ix")"#,
        r#"[3,3,true,false,"bc","abc",true,true,2,[1],"bc","abc",["a","b","c"],true]"#,
    );
    check(
        "[1]",
        r#"[1,"1",[1],{"a":1},null,true] | map(tostring), map(type), map(length? // "none")"#,
        r#"[["1","1","[1]","{\"a\":1}","null","true"],["number","string","array","object","null","boolean"],[1,1,1,1,0,"none"]]"#,
    );
    check(
        "[1]",
        "1.5, 1e3, 1.0, 100000000000000000000, (1e1000 | tostring), ([nan] | tojson), (3.0 | tojson), 1e-7, .5, 0.1 + 0.2",
        r#"[1.5,1000,1,1.0E20,"1.7976931348623157e+308","[null]","3",1.0E-7,0.5,0.30000000000000004]"#,
    );
    check(
        "[1]",
        "(1.7 | floor, ceil, round), (9 | sqrt), pow(2; 10), (-5 | fabs, abs), (10 | log10), infinite > 5, (nan | isnan), (nan < 1)",
        "[1,2,2,3,1024,5,5,1,true,true,true]",
    );
    check(
        "1425599621",
        "todate, gmtime, (gmtime | mktime), strftime(\"%A, %B %d, %Y\")",
        r#"["2015-03-05T23:53:41Z",[2015,2,5,23,53,41,4,63],1425599621,"Thursday, March 05, 2015"]"#,
    );
    check(
        "[1]",
        r#""2015-03-05T23:51:47Z" | fromdate, strptime("%Y-%m-%dT%H:%M:%SZ"), (strptime("%Y-%m-%dT%H:%M:%SZ") | mktime | todate)"#,
        r#"[1425599507,[2015,2,5,23,51,47,4,63],"2015-03-05T23:51:47Z"]"#,
    );
    check(
        "[1]",
        r#"[while(false; .)], [1 | while(. < 50; . * 3)], ([1 | until(. > 50; . * 3)]), [recurse(if . | type == "array" then .[0] else empty end)], ([[1,2],[3,4]] | [combinations], transpose), ([2] | bsearch(2), bsearch(1)), isempty(empty), isempty(1)"#,
        "[[],[1,3,9,27],[81],[[1],1],[[1,3],[1,4],[2,3],[2,4]],[[1,3],[2,4]],0,-1,true,false]",
    );
    check(
        "[1]",
        r#"("[1,{\"a\":null}]" | fromjson | length), ([1,[2]] | tojson), (try ("{" | fromjson) catch "bad"), ("1e2" | tonumber), (try ("x" | tonumber) catch .)"#,
        r#"[2,"[1,[2]]","bad",100,"string (\"x\") cannot be parsed as a number"]"#,
    );
    check(
        "[1,2,1]",
        "indices(1), index(1), rindex(1), indices([1,2]), (. as $l | 1 | IN($l[])), nth(1), last, first, last(.[]), nth(0; .[]), in([0]|.,[1])?",
        "[[0,2],0,2,[0],true,2,1,1,1,1]",
    );
    check(
        "[\"a\",1,null,true]",
        "join(\"-\"), ([] | join(\"-\")), (map(select(. != null)) | length), map(values) , [.[] | scalars], [.[] | strings], ascii_downcase?",
        r#"["a-1--true","",3,["a",1,true],["a",1,null,true],["a"]]"#,
    );
    check(
        r#"{"a":1}"#,
        "[.[]], (.[\"b\"] = 2 | keys_unsorted), to_entries[0].key, add, has(\"b\"), (try has(0) catch .), map(. + 1), (try keys[\"a\"] catch .)",
        r#"[[1],["a","b"],"a",1,false,"Cannot check whether object has a number key",[2],"Cannot index array with string \"a\""]"#,
    );
}

#[test]
fn nulls_of_maps_are_left_out_as_in_json_but_those_of_texts_stay() {
    check(r#"{"a":null,"b":[null]}"#, "keys", r#"[["b"]]"#);
    check(r#""{\"a\":null}""#, "keys", r#"[["a"]]"#);
}

#[test]
fn what_is_wrong_is_said() {
    let cases = [
        ("[1]", ".[", "the program ends"),
        ("[1]", "nope", "nope/0 is not defined"),
        ("[1]", "$x", "$x is not defined"),
        ("[1]", "map(1; 2)", "map/2 is not defined"),
        ("[1]", "break $x", "is not defined"),
        ("[1]", "1 +", "a term is expected"),
        ("[1]", "{a: 1", "expected"),
        ("[1]", "\"a", "no end"),
        ("[1]", "@nope", "nope is not a valid format"),
        ("[1]", "1 == 1 == 1", "second operator"),
        ("[1]", ".a", "Cannot index array with string \"a\""),
        ("[1]", ".[\"a\",\"b\"]", "Cannot index array with string \"a\""),
        ("null", "error", "null"),
        ("[1]", "error(\"x y\")", "x y"),
        ("[1]", "error({a: 1})", "not a string"),
        ("[1]", "1 / 0", "cannot be divided because the divisor is zero"),
        ("[1]", "\"a\" - 1", "string (\"a\") and number (1) cannot be subtracted"),
        ("[1]", "path(1 + 1)", "Invalid path expression with result 2"),
        ("[1]", "(1 | .a) = 1", "Cannot index number"),
        ("[1]", "test(\"(\")", "cannot be matched"),
        ("[1]", "\"a\" | test(\"(\")", "is not a valid regex"),
        ("[1]", "{} | has(0)", "Cannot check whether object has a number key"),
        ("[1]", "import \"a\" as a; 1", "expected"),
        ("[1]", "halt", "not available"),
    ];
    for (input, program, message) in cases {
        let result = filter("jq", parse_json(input).unwrap(), &[program.into()]);
        match result {
            Ok(Value::Null) if input == "null" => {}
            Ok(value) => panic!("{program}: {value:?}"),
            Err(error) => {
                assert_eq!(error.category, Category::InvalidInput, "{program}: {}", error.message);
                assert!(error.message.contains(message), "{program}: {}", error.message);
            }
        }
    }
    assert_eq!(filter("jq", "nope{", &[".".into()]).unwrap_err().category, Category::InvalidInput);
    assert_eq!(filter("jq", Value::Int(1), &[]).unwrap_err().category, Category::Argument);
    assert_eq!(filter("jq", Value::Null, &[".".into()]), Ok(Value::Null));
}

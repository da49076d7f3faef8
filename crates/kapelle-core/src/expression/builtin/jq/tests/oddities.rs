//! What differs between versions of jq, as jq 1.6 and Kestra's port of it both have it.

use super::{check, jq};

#[track_caller]
fn fails(input: &str, program: &str, message: &str) {
    match jq(input, program) {
        Ok(value) => panic!("{input} | {program}: {value:?}"),
        Err(error) => assert!(error.message.contains(message), "{input} | {program}: {}", error.message),
    }
}

#[test]
fn a_question_mark_is_about_the_last_member_only() {
    check("[1]", "[.a?], [.a?.b?], [(.a.b)?], [.a.b??], .[0]?", "[[],[],[],[],1]");
    check("[[1]]", "[.[].a?], [.[0][\"a\"]?], [.[0][0][]?], [.[0][0][1:]?]", "[[],[],[],[]]");
    check("[1,2]", "[.[length - 1]?], (path(.[0,1]?)), (.[1:]? = [3])", "[[2],[0],[1],[1,3]]");
    for program in [".a.b?", ".a[]?", ".a[0]?", ".a[1:]?", ".a.\"b\"?", ".[error(\"Cannot index array\")]?"] {
        fails("[1]", program, "Cannot index array");
    }
}

#[test]
fn objects_are_built_from_their_first_entry() {
    check("[1]", "[{a: (1,2), b: (3,4)} | [.a, .b]]", "[[[1,3],[1,4],[2,3],[2,4]]]");
    check("[1]", "{a: 1, b: 2, a: 3}", r#"[{"a":3,"b":2}]"#);
}

#[test]
fn an_error_of_null_is_none() {
    check("[1]", "[error(null)], [try error(null) catch 1], (null | error), 2", "[[],[],2]");
}

#[test]
fn replacements_with_several_values() {
    check("[1]", r#""ab" | gsub("(?<x>.)"; "1\(.x)", "2\(.x)")"#, r#"["1a1b","2a1b","1a2b","2a2b"]"#);
    check(
        "[1]",
        r#""abab" | sub("a"; "x", "y"), sub("a"; null), [sub("a"; empty)]"#,
        r#"["xbab","ybab","bab",[]]"#,
    );
    check("[1]", r#""né" | gsub("(?<l>\\p{L})"; "[\(.l)]"), gsub("z"; 1)"#, r#"["[n][é]","né"]"#);
    fails("[1]", r#""ab" | gsub("b"; 1)"#, "string (\"a\") and number (1) cannot be added");
}

#[test]
fn regular_expressions() {
    check(
        "[1]",
        r#""a\nb" | test("^b"), test("a$"), test("b$"), test("(?m)^b"), test("a.b"), test("a.b"; "p")"#,
        "[false,false,true,true,false,true]",
    );
    check(
        "[1]",
        r#""a$\n" | test("a$"), test("\\$$"), test("[$]$"), test("\n$"), test("a\\$\\z")"#,
        "[false,true,true,true,false]",
    );
    check(
        "[1]",
        r#""a1h" | [match("\\h").string], [match(""; "g").offset], ("" | [match(""; "g").offset])"#,
        r#"[["h"],[0,1,2],[0]]"#,
    );
    check("[1]", r#""abc" | [splits("")], [match("c?"; "g").offset]"#, r#"[["","a","b","c"],[0,1,2]]"#);
}

#[test]
fn functions() {
    check(
        "[5,6]",
        "to_entries, (to_entries | map(.key))",
        r#"[[{"key":0,"value":5},{"key":1,"value":6}],[0,1]]"#,
    );
    check(
        r#"{"a":[1,[2]],"b":"x"}"#,
        "flatten, (del(.a) | join(\",\")), flatten(1)",
        r#"[[1,2,"x"],"x",[1,[2],"x"]]"#,
    );
    check(r#"["a","b"]"#, "join(null), (.[:1] | join(1)), ([] | join(1))", r#"["ab","a",""]"#);
    check("[null,0,\"\",{},[]]", "[.[] | reverse]", "[[[],[],[],[],[]]]");
    check("[1]", "[limit(-1; 1, 2)], [limit(0; 1, 2)]", "[[1,2],[]]");
    check("[[],null,0]", "transpose, ([[1],[2,3]] | transpose)", "[[],[[1,2],[null,3]]]");
    check(r#"{"a":{"x":1}}"#, "contains({a: 1}), ([[1]] | contains([1]))", "[false,false]");
    check(
        "[1,2]",
        "(null | has(\"a\"), has(0)), .[1.5], .[-1.5], (1 % nan), (nan % 1)",
        "[false,false,null,null,1,0]",
    );
    check(
        "[null,1]",
        "[.[] | isnan, isinfinite, isnormal, isfinite], [.[] | finites]",
        "[[false,false,false,false,false,false,true,true],[1]]",
    );
    check(
        "[1]",
        r#""a'!*()" | @uri, @html, ([-1, 97] | implode), ("abc" | indices(""))"#,
        "[\"a'!*()\",\"a&apos;!*()\",\"\u{fffd}a\",[]]",
    );
    check(
        "[1]",
        "9007199254740993, ([9007199254740993] | tojson), (1e-5 | tojson)",
        r#"[9007199254740993,"[9007199254740993]","1e-05"]"#,
    );
    fails("\"\\\"abc\\\"\"", "reverse", "Cannot index string with number");
    fails("[[1],2]", "transpose", "Cannot index number with number");
    fails("[{\"key\":1}]", "from_entries", "Cannot use number (1) as object key");
    fails("[1]", "{(.[0]): 1}", "Cannot use number (1) as object key");
    fails(r#"{"a":1}"#, "index(\"a\")", "Cannot index number with number");
    fails("[1]", "null | .[null]", "Cannot index null with null");
    fails("[1]", "\"abcdefghijklmno\" + 1", "string (\"abcdefghij...) and number (1) cannot be added");
}

#[test]
fn sorting_has_an_order_whatever_the_numbers() {
    // A sort panics if it sees that the order is none.
    check(
        "[1]",
        "[range(100) | if . % 3 == 0 then nan elif . % 2 == 0 then . else . / 2 end] | sort | .[34:36]",
        "[[0.5,2]]",
    );
    check(
        "[1]",
        "[range(60) | (9007199254740992, 9007199254740993, 9007199254740992.0, -1.5, nan)] | sort | unique_by(. / 1) | length",
        "[63]",
    );
    check(
        "[1]",
        "[nan < nan, nan > nan, nan == nan, nan < 1, 1 < nan, 1.5 > 1, 1 < 1.5, -1 < -0.5, 0 == -0.0]",
        "[[true,false,false,true,false,true,true,true,true]]",
    );
    check(
        "[1]",
        "1e300 > 9223372036854775807, -1e300 < 1, ([nan, nan] | unique | length), ([nan, 1] | min, max)",
        "[true,true,2,\"NaN\",1]",
    );
}

#[test]
fn dates_as_a_whole_are_english() {
    check("1425599621", "strftime(\"%c|%x|%X|%%c\")", r#"["Thu Mar  5 23:53:41 2015|03/05/15|23:53:41|%c"]"#);
}

#[test]
fn many_members_are_removed_at_once() {
    check("[1]", "[range(6)] | del(.[1,3,9]), del(.[0,2,-1])", "[[0,2,4,5],[1,3,4]]");
    check(
        r#"{"a":{"x":1,"y":2,"z":3},"b":[1,2]}"#,
        "del(.a.x, .a.z, .b[0]), del(.c.x, .c.y), del(.a, .b)",
        r#"[{"a":{"y":2},"b":[2]},{"a":{"x":1,"y":2,"z":3},"b":[1,2]},{}]"#,
    );
    fails("[1]", "del(.[\"a\", \"b\"])", "Cannot");
    fails("{}", "del(.a) | delpaths([[0],[1]])", "Cannot delete number field of object");
}

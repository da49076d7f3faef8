//! Programs that hang, explode or overflow the stack elsewhere.

use std::sync::Arc;

use kapelle_model::{Map, Value};

use crate::expression::builtin::testing::filter;
use crate::expression::builtin::{Kind, find, invoke};
use crate::expression::environment::{Environment, Limits, Settings};
use crate::expression::run::Run;
use crate::expression::services::NoServices;
use crate::expression::{Category, Outcome};

fn limited(program: &str) -> Outcome {
    with_steps(12_500, program, Value::List(Arc::default()))
}

/// Runs a program with few steps of the whole expression, since these tests are built without optimization.
pub(super) fn with_steps(steps: u64, program: &str, input: Value) -> Outcome {
    let limits = Limits { steps, ..Limits::default() };
    let (context, settings) = (Map::new(), Settings { limits, ..Settings::default() });
    let mut run = Run::new(Environment { context: &context, services: &NoServices, settings: &settings });
    invoke(find(Kind::Filter, "jq").unwrap(), input, vec![Some(program.into())], &mut run)
}

#[test]
fn deep_recursion_within_all_steps_is_refused() {
    for program in ["def f: 1 + f; f", "def f: [f]; f", "reduce range(300000) as $i (null; [.])"] {
        let error = filter("jq", Value::Int(1), &[program.into()]).unwrap_err();
        assert_eq!(error.category, Category::Limit, "{program}: {}", error.message);
    }
}

/// Nothing of this ends, or it would take all memory or overflow the stack.
#[test]
fn no_program_hangs_or_explodes() {
    let programs = [
        "def f: f; f",
        "def f: 1 + f; f",
        "def f: [f]; f",
        "def f: {a: f}; f",
        "def f: f | f; f",
        "def f(g): f(g | g); f(.)",
        "def f: (f, 1); f",
        "def f: try f catch f; f",
        "def f: f // f; f",
        "def f: path(f); f",
        "def f: .a |= f; f",
        "def f($x): f([$x]); f(1)",
        "def f: reduce f as $x (0; .); f",
        "def f: f as [$x] | 1; f",
        "def f: label $x | f, break $x; f",
        "def f: \"\\(f)\"; f",
        "[repeat(1)]",
        "repeat(.)",
        "last(range(1e18))",
        "range(1e300; infinite) | empty",
        "last(repeat(1))",
        "until(false; .)",
        "[while(true; .)]",
        "recurse(.)",
        "[recurse([.])] | length",
        "reduce range(300000) as $i (null; [.])",
        "reduce range(300000) as $i (null; {a: .})",
        "reduce range(300) as $i (null; [.])",
        "reduce range(60) as $i (\"x\"; . + .)",
        "reduce range(60) as $i ([1]; . + .)",
        "reduce range(60) as $i ([1]; [., .])",
        "reduce range(60) as $i ({}; {a: ., b: .})",
        "\"xxxxxxxxxx\" * 1e9",
        "\"x\" * 1e300",
        ".[1e9] = 1",
        "null | .[1e18] = 1",
        "[limit(1e9; repeat(\"x\"))] | add",
        "[range(1e6)] | tojson",
        "reduce range(100000) as $i (.; .[$i] = .)",
        "[range(3000)] | [.[] as $a | .[] as $b | $a + $b]",
        "[range(2000)] as $l | $l | map(select(. as $x | $l | index($x)))",
        "[range(3000)] | combinations(9)",
        "[range(10000) | tostring] | reduce .[] as $x (\"\"; . + $x + \"0123456789012345678901234567890123456789\")",
        "[\"a\" * 30000 | match(\"\"; \"g\")] | length",
        "(\"a\" * 100000) | [match(\"a\"; \"g\")]",
        "(\"a\" * 40) | [range(100000) as $i | test(\"(?=(a+)+$)(a|aa)+\\\\1b\")]",
        "setpath([range(100000) | \"a\"]; 1)",
        "path(repeat(.a?))",
        "null | [path(recurse(.a; true))]",
        "[range(100000)] | map([.]) | sort_by(.) | group_by(.) | length",
        "\"\\(repeat(1))\" | empty",
        "fromstream(repeat([[0],1]))",
        "[splits(\"a\")]",
        "now",
        "walk(walk(walk(.)))  | def f: walk(f); f",
        "tostream | repeat(.)",
        "[.[]?] | until(length > 1e7; . + .)",
        "{} | until(false; .a = .)",
        "\"a\" | until(length > 1e9; sub(\"a\"; \"aa\"))",
        "\"a\" | until(length > 1e9; gsub(\"a\"; \"aa\"))",
        "[1] | until(false; flatten | [., .])",
        "\"[\" * 100000 | fromjson",
        "(\"[\" * 100000) + (\"]\" * 100000) | fromjson",
        "@base64 | until(false; @base64)",
        "[range(500000)] | transpose",
        "[[range(5000)]] | until(length > 1e7; . + .) | transpose",
        "\"%999999999d\" as $f | 0 | strftime($f)",
        "1e300 | strftime(\"%Y\")",
        "-1e300 | gmtime",
        "[9223372036854775807 + 1, -9223372036854775808 - 1, -9223372036854775808 / -1, -9223372036854775808 % -1]",
        "[infinite, -infinite, nan] | map(floor, tostring, todate?)",
        "[1][nan], [1][1e300], [1][-1e300], [1][nan:1e300]",
        "[range(0; 100000)] | .[] |= . + 1 | length",
    ];
    for program in programs {
        let result = limited(program);
        if let Err(error) = result {
            assert!(
                matches!(error.category, Category::Limit | Category::InvalidInput | Category::Forbidden),
                "{program}: {error:?}"
            );
        }
    }
}

#[test]
fn no_program_text_overflows_the_parser() {
    let many = 100_000;
    let programs = [
        "[".repeat(many),
        "(".repeat(many),
        "-".repeat(many),
        "{a:".repeat(many),
        "if ".repeat(many),
        "try ".repeat(many),
        "def f: ".repeat(many),
        ". as [".repeat(many),
        ". as $x | ".repeat(1000) + ".",
        "\"\\(".repeat(many),
        ".".repeat(many),
        ".a".repeat(30_000),
        "[]".repeat(30_000),
        "1|".repeat(30_000) + "1",
        "1,".repeat(30_000) + "1",
        "1+".repeat(30_000) + "1",
        "1//".repeat(20_000) + "1",
        "reduce ".repeat(many),
        "label $x|".repeat(5_000) + "1",
        "?".repeat(30_000),
        format!(".{}", "?".repeat(30_000)),
        format!(".{}", "[0]".repeat(20_000)),
        "elif".repeat(many),
        format!("if 1 then 1 {}end", "elif 1 then 1 ".repeat(4_000)),
        "é".repeat(many),
        "\"\\u".into(),
        "\"\\ud800\\ud800\"".into(),
        "\"\\".into(),
        ".[".into(),
        "1e".into(),
        "1e999".into(),
        ".5.5".into(),
        "@".into(),
        "$".into(),
        "$__prog_args".into(),
    ];
    for program in programs {
        let shown = program.chars().take(20).collect::<String>();
        if let Err(error) = filter("jq", Value::Int(1), &[Value::Str(program.into())]) {
            assert!(matches!(error.category, Category::Limit | Category::InvalidInput), "{shown}: {error:?}");
        }
    }
}

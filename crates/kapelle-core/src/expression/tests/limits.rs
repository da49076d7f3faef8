//! Templates that want more than they may have: each ends with an error of its kind, on the stack that threads have.

use kapelle_model::{Map, Value};

use crate::expression::environment::{Environment, Settings};
use crate::expression::memory::MemoryServices;
use crate::expression::{Category, Error, Outcome, Template};
use crate::language::Language;

/// What the threads of servers have.
const STACK_BYTES: usize = 2 << 20;

/// How it ends: text, or the word of an error's category.
fn end(template: &str, variables: &[(&str, &str)], recursive: bool) -> String {
    let context: Map = variables
        .iter()
        .map(|(name, text)| ((*name).into(), Value::from(*text).into_secret_if(name)))
        .collect();
    let template = template.to_owned();
    let work = move || {
        let services = MemoryServices::from_setup(&Value::Null).unwrap();
        let mut settings = Settings { recursive, ..Settings::default() };
        // Debug builds take their time.
        if template.contains("for i") {
            (settings.limits.steps, settings.limits.memory_bytes) = (50_000, 4 << 20);
        } else if template.contains("jq(") {
            settings.limits.steps = 5_000;
        }
        let environment = Environment { context: &context, services: &services, settings: &settings };
        let outcome = render(&template, environment);
        match outcome {
            Ok(text) => text,
            Err(error) => format!("{}: {}", error.category.word(), error.message),
        }
    };
    std::thread::Builder::new().stack_size(STACK_BYTES).spawn(work).unwrap().join().unwrap()
}

fn render(template: &str, environment: Environment<'_>) -> Outcome<String> {
    let template = Template::compile(template, Language::One).map_err(|problems| -> Box<Error> {
        let problem = problems.into_iter().next().unwrap();
        let is_limit = problem.message.starts_with("nested more than");
        Error::new(if is_limit { Category::Limit } else { Category::Syntax }, problem.message)
    })?;
    if template.source().len() < 20_000 && !template.source().contains("for i") {
        // The trace and the typed value have to hold as well.
        let (_, _) = template.explain(environment, true);
        drop(template.value(environment));
    }
    Ok(template.render(environment)?.unwrap_or_default().expose().to_owned())
}

trait Marked {
    fn into_secret_if(self, name: &str) -> Value;
}

impl Marked for Value {
    fn into_secret_if(self, name: &str) -> Value {
        if name == "hidden" { self.into_secret() } else { self }
    }
}

fn check(cases: &[(&str, String)]) {
    for (expected, template) in cases {
        let found = end(template, &[("hidden", "h"), ("a", "a")], false);
        let shown: String = template.chars().take(160).collect();
        let is_equal = if *expected == "limit" { found.starts_with("limit: ") } else { found == *expected };
        let found: String = found.chars().take(300).collect();
        assert!(is_equal, "{shown} gives {found}, not {expected}");
    }
}

#[test]
fn long_expressions_are_no_deep_ones() {
    let long = |before: &str, unit: &str, after: &str, count: usize| {
        format!("{{{{ {before}{}{after} }}}}", unit.repeat(count))
    };
    check(&[
        ("100001", long("1", " + 1", "", 100_000)),
        ("1", long("1", " | abs", "", 100_000)),
        ("true", long("", "not ", "true", 100_000)),
        ("1", long("", "- ", "1", 100_000)),
        ("1", long("", "0 ? 2 : ", "1", 100_000)),
        ("true", long("true", " and true", "", 100_000)),
        ("1", long("null", " ?? null", " ?? 1", 100_000)),
        ("limit", long("a", " ~ a", "", 100_000)),
        ("limit", long("'a'", " + 'a'", "", 100_000)),
        ("limit", long("[]", " + [1]", "", 20_000)),
        ("limit", long("", "1 + (", &format!("1{}", ")".repeat(70)), 70)),
    ]);
}

#[test]
fn depth_has_an_end() {
    let nested = |open: &str, middle: &str, close: &str, depth: usize| {
        format!("{}{middle}{}", open.repeat(depth), close.repeat(depth))
    };
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{1:", "}"),
        ("f(", ")"),
        ("a[", "]"),
        ("\"#{", "}\""),
        ("1 ? ", ": 2"),
        ("abs(", ")"),
    ] {
        for depth in [65, 10_000] {
            check(&[("limit", format!("{{{{ {} }}}}", nested(open, "1", close, depth)))]);
        }
    }
    let tags = |count: usize| nested("{% if true %}", "x", "{% endif %}", count);
    check(&[("x", tags(64)), ("limit", tags(65)), ("limit", tags(10_000))]);

    // Deep expressions, in deep tags, in macros that call themselves.
    for (open, close) in
        [("", ""), ("[", "]"), ("{1: ", "}"), ("\"#{", "}\""), ("1 ? ", " : 2"), ("1 + (", ")"), ("m(", ")")]
    {
        for (tag, end) in [
            ("", ""),
            ("{% if true %}", "{% endif %}"),
            ("{% for x in [1] %}", "{% endfor %}"),
            ("{% filter trim %}", "{% endfilter %}"),
            ("{% block b %}", "{% endblock %}"),
        ] {
            let print = format!("{{{{ {} }}}}", nested(open, "m(1)", close, 50));
            let body = nested(tag, &print, end, 50);
            check(&[("limit", format!("{{% macro m(x) %}}{body}{{% endmacro %}}{{{{ m(1) }}}}"))]);
        }
    }
    check(&[
        ("limit", "{% macro m(x=m()) %}{{ x }}{% endmacro %}{{ m() }}".to_owned()),
        (
            "limit",
            "{% macro m() %}{{ n() }}{% endmacro %}{% macro n() %}{{ m() | upper }}{% endmacro %}{{ m() }}"
                .to_owned(),
        ),
        ("limit", "{% block b %}{{ block('b') }}{% endblock %}".to_owned()),
    ]);
}

#[test]
fn texts_that_render_themselves_end() {
    for (template, variable) in [
        ("{{ render(r) }}", "{{ render(r) }}".to_owned()),
        ("{{ render(r) }}", "{{ render([[r]]) }}".to_owned()),
        ("{{ render(r) }}", "{{ renderOnce(r) }}".to_owned()),
        (
            "{{ render(r, recursive=false) }}",
            "{{ render(r, recursive=false) }}{{ render(r, recursive=false) }}".to_owned(),
        ),
        ("{{ render(r) }}", format!("{{{{ {}render(r){} }}}}", "[".repeat(60), "]".repeat(60))),
        (
            "{{ render(r) }}",
            format!("{}{{{{ render(r) }}}}{}", "{% for x in [1] %}".repeat(60), "{% endfor %}".repeat(60)),
        ),
        ("{{ render(r) }}", "{% macro m() %}{{ render(r) }}{{ m() }}{% endmacro %}{{ m() }}".to_owned()),
    ] {
        let found = end(template, &[("r", &variable)], false);
        assert!(found.starts_with("limit") || found.starts_with("undefined"), "{variable}: {found}");
    }
    for variable in ["{{ r }}x", "{{ r ~ r }}x", "{{ s }}"] {
        let found = end("{{ r }}", &[("r", variable), ("s", "{{ r }} .")], true);
        assert!(found.starts_with("limit"), "{variable}: {found}");
    }
}

/// A template that repeats a statement and shows something.
fn repeated(start: &str, statement: &str, count: usize, shown: &str) -> String {
    format!("{{% set x = {start} %}}{{% for i in 1..{count} %}}{statement}{{% endfor %}}{{{{ {shown} }}}}")
}

#[test]
fn values_do_not_grow_without_end() {
    let set = |value: &str| format!("{{% set x = {value} %}}");
    let mut cases = Vec::new();
    for value in ["[x]", "{'a': x}", "[x] + []", "[[x]]", "[x, hidden]", "{hidden: x}", "[] + [x]"] {
        cases.push(("limit", repeated("1", &set(value), 100_000, "1")));
    }
    // These look small and are endless to whoever walks through them.
    for value in ["[x, x]", "[x, x, x]", "{'a': x, 'b': x}", "[x] + [x]", "[[x, x], [x, x]]"] {
        for shown in [
            "1",
            "x | length",
            "x is empty",
            "x == x",
            "x",
            "x contains 1",
            "x ~ 'a'",
            "x | toJson",
            "x is defined",
            "x isIn x",
        ] {
            let template = repeated("1", &set(value), 60, shown);
            let found = end(&template, &[], false);
            assert!(found.starts_with("limit: ") || found.len() < 10, "{template}: {found:.200}");
        }
    }
    for value in ["x ~ x", "x + x", "\"#{x}#{x}\"", "x ~ 'aaaaaaaaaaaa'", "x | replace({'a': 'aaaa'})"] {
        cases.push(("limit", repeated("'a'", &set(value), 100_000, "1")));
    }
    cases.push(("limit", repeated("[1]", &set("x + x"), 100, "1")));
    cases.push(("limit", repeated("[1]", &set("x + 1"), 100_000, "1")));
    cases.push(("limit", repeated("2", "{{ '0123456789012345678901234567890123456789' }}", 100_000, "1")));
    check(&cases);
}

/// Builtins that put values into others, again and again.
#[test]
fn builtins_nest_nothing_without_end() {
    for value in [
        "x | chunk(1)",
        "x | jq('[.]')",
        "x | jq('[.,.]')",
        "x | jq('[[.,.],[.,.]]') | first",
        "{'a': x} | entries",
        "x | entries",
        "{'a': 1} | merge({'b': x})",
        "[1] | merge([x])",
        "x | toJson",
        "x | toIon",
        "x | json",
        "[x] | toJson | fromJson",
        "[x] | yaml | yaml",
        "{'a': [x]} | yaml | yaml",
        "[[x, x]] | flatten",
        "fill(x, 3)",
        "x | base64encode",
        "x | urlencode",
        "x | string | string ~ x",
    ] {
        for start in ["{'b': 1}", "'a'", "[hidden]"] {
            let template = repeated(start, &format!("{{% set x = {value} %}}"), 40, "x is null");
            let found = end(&template, &[("hidden", "h")], false);
            assert!(!found.is_empty() && !found.starts_with("syntax"), "{template}: {found}");
        }
    }
}

#[test]
fn huge_results_are_refused_before_they_are_made() {
    let wide = "9223372036854775807";
    check(&[
        ("limit", "{{ 1..1000000000 }}".to_owned()),
        ("limit", format!("{{{{ -{wide}..{wide} }}}}")),
        ("limit", format!("{{% for i in 0..{wide} %}}{{% endfor %}}")),
        ("limit", "{% for i in 1..1000 %}{% for j in 1..1000 %}{% endfor %}{% endfor %}".to_owned()),
        ("limit", "{{ range(0, 1000000000) }}".to_owned()),
        ("limit", format!("{{{{ range(-{wide}, {wide}, 2) }}}}")),
        (
            "limit",
            "{{ ('[' ~ '['.repeat(1)) ?? 1 }}{% for i in 1..100000 %}{% set i = 1..1000 %}{% endfor %}"
                .to_owned(),
        ),
    ]);
    for template in [
        "{{ '%2000000000d' | stringFormat(1) }}",
        "{{ '%.2000000000f' | stringFormat(1.0) }}",
        "{{ 1.5 | numberFormat('0.' ~ '0') }}",
        "{{ 'a' | abbreviate(2000000000) }}",
        "{{ 'a'.repeat(2000000000) }}",
        "{{ randomString(2000000000) }}",
        "{{ nanoId(2000000000) }}",
        "{{ nanoId(length=2000000000) }}",
        "{{ range(0, 9223372036854775807, 9223372036854775807) }}",
        "{{ 1e999999999 }}",
        "{{ '1e999999999' | number('BIGDECIMAL') }}",
        "{{ ('1e999999999' | number('BIGDECIMAL')) + 1 }}",
        "{{ '1e999999999' | number('BIGINTEGER') }}",
        "{{ now() | dateAdd(9223372036854775807, 'YEARS') }}",
        "{{ now() | dateAdd(-9223372036854775807, 'NANOS') }}",
        "{{ 'x' | jq('range(1000000000)') }}",
        "{{ 1 | jq('[limit(1000000000; repeat(1))] | length') }}",
        "{{ 1 | jq('def f: f; f') }}",
        "{{ 1 | jq('def f: 1 + f; f') }}",
        "{{ 1 | jq('\"a\" * 1000000000') }}",
        "{{ 1 | jq('[range(100000)] | map([range(100000)])') }}",
        "{{ 1 | jq('reduce range(100000000) as $x (0; . + $x)') }}",
        "{{ 1 | jq('last(range(100000000000))') }}",
        "{{ 1 | jq('until(false; .)') }}",
        "{{ 1 | jq('reduce range(100000) as $x (0; [.])') }}",
        "{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab' | replace('(a+)+$', '', regexp=true) }}",
        "{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab' | regexMatch('(a+)+$') }}",
        "{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab'.matches('(a|a)*c') }}",
        "{{ 'a' | regexMatch('a{1000000000}') }}",
        "{{ 'a' | regexMatch('((a{1000}){1000}){1000}') }}",
    ] {
        let found = end(template, &[], false);
        assert!(found.len() < 1000, "{template}: {} bytes", found.len());
        assert!(!found.starts_with("unknown") || !found.contains("repeat"), "{template}: {found}");
    }
}

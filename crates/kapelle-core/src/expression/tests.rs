use std::fmt::Write;

use super::*;
use crate::language::Language;

mod cases;
mod evaluated;
pub(super) mod grammar;
mod limits;
mod odd;
mod oracle;
mod pieces;
mod robust;
mod scanned_cases;
mod services;
mod taint;

/// What a scan found, on one line: reads (`?` before the guarded ones), calls, names with a dash, problems.
fn show(text: &str) -> String {
    let scan = scan(text, Language::One);
    let mut parts = Vec::new();
    for read in &scan.reads {
        let mut shown = format!("{}{}", if read.guarded { "?" } else { "" }, read.root);
        for step in &read.path {
            match step {
                Step::Name { name, dotted: true, .. } => write!(shown, ".{name}"),
                Step::Name { name, .. } => write!(shown, "['{name}']"),
                Step::Index(index) => write!(shown, "[{index}]"),
                Step::Dynamic => write!(shown, "[…]"),
            }
            .unwrap();
        }
        parts.push(shown);
    }
    for call in &scan.calls {
        let arguments: Vec<_> = call.arguments.iter().map(argument).collect();
        parts.push(format!("{}({})", call.name, arguments.join(", ")));
    }
    parts.extend(scan.dashed.iter().map(|dashed| format!("dashed {}: {}", dashed.root, dashed.name)));
    parts.extend(
        scan.problems.iter().map(|problem| format!("`{}` {}", &text[problem.range.clone()], problem.message)),
    );
    parts.join(" | ")
}

fn argument(argument: &Argument<'_>) -> String {
    let name = argument.name.map(|name| format!("{name}=")).unwrap_or_default();
    let value = argument.literal.as_ref().map_or_else(|| "…".to_owned(), |literal| format!("'{literal}'"));
    name + &value
}

fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(show(text), *expected, "{text}");
    }
}

#[test]
fn text_reads_nothing() {
    check(&[
        ("", ""),
        ("no brace", ""),
        ("${HOME} { x } }} %}", ""),
        ("{# {{ x }} #}", ""),
        ("{% raw %}{{ x }}{% endraw %}{%-raw -%}{{ y }}{%endraw%}", ""),
        ("{% verbatim %}{{ x }}\n{% if %}{%- endverbatim -%}", ""),
        ("{{ 'a' ~ 1 + 1.5 - 10L ~ true ~ NULL ~ [] ~ {} }}", ""),
    ]);
}

#[test]
fn a_path_is_one_read() {
    check(&[
        ("{{ inputs.a }}", "inputs.a"),
        ("{{ a.b['c d'][\"e\"][0].f }}", "a.b['c d']['e'][0].f"),
        ("{{ a['it\\'s'] }}", "a['it's']"),
        ("{{ outputs.t[taskrun.value].x }}", "outputs.t[…].x | taskrun.value"),
        ("{{ a[-1][b ~ 'x'][\"#{c}\"] }}", "a[…][…][…] | b | c"),
        ("{{ foo.null.if.order }}", "foo.null.if.order"),
        ("{{ order ~ notes ~ isActive ~ True }}", "order | notes | isActive | True"),
        ("{{ größe.länge }}", "größe.länge"),
        ("{{ a . b [ 'c' ] }}", "a.b['c']"),
        ("{{ (a.b).c[d] }}", "a.b | d"),
    ]);
    let text = "é {{ a.b['c'].d }}";
    assert_eq!(&text[scan(text, Language::One).reads[0].range.clone()], "a.b['c'].d");
}

#[test]
fn a_call_ends_a_path() {
    check(&[
        ("{{ a.b.c(d).e }}", "a.b | d"),
        ("{{ trigger.date.plusDays(1).year }}", "trigger.date"),
        ("{{ a.trim() }}", "a"),
        ("{{ f(x).y[z] }}", "x | z | f(…)"),
    ]);
}

#[test]
fn every_part_of_an_expression_is_read() {
    check(&[
        ("{{ a ? b : c ? d : e }}", "a | b | c | d | e"),
        ("{{ [a, {b: c, 'd': e}] | f(g, h=i) }}", "a | b | c | e | g | i"),
        ("{{ a is even and not b is odd or c contains d }}", "a | b | c | d"),
        ("{{ \"x #{a | upper} y #{'#{b}' ~ c}\" }}", "a | c"),
        ("{{ \"#{ \"#{a}\" }\" }}", "a"),
        ("{{ {\"a\": {\"b\": x}}}}{{{'k': y}}}", "x | y"),
        ("{{- a -}} {{-b }} {%- if c -%}{% endif %}", "a | b | c"),
        ("{% if a %}{% elseif b %}{% else %}{{ c }}{% endif %}", "a | b | c"),
        ("{% filter f(a) | g(b) %}{{ c }}{% endfilter %}", "a | b | c"),
        ("{% block x %}{{ a }}{% endblock x %}{{ block('x') }}", "a | block('x')"),
    ]);
}

#[test]
fn calls_know_their_plain_arguments() {
    check(&[
        ("{{ secret('DB', subkey = \"it\") }}", "secret('DB', subkey='it')"),
        ("{{ kv('a' ~ b, c, errorOnMissing=false) }}", "b | c | kv(…, …, errorOnMissing=…)"),
        ("{{ f(('a'), \"#{b}\", 'it\\'s', \"\\\"#\") }}", "b | f(…, …, 'it's', '\\\"#')"),
        ("{{ f(g('x')) }}", "f(…) | g('x')"),
        ("{{ now() | date('yyyy') is defined }}", "now()"),
        ("{{ f(a == b) }}", "a | b | f(…)"),
    ]);
}

#[test]
fn names_bound_by_the_template_are_no_reads() {
    check(&[
        ("{% set x = y %}{{ x.a[z] }}", "y | z"),
        ("{% set x = x + 1 %}{{ x }}", "x"),
        ("{% if a %}{% set v = 1 %}{% endif %}{{ v }}", "a"),
        ("{% for x in xs %}{{ x.y }}{{ loop.index }}{% endfor %}{{ x }}{{ loop }}", "xs | x | loop"),
        ("{% for x in a %}{% for x in x.b %}{{ x }}{% endfor %}{{ x }}{% endfor %}", "a"),
        ("{% for x in a %}{% set y = 1 %}{% endfor %}{{ y }}", "a | y"),
        ("{% macro m(a, b=c) %}{{ a }}{{ b }}{% endmacro %}{{ m(a) }}", "c | a | m(…)"),
    ]);
    assert!(scan("{% macro m() %}{% endmacro %}", Language::One).macros.contains("m"));
}

#[test]
fn a_read_is_guarded_where_a_missing_value_is_caught() {
    check(&[
        ("{{ a ?? b ??? c }}", "?a | ?b | c"),
        ("{{ a.b[c] | upper | default(d) }}", "?a.b[…] | ?c | d"),
        ("{{ a is defined }}{{ b is not defined }}{{ c is null }}{{ d is not empty }}", "?a | ?b | ?c | ?d"),
        ("{{ f(a, [b]) ?? 'x' }}", "?a | ?b | f(…, …)"),
        ("{{ not a ?? 1 }}{{ -b ?? 1 }}", "?a | ?b"),
        // `??` binds tighter than arithmetic, comparison and `~`, but a filter ends before it.
        ("{{ a ~ b ?? c }}{{ d == e ?? f }}{{ g | upper ?? h }}", "a | ?b | c | d | ?e | f | ?g | h"),
        ("{{ a ?? b | default('x') }}", "?a | ?b"),
        // Arithmetic and comparison turn the missing value into an error that nothing catches.
        ("{{ (a + 1) ?? 'd' }}{{ (b == 1) | default(2) }}{{ (c ~ 1) ?? 2 }}", "a | b | ?c"),
        ("{{ (a ?? 1) + b ?? 2 }}", "?a | ?b"),
    ]);
}

#[test]
fn a_condition_guards_what_depends_on_it() {
    check(&[
        (
            "{% if a.b is defined %}{{ a.b.c }}{{ a.x }}{{ f(a.b) }}{% endif %}{{ a.b }}",
            "?a.b | ?a.b.c | a.x | ?a.b | a.b | f(…)",
        ),
        ("{% if a is null %}{% elseif a.b %}{% else %}{{ a }}{% endif %}", "?a | ?a.b | ?a"),
        ("{{ a is defined ? a.b : c }}{{ a }}", "?a | ?a.b | c | a"),
        ("{{ a is not null and a.b == 1 and a.c }}{{ a is null or a.b }}", "?a | ?a.b | ?a.c | ?a | ?a.b"),
        ("{{ (a.b ?? '') != '' ? a.b : 'none' }}", "?a.b | ?a.b"),
        ("{% if a %}{{ a.b }}{% endif %}", "a | a.b"),
        (
            "{% if outputs.t[x] is defined %}{{ outputs.t[x].y }}{% endif %}",
            "?outputs.t[…] | ?x | ?outputs.t[…].y | ?x",
        ),
    ]);
}

#[test]
fn a_dash_in_a_name_is_a_subtraction_and_noted() {
    check(&[
        ("{{ inputs.my-input }}", "inputs.my | input | dashed inputs: my-input"),
        (
            "{{ outputs.a.my-long-key2-3.value }}",
            "outputs.a.my | long | key2 | dashed outputs: my-long-key2-3",
        ),
        (
            "{{ inputs.a - b }}{{ inputs.a -b }}{{ inputs.a-1 }}{{ x.a-b }}{{ inputs-x }}",
            "inputs.a | b | inputs.a | b | inputs.a | x.a | b | inputs | x",
        ),
        ("{% set b = 1 %}{{ inputs.a-b }}", "inputs.a"),
        ("{{ inputs['my-input'] }}", "inputs['my-input']"),
    ]);
}

#[test]
fn what_is_never_closed_is_named_where_it_opens() {
    check(&[
        ("a {{ b", "b | `{{` `{{` is never closed: `}}` is missing"),
        ("a {{ b } and prose {# x", "b | `{{` `{{` is never closed: `}}` is missing"),
        (
            "{% if a",
            "a | `{%` `{%` is never closed: `%}` is missing | `if` `if` is never closed: `{% endif %}` is missing",
        ),
        ("color: {#fff}", "`{#` `{#` starts a comment that is never closed: `#}` is missing"),
        (
            "{{ 'abc }} {{ x }}",
            "x | `'` the quote opened here is never closed; inside a string it is written with a backslash before it",
        ),
        (
            "{{ \"a #{b} c }} {{ x }}",
            "b | x | `\"` the quote opened here is never closed; inside a string it is written with a backslash before it",
        ),
        ("{{ (1 + a }} {{ x }}", "a | x | `(` `(` is never closed: `)` is missing"),
        ("{% if [a %}{% endif %}", "a | `[` `[` is never closed: `]` is missing"),
        ("{{ f(a] }} {{ x }}", "a | x | f(…) | `]` `(` has to be closed with `)`, not with `]`"),
        ("{{ a) }} {{ x }}", "a | x | `)` `)` closes nothing: there is no bracket open"),
        ("{{ {'a': 1 }} {{ x }}", "x | `}` a single `}` closes nothing here; a print ends with `}}`"),
        ("{% raw %}{{ a }}", "`{% raw %}` `raw` is never closed: `{% endraw %}` is missing"),
        (
            "{% raw %}\n{{ a }}{% endraw %}{{ b }}",
            "b | `{% raw %}` `raw` has to end on the line it starts on; for several lines use `verbatim`",
        ),
        (
            "{% verbatim %}{{ a }}",
            "`{% verbatim %}` `verbatim` is never closed: `{% endverbatim %}` is missing",
        ),
        (
            "{% for x in y %}{% endif %}{% endfor %}",
            "y | `endif` `endif` stands inside `for`, which has to end first: `{% endfor %}`",
        ),
        ("{% endif %}", "`endif` `endif` without `if` before it"),
    ]);
}

#[test]
fn what_the_grammar_refuses_says_what_to_write() {
    check(&[
        ("{{ }}", "`{{ }}` there is nothing between `{{` and `}}`"),
        ("{%%}", "`{%%}` there is nothing between `{%` and `%}`"),
        (
            "{{ a && !b || c }}",
            "a | b | c | `&&` there is no `&&`; write `and` | `!` there is no `!`; write `not` | `||` there is no `||`; write `or`",
        ),
        ("{{ a === b }}", "a | b | `===` there is no `===`; write `==`"),
        ("{{ a; b }}", "a | `;` there is no `;` in an expression; write one print or tag for each"),
        ("{{ \\\"a\\\" }}", "`\\` a backslash outside of a string; quotes need none here"),
        ("{{ “a” }}", "`“` `“` is not a quote of this language; write `'` or `\"`"),
        ("{{\u{a0}a }}", "`\u{a0}` a no-break space; write an ordinary blank"),
        ("{{ $a }}", "`$` `$` has no meaning here; write the name alone, such as `inputs.name`"),
        ("{{ a b }}{{ c }}", "a | c | `b` expected an operator or `}}`, found `b`"),
        ("{{ a + }}", "a | `}}` expected a value, found `}}`"),
        (
            "{{ 'a' in b }}",
            "`in` expected an operator or `}}`, found `in`; write `isIn`, or `contains` the other way round",
        ),
        ("{{ a.is }}", "a | `is` `is` is an operator; as a name it is written `['is']` without the dot"),
        ("{{ a.0 }}", "a | `0` an index is written `[0]` without the dot"),
        (
            "{{ f(a=1, 2) }}",
            "f(a=…) | `2` expected a name and `=`, as the argument before has them, found `2`",
        ),
        ("{{ [1, 2,] }}", "`]` expected a value, found `]`"),
        ("{{ a | }}", "a | `}}` expected the name of a filter, found `}}`"),
        (
            "{{ 9223372036854775808 }}",
            "`9223372036854775808` 9223372036854775808 is beyond 64 bits; write it with a fraction or as text",
        ),
        ("{% if a %}{% else if b %}{% endif %}", "a | `else if` `else if` is written `elseif`"),
        ("{% if a %}{% elif b %}{% endif %}", "a | `elif` there is no tag `elif`: write `elseif`"),
        ("{% set null = 1 %}", "`null` `null` is a value and cannot be assigned to"),
        ("{% for k, v in m %}{% endfor %}", "`,` expected `in` (a loop has one variable), found `,`"),
        ("{% macro m() %}{% endmacro %}{% macro m() %}{% endmacro %}", "`m` there is already a macro `m`"),
    ]);
}

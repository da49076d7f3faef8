use std::fmt::Write;
use std::ops::Range;

use proptest::prelude::*;

use crate::expression::{Scan, Step, scan};
use crate::language::Language;

pub(super) const FRAGMENTS: &[&str] = &[
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "{{-",
    "-}}",
    "-%}",
    "#{",
    "}",
    "{",
    "(",
    ")",
    "[",
    "]",
    "'",
    "\"",
    "\\",
    " ",
    "\n",
    "é",
    "a",
    "b.c",
    "inputs.x-y",
    ".",
    "['k']",
    "[0]",
    "[a.b]",
    "f(",
    "n=",
    "1",
    "2.5",
    "99999999999999999999",
    ",",
    ":",
    "?",
    "??",
    "???",
    "|",
    " | default(1)",
    " is defined",
    " is not ",
    " and ",
    " or ",
    "not ",
    "+",
    "-",
    "==",
    "&&",
    "!",
    ";",
    "🚀",
    "raw",
    "verbatim",
    "{% raw %}",
    "{% endraw %}",
    "{% verbatim %}",
    "{% endverbatim %}",
    "if ",
    "{% if a %}",
    "{% else %}",
    "{% elseif b is null %}",
    "{% endif %}",
    "{% for x in xs %}",
    "{% endfor %}",
    "{% set v = 1 %}",
    "set ",
    "{% macro m(a, b=c) %}",
    "{% endmacro %}",
    "{% block b %}",
    "{% endblock %}",
    "{% filter f %}",
    "{% endfilter %}",
];

fn ranges<'a>(scan: &'a Scan<'_>) -> impl Iterator<Item = &'a Range<usize>> {
    let steps = scan.reads.iter().flat_map(|read| &read.path).filter_map(|step| match step {
        Step::Name { range, .. } => Some(range),
        _ => None,
    });
    let arguments = scan.calls.iter().flat_map(|call| &call.arguments).map(|argument| &argument.range);
    (scan.reads.iter().map(|read| &read.range))
        .chain(steps)
        .chain(scan.calls.iter().map(|call| &call.range))
        .chain(arguments)
        .chain(scan.dashed.iter().map(|dashed| &dashed.range))
        .chain(scan.problems.iter().map(|problem| &problem.range))
}

fn assert_sound(text: &str) {
    let scan = scan(text, Language::One);
    for range in ranges(&scan) {
        assert!(!range.is_empty() && text.get(range.clone()).is_some(), "{range:?} of {text:?}");
    }
    for read in &scan.reads {
        assert!(text[read.range.clone()].starts_with(read.root), "{read:?} of {text:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_is_scanned(text in any::<String>()) {
        assert_sound(&text);
        assert_sound(&format!("{{{{ {text} }}}}"));
    }

    #[test]
    fn any_mixture_of_templates_is_scanned(parts in prop::collection::vec(prop::sample::select(FRAGMENTS), 0..40)) {
        assert_sound(&parts.concat());
    }
}

#[test]
fn depth_is_bounded() {
    for (open, close) in
        [("(", ")"), ("[", "]"), ("{1:", "}"), ("f(", ")"), ("a[", "]"), ("\"#{", "}\""), ("a ? ", ": b")]
    {
        let nested = |depth: usize| format!("{{{{ {}1{} }}}}", open.repeat(depth), close.repeat(depth));
        assert_eq!(scan(&nested(60), Language::One).problems, [], "{open}");
        for depth in [64, 65, 1000, 100_000] {
            let problems = scan(&nested(depth), Language::One).problems;
            assert!(problems.len() <= 1, "{open}");
            assert!(
                depth < 65 || problems[0].message.starts_with("nested more than 64 levels"),
                "{open} {problems:?}"
            );
        }
    }
    assert_eq!(scan(&format!("{{{{ {}1 }}}}", "- not ".repeat(100_000)), Language::One).problems, []);
    assert_eq!(scan(&format!("{{{{ {}d }}}}", "a ? b : ".repeat(100_000)), Language::One).problems, []);
}

/// Texts of a size that takes minutes if anything is searched again for every tag, read or bracket.
#[test]
fn long_texts_of_all_kinds_are_scanned() {
    let mut texts: Vec<String> =
        FRAGMENTS.iter().map(|fragment| fragment.repeat(300_000 / fragment.len())).collect();
    for unit in [
        "{{ a",
        "{{ ' }}",
        "{{ \" }}",
        "{{ \"#{",
        "{% raw %}\n",
        "{% if x is defined %}{{ y }}",
        "{% verbatim }",
        "{{ ( }}",
        "{{ a } ",
        "{{ a ( }",
        "{% endif %}{% for x in y %}",
        "{{ \\' }}",
        "{{ a && ",
    ] {
        texts.push(unit.repeat(300_000 / unit.len()));
    }
    for unit in [
        "a is defined and ",
        "a ?? ",
        "a.b[c] + ",
        "a | default(b) | ",
        "f(a) ~ ",
        "[a] + ",
        "inputs.a-b - ",
        "a-",
    ] {
        texts.push(format!("{{{{ {}a }}}}", unit.repeat(300_000 / unit.len())));
    }
    let mut many_names = String::new();
    for index in 0..10_000 {
        write!(
            many_names,
            "{{% set v{index} = v %}}{{% macro m{index}() %}}{{% endmacro %}}{{{{ w{index} ?? 1 }}}}"
        )
        .unwrap();
    }
    texts.push(many_names);
    texts.push(format!("{{{{ inputs.a{} }}}}", "-b".repeat(150_000)));
    for text in texts {
        assert_sound(&text);
    }
}

use proptest::prelude::*;
use regex::{Captures, Regex};

use super::{parenthesized, print};
use crate::expression::Template;
use crate::expression::tests::grammar::{Choices, template};
use crate::language::Language;

fn compile(text: &str, language: Language) -> Template {
    Template::compile(text, language).unwrap_or_else(|problems| panic!("{text}: {problems:?}"))
}

const TAGS: [&str; 6] = ["if ", "elseif ", "for ", "set ", "filter ", "macro "];

/// A tree with what was written in place of the places.
fn shape(template: &Template) -> String {
    let places = Regex::new(r"Span \{\s*start: (\d+),\s*end: (\d+),?\s*\}|end: \d+").unwrap();
    let all = format!("{:?}", template.tree());
    let shown = places.replace_all(&all, |found: &Captures<'_>| {
        let at = |index| found.get(index).map(|number| number.as_str().parse::<usize>().unwrap());
        let (Some(start), Some(end)) = (at(1), at(2)) else { return String::new() };
        template.source()[start..end].replace([' ', '\n', '(', ')'], "").replace('\'', "")
    });
    shown.into_owned()
}

#[test]
fn parentheses_are_written_where_they_are_needed() {
    for (written, printed) in [
        ("{{ ((a)) }}", "{{ a }}"),
        ("{{ (a + b) + c }}", "{{ a + b + c }}"),
        ("{{ a + (b + c) }}", "{{ a + (b + c) }}"),
        ("{{ (a * b) + c }}", "{{ a * b + c }}"),
        ("{{ a * (b + c) }}", "{{ a * (b + c) }}"),
        ("{{ (a + b) | f }}", "{{ (a + b) | f }}"),
        ("{{ (a ~ b) | f }}", "{{ a ~ b | f }}"),
        ("{{ (a | f) | g(x = (1)) }}", "{{ a | f | g(x=1) }}"),
        ("{{ (a is even) + 1 }}", "{{ a is even + 1 }}"),
        ("{{ (not a) and (- b) }}", "{{ not a and -b }}"),
        ("{{ not (a and b) }}", "{{ not (a and b) }}"),
        ("{{ -(-a) }}", "{{ - -a }}"),
        ("{{ (-7) | abs }}", "{{ -7 | abs }}"),
        ("{{ -(7 | abs) }}", "{{ -(7 | abs) }}"),
        ("{{ (a ? b : c) ? (d ? e : f) : (g ? h : i) }}", "{{ (a ? b : c) ? d ? e : f : g ? h : i }}"),
        ("{{ (a ?? b) | f }}", "{{ a ?? b | f }}"),
        ("{{ ([1, 2])[(0)] }}", "{{ ([1, 2])[(0)] }}"),
        ("{{ a[1.5][true][('b')] }}", "{{ a[1.5][true][('b')] }}"),
        ("{{ (a.b).c['d'][(e)] }}", "{{ a.b.c['d'][e] }}"),
        ("{{ (-a).b }}", "{{ (-a).b }}"),
        ("a{%- if (a) -%} b {% else %}{# c #}{% endif %}", "a{% if a %}b {% endif %}"),
    ] {
        assert_eq!(print(&compile(written, Language::One), Language::One), printed, "{written}");
    }
    assert_eq!(print(&compile("{{ (a ?? b) | f }}", Language::Two), Language::Two), "{{ (a ?? b) | f }}");
}

#[test]
fn all_parentheses_show_how_a_text_is_read() {
    let text = "{{ a ?? b | f + 1 }}{% if not x == y and z %}{{ c ? d : e ? f : g }}{% endif %}";
    let expected = |first: &str| {
        vec![first.to_owned(), "if ((not x) == y) and z".to_owned(), "c ? d : (e ? f : g)".to_owned()]
    };
    let read = |language| parenthesized(&compile(text, language));
    assert_eq!(read(Language::One), expected("((a ?? b) | f) + 1"));
    assert_eq!(read(Language::Two), expected("a ?? ((b | f) + 1)"));
}

/// Nothing here takes the square of the length.
#[test]
fn long_templates_are_printed() {
    for (before, unit, after) in [
        ("", "a + ", "a"),
        ("", "not ", "a"),
        ("", "a ? b : ", "c"),
        ("a", " | f", ""),
        ("a", " is g", ""),
        ("a", ".b", ""),
    ] {
        let text = format!("{{{{ {before}{}{after} }}}}", unit.repeat(30_000));
        let template = compile(&text, Language::One);
        assert_eq!(print(&template, Language::One), text);
        assert!(parenthesized(&template)[0].len() >= text.len() - 6);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn what_is_printed_means_the_same(decisions in prop::collection::vec(any::<u16>(), 0..150), is_two: bool) {
        let language = if is_two { Language::Two } else { Language::One };
        let text = template(&mut Choices::new(&decisions));
        if let Ok(first) = Template::compile(text.as_str(), language) {
            let printed = print(&first, language);
            let second = compile(&printed, language);
            let parentheses = |text: &str| text.matches('(').count();
            prop_assert!(parentheses(&printed) <= parentheses(&text), "{} as {}", text, printed);
            prop_assert_eq!(parenthesized(&first), parenthesized(&second), "{} as {}", text, printed);
            prop_assert_eq!(&print(&second, language), &printed, "{}", text);
            // From here on nothing is put together differently any more.
            let third = compile(&print(&second, language), language);
            prop_assert_eq!(shape(&second), shape(&third));
            for (line, again) in parenthesized(&first).iter().zip(parenthesized(&second)) {
                prop_assert_eq!(line, &again);
                if !TAGS.iter().any(|tag| line.starts_with(tag)) {
                    let full = compile(&format!("{{{{ {line} }}}}"), language);
                    prop_assert_eq!(&parenthesized(&full)[0], line);
                }
            }
        }
    }
}

//! Replays the test vectors of the language. They tell what a template gives when it is evaluated; from that follows
//! what a scan may and may not find.

use kapelle_model::{Data, Node};

use super::cases::CASES;
use crate::expression::{Scan, scan};
use crate::language::Language;
use crate::yaml;

/// Always there, whatever the context.
const PREDEFINED: &[&str] = &["_context", "locale", "template"];

struct Case<'a> {
    id: String,
    template: &'a str,
    context: Vec<&'a str>,
    error: Option<String>,
}

fn with_cases(group: &str, visit: impl Fn(&Case<'_>, &Scan<'_>)) {
    let reading = yaml::read(CASES, yaml::split(CASES)[0]);
    assert!(reading.diagnostics.is_empty(), "{:?}", reading.diagnostics);
    let root = reading.root.unwrap();
    let cases = root.get(group).unwrap().items();
    assert!(cases.len() > 100);
    for case in cases {
        // Some cases render a map or give no template at all.
        let Some(Data::Text(template)) = case.get("template").map(|node| &node.data) else { continue };
        let context = case.get("context").map(Node::entries).unwrap_or_default();
        let case = Case {
            id: case.get("id").and_then(Node::scalar_text).unwrap(),
            template,
            context: context.iter().map(|entry| entry.key.as_str()).collect(),
            error: case.get("error").and_then(Node::scalar_text),
        };
        visit(&case, &scan(case.template, Language::One));
    }
}

#[test]
fn a_template_has_problems_exactly_when_it_does_not_parse() {
    for group in ["cases", "needs_services"] {
        with_cases(group, |case, scan| {
            let is_refused = case.error.as_deref() == Some("syntax");
            assert_eq!(
                !scan.problems.is_empty(),
                is_refused,
                "{}: {} {:#?}",
                case.id,
                case.template,
                scan.problems
            );
        });
    }
}

#[test]
fn what_is_read_is_in_the_context_or_guarded() {
    // These read the missing name in a branch that is not taken.
    let untaken = [
        "if/untaken-branch-not-evaluated",
        "logic/short-circuit-and",
        "logic/short-circuit-or",
        "ternary/unused-branch-not-evaluated",
    ];
    with_cases("cases", |case, scan| {
        if case.error.is_some() || untaken.contains(&case.id.as_str()) {
            return;
        }
        for read in &scan.reads {
            let is_there = case.context.contains(&read.root) || PREDEFINED.contains(&read.root);
            assert!(is_there || read.guarded, "{}: {} in {}", case.id, read.root, case.template);
        }
    });
}

#[test]
fn what_fails_for_a_missing_value_reads_without_a_guard() {
    let other = [
        // Precedence of language level 2.
        "coalesce/prec-add-left-2x",
        // Fails inside of a text rendered by the template, or for an index.
        "render/inner-error-not-caught-by-coalesce",
        "split/index-out-of-range",
        // Counted as guards although only `is defined` is one.
        "test/empty-test-of-missing",
        "test/null-test-of-missing",
    ];
    with_cases("cases", |case, scan| {
        if case.error.as_deref() == Some("undefined") && !other.contains(&case.id.as_str()) {
            assert!(scan.reads.iter().any(|read| !read.guarded), "{}: {}", case.id, case.template);
        }
    });
}

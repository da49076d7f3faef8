//! Every code has a page, and what the page shows is what the check says.

use kapelle_core::check::{Language, check};
use kapelle_core::diagnostic::Code;
use kapelle_core::source::Source;

use crate::play::{files, findings, folder, options};

/// Codes that no printable flow can show.
const WITHOUT_BLOCKS: &[&str] = &[
    "source-encoding",
    "source-too-large",
    "source-unreadable",
    "too-many-diagnostics",
    "yaml-control-character",
    "yaml-too-deep",
    "yaml-too-many-nodes",
];

/// Codes that only tell something to those who check at language level 2.
const AT_LEVEL_2: &[&str] = &["expression-precedence", "removed-in-2"];

/// The fenced block below a heading.
fn block<'a>(page: &'a str, heading: &str) -> Option<&'a str> {
    let below = page.split_once(&format!("\n## {heading}\n"))?.1;
    let text = below.split_once("```yaml\n")?.1;
    Some(text.split_once("\n```")?.0)
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let pages: Vec<String> = files(&folder("docs/errors"), "md").into_iter().map(|(name, _)| name).collect();
    let mut codes: Vec<String> = Code::ALL.iter().map(|code| code.name().to_owned()).collect();
    codes.sort();
    assert_eq!(pages, codes);
}

#[test]
fn what_a_page_calls_wrong_is_reported_and_what_it_calls_right_is_not() {
    let mut problems = Vec::new();
    for (name, page) in files(&folder("docs/errors"), "md") {
        assert!(page.starts_with(&format!("# {name}: ")), "{name} starts with another title");
        assert!(page.contains("\n## Cure\n"), "{name} has no cure");
        if WITHOUT_BLOCKS.contains(&name.as_str()) {
            continue;
        }
        let mut options = options();
        if AT_LEVEL_2.contains(&name.as_str()) {
            options.language = Language::Two;
        }
        let file = |text: &str| check(vec![Source::new("flow.yaml", text)], &options).remove(0);
        let wrong = file(block(&page, "Wrong").unwrap_or_else(|| panic!("{name} shows nothing wrong")));
        let mut codes =
            wrong.documents.iter().flat_map(|document| &document.diagnostics).map(|found| found.code.name());
        if !codes.any(|code| code == name) {
            problems.push(format!("{name}: not reported for what is wrong: {:?}", findings(&wrong)));
        }
        let right = file(block(&page, "Right").unwrap_or_else(|| panic!("{name} shows nothing right")));
        for finding in findings(&right) {
            problems.push(format!("{name}: reported for what is right: {finding}"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

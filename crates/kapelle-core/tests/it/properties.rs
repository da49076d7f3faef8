//! What holds for every text, and for every valid flow whatever it is written like.

mod fixes;
mod printer;

use kapelle_core::check::{File, check};
use kapelle_core::source::Source;
use kapelle_core::yaml;
use kapelle_model::Span;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::play::{file, files, findings, folder, options};

/// Every place that is named lies in the text, between characters, and findings come in the order of the text.
pub(crate) fn assert_sound(files: &[File]) {
    for file in files {
        let text = file.source.text();
        let is_inside = |span: Span| text.get(span.start as usize..span.end as usize).is_some();
        for document in &file.documents {
            assert!(is_inside(document.span), "{:?} of {text:?}", document.span);
            let all = &document.diagnostics;
            assert!(all.is_sorted_by_key(|found| (found.span.start, found.severity)), "{all:#?} of {text:?}");
            for found in all {
                assert!(is_inside(found.span), "{found:?} of {text:?}");
                let edits = found.fix.iter().flat_map(|fix| &fix.edits);
                edits.for_each(|edit| assert!(is_inside(edit.span), "{found:?} of {text:?}"));
            }
        }
    }
}

fn checked(text: &str) -> Vec<File> {
    check(vec![Source::new("flow.yaml", text)], &options())
}

/// Pieces of flows and of what goes wrong in them.
const PIECES: &[&str] = &[
    "id: a\n",
    "namespace: b\n",
    "tasks:\n",
    "triggers:\n",
    "inputs:\n",
    "errors:\n",
    "outputs:\n",
    "variables:\n",
    "labels:\n",
    "pluginDefaults:\n",
    "  - ",
    "- ",
    "  ",
    "    ",
    "\n",
    "\r\n",
    "\t",
    "---\n",
    "...\n",
    "# comment\n",
    "id: c",
    "type: io.kestra.plugin.core.log.Log\n",
    "type: io.kestra.plugin.core.flow.If\n",
    "type: STRING\n",
    "type: io.kestra.plugin.core.flow.Dag\n",
    "type: io.kestra.plugin.core.trigger.Schedule\n",
    "cron: '* * * * *'\n",
    "message: ",
    "condition: ",
    "then: ",
    "dependsOn: ",
    "values: ",
    "retry: ",
    "timeout: ",
    "defaults: ",
    "key: ",
    "{{ inputs.x }}",
    "{{ outputs.c.value }}",
    "{{ outputs['c-d'] ?? ",
    "{% if x %}",
    "{{",
    "}}",
    "{",
    "}",
    "[",
    "]",
    ",",
    ": ",
    ":",
    "'",
    "\"",
    "\\",
    "|\n",
    ">-\n",
    "|2+\n",
    "!!str ",
    "!",
    "&a ",
    "*a",
    "<<: *a\n",
    "? ",
    "@",
    "`",
    "%",
    "null",
    "~",
    "true",
    "1.5",
    "0x1F",
    "PT1H",
    "ü",
    "💥",
    "\u{2028}",
    "\u{85}",
    "\u{feff}",
    "\u{0}",
    "a",
    "-",
    "x y",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_checked_without_harm(text in any::<String>()) {
        assert_sound(&checked(&text));
    }

    #[test]
    fn texts_glued_from_pieces_of_flows_are_checked_without_harm(pieces in vec(select(PIECES), 0..60)) {
        assert_sound(&checked(&pieces.concat()));
    }

    #[test]
    fn flows_with_something_cut_out_or_put_in_are_checked_without_harm(
        (name, cut, length, piece) in (0..usize::MAX, 0..usize::MAX, 0..40_usize, select(PIECES))
    ) {
        let (_, text) = &flows()[name % flows().len()];
        let start = text.floor_char_boundary(cut % (text.len() + 1));
        let end = text.floor_char_boundary((start + length).min(text.len())).max(start);
        assert_sound(&checked(&format!("{}{piece}{}", &text[..start], &text[end..])));
    }

    #[test]
    fn the_same_text_is_told_the_same(pieces in vec(select(PIECES), 0..60)) {
        let text = pieces.concat();
        prop_assert_eq!(format!("{:?}", checked(&text)), format!("{:?}", checked(&text)));
    }

    #[test]
    fn the_documents_of_a_text_lie_behind_each_other(pieces in vec(select(PIECES), 0..60)) {
        let text = pieces.concat();
        let spans = yaml::split(&text);
        prop_assert!(spans.is_sorted_by(|a, b| a.end <= b.start));
        prop_assert!(spans.iter().all(|span| text.get(span.range()).is_some()));
    }
}

/// The examples of the project: flows without any finding.
fn flows() -> &'static [(String, String)] {
    static FLOWS: std::sync::OnceLock<Vec<(String, String)>> = std::sync::OnceLock::new();
    FLOWS.get_or_init(|| files(&folder("examples"), "yaml"))
}

/// Findings about a flow, but for flows that it calls: those stand in other files.
fn told(text: &str) -> Vec<String> {
    findings(&file(text)).into_iter().filter(|line| !line.contains("subflow-missing")).collect()
}

#[test]
fn a_valid_flow_stays_valid_however_its_lines_and_borders_are_written() {
    for (name, text) in flows() {
        let variants = [
            ("as it is", text.clone()),
            ("lines of Windows", text.replace('\n', "\r\n")),
            ("a byte order mark", format!("\u{feff}{text}")),
            ("a mark and lines of Windows", format!("\u{feff}{}", text.replace('\n', "\r\n"))),
            ("comments and blank lines behind", format!("{text}\n\n# the end\n   \n  # really\n\n")),
            ("comments and blank lines in front", format!("# begin\n\n   # so\n{text}")),
            ("a separator in front", format!("---\n{text}")),
            ("an end behind", format!("{text}\n...\n")),
            ("no line break at the end", text.trim_end().to_owned()),
            ("a directive", format!("%YAML 1.1\n---\n{text}")),
        ];
        for (variant, text) in variants {
            assert_eq!(told(&text), [""; 0], "{name} with {variant}");
            assert_eq!(file(&text).documents.len(), 1, "{name} with {variant}");
        }
    }
}

#[test]
fn a_flow_says_the_same_on_lines_of_windows() {
    for (name, page) in files(&folder("docs/errors"), "md") {
        let Some(wrong) = page.split("```yaml\n").nth(1).and_then(|rest| rest.split("\n```").next()) else {
            continue;
        };
        let codes = |text: &str| -> Vec<String> {
            findings(&file(text))
                .into_iter()
                .map(|line| line.split(": ").next().unwrap().to_owned())
                .collect()
        };
        assert_eq!(codes(&wrong.replace('\n', "\r\n")), codes(wrong), "{name}");
    }
}

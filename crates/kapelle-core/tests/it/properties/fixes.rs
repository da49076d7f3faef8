//! A fix that is offered does what it promises.

use kapelle_core::diagnostic::{Code, Diagnostic, Fix};
use proptest::prelude::*;

use super::flows;
use crate::play::{diagnostics, file, files, folder, written_out};

/// The text after a fix.
fn applied(text: &str, fix: &Fix) -> String {
    let mut edits = fix.edits.clone();
    edits.sort_by_key(|edit| edit.span.start);
    assert!(edits.is_sorted_by(|a, b| a.span.end <= b.span.start), "edits lie over each other: {fix:?}");
    let mut text = text.to_owned();
    for edit in edits.iter().rev() {
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    text
}

/// Applies each fix that is offered, alone: what it was offered for is gone, and the text still reads as YAML.
fn assert_fixes_mend(text: &str) -> usize {
    let before = diagnostics(text);
    let broken =
        |all: &[Diagnostic]| all.iter().filter(|found| found.code.name().starts_with("yaml-")).count();
    let mut count = 0;
    for found in &before {
        let Some(fix) = &found.fix else { continue };
        count += 1;
        let mended = applied(text, fix);
        assert_ne!(mended, text, "{found:?} changes nothing");
        let after = diagnostics(&mended);
        let same = |all: &[Diagnostic]| {
            all.iter().filter(|other| (other.code, &other.message) == (found.code, &found.message)).count()
        };
        assert!(same(&after) < same(&before), "{found:#?} is still told of\n{mended}");
        assert!(broken(&after) <= broken(&before), "the fix of {found:#?} breaks\n{mended}");
        let ids = |text: &str| -> Vec<_> {
            file(text).documents.into_iter().map(|document| document.span.start).collect()
        };
        assert_eq!(
            ids(&mended).len(),
            ids(text).len(),
            "the fix of {found:#?} changes the documents of\n{mended}"
        );
    }
    count
}

#[test]
fn the_fixes_of_the_pages_about_errors_mend() {
    let mut count = 0;
    for (_, page) in files(&folder("docs/errors"), "md") {
        for block in page.split("```yaml\n").skip(1) {
            count += assert_fixes_mend(block.split("\n```").next().unwrap());
        }
    }
    assert!(count >= 10, "only {count} fixes");
}

#[test]
fn fixes_mend_in_every_form_of_scalar() {
    let flows = [
        "tasks: [{id: a, type: \"P.log.Lgo\", message: x}]",
        "tasks: [{id: a, type: 'P.log.Lgo', message: x}]",
        "tasks:\n  - id: a\n    \"tpye\": P.log.Log\n    'mesage': x\n",
        "tasks:\n  - id: a\n    type: P.log.Log\n    message: |\n      {{ inputs.my-file }}\n\ninputs: [{id: my-file, type: FILE}]",
        "tasks:\n  - id: a\n    type: P.log.Log\n    message: >\n      x {{ inputs.my-file }}\n      {{ inputs.my-file }}\n\ninputs: [{id: my-file, type: FILE}]",
        "tasks: [{id: a, SAY '{{ inputs.my-file }}'}]\ninputs: [{id: my-file, type: FILE}]",
        "tasks: [{id: a, SAY \"{{ inputs.my-file }}\"}]\ninputs: [{id: my-file, type: FILE}]",
        "tasks: [{id: a, SAY '{{ inputs.custmer }} {{ vars.citty }}'}]\ninputs: [{id: customer, type: STRING}]\nvariables: {city: x}",
        "tasks: [{id: a, SAY hi, logLevel: \"WARM\"}]",
        "inputs: [{'name': a, type: \"STRIN\"}]\ntaskDefaults: [{type: P.log.Log, values: {level: WARN}}]",
        "retry: {type: constatn, interval: PT1S, maxAttempt: 3}",
        "triggers: [{id: t, type: T.trigger.Toggle, key: k}, {id: u, type: io.kestra.core.models.triggers.types.Schedule, \"cron\": '@daily'}]",
        "tasks:\r\n  - id: a\r\n    tpye: P.log.Log\r\n    message: x\r\n",
        "\u{feff}id: ü\nnamespace: a\nlables: {ä: 💥}\n",
    ];
    let mut count = 0;
    for flow in flows {
        count += assert_fixes_mend(&written_out(flow));
    }
    assert!(count >= 12, "only {count} fixes");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// One letter of a flow goes missing or comes twice: a typing mistake nearly anywhere.
    #[test]
    fn fixes_of_typing_mistakes_mend((flow, at, twice) in (0..usize::MAX, 0..usize::MAX, any::<bool>())) {
        let (_, text) = &flows()[flow % flows().len()];
        let letters: Vec<usize> = text.char_indices().filter(|(_, letter)| letter.is_alphabetic()).map(|(at, _)| at).collect();
        let at = letters[at % letters.len()];
        let letter = text[at..].chars().next().unwrap();
        let rest = &text[at + letter.len_utf8()..];
        let changed = if twice { format!("{}{letter}{letter}{rest}", &text[..at]) } else { format!("{}{rest}", &text[..at]) };
        assert_fixes_mend(&changed);
    }
}

#[test]
fn no_fix_is_offered_where_only_its_author_knows_what_was_meant() {
    let text = written_out("tasks: [{id: a, type: io.example.Task, wondrous: x}, {id: a, LOG}]");
    assert!(diagnostics(&text).iter().all(|found| found.fix.is_none() || found.code == Code::TypeAlias));
}

//! No text and no place in it makes an editor wait or fail.

use std::fmt::Write;

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::super::hints::hints;
use super::super::hover::hover;
use super::super::rename::rename;
use super::*;
use crate::source::Source;

fn ask_everything(text: &str, at: usize) {
    let world = World { context: Some(seen()) };
    let completions = complete(text, at, &world);
    for item in completions.items {
        assert!(text.get(item.span.range()).is_some(), "{:?} of {text:?}", item.span);
    }
    let _hover = hover(text, at, &world);
    let source = Source::new("flow", text);
    let _renamed = rename(&source, at, "other");
    let _hints = hints(&source, &world, "2026-11-28T12:00:00Z".parse().unwrap(), &TimeZone::UTC);
}

const FLOW: &str = "id: a\nnamespace: shop\ninputs:\n  - id: day\n    type: DATE\ntasks:\n  - id: é\n    type: io.kestra.plugin.core.log.Log\n    message: \"{{ inputs.day | upper }}\"\n  - {id: b, type: io.kestra.plugin.core.flow.If, condition: \"{{ outputs['é'] }}\", then: [{id: c}]}\n";

#[test]
fn every_place_and_every_beginning_of_a_flow_has_an_answer() {
    for (at, _) in FLOW.char_indices() {
        ask_everything(FLOW, at);
        ask_everything(&FLOW[..at], at);
        let rest = &FLOW[at..];
        ask_everything(&format!("{}{{{{ outputs.{rest}", &FLOW[..at]), at + 10);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_has_an_answer(text in "\\PC*", at: usize) {
        ask_everything(&text, at % (text.len() + 1));
    }

    #[test]
    fn what_resembles_a_flow_has_an_answer(
        text in "((  ){0,3}(- )?(id|type|tasks|inputs|message|x): ?(\\||>|'|\"|\\{|\\[|\\{\\{ (inputs|outputs)\\.|a|é|core.log.Log)?\n){1,12}",
        at: usize,
    ) {
        ask_everything(&text, at % (text.len() + 1));
    }
}

/// A flow of a thousand lines.
fn long() -> String {
    let mut text = String::from("id: long\nnamespace: shop\ninputs:\n- {id: day, type: DATE}\ntasks:\n");
    for number in 0..199 {
        let before =
            if number == 0 { "inputs.day".to_owned() } else { format!("outputs.t{}.value", number - 1) };
        write!(
            text,
            "- id: t{number}\n  type: io.kestra.plugin.core.debug.Return\n  description: one of many\n  timeout: PT15M\n  format: \"{{{{ {before} }}}}\"\n"
        )
        .unwrap();
    }
    text
}

#[test]
fn a_flow_of_a_thousand_lines_is_answered_like_a_short_one() {
    let text = long();
    assert!(text.lines().count() >= 1_000);
    let at = text.rfind("{{ outputs.").unwrap() + 11;
    let source = Source::new("flow", text.clone());
    let world = World { context: Some(seen()) };
    let now = "2026-11-28T12:00:00Z".parse().unwrap();
    assert_eq!(complete(&text, at, &world).items.len(), 198);
    assert!(!complete(&text, text.len(), &world).items.is_empty());
    assert!(hover(&text, at, &world).is_some());
    assert_eq!(rename(&source, at, "other").unwrap().edits.len(), 2);
    assert_eq!(hints(&source, &world, now, &TimeZone::UTC).len(), 199);
}

//! Hover: what something is.

use super::super::hover::{Hover, hover};
use super::*;

fn hovered(marked: &str) -> Option<Hover> {
    let (text, at) = cut(marked);
    hover(&text, at, &World::default())
}

#[test]
fn everything_with_a_meaning_says_what_it_is() {
    let log = "tasks:\n- id: a\n  type: io.kestra.plugin.core.log.Log\n";
    for (marked, title, words) in [
        ("tas¦ks: []", "tasks", "What the flow does"),
        ("disabled: tr¦ue", "disabled", "default false"),
        ("concurrency:\n  li¦mit: 1", "limit", "required"),
        ("inputs:\n- id: a\n  type: SEC¦RET", "SECRET", "kept encrypted"),
        (
            "tasks:\n- id: a\n  type: io.kestra.plugin.core.log.L¦og",
            "io.kestra.plugin.core.log.Log",
            "Needs `message`",
        ),
        (
            "triggers:\n- id: a\n  type: io.kestra.plugin.core.trigger.Schedule\n  cron: \"0 6¦ * * 1-5\"",
            "cron",
            "on weekdays at 06:00",
        ),
        ("sla:\n- {id: a, type: MAX_DURATION, behavior: FAIL, duration: PT1¦5M}", "duration", "15 min"),
        (&format!("{log}  message: \"{{{{ inp¦uts.day }}}}\""), "inputs", "was given"),
        (&format!("{log}  message: \"{{{{ now¦() }}}}\""), "now", "now("),
        (&format!("{log}  message: \"{{{{ 'a' | up¦per }}}}\""), "upper", "| upper"),
        (
            &format!("inputs:\n- {{id: day, type: DATE}}\n{log}  message: \"{{{{ inputs.d¦ay }}}}\""),
            "day",
            "DATE",
        ),
    ] {
        let found = hovered(marked).unwrap_or_else(|| panic!("nothing at {marked}"));
        assert_eq!(found.title, title, "{marked}");
        let all = format!("{} {}", found.detail, found.doc);
        assert!(all.contains(words), "{marked}: {all}");
    }
    let found = hovered("task¦Defaults: []").unwrap();
    assert!(found.deprecated && found.detail.contains("old name of `pluginDefaults`"));
    let found = hovered("tasks:\n- id: a\n  type: core.log.Lo¦g").unwrap();
    assert!(found.example.unwrap().contains("message: Hello"));
    for nothing in ["x¦yz: 1", "# id¦", "id: ¦", "¦"] {
        assert!(hovered(nothing).is_none_or(|found| found.title == "id"), "{nothing}");
    }
}

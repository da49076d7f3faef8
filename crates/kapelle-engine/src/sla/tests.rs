use kapelle_core::expression::environment::Settings;
use kapelle_core::expression::plain;
use kapelle_core::expression::services::NoServices;
use kapelle_model::{Span, Value};

use super::*;

fn read(yaml: &str) -> Agreements {
    let node = kapelle_core::yaml::read(yaml, Span::new(0, yaml.len() as u32)).root.unwrap();
    Agreements::read(Some(&node), Language::One)
}

/// The lines that a look at the assertions gives, with `inputs.string` as said.
fn watch(agreements: &Agreements, string: &str) -> Vec<String> {
    let Ok(Value::Map(context)) = plain::from_json(&format!(r#"{{"inputs": {{"string": "{string}"}}}}"#))
    else {
        panic!("no map")
    };
    let settings = Settings::default();
    let environment = Environment { context: &*context, services: &NoServices, settings: &settings };
    let watched = agreements.watch(environment);
    watched.violations.iter().map(Violation::message).chain(watched.ignored).collect()
}

#[test]
fn an_assertion_is_broken_as_soon_as_it_is_false() {
    let agreements = read(
        "
- {id: cancel, type: EXECUTION_ASSERTION, behavior: CANCEL, assert: \"{{ inputs.string != 'CANCEL' }}\"}
- {id: label, type: EXECUTION_ASSERTION, behavior: NONE, assert: \"{{ inputs.string != 'LABEL' }}\", labels: {sla: violated}}",
    );
    assert_eq!(watch(&agreements, "PASS"), [""; 0]);
    assert_eq!(
        watch(&agreements, "CANCEL"),
        ["SLA 'cancel' violated: `assert` gives `false`, which is false"]
    );
    assert_eq!(watch(&agreements, "LABEL"), ["SLA 'label' violated: `assert` gives `false`, which is false"]);
    let label = agreements.at(1).unwrap();
    assert_eq!(
        (label.behavior, &label.labels[..]),
        (Behavior::None, &[("sla".into(), "violated".into())][..])
    );
}

#[test]
fn an_assertion_is_true_as_run_if_is() {
    let of = |assertion: &str| {
        watch(
            &read(&format!("[{{id: a, type: EXECUTION_ASSERTION, behavior: FAIL, assert: {assertion}}}]")),
            "x",
        )
        .len()
    };
    for text in ["'{{ true }}'", "'no'", "'False'", "'{{ inputs.string }}'", "true"] {
        assert_eq!(of(text), 0, "{text}");
    }
    for text in ["'{{ false }}'", "'0'", "''", "'{{ null }}'", "0", "false"] {
        assert_eq!(of(text), 1, "{text}");
    }
}

#[test]
fn what_cannot_be_answered_is_ignored_and_told() {
    let agreements = read(
        "
- {id: a, type: EXECUTION_ASSERTION, behavior: FAIL, assert: '{{ outputs.nope }}'}
- {id: b, type: EXECUTION_ASSERTION, behavior: FAIL, assert: '{{ false }}'}",
    );
    let lines = watch(&agreements, "x");
    assert_eq!(lines[0], "SLA 'b' violated: `assert` gives `false`, which is false");
    assert!(
        lines[1].starts_with("Ignoring SLA 'a' because of the error: Unable to find `outputs`"),
        "{lines:?}"
    );
}

#[test]
fn a_deadline_counts_from_the_start() {
    let agreements = read(
        "
- {id: long, type: MAX_DURATION, behavior: FAIL, duration: PT10S}
- {id: broken, type: MAX_DURATION, behavior: FAIL, duration: soon}
- {id: seconds, type: MAX_DURATION, behavior: CANCEL, duration: 1.5}
- {id: watch, type: EXECUTION_ASSERTION, behavior: NONE, assert: '{{ true }}'}",
    );
    let deadlines: Vec<_> = agreements.deadlines(Millis(1000)).collect();
    // What cannot be read is left out; the others keep their places.
    assert_eq!(deadlines, [(0, Millis(11_000)), (2, Millis(2500))]);
    assert_eq!(
        agreements.iter().map(|agreement| agreement.id.as_str()).collect::<Vec<_>>(),
        ["long", "seconds", "watch"]
    );
    let violation = agreements.at(0).unwrap().overdue().unwrap();
    assert_eq!(violation.message(), "SLA 'long' violated: the execution takes longer than PT10S");
    assert!(agreements.at(3).unwrap().overdue().is_none());
}

#[test]
fn a_behavior_says_in_which_state_the_execution_ends() {
    let states = [Behavior::Fail, Behavior::Cancel, Behavior::None].map(Behavior::state);
    assert_eq!(states, [Some(State::Failed), Some(State::Cancelled), None]);
}

#[test]
fn labels_of_the_platform_cannot_be_set() {
    let agreements = read(
        "[{id: a, type: MAX_DURATION, behavior: NONE, duration: PT1S, labels: [{key: system.from, value: me}, {key: sla, value: late}]}]",
    );
    assert_eq!(agreements.at(0).unwrap().labels, [("sla".into(), "late".into())]);
}

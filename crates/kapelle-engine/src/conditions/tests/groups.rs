//! Conditions over conditions, their names, and what is told of them.

use super::*;

const SUNDAY: &str = "{type: io.kestra.plugin.core.condition.DayWeek, date: '2013-09-08', dayOfWeek: SUNDAY}";
const MONDAY: &str = "{type: io.kestra.plugin.core.condition.DayWeek, date: '2013-09-08', dayOfWeek: MONDAY}";
const BROKEN: &str = "{type: io.kestra.plugin.core.condition.Expression, expression: '{{ nope }}'}";

/// The answer over some conditions, and those of its parts.
fn of(name: &str, conditions: &[&str]) -> String {
    let yaml = format!("{{type: {name}, conditions: [{}]}}", conditions.join(", "));
    shape(&World::default().ask(&yaml))
}

fn shape(verdict: &Verdict) -> String {
    let parts: Vec<_> = verdict.parts.iter().map(|part| format!("{:?}", part.answer)).collect();
    format!("{:?} [{}]", verdict.answer, parts.join(" "))
}

#[test]
fn not_holds_if_none_does() {
    let not = "io.kestra.plugin.core.condition.Not";
    assert_eq!(of(not, &[SUNDAY]), "No [Yes]");
    assert_eq!(of(not, &[MONDAY]), "Yes [No]");
    assert_eq!(of(not, &[MONDAY, SUNDAY]), "No [No Yes]");
    assert_eq!(of(not, &[SUNDAY, MONDAY]), "No [Yes Unasked]");
    assert_eq!(of(not, &[]), "Yes []");
    assert_eq!(of(not, &[BROKEN, SUNDAY]), "Error [Error Unasked]");
    assert_eq!(of(not, &[SUNDAY, BROKEN]), "No [Yes Unasked]");
}

#[test]
fn or_holds_if_one_does() {
    let or = "io.kestra.plugin.core.condition.Or";
    assert_eq!(of(or, &[SUNDAY]), "Yes [Yes]");
    assert_eq!(of(or, &[MONDAY, MONDAY]), "No [No No]");
    assert_eq!(of(or, &[MONDAY, SUNDAY]), "Yes [No Yes]");
    assert_eq!(of(or, &[]), "No []");
    assert_eq!(of(or, &[BROKEN, SUNDAY]), "Error [Error Unasked]");
    assert_eq!(of(or, &[SUNDAY, BROKEN]), "Yes [Yes Unasked]");
}

#[test]
fn a_list_holds_if_all_do_and_the_first_that_does_not_decides() {
    let ask = |conditions: &[&str], when: Option<&str>, is_whole: bool| {
        let conditions = node(&format!("[{}]", conditions.join(", ")));
        let when = when.map(node);
        let read = Conditions::read(Some(&conditions), when.as_ref(), Language::One, Catalogue::bundled());
        World::default().with(|subject, environment| {
            let verdict = if is_whole {
                read.explain(subject, environment)
            } else {
                read.evaluate(subject, environment)
            };
            shape(&verdict)
        })
    };
    assert_eq!(ask(&[], None, false), "Yes []");
    assert_eq!(ask(&[SUNDAY, SUNDAY], None, false), "Yes [Yes Yes]");
    assert_eq!(ask(&[SUNDAY, MONDAY, BROKEN], None, false), "No [Yes No Unasked]");
    assert_eq!(ask(&[SUNDAY, BROKEN, MONDAY], None, false), "Error [Yes Error Unasked]");
    assert_eq!(ask(&[SUNDAY], Some("'{{ 1 == 2 }}'"), false), "No [No Unasked]");
    // For a person everything is looked at; the answer stays.
    assert_eq!(ask(&[SUNDAY, MONDAY, BROKEN], None, true), "No [Yes No Error]");
}

#[test]
fn groups_nest_and_tell_everything() {
    let yaml = format!(
        "{{type: io.kestra.plugin.core.condition.Or, conditions: [{MONDAY}, {{type: io.kestra.plugin.core.condition.Not, conditions: [{MONDAY}]}}]}}"
    );
    insta::assert_snapshot!(World::default().ask(&yaml).to_string(), @r"
    yes Or: `Not` holds
      no DayWeek: `dayOfWeek` is SUNDAY (2013-09-08), asked for MONDAY
      yes Not: none of them holds
        no DayWeek: `dayOfWeek` is SUNDAY (2013-09-08), asked for MONDAY
    ");
    let nested = format!("{{type: io.kestra.plugin.core.condition.Not, conditions: [{BROKEN}]}}");
    let error = World::default().ask(&nested).outcome().unwrap_err();
    assert!(error.starts_with("Expression: Unable to find `nope`"), "{error}");
}

#[test]
fn every_name_of_a_condition_is_known() {
    let (mut known, mut names) = (0, 0);
    for entry in Catalogue::bundled().types().filter(|entry| {
        entry.kind == "condition" && entry.name.starts_with("io.kestra.plugin.core.condition.")
    }) {
        known += 1;
        for name in std::iter::once(entry.name).chain(entry.aliases.iter().copied()) {
            names += 1;
            let condition =
                Condition::read(&node(&format!("{{type: {name}}}")), Language::One, Catalogue::bundled());
            assert!(!matches!(condition.kind, Kind::Unknown(_)), "{name}");
            assert_eq!(condition.name, entry.simple_name());
        }
    }
    assert_eq!((known, names > 45), (18, true), "{names}");
}

#[test]
fn a_condition_that_does_not_exist_is_an_error() {
    let error = World::default().ask("{type: io.kestra.plugin.core.condition.Wekend}").outcome().unwrap_err();
    assert_eq!(error, "Wekend: there is no condition `io.kestra.plugin.core.condition.Wekend`");
    let window = World::default()
        .ask("{type: io.kestra.plugin.core.condition.MultipleCondition, id: x, conditions: {}}");
    assert!(window.outcome().unwrap_err().contains("needs a window of time"));
}

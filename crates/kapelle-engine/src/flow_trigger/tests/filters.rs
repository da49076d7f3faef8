//! `preconditions.where`.

use super::*;

/// Whether an execution of `a.extract` in SUCCESS with the label `some: label` passes the filters.
fn passes(operand: &str, filters: &str) -> Result<bool, String> {
    let yaml = format!(
        "{{id: t, type: io.kestra.plugin.core.trigger.Flow, preconditions: {{id: p, where: [{{id: w, operand: {operand}, filters: [{filters}]}}]}}}}"
    );
    let mut play = Play::new(&yaml);
    play.context = map(r#"{"labels": {"some": "label"}, "flow": {"id": "extract"}, "nothing": null}"#);
    let mut decision = play.decide(&event("extract", 1, "2024-05-15T10:00:00Z"));
    match decision.warnings.pop() {
        Some(warning) => Err(warning),
        None => Ok(decision.firing.is_some()),
    }
}

#[test]
fn each_operator_compares_in_its_way() {
    for (filter, expected) in [
        ("field: FLOW_ID, type: EQUAL_TO, value: extract", true),
        ("field: FLOW_ID, type: EQUAL_TO, value: extra", false),
        ("field: FLOW_ID, type: NOT_EQUAL_TO, value: extra", true),
        ("field: FLOW_ID, type: NOT_EQUAL_TO, value: extract", false),
        ("field: FLOW_ID, type: IN, values: [load, extract]", true),
        ("field: FLOW_ID, type: IN, values: [load]", false),
        ("field: FLOW_ID, type: NOT_IN, values: [load]", true),
        ("field: FLOW_ID, type: NOT_IN, values: [load, extract]", false),
        ("field: FLOW_ID, type: STARTS_WITH, value: ex", true),
        ("field: FLOW_ID, type: STARTS_WITH, value: act", false),
        ("field: FLOW_ID, type: ENDS_WITH, value: act", true),
        ("field: FLOW_ID, type: ENDS_WITH, value: ex", false),
        ("field: FLOW_ID, type: CONTAINS, value: tra", true),
        ("field: FLOW_ID, type: CONTAINS, value: load", false),
        ("field: FLOW_ID, type: REGEX, value: 'ex.*'", true),
        // The whole text has to match.
        ("field: FLOW_ID, type: REGEX, value: ex", false),
        ("field: FLOW_ID, type: IS_NULL, value: x", false),
        ("field: FLOW_ID, type: IS_NOT_NULL, value: x", true),
        ("field: NAMESPACE, type: EQUAL_TO, value: a", true),
        ("field: STATE, type: IN, values: [SUCCESS, WARNING]", true),
        ("field: STATE, type: EQUAL_TO, value: FAILED", false),
        ("field: FLOW_ID, type: EQUAL_TO, value: '{{ flow.id }}'", true),
        ("field: EXPRESSION, type: IS_TRUE, value: \"{{ labels.some == 'label' }}\"", true),
        ("field: EXPRESSION, type: IS_TRUE, value: \"{{ labels.some == 'other' }}\"", false),
        ("field: EXPRESSION, type: IS_FALSE, value: \"{{ labels.some == 'other' }}\"", true),
        ("field: EXPRESSION, type: IS_FALSE, value: '{{ labels.some }}'", false),
        ("field: EXPRESSION, type: IS_NULL, value: '{{ nothing }}'", true),
        ("field: EXPRESSION, type: IS_NULL, value: '{{ labels.some }}'", false),
        ("field: EXPRESSION, type: IS_NOT_NULL, value: '{{ labels.some }}'", true),
    ] {
        assert_eq!(passes("AND", &format!("{{{filter}}}")), Ok(expected), "{filter}");
    }
}

#[test]
fn filters_combine_with_and_or_or() {
    let (yes, no) =
        ("{field: NAMESPACE, type: EQUAL_TO, value: a}", "{field: FLOW_ID, type: EQUAL_TO, value: x}");
    for (operand, filters, expected) in [
        ("AND", [yes, yes], true),
        ("AND", [yes, no], false),
        ("OR", [no, yes], true),
        ("OR", [no, no], false),
        ("~", [yes, no], false),
    ] {
        assert_eq!(passes(operand, &filters.join(", ")), Ok(expected), "{operand} {filters:?}");
    }
}

#[test]
fn a_filter_that_cannot_be_answered_warns() {
    for (filter, expected) in [
        ("field: EXPRESSION, type: IS_TRUE, value: '{{ labels.nope }}'", "Unable to find `nope`"),
        ("field: FLOW_ID, type: REGEX, value: '('", "the regular expression cannot be used"),
        ("field: FLOW_ID, type: EQUALS, value: x", "there is no filter of type `EQUALS`"),
        (
            "field: FLOW, type: EQUAL_TO, value: x",
            "`field` has to be FLOW_ID, NAMESPACE, STATE or EXPRESSION",
        ),
        ("field: FLOW_ID, type: EQUAL_TO", "`value` is missing"),
    ] {
        let error = passes("AND", &format!("{{{filter}}}")).unwrap_err();
        assert!(error.contains(expected) && error.contains("condition_1_w"), "{error}");
    }
}

#[test]
fn flows_and_filters_are_numbered_through() {
    let play = Play::new(
        "{id: t, type: io.kestra.plugin.core.trigger.Flow, preconditions: {id: p, flows: [{namespace: a, flowId: x}], where: [{id: one, filters: []}, {id: two, filters: [{field: STATE, type: IN, values: [SUCCESS]}]}]}}",
    );
    let waiting = play.trigger.waiting(&[], Millis(0), &TimeZone::UTC);
    let keys: Vec<_> = waiting[0].keys.iter().map(|key| (key.key.as_str(), key.wanted.as_str())).collect();
    assert_eq!(
        keys,
        [("condition_1", "`a.x`"), ("condition_2_one", ""), ("condition_3_two", "`STATE IN SUCCESS`")]
    );
}

//! What comes together in windows, in the forms of 1.x.

use super::*;

const BOTH: &str = "
id: t
type: io.kestra.plugin.core.trigger.Flow
states: [SUCCESS]
preconditions:
  id: p
  flows: [{namespace: a, flowId: x}, {namespace: a, flowId: y}]";

/// The trigger above with further properties of the preconditions.
fn both(properties: &str) -> Play {
    Play::new(&format!("{BOTH}\n  {properties}"))
}

#[test]
fn all_have_to_come_together_and_then_anew() {
    let mut play = both("timeWindow: {type: SLIDING_WINDOW, window: PT1H}");
    let story = play.story(&[
        event("x", 1, "2024-05-15T10:00:00Z"),
        event("x", 2, "2024-05-15T10:01:00Z"),
        event("y", 3, "2024-05-15T10:02:00Z"),
        event("y", 4, "2024-05-15T10:03:00Z"),
        event("x", 5, "2024-05-15T10:04:00Z"),
        event("z", 6, "2024-05-15T10:05:00Z"),
    ]);
    insta::assert_snapshot!(story, @r"
    05-15T10:00:00Z x1: -
    05-15T10:01:00Z x2: -
    05-15T10:02:00Z y3: 2+3
    05-15T10:03:00Z y4: -
    05-15T10:04:00Z x5: 4+5
    05-15T10:05:00Z z6: -
    ");
}

#[test]
fn without_reset_each_further_event_starts_another_one() {
    let mut play = both("resetOnSuccess: false");
    let story = play.story(&[
        event("x", 1, "2024-05-15T10:00:00Z"),
        event("y", 2, "2024-05-15T11:00:00Z"),
        event("y", 3, "2024-05-15T12:00:00Z"),
        event("x", 4, "2024-05-15T13:00:00Z"),
        event("z", 5, "2024-05-15T14:00:00Z"),
        // The day is over.
        event("x", 6, "2024-05-16T00:00:00Z"),
        event("y", 7, "2024-05-16T00:00:01Z"),
    ]);
    insta::assert_snapshot!(story, @r"
    05-15T10:00:00Z x1: -
    05-15T11:00:00Z y2: 1+2
    05-15T12:00:00Z y3: 1+3
    05-15T13:00:00Z x4: 3+4
    05-15T14:00:00Z z5: -
    05-16T00:00:00Z x6: -
    05-16T00:00:01Z y7: 6+7
    ");
}

#[test]
fn a_day_ends_at_midnight_of_the_server() {
    let night = [event("x", 1, "2024-05-15T22:30:00Z"), event("y", 2, "2024-05-16T00:30:00Z")];
    insta::assert_snapshot!(both("timeWindow: {}").story(&night), @r"
    05-15T22:30:00Z x1: -
    05-16T00:30:00Z y2: -
    ");
    let mut play = both("timeWindow: {}");
    play.zone = zone::find("Europe/Berlin").unwrap();
    insta::assert_snapshot!(play.story(&night), @r"
    05-15T22:30:00Z x1: -
    05-16T00:30:00Z y2: 1+2
    ");
}

#[test]
fn a_sliding_window_looks_forward_from_its_first_event() {
    let mut play = both("timeWindow: {type: SLIDING_WINDOW, window: PT1H}");
    let story = play.story(&[
        event("x", 1, "2024-05-15T10:00:00Z"),
        event("x", 2, "2024-05-15T10:50:00Z"),
        // The window opened at ten, so that this event opens another one.
        event("y", 3, "2024-05-15T11:00:01Z"),
        event("x", 4, "2024-05-15T12:00:01Z"),
    ]);
    insta::assert_snapshot!(story, @r"
    05-15T10:00:00Z x1: -
    05-15T10:50:00Z x2: -
    05-15T11:00:01Z y3: -
    05-15T12:00:01Z x4: 3+4
    ");
}

#[test]
fn after_the_deadline_nothing_is_recorded_any_more() {
    let mut play = both("timeWindow: {type: DAILY_TIME_DEADLINE, deadline: '09:00:00'}");
    let story = play.story(&[
        event("x", 1, "2024-05-15T08:00:00Z"),
        event("y", 2, "2024-05-15T09:00:01Z"),
        event("x", 3, "2024-05-15T10:00:00Z"),
        event("y", 4, "2024-05-16T08:00:00Z"),
        event("x", 5, "2024-05-16T09:00:00Z"),
    ]);
    insta::assert_snapshot!(story, @r"
    05-15T08:00:00Z x1: -
    05-15T09:00:01Z y2: -
    05-15T10:00:00Z x3: -
    05-16T08:00:00Z y4: -
    05-16T09:00:00Z x5: 4+5
    ");
    let late = play.decide(&event("x", 6, "2024-05-16T09:00:00.001Z"));
    assert!(late.windows.is_empty());
    assert_eq!(
        reason(&late.verdict, "preconditions `p`"),
        "2024-05-16 09:00:00 (UTC) is outside of the times of the day; the next window opens at 2024-05-17 00:00:00 (UTC)"
    );
}

#[test]
fn times_of_a_day_hold_over_midnight() {
    let mut play = both("timeWindow: {type: DAILY_TIME_WINDOW, startTime: '22:00', endTime: '02:00'}");
    let story = play.story(&[
        event("x", 1, "2024-05-15T21:59:00Z"),
        event("y", 2, "2024-05-15T23:00:00Z"),
        event("x", 3, "2024-05-16T01:00:00Z"),
        event("x", 4, "2024-05-16T01:30:00Z"),
        event("y", 5, "2024-05-16T02:00:01Z"),
    ]);
    insta::assert_snapshot!(story, @r"
    05-15T21:59:00Z x1: -
    05-15T23:00:00Z y2: -
    05-16T01:00:00Z x3: 2+3
    05-16T01:30:00Z x4: -
    05-16T02:00:01Z y5: -
    ");
}

#[test]
fn the_long_day_of_autumn_is_one_window() {
    let mut play = both("timeWindow: {window: P1D}");
    play.zone = zone::find("Europe/Berlin").unwrap();
    // From midnight to half past eleven at night there are 24.5 hours.
    let story = play.story(&[event("x", 1, "2024-10-26T22:00:00Z"), event("y", 2, "2024-10-27T22:30:00Z")]);
    insta::assert_snapshot!(story, @r"
    10-26T22:00:00Z x1: -
    10-27T22:30:00Z y2: 1+2
    ");
}

#[test]
fn every_field_of_a_flow_that_is_given_has_to_fit() {
    let yaml = "
id: t
type: io.kestra.plugin.core.trigger.Flow
preconditions:
  id: p
  flows: [{namespace: a, flowId: x, states: [SUCCESS, WARNING], labels: {env: prod}}]";
    let play = Play::new(yaml);
    let fits = event("x", 1, "2024-05-15T10:00:00Z").labelled(&[("env", "prod")]);
    assert!(play.decide(&fits).firing.is_some());
    assert!(play.decide(&fits.clone().state(State::Warning)).firing.is_some());
    for (event, expected) in [
        (fits.clone().state(State::Failed), "the state of `a.x` is FAILED, asked for SUCCESS, WARNING"),
        (fits.clone().labelled(&[("env", "dev")]), "`a.x` lacks a label of `env: prod`"),
        (Event { flow: "y".into(), ..fits }, "the execution is one of `a.y`, asked for `a.x`"),
    ] {
        let decision = play.decide(&event);
        assert!(decision.firing.is_none());
        let group = decision.verdict.parts.iter().find(|part| part.name == "preconditions `p`").unwrap();
        assert_eq!(group.parts[0].reason, expected);
    }
    let any_flow = Play::new(&yaml.replace("flowId: x, ", ""));
    assert!(
        any_flow
            .decide(&event("other", 1, "2024-05-15T10:00:00Z").labelled(&[("env", "prod")]))
            .firing
            .is_some()
    );
}

#[test]
fn a_single_condition_needs_no_window_to_be_kept() {
    let yaml = "
id: t
type: io.kestra.plugin.core.trigger.Flow
preconditions:
  id: p
  flows: [{namespace: a, flowId: x, states: [SUCCESS]}]";
    let mut play = Play::new(yaml);
    insta::assert_snapshot!(play.story(&[
        event("x", 1, "2024-05-15T10:00:00Z"),
        event("x", 2, "2024-05-15T10:00:00Z"),
        event("x", 2, "2024-05-15T10:00:01Z"),
    ]), @r"
    05-15T10:00:00Z x1: 1
    05-15T10:00:00Z x2: 2
    05-15T10:00:01Z x2: -
    ");
    assert!(play.windows.is_empty());
}

#[test]
fn the_old_form_names_its_conditions_itself() {
    let yaml = "
id: t
type: io.kestra.plugin.core.trigger.Flow
conditions:
  - id: multiple
    type: io.kestra.core.models.conditions.types.MultipleCondition
    window: P1D
    windowAdvance: P0D
    conditions:
      success: {type: io.kestra.core.models.conditions.types.ExecutionStatusCondition, in: [SUCCESS]}
      flow-a: {type: io.kestra.plugin.core.condition.ExecutionFlow, namespace: a, flowId: x}
      flow-b: {type: io.kestra.plugin.core.condition.ExecutionFlow, namespace: a, flowId: y}";
    let mut play = Play::new(yaml);
    insta::assert_snapshot!(play.story(&[
        event("x", 1, "2024-05-15T10:00:00Z"),
        event("y", 2, "2024-05-15T11:00:00Z"),
        event("y", 3, "2024-05-15T11:30:00Z"),
    ]), @r"
    05-15T10:00:00Z x1: -
    05-15T11:00:00Z y2: 1+2
    05-15T11:30:00Z y3: -
    ");
    insta::assert_snapshot!(play.waiting("2024-05-15T12:00:00Z"), @r"
    MultipleCondition `multiple`: 2 of 3 hold, 3 needed; the window ends at 2024-05-15 23:59:59 (UTC)
      success, ExecutionStatus: execution 0000000000000000000003 at 2024-05-15 11:30:00 (UTC)
      flow-a, ExecutionFlow: missing
      flow-b, ExecutionFlow: execution 0000000000000000000003 at 2024-05-15 11:30:00 (UTC)
    ");
}

#[test]
fn several_windows_have_to_be_complete_at_once() {
    let condition = |id: &str, flows: &str, reset: bool| {
        let [x, y] = flows.split(' ').map(|flow| format!("{flow}: {{type: io.kestra.plugin.core.condition.ExecutionFlow, namespace: a, flowId: {flow}}}")).collect::<Vec<_>>().try_into().unwrap();
        format!(
            "{{id: {id}, type: io.kestra.plugin.core.condition.MultipleCondition, resetOnSuccess: {reset}, conditions: {{{x}, {y}}}}}"
        )
    };
    let yaml = format!(
        "{{id: t, type: io.kestra.plugin.core.trigger.Flow, conditions: [{}, {}]}}",
        condition("one", "x y", true),
        condition("two", "y z", true)
    );
    let mut play = Play::new(&yaml);
    insta::assert_snapshot!(play.story(&[
        event("x", 1, "2024-05-15T10:00:00Z"),
        event("y", 2, "2024-05-15T11:00:00Z"),
        event("x", 3, "2024-05-15T11:30:00Z"),
        event("z", 4, "2024-05-15T12:00:00Z"),
        event("z", 5, "2024-05-15T12:00:00Z"),
    ]), @r"
    05-15T10:00:00Z x1: -
    05-15T11:00:00Z y2: -
    05-15T11:30:00Z x3: -
    05-15T12:00:00Z z4: 2+3+4
    05-15T12:00:00Z z5: -
    ");
}

#[test]
fn a_change_that_comes_again_changes_nothing() {
    let mut play = both("timeWindow: {type: SLIDING_WINDOW, window: PT1H}");
    let x = event("x", 1, "2024-05-15T10:00:00Z");
    let y = event("y", 2, "2024-05-15T10:01:00Z");
    insta::assert_snapshot!(play.story(&[x.clone(), x.clone(), y.clone(), y.clone(), x.clone()]), @r"
    05-15T10:00:00Z x1: -
    05-15T10:00:00Z x1: -
    05-15T10:01:00Z y2: 1+2
    05-15T10:01:00Z y2: -
    05-15T10:00:00Z x1: -
    ");
    // The copies did not count for the next time.
    assert_eq!(play.story(&[event("x", 3, "2024-05-15T10:02:00Z")]), "05-15T10:02:00Z x3: -\n");
    // A later change of the same execution is no copy.
    let later = Event { at: "2024-05-15T10:03:00Z".into(), ..y.change(4) };
    assert_eq!(play.story(&[later]), "05-15T10:03:00Z y2: 2+3\n");
}

#[test]
fn a_condition_that_was_changed_has_to_hold_anew() {
    let mut play = both("timeWindow: {}");
    play.happens(&event("x", 1, "2024-05-15T10:00:00Z"));
    let mut changed = Play::new(&BOTH.replace("flowId: x", "flowId: w"));
    changed.windows = play.windows;
    insta::assert_snapshot!(changed.story(&[
        event("y", 2, "2024-05-15T11:00:00Z"),
        event("w", 3, "2024-05-15T12:00:00Z"),
    ]), @r"
    05-15T11:00:00Z y2: -
    05-15T12:00:00Z w3: 2+3
    ");
}

#[test]
fn a_window_tells_what_it_waits_for() {
    let mut play = Play::new(&BOTH.replace("flowId: y", "flowId: y, states: [SUCCESS], labels: {env: prod}"));
    play.happens(&event("x", 1, "2024-05-15T10:00:00Z"));
    let decision = play.decide(&event("z", 2, "2024-05-15T10:30:00Z"));
    insta::assert_snapshot!(decision.verdict, @r"
    no t: the execution is none that it waits for now
      yes states: the execution is SUCCESS
      no preconditions `p`: 1 of 2 hold, 2 needed in the window until 2024-05-15 23:59:59 (UTC)
        yes condition_1: it holds since execution 0000000000000000000001
        no condition_2: the execution is one of `a.z`, asked for `a.y`
    ");
    insta::assert_snapshot!(play.waiting("2024-05-15T10:30:00Z"), @r"
    preconditions `p`: 1 of 2 hold, 2 needed; the window ends at 2024-05-15 23:59:59 (UTC)
      condition_1, `a.x`: execution 0000000000000000000001 at 2024-05-15 10:00:00 (UTC)
      condition_2, `a.y` in SUCCESS with `env: prod`: missing
    ");
    insta::assert_snapshot!(play.waiting("2024-05-16T10:30:00Z"), @r"
    preconditions `p`: 0 of 2 hold, 2 needed; no window is open, the next begins at 2024-05-17 00:00:00 (UTC)
      condition_1, `a.x`: missing
      condition_2, `a.y` in SUCCESS with `env: prod`: missing
    ");
}

#[test]
fn a_window_that_cannot_be_used_is_told() {
    let play = both("timeWindow: {type: DAILY_TIME_DEADLINE, deadline: noon}");
    let decision = play.decide(&event("x", 1, "2024-05-15T10:00:00Z"));
    assert!(decision.firing.is_none());
    assert!(
        decision.warnings[0].contains("its window cannot be used: `deadline` is no time of day"),
        "{:?}",
        decision.warnings
    );
}

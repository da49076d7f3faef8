//! The forms of 2.0: `when`, `dependsOn`, `mode`, `window`, `onMiss`.

use super::*;

/// A trigger on `a.x` and `a.y` with further properties.
fn depends(properties: &str) -> Play {
    Play::new(&format!(
        "
id: t
type: io.kestra.plugin.core.trigger.Flow
dependsOn: [{{namespace: a, flowId: x}}, {{namespace: a, flowId: y}}]
{properties}"
    ))
}

#[test]
fn all_dependencies_have_to_end_well_and_then_anew() {
    let mut play = depends("");
    insta::assert_snapshot!(play.story(&[
        event("x", 1, "2024-05-15T10:00:00Z").state(State::Failed),
        event("x", 2, "2024-05-15T10:01:00Z").state(State::Warning),
        event("y", 3, "2024-05-15T10:02:00Z"),
        event("y", 4, "2024-05-15T10:03:00Z"),
        event("x", 5, "2024-05-15T10:04:00Z"),
    ]), @r"
    05-15T10:00:00Z x1: -
    05-15T10:01:00Z x2: -
    05-15T10:02:00Z y3: 2+3
    05-15T10:03:00Z y4: -
    05-15T10:04:00Z x5: 4+5
    ");
}

#[test]
fn any_fires_for_each_and_at_least_for_so_many() {
    let events = [
        event("x", 1, "2024-05-15T10:00:00Z"),
        event("y", 2, "2024-05-15T10:01:00Z"),
        event("z", 3, "2024-05-15T10:02:00Z"),
        event("x", 4, "2024-05-15T10:03:00Z"),
    ];
    insta::assert_snapshot!(depends("mode: ANY").story(&events), @r"
    05-15T10:00:00Z x1: 1
    05-15T10:01:00Z y2: 2
    05-15T10:02:00Z z3: -
    05-15T10:03:00Z x4: 4
    ");
    let mut play = Play::new(
        "
id: t
type: io.kestra.plugin.core.trigger.Flow
mode: AT_LEAST
minSatisfied: 2
dependsOn: [{namespace: a, flowId: x}, {namespace: a, flowId: y}, {namespace: a, flowId: z}]",
    );
    insta::assert_snapshot!(play.story(&events), @r"
    05-15T10:00:00Z x1: -
    05-15T10:01:00Z y2: 1+2
    05-15T10:02:00Z z3: -
    05-15T10:03:00Z x4: 3+4
    ");
}

#[test]
fn in_a_window_each_further_event_fires_unless_once_is_enough() {
    let events = [
        event("x", 1, "2024-05-15T06:00:00Z"),
        event("y", 2, "2024-05-15T07:00:00Z"),
        event("x", 3, "2024-05-15T08:00:00Z"),
        event("y", 4, "2024-05-15T08:30:00Z"),
        event("x", 5, "2024-05-16T08:00:00Z"),
        event("y", 6, "2024-05-16T08:30:00Z"),
    ];
    insta::assert_snapshot!(depends("window: {deadline: '09:00:00'}").story(&events), @r"
    05-15T06:00:00Z x1: -
    05-15T07:00:00Z y2: 1+2
    05-15T08:00:00Z x3: 2+3
    05-15T08:30:00Z y4: 3+4
    05-16T08:00:00Z x5: -
    05-16T08:30:00Z y6: 5+6
    ");
    insta::assert_snapshot!(depends("window: {deadline: '09:00:00', fireOnce: true}").story(&events), @r"
    05-15T06:00:00Z x1: -
    05-15T07:00:00Z y2: 1+2
    05-15T08:00:00Z x3: -
    05-15T08:30:00Z y4: -
    05-16T08:00:00Z x5: -
    05-16T08:30:00Z y6: 5+6
    ");
    insta::assert_snapshot!(depends("mode: ANY\nwindow: {every: P1D, fireOnce: true}").story(&events), @r"
    05-15T06:00:00Z x1: 1
    05-15T07:00:00Z y2: -
    05-15T08:00:00Z x3: -
    05-15T08:30:00Z y4: -
    05-16T08:00:00Z x5: 5
    05-16T08:30:00Z y6: -
    ");
}

#[test]
fn a_window_that_has_fired_once_says_so() {
    let mut play = depends("window: {every: PT1H, fireOnce: true}");
    play.story(&[event("x", 1, "2024-05-15T10:00:00Z"), event("y", 2, "2024-05-15T10:10:00Z")]);
    let decision = play.decide(&event("x", 3, "2024-05-15T10:20:00Z"));
    assert_eq!(
        reason(&decision.verdict, "dependsOn"),
        "it has started an execution in this window, and starts one only once"
    );
    assert!(play.waiting("2024-05-15T10:20:00Z").contains("it has started its execution for this window"));
}

#[test]
fn a_lookback_counts_what_is_young_enough() {
    let mut play = depends("window: {lookback: PT1H, fireOnce: true}");
    insta::assert_snapshot!(play.story(&[
        event("x", 1, "2024-05-15T10:00:00Z"),
        event("x", 2, "2024-05-15T10:50:00Z"),
        // A sliding window would have ended at eleven.
        event("y", 3, "2024-05-15T11:10:00Z"),
        event("x", 4, "2024-05-15T11:20:00Z"),
        event("x", 5, "2024-05-15T12:30:00Z"),
        event("y", 6, "2024-05-15T13:30:01Z"),
        event("x", 7, "2024-05-15T13:40:00Z"),
    ]), @r"
    05-15T10:00:00Z x1: -
    05-15T10:50:00Z x2: -
    05-15T11:10:00Z y3: 2+3
    05-15T11:20:00Z x4: -
    05-15T12:30:00Z x5: -
    05-15T13:30:01Z y6: -
    05-15T13:40:00Z x7: 6+7
    ");
}

#[test]
fn the_order_of_dependencies_does_not_matter() {
    let mut play = depends("");
    play.happens(&event("x", 1, "2024-05-15T10:00:00Z"));
    let mut turned = Play::new(
        "
id: t
type: io.kestra.plugin.core.trigger.Flow
dependsOn: [{flowId: y, namespace: a}, {flowId: x, namespace: a, id: named, states: [WARNING, SUCCESS]}]",
    );
    turned.windows = play.windows;
    assert_eq!(turned.story(&[event("y", 2, "2024-05-15T10:01:00Z")]), "05-15T10:01:00Z y2: 1+2\n");
}

#[test]
fn a_dependency_may_ask_for_any_state() {
    let of = |properties: &str| {
        let play = Play::new(&format!(
            "{{id: t, type: io.kestra.plugin.core.trigger.Flow, dependsOn: [{{flowId: x, states: [RUNNING]}}]{properties}}}"
        ));
        play.decide(&event("x", 1, "2024-05-15T10:00:00Z").state(State::Running)).firing.is_some()
    };
    assert!(of(""));
    // What the trigger says itself comes first.
    assert!(!of(", states: [SUCCESS]"));
}

#[test]
fn a_when_sees_the_upstream_execution() {
    let fires = |when: &str| {
        let play = Play::new(&format!(
            "
id: t
type: io.kestra.plugin.core.trigger.Flow
dependsOn:
  - states: [SUCCESS, FAILED]
    when: \"{{{{ {when} }}}}\""
        ));
        let event = event("extract", 1, "2024-05-15T10:00:00Z")
            .labelled(&[("env", "prod")])
            .outputs(r#"{"row_count": 3}"#);
        play.decide(&event).firing.is_some()
    };
    for (when, expected) in [
        ("namespace | startsWith('a')", true),
        ("flowId == 'extract'", true),
        ("flowId == 'down'", false),
        ("state != 'SUCCESS'", false),
        ("labels.env == 'prod'", true),
        ("outputs.row_count > 2", true),
        ("outputs.task.value == 1", true),
        ("hasRetryAttempt", false),
        ("flow.id == 'extract' and flow.namespace == 'a'", true),
    ] {
        assert_eq!(fires(when), expected, "{when}");
    }
}

#[test]
fn the_when_of_the_trigger_comes_before_its_dependencies() {
    let mut play = depends("when: \"{{ labels.env == 'prod' }}\"");
    let x = event("x", 1, "2024-05-15T10:00:00Z");
    let refused = play.happens(&x.clone().labelled(&[("env", "dev")]));
    assert!(refused.windows.is_empty() && refused.firing.is_none());
    insta::assert_snapshot!(refused.verdict, @r"
    no t: its conditions do not hold
      yes states: the execution is SUCCESS
      no when: it gives `false`
    ");
    // A label that is missing cannot be compared.
    assert_eq!(play.happens(&x).warnings.len(), 1);
}

#[test]
fn outputs_are_found_by_their_flow() {
    let outputs = |play: &mut Play, events: &[Event]| {
        let firing = events.iter().filter_map(|event| play.happens(event).firing).next_back().unwrap();
        let Some(Value::Map(outputs)) = firing.origin.variables.get("outputs") else { panic!("no outputs") };
        json(outputs)
    };
    let x = event("x", 1, "2024-05-15T10:00:00Z").outputs(r#"{"n": 1}"#);
    let y = event("y", 2, "2024-05-15T10:01:00Z").outputs(r#"{"n": 2}"#);
    assert_eq!(outputs(&mut depends(""), &[x.clone(), y]), r#"{"x":{"n":1},"y":{"n":2}}"#);
    // With one dependency the short form works as well.
    let mut single = Play::new("{id: t, type: io.kestra.plugin.core.trigger.Flow, dependsOn: [{flowId: x}]}");
    assert_eq!(outputs(&mut single, &[x]), r#"{"n":1,"x":{"n":1}}"#);
}

#[test]
fn the_execution_knows_more_of_its_cause() {
    let mut single = Play::new("{id: t, type: io.kestra.plugin.core.trigger.Flow, dependsOn: [{flowId: x}]}");
    let firing = single.happens(&event("x", 1, "2024-05-15T10:00:00Z")).firing.unwrap();
    let variables = json(&firing.origin.variables);
    assert!(variables.ends_with(r#""startDate":"2024-05-15T09:59:59Z","endDate":"2024-05-15T10:00:00Z","firstFailedTaskId":null,"lastTaskId":"last"}"#), "{variables}");
}

#[test]
fn inputs_that_cannot_be_rendered_fail_in_the_open() {
    let mut play = depends("inputs: {n: '{{ trigger.outputs.x.nope }}'}");
    let decision = [event("x", 1, "2024-05-15T10:00:00Z"), event("y", 2, "2024-05-15T10:01:00Z")]
        .map(|event| play.happens(&event))
        .into_iter()
        .next_back()
        .unwrap();
    let firing = decision.firing.unwrap();
    let failure = firing.failure.unwrap().to_string();
    assert!(failure.starts_with("its inputs could not be rendered: Unable to find `nope`"), "{failure}");
    assert!(firing.inputs.is_empty());
    // It counts as started: everything has to come together anew.
    assert!(play.waiting("2024-05-15T10:02:00Z").contains("0 of 2 hold"));
}

#[test]
fn a_window_that_ends_unsatisfied_is_a_miss() {
    let missed = |events: &[Event], properties: &str| {
        let mut play = depends(properties);
        play.story(events);
        let end = play.trigger.next_end(millis("2024-05-15T05:00:00Z"), &play.zone)?;
        let windows: Vec<Window> = play.windows.values().cloned().collect();
        let settings = Settings::default();
        let environment = Environment { context: &play.context, services: &NoServices, settings: &settings };
        let miss = play.trigger.missed(end, &windows, &play.zone, environment)?;
        let labels: Vec<_> = miss.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        Some(format!("{} [{}] {}", miss.failure, labels.join(" "), miss.identity))
    };
    let (x, y) = (event("x", 1, "2024-05-15T06:00:00Z"), event("y", 2, "2024-05-15T07:00:00Z"));
    let properties = "window: {deadline: '09:00'}\nonMiss: {behavior: FAIL, labels: {sla: miss}}";
    insta::assert_snapshot!(missed(std::slice::from_ref(&x), properties).unwrap(), @"until 2024-05-15 09:00:00 (UTC) there was no `a.y` in SUCCESS, WARNING [sla=miss] missed.1715763600000");
    insta::assert_snapshot!(missed(&[], properties).unwrap(), @"until 2024-05-15 09:00:00 (UTC) there was no `a.x` in SUCCESS, WARNING, and no `a.y` in SUCCESS, WARNING [sla=miss] missed.1715763600000");
    assert_eq!(missed(&[x, y.clone()], properties), None);
    // Where one is enough, and where the promise stands in the window.
    let inside = "mode: ANY\nwindow: {every: P1D, onMiss: {labels: {}}}";
    assert_eq!(missed(std::slice::from_ref(&y), inside), None);
    assert!(missed(&[], inside).is_some());
    // Nobody wants to know, or there is no end to miss.
    assert_eq!(missed(&[], "window: {deadline: '09:00'}"), None);
    assert_eq!(missed(&[], "window: {lookback: PT1H}\nonMiss: {behavior: FAIL}"), None);
    // What came on another day does not count.
    let yesterday = [event("x", 1, "2024-05-14T06:00:00Z"), event("y", 2, "2024-05-14T07:00:00Z")];
    assert!(missed(&yesterday, properties).is_some());
}

//! What holds for every story of events.

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

const WINDOWS: &[&str] = &[
    "timeWindow: {window: P1D}",
    "timeWindow: {window: PT1H, windowAdvance: PT10M}",
    "timeWindow: {window: PT15M}",
    "timeWindow: {type: SLIDING_WINDOW, window: PT2H}",
    "timeWindow: {type: DAILY_TIME_DEADLINE, deadline: '09:00'}",
    "timeWindow: {type: DAILY_TIME_WINDOW, startTime: '22:00', endTime: '04:00'}",
];

fn any_trigger() -> impl Strategy<Value = String> {
    (proptest::sample::select(WINDOWS), any::<bool>(), 1usize..4).prop_map(|(window, resets, flows)| {
        let flows: Vec<_> = ["x", "y", "z"].iter().take(flows).map(|flow| format!("{{namespace: a, flowId: {flow}}}")).collect();
        format!(
            "{{id: t, type: io.kestra.plugin.core.trigger.Flow, preconditions: {{id: p, resetOnSuccess: {resets}, {window}, flows: [{}]}}}}",
            flows.join(", ")
        )
    })
}

/// Events over some days of which clocks change in one, each told up to three times in a row.
fn any_story() -> impl Strategy<Value = Vec<Event>> {
    let start = millis("2024-10-25T20:00:00Z");
    let step = (proptest::sample::select(vec!["x", "y", "z", "w"]), 0i64..20_000_000, 1usize..4);
    proptest::collection::vec(step, 1..40).prop_map(move |steps| {
        let mut at = start;
        let mut events = Vec::new();
        for (id, (flow, wait, copies)) in steps.into_iter().enumerate() {
            at = at.plus(wait);
            let told = Timestamp::from_millisecond(at.0).unwrap().to_string();
            events.extend(std::iter::repeat_n(event(flow, id as u128, &told), copies));
        }
        events
    })
}

fn play(yaml: &str) -> Play {
    let mut play = Play::new(yaml);
    play.zone = zone::find("Europe/Berlin").unwrap();
    play
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn results_stay_until_the_window_ends_or_fires(yaml in any_trigger(), story in any_story()) {
        let mut play = play(&yaml);
        for event in story {
            let before = play.windows.get("p").cloned();
            let decision = play.happens(&event);
            let after = play.windows.get("p");
            if let (Some(before), Some(after), None) = (before, after, decision.firing)
                && before.contains(event.moment())
            {
                prop_assert!(before.results.keys().all(|key| after.results.contains_key(key)));
            }
        }
    }

    #[test]
    fn a_window_that_does_not_contain_the_moment_is_never_used(yaml in any_trigger(), story in any_story()) {
        let mut play = play(&yaml);
        let mut moments = std::collections::BTreeMap::new();
        for event in story {
            moments.entry(event.id).or_insert(event.moment());
            let decision = play.happens(&event);
            for window in &decision.windows {
                prop_assert!(window.contains(event.moment()));
                for (execution, cause) in &window.causes {
                    prop_assert!(window.contains(cause.at) && moments[&execution.0] == cause.at);
                }
            }
            if let (Some(firing), Some(window)) = (&decision.firing, decision.windows.first()) {
                prop_assert!(firing.causes.iter().all(|cause| window.contains(moments[&cause.execution.0])));
            }
        }
    }

    #[test]
    fn a_copy_of_a_change_changes_nothing(yaml in any_trigger(), story in any_story()) {
        let mut play = play(&yaml);
        let mut last = None;
        for event in story {
            let before = play.windows.clone();
            let decision = play.happens(&event);
            if last == Some(event.id) {
                prop_assert!(decision.firing.is_none());
                prop_assert_eq!(&play.windows, &before);
            }
            last = Some(event.id);
        }
    }

    #[test]
    fn with_reset_no_execution_causes_two_firings(yaml in any_trigger(), mut story in any_story()) {
        prop_assume!(yaml.contains("resetOnSuccess: true"));
        // Everything is told again at the end, as after a crash.
        let end = story.last().map(|event| event.at.clone()).unwrap();
        let again: Vec<_> = story.iter().cloned().map(|event| Event { at: end.clone(), ..event }).collect();
        story.extend(again);
        let mut play = play(&yaml);
        let mut used = HashSet::new();
        for event in story {
            for cause in play.happens(&event).firing.into_iter().flat_map(|firing| firing.causes) {
                prop_assert!(used.insert(cause), "{:?} caused two", cause);
            }
        }
    }

    #[test]
    fn what_fires_had_all_that_was_needed(yaml in any_trigger(), story in any_story()) {
        let needed = yaml.matches("flowId").count();
        let mut play = play(&yaml);
        let mut flows = std::collections::BTreeMap::new();
        for event in story {
            flows.insert(event.id, event.flow.clone());
            if let Some(firing) = play.happens(&event).firing {
                let came: HashSet<_> = firing.causes.iter().map(|cause| &flows[&cause.execution.0]).collect();
                prop_assert_eq!(came.len(), needed);
                prop_assert!(firing.causes.iter().any(|cause| cause.execution.0 == event.id));
            }
        }
    }
}

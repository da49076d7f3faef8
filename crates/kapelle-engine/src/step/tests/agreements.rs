//! 1.5: service level agreements.

use super::*;

const TOLD: &str = "WARN SLA 's' violated: ";

fn told(story: &Story) -> usize {
    story.lines.iter().filter(|line| line.starts_with(TOLD)).count()
}

#[test]
fn a_deadline_fails_or_cancels_the_execution_and_what_runs_is_stopped() {
    for (behavior, expected) in [("FAIL", State::Failed), ("CANCEL", State::Cancelled)] {
        let mut story = Story::of(&format!(
            "
sla: [{{id: s, type: MAX_DURATION, duration: PT1M, behavior: {behavior}, labels: {{late: very}}}}]
tasks: [{{id: a, type: slow}}]
errors: [{{id: never, type: ok}}]
afterExecution: [{{id: after, type: ok}}]
"
        ));
        assert!(story.is_late(&Event::Due(Due::Agreement(0))), "it is too early");
        story.after_seconds(60).happens(&Event::Due(Due::Agreement(0)));
        assert_eq!((story.state(), story.state_of("a")), (expected, Some(expected)));
        assert_eq!((story.labels(), told(&story)), ("late: very".into(), 1));
        assert!(story.effects.iter().any(|effect| matches!(effect, Effect::Stop { .. })));
        story.work();
        assert_eq!((story.state_of("never"), story.state_of("after")), (None, Some(State::Success)));
        assert!(story.is_late(&Event::Due(Due::Agreement(0))), "it has ended");
    }
}

#[test]
fn without_a_behavior_the_execution_goes_on_and_it_is_told_once() {
    let mut story = Story::of(
        "
sla: [{id: other, type: MAX_DURATION, duration: PT9H, behavior: NONE}, {id: s, type: MAX_DURATION, duration: PT1M, behavior: NONE}]
tasks: [{id: a, type: slow}]
",
    );
    story.after_seconds(60).happens(&Event::Due(Due::Agreement(1)));
    assert!(story.is_late(&Event::Due(Due::Agreement(1))));
    assert_eq!((story.state(), told(&story)), (State::Running, 1));
    assert!(story.is_late(&Event::Due(Due::Agreement(7))), "there is no such agreement");
}

#[test]
fn an_assertion_is_looked_at_with_every_change_and_told_once() {
    let mut story = Story::of(
        "
sla: [{id: s, type: EXECUTION_ASSERTION, assert: \"{{ vars.n == '1' }}\", behavior: NONE, labels: {odd: yes}}]
variables: {n: '1'}
tasks:
- {id: a, type: slow}
- {id: set, type: execution.SetVariables, variables: {n: '2'}}
- {id: b, type: slow}
- {id: c, type: slow}
",
    );
    assert_eq!(told(&story), 0);
    story.finish("a");
    assert_eq!((told(&story), story.labels()), (1, "odd: true".into()));
    story.finish("b");
    assert_eq!((told(&story), story.state()), (1, State::Running));
}

#[test]
fn an_assertion_that_does_not_hold_ends_the_execution_and_one_that_cannot_be_read_does_not() {
    let flow = |assertion: &str| {
        format!(
            "sla: [{{id: s, type: EXECUTION_ASSERTION, assert: '{assertion}', behavior: FAIL}}]\ntasks: [{{id: a, type: slow}}]"
        )
    };
    assert_eq!(Story::of(&flow("{{ false }}")).state(), State::Failed);
    let story = Story::of(&flow("{{ nope }}"));
    assert_eq!((story.state(), told(&story)), (State::Running, 0));
    assert!(story.lines[0].starts_with("WARN Ignoring SLA 's' because of the error: "), "{:?}", story.lines);
}

#[test]
fn after_a_restart_the_time_counts_anew() {
    let mut story = Story::of(
        "
sla: [{id: s, type: MAX_DURATION, duration: PT1M, behavior: FAIL}]
tasks: [{id: a, type: slow}]
",
    );
    story.after_seconds(60).happens(&Event::Due(Due::Agreement(0)));
    story.does(Order::Restart);
    assert!(story.is_late(&Event::Due(Due::Agreement(0))));
    story.after_seconds(60).happens(&Event::Due(Due::Agreement(0)));
    assert_eq!(story.state(), State::Failed);
}

#[test]
fn the_time_of_one_that_is_planned_for_later_counts_from_then() {
    let mut story = Story::created(
        "
sla: [{id: s, type: MAX_DURATION, duration: PT1M, behavior: FAIL}]
tasks: [{id: a, type: slow}]
",
        |creation| {
            let reason = kapelle_model::execution::StartReason::Scheduled;
            creation.birth.start = Some(kapelle_model::execution::Start { at: Millis(90_000), reason });
        },
    );
    let deadline = |effect: &Effect| match effect {
        Effect::Wake { at, due: Due::Agreement(0) } => Some(*at),
        _ => None,
    };
    assert_eq!(story.effects.iter().find_map(deadline), Some(Millis(150_000)));
    story.after_seconds(90).happens(&Event::Due(Due::Start));
    assert!(story.is_late(&Event::Due(Due::Agreement(0))));
    story.after_seconds(60).happens(&Event::Due(Due::Agreement(0)));
    assert_eq!(story.state(), State::Failed);
}

#[test]
fn agreements_beyond_the_63rd_share_one_note_that_they_were_violated() {
    let agreements: Vec<String> = (0..70)
        .map(|number| format!("{{id: s, type: MAX_DURATION, duration: PT{}S, behavior: NONE}}", number + 1))
        .collect();
    let mut story = Story::of(&format!("sla: [{}]\ntasks: [{{id: a, type: slow}}]", agreements.join(", ")));
    story.after_seconds(70);
    for place in 0..63 {
        story.happens(&Event::Due(Due::Agreement(place)));
        assert_eq!(told(&story), place as usize + 1);
    }
    story.happens(&Event::Due(Due::Agreement(69)));
    for place in 0..70 {
        assert!(story.is_late(&Event::Due(Due::Agreement(place))), "{place}");
    }
    assert_eq!(told(&story), 64);
}

#[test]
fn agreements_are_looked_at_once_for_all_that_follows_from_an_event() {
    let mut story = Story::of(
        "
sla:
- {id: s, type: EXECUTION_ASSERTION, assert: '{{ nope }}', behavior: NONE}
- {id: other, type: EXECUTION_ASSERTION, assert: '{{ vars.fine }}', behavior: NONE}
variables: {fine: true}
tasks: [{id: a, type: slow}, {id: set, type: execution.SetVariables, variables: {fine: false}}, {id: b, type: slow}]
",
    );
    story.finish("a");
    let ignored = story.lines.iter().filter(|line| line.contains("Ignoring SLA 's'")).count();
    assert_eq!((ignored, told(&story)), (2, 0), "{:?}", story.lines);
    assert!(story.log().contains("WARN SLA 'other' violated: "), "{}", story.log());
}

#[test]
fn only_what_fails_by_an_agreement_says_so_as_an_error() {
    for (behavior, errors) in [("FAIL", 1), ("CANCEL", 0), ("NONE", 0)] {
        let mut story = Story::of(&format!(
            "sla: [{{id: s, type: MAX_DURATION, duration: PT1M, behavior: {behavior}}}]\ntasks: [{{id: a, type: slow}}]"
        ));
        story.after_seconds(60).happens(&Event::Due(Due::Agreement(0)));
        let told = story.lines.iter().filter(|line| line.starts_with("ERROR")).count();
        assert_eq!(told, errors, "{behavior}: {}", story.log());
    }
}

#[test]
fn a_deadline_that_ends_the_execution_kills_what_it_started() {
    let mut story = Story::of(
        "
sla: [{id: s, type: MAX_DURATION, duration: PT1M, behavior: CANCEL}]
tasks: [{id: sub, type: flow.Subflow, namespace: n, flowId: f}]
",
    );
    let place = story.effects.len();
    story.after_seconds(60).happens(&Event::Due(Due::Agreement(0)));
    assert_eq!(story.effects_since(place), "KillChildren");
}

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

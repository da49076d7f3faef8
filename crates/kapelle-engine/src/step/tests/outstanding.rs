//! What is still to be done, for who takes over an execution. That it is what was asked for is checked in every story.

use kapelle_model::execution::{Start, StartReason};

use super::*;

#[test]
fn who_takes_over_waits_for_the_start_or_asks_the_limits_but_not_both() {
    let flow = "concurrency: {limit: 1}\ntasks: [{id: a, type: slow}]";
    let mut story = Story::created(flow, |creation| {
        creation.birth.start = Some(Start { at: Millis(60_000), reason: StartReason::Scheduled });
    });
    assert_eq!(story.outstanding(), "Wake");
    story.wait();
    assert_eq!(story.outstanding(), "AskSlot");
    story.full(1);
    assert_eq!(story.outstanding(), "AskSlot", "its place in the queue");
    story.granted();
    assert_eq!(story.outstanding(), "Run a");
    story.finish("a");
    assert_eq!(story.outstanding(), "");
}

#[test]
fn who_takes_over_does_not_start_what_was_killed_before_its_start() {
    let mut story = Story::created("tasks: [{id: a, type: ok}]", |creation| {
        creation.birth.start = Some(Start { at: Millis(60_000), reason: StartReason::Scheduled });
    });
    assert_eq!(story.kill().outstanding(), "");
}

#[test]
fn who_takes_over_waits_for_every_moment_that_a_task_run_waits_for() {
    for (task, moment) in [
        ("type: flow.Pause, pauseDuration: PT10S", 10),
        ("type: flow.WaitFor, condition: false, interval: PT20S", 20),
        ("type: fail, retry: {type: constant, interval: PT30S}", 30),
        ("type: flow.Retry, delay: PT40S, tasks: [{id: a, type: fail}]", 40),
    ] {
        let mut story = Story::of(&format!("tasks: [{{id: t, {task}}}]"));
        story.work();
        let wake = Effect::Wake { at: Millis(moment * 1_000), due: Due::Run(story.find("t")) };
        assert_eq!(crate::outstanding::outstanding(&story.plan, &story.live), [wake], "{task}");
        assert_eq!(story.kill().outstanding(), "", "{task}");
    }
}

#[test]
fn who_takes_over_stops_what_was_to_be_stopped() {
    let mut story = Story::of("tasks: [{id: a, type: slow}]");
    assert_eq!(story.kill().outstanding(), "Stop a");
    assert_eq!(story.work().outstanding(), "");
}

#[test]
fn who_takes_over_hands_nothing_to_a_worker_that_has_ended_with_its_group() {
    let mut story = Story::of(
        "tasks: [{id: par, type: flow.Parallel, tasks: [{id: a, type: fail}, {id: b, type: slow}]}]",
    );
    assert_eq!(story.outstanding(), "Run a, Run b");
    story.work();
    assert_eq!((story.state_of("b"), story.outstanding().as_str()), (Some(State::Failed), ""));
}

#[test]
fn who_takes_over_opens_and_closes_directories_as_before() {
    let mut story = Story::of(
        "
tasks:
- id: wd
  type: flow.WorkingDirectory
  tasks: [{id: a, type: slow}]
  finally: [{id: f, type: slow}]
",
    );
    assert_eq!(story.outstanding(), "Open wd");
    assert_eq!(story.finish("wd").outstanding(), "Run a");
    assert_eq!(story.finish("a").outstanding(), "Close wd");
    assert_eq!(story.finish("wd").outstanding(), "Run f");
}

#[test]
fn who_takes_over_asks_for_the_news_of_executions_that_have_not_ended() {
    let mut story =
        Story::of("tasks: [{id: l, type: flow.Loop, values: [x, y], tasks: [{id: a, type: ok}]}]");
    assert_eq!(story.outstanding(), "Watch, Watch");
    story.child_ended("l", 0, State::Success);
    assert_eq!(story.outstanding(), "Watch");
    story.child_ended("l", 1, State::Success);
    assert_eq!(story.outstanding(), "");
}

#[test]
fn who_takes_over_waits_for_the_deadlines_of_an_execution_that_is_not_over() {
    let flow = "
sla:
- {id: one, type: MAX_DURATION, duration: PT1M, behavior: NONE}
- {id: two, type: MAX_DURATION, duration: PT2M, behavior: NONE}
- {id: three, type: MAX_DURATION, duration: PT3M, behavior: NONE}
tasks: [{id: l, type: flow.Loop, values: [x], tasks: [{id: a, type: slow}]}]
";
    let mut story = Story::of(flow);
    let wake =
        |place: u32| Effect::Wake { at: Millis(60_000 * i64::from(place + 1)), due: Due::Agreement(place) };
    let deadlines = |story: &Story| {
        let mut effects = crate::outstanding::outstanding(&story.plan, &story.live);
        effects.retain(|effect| matches!(effect, Effect::Wake { .. }));
        effects
    };
    assert_eq!(deadlines(&story), [wake(0), wake(1), wake(2)]);
    story.after_seconds(120).happens(&Event::Due(Due::Agreement(1)));
    assert_eq!(deadlines(&story), [wake(0), wake(2)], "it was violated already");
    let scope = story.requests()[0].scope.clone();
    story.child_ended("l", 0, State::Success);
    assert_eq!((story.state(), deadlines(&story)), (State::Success, Vec::new()));
    let iteration = Story::created(flow, |creation| creation.birth.scope = scope);
    assert_eq!(
        (iteration.state(), deadlines(&iteration)),
        (State::Running, Vec::new()),
        "they are of the whole"
    );
}

//! 4.1, 4.9, 4.10: how an execution begins, and what its limits decide.

use kapelle_model::event::{Admission, Due};
use kapelle_model::execution::{Kind, Slot, Start, StartReason};

use super::*;

fn limited(behavior: &str) -> Story {
    Story::of(&format!(
        "
concurrency: {{limit: 1, behavior: {behavior}}}
tasks: [{{id: a, type: ok}}, {{id: b, type: ok}}]
errors: [{{id: bad, type: ok}}]
finally: [{{id: last, type: ok}}]
afterExecution: [{{id: after, type: ok}}]
"
    ))
}

fn scheduled(yaml: &str, reason: StartReason) -> Story {
    Story::created(yaml, |creation| creation.birth.start = Some(Start { at: Millis(60_000), reason }))
}

const TWO: &str = "tasks: [{id: a, type: ok}, {id: b, type: ok}]";
const TWO_LIMITED: &str = "concurrency: {limit: 1}\ntasks: [{id: a, type: ok}, {id: b, type: ok}]";

#[test]
fn without_a_limit_the_first_task_starts_at_once() {
    let story = Story::of(TWO);
    assert_eq!((story.histories().as_str(), story.effects_since(0).as_str()), ("CREATED RUNNING", "Run a"));
}

#[test]
fn with_a_limit_it_stays_created_until_the_answer() {
    let mut story = limited("QUEUE");
    assert_eq!((story.tree().as_str(), story.effects_since(0).as_str()), ("CREATED\n", "AskSlot"));
    story.granted();
    assert_eq!(story.tree(), "RUNNING\n  a SUBMITTED\n");
}

#[test]
fn queue_waits_for_a_place_and_tells_so() {
    let mut story = limited("QUEUE");
    story.full(1);
    assert_eq!(story.tree(), "QUEUED\n");
    assert_eq!(story.log(), "INFO Execution is queued due to concurrency limit exceeded, 1 running(s)");
    story.granted();
    assert_eq!(story.play().histories(), "CREATED QUEUED RUNNING SUCCESS");
}

#[test]
fn cancel_ends_it_cancelled_with_only_what_comes_after_the_end() {
    let mut story = limited("CANCEL");
    story.full(1);
    assert_eq!(story.play().tree(), "CANCELLED\n  after SUCCESS\n");
    assert_eq!(story.histories(), "CREATED CANCELLED");
}

#[test]
fn fail_ends_it_failed_with_only_what_comes_after_the_end() {
    let mut story = limited("FAIL");
    story.full(1);
    assert_eq!(story.play().tree(), "FAILED\n  after SUCCESS\n");
    assert_eq!(story.log(), "ERROR Execution is FAILED due to concurrency limit exceeded");
}

#[test]
fn the_place_is_given_back_after_what_comes_after_the_end() {
    let mut story = limited("QUEUE");
    story.granted();
    for task in ["a", "b", "last"] {
        story.finish(task);
        assert_eq!(story.live.execution.head.slot, Slot::Held);
    }
    let place = story.effects.len();
    assert_eq!(story.tree(), "SUCCESS\n  a SUCCESS\n  b SUCCESS\n  last SUCCESS\n  after SUBMITTED\n");
    assert_eq!(story.finish("after").effects_since(place), "ReleaseSlot");
    assert_eq!(story.live.execution.head.slot, Slot::None);
}

#[test]
fn the_place_is_held_in_a_pause_and_while_a_retry_waits() {
    let mut story = Story::of(
        "
concurrency: {limit: 1}
tasks:
- {id: p, type: flow.Pause}
- {id: r, type: fail, retry: {type: constant, interval: PT1M}}
",
    );
    story.granted();
    assert_eq!((story.state(), story.live.execution.head.slot), (State::Paused, Slot::Held));
    story.resume().work();
    assert_eq!((story.state(), story.live.execution.head.slot), (State::Retrying, Slot::Held));
}

#[test]
fn the_place_is_held_while_it_waits_for_another_execution() {
    let mut story = Story::of("concurrency: {limit: 1}\ntasks: [{id: s, type: flow.Subflow, flowId: f}]");
    story.granted().child_created("s", 0);
    assert_eq!((story.state(), story.live.execution.head.slot), (State::Running, Slot::Held));
}

#[test]
fn tests_and_playgrounds_follow_the_same_limits() {
    for kind in [Kind::Test, Kind::Playground] {
        let story = Story::created(TWO_LIMITED, |creation| creation.birth.kind = kind);
        assert_eq!(story.effects_since(0), "AskSlot");
    }
}

#[test]
fn a_place_is_not_given_back_while_a_worker_still_works_for_it() {
    let mut story = Story::of("concurrency: {limit: 1}\ntasks: [{id: a, type: slow}]");
    story.granted().start("a");
    let place = story.effects.len();
    story.kill();
    assert_eq!(story.effects_since(place), "Stop a");
    assert_eq!(story.work().effects_since(place), "Stop a, ReleaseSlot");
}

#[test]
fn a_second_answer_of_the_limits_is_late() {
    let mut story = limited("QUEUE");
    story.granted();
    assert!(story.is_late(&story.admission(Admission::Granted)));
    let mut story = limited("QUEUE");
    story.full(1);
    assert!(story.is_late(&story.admission(Admission::Full {
        limit: "ns.flow".into(),
        size: 1,
        running: 1
    })));
}

#[test]
fn a_restart_asks_the_limits_again() {
    let mut story = Story::of("concurrency: {limit: 1}\ntasks: [{id: a, type: fail}]");
    story.granted().play();
    story.does(Order::Restart);
    assert_eq!(story.tree(), "RESTARTED\n  a RESTARTED\n");
    story.full(1);
    assert_eq!(story.tree(), "QUEUED\n  a RESTARTED\n");
    assert_eq!(story.granted().tree(), "RUNNING\n  a SUBMITTED x2\n");
    assert_eq!(story.histories(), "CREATED RUNNING FAILED RESTARTED QUEUED RUNNING");
}

#[test]
fn a_restart_beyond_the_limit_ends_as_the_limit_says() {
    for (behavior, state) in [("CANCEL", State::Cancelled), ("FAIL", State::Failed)] {
        let mut story = Story::of(&format!(
            "concurrency: {{limit: 1, behavior: {behavior}}}\ntasks: [{{id: a, type: fail}}]"
        ));
        story.granted().play().does(Order::Restart).full(1);
        assert_eq!((story.state(), story.state_of("a")), (state, Some(state)));
    }
}

#[test]
fn a_restart_that_waits_for_its_place_can_be_killed() {
    let mut story = Story::of("concurrency: {limit: 1}\ntasks: [{id: a, type: fail}]");
    story.granted().play().does(Order::Restart).kill();
    assert_eq!(story.tree(), "KILLED\n  a KILLED\n");
    assert_eq!(story.histories(), "CREATED RUNNING FAILED RESTARTED KILLING KILLED");
}

#[test]
fn an_execution_killed_before_its_answer_gives_up_its_question() {
    let mut story = limited("QUEUE");
    let place = story.effects.len();
    story.kill().play();
    assert_eq!(story.histories(), "CREATED KILLING KILLED");
    assert_eq!(story.effects_since(place), "Run after, ReleaseSlot");
}

#[test]
fn a_start_in_the_future_keeps_it_created_and_takes_no_place() {
    let mut story = scheduled(TWO_LIMITED, StartReason::Scheduled);
    assert_eq!((story.tree().as_str(), story.effects_since(0).as_str()), ("CREATED\n", "Wake"));
    assert!(story.is_late(&Event::Due(Due::Start)), "the moment has not come");
    story.wait();
    assert_eq!((story.now, story.effects_since(0).as_str()), (Millis(60_000), "Wake, AskSlot"));
    story.granted();
    assert_eq!(story.tree(), "RUNNING\n  a SUBMITTED\n");
}

#[test]
fn a_start_in_the_past_is_one_at_once() {
    let story = Story::created(TWO, |creation| {
        creation.birth.start = Some(Start { at: Millis(-5), reason: StartReason::Scheduled });
    });
    assert_eq!(story.tree(), "RUNNING\n  a SUBMITTED\n");
}

#[test]
fn the_moment_of_a_start_counts_once() {
    let mut story = scheduled(TWO, StartReason::Scheduled);
    story.wait();
    assert!(story.is_late(&Event::Due(Due::Start)));
}

#[test]
fn an_execution_that_cannot_run_is_created_failed_and_runs_only_what_comes_after_the_end() {
    let mut story = Story::created(
        "
tasks: [{id: a, type: ok}]
errors: [{id: bad, type: ok}]
finally: [{id: last, type: ok}]
afterExecution: [{id: after, type: ok}]
",
        |creation| creation.ends = Some((State::Failed, Failure::new("the check failed"))),
    );
    assert_eq!(story.play().tree(), "FAILED\n  after SUCCESS\n");
    assert_eq!(
        (story.histories().as_str(), story.log().as_str()),
        ("CREATED FAILED", "ERROR the check failed")
    );
}

#[test]
fn a_flow_whose_tasks_are_all_disabled_succeeds() {
    assert_eq!(ends("tasks: [{id: a, type: ok, disabled: true}]"), "SUCCESS\n");
}

// Force-run and unqueue.

#[test]
fn force_run_starts_past_schedule_and_limits_and_is_counted() {
    let mut story = scheduled(TWO_LIMITED, StartReason::Scheduled);
    story.does(Order::ForceRun);
    assert_eq!(story.tree(), "RUNNING\n  a SUBMITTED\n");
    assert_eq!(story.live.execution.head.slot, Slot::Forced);
    assert!(story.is_late(&Event::Due(Due::Start)), "it has started");
    assert_eq!(story.play().effects_since(0), "Wake, ForceSlot, Run a, Run b, ReleaseSlot");
}

#[test]
fn force_run_takes_a_queued_one_out_of_its_queue() {
    let mut story = Story::of(TWO_LIMITED);
    story.full(1).does(Order::ForceRun);
    assert_eq!(story.histories(), "CREATED QUEUED RUNNING");
    assert!(story.is_late(&story.admission(Admission::Granted)), "it is counted already");
}

#[test]
fn force_run_of_a_paused_one_resumes_it() {
    let mut story = Story::of("tasks: [{id: p, type: flow.Pause}]");
    assert_eq!(story.does(Order::ForceRun).tree(), "SUCCESS\n  p SUCCESS\n");
}

#[test]
fn force_run_of_a_running_one_changes_nothing() {
    let mut story = Story::of(TWO);
    let before = story.tree();
    assert_eq!(story.does(Order::ForceRun).tree(), before);
}

#[test]
fn force_run_of_an_ended_one_is_refused() {
    let mut story = Story::of(TWO);
    let words = story.play().refusal(Order::ForceRun);
    assert_eq!(words, "Only non terminated executions can be forced run.");
}

#[test]
fn unqueue_leads_to_running_cancelled_or_failed() {
    for (to, tree) in [
        (State::Running, "SUCCESS\n  a SUCCESS\n  b SUCCESS\n"),
        (State::Cancelled, "CANCELLED\n"),
        (State::Failed, "FAILED\n"),
    ] {
        let mut story = Story::of(TWO_LIMITED);
        story.full(1).does(Order::Unqueue(to));
        assert_eq!(story.play().tree(), tree);
    }
}

#[test]
fn unqueue_to_any_other_state_is_refused() {
    let mut story = Story::of(TWO_LIMITED);
    let words = story.full(1).refusal(Order::Unqueue(State::Success));
    assert_eq!(words, "Invalid target state: SUCCESS. Valid states are: [RUNNING, FAILED, CANCELLED]");
}

#[test]
fn unqueue_of_one_that_is_not_queued_is_refused() {
    let words = Story::of(TWO).refusal(Order::Unqueue(State::Running));
    assert_eq!(words, "Execution is not queued, current state is 'RUNNING'");
}

#[test]
fn kill_takes_a_queued_one_out_of_its_queue() {
    let mut story = Story::of(TWO_LIMITED);
    story.full(1);
    let place = story.effects.len();
    story.kill();
    assert_eq!(
        (story.histories().as_str(), story.effects_since(place).as_str()),
        ("CREATED QUEUED KILLED", "ReleaseSlot")
    );
}

#[test]
fn a_start_at_this_very_moment_is_one_at_once() {
    let story = Story::created(TWO, |creation| {
        creation.birth.start = Some(Start { at: Millis(0), reason: StartReason::Scheduled });
    });
    assert_eq!(story.tree(), "RUNNING\n  a SUBMITTED\n");
}

#[test]
fn the_moment_of_a_start_asks_the_limits_once() {
    let mut story = scheduled(TWO_LIMITED, StartReason::Scheduled);
    story.wait();
    assert!(story.is_late(&Event::Due(Due::Start)));
    assert_eq!(story.effects_since(0), "Wake, AskSlot");
}

#[test]
fn what_follows_a_task_run_put_into_another_state_waits_for_the_place() {
    let mut story = Story::of("concurrency: {limit: 1}\ntasks: [{id: a, type: fail}, {id: b, type: ok}]");
    story.granted().play();
    let run = story.find("a");
    story.does(Order::ChangeTaskState { run, state: State::Success });
    assert_eq!(story.tree(), "RESTARTED\n  a SUCCESS\n");
    assert_eq!(story.full(1).tree(), "QUEUED\n  a SUCCESS\n");
    assert_eq!(story.granted().tree(), "RUNNING\n  a SUCCESS\n  b SUBMITTED\n");
}

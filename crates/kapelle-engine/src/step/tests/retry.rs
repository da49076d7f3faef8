//! 3.3, 4.6: what is tried again, when, and by whom.

use super::*;

const CONSTANT: &str = "retry: {type: constant, interval: PT10S, maxAttempts: 3}";

#[test]
fn max_attempts_counts_the_first_one_too() {
    let mut story = Story::of(&format!("tasks: [{{id: a, type: fail, {CONSTANT}}}]"));
    assert_eq!((story.play().tree(), story.now), ("FAILED\n  a FAILED x3\n".into(), Millis(20_000)));
    assert_eq!(
        story.history_of("a"),
        "CREATED SUBMITTED RUNNING RETRYING CREATED SUBMITTED RUNNING RETRYING CREATED SUBMITTED RUNNING FAILED"
    );
    assert_eq!(story.histories(), "CREATED RUNNING RETRYING RUNNING RETRYING RUNNING FAILED");
}

#[test]
fn parents_stay_running_and_are_not_resolved_while_a_child_waits_for_its_retry() {
    let mut story = Story::of(&format!(
        "
tasks:
- id: seq
  type: flow.Sequential
  tasks: [{{id: a, type: ok, heals: 1, {CONSTANT}}}]
  errors: [{{id: local, type: ok}}]
  finally: [{{id: last, type: ok}}]
errors: [{{id: global, type: ok}}]
"
    ));
    insta::assert_snapshot!(story.work().tree(), @"
    RETRYING
      seq RUNNING
        a RETRYING
    ");
    insta::assert_snapshot!(story.play().tree(), @"
    SUCCESS
      seq SUCCESS
        a SUCCESS x2
        last SUCCESS
    ");
}

#[test]
fn a_group_waits_for_a_retrying_child_before_a_failed_one_ends_it() {
    let mut story = Story::of(&format!(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks:
  - {{id: a, type: ok, heals: 1, {CONSTANT}}}
  - {{id: b, type: fail}}
  errors: [{{id: local, type: ok}}]
"
    ));
    insta::assert_snapshot!(story.work().tree(), @"
    RETRYING
      par RUNNING
        a RETRYING
        b FAILED
    ");
    insta::assert_snapshot!(story.play().tree(), @"
    FAILED
      par FAILED
        a SUCCESS x2
        b FAILED
        local SUCCESS
    ");
}

#[test]
fn a_group_whose_errors_have_begun_waits_for_a_retrying_child_before_it_ends() {
    let mut story = Story::of(&format!(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks:
  - {{id: a, type: slow, heals: 1, {CONSTANT}}}
  - {{id: b, type: fail}}
  errors: [{{id: local, type: slow}}]
"
    ));
    story.work().finish("a").finish("local");
    assert_eq!(story.tree(), "RETRYING\n  par RUNNING\n    a RETRYING\n    b FAILED\n    local SUCCESS\n");
    story.wait();
    story.finish("a");
    assert_eq!(story.tree(), "FAILED\n  par FAILED\n    a SUCCESS x2\n    b FAILED\n    local SUCCESS\n");
}

#[test]
fn siblings_are_retried_each_on_its_own() {
    insta::assert_snapshot!(ends(&format!("
tasks:
- id: par
  type: flow.Parallel
  tasks:
  - {{id: a, type: ok, heals: 2, {CONSTANT}}}
  - {{id: b, type: ok, heals: 1, {CONSTANT}}}
")), @"
    SUCCESS
      par SUCCESS
        a SUCCESS x3
        b SUCCESS x2
    ");
}

#[test]
fn what_is_around_a_retrying_child_may_end_without_it() {
    let mut story = Story::of(&format!(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks:
  - id: seq
    type: flow.Sequential
    tasks: [{{id: a, type: fail, {CONSTANT}}}]
  - {{id: b, type: slow, ends: FAILED}}
errors: [{{id: e, type: slow}}]
"
    ));
    story.work().finish("b");
    insta::assert_snapshot!(story.tree(), @"
    RUNNING
      par FAILED
        seq FAILED
          a FAILED
        b FAILED
      e SUBMITTED
    ");
    assert_eq!(story.histories(), "CREATED RUNNING RETRYING RUNNING");
    story.wait();
    assert_eq!(story.finish("e").state(), State::Failed);
}

#[test]
fn only_the_nearest_retry_counts_of_task_flowable_and_flow() {
    let attempts = |own: &str, around: &str, flow: &str| {
        let retry = |attempts: &str| match attempts {
            "" => String::new(),
            _ => format!("retry: {{type: constant, interval: PT1S, maxAttempts: {attempts}}}"),
        };
        let mut story = Story::of(&format!(
            "
{}
tasks:
- id: seq
  type: flow.Sequential
  {}
  tasks: [{{id: a, type: fail, {}}}]
",
            retry(flow),
            retry(around),
            retry(own)
        ));
        let run = story.play().find("a");
        story.live.run(run).attempts.len()
    };
    assert_eq!(attempts("2", "3", "4"), 2);
    assert_eq!(attempts("", "3", "4"), 3);
    assert_eq!(attempts("", "", "4"), 4);
    assert_eq!(attempts("", "", ""), 1);
    assert_eq!(attempts("1", "3", "4"), 1);
}

#[test]
fn a_flowable_is_never_retried_as_a_whole() {
    insta::assert_snapshot!(ends("
tasks:
- id: seq
  type: flow.Sequential
  retry: {type: constant, interval: PT1S, maxAttempts: 2}
  tasks: [{id: a, type: ok}, {id: b, type: fail}]
"), @"
    FAILED
      seq FAILED
        a SUCCESS
        b FAILED x2
    ");
}

#[test]
fn the_longest_time_counts_from_the_first_attempt() {
    let mut story = Story::of(
        "tasks: [{id: a, type: fail, retry: {type: constant, interval: PT10S, maxDuration: PT25S}}]",
    );
    assert_eq!((story.play().tree(), story.now), ("FAILED\n  a FAILED x3\n".into(), Millis(20_000)));
}

#[test]
fn max_attempt_is_another_name_and_a_random_delay_keeps_to_its_bounds() {
    let mut story = Story::of(
        "tasks: [{id: a, type: fail, retry: {type: random, minInterval: PT10S, maxInterval: PT20S, maxAttempt: 2}}]",
    );
    story.play();
    assert_eq!(story.tree(), "FAILED\n  a FAILED x2\n");
    assert!((10_000..=20_000).contains(&story.now.0), "{:?}", story.now);
}

#[test]
fn the_delay_grows_exponentially_up_to_its_bound() {
    let mut story = Story::of(
        "
tasks:
- id: a
  type: fail
  retry: {type: exponential, interval: PT10S, delayFactor: 3, maxInterval: PT1M, maxAttempts: 5}
",
    );
    let mut moments = Vec::new();
    while story.work().wait() {
        moments.push(story.now.0 / 1_000);
    }
    assert_eq!(moments, [10, 40, 100, 160]);
}

#[test]
fn a_delay_of_nothing_tries_at_once() {
    let mut story =
        Story::of("tasks: [{id: a, type: ok, heals: 1, retry: {type: constant, interval: PT0S}}]");
    assert_eq!((story.play().tree(), story.now), ("SUCCESS\n  a SUCCESS x2\n".into(), Millis(0)));
}

#[test]
fn allowed_failures_are_tried_again_first() {
    let mut story = Story::of(&format!("tasks: [{{id: a, type: fail, allowFailure: true, {CONSTANT}}}]"));
    assert_eq!(story.play().tree(), "WARNING\n  a WARNING x3\n");
}

#[test]
fn a_retry_of_one_task_holds_no_other() {
    let mut story = Story::of(&format!(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks:
  - {{id: a, type: ok, heals: 1, {CONSTANT}}}
  - id: seq
    type: flow.Sequential
    tasks: [{{id: b, type: slow}}, {{id: c, type: ok}}]
"
    ));
    story.work().finish("b").work();
    insta::assert_snapshot!(story.tree(), @"
    RETRYING
      par RUNNING
        a RETRYING
        seq SUCCESS
          b SUCCESS
          c SUCCESS
    ");
}

#[test]
fn a_pause_or_a_breakpoint_beside_a_retry_that_waits_holds_it() {
    for (task, breakpoints) in [("type: flow.Pause", None), ("type: ok", Some("b"))] {
        let flow = format!(
            "
tasks:
- id: par
  type: flow.Parallel
  tasks:
  - {{id: a, type: ok, heals: 1, {CONSTANT}}}
  - {{id: seq, type: flow.Sequential, tasks: [{{id: w, type: slow}}, {{id: b, {task}}}]}}
"
        );
        let mut story = Story::created(&flow, |creation| {
            creation.breakpoints = breakpoints.map(story::breakpoint).into_iter().collect();
        });
        story.work().finish("w").wait();
        let state = if breakpoints.is_some() { State::Breakpoint } else { State::Paused };
        assert_eq!((story.state(), story.state_of("a")), (state, Some(State::Created)));
        match breakpoints {
            Some(_) => story.does(Order::ResumeBreakpoint { next: None }),
            None => story.resume(),
        };
        assert_eq!(story.play().state(), State::Success);
    }
}

#[test]
fn a_task_with_a_retry_in_the_errors_of_a_flowable_ends() {
    insta::assert_snapshot!(ends(&format!("
tasks:
- id: seq
  type: flow.Sequential
  tasks: [{{id: a, type: fail}}]
  errors:
  - {{id: e, type: fail, {CONSTANT}}}
  - {{id: f, type: ok, heals: 1, {CONSTANT}}}
")), @"
    FAILED
      seq FAILED
        a FAILED
        e FAILED x3
        f SUCCESS x2
    ");
}

#[test]
fn a_task_after_the_end_or_beside_everything_is_not_tried_again() {
    insta::assert_snapshot!(ends(&format!("
tasks: [{{id: p, type: flow.Pause, pauseDuration: PT1M, onPause: {{id: tell, type: ok, heals: 1, {CONSTANT}}}}}]
afterExecution: [{{id: x, type: ok, heals: 1, {CONSTANT}}}]
")), @"
    SUCCESS
      p SUCCESS
      tell FAILED
      x FAILED
    ");
}

#[test]
fn a_retry_that_waits_is_ignored_after_a_kill() {
    let mut story = Story::of(&format!("tasks: [{{id: a, type: fail, {CONSTANT}}}]"));
    story.work().kill();
    assert_eq!(story.tree(), "KILLED\n  a KILLED\n");
    assert_eq!(story.histories(), "CREATED RUNNING RETRYING KILLING KILLED");
    story.wait();
    assert_eq!(story.tree(), "KILLED\n  a KILLED\n");
}

#[test]
fn a_moment_that_comes_twice_tries_once() {
    let mut story = Story::of(&format!("tasks: [{{id: a, type: fail, {CONSTANT}}}]"));
    story.work();
    let due = Event::Due(Due::Run(story.find("a")));
    assert!(story.is_late(&due), "the moment has not come");
    story.after_seconds(10).happens(&due);
    assert!(story.is_late(&due));
    story.work();
    assert!(story.is_late(&due), "the next attempt has its own moment");
}

#[test]
fn finally_that_has_begun_beside_a_task_that_is_tried_again_goes_on_and_waits_with_its_next_task() {
    let mut story = Story::of(&format!(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks:
  - {{id: a, type: slow, heals: 1, {CONSTANT}}}
  - {{id: b, type: fail}}
  - {{id: c, type: slow}}
  finally: [{{id: f, type: slow}}, {{id: g, type: slow}}]
"
    ));
    story.work().finish("a").finish("c");
    assert_eq!(
        story.tree(),
        "RETRYING\n  par RUNNING\n    a RETRYING\n    b FAILED\n    c SUCCESS\n    f SUBMITTED\n"
    );
    story.finish("f");
    assert_eq!(story.state_of("g"), None, "one of the main list is not over");
    story.wait();
    story.finish("a");
    assert_eq!(
        story.finish("g").tree(),
        "FAILED\n  par FAILED\n    a SUCCESS x2\n    b FAILED\n    c SUCCESS\n    f SUCCESS\n    g SUCCESS\n"
    );
}

#[test]
fn a_group_that_ends_with_a_task_to_be_tried_again_leaves_the_others_waiting() {
    let mut story = Story::of(&format!(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks:
  - id: inner
    type: flow.Parallel
    allowFailure: true
    tasks:
    - {{id: seq, type: flow.Sequential, tasks: [{{id: a, type: fail, {CONSTANT}}}]}}
    - {{id: b, type: slow, ends: FAILED}}
  - {{id: c, type: ok, heals: 1, {CONSTANT}}}
"
    ));
    story.work().finish("b");
    assert_eq!((story.state_of("a"), story.state_of("inner")), (Some(State::Warning), Some(State::Warning)));
    assert_eq!((story.state(), story.state_of("c")), (State::Retrying, Some(State::Retrying)));
    assert_eq!(story.play().state(), State::Warning);
    assert_eq!(story.histories(), "CREATED RUNNING RETRYING RUNNING WARNING");
}

//! 4.8 and 5.1: pauses by a task, and how they end.

use super::*;

#[test]
fn a_pause_lets_workers_finish_and_starts_nothing_new() {
    let mut story = Story::of(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks:
  - {id: p, type: flow.Pause}
  - id: seq
    type: flow.Sequential
    tasks: [{id: a, type: ok}]
  - {id: b, type: slow}
",
    );
    insta::assert_snapshot!(story.finish("b").tree(), @"
    PAUSED
      par RUNNING
        p PAUSED
        seq CREATED
        b SUCCESS
    ");
    insta::assert_snapshot!(story.resume().play().tree(), @"
    SUCCESS
      par SUCCESS
        p SUCCESS
        seq SUCCESS
          a SUCCESS
        b SUCCESS
    ");
    assert_eq!(story.histories(), "CREATED RUNNING PAUSED RESTARTED RUNNING SUCCESS");
    assert_eq!(story.history_of("p"), "CREATED RUNNING PAUSED RUNNING SUCCESS");
}

#[test]
fn tasks_on_workers_start_before_a_pause_beside_them() {
    let mut story = Story::of(
        "tasks: [{id: par, type: flow.Parallel, tasks: [{id: p, type: flow.Pause}, {id: a, type: slow}]}]",
    );
    assert_eq!(story.tree(), "PAUSED\n  par RUNNING\n    p PAUSED\n    a SUBMITTED\n");
    story.finish("a");
}

#[test]
fn a_pause_that_is_resumed_succeeds_whatever_its_behavior() {
    for behavior in ["RESUME", "WARN", "FAIL", "CANCEL"] {
        let mut story = Story::of(&format!(
            "tasks: [{{id: p, type: flow.Pause, pauseDuration: PT1M, behavior: {behavior}}}, {{id: a, type: ok}}]"
        ));
        assert_eq!(story.resume().play().tree(), "SUCCESS\n  p SUCCESS\n  a SUCCESS\n", "{behavior}");
    }
}

#[test]
fn when_its_duration_is_over_the_behavior_says_how_a_pause_ends() {
    for (behavior, tree) in [
        ("RESUME", "SUCCESS\n  p SUCCESS\n  a SUCCESS\n"),
        ("WARN", "WARNING\n  p WARNING\n  a SUCCESS\n"),
        ("FAIL", "FAILED\n  p FAILED\n  e SUCCESS\n"),
        ("CANCEL", "CANCELLED\n  p CANCELLED\n"),
        ("\"{{ 'WARN' }}\"", "WARNING\n  p WARNING\n  a SUCCESS\n"),
    ] {
        for duration in ["pauseDuration", "delay"] {
            let mut story = Story::of(&format!(
                "
tasks: [{{id: p, type: flow.Pause, {duration}: PT1M, behavior: {behavior}}}, {{id: a, type: ok}}]
errors: [{{id: e, type: ok}}]
"
            ));
            assert_eq!(story.play().tree(), tree, "{duration}");
        }
    }
}

#[test]
fn without_a_behavior_a_pause_goes_on_when_its_duration_is_over() {
    let mut story = Story::of("tasks: [{id: p, type: flow.Pause, pauseDuration: PT1M}]");
    assert_eq!((story.play().tree(), story.now), ("SUCCESS\n  p SUCCESS\n".into(), Millis(60_000)));
    assert_eq!(story.outputs("p"), r#"{"resumed":{"on":"1970-01-01T00:01:00","to":"SUCCESS"}}"#);
}

#[test]
fn a_timeout_without_duration_fails_the_pause() {
    for (allowed, tree) in [
        ("", "FAILED\n  p FAILED\n"),
        (", allowFailure: true", "WARNING\n  p WARNING\n"),
        (", allowFailure: true, allowWarning: true", "SUCCESS\n  p SUCCESS\n"),
    ] {
        let mut story = Story::of(&format!("tasks: [{{id: p, type: flow.Pause, timeout: PT1M{allowed}}}]"));
        assert_eq!(story.play().tree(), tree);
        assert!(story.outputs("p").starts_with(r#"{"resumed":{"on":"1970-01-01T00:01:00","#));
    }
}

#[test]
fn with_duration_and_timeout_only_the_duration_counts() {
    let mut story = Story::of("tasks: [{id: p, type: flow.Pause, pauseDuration: PT2M, timeout: PT1M}]");
    assert_eq!((story.play().tree(), story.now), ("SUCCESS\n  p SUCCESS\n".into(), Millis(120_000)));
}

#[test]
fn without_duration_and_timeout_a_pause_waits_for_ever() {
    for times in ["", ", pauseDuration: \"{{ null }}\"", ", timeout: ''"] {
        let mut story = Story::of(&format!("tasks: [{{id: p, type: flow.Pause{times}}}]"));
        assert_eq!((story.play().tree().as_str(), story.wait()), ("PAUSED\n  p PAUSED\n", false), "{times}");
    }
}

#[test]
fn a_duration_that_is_none_fails_the_pause_at_once() {
    let mut story = Story::of("tasks: [{id: p, type: flow.Pause, pauseDuration: soon}]");
    assert_eq!(story.play().tree(), "FAILED\n  p FAILED\n");
    assert_eq!(story.histories(), "CREATED RUNNING FAILED");
}

#[test]
fn values_of_a_resume_become_outputs() {
    let mut story = Story::of("tasks: [{id: p, type: flow.Pause, onResume: [{id: who, type: STRING}]}]");
    let values = Map::from_iter([(Arc::from("who"), Value::from("ada"))]);
    story.after_seconds(5).does(Order::Resume { values: Arc::new(values), by: Some("eve".into()) });
    assert_eq!(
        story.outputs("p"),
        r#"{"onResume":{"who":"ada"},"resumed":{"by":"eve","on":"1970-01-01T00:00:05","to":"SUCCESS"}}"#
    );
}

#[test]
fn a_resume_without_values_gives_an_empty_map() {
    let mut story = Story::of("tasks: [{id: p, type: flow.Pause}]");
    assert_eq!(
        story.resume().outputs("p"),
        r#"{"onResume":{},"resumed":{"on":"1970-01-01T00:00:00","to":"SUCCESS"}}"#
    );
}

#[test]
fn the_old_tasks_of_a_pause_run_after_the_resume_and_before_its_end() {
    let mut story = Story::of(
        "tasks: [{id: p, type: flow.Pause, tasks: [{id: a, type: slow}, {id: b, type: ok}]}, {id: c, type: ok}]",
    );
    assert_eq!(story.play().tree(), "PAUSED\n  p PAUSED\n");
    insta::assert_snapshot!(story.resume().tree(), @"
    RUNNING
      p RUNNING
        a SUBMITTED
    ");
    insta::assert_snapshot!(story.finish("a").play().tree(), @"
    SUCCESS
      p SUCCESS
        a SUCCESS
        b SUCCESS
      c SUCCESS
    ");
}

#[test]
fn pauses_beside_each_other_come_one_after_the_other() {
    let mut story = Story::of(
        "tasks: [{id: par, type: flow.Parallel, tasks: [{id: p, type: flow.Pause}, {id: q, type: flow.Pause}]}]",
    );
    assert_eq!(story.tree(), "PAUSED\n  par RUNNING\n    p PAUSED\n    q CREATED\n");
    assert_eq!(story.resume().tree(), "PAUSED\n  par RUNNING\n    p SUCCESS\n    q PAUSED\n");
    assert_eq!(story.resume().state(), State::Success);
}

#[test]
fn an_execution_stays_paused_until_its_last_pause_is_over() {
    let mut story = Story::of(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks:
  - id: one
    type: flow.Sequential
    tasks: [{id: a, type: slow}, {id: p, type: flow.Pause}]
  - id: two
    type: flow.Sequential
    tasks: [{id: u, type: flow.LoopUntil, condition: true, checkFrequency: {interval: PT1H}, tasks: [{id: b, type: slow}]}]
",
    );
    story.finish("a");
    assert_eq!(story.state_of("p"), Some(State::Paused));
    insta::assert_snapshot!(story.finish("b").tree(), @"
    PAUSED
      par RUNNING
        one RUNNING
          a SUCCESS
          p PAUSED
        two SUCCESS
          u SUCCESS
            b SUCCESS
    ");
    assert_eq!(story.resume().play().state(), State::Success);
}

#[test]
fn two_pauses_that_stand_at_the_same_time_need_two_resumes() {
    let mut story = two_pauses();
    assert_eq!(story.resume().state(), State::Paused);
    assert_eq!((story.state_of("p"), story.state_of("u")), (Some(State::Success), Some(State::Paused)));
    assert_eq!(story.resume().state(), State::Running);
    assert_eq!(story.state_of("b"), Some(State::Submitted), "the loop goes on before its time");
}

/// A pause and the wait of a loop, both at the same time.
fn two_pauses() -> Story {
    let mut story = Story::of(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks:
  - {id: u, type: flow.LoopUntil, condition: false, checkFrequency: {interval: PT1H}, tasks: [{id: b, type: slow}]}
  - id: seq
    type: flow.Sequential
    tasks: [{id: a, type: slow}, {id: p, type: flow.Pause}]
",
    );
    story.finish("a").finish("b");
    assert_eq!((story.state_of("p"), story.state_of("u")), (Some(State::Paused), Some(State::Paused)));
    story
}

#[test]
fn the_own_errors_and_finally_of_a_pause_run_when_it_fails() {
    let lists = "errors: [{id: e, type: ok}], finally: [{id: f, type: ok}]";
    let mut story = Story::of(&format!(
        "tasks: [{{id: p, type: flow.Pause, pauseDuration: PT1M, behavior: FAIL, {lists}}}, {{id: a, type: ok}}]"
    ));
    insta::assert_snapshot!(story.play().tree(), @"
    FAILED
      p FAILED
        e SUCCESS
        f SUCCESS
    ");
}

#[test]
fn a_resumed_pause_with_errors_ends() {
    let mut story =
        Story::of("tasks: [{id: p, type: flow.Pause, errors: [{id: e, type: ok}]}, {id: a, type: ok}]");
    assert_eq!(story.resume().play().tree(), "SUCCESS\n  p SUCCESS\n  a SUCCESS\n");
}

#[test]
fn the_finally_of_a_resumed_pause_runs_before_its_end() {
    let mut story =
        Story::of("tasks: [{id: p, type: flow.Pause, finally: [{id: f, type: ok}]}, {id: a, type: ok}]");
    assert_eq!(story.resume().play().tree(), "SUCCESS\n  p SUCCESS\n    f SUCCESS\n  a SUCCESS\n");
}

#[test]
fn the_moment_of_a_pause_that_was_resumed_is_late() {
    let mut story = Story::of(
        "tasks: [{id: p, type: flow.Pause, pauseDuration: PT1M, behavior: FAIL}, {id: a, type: slow}]",
    );
    let due = Event::Due(Due::Run(story.find("p")));
    assert!(story.is_late(&due), "its time is not over");
    story.resume().after_seconds(60);
    assert!(story.is_late(&due));
}

#[test]
fn a_pause_in_a_group_that_fails_ends_with_it_and_the_execution_goes_on() {
    let mut story = Story::of(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks: [{id: a, type: slow, ends: FAILED}, {id: p, type: flow.Pause}]
errors: [{id: e, type: ok}]
",
    );
    story.finish("a");
    insta::assert_snapshot!(story.play().tree(), @"
    FAILED
      par FAILED
        a FAILED
        p FAILED
      e SUCCESS
    ");
}

// onTimeout, a form of the seeds.

fn approval(tasks: &str) -> Story {
    Story::of(&format!(
        "
tasks:
- {{id: p, type: flow.Pause, timeout: PT2H, onTimeout: [{tasks}]}}
- {{id: next, type: ok}}
errors: [{{id: e, type: ok}}]
"
    ))
}

#[test]
fn at_the_timeout_of_a_pause_its_own_tasks_decide() {
    let mut story = approval("{id: a, type: ok}, {id: b, type: ok}");
    insta::assert_snapshot!(story.play().tree(), @"
    SUCCESS
      p SUCCESS
        a SUCCESS
        b SUCCESS
      next SUCCESS
    ");
    assert_eq!(story.now, Millis(7_200_000));
    assert!(story.outputs("p").contains(r#""timedOut":true"#), "{}", story.outputs("p"));
}

#[test]
fn a_failing_task_of_on_timeout_fails_the_pause() {
    let mut story = approval("{id: a, type: fail}, {id: b, type: ok}");
    assert_eq!(story.play().tree(), "FAILED\n  p FAILED\n    a FAILED\n  e SUCCESS\n");
}

#[test]
fn a_pause_that_is_resumed_in_time_skips_on_timeout() {
    let mut story = approval("{id: a, type: ok}");
    story.resume();
    assert_eq!(story.play().tree(), "SUCCESS\n  p SUCCESS\n  next SUCCESS\n");
    assert!(story.outputs("p").contains(r#""timedOut":false"#), "{}", story.outputs("p"));
    assert!(story.wait(), "its moment still comes");
    assert_eq!(story.state(), State::Success);
}

// onPause.

#[test]
fn on_pause_is_started_at_the_top_and_not_waited_for() {
    let mut story = Story::of(
        "
tasks:
- id: each
  type: flow.ForEach
  values: [x, y]
  tasks:
  - id: p
    type: flow.Pause
    onPause: {id: tell, type: ok}
",
    );
    insta::assert_snapshot!(story.work().tree(), @"
    PAUSED
      each RUNNING
        p[x] PAUSED
      tell SUCCESS
    ");
    insta::assert_snapshot!(story.resume().work().resume().play().tree(), @"
    SUCCESS
      each SUCCESS
        p[x] SUCCESS
        p[y] SUCCESS
      tell SUCCESS
      tell SUCCESS
    ");
}

#[test]
fn the_pause_goes_on_before_on_pause_has_ended() {
    let mut story =
        Story::of("tasks: [{id: p, type: flow.Pause, onPause: {id: tell, type: slow}}, {id: a, type: ok}]");
    assert_eq!(story.resume().work().tree(), "RUNNING\n  p SUCCESS\n  tell SUBMITTED\n  a SUCCESS\n");
    assert_eq!(story.finish("tell").tree(), "SUCCESS\n  p SUCCESS\n  tell SUCCESS\n  a SUCCESS\n");
}

#[test]
fn a_failing_on_pause_does_not_matter() {
    let mut story = Story::of("tasks: [{id: p, type: flow.Pause, onPause: {id: tell, type: fail}}]");
    assert_eq!(story.work().resume().play().tree(), "SUCCESS\n  p SUCCESS\n  tell FAILED\n");
}

#[test]
fn the_own_errors_of_a_pause_run_when_it_fails_and_so_does_its_own_finally_without_them() {
    for (list, run) in [("errors", "    x SUCCESS\n"), ("finally", "    x SUCCESS\n")] {
        let mut story = Story::of(&format!(
            "tasks: [{{id: p, type: flow.Pause, timeout: PT1M, {list}: [{{id: x, type: ok}}]}}, {{id: a, type: ok}}]"
        ));
        assert_eq!(story.play().tree(), format!("FAILED\n  p FAILED\n{run}"), "{list}");
    }
}

#[test]
fn the_own_finally_of_a_pause_runs_when_it_ends_in_a_warning() {
    let mut story = Story::of(
        "
tasks:
- {id: p, type: flow.Pause, pauseDuration: PT1M, behavior: WARN, errors: [{id: e, type: ok}], finally: [{id: f, type: ok}]}
- {id: a, type: ok}
",
    );
    assert_eq!(story.play().tree(), "WARNING\n  p WARNING\n    f SUCCESS\n  a SUCCESS\n");
    assert!(!story.log().contains("ERROR"), "{}", story.log());
}

#[test]
fn a_resume_is_for_what_pauses_and_not_for_what_waits_beside_it() {
    let mut story = Story::of(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks:
  - {id: s, type: flow.Subflow, flowId: f}
  - {id: w, type: flow.WaitFor, condition: '{{ outputs.w.iterationCount > 1 }}', interval: PT1H}
",
    );
    assert_eq!(story.tree(), "PAUSED\n  par RUNNING\n    s RUNNING\n    w PAUSED\n");
    assert_eq!(story.resume().tree(), "RUNNING\n  par RUNNING\n    s RUNNING\n    w SUCCESS\n");
}

#[test]
fn only_a_pause_that_stands_says_that_it_was_ended_by_a_kill() {
    let mut story = Story::of("tasks: [{id: p, type: flow.Pause, tasks: [{id: a, type: slow}]}]");
    story.resume().kill();
    assert!(story.outputs("p").contains(r#""to":"SUCCESS""#), "{}", story.outputs("p"));
    let mut story = Story::of("tasks: [{id: w, type: flow.WaitFor, condition: false}]");
    assert_eq!(story.kill().outputs("w"), r#"{"iterationCount":2}"#);
    let mut story = Story::of("tasks: [{id: s, type: flow.Subflow, flowId: f}]");
    assert_eq!(story.kill().outputs("s"), "null");
}

//! 3.1, 3.2, 3.4: the life of one task run on a worker.

use super::*;

#[test]
fn a_task_is_created_submitted_run_and_done_with_an_attempt_of_its_own() {
    let mut story = Story::of("tasks: [{id: a, type: slow}]");
    assert_eq!(story.attempts_of("a"), "CREATED");
    story.start("a").finish("a");
    assert_eq!(story.history_of("a"), "CREATED SUBMITTED RUNNING SUCCESS");
    assert_eq!(story.attempts_of("a"), "CREATED RUNNING SUCCESS");
}

#[test]
fn an_end_without_a_beginning_is_a_beginning_too() {
    let mut story = Story::of("tasks: [{id: a, type: slow}]");
    story.after_seconds(10);
    let report = Report { started: Some(Millis(4_000)), ..Report::default() };
    story.reports("a", report);
    assert_eq!(story.attempts_of("a"), "CREATED RUNNING SUCCESS");
    let moments: Vec<i64> =
        story.live.run(story.find("a")).attempts[0].entries().map(|(_, at)| at.0).collect();
    assert_eq!(moments, [0, 4_000, 10_000]);
}

#[test]
fn a_worker_that_began_in_the_future_began_now() {
    let mut story = Story::of("tasks: [{id: a, type: slow}]");
    story.reports("a", Report { started: Some(Millis(99_000)), ..Report::default() });
    assert_eq!(story.live.run(story.find("a")).history.since(), Millis(0));
}

#[test]
fn outputs_of_a_failed_attempt_are_kept() {
    let mut story = Story::of("tasks: [{id: a, type: slow}]");
    let outputs = Map::from_iter([(Arc::from("log"), Value::from("x"))]);
    let report =
        Report { outputs: Some(Arc::new(outputs)), failure: Some(Failure::new("no")), ..Report::default() };
    story.reports("a", report);
    assert_eq!((story.state_of("a"), story.outputs("a").as_str()), (Some(State::Failed), r#"{"log":"x"}"#));
}

#[test]
fn what_a_plugin_asks_for_and_what_the_task_allows_make_its_end() {
    let retry = "retry: {type: constant, interval: PT1S, warningOnRetry: true}";
    for (properties, end) in [
        ("type: ok", State::Success),
        ("type: fail", State::Failed),
        ("type: ok, ends: WARNING", State::Warning),
        ("type: ok, ends: FAILED", State::Failed),
        ("type: ok, ends: KILLED", State::Killed),
        ("type: ok, ends: CANCELLED", State::Cancelled),
        ("type: ok, ends: SKIPPED", State::Skipped),
        ("type: fail, allowFailure: true", State::Warning),
        ("type: ok, ends: FAILED, allowFailure: true", State::Warning),
        ("type: ok, ends: WARNING, allowWarning: true", State::Success),
        ("type: fail, allowWarning: true", State::Failed),
        ("type: fail, allowFailure: true, allowWarning: true", State::Success),
        ("type: ok, ends: KILLED, allowFailure: true, allowWarning: true", State::Killed),
        (&format!("type: ok, heals: 1, {retry}"), State::Warning),
        (&format!("type: ok, heals: 1, allowWarning: true, {retry}"), State::Success),
        (&format!("type: ok, {retry}"), State::Success),
    ] {
        let mut story = Story::of(&format!("tasks: [{{id: a, {properties}}}]"));
        assert_eq!(story.play().state_of("a"), Some(end), "{properties}");
    }
}

#[test]
fn a_warning_stops_nothing_and_starts_no_errors() {
    insta::assert_snapshot!(ends("
tasks:
- {id: a, type: ok, ends: WARNING}
- {id: b, type: ok}
errors: [{id: bad, type: ok}]
"), @"
    WARNING
      a WARNING
      b SUCCESS
    ");
}

#[test]
fn allowed_failures_of_a_flowable_end_in_a_warning_after_its_errors() {
    insta::assert_snapshot!(ends("
tasks:
- id: seq
  type: flow.Sequential
  allowFailure: true
  tasks: [{id: a, type: fail}, {id: b, type: ok}]
  errors: [{id: local, type: ok}]
- {id: c, type: ok}
errors: [{id: global, type: ok}]
"), @"
    WARNING
      seq WARNING
        a FAILED
        local SUCCESS
      c SUCCESS
    ");
}

// runIf.

#[test]
fn a_task_whose_run_if_does_not_hold_is_skipped_with_a_skipped_attempt() {
    for falsy in ["false", "'false'", "0", "''", "'-0'", "\"{{ 1 == 2 }}\""] {
        let mut story = Story::of(&format!(
            "tasks: [{{id: a, type: ok, runIf: {falsy}}}, {{id: b, type: ok, runIf: 'no'}}]"
        ));
        assert_eq!(story.play().tree(), "SUCCESS\n  a SKIPPED\n  b SUCCESS\n", "{falsy}");
        assert_eq!(story.history_of("a"), "CREATED SKIPPED");
        assert_eq!(story.attempts_of("a"), "SKIPPED");
    }
}

#[test]
fn a_run_if_that_does_not_render_fails_without_attempt_and_allows_nothing() {
    let mut story = Story::of(
        "tasks: [{id: a, type: ok, allowFailure: true, runIf: '{{ nothing.there }}'}, {id: b, type: ok}]",
    );
    assert_eq!(story.play().tree(), "FAILED\n  a FAILED\n");
    assert_eq!((story.history_of("a").as_str(), story.attempts_of("a").as_str()), ("CREATED FAILED", ""));
    assert!(story.log().contains("nothing"), "{}", story.log());
}

#[test]
fn run_if_is_rendered_just_before_the_task_would_start() {
    let mut story = Story::of(
        "
tasks:
- {id: a, type: ok, format: go}
- {id: b, type: ok, runIf: \"{{ outputs.a.value == 'go' }}\"}
",
    );
    assert_eq!(story.play().tree(), "SUCCESS\n  a SUCCESS\n  b SUCCESS\n");
}

#[test]
fn run_if_holds_for_flowables_subflows_and_tasks_that_change_the_execution() {
    insta::assert_snapshot!(ends("
tasks:
- {id: seq, type: flow.Sequential, runIf: false, tasks: [{id: a, type: ok}]}
- {id: sub, type: flow.Subflow, namespace: n, flowId: f, runIf: false}
- {id: exit, type: execution.Exit, runIf: false}
- {id: p, type: flow.Pause, runIf: false}
"), @"
    SUCCESS
      seq SKIPPED
      sub SKIPPED
      exit SKIPPED
      p SKIPPED
    ");
}

#[test]
fn a_disabled_task_has_no_task_run() {
    assert_eq!(
        ends("tasks: [{id: a, type: ok, disabled: true}, {id: b, type: ok}]"),
        "SUCCESS\n  b SUCCESS\n"
    );
}

// Lost workers.

#[test]
fn a_lost_worker_costs_no_try_and_leaves_a_resubmitted_attempt() {
    let mut story = Story::of("tasks: [{id: a, type: slow}]");
    story.start("a").lose("a");
    assert_eq!(story.tree(), "RUNNING\n  a SUBMITTED x2\n");
    assert_eq!(story.attempts_of("a"), "CREATED RUNNING RESUBMITTED, CREATED");
    story.lose("a").finish("a");
    assert_eq!(story.ends_of("a"), "RESUBMITTED, RESUBMITTED, SUCCESS");
    assert_eq!(
        story.history_of("a"),
        "CREATED SUBMITTED RUNNING CREATED SUBMITTED CREATED SUBMITTED RUNNING SUCCESS"
    );
}

#[test]
fn what_may_not_run_twice_fails_with_its_worker() {
    let mut story = Story::of(
        "tasks: [{id: a, type: slow, onWorkerLost: fail, retry: {type: constant, interval: PT1S}}, {id: b, type: ok}]",
    );
    story.start("a").lose("a");
    assert_eq!(story.tree(), "FAILED\n  a FAILED\n");
    assert_eq!(story.attempts_of("a"), "CREATED RUNNING FAILED");
    let mut story = Story::of("tasks: [{id: a, type: slow, onWorkerLost: fail, allowFailure: true}]");
    story.start("a").lose("a");
    assert_eq!(story.tree(), "WARNING\n  a WARNING\n");
}

#[test]
fn what_never_began_begins_whatever_was_lost() {
    let mut story = Story::of("tasks: [{id: a, type: slow, onWorkerLost: fail}]");
    story.lose("a").finish("a");
    assert_eq!(story.ends_of("a"), "RESUBMITTED, SUCCESS");
}

#[test]
fn tasks_do_about_a_lost_worker_what_the_nearest_around_them_says() {
    let mut story = Story::of(
        "tasks: [{id: g, type: io.kestra.plugin.core.flow.Sequential, onWorkerLost: fail, tasks: [{id: a, type: slow}]}]",
    );
    story.start("a").lose("a");
    assert_eq!(story.state_of("a"), Some(State::Failed));
    let mut story = Story::of(
        "tasks: [{id: g, type: io.kestra.plugin.core.flow.Sequential, onWorkerLost: fail, tasks: [
            {id: a, type: slow, onWorkerLost: retry}]}]",
    );
    story.start("a").lose("a").finish("a");
    assert_eq!(story.state_of("a"), Some(State::Success));
}

#[test]
fn a_directory_does_not_begin_anew_if_anything_in_it_may_not() {
    let flow = |first: &str, second: &str| {
        format!(
            "tasks: [{{id: g, type: io.kestra.plugin.core.flow.WorkingDirectory, tasks: [
                {{id: a, type: ok{first}}}, {{id: b, type: slow{second}}}]}}]"
        )
    };
    let mut story = Story::of(&flow(", onWorkerLost: fail", ""));
    story.work().lose("b").work();
    assert_eq!((story.state_of("b"), story.state_of("g")), (Some(State::Failed), Some(State::Failed)));
    let mut story = Story::of(&flow("", ", onWorkerLost: fail"));
    story.work().lose("b");
    assert_eq!(story.state_of("b"), None, "b never began, and a may run twice");
    story.work();
    assert_eq!(story.state_of("b"), Some(State::Submitted));
}

#[test]
fn the_report_of_a_worker_that_was_given_up_is_late() {
    let mut story = Story::of("tasks: [{id: a, type: slow}]");
    let run = story.find("a");
    let fence = story.live.run(run).fence;
    story.lose("a");
    let report = Box::new(Report::default());
    assert!(story.is_late(&Event::Finished { run, fence, report }));
    assert!(story.is_late(&Event::Started { run, fence, at: Millis(0) }));
    assert!(story.is_late(&Event::Lost { run, fence }));
}

#[test]
fn who_begins_after_its_group_failed_is_left_to_its_end() {
    let mut story =
        Story::of("tasks: [{id: p, type: flow.Parallel, tasks: [{id: a, type: slow}, {id: b, type: slow}]}]");
    story.reports("a", Report { failure: Some(Failure::new("no")), ..Report::default() });
    assert_eq!((story.state(), story.state_of("b")), (State::Failed, Some(State::Failed)));
    assert!(story.is_out("b"));
    story.start("b");
    assert_eq!(story.state_of("b"), Some(State::Failed), "its group ended");
    story.finish("b");
    assert_eq!((story.state_of("b"), story.is_out("b")), (Some(State::Success), false));
    assert_eq!(story.state(), State::Failed);
}

#[test]
fn every_report_counts_once() {
    let mut story = Story::of("tasks: [{id: a, type: slow}, {id: b, type: slow}]");
    let run = story.find("a");
    let fence = story.live.run(run).fence;
    story.start("a");
    assert!(story.is_late(&Event::Started { run, fence, at: Millis(0) }));
    story.finish("a");
    assert!(story.is_late(&Event::Finished { run, fence, report: Box::default() }));
    let unknown = RunIndex(std::num::NonZeroU32::new(99).unwrap());
    assert!(story.is_late(&Event::Finished { run: unknown, fence, report: Box::default() }));
}

#[test]
fn a_state_that_is_no_end_is_not_taken_from_a_worker() {
    for state in [State::Running, State::Paused, State::Retried, State::Resubmitted, State::Created] {
        let mut story = Story::of("tasks: [{id: a, type: slow}]");
        story.reports("a", Report { state: Some(state), ..Report::default() });
        assert_eq!(story.state_of("a"), Some(State::Success), "{}", state.name());
    }
}

#[test]
fn a_success_after_a_lost_worker_is_no_success_after_a_retry() {
    let mut story = Story::of(
        "tasks: [{id: a, type: slow, retry: {type: constant, interval: PT1S, warningOnRetry: true}}]",
    );
    assert_eq!(story.lose("a").finish("a").tree(), "SUCCESS\n  a SUCCESS x2\n");
}

#[test]
fn lost_attempts_are_not_counted_by_a_retry() {
    let mut story = Story::of(
        "tasks: [{id: a, type: slow, retry: {type: constant, interval: PT1S, maxAttempts: 2, warningOnRetry: true}}]",
    );
    let fails = || Report { failure: Some(Failure::new("no")), ..Report::default() };
    story.lose("a").lose("a").reports("a", fails());
    assert_eq!(story.state_of("a"), Some(State::Retrying));
    story.wait();
    story.reports("a", fails());
    assert_eq!(story.tree(), "FAILED\n  a FAILED x4\n");
}

#[test]
fn a_lost_worker_of_one_task_leaves_its_group_alone() {
    for list in [
        "tasks: [{id: a, type: ok}, {id: b, type: slow}]",
        "tasks: [{id: a, type: fail}], errors: [{id: b, type: slow}]",
    ] {
        let mut story = Story::of(&format!("tasks: [{{id: seq, type: flow.Sequential, {list}}}]"));
        story.work();
        let (first, lost) = (story.find("a"), story.find("b"));
        story.lose("b");
        assert_eq!((story.find("a"), story.find("b")), (first, lost), "they are the same task runs");
        assert_eq!(story.attempts_of("b"), "CREATED RESUBMITTED, CREATED");
    }
}

#[test]
fn a_task_that_was_killed_by_another_one_stays_killed_whatever_its_worker_says() {
    let mut story = Story::of(
        "tasks: [{id: par, type: flow.Parallel, tasks: [{id: a, type: slow, ends: KILLED}, {id: b, type: slow}, {id: c, type: slow, ends: FAILED}]}]",
    );
    story.finish("a").finish("c");
    assert_eq!((story.state_of("b"), story.is_out("b")), (Some(State::Killed), true));
    story.finish("b");
    assert_eq!(
        (story.tree().as_str(), story.is_out("b")),
        ("KILLED\n  par KILLED\n    a KILLED\n    b KILLED\n    c FAILED\n", false)
    );
}

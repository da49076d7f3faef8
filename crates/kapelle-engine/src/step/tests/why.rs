//! Why an execution or a task run stands still, since when, and what frees it.

use kapelle_model::execution::{Start, StartReason};

use super::*;

#[test]
fn concurrency_tells_the_limit_for_a_question_without_answer_and_in_the_queue() {
    let mut story = Story::of("concurrency: {limit: 3}\ntasks: [{id: a, type: ok}]");
    let expected = r#"CONCURRENCY since 0 s, Concurrency { limit: "ns.flow", size: 3 }"#;
    assert_eq!(story.why(), expected);
    story.after_seconds(5).full(3);
    assert_eq!(story.why(), expected, "it waits since it asked");
    story.after_seconds(5).granted();
    assert_eq!(story.why(), "WORKERS_BUSY since 10 s, Worker");
}

#[test]
fn scheduled_tells_the_moment() {
    let start = Start { at: Millis(60_000), reason: StartReason::Scheduled };
    let story = Story::created("tasks: [{id: a, type: ok}]", |creation| creation.birth.start = Some(start));
    assert_eq!(story.why(), "SCHEDULED since 0 s, Scheduled { at: Millis(60000) }");
}

#[test]
fn an_execution_that_tries_again_waits_for_its_retry() {
    let start = Start { at: Millis(60_000), reason: StartReason::Retry };
    let story = Story::created("tasks: [{id: a, type: ok}]", |creation| {
        (creation.birth.start, creation.attempt) = (Some(start), 3);
    });
    insta::assert_snapshot!(
        story.why(),
        @"RETRY_WAIT since 0 s, RetryWait { attempt: 2, attempts_max: None, until: Millis(60000), error: None }"
    );
}

#[test]
fn a_pause_tells_whether_it_ends_by_itself() {
    let mut story = Story::of(
        "tasks: [{id: a, type: slow}, {id: p, type: flow.Pause}, {id: q, type: flow.Pause, pauseDuration: PT1M}]",
    );
    story.after_seconds(7).finish("a");
    assert_eq!(story.why(), "PAUSED of p since 7 s, Paused { until: None }");
    assert_eq!(story.why_of("p"), story.why());
    story.after_seconds(3).resume();
    assert_eq!(story.why(), "PAUSED of q since 10 s, Paused { until: Some(Millis(70000)) }");
    story.play();
    assert_eq!((story.why().as_str(), story.why_of("q").as_str()), ("-", "-"));
}

#[test]
fn a_pause_by_a_person_is_no_task() {
    let mut story = Story::of("tasks: [{id: a, type: slow}, {id: b, type: ok}]");
    story.start("a").after_seconds(4).does(Order::Pause);
    assert_eq!(story.why(), "PAUSED since 4 s, PausedByHand");
    assert_eq!(story.why_of("a"), "-", "its worker works on");
    story.after_seconds(4).finish("a");
    assert_eq!(story.why(), "PAUSED since 4 s, PausedByHand");
    assert_eq!(story.why_of("b"), "PAUSED of b since 8 s, PausedByHand");
}

#[test]
fn a_loop_tells_its_next_check_and_what_the_last_one_gave() {
    let story =
        Story::of("tasks: [{id: w, type: flow.WaitFor, condition: \"{{ 1 - 1 }}\", interval: PT15M}]");
    let expected = r#"DELAY of w since 0 s, Delay { until: Millis(900000), last: Some("0") }"#;
    assert_eq!((story.why().as_str(), story.why_of("w").as_str()), (expected, expected));
}

#[test]
fn a_loop_that_a_person_paused_waits_for_that_person() {
    let mut story =
        Story::of("tasks: [{id: u, type: flow.LoopUntil, condition: false, tasks: [{id: a, type: slow}]}]");
    story.does(Order::Pause).finish("a");
    assert_eq!(story.why_of("u"), "PAUSED of u since 0 s, PausedByHand");
}

#[test]
fn a_breakpoint_tells_its_task() {
    let mut story = Story::created(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks:
  - {id: a, type: flow.Sequential, tasks: [{id: b, type: slow}]}
  - {id: c, type: flow.Sequential, tasks: [{id: d, type: slow}, {id: e, type: slow}]}
",
        |creation| creation.breakpoints = [story::breakpoint("e")].into(),
    );
    story.after_seconds(2).finish("d");
    assert_eq!(story.why(), "BREAKPOINT of e since 2 s, Breakpoint");
    assert_eq!(story.why_of("e"), story.why());
}

#[test]
fn what_a_standing_execution_keeps_from_beginning_waits_for_the_same() {
    let mut story = Story::of(
        "
tasks:
- id: par
  type: flow.Parallel
  tasks: [{id: p, type: flow.Pause, pauseDuration: PT1M}, {id: seq, type: flow.Sequential, tasks: [{id: a, type: ok}]}]
",
    );
    story.after_seconds(1);
    assert_eq!(story.why_of("seq"), "PAUSED of seq since 0 s, Paused { until: Some(Millis(60000)) }");
}

#[test]
fn a_retry_tells_its_number_its_moment_and_the_last_error() {
    let mut story = Story::of(
        "tasks: [{id: a, type: fail, retry: {type: constant, interval: PT10S, maxAttempts: 3}}, {id: b, type: ok}]",
    );
    story.work().wait();
    story.work();
    let expected = r#"RETRY_WAIT of a since 10 s, RetryWait { attempt: 2, attempts_max: Some(3), until: Millis(20000), error: Some("it failed") }"#;
    assert_eq!((story.why().as_str(), story.why_of("a").as_str()), (expected, expected));
}

#[test]
fn a_group_that_runs_again_tells_the_error_of_its_task() {
    let mut story = Story::of(
        "tasks: [{id: r, type: flow.Retry, maxAttempts: 3, delay: PT10S, tasks: [{id: a, type: fail}]}]",
    );
    story.work();
    let expected = r#"RETRY_WAIT of r since 0 s, RetryWait { attempt: 1, attempts_max: None, until: Millis(10000), error: Some("it failed") }"#;
    assert_eq!(story.why(), expected);
}

#[test]
fn a_subflow_tells_which_execution_it_waits_for() {
    let mut story = Story::of("tasks: [{id: s, type: flow.Subflow, flowId: f}]");
    let id = story.requests()[0].id;
    let expected =
        format!("SUBFLOW of s since 0 s, Subflow {{ open: 1, total: 1, execution: Some({id:?}) }}");
    assert_eq!((story.why(), story.why_of("s")), (expected.clone(), expected));
    story.child_ended("s", 0, State::Success);
    assert_eq!(story.why(), "-");
}

#[test]
fn many_executions_are_counted() {
    let mut story = Story::of(
        "tasks: [{id: i, type: flow.ForEachItem, flowId: f, items: x, gives: 'kestra:///parts.txt'}]",
    );
    story.after_seconds(1).finish("i_split");
    story.child_ended("i_items", 1, State::Success);
    assert_eq!(story.why(), "SUBFLOW of i_items since 1 s, Subflow { open: 2, total: 3, execution: None }");
}

#[test]
fn a_group_tells_how_many_of_its_tasks_are_open_and_the_oldest() {
    let mut story = Story::of(
        "tasks: [{id: par, type: flow.Parallel, tasks: [{id: a, type: ok}, {id: b, type: slow}, {id: c, type: slow}]}]",
    );
    story.work();
    let oldest = story.find("b");
    assert_eq!(
        story.why_of("par"),
        format!("CHILDREN of par since 0 s, Children {{ open: 2, done: 1, oldest: Some({oldest:?}) }}")
    );
}

#[test]
fn killing_tells_how_many_have_not_stopped() {
    let mut story = Story::of(
        "tasks: [{id: par, type: flow.Parallel, tasks: [{id: a, type: slow}, {id: b, type: slow}]}]",
    );
    story.after_seconds(3).kill();
    assert_eq!(story.why(), "KILLING since 3 s, Killing { alive: 2 }");
    story.work_once();
    assert_eq!(story.why(), "KILLING since 3 s, Killing { alive: 1 }");
    assert_eq!(story.work().why(), "-");
}

#[test]
fn a_task_that_begins_again_waits_for_who_had_it_before() {
    let mut story = Story::of(
        "tasks: [{id: par, type: flow.Parallel, tasks: [{id: a, type: slow, ends: FAILED}, {id: b, type: slow}]}]",
    );
    story.finish("a").after_seconds(2).does(Order::Restart).finish("a").after_seconds(1).does(Order::Restart);
    assert_eq!(story.why_of("b"), "KILLING of b since 3 s, Killing { alive: 1 }");
    assert_eq!(story.why(), "WORKERS_BUSY since 3 s, Worker", "the other one can begin");
    story.start("a");
    assert_eq!(story.why(), "-");
}

#[test]
fn a_place_that_is_not_given_back_waits_for_the_tasks_that_are_left() {
    let mut story = Story::of(
        "concurrency: {limit: 1}\ntasks: [{id: par, type: flow.Parallel, tasks: [{id: a, type: fail}, {id: b, type: slow}]}]",
    );
    story.granted().work();
    assert_eq!(
        (story.state(), story.why().as_str()),
        (State::Failed, "CHILDREN since 0 s, Children { open: 1, done: 0, oldest: None }")
    );
    assert_eq!(story.finish("b").why(), "-");
}

#[test]
fn workers_are_waited_for_until_one_begins() {
    let mut story = Story::of(
        "tasks: [{id: par, type: flow.Parallel, tasks: [{id: a, type: slow}, {id: b, type: slow}]}]",
    );
    assert_eq!(
        (story.why().as_str(), story.why_of("a").as_str()),
        ("WORKERS_BUSY since 0 s, Worker", "WORKERS_BUSY of a since 0 s, Worker")
    );
    story.after_seconds(5).start("a");
    assert_eq!(
        (story.why().as_str(), story.why_of("a").as_str(), story.why_of("b").as_str()),
        ("-", "-", "WORKERS_BUSY of b since 0 s, Worker")
    );
    story.after_seconds(5).finish("a");
    assert_eq!(story.why(), "WORKERS_BUSY since 10 s, Worker", "until then somebody worked");
}

#[test]
fn a_directory_that_is_to_be_opened_waits_for_a_worker() {
    let mut story = Story::of("tasks: [{id: wd, type: flow.WorkingDirectory, tasks: [{id: a, type: slow}]}]");
    assert_eq!(
        (story.why().as_str(), story.why_of("wd").as_str()),
        ("WORKERS_BUSY since 0 s, Worker", "WORKERS_BUSY of wd since 0 s, Worker")
    );
    story.finish("wd");
    assert!(story.why_of("wd").starts_with("CHILDREN of wd"));
}

#[test]
fn what_comes_after_the_end_waits_as_anything_else() {
    let mut story = Story::of(
        "tasks: [{id: a, type: ok}]\nafterExecution: [{id: x, type: slow}, {id: p, type: flow.Pause}]",
    );
    story.work().after_seconds(1);
    assert_eq!(story.why(), "WORKERS_BUSY since 0 s, Worker");
    story.start("x");
    assert_eq!(story.why(), "-");
    assert_eq!(story.finish("x").why(), "PAUSED of p since 1 s, Paused { until: None }");
}

// What is still to come.

#[test]
fn in_order_the_next_task_depends_on_the_one_that_runs() {
    let mut story = Story::of("tasks: [{id: a, type: slow}, {id: b, type: ok}, {id: c, type: ok}]");
    assert_eq!(story.to_come(None), r#"b: DEPENDS_ON since 0 s, DependsOn { tasks: ["a"] }"#);
    assert_eq!(story.finish("a").play().to_come(None), "");
}

#[test]
fn a_task_of_a_dag_tells_which_others_it_waits_for() {
    let mut story = Story::of(
        "
tasks:
- id: dag
  type: flow.Dag
  concurrent: 1
  tasks:
  - task: {id: a, type: slow}
  - {task: {id: b, type: ok}, dependsOn: [a, c]}
  - task: {id: c, type: slow}
  - {task: {id: d, type: ok}, dependsOn: [b]}
",
    );
    insta::assert_snapshot!(story.to_come(Some("dag")), @r#"
    b: DEPENDS_ON of dag since 0 s, DependsOn { tasks: ["a", "c"] }
    d: DEPENDS_ON of dag since 0 s, DependsOn { tasks: ["b"] }
    c: LOOP_LIMIT of dag since 0 s, LoopLimit { running: 1, left: 1 }
    "#);
    story.finish("a");
    insta::assert_snapshot!(story.to_come(Some("dag")), @r#"
    b: DEPENDS_ON of dag since 0 s, DependsOn { tasks: ["c"] }
    d: DEPENDS_ON of dag since 0 s, DependsOn { tasks: ["b"] }
    "#);
}

#[test]
fn a_limit_tells_how_many_run_and_how_many_are_to_come() {
    for (group, expected) in [
        (
            "type: flow.Parallel, concurrent: 2, tasks: [{id: a, type: slow}, {id: b, type: slow}, {id: c, type: slow}]",
            "c: LOOP_LIMIT of g since 0 s, LoopLimit { running: 2, left: 1 }",
        ),
        (
            "type: flow.ForEach, values: [1, 2, 3, 4], concurrencyLimit: 3, tasks: [{id: a, type: slow}, {id: b, type: ok}]",
            "a: LOOP_LIMIT of g since 0 s, LoopLimit { running: 3, left: 1 }",
        ),
        (
            "type: flow.EachParallel, value: [1, 2], concurrent: 1, tasks: [{id: a, type: slow}, {id: b, type: ok}]",
            "b: LOOP_LIMIT of g since 0 s, LoopLimit { running: 1, left: 3 }",
        ),
        ("type: flow.EachParallel, value: [1, 2], tasks: [{id: a, type: slow}]", ""),
        (
            "type: flow.Loop, values: [1, 2, 3], concurrencyLimit: 1, tasks: [{id: a, type: slow}]",
            "a: LOOP_LIMIT of g since 0 s, LoopLimit { running: 1, left: 2 }",
        ),
    ] {
        let story = Story::of(&format!("tasks: [{{id: g, {group}}}]"));
        assert_eq!(story.to_come(Some("g")), expected, "{group}");
    }
}

#[test]
fn nothing_is_to_come_where_nothing_can() {
    let mut story = Story::of(
        "tasks: [{id: s, type: flow.Subflow, flowId: f}, {id: seq, type: flow.Sequential, tasks: [{id: a, type: fail}, {id: b, type: ok}], errors: [{id: e, type: slow}]}]",
    );
    assert_eq!(story.to_come(Some("s")), "");
    story.child_ended("s", 0, State::Success).work();
    assert_eq!((story.to_come(Some("seq")).as_str(), story.to_come(Some("e")).as_str()), ("", ""));
}

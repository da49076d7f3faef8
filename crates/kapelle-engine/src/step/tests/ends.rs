//! 4.4: what is open ends with what is around it, in whatever state both are; and what can still become of it.

use kapelle_model::execution::Breakpoint;

use super::*;
use crate::replay::Replay;

/// Ends of a flow in which `y` is at a worker and `x` stands beside it: what has to be written for it, and its state.
const ENDS: [(&str, State); 7] = [
    ("allowFailure: true, allowWarning: true", State::Success),
    ("allowFailure: true", State::Warning),
    ("", State::Failed),
    ("", State::Killed),
    ("CANCEL", State::Cancelled),
    ("FAIL", State::Failed),
    ("retry", State::Retried),
];

/// The states that `x` can be open in.
const OPEN: [State; 7] = [
    State::Created,
    State::Restarted,
    State::Submitted,
    State::Running,
    State::Paused,
    State::Retrying,
    State::Breakpoint,
];

/// A flow with `y` beside `b` and a group of these tasks, that can end so.
fn flow(tasks: &str, end: &str) -> String {
    let (mut group, mut retry, mut agreement) = (String::new(), "", String::new());
    match end {
        "retry" => retry = ", retry: {type: constant, interval: PT1S, behavior: CREATE_NEW_EXECUTION}",
        "CANCEL" | "FAIL" => {
            let sla = "sla: [{id: s, type: MAX_DURATION, duration: PT1H, behavior: END}]";
            agreement = sla.replace("END", end);
        }
        properties => group = properties.replace(", ", "\n  "),
    }
    format!(
        "
{agreement}
tasks:
- id: par
  type: flow.Parallel
  {group}
  tasks:
  - {{id: y, type: slow, ends: FAILED{retry}}}
  - {{id: b, type: slow}}
  - {{id: seq, type: flow.Sequential, tasks: {tasks}}}
"
    )
}

/// An execution with `x` in a state, and `y` at a worker.
fn standing(state: State, end: &str) -> Story {
    let tasks = match state {
        State::Created => "[{id: w, type: slow}, {id: x, type: ok}]",
        State::Paused => "[{id: x, type: flow.Pause}]",
        State::Retrying => "[{id: x, type: fail, retry: {type: constant, interval: PT2H}}]",
        _ => "[{id: x, type: slow}]",
    };
    let breakpoints: Arc<[Breakpoint]> = match state {
        State::Breakpoint => [story::breakpoint("x")].into(),
        _ => Arc::default(),
    };
    let mut story = Story::created(&flow(tasks, end), |creation| creation.breakpoints = breakpoints);
    match state {
        State::Created => {
            story.does(Order::Pause).finish("w");
        }
        State::Running => {
            story.start("x");
        }
        State::Restarted => {
            // The breakpoint of `b` holds what begins after it.
            let breakpoints = [story::breakpoint("b")].into();
            let replay = Replay { from: Some(story.find("y")), breakpoints, ..Replay::default() };
            story = story.replay(&replay).unwrap();
        }
        _ => {
            story.work();
        }
    }
    assert_eq!((story.state_of("x"), story.is_out("y")), (Some(state), true), "{}", story.tree());
    story
}

fn end(story: &mut Story, end: &str, state: State) {
    match (end, state) {
        ("", State::Killed) => story.kill(),
        ("CANCEL" | "FAIL", _) => story.after_seconds(3_600).happens(&Event::Due(Due::Agreement(0))),
        _ => story.finish("y"),
    };
}

#[test]
fn whatever_is_open_ends_with_what_is_around_it() {
    for open in OPEN {
        for (how, state) in ENDS {
            let mut story = standing(open, how);
            end(&mut story, how, state);
            let ended = ["x", "seq", "par"].map(|task| story.state_of(task));
            assert_eq!(ended, [Some(state); 3], "{} {how}\n{}", open.name(), story.tree());
            let is_held = matches!(story.state(), State::Paused | State::Breakpoint);
            assert!(is_held || story.state() == state, "{} {how}\n{}", open.name(), story.tree());
        }
    }
}

#[test]
fn whatever_is_open_begins_again_when_the_execution_is_repeated() {
    for open in OPEN {
        let story = standing(open, "");
        let from = Some(story.find("y"));
        let again = story.replay(&Replay { from, ..Replay::default() }).unwrap();
        assert!(again.history_of("x").contains("RESTARTED"), "{}: {}", open.name(), again.history_of("x"));
    }
}

#[test]
fn whatever_has_ended_can_be_repeated_from() {
    for exit in ["SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED"] {
        let mut story = Story::of(&format!(
            "
tasks:
- id: seq
  type: flow.Sequential
  tasks: [{{id: a, type: ok}}, {{id: exit, type: execution.Exit, state: {exit}}}, {{id: b, type: ok}}]
"
        ));
        story.play();
        let from = Some(story.find("exit"));
        let mut again = story.replay(&Replay { from, ..Replay::default() }).unwrap();
        assert_eq!(again.play().tree(), format!("{exit}\n  seq {exit}\n    a SUCCESS\n    exit {exit} x2\n"));
    }
    let mut story = standing(State::Running, "retry");
    end(&mut story, "retry", State::Retried);
    let from = Some(story.find("y"));
    let again = story.replay(&Replay { from, ..Replay::default() }).unwrap();
    assert_eq!(again.history_of("par"), "CREATED RUNNING RETRIED RUNNING");
}

#[test]
fn how_a_task_really_ended_is_kept_beside_the_end_of_its_group() {
    for (how, state) in ENDS {
        for report in ["SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "SKIPPED"] {
            if matches!(how, "CANCEL" | "FAIL") || state == State::Killed {
                continue;
            }
            let mut story = standing(State::Running, how);
            end(&mut story, how, state);
            let reported = State::from_name(report);
            story.reports("x", Report { state: reported, ..Report::default() });
            assert_eq!((story.state_of("x"), story.state_of("par")), (reported, Some(state)), "{how}");
        }
    }
}

#[test]
fn who_was_told_to_stop_has_nothing_more_to_say() {
    for (how, state) in [("CANCEL", State::Cancelled), ("FAIL", State::Failed), ("", State::Killed)] {
        let mut story = standing(State::Running, how);
        end(&mut story, how, state);
        story.reports("x", Report::default());
        assert_eq!((story.state_of("x"), story.is_out("x")), (Some(state), false));
    }
}

#[test]
fn a_lost_attempt_stays_one_whatever_becomes_of_its_task_run() {
    let mut story = Story::of(
        "
sla: [{id: s, type: MAX_DURATION, duration: PT1H, behavior: CANCEL}]
tasks: [{id: a, type: slow}]
",
    );
    story.does(Order::Pause).lose("a").after_seconds(3_600).happens(&Event::Due(Due::Agreement(0)));
    assert_eq!(
        (story.tree().as_str(), story.ends_of("a").as_str()),
        ("CANCELLED\n  a CANCELLED\n", "RESUBMITTED")
    );
    let run = story.find("a");
    story.does(Order::ChangeTaskState { run, state: State::Success });
    assert_eq!(
        (story.tree().as_str(), story.ends_of("a").as_str()),
        ("SUCCESS\n  a SUCCESS\n", "RESUBMITTED")
    );
}

#[test]
fn a_late_report_from_a_group_that_has_ended_is_not_counted_twice() {
    for group in [
        "flow.ForEach, values: [x, y], concurrencyLimit: 2, tasks: [{id: a, type: slow, ends: \"{{ taskrun.value == 'y' ? 'FAILED' : 'SUCCESS' }}\"}]",
        "flow.Dag, tasks: [{task: {id: b, type: slow}}, {task: {id: a, type: slow, ends: FAILED}}, {task: {id: c, type: ok}, dependsOn: [b]}]",
    ] {
        let mut story = Story::of(&format!("tasks: [{{id: g, type: {group}}}]"));
        story.finish("a");
        let late = if story.state_of("b").is_some() { "b" } else { "a" };
        assert_eq!((story.state_of("g"), story.is_out(late)), (Some(State::Failed), true), "{group}");
        // After each step the story compares what it knows with what can be derived.
        story.finish(late);
        assert_eq!((story.state_of("g"), story.is_out(late)), (Some(State::Failed), false), "{group}");
    }
}

//! Small flows on a host, told as stories of states.

use std::fmt::Write;

use jiff::Timestamp;
use kapelle_model::event::Order;
use kapelle_model::{ExecutionId, State};

use super::{Given, Host, Until};

/// A host with flows in the namespace `n`; each is given by its id and what stands below.
fn host(flows: &[(&str, &str)]) -> Host {
    let mut host = Host::new(Timestamp::UNIX_EPOCH, 7);
    for (id, rest) in flows {
        host.save(&format!("id: {id}\nnamespace: n\n{rest}")).unwrap();
    }
    host
}

fn create(host: &mut Host, flow: &str) -> ExecutionId {
    host.create("n", flow, &Given::default()).unwrap()
}

/// `STATE task=STATE task=STATE | log line | log line`.
fn story(host: &Host, id: ExecutionId) -> String {
    let seen = host.seen(id).unwrap();
    let mut story = seen.state.clone();
    for run in &seen.runs {
        write!(story, " {}={}", run.task, run.state).unwrap();
    }
    for line in &seen.logs {
        write!(story, " | {}", line.message).unwrap();
    }
    story
}

const SLEEPER: (&str, &str) = (
    "sleeper",
    "tasks: [{id: a, type: core.flow.Sleep, duration: PT10S}, {id: b, type: core.debug.Return, format: x}]",
);

#[test]
fn time_passes_only_while_something_waits() {
    let mut host = host(&[SLEEPER]);
    let id = create(&mut host, "sleeper");
    host.drain();
    assert_eq!(story(&host, id), "RUNNING a=RUNNING | Waiting for PT10S");
    assert!(host.settle(id, Until::End));
    assert_eq!(
        (story(&host, id).as_str(), host.now().0),
        ("SUCCESS a=SUCCESS b=SUCCESS | Waiting for PT10S", 10_000)
    );
}

#[test]
fn nobody_waits_for_ever() {
    let mut host = host(&[("slow", "tasks: [{id: a, type: core.flow.Sleep, duration: PT1H}]")]);
    let id = create(&mut host, "slow");
    assert!(!host.settle(id, Until::End));
    assert_eq!((host.state(id), host.now().0), (Some(State::Running), 30_000));
}

#[test]
fn a_task_ends_when_its_time_is_up() {
    let mut host =
        host(&[("timed", "tasks: [{id: a, type: core.flow.Sleep, duration: PT10S, timeout: PT0.2S}]")]);
    let id = create(&mut host, "timed");
    assert!(host.settle(id, Until::End));
    assert_eq!(story(&host, id), "FAILED a=FAILED | Waiting for PT10S | Timeout after 00:00:00.200");
    assert!(host.now().0 < 1_000);
}

#[test]
fn a_kill_ends_what_sleeps() {
    let mut host = host(&[SLEEPER]);
    let id = create(&mut host, "sleeper");
    host.drain();
    host.order(id, &Order::Kill { cascade: true }).unwrap();
    host.drain();
    assert_eq!(story(&host, id), "KILLED a=KILLED | Waiting for PT10S");
    assert_eq!(host.next_moment(), None);
    let again = host.order(id, &Order::Kill { cascade: false }).unwrap_err();
    assert_eq!(again.status, 409);
}

#[test]
fn a_flow_that_the_checks_refuse_is_not_saved() {
    let mut host = host(&[]);
    assert_eq!(host.save("id: f\nnamespace: n\n").err().map(|refusal| refusal.status), Some(422));
    assert_eq!(host.create("n", "f", &Given::default()).unwrap_err().status, 404);
}

#[test]
fn who_finds_no_place_waits_for_one() {
    let mut host = host(&[(
        "narrow",
        "concurrency: {limit: 1}\ntasks: [{id: a, type: core.flow.Sleep, duration: PT1S}]",
    )]);
    let ids: Vec<_> = (0..3).map(|_| create(&mut host, "narrow")).collect();
    host.drain();
    let states =
        |host: &Host| ids.iter().map(|id| host.state(*id).unwrap().name()).collect::<Vec<_>>().join(" ");
    assert_eq!(states(&host), "RUNNING QUEUED QUEUED");
    host.settle(ids[0], Until::End);
    assert_eq!(states(&host), "SUCCESS RUNNING QUEUED");
    host.settle(ids[2], Until::End);
    assert_eq!((states(&host).as_str(), host.now().0), ("SUCCESS SUCCESS SUCCESS", 3_000));
}

#[test]
fn an_execution_waits_for_those_that_it_starts() {
    let parent = "tasks: [{id: s, type: core.flow.Subflow, namespace: n, flowId: sleeper}]";
    let mut host = host(&[SLEEPER, ("parent", parent)]);
    let id = create(&mut host, "parent");
    host.drain();
    let children = host.started_by(id);
    assert_eq!((children.len(), host.state(id)), (1, Some(State::Running)));
    assert!(host.settle(id, Until::End));
    assert_eq!((host.state(children[0]), host.state(id)), (Some(State::Success), Some(State::Success)));
    let labels = |id| host.seen(id).unwrap().labels;
    assert_eq!(labels(id), labels(children[0]));
}

#[test]
fn a_kill_reaches_those_that_were_started() {
    let parent = "tasks: [{id: s, type: core.flow.Subflow, namespace: n, flowId: sleeper}]";
    let mut host = host(&[SLEEPER, ("parent", parent)]);
    let id = create(&mut host, "parent");
    host.drain();
    host.order(id, &Order::Kill { cascade: true }).unwrap();
    host.drain();
    assert_eq!(
        host.executions().map(|id| host.state(id).unwrap()).collect::<Vec<_>>(),
        [State::Killed, State::Killed]
    );
}

#[test]
fn jobs_may_be_done_twice() {
    let mut host = host(&[SLEEPER]);
    let id = create(&mut host, "sleeper");
    while let Some(job) = host.take(0) {
        host.perform(job.clone());
        if matches!(job, super::Job::Event { .. }) {
            host.perform(job);
        }
    }
    assert!(host.settle(id, Until::End));
    assert_eq!(story(&host, id), "SUCCESS a=SUCCESS b=SUCCESS | Waiting for PT10S");
}

#[test]
fn the_same_seed_gives_the_same_execution() {
    let run = || {
        let mut host = host(&[SLEEPER]);
        let id = create(&mut host, "sleeper");
        host.settle(id, Until::End);
        format!("{:?}", host.seen(id))
    };
    assert_eq!(run(), run());
}

#[test]
fn a_group_works_in_a_directory_of_its_own() {
    let group = "tasks: [{id: w, type: core.flow.WorkingDirectory, inputFiles: {a.txt: x}, outputFiles: ['*.txt'], tasks: [{id: r, type: core.debug.Return, format: y}]}]";
    let mut host = host(&[("group", group)]);
    let id = create(&mut host, "group");
    assert!(host.settle(id, Until::End));
    let seen = host.seen(id).unwrap();
    let uri = seen.runs[0].outputs["outputFiles"]["a.txt"].as_str().unwrap();
    assert_eq!(host.shelf.file(uri).as_deref(), Some(&b"x"[..]));
    assert!(host.directories.is_empty());
}

#[test]
fn who_is_repeated_is_marked_and_so_is_who_repeats() {
    let mut host = host(&[SLEEPER]);
    let old = create(&mut host, "sleeper");
    host.settle(old, Until::End);
    let from = host.find_run(old, "b", None);
    let new = host.replay(old, from).unwrap();
    host.settle(new, Until::End);
    let marks = |id| -> Vec<_> {
        let labels = host.seen(id).unwrap().labels.into_iter().map(|(key, _)| key);
        labels.filter(|key| key.starts_with("system.replay")).collect()
    };
    assert_eq!((marks(old), marks(new)), (vec!["system.replayed".into()], vec!["system.replay".into()]));
    assert_eq!(story(&host, new), "SUCCESS a=SUCCESS b=SUCCESS");
}

#[test]
fn the_checks_of_a_flow_decide_whether_it_starts() {
    let flow = |behavior: &str| {
        format!(
            "checks: [{{condition: '{{{{ inputs.n > 1 }}}}', message: too small, behavior: {behavior}}}]\ninputs: [{{id: n, type: INT}}]\ntasks: [{{id: a, type: core.debug.Return}}]"
        )
    };
    let (block, fail) = (flow("BLOCK_EXECUTION"), flow("FAIL_EXECUTION"));
    let mut host = host(&[("block", &block), ("fail", &fail)]);
    let given = |n: &str| Given { texts: [("n".into(), n.into())].into(), ..Given::default() };
    let refusal = host.create("n", "block", &given("1")).unwrap_err();
    assert_eq!(refusal.status, 422);
    assert!(refusal.message.ends_with("Failed checks: too small"), "{}", refusal.message);
    for (flow, n, state) in
        [("block", "2", State::Success), ("fail", "1", State::Failed), ("fail", "2", State::Success)]
    {
        let id = host.create("n", flow, &given(n)).unwrap();
        host.settle(id, Until::End);
        assert_eq!(host.state(id), Some(state), "{flow} {n}");
    }
}

#[test]
fn a_pause_gets_the_values_that_it_asks_for() {
    let flow = "tasks: [{id: p, type: core.flow.Pause, onResume: [{id: n, type: INT, defaults: 3}]}]";
    let mut host = host(&[("hold", flow)]);
    let id = create(&mut host, "hold");
    assert!(host.settle(id, Until::State(State::Paused)));
    let given = |n: &str| Given { texts: [("n".into(), n.into())].into(), ..Given::default() };
    assert_eq!(host.resume(id, &given("x")).unwrap_err().status, 422);
    host.resume(id, &Given::default()).unwrap();
    assert!(host.settle(id, Until::End));
    let outputs = host.seen(id).unwrap().runs[0].outputs.clone();
    assert_eq!(outputs["onResume"], serde_json::json!({"n": 3}));
    assert_eq!(host.resume(id, &given("4")).unwrap_err().status, 409);
}

const UPSTREAM: (&str, &str) = (
    "up",
    "tasks: [{id: a, type: core.debug.Return, format: x}]\noutputs: [{id: o, type: STRING, value: '{{ outputs.a.value }}'}]",
);

/// The executions of a flow, oldest first.
fn of_flow(host: &Host, flow: &str) -> Vec<ExecutionId> {
    let is_of = |id: &ExecutionId| host.seen(*id).is_some_and(|seen| seen.flow == flow);
    host.executions().filter(is_of).collect()
}

#[test]
fn a_flow_starts_when_another_one_has_ended() {
    let down = "triggers: [{id: t, type: core.trigger.Flow, states: [SUCCESS], conditions: [{type: core.condition.ExecutionFlow, namespace: n, flowId: up}]}]
tasks: [{id: b, type: core.log.Log, message: '{{ trigger.flowId }} gave {{ trigger.outputs.o }}'}]";
    let mut host = host(&[UPSTREAM, ("down", down)]);
    let id = create(&mut host, "up");
    assert!(host.settle(id, Until::End));
    host.drain();
    let started = of_flow(&host, "down");
    assert_eq!(started.len(), 1);
    assert_eq!(story(&host, started[0]), "SUCCESS b=SUCCESS | up gave x");
}

#[test]
fn a_flow_starts_once_all_it_waits_for_have_ended() {
    let down = "triggers:
- id: t
  type: core.trigger.Flow
  preconditions:
    id: all
    flows: [{namespace: n, flowId: up, states: [SUCCESS]}, {namespace: n, flowId: sleeper, states: [SUCCESS]}]
tasks: [{id: b, type: core.log.Log, message: all}]";
    let mut host = host(&[UPSTREAM, SLEEPER, ("down", down)]);
    let first = create(&mut host, "up");
    assert!(host.settle(first, Until::End));
    assert_eq!(of_flow(&host, "down").len(), 0);
    let second = create(&mut host, "sleeper");
    assert!(host.settle(second, Until::End));
    host.drain();
    let started = of_flow(&host, "down");
    assert_eq!(started.len(), 1);
    assert_eq!(story(&host, started[0]), "SUCCESS b=SUCCESS | all");
}

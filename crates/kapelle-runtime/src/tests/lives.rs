//! Lives of executions.

use std::sync::Arc;

use kapelle_model::effect::Request;
use kapelle_model::event::Order;
use kapelle_model::{ExecutionId, Map, State, Value};

use crate::{Repeat, RepeatRevision, Unborn};

use super::world::{NOW, World, deeds};

const HOUR: i64 = 3_600_000;

#[test]
fn tasks_run_in_order_and_see_what_came_before() {
    let world = World::new();
    let id = world.start(
        "
id: hello
namespace: team
inputs:
- {id: name, type: STRING}
tasks:
- {id: greet, type: io.kestra.plugin.core.log.Log, message: 'Hello {{ inputs.name }}'}
- {id: bye, type: io.kestra.plugin.core.log.Log, message: ['{{ taskrun.attemptsCount }}', '{{ task.id }} {{ tasks.greet.state }}']}
",
        &[("name", "Ann")],
    );
    assert_eq!(world.finish(id), State::Success);
    assert_eq!(world.runs(id), "greet=SUCCESS bye=SUCCESS");
    assert_eq!(world.lines(id), ["Hello Ann", "0", "bye SUCCESS"]);
}

/// One more than there is room for: the hands of the clock were not moved as long as it waited.
#[test]
fn what_sleeps_by_a_clock_that_is_moved_by_hand_takes_no_room() {
    let world = World::new();
    let source = "
id: sleepers
namespace: team
tasks:
- id: all
  type: io.kestra.plugin.core.flow.ForEach
  values: '{{ range(1, 65) }}'
  concurrencyLimit: 0
  tasks:
  - {id: deed, type: io.kestra.plugin.core.debug.Deed, mark: sleepers, takes: PT1H}
";
    let id = world.start(source, &[]);
    assert_eq!((world.finish(id), deeds("sleepers")), (State::Success, 65));
    assert_eq!(world.runtime().now(), NOW.plus(HOUR));
}

#[test]
fn a_failed_task_is_tried_again_after_its_delay_and_holds_no_worker_meanwhile() {
    let world = World::new();
    let source = "
id: again
namespace: team
tasks:
- id: deed
  type: io.kestra.plugin.core.debug.Deed
  mark: again
  fails: 2
  retry: {type: constant, interval: PT30M, maxAttempts: 3}
";
    let id = world.start(source, &[]);
    world.settle(NOW.plus(HOUR / 4));
    assert_eq!((world.execution(id).state(), deeds("again")), (State::Retrying, 1));
    assert_eq!(world.finish(id), State::Success);
    assert_eq!((deeds("again"), world.runtime().now().since(NOW)), (3, HOUR));
    assert_eq!(world.execution(id).runs[0].attempts.len(), 3);
}

#[test]
fn a_pause_lasts_until_somebody_resumes_it() {
    let world = World::new();
    let source = "
id: pause
namespace: team
tasks:
- {id: wait, type: io.kestra.plugin.core.flow.Pause}
- {id: deed, type: io.kestra.plugin.core.debug.Deed, mark: after-pause}
";
    let id = world.start(source, &[]);
    world.settle(NOW.plus(24 * HOUR));
    assert_eq!((world.execution(id).state(), deeds("after-pause")), (State::Paused, 0));
    world.order(id, Order::Resume { values: std::sync::Arc::default(), by: None });
    assert_eq!((world.finish(id), deeds("after-pause")), (State::Success, 1));
}

#[test]
fn a_task_takes_no_longer_than_its_timeout() {
    let world = World::new();
    let source = "
id: timeout
namespace: team
tasks:
- {id: deed, type: io.kestra.plugin.core.debug.Deed, mark: timeout, takes: PT2H, timeout: PT1H}
";
    let id = world.start(source, &[]);
    assert_eq!(world.finish(id), State::Failed);
    assert_eq!(world.lines(id), ["Timeout after 01:00:00.000"]);
    assert_eq!(world.runtime().now().since(NOW), HOUR);
}

#[test]
fn a_kill_reaches_what_runs_and_what_was_started() {
    let world = World::new();
    let child = "
id: child
namespace: team
tasks:
- {id: deed, type: io.kestra.plugin.core.debug.Deed, mark: killed-child, takes: PT5H}
- {id: never, type: io.kestra.plugin.core.debug.Deed, mark: never}
";
    let parent = "
id: parent
namespace: team
tasks:
- {id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: team, flowId: child}
- {id: never, type: io.kestra.plugin.core.debug.Deed, mark: never}
";
    world.save(child);
    let id = world.start(parent, &[]);
    world.settle(NOW.plus(HOUR));
    let started = *world.execution(id).children.values().next().map(|child| &child.id).unwrap();
    assert_eq!((world.execution(started).state(), deeds("killed-child")), (State::Running, 1));
    world.order(id, Order::Kill { cascade: true });
    world.settle(NOW.plus(2 * HOUR));
    assert_eq!(
        (world.execution(id).state(), world.execution(started).state(), deeds("never")),
        (State::Killed, State::Killed, 0)
    );
}

#[test]
fn a_subflow_gives_its_outputs_to_who_called_it() {
    let world = World::new();
    let child = "
id: give
namespace: team
inputs:
- {id: n, type: INT}
tasks:
- {id: log, type: io.kestra.plugin.core.log.Log, message: 'got {{ inputs.n }}'}
outputs:
- {id: double, type: INT, value: '{{ inputs.n * 2 }}'}
";
    let parent = "
id: take
namespace: team
tasks:
- id: each
  type: io.kestra.plugin.core.flow.ForEach
  values: [1, 2, 3]
  concurrencyLimit: 0
  tasks:
  - {id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: team, flowId: give, inputs: {n: '{{ taskrun.value }}'}}
- {id: log, type: io.kestra.plugin.core.log.Log, message: \"{{ outputs.call['3'].outputs.double }}\"}
";
    world.save(child);
    let id = world.start(parent, &[]);
    assert_eq!(world.finish(id), State::Success, "{}", world.runs(id));
    assert_eq!(world.lines(id).last().unwrap(), "6");
}

#[test]
fn a_task_can_speak_of_what_a_subflow_without_outputs_did() {
    let world = World::new();
    let child = "
id: silent
namespace: team
tasks:
- {id: log, type: io.kestra.plugin.core.log.Log, message: x}
- {id: say, type: io.kestra.plugin.core.debug.Return, format: '{{ execution.id }}'}
";
    let parent = "
id: take
namespace: team
tasks:
- {id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: team, flowId: silent, outputs: {said: '{{ outputs.say.value }}'}}
- {id: log, type: io.kestra.plugin.core.log.Log, message: '{{ outputs.call.outputs.said == outputs.call.executionId }}'}
";
    world.save(child);
    let id = world.start(parent, &[]);
    assert_eq!(world.finish(id), State::Success, "{}", world.runs(id));
    assert_eq!(world.lines(id).last().unwrap(), "true");
}

#[test]
fn no_more_run_at_the_same_time_than_the_flow_allows() {
    let world = World::new();
    let source = "
id: one
namespace: team
concurrency: {limit: 1}
tasks:
- {id: deed, type: io.kestra.plugin.core.debug.Deed, mark: one, takes: PT1H}
";
    let ids: Vec<_> = (0..3).map(|_| world.start(source, &[])).collect();
    for done in 0..3 {
        let states = ids.iter().map(|id| world.execution(*id).state());
        assert_eq!(states.filter(|state| state.is_terminal()).count(), done);
        world.settle(NOW.plus(HOUR * (done as i64 + 1)));
    }
    assert_eq!((world.finish(ids[2]), world.runtime().now().since(NOW)), (State::Success, 3 * HOUR));
}

/// It was told that it is not wanted, and nobody heard of it again: the place was taken for good.
#[test]
fn what_begins_after_its_group_failed_gives_its_place_back() {
    let world = World::new();
    let source = "
id: late
namespace: team
concurrency: {limit: 1}
tasks:
- id: par
  type: io.kestra.plugin.core.flow.Parallel
  tasks:
  - {id: fails, type: io.kestra.plugin.core.execution.Fail}
  - {id: deed, type: io.kestra.plugin.core.debug.Deed, mark: late, takes: PT1H}
";
    let ids: Vec<_> = (0..3).map(|_| world.start(source, &[])).collect();
    world.settle(NOW.plus(3 * HOUR));
    let states: Vec<_> = ids.iter().map(|id| world.execution(*id).state()).collect();
    assert_eq!((states, deeds("late")), (vec![State::Failed; 3], 3));
    assert!(world.runs(ids[0]).contains("deed=SUCCESS"), "{}", world.runs(ids[0]));
}

#[test]
fn a_child_that_does_not_exist_is_asked_for_again_by_a_restart() {
    let world = World::new();
    let source = "
id: calls
namespace: team
tasks:
- {id: sub, type: io.kestra.plugin.core.flow.Subflow, namespace: team, flowId: called, wait: true, transmitFailed: true}
";
    let id = world.start(source, &[]);
    assert_eq!(world.finish(id), State::Failed);
    world.order(id, Order::Restart);
    world.settle(NOW.plus(HOUR));
    assert_eq!(world.execution(id).state(), State::Failed);
    world.save(
        "id: called\nnamespace: team\ntasks:\n- {id: t, type: io.kestra.plugin.core.log.Log, message: x}\n",
    );
    world.order(id, Order::Restart);
    world.settle(NOW.plus(2 * HOUR));
    assert_eq!(world.execution(id).state(), State::Success);
}

const CALLER: &str = "
id: calls
namespace: team
tasks:
- {id: sub, type: io.kestra.plugin.core.flow.Subflow, namespace: team, flowId: called, wait: true, transmitFailed: true}
- {id: deed, type: io.kestra.plugin.core.debug.Deed, mark: caller, fails: 1}
";

/// A flow that calls one whose deed fails once.
fn failed_by_its_child(world: &World, mark: &str) -> (ExecutionId, ExecutionId) {
    world.save(&format!(
        "id: called\nnamespace: team\ntasks:\n- {{id: deed, type: io.kestra.plugin.core.debug.Deed, mark: {mark}, fails: 1}}\n"
    ));
    let parent = world.start(CALLER, &[]);
    assert_eq!(world.finish(parent), State::Failed);
    let child = world.execution(parent).children.values().next().unwrap().id;
    (parent, child)
}

#[test]
fn a_child_that_was_restarted_by_itself_counts_for_the_restart_of_its_parent() {
    let world = World::new();
    let (parent, child) = failed_by_its_child(&world, "alone");
    world.order(child, Order::Restart);
    world.settle(NOW.plus(HOUR));
    assert_eq!(world.execution(child).state(), State::Success);
    world.order(parent, Order::Restart);
    world.settle(NOW.plus(2 * HOUR));
    assert!(world.runs(parent).contains("sub=SUCCESS"), "{}", world.runs(parent));
    assert_eq!(deeds("alone"), 2);
}

#[test]
fn a_child_that_a_person_put_into_success_is_not_started_again_with_its_parent() {
    let world = World::new();
    let (parent, child) = failed_by_its_child(&world, "put");
    world.order(child, Order::ChangeStatus(State::Success));
    world.settle(NOW.plus(HOUR));
    world.order(parent, Order::Restart);
    world.settle(NOW.plus(2 * HOUR));
    assert!(world.runs(parent).contains("sub=SUCCESS"), "{}", world.runs(parent));
    assert_eq!(deeds("put"), 1);
}

#[test]
fn what_fails_as_a_whole_is_tried_again_as_a_new_execution() {
    let world = World::new();
    let source = "
id: whole
namespace: team
retry: {type: constant, interval: PT1H, maxAttempts: 3, behavior: CREATE_NEW_EXECUTION}
tasks:
- {id: deed, type: io.kestra.plugin.core.debug.Deed, mark: whole, fails: 1}
";
    let id = world.start(source, &[]);
    assert_eq!(world.finish(id), State::Retried);
    world.settle(NOW.plus(2 * HOUR));
    let successor = world.execution(id).head.successor.unwrap();
    assert_eq!((world.execution(successor).state(), deeds("whole")), (State::Success, 2));
}

#[test]
fn what_this_program_stumbles_over_stops_only_itself() {
    let world = World::new();
    let poison = "
id: poison
namespace: team
tasks:
- {id: log, type: io.kestra.plugin.core.log.Log, message: before}
- {id: if, type: io.kestra.plugin.core.flow.If, condition: '{{ randomInt(1, 5) == 9 }}', then: [{id: x, type: io.kestra.plugin.core.log.Log, message: x}]}
";
    let sound = "
id: sound
namespace: team
tasks:
- {id: deed, type: io.kestra.plugin.core.debug.Deed, mark: sound, takes: PT1H}
";
    let before: Vec<_> = (0..4).map(|_| world.start(sound, &[])).collect();
    // Both owners meet it.
    let poisoned: Vec<_> = (0..8).map(|_| world.start(poison, &[])).collect();
    world.settle(NOW);
    assert!(poisoned.iter().all(|id| world.execution(*id).state() == State::Running));
    let after: Vec<_> = (0..4).map(|_| world.start(sound, &[])).collect();
    world.settle(NOW.plus(2 * HOUR));
    assert!(before.iter().chain(&after).all(|id| world.execution(*id).state() == State::Success));
}

const GREETING: &str = "
id: greeting
namespace: team
inputs:
- {id: name, type: STRING}
tasks:
- {id: greet, type: io.kestra.plugin.core.log.Log, message: 'Hello {{ inputs.name }}'}
";

#[test]
fn an_execution_that_is_over_is_repeated_under_another_id() {
    let world = World::new();
    let id = world.start(GREETING, &[("name", "Ann")]);
    let tokio = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let repeat = |repeat: &Repeat| {
        let fresh = world.runtime().fresh_id();
        tokio.block_on(world.runtime().repeat(id, repeat, fresh)).map(|()| fresh)
    };
    assert_eq!(world.finish(id), State::Success);
    let another = GREETING.replace("Hello", "Good day");
    assert!(world.runtime().save_flow(&"main".into(), &another).is_ok());

    let same = repeat(&Repeat::default()).unwrap();
    assert_eq!(world.finish(same), State::Success);
    assert_eq!(world.lines(same), ["Hello Ann"]);
    assert_eq!(world.execution(same).birth.replay_of, Some(id));
    assert_eq!(world.execution(id).label("system.replayed"), Some("true"));

    let inputs = Some(Map::from_iter([(Arc::from("name"), Value::from("Bob"))]));
    let latest = repeat(&Repeat { revision: RepeatRevision::Latest, inputs, ..Repeat::default() }).unwrap();
    assert_eq!(world.finish(latest), State::Success);
    assert_eq!(world.lines(latest), ["Good day Bob"]);

    let refused = repeat(&Repeat { inputs: Some(Map::new()), ..Repeat::default() });
    assert!(matches!(refused, Err(Unborn::Rejected(_))));
}

#[test]
fn what_people_ask_changes_nothing() {
    let world = World::new();
    let id = world.start(GREETING, &[("name", "Ann")]);
    world.finish(id);
    let said = world.runtime().eval(id, None, "{{ inputs.name | upper }}").unwrap().unwrap().unwrap();
    assert_eq!(said.map(|text| text.masked()), Some("ANN".to_owned()));
    assert!(world.runtime().eval(id, None, "{{ nothing }}").unwrap().unwrap().is_err());

    let request = Request::new(world.runtime().fresh_id(), "team".into(), "greeting".into());
    let tried = world.runtime().try_inputs(&"main".into(), &request).unwrap();
    assert_eq!(tried.inputs.violations().map(|violation| violation.input).collect::<Vec<_>>(), ["name"]);
    assert!(tried.checks.is_none());
}

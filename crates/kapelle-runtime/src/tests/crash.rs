//! Processes that die, and what the next ones make of it.

use std::time::Duration;

use kapelle_model::State;
use kapelle_model::event::Order;

use super::world::{NOW, World, deeds};

const HOUR: i64 = 3_600_000;

#[test]
fn what_waited_goes_on_in_the_next_process_at_its_moment() {
    let mut world = World::new();
    let source = "
id: waits
namespace: team
tasks:
- {id: wait, type: io.kestra.plugin.core.flow.Pause, pauseDuration: PT5H}
- {id: deed, type: io.kestra.plugin.core.debug.Deed, mark: waits}
";
    let id = world.start(source, &[]);
    world.settle(NOW.plus(HOUR));
    world.die_and_begin(HOUR);
    world.settle(NOW.plus(4 * HOUR));
    assert_eq!((world.execution(id).state(), deeds("waits")), (State::Paused, 0));
    assert_eq!((world.finish(id), deeds("waits")), (State::Success, 1));
    assert_eq!(world.runtime().now(), NOW.plus(5 * HOUR));
}

#[test]
fn what_had_begun_begins_again_as_another_attempt() {
    let mut world = World::new();
    let source = "
id: begun
namespace: team
tasks:
- {id: deed, type: io.kestra.plugin.core.debug.Deed, mark: begun, takes: PT1H}
";
    let id = world.start(source, &[]);
    world.settle(NOW);
    assert_eq!(deeds("begun"), 1);
    world.die_and_begin(0);
    assert_eq!((world.finish(id), deeds("begun")), (State::Success, 2));
    let attempts = &world.execution(id).runs[0].attempts;
    let states: Vec<_> = attempts.iter().map(|attempt| attempt.current().name()).collect();
    assert_eq!(states, ["RESUBMITTED", "SUCCESS"]);
}

#[test]
fn places_and_queues_outlive_the_process() {
    let mut world = World::new();
    let source = "
id: places
namespace: team
concurrency: {limit: 1}
tasks:
- {id: deed, type: io.kestra.plugin.core.debug.Deed, mark: places, takes: PT1H}
";
    let ids: Vec<_> = (0..3).map(|_| world.start(source, &[])).collect();
    world.settle(NOW);
    world.die_and_begin(0);
    world.settle(NOW.plus(HOUR / 2));
    let open: Vec<_> = ids.iter().map(|id| world.execution(*id).state().name()).collect();
    assert_eq!(open, ["RUNNING", "QUEUED", "QUEUED"]);
    assert_eq!(world.finish(ids[2]), State::Success);
    assert_eq!(world.runtime().now(), NOW.plus(3 * HOUR));
}

#[test]
fn a_subflow_and_its_caller_find_each_other_again() {
    let mut world = World::new();
    let child = "
id: long
namespace: team
tasks:
- {id: wait, type: io.kestra.plugin.core.flow.Pause, pauseDuration: PT1H}
";
    let parent = "
id: caller
namespace: team
tasks:
- {id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: team, flowId: long}
- {id: deed, type: io.kestra.plugin.core.debug.Deed, mark: caller}
";
    world.save(child);
    let id = world.start(parent, &[]);
    world.settle(NOW);
    world.die_and_begin(0);
    assert_eq!((world.finish(id), deeds("caller")), (State::Success, 1));
}

#[test]
fn what_runs_when_a_process_stops_begins_again_and_costs_no_retry() {
    let mut world = World::new();
    let source = "
id: stops
namespace: team
tasks:
- id: deed
  type: io.kestra.plugin.core.debug.Deed
  mark: stops
  takes: PT1H
  retry: {type: constant, interval: PT1M, maxAttempts: 1}
";
    let id = world.start(source, &[]);
    world.settle(NOW);
    world.stop_and_begin(Duration::ZERO);
    assert_eq!((world.finish(id), deeds("stops")), (State::Success, 2));
    let attempts = &world.execution(id).runs[0].attempts;
    let states: Vec<_> = attempts.iter().map(|attempt| attempt.current().name()).collect();
    assert_eq!(states, ["RESUBMITTED", "SUCCESS"]);
}

/// Reports that came while the execution was being written were lost with the process.
#[test]
fn what_is_done_when_a_process_stops_is_not_done_again() {
    let mut world = World::new();
    let source = "
id: reports
namespace: team
tasks:
- id: all
  type: io.kestra.plugin.core.flow.Parallel
  tasks:
  - {id: one, type: io.kestra.plugin.core.debug.Deed, mark: reports-1}
  - {id: two, type: io.kestra.plugin.core.debug.Deed, mark: reports-2}
  - {id: three, type: io.kestra.plugin.core.debug.Deed, mark: reports-3}
";
    world.save(source);
    world.begin_with_a_slow_store(Duration::from_millis(200));
    let id = world.start(source, &[]);
    let done = || ["reports-1", "reports-2", "reports-3"].map(deeds);
    while done().contains(&0) {
        std::thread::yield_now();
    }
    world.stop_and_begin(Duration::from_mins(1));
    assert_eq!((world.finish(id), done()), (State::Success, [1, 1, 1]));
}

/// There is one more than can run at the same time.
#[test]
fn what_waits_for_a_worker_when_a_process_stops_begins_in_the_next_one() {
    let mut world = World::new();
    let source = "
id: waiting
namespace: team
tasks:
- id: all
  type: io.kestra.plugin.core.flow.ForEach
  values: '{{ range(1, 65) }}'
  concurrencyLimit: 0
  tasks:
  - {id: deed, type: io.kestra.plugin.core.debug.Deed, mark: waiting, hangs: 64}
";
    let id = world.start(source, &[]);
    while deeds("waiting") < 64 {
        std::thread::yield_now();
    }
    world.runtime().begin_to_stop();
    while world.runtime().worker_load().waiting > 0 {
        std::thread::yield_now();
    }
    world.stop_and_begin(Duration::ZERO);
    assert_eq!((world.finish(id), deeds("waiting")), (State::Success, 64 + 65));
    let begun_twice = world.execution(id).runs.iter().filter(|run| run.attempts.len() == 2).count();
    assert_eq!(begun_twice, 64);
}

#[test]
fn directories_that_a_process_left_are_removed_once_their_execution_is_over() {
    let mut world = World::new();
    let source = "
id: leaves
namespace: team
tasks:
- {id: deed, type: io.kestra.plugin.core.debug.Deed, mark: leaves, takes: PT1H}
";
    let id = world.start(source, &[]);
    world.settle(NOW);
    let (own, other) = (world.work().join(id.to_string()), world.work().join("other"));
    std::fs::create_dir_all(own.join("1-1")).unwrap();
    std::fs::create_dir_all(&other).unwrap();
    world.die_and_begin(0);
    assert!(own.exists(), "it goes on");
    assert_eq!(world.finish(id), State::Success);
    std::fs::create_dir_all(own.join("1-1")).unwrap();
    world.die_and_begin(0);
    let names = || std::fs::read_dir(world.work()).unwrap().map(|entry| entry.unwrap().file_name());
    while names().any(|name| name.to_string_lossy().contains(&id.to_string())) {
        std::thread::yield_now();
    }
    assert!(other.exists(), "what is no execution belongs to somebody else");
}

/// Three levels: the order to end was passed on from one to the next, and on the way what was below it began again.
#[test]
fn what_was_killed_before_a_crash_does_not_begin_again() {
    let mut world = World::new();
    let calls = |id: &str, child: &str| {
        format!(
            "
id: {id}
namespace: team
tasks:
- {{id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: team, flowId: {child}}}
"
        )
    };
    let leaf = "
id: leaf
namespace: team
tasks:
- {id: deed, type: io.kestra.plugin.core.debug.Deed, mark: leaf, hangs: 9}
";
    world.save(leaf);
    world.save(&calls("middle", "leaf"));
    world.save(&calls("top", "middle"));
    world.begin_with_a_slow_store(Duration::from_millis(100));
    let top = world.start(&calls("top", "middle"), &[]);
    while deeds("leaf") == 0 {
        std::thread::yield_now();
    }
    world.order_only(top, Order::Kill { cascade: true });
    while world.execution(top).state() == State::Running {
        std::thread::yield_now();
    }
    world.die_and_begin(0);
    assert_eq!(world.finish(top), State::Killed);
    world.settle(NOW);
    assert_eq!(deeds("leaf"), 1);
    let states = ["top", "middle", "leaf"].map(|flow| world.states(flow));
    assert_eq!(states, [[State::Killed]; 3]);
}

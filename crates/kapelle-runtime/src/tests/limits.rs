//! Limits of flows that change while executions hold their places and wait for them.

use std::sync::Arc;

use kapelle_model::ExecutionId;
use kapelle_model::effect::Request;
use kapelle_model::event::Order;
use kapelle_model::{Map, Value};
use kapelle_plugin::{FlowRef, Flows};

use super::world::World;
use crate::flows::TenantFlows;

/// A flow whose executions hold their places until somebody resumes them.
fn flow(concurrency: &str) -> String {
    format!(
        "
id: one
namespace: team
inputs:
- {{id: key, type: STRING, defaults: x}}
{concurrency}
tasks:
- {{id: wait, type: io.kestra.plugin.core.flow.Pause}}
"
    )
}

fn limit(size: u32, behavior: &str) -> String {
    flow(&format!("concurrency: {{limit: {size}, behavior: {behavior}}}"))
}

fn flows(world: &World) -> TenantFlows {
    flows_of(world, "main")
}

fn flows_of(world: &World, tenant: &str) -> TenantFlows {
    TenantFlows::new(Arc::from(tenant), world.runtime().grips())
}

fn start_of(world: &World, tenant: &str, revision: Option<u32>, key: &str) -> ExecutionId {
    let inputs = Arc::new(Map::from_iter([("key".into(), Value::from(key))]));
    let request =
        Request { inputs, revision, ..Request::new(world.runtime().fresh_id(), "team".into(), "one".into()) };
    let id = world.wait_for(world.runtime().create(&Arc::from(tenant), &request)).unwrap();
    world.settle(world.runtime().now());
    id
}

fn start(world: &World, revision: Option<u32>, key: &str) -> ExecutionId {
    start_of(world, "main", revision, key)
}

fn resume(world: &World, id: ExecutionId) {
    world.order(id, Order::Resume { values: Arc::default(), by: None });
}

fn states(world: &World, ids: &[ExecutionId]) -> String {
    world.settle(world.runtime().now());
    ids.iter().map(|id| world.execution(*id).state().name()).collect::<Vec<_>>().join(" ")
}

/// It was left QUEUED, and was in no queue.
#[test]
fn beyond_the_limit_an_execution_does_as_its_own_revision_says() {
    let world = World::new();
    flows(&world).save(&limit(1, "QUEUE")).unwrap();
    let first = start(&world, None, "x");
    flows(&world).save(&limit(1, "CANCEL")).unwrap();
    let ids = [first, start(&world, Some(1), "x"), start(&world, None, "x")];
    assert_eq!(states(&world, &ids), "PAUSED QUEUED CANCELLED");
    resume(&world, first);
    assert_eq!(states(&world, &ids), "SUCCESS PAUSED CANCELLED");
}

#[test]
fn who_waits_starts_when_the_limit_grows() {
    let world = World::new();
    flows(&world).save(&limit(1, "QUEUE")).unwrap();
    let ids = [(); 5].map(|()| start(&world, None, "x"));
    assert_eq!(states(&world, &ids), "PAUSED QUEUED QUEUED QUEUED QUEUED");
    flows(&world).save(&limit(2, "FAIL")).unwrap();
    assert_eq!(states(&world, &ids), "PAUSED PAUSED QUEUED QUEUED QUEUED");
    flows(&world).save(&limit(1, "QUEUE")).unwrap();
    flows(&world).save(&limit(3, "QUEUE")).unwrap();
    assert_eq!(states(&world, &ids), "PAUSED PAUSED PAUSED QUEUED QUEUED");
    flows(&world).save(&flow("")).unwrap();
    assert_eq!(states(&world, &ids), "PAUSED PAUSED PAUSED PAUSED PAUSED");
}

#[test]
fn who_waits_starts_when_the_flow_is_deleted_and_counts_when_it_comes_back() {
    let mut world = World::new();
    flows(&world).save(&limit(1, "QUEUE")).unwrap();
    let ids = [(); 3].map(|()| start(&world, None, "x"));
    let one = FlowRef { namespace: "team".to_owned(), flow: "one".to_owned() };
    assert!(flows(&world).delete(&one).unwrap());
    assert_eq!(states(&world, &ids), "PAUSED PAUSED PAUSED");
    flows(&world).save(&limit(3, "QUEUE")).unwrap();
    let late = start(&world, None, "x");
    assert_eq!(states(&world, &[late]), "QUEUED");
    world.die_and_begin(0);
    assert_eq!(states(&world, &[late]), "QUEUED");
    flows(&world).save(&limit(4, "QUEUE")).unwrap();
    assert_eq!(states(&world, &[late]), "PAUSED");
}

#[test]
fn a_lower_limit_ends_nobody_and_lets_nobody_start_until_there_is_room() {
    let mut world = World::new();
    flows(&world).save(&limit(2, "QUEUE")).unwrap();
    let ids = [(); 3].map(|()| start(&world, None, "x"));
    flows(&world).save(&limit(1, "QUEUE")).unwrap();
    world.die_and_begin(0);
    resume(&world, ids[0]);
    assert_eq!(states(&world, &ids), "SUCCESS PAUSED QUEUED");
    resume(&world, ids[1]);
    assert_eq!(states(&world, &ids), "SUCCESS SUCCESS PAUSED");
}

#[test]
fn all_limits_of_a_flow_change_whatever_their_keys() {
    let world = World::new();
    let keyed = |size, key: &str| flow(&format!("concurrency: {{limit: {size}, key: '{key}'}}"));
    flows(&world).save(&keyed(1, "{{ inputs.key }}")).unwrap();
    let ids = ["x", "y", "x", "y", "x"].map(|key| start(&world, None, key));
    assert_eq!(states(&world, &ids), "PAUSED PAUSED QUEUED QUEUED QUEUED");
    flows(&world).save(&keyed(2, "{{ inputs.key }}")).unwrap();
    assert_eq!(states(&world, &ids), "PAUSED PAUSED PAUSED PAUSED QUEUED");
    let waits = || world.runtime().queued(ids[4]).map(|queued| queued.limits[0].name.to_string());
    assert_eq!(waits().as_deref(), Some("team.one:x"));
    // A key that executions of before do not have puts them together.
    flows(&world).save(&keyed(4, "{{ inputs.unknown }}")).unwrap();
    assert_eq!(waits().as_deref(), Some("team.one"));
    flows(&world).save(&keyed(4, "-{{ inputs.key }}")).unwrap();
    assert_eq!(states(&world, &ids), "PAUSED PAUSED PAUSED PAUSED PAUSED");
}

/// Another key, or none, puts who runs and who waits together anew, and so does a restart.
#[test]
fn without_the_key_all_count_together() {
    let mut world = World::new();
    flows(&world).save(&flow("concurrency: {limit: 1, key: '{{ inputs.key }}'}")).unwrap();
    let ids = ["x", "y", "x", "y"].map(|key| start(&world, None, key));
    assert_eq!(states(&world, &ids), "PAUSED PAUSED QUEUED QUEUED");
    flows(&world).save(&limit(1, "QUEUE")).unwrap();
    resume(&world, ids[0]);
    assert_eq!(states(&world, &ids), "SUCCESS PAUSED QUEUED QUEUED");
    world.die_and_begin(0);
    assert_eq!(states(&world, &ids), "SUCCESS PAUSED QUEUED QUEUED");
    resume(&world, ids[1]);
    assert_eq!(states(&world, &ids), "SUCCESS SUCCESS PAUSED QUEUED");
    flows(&world).save(&flow("concurrency: {limit: 1, key: '{{ inputs.key }}'}")).unwrap();
    assert_eq!(states(&world, &ids), "SUCCESS SUCCESS PAUSED PAUSED");
}

#[test]
fn flows_of_the_same_name_in_two_tenants_share_no_places() {
    let world = World::new();
    for tenant in ["main", "other"] {
        flows_of(&world, tenant).save(&limit(1, "QUEUE")).unwrap();
    }
    let ids = ["main", "other", "other"].map(|tenant| start_of(&world, tenant, None, "x"));
    assert_eq!(states(&world, &ids), "PAUSED PAUSED QUEUED");
    flows(&world).save(&limit(3, "QUEUE")).unwrap();
    assert_eq!(states(&world, &ids), "PAUSED PAUSED QUEUED");
    flows_of(&world, "other").save(&limit(3, "QUEUE")).unwrap();
    assert_eq!(states(&world, &ids), "PAUSED PAUSED PAUSED");
}

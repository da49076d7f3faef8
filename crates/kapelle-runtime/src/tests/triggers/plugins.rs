//! Triggers that look at the world, and triggers that listen.

use std::collections::BTreeMap;
use std::sync::Mutex;

use kapelle_model::trigger::SkipReason;
use kapelle_plugin::{Broken, Events, Expr, Polled, PollingTrigger, RealtimeTrigger, RunContext};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::*;

/// What the world of the tests has, by name.
static SOURCES: Mutex<BTreeMap<String, Vec<&str>>> = Mutex::new(BTreeMap::new());

/// What was kept when a look was done with what it found.
static SETTLED: Mutex<BTreeMap<String, Vec<Value>>> = Mutex::new(BTreeMap::new());

fn happens(source: &str, what: &'static str) {
    SOURCES.lock().unwrap().entry(source.to_owned()).or_default().push(what);
}

#[derive(Serialize, JsonSchema)]
pub(in crate::tests) struct Found {
    what: String,
}

/// # Look at a source
///
/// Takes one event after the other.
#[derive(Deserialize, JsonSchema)]
pub(in crate::tests) struct Look {
    /// The name of the source.
    #[serde(rename = "connectionString")]
    url: Expr<String>,
}

impl PollingTrigger for Look {
    const TYPE: &'static str = "io.kestra.plugin.debezium.mongodb.Trigger";
    type Output = Found;

    async fn poll(&self, cx: &RunContext, cursor: Option<Value>) -> Result<Polled<Found>, Broken> {
        let taken = match cursor {
            Some(Value::Int(taken)) => taken,
            _ => 0,
        };
        let sources = SOURCES.lock().unwrap();
        let next = sources
            .get(&cx.render(&self.url)?)
            .and_then(|events| events.get(usize::try_from(taken).unwrap()));
        match next {
            Some(&"broken") => Err(Broken::new("the source is broken")),
            Some(what) => Ok(Polled {
                event: Some(Found { what: (*what).to_owned() }),
                cursor: Some(Value::Int(taken + 1)),
            }),
            None => Ok(Polled { event: None, cursor: Some(Value::Int(taken)) }),
        }
    }

    async fn settle(&self, cx: &RunContext, cursor: Option<Value>) -> Result<(), Broken> {
        let source = cx.render(&self.url)?;
        SETTLED.lock().unwrap().entry(source).or_default().extend(cursor);
        Ok(())
    }
}

/// # Listen to a source
///
/// Tells all its events, and ends.
#[derive(Deserialize, JsonSchema)]
pub(in crate::tests) struct Listen {
    /// The name of the source.
    #[serde(rename = "connectionString")]
    url: Expr<String>,
}

impl RealtimeTrigger for Listen {
    const TYPE: &'static str = "io.kestra.plugin.debezium.mongodb.RealtimeTrigger";
    type Output = Found;

    async fn listen(&self, cx: &RunContext, events: Events<Found>) -> Result<(), Broken> {
        let source = cx.render(&self.url)?;
        let all = SOURCES.lock().unwrap().get(&source).cloned().unwrap_or_default();
        for what in all {
            events.tell(&Found { what: what.to_owned() }, Some(what.to_owned())).await?;
        }
        cx.stopped().await;
        Ok(())
    }
}

fn looking(flow: &str, more: &str, takes: &str) -> String {
    let trigger = format!(
        "- {{id: look, type: io.kestra.plugin.debezium.mongodb.Trigger, connectionString: {flow}, interval: PT10S{more}}}"
    );
    source(flow, &trigger, takes)
}

fn found(world: &World, flow: &str) -> Vec<Value> {
    world.executions(flow).iter().filter_map(|execution| variable(execution, "what")).collect()
}

#[test]
fn it_looks_at_once_and_then_after_each_interval_and_each_event_is_one_execution() {
    let mut world = with_all();
    happens("looks", "one");
    world.put(&looking("looks", "", "PT0.1S"));
    world.pass(1);
    assert_eq!(found(&world, "looks"), [Value::from("one")]);
    happens("looks", "two");
    world.pass(5);
    assert_eq!(found(&world, "looks").len(), 1, "ten seconds are not over");
    world.pass(10);
    world.die_and_begin(1_000);
    world.pass(30);
    assert_eq!(found(&world, "looks"), [Value::from("one"), Value::from("two")], "and none twice");
    assert_eq!(world.state("looks", "look").cursor, Some(Value::Int(2)));
    let settled = SETTLED.lock().unwrap().get("looks").cloned();
    assert_eq!(settled, Some(vec![Value::Int(1), Value::Int(2)]), "once for each, when it was on the disk");
}

#[test]
fn while_its_execution_runs_it_does_not_look() {
    let world = with_all();
    happens("locked", "one");
    happens("locked", "two");
    world.put(&looking("locked", "", "PT1M"));
    world.pass(50);
    assert_eq!(found(&world, "locked").len(), 1);
    let row = world.row("locked", "look");
    world.runtime().unlock_trigger(&row.key).unwrap();
    world.pass(1);
    assert_eq!(found(&world, "locked").len(), 2, "unless somebody frees it");
}

#[test]
fn a_look_that_fails_is_recorded_or_shown_as_an_execution() {
    let world = with_all();
    happens("fails", "broken");
    world.put(&looking("fails", "", "PT0.1S"));
    world.pass(25);
    let skips = world.skips("fails", "look");
    assert_eq!((skips.len(), skips[0].why, skips[0].count), (1, SkipReason::Failed, 3));
    assert_eq!(skips[0].words, "the source is broken");
    assert_eq!(world.executions("fails").len(), 0);
    world.put(&looking("fails", ", failOnTriggerError: true", "PT0.1S"));
    world.pass(1);
    assert_eq!(world.states("fails"), [State::Failed]);
}

#[test]
fn conditions_are_asked_before_it_looks() {
    let world = with_all();
    happens("held", "one");
    let held = ", conditions: [{type: io.kestra.plugin.core.condition.Expression, expression: 'false'}]";
    world.put(&looking("held", held, "PT0.1S"));
    world.pass(15);
    assert_eq!((found(&world, "held").len(), world.skips("held", "look")[0].why), (0, SkipReason::Condition));
}

#[test]
fn each_event_that_is_heard_is_one_execution_however_often_it_is_told() {
    let mut world = with_all();
    happens("heard", "one");
    happens("heard", "two");
    happens("heard", "one");
    let trigger =
        "- {id: listen, type: io.kestra.plugin.debezium.mongodb.RealtimeTrigger, connectionString: heard}";
    world.put(&source("heard", trigger, "PT0.1S"));
    let waits = || world_has(&world, "heard", 2);
    assert!(waits(), "{:?}", found(&world, "heard"));
    world.die_and_begin(1_000);
    std::thread::sleep(std::time::Duration::from_millis(50));
    world.pass(1);
    assert_eq!(found(&world, "heard"), [Value::from("one"), Value::from("two")]);
}

/// Waits until a flow has so many executions; what listens is on its way without anybody knowing.
fn world_has(world: &World, flow: &str, count: usize) -> bool {
    for _ in 0..500 {
        world.pass(0);
        if world.executions(flow).len() >= count {
            return true;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    false
}

#[test]
fn a_type_that_is_not_built_in_is_said_to_be_so() {
    let world = with_all();
    let pulsar = "pulsar.Trigger, uri: pulsar://p, topic: t, subscriptionName: s";
    // The catalogue knows nothing of the last two.
    for (flow, more) in
        [("known", pulsar), ("unread", "trello.Trigger"), ("heard", "trello.RealtimeTrigger, board: b")]
    {
        world.put(&source(flow, &format!("- {{id: look, type: io.kestra.plugin.{more}}}"), "PT0.1S"));
        world.pass(300);
        let skips = world.skips(flow, "look");
        assert_eq!((skips.len(), skips[0].count), (1, 1));
        let name = more.split(',').next().unwrap_or_default();
        assert!(
            skips[0].words.contains(name) && skips[0].words.contains("not built into this version"),
            "{}",
            skips[0].words
        );
    }
}

use jiff::Timestamp;
use kapelle_core::expression::plain;
use kapelle_model::{Map, Value};
use kapelle_plugin::Polled;
use kapelle_plugin::stage::{Stage, service};
use serde_json::json;

use super::consume::Consume;
use super::publish::Publish;
use super::queue::QueueProperties;
use super::realtime_trigger::RealtimeTrigger;
use super::trigger::Trigger;

/// A queue of its own on a stand-in for AWS.
struct World {
    stage: Stage,
    access: String,
}

impl World {
    async fn new(name: &str) -> Option<Self> {
        let server = service("moto")?;
        let stage = Stage::new();
        stage.set_now(Timestamp::now());
        let access =
            format!("endpointOverride: '{server}'\nregion: eu-west-1\naccessKeyId: a\nsecretKeyId: b\n");
        let name = format!("{name}-{}", Timestamp::now().as_millisecond());
        let properties = kapelle_plugin::stage::properties_of(&format!("{access}queueUrl: none"));
        let queue = kapelle_plugin::read::<QueueProperties>(&properties).unwrap();
        let cx = stage.context();
        let told =
            queue.open(&cx).unwrap().ask(&cx, "CreateQueue", json!({ "QueueName": name })).await.unwrap();
        let url = told["QueueUrl"].as_str().unwrap();
        Some(Self { access: format!("{access}queueUrl: '{url}'\n"), stage })
    }

    async fn publish(&self, from: &str) -> i64 {
        let sent = self.stage.run::<Publish>(&format!("{}from: {from}\n", self.access)).await.unwrap();
        let Value::Int(count) = sent["messagesCount"] else { panic!("{sent:?}") };
        count
    }

    async fn consume(&self, more: &str) -> (Map, String) {
        let got = self.stage.run::<Consume>(&format!("{}{more}", self.access)).await.unwrap();
        let rows = self.rows(&got);
        (got, rows)
    }

    /// How many messages are with somebody and still belong to the queue.
    async fn left(&self) -> String {
        let properties = kapelle_plugin::stage::properties_of(&self.access);
        let queue = kapelle_plugin::read::<QueueProperties>(&properties).unwrap();
        let cx = self.stage.context();
        let asked = queue
            .open(&cx)
            .unwrap()
            .ask(&cx, "GetQueueAttributes", json!({ "AttributeNames": ["All"] }))
            .await;
        asked.unwrap()["Attributes"]["ApproximateNumberOfMessagesNotVisible"].as_str().unwrap().to_owned()
    }

    fn rows(&self, got: &Map) -> String {
        let Value::Str(uri) = &got["uri"] else { panic!("{got:?}") };
        self.stage.content(uri.expose())
    }
}

#[tokio::test]
async fn messages_go_into_a_queue_and_come_out() {
    let Some(world) = World::new("out").await else { return };
    assert_eq!(world.publish("{data: hello}").await, 1);
    assert_eq!(world.publish("[{data: {a: 1}}, {data: 'two', delaySeconds: 0}]").await, 2);
    let (got, rows) = world.consume("maxRecords: 2\n").await;
    assert_eq!((&got["count"], rows.lines().count()), (&Value::Int(2), 2));
    // Only what was sent, and nothing about it.
    assert!(rows.lines().any(|row| row == "\"hello\""), "{rows}");
    // What was read is not there any more.
    let (got, rows) = world.consume("maxRecords: 10\n").await;
    assert_eq!((&got["count"], rows.lines().count()), (&Value::Int(1), 1));
}

#[tokio::test]
async fn rows_of_a_file_are_sent_in_batches() {
    let Some(world) = World::new("file").await else { return };
    let rows: Vec<String> = (0..25).map(|number| format!("{{data:\"m{number}\"}}\n")).collect();
    let rows = rows.concat();
    let uri = world.stage.put_file("rows.ion", rows.as_bytes());
    assert_eq!(world.publish(&format!("'{uri}'")).await, 25);
    let metrics = world.stage.metrics();
    assert_eq!((metrics[0].name.as_str(), metrics[0].value), ("sqs.publish.messages", 25.0));
    let (got, _) = world.consume("maxRecords: 100\nserdeType: STRING\nautoDelete: false\n").await;
    assert_eq!(got["count"], Value::Int(25));
}

#[tokio::test]
async fn a_trigger_takes_messages_out_when_its_execution_is_certain() {
    let Some(world) = World::new("poll").await else { return };
    world.publish("{data: {a: 1}}").await;
    let properties = format!("{}maxRecords: 5\nserdeType: JSON\n", world.access);
    let Polled { event, cursor } = world.stage.poll::<Trigger>(&properties, None).await.unwrap();
    assert!(world.rows(&event.unwrap()).contains("{a:1}\n"));
    assert_eq!(world.left().await, "1");
    world.stage.settle::<Trigger>(&properties, cursor).await.unwrap();
    assert_eq!(world.left().await, "0");
    let Polled { event, .. } = world.stage.poll::<Trigger>(&properties, None).await.unwrap();
    assert_eq!(event, None);
}

#[tokio::test]
async fn each_message_starts_an_execution() {
    let Some(world) = World::new("live").await else { return };
    let properties = format!("{}serdeType: JSON\nwaitTime: PT1S\n", world.access);
    let mut listener = world.stage.listen::<RealtimeTrigger>(&properties).unwrap();
    world.publish("[{data: {n: 1}}]").await;
    let heard = listener.next().await.unwrap();
    let data = plain::to_json(&heard.variables["data"], &jiff::tz::TimeZone::UTC, true, 100).unwrap();
    assert_eq!((data.expose(), heard.name.is_some()), (r#"{"n":1}"#, true));
    listener.end().await.unwrap();
}

#[tokio::test]
async fn what_is_wrong_is_told() {
    let Some(world) = World::new("wrong").await else { return };
    let told = |broken: kapelle_plugin::Broken| broken.failure.to_string();
    for (from, expected) in [
        ("nothing", "neither the address of a file"),
        ("{text: x}", "a message has no `data`"),
        ("[1]", "is no map"),
    ] {
        let broken =
            world.stage.run::<Publish>(&format!("{}from: {from}\n", world.access)).await.unwrap_err();
        let told = told(broken);
        assert!(told.contains(expected), "{expected}: {told}");
    }
    let broken = world.stage.run::<Consume>(&world.access).await.unwrap_err();
    assert!(told(broken).contains("set `maxRecords` or `maxDuration`"));
    let lost = world.access.replace("wrong-", "lost-");
    let told = told(world.stage.run::<Consume>(&format!("{lost}maxRecords: 1\n")).await.unwrap_err());
    assert!(told.contains("NonExistentQueue") || told.contains("QueueDoesNotExist"), "{told}");
    assert!(told.contains("Look at `queueUrl`"), "{told}");
}

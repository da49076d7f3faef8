//! Against a real broker, and in [`standin`] against one in memory.

mod standin;

use jiff::Timestamp;
use kapelle_model::{Map, Value};
use kapelle_plugin::Polled;
use kapelle_plugin::stage::{Stage, service};

use super::consume::Consume;
use super::produce::Produce;
use super::realtime_trigger::RealtimeTrigger;
use super::trigger::Trigger;

/// A topic and a group of its own on a real broker.
struct World {
    stage: Stage,
    broker: String,
    name: String,
}

impl World {
    fn new(name: &str) -> Option<Self> {
        let broker = service("kafka")?;
        let name = format!("{name}-{}", Timestamp::now().as_nanosecond());
        Some(Self { stage: Stage::new(), broker, name })
    }

    fn with(&self, settings: &str, more: &str) -> String {
        let Self { broker, name, .. } = self;
        let settings = if settings.is_empty() { String::new() } else { format!(", {settings}") };
        format!("properties: {{bootstrap.servers: '{broker}'{settings}}}\ntopic: {name}\n{more}\n")
    }

    async fn produce(&self, settings: &str, more: &str) -> Value {
        let settings = format!("transactional.id: {}, {settings}", self.name);
        let sent =
            self.stage.run::<Produce>(&self.with(settings.trim_end_matches(", "), more)).await.unwrap();
        sent["messagesCount"].clone()
    }

    fn rows(&self, got: &Map) -> Vec<String> {
        let Value::Str(uri) = &got["uri"] else { panic!("{got:?}") };
        self.stage.content(uri.expose()).lines().map(str::to_owned).collect()
    }

    /// The values of the rows, in order.
    fn values(&self, got: &Map) -> Vec<String> {
        let value =
            |row: &String| row.split("value:").nth(1).unwrap().split(",topic:").next().unwrap().to_owned();
        let mut values: Vec<String> = self.rows(got).iter().map(value).collect();
        values.sort();
        values
    }

    async fn consume(&self, more: &str) -> Map {
        self.stage.run::<Consume>(&self.with("auto.offset.reset: earliest", more)).await.unwrap()
    }
}

#[tokio::test]
async fn records_go_to_a_topic_and_come_from_there_however_they_are_packed() {
    for compression in ["none", "gzip", "snappy", "lz4", "zstd"] {
        let Some(world) = World::new(compression) else { return };
        let from = "from: [{key: k, value: {n: 1}, partition: 2, timestamp: '2026-01-02T03:04:05Z', headers: {h: x}}, {value: 2}]\nvalueSerializer: JSON";
        assert_eq!(world.produce(&format!("compression.type: {compression}"), from).await, Value::Int(2));
        let got = world.consume("pollDuration: PT1S\nvalueDeserializer: JSON\nheaderFilters: {h: x}").await;
        assert_eq!(got["messagesCount"], Value::Int(1));
        let row = &world.rows(&got)[0];
        for part in [
            "key:\"k\"",
            "value:{n:1}",
            "partition:2",
            "headers:[{h:\"x\"}]",
            "2026-01-02T03:04:05",
            "offset:0",
        ] {
            assert!(row.contains(part), "{part}: {row}");
        }
    }
}

#[tokio::test]
async fn a_group_remembers_how_far_it_was_read() {
    let Some(world) = World::new("group") else { return };
    let group = format!("groupId: g-{}\npollDuration: PT1S", world.name);
    assert_eq!(
        world.produce("", "from: [{key: a, value: a}, {key: a, value: b}, {key: a, value: c}]").await,
        Value::Int(3)
    );
    let got = world.consume(&format!("{group}\nmaxRecords: 2")).await;
    assert_eq!(world.values(&got), ["\"a\"", "\"b\""]);
    assert_eq!(world.values(&world.consume(&group).await), ["\"c\""]);
    assert!(world.values(&world.consume(&group).await).is_empty());
    // Without a group everything is read again; also what came since a moment.
    assert_eq!(world.values(&world.consume("pollDuration: PT1S").await).len(), 3);
    let since = world.consume("pollDuration: PT1S\nsince: '2030-01-01T00:00:00Z'").await;
    assert!(world.values(&since).is_empty());
    let pattern =
        world.with("auto.offset.reset: earliest", &format!("groupId: p-{}\npollDuration: PT1S", world.name));
    let pattern = pattern.replace("topic: group", "topicPattern: grou.");
    assert_eq!(world.values(&world.stage.run::<Consume>(&pattern).await.unwrap()).len(), 3);
}

#[tokio::test]
async fn a_transaction_that_fails_was_never_there() {
    let Some(world) = World::new("abort") else { return };
    let many = (0..600).map(|n| format!("{{value:\"{n}\"}}\n")).collect::<Vec<_>>().concat();
    let uri = world.stage.put_file("rows.ion", format!("{many}\"no map\"\n").as_bytes());
    let settings = format!("transactional.id: {}", world.name);
    let broken =
        world.stage.run::<Produce>(&world.with(&settings, &format!("from: '{uri}'"))).await.unwrap_err();
    assert!(broken.failure.to_string().contains("no map"), "{broken:?}");
    world.produce("", "from: {value: kept}").await;
    assert_eq!(world.values(&world.consume("pollDuration: PT1S").await), ["\"kept\""]);
    let settings = "auto.offset.reset: earliest, isolation.level: read_uncommitted";
    let all = world.stage.run::<Consume>(&world.with(settings, "pollDuration: PT1S")).await.unwrap();
    assert_eq!(world.values(&all).len(), 501);
}

#[tokio::test]
async fn a_look_reads_again_until_its_execution_is_certain() {
    let Some(world) = World::new("look") else { return };
    let more = format!("groupId: g-{}\npollDuration: PT1S", world.name);
    let properties = world.with("auto.offset.reset: earliest", &more);
    world.produce("", "transactional: false\nfrom: [{value: a}, {value: b}]").await;
    let Polled { event, .. } = world.stage.poll::<Trigger>(&properties, None).await.unwrap();
    assert_eq!(world.values(&event.unwrap()), ["\"a\"", "\"b\""]);
    let Polled { event, cursor } = world.stage.poll::<Trigger>(&properties, None).await.unwrap();
    assert_eq!(world.values(&event.unwrap()).len(), 2);
    // Written, but not settled: nothing comes twice.
    let Polled { event, .. } = world.stage.poll::<Trigger>(&properties, cursor.clone()).await.unwrap();
    assert_eq!(event, None);
    world.stage.settle::<Trigger>(&properties, cursor).await.unwrap();
    let Polled { event, .. } = world.stage.poll::<Trigger>(&properties, None).await.unwrap();
    assert_eq!(event, None);
}

#[tokio::test]
async fn each_record_starts_an_execution() {
    let Some(world) = World::new("live") else { return };
    world.produce("", "from: [{key: k, value: '1'}, {key: k, value: '{'}, {key: k, value: '2'}]").await;
    let more = format!("groupId: g-{}\nvalueDeserializer: JSON", world.name);
    let properties = world.with("auto.offset.reset: earliest", &more);
    let mut listener = world.stage.listen::<RealtimeTrigger>(&properties).unwrap();
    let first = listener.next().await.unwrap().variables;
    assert_eq!(
        (&first["value"], &first["key"], &first["offset"]),
        (&Value::Int(1), &"k".into(), &Value::Int(0))
    );
    assert_eq!(listener.next().await.unwrap().variables["value"], Value::Int(2));
    listener.end().await.unwrap();
    assert!(world.stage.lines().iter().any(|line| line.contains("no JSON")), "{:?}", world.stage.lines());
}

#[tokio::test]
async fn what_cannot_be_done_is_told_with_what_to_do() {
    let Some(world) = World::new("told") else { return };
    let told = |broken: kapelle_plugin::Broken| broken.failure.to_string();
    let none = told(world.stage.run::<Consume>(&world.with("", "")).await.unwrap_err());
    assert!(none.contains("there is no such topic") && none.contains(&world.name), "{none}");
    let bare = world.with("", "from: {value: x, topic: 'not allowed!'}");
    let wrong = told(world.stage.run::<Produce>(&bare).await.unwrap_err());
    assert!(wrong.contains("the name of the topic is not allowed"), "{wrong}");
    let acks =
        told(world.stage.run::<Produce>(&world.with("acks: 1", "from: {value: x}")).await.unwrap_err());
    assert!(acks.contains("`transactional: false`"), "{acks}");
    let far = told(
        world
            .stage
            .run::<Produce>(&world.with("", "transactional: false\nfrom: {value: x, partition: 9}"))
            .await
            .unwrap_err(),
    );
    assert!(far.contains("has no partition 9"), "{far}");
}

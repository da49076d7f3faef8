use jiff::Timestamp;
use kapelle_model::{Map, Value};
use kapelle_plugin::Polled;
use kapelle_plugin::stage::{Stage, service};

use super::coding::Writer;
use super::consume::Consume;
use super::create_queue::CreateQueue;
use super::declare_exchange::DeclareExchange;
use super::frame;
use super::publish::Publish;
use super::queue_bind::QueueBind;
use super::realtime_trigger::RealtimeTrigger;
use super::server::ServerProperties;
use super::trigger::Trigger;

/// A queue of its own on a real broker.
struct World {
    stage: Stage,
    url: String,
    name: String,
}

impl World {
    async fn new(name: &str, args: &str) -> Option<Self> {
        let url = service("rabbitmq")?;
        let name = format!("{name}-{}", Timestamp::now().as_nanosecond());
        let world = Self { stage: Stage::new(), url, name };
        let created =
            world.stage.run::<CreateQueue>(&world.with(&format!("name: {}\n{args}", world.name))).await;
        assert_eq!(created.unwrap()["queue"], Value::from(world.name.as_str()));
        Some(world)
    }

    /// Properties with the broker.
    fn with(&self, more: &str) -> String {
        format!("url: '{}'\n{more}\n", self.url)
    }

    /// Properties with broker and queue.
    fn queue(&self, more: &str) -> String {
        self.with(&format!("queue: {}\n{more}", self.name))
    }

    async fn publish(&self, more: &str) -> Value {
        let properties = self.with(&format!("exchange: ''\nroutingKey: {}\n{more}", self.name));
        self.stage.run::<Publish>(&properties).await.unwrap()["messagesCount"].clone()
    }

    fn rows(&self, got: &Map) -> Vec<String> {
        let Value::Str(uri) = &got["uri"] else { panic!("{got:?}") };
        self.stage.content(uri.expose()).lines().map(str::to_owned).collect()
    }

    /// The contents of the rows.
    fn data(&self, got: &Map) -> Vec<String> {
        let data = |row: String| row.split("data:").nth(1).unwrap().trim_end_matches('}').to_owned();
        self.rows(got).into_iter().map(data).collect()
    }

    async fn consume(&self, more: &str) -> Vec<String> {
        self.data(&self.stage.run::<Consume>(&self.queue(more)).await.unwrap())
    }

    /// How many messages are left. Asking for the queue also tells.
    async fn left(&self) -> u32 {
        let properties = kapelle_plugin::stage::properties_of(&self.with(""));
        let server: ServerProperties = kapelle_plugin::read(&properties).unwrap();
        let mut session = server.open(&self.stage.context()).await.unwrap();
        let asked = Writer::default().u16(0).short("queue", &self.name).unwrap().flags(&[true]).u32(0);
        let answer = session.call(frame::QUEUE_DECLARE, asked, frame::QUEUE_DECLARE_OK).await.unwrap();
        session.close().await.unwrap();
        let counts = &answer[answer.len() - 8..];
        u32::from_be_bytes([counts[0], counts[1], counts[2], counts[3]])
    }

    async fn delete(self) {
        let properties = kapelle_plugin::stage::properties_of(&self.with(""));
        let server: ServerProperties = kapelle_plugin::read(&properties).unwrap();
        let mut session = server.open(&self.stage.context()).await.unwrap();
        let asked = Writer::default().u16(0).short("queue", &self.name).unwrap().flags(&[]);
        session.call(frame::QUEUE_DELETE, asked, frame::QUEUE_DELETE_OK).await.unwrap();
        session.close().await.unwrap();
    }
}

#[tokio::test]
async fn messages_go_by_an_exchange_to_a_queue_and_come_from_there() {
    let Some(world) = World::new("all", "args: {x-max-length: 1000}").await else { return };
    let name = &world.name;
    let exchange = world.with(&format!("name: {name}\nexchangeType: TOPIC\nautoDelete: true"));
    assert_eq!(
        world.stage.run::<DeclareExchange>(&exchange).await.unwrap()["exchange"],
        name.as_str().into()
    );
    let bound = world.queue(&format!("exchange: {name}\nroutingKey: a.*"));
    let bound = world.stage.run::<QueueBind>(&bound).await.unwrap();
    assert_eq!((&bound["queue"], &bound["exchange"]), (&name.as_str().into(), &name.as_str().into()));
    let from = "from: [{data: {n: 1}, headers: {h: [x, 2]}, contentType: application/json, expiration: PT1H}, plain]";
    let sent = world.with(&format!("exchange: {name}\nroutingKey: a.b\nserdeType: JSON\n{from}"));
    assert_eq!(world.stage.run::<Publish>(&sent).await.unwrap()["messagesCount"], Value::Int(2));
    assert!(world.stage.lines().is_empty(), "{:?}", world.stage.lines());
    let got = world.stage.run::<Consume>(&world.queue("serdeType: JSON\nmaxRecords: 2")).await.unwrap();
    assert_eq!(got["count"], Value::Int(2));
    let rows = world.rows(&got);
    for part in ["contentType:\"application/json\"", "headers:{h:[\"x\",2]}", "deliveryMode:2", "data:{n:1}"]
    {
        assert!(rows[0].contains(part), "{part}: {rows:?}");
    }
    assert!(rows[1].contains("data:\"plain\""), "{rows:?}");
    assert_eq!(world.left().await, 0);
    world.delete().await;
}

#[tokio::test]
async fn a_message_that_no_queue_takes_is_told() {
    let Some(world) = World::new("unrouted", "").await else { return };
    let sent = world.with("exchange: amq.direct\nroutingKey: nobody\nfrom: [x, y]");
    assert_eq!(world.stage.run::<Publish>(&sent).await.unwrap()["messagesCount"], Value::Int(2));
    assert!(world.stage.lines()[0].contains("no queue took 2 of 2 messages"), "{:?}", world.stage.lines());
    world.delete().await;
}

#[tokio::test]
async fn rows_of_a_file_and_large_messages_go_in_parts() {
    let Some(world) = World::new("file", "").await else { return };
    let large = "x".repeat(300_000);
    let rows = (0..1000).map(|n| format!("{{data:\"{n}\"}}\n")).collect::<Vec<_>>().concat();
    let uri = world.stage.put_file("rows.ion", format!("{rows}{{data:\"{large}\"}}\n").as_bytes());
    assert_eq!(world.publish(&format!("from: '{uri}'")).await, Value::Int(1001));
    let data = world.consume("maxRecords: 1001\nmaxDuration: PT1M").await;
    assert_eq!((data.len(), data[999].as_str(), data[1000].len()), (1001, "\"999\"", 300_002));
    world.delete().await;
}

#[tokio::test]
async fn more_than_are_wanted_and_what_cannot_be_read_stay() {
    let Some(world) = World::new("stay", "").await else { return };
    world.publish("from: ['1', '{', '3']").await;
    assert_eq!(world.consume("serdeType: JSON\nmaxRecords: 1").await, ["1"]);
    assert_eq!(world.left().await, 2);
    let broken =
        world.stage.run::<Consume>(&world.queue("serdeType: JSON\nmaxRecords: 2")).await.unwrap_err();
    let told = broken.failure.to_string();
    assert!(told.contains("which stays there") && told.contains("serdeType: STRING"), "{told}");
    assert_eq!(world.consume("maxDuration: PT0.5S\nautoAck: true").await, ["\"{\"", "\"3\""]);
    assert_eq!(world.left().await, 0);
    world.delete().await;
}

#[tokio::test]
async fn a_look_keeps_messages_until_its_execution_is_certain() {
    let Some(world) = World::new("look", "").await else { return };
    let properties = world.queue("maxRecords: 2\nmaxDuration: PT0.5S");
    world.publish("from: [a, b, c]").await;
    let Polled { event, cursor } = world.stage.poll::<Trigger>(&properties, None).await.unwrap();
    assert_eq!(world.data(&event.unwrap()), ["\"a\"", "\"b\""]);
    // Nobody else gets them meanwhile, and they are gone when the execution is certain.
    let Polled { event, cursor: other } = world.stage.poll::<Trigger>(&properties, None).await.unwrap();
    assert_eq!(world.data(&event.unwrap()), ["\"c\""]);
    world.stage.settle::<Trigger>(&properties, cursor.clone()).await.unwrap();
    world.stage.settle::<Trigger>(&properties, other).await.unwrap();
    let Polled { event, cursor: none } =
        world.stage.poll::<Trigger>(&properties, cursor.clone()).await.unwrap();
    assert_eq!((event, none), (None, None));
    let told = world.stage.settle::<Trigger>(&properties, cursor).await.unwrap_err().failure.to_string();
    assert!(told.contains("they come again"), "{told}");
    world.delete().await;
}

#[tokio::test]
async fn each_message_starts_an_execution() {
    let Some(dead) = World::new("dead", "").await else { return };
    let args = format!("args: {{x-dead-letter-exchange: '', x-dead-letter-routing-key: {}}}", dead.name);
    let Some(world) = World::new("live", &args).await else { return };
    let mut listener = world.stage.listen::<RealtimeTrigger>(&world.queue("serdeType: JSON")).unwrap();
    world.publish("from: [{data: '1', messageId: m}, '{', '2']").await;
    let first = listener.next().await.unwrap().variables;
    assert_eq!((&first["data"], &first["messageId"]), (&Value::Int(1), &"m".into()));
    assert_eq!(listener.next().await.unwrap().variables["data"], Value::Int(2));
    assert_eq!(dead.consume("maxRecords: 1").await, ["\"{\""]);
    listener.end().await.unwrap();
    assert!(world.stage.lines()[0].contains("is rejected"), "{:?}", world.stage.lines());
    world.delete().await;
    dead.delete().await;
}

#[tokio::test]
async fn a_queue_that_is_deleted_ends_the_listening() {
    let Some(world) = World::new("gone", "").await else { return };
    let mut listener = world.stage.listen::<RealtimeTrigger>(&world.queue("")).unwrap();
    world.publish("from: x").await;
    listener.next().await.unwrap();
    world.delete().await;
    assert!(listener.next().await.is_none());
    let told = listener.end().await.unwrap_err().failure.to_string();
    assert!(told.contains("gives no more messages of the queue"), "{told}");
}

#[tokio::test]
async fn what_the_broker_refuses_is_told_with_what_to_do() {
    let Some(world) = World::new("refused", "").await else { return };
    let name = &world.name;
    let (place, wrong) = (world.url.rsplit('@').next().unwrap(), world.url.replace("Kapelle1", "hunter2"));
    let (host, port) = place.split_once(':').unwrap();
    let told = |broken: kapelle_plugin::Broken| broken.failure.to_string();
    let refused = told(
        world
            .stage
            .run::<CreateQueue>(&world.with(&format!("name: {name}\ndurability: false")))
            .await
            .unwrap_err(),
    );
    assert!(refused.contains("same properties"), "{refused}");
    let refused =
        told(world.stage.run::<Publish>(&world.with("exchange: nowhere\nfrom: x")).await.unwrap_err());
    assert!(refused.contains("DeclareExchange") && refused.contains("nowhere"), "{refused}");
    let refused =
        told(world.stage.run::<CreateQueue>(&format!("url: '{wrong}'\nname: x")).await.unwrap_err());
    assert!(refused.contains("Check `username`") && !refused.contains("hunter2"), "{refused}");
    let login = format!("host: {host}\nport: {port}\nusername: kapelle\npassword: Kapelle1\nname: {name}\n");
    assert!(world.stage.run::<CreateQueue>(&login).await.is_ok());
    let refused =
        told(world.stage.run::<CreateQueue>(&format!("{login}virtualHost: none")).await.unwrap_err());
    assert!(refused.contains("Check `virtualHost`"), "{refused}");
    let refused = told(world.stage.run::<CreateQueue>("name: x").await.unwrap_err());
    assert!(refused.contains("`host` is missing"), "{refused}");
    world.delete().await;
}

#[tokio::test]
async fn a_wait_for_messages_ends_when_the_attempt_has_to() {
    let Some(world) = World::new("stop", "").await else { return };
    let properties = world.queue("maxRecords: 1");
    let (ended, ()) = tokio::join!(world.stage.run::<Consume>(&properties), async { world.stage.stop() });
    assert!(ended.unwrap_err().is_killed);
}

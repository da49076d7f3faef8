use kapelle_model::Value;
use kapelle_plugin::Polled;
use kapelle_plugin::stage::Stage;
use serde_json::json;
use tokio::time::Instant;

use super::consume::Consume;
use super::produce::Produce;
use super::realtime_trigger::RealtimeTrigger;
use super::request::Request;
use super::trigger::Trigger;
use crate::nats::testing::{Standin, World};

impl World {
    async fn produce(&self, from: &str) -> Value {
        let properties = self.with(&format!("subject: {}.a\nfrom: {from}", self.name));
        self.stage.run::<Produce>(&properties).await.unwrap()["messagesCount"].clone()
    }

    fn reading(&self, more: &str) -> String {
        self.with(&format!("subject: {}.>\n{more}", self.name))
    }
}

#[tokio::test]
async fn messages_are_sent_and_read() {
    let Some(world) = World::new("sent").await else { return };
    assert_eq!(world.produce("{data: hello, headers: {k: [v, w]}}").await, Value::Int(1));
    assert_eq!(world.produce("[{data: {a: 1}}, plain]").await, Value::Int(2));
    let read = world.reading("pollDuration: PT0.1S\nbatchSize: 2");
    let got = world.stage.run::<Consume>(&read).await.unwrap();
    let rows = world.rows(&got);
    assert_eq!((&got["messagesCount"], rows.lines().count()), (&Value::Int(3), 3));
    for part in [
        "data:\"hello\"",
        "headers:{k:[\"v\",\"w\"]}",
        "timestamp:20",
        ".a\"",
        r#"data:"{\"a\":1}""#,
        "data:\"plain\"",
    ] {
        assert!(rows.contains(part), "{part}: {rows}");
    }
    // Nobody remembers what was read.
    let again = world.stage.run::<Consume>(&format!("{read}\nmaxRecords: 2\n")).await.unwrap();
    assert_eq!(again["messagesCount"], Value::Int(2));
    let last = world.stage.run::<Consume>(&format!("{read}\ndeliverPolicy: Last\n")).await.unwrap();
    assert!(world.rows(&last).contains("plain") && last["messagesCount"] == Value::Int(1));
}

#[tokio::test]
async fn the_server_remembers_what_was_read() {
    let Some(world) = World::new("durable").await else { return };
    let rows: Vec<String> = (0..1201).map(|number| format!("{{data:\"m{number}\"}}\n")).collect();
    let rows = rows.concat();
    let uri = world.stage.put_file("rows.ion", rows.as_bytes());
    assert_eq!(world.produce(&format!("'{uri}'")).await, Value::Int(1201));
    let read = world.reading("durableId: me\npollDuration: PT0.2S\nbatchSize: 500\n");
    let got = world.stage.run::<Consume>(&format!("{read}maxRecords: 1100\n")).await.unwrap();
    assert_eq!(got["messagesCount"], Value::Int(1100));
    let got = world.stage.run::<Consume>(&read).await.unwrap();
    assert_eq!(got["messagesCount"], Value::Int(101));
    assert!(
        world.rows(&got).starts_with(&format!("{{subject:\"{}.a\",headers:{{}},data:\"m1100\"", world.name))
    );
    let other = world.with(&format!("subject: {}.b\ndurableId: me\n", world.name));
    let told = world.stage.run::<Consume>(&other).await.unwrap_err().failure.to_string();
    assert!(told.contains("use another `durableId`"), "{told}");
}

#[tokio::test]
async fn a_look_is_remembered_when_its_execution_is_certain() {
    let Some(world) = World::new("look").await else { return };
    world.produce("[a, b]").await;
    let properties = world.reading("pollDuration: PT0.1S\nmaxRecords: 1");
    let Polled { event, cursor } = world.stage.poll::<Trigger>(&properties, None).await.unwrap();
    assert!(world.rows(&event.unwrap()).contains("data:\"a\""));
    assert_eq!(pending(&world).await, (1, 1));
    world.stage.settle::<Trigger>(&properties, cursor.clone()).await.unwrap();
    assert_eq!(pending(&world).await, (0, 1));
    // Settled twice is settled.
    let Polled { event, cursor } = world.stage.poll::<Trigger>(&properties, cursor).await.unwrap();
    assert!(world.rows(&event.unwrap()).contains("data:\"b\""));
    let Polled { event, cursor } = world.stage.poll::<Trigger>(&properties, cursor).await.unwrap();
    assert_eq!((event, cursor), (None, None));
    assert_eq!(pending(&world).await, (0, 0));
}

/// Messages that are with the reader of the trigger, and those that it has not seen.
async fn pending(world: &World) -> (i64, i64) {
    let operation = format!(
        "CONSUMER.INFO.{}.{}",
        world.name,
        crate::nats::jetstream::reader_of_trigger(&world.stage.context())
    );
    let Ok(told) = world.open().await.api(&operation, &serde_json::Value::Null).await.unwrap() else {
        panic!()
    };
    (told["num_ack_pending"].as_i64().unwrap(), told["num_pending"].as_i64().unwrap())
}

#[tokio::test]
async fn a_server_lets_readers_of_others_wait_longer() {
    let Some(world) = World::new("adjust").await else { return };
    let name = &world.name;
    let config = json!({ "durable_name": "me", "filter_subject": format!("{name}.>"), "ack_policy": "explicit",
        "ack_wait": 1_000_000_000_u64, "max_ack_pending": 1 });
    let (create, info) = (format!("CONSUMER.DURABLE.CREATE.{name}.me"), format!("CONSUMER.INFO.{name}.me"));
    let mut connection = world.open().await;
    let made = connection.api(&create, &json!({ "stream_name": name, "config": config })).await.unwrap();
    assert!(made.is_ok());
    world.produce("[a, b]").await;
    let got =
        world.stage.run::<Consume>(&world.reading("durableId: me\npollDuration: PT0.2S")).await.unwrap();
    assert_eq!(got["messagesCount"], Value::Int(2));
    let Ok(told) = connection.api(&info, &serde_json::Value::Null).await.unwrap() else { panic!() };
    assert!(told["config"]["ack_wait"].as_u64().unwrap() >= 300_000_000_000, "{told}");
}

#[tokio::test]
async fn each_message_starts_an_execution() {
    let Some(world) = World::new("live").await else { return };
    world.produce("[a]").await;
    let mut listener = world.stage.listen::<RealtimeTrigger>(&world.reading("batchSize: 1")).unwrap();
    let heard = listener.next().await.unwrap();
    assert_eq!((&heard.variables["data"], heard.name.is_some()), (&Value::from("a"), true));
    world.produce("[b]").await;
    assert_eq!(listener.next().await.unwrap().variables["data"], Value::from("b"));
    listener.end().await.unwrap();
    // Another one goes on where that one ended.
    let mut listener = world.stage.listen::<RealtimeTrigger>(&world.reading("batchSize: 1")).unwrap();
    world.produce("[c]").await;
    let heard = listener.next().await.unwrap();
    assert_eq!(heard.variables["data"], Value::from("c"));
    listener.end().await.unwrap();
}

#[tokio::test]
async fn requests_get_answers() {
    let Some(world) = World::new("request").await else { return };
    let mut other = world.open().await;
    let (id, inbox) = other.subscribe().await.unwrap();
    other.flush().await.unwrap();
    let answering = tokio::spawn(async move {
        let asked =
            other.next(id, Instant::now() + std::time::Duration::from_secs(20)).await.unwrap().unwrap();
        let answer = [b"got ", asked.payload.as_slice()].concat();
        other.publish(asked.reply.as_deref().unwrap(), None, &[], &answer).await.unwrap();
        other.flush().await.unwrap();
    });
    let properties = world.with(&format!("subject: {inbox}\nfrom: {{data: this}}"));
    let got = world.stage.run::<Request>(&properties).await.unwrap();
    assert_eq!(got["response"], Value::from("got this"));
    answering.await.unwrap();
    let nobody = world.with("subject: nobody.is.there\nfrom: x");
    let got = world.stage.run::<Request>(&nobody).await.unwrap();
    assert_eq!(got["response"], Value::Null);
    let lines = world.stage.lines();
    assert!(lines[0].contains("nobody listens to `nobody.is.there`"), "{lines:?}");
    let two = world.with("subject: a\nfrom: [x, y]");
    let told = world.stage.run::<Request>(&two).await.unwrap_err().failure.to_string();
    assert!(told.contains("just one"), "{told}");
}

#[tokio::test]
async fn credentials_let_in() {
    let Some(world) = World::new("credentials").await else { return };
    let (url, credentials) = &world.signed;
    let produce = |credentials: &str| {
        let credentials = credentials.trim().replace('\n', "\n  ");
        format!("url: '{url}'\nsubject: a\nfrom: x\ncreds: |\n  {credentials}\n")
    };
    let sent = world.stage.run::<Produce>(&produce(credentials)).await.unwrap();
    assert_eq!(sent["messagesCount"], Value::Int(1));
    // A key that is not the one of the token.
    let other = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY";
    let seed = credentials.lines().find(|line| line.starts_with("SU")).unwrap();
    let told = world.stage.run::<Produce>(&produce(&credentials.replace(seed, other))).await.unwrap_err();
    assert!(told.failure.to_string().contains("or `creds`"), "{told:?}");
}

#[tokio::test]
async fn what_is_wrong_is_told() {
    let Some(world) = World::new("wrong").await else { return };
    let produce = |properties: String| async move {
        Stage::new().run::<Produce>(&properties).await.unwrap_err().failure.to_string()
    };
    let good = world.with("subject: a\nfrom: x");
    let told = produce(good.replace("Kapelle1", "hunter2")).await;
    assert!(told.contains("Look at `username` and `password`") && !told.contains("hunter2"), "{told}");
    assert!(produce(good.replace("nats://", "http://")).await.contains("`nats://`"));
    assert!(produce(good.replace("subject: a", "subject: 'a b'")).await.contains("is no subject"));
    assert!(produce(good.replace(&world.url, "nats://169.254.169.254")).await.contains("are refused"));
    let large = world.stage.put_file("large.ion", format!("\"{}\"", "x".repeat(2 << 20)).as_bytes());
    assert!(produce(good.replace("from: x", "from: {other: x}")).await.contains("`other`"));
    let told =
        world.stage.run::<Produce>(&good.replace("from: x", &format!("from: '{large}'"))).await.unwrap_err();
    assert!(told.failure.to_string().contains("takes 1048576 at most"), "{told:?}");
    let unknown = world.stage.run::<Consume>(&world.with("subject: none.of.them")).await.unwrap_err();
    assert!(unknown.failure.to_string().contains("no stream has the subject"), "{unknown:?}");
    // The first address that answers is taken.
    let several = good.replace(&world.url, &format!("nats://127.0.0.1:1,{}", world.url));
    assert_eq!(world.stage.run::<Produce>(&several).await.unwrap()["messagesCount"], Value::Int(1));
}

#[tokio::test]
async fn a_listener_hears_a_message_though_no_more_come() {
    let standin = Standin::new(json!({ "ack_wait": 60_000_000_000_u64 }), &[1]);
    let stage = Stage::new();
    let mut listener = stage.listen::<RealtimeTrigger>(&standin.with("")).unwrap();
    assert_eq!(listener.next().await.unwrap().variables["data"], Value::from("m1"));
    listener.end().await.unwrap();
}

#[tokio::test]
async fn a_reader_of_others_waits_as_long_as_reading_takes_and_gives_no_message_twice() {
    let config = json!({ "filter_subject": "a", "ack_policy": "explicit", "ack_wait": 30_000_000_000_u64,
        "max_ack_pending": 1000, "deliver_policy": "new" });
    let standin = Standin::new(config, &[1, 2, 1, 3]);
    let stage = Stage::new();
    let consume = standin.with("batchSize: 1\nmaxRecords: 3\nmaxDuration: PT10M");
    let got = stage.run::<Consume>(&consume).await.unwrap();
    assert_eq!(got["messagesCount"], Value::Int(3));
    let Value::Str(uri) = &got["uri"] else { panic!("{got:?}") };
    let rows = stage.content(uri.expose());
    assert!(rows.lines().zip(["m1", "m2", "m3"]).all(|(row, data)| row.contains(data)), "{rows}");
    assert_eq!(standin.published("$JS.ACK.").len(), 4);
    let (_, adjusted) = &standin.published("$JS.API.CONSUMER.DURABLE.CREATE.S.me")[0];
    let config = &serde_json::from_str::<serde_json::Value>(adjusted).unwrap()["config"];
    assert!(config["ack_wait"].as_u64().unwrap() > 10 * 60 * 1_000_000_000);
    assert_eq!((&config["max_ack_pending"], &config["deliver_policy"]), (&json!(-1), &json!("new")));
    // Another time it is as it has to be.
    stage.run::<Consume>(&standin.with("maxRecords: 0")).await.unwrap();
    assert_eq!(standin.published("$JS.API.CONSUMER.DURABLE.CREATE.S.me").len(), 1);
}

#[tokio::test]
async fn a_request_that_nobody_answers_has_no_response() {
    let (stage, standin) = (Stage::new(), Standin::new(json!({}), &[]));
    let request = format!("url: '{}'\nsubject: quiet\nfrom: x\nrequestTimeout: PT0.05S\n", standin.url);
    let got = stage.run::<Request>(&request).await.unwrap();
    assert_eq!(got["response"], Value::Null);
    assert!(stage.lines()[0].contains("nobody answered at `quiet`"), "{:?}", stage.lines());
}

use jiff::Timestamp;
use kapelle_model::{Map, Value};
use kapelle_plugin::Polled;
use kapelle_plugin::stage::{Stage, service};

use super::publish::Publish;
use super::realtime_trigger::RealtimeTrigger;
use super::subscribe::Subscribe;
use super::trigger::Trigger;

/// Topics and clients of its own on a real server.
struct World {
    stage: Stage,
    name: String,
    server: String,
    secure: String,
    authority: String,
}

impl World {
    fn new(name: &str) -> Option<Self> {
        let address = service("mosquitto")?;
        let mut lines = address.lines().map(str::to_owned);
        let mut next = || lines.next().unwrap();
        let (server, secure) = (next(), next());
        let authority = std::fs::read_to_string(next()).unwrap();
        let name = format!("{name}-{}", Timestamp::now().as_nanosecond());
        Some(Self { stage: Stage::new(), name, server, secure, authority })
    }

    fn with(&self, client: &str, more: &str) -> String {
        let Self { server, name, .. } = self;
        format!(
            "server: '{server}'\nclientId: {client}-{name}\nusername: kapelle\npassword: Kapelle1\ntopic: kapelle/{name}\n{more}\n"
        )
    }

    async fn publish(&self, more: &str) -> i64 {
        let sent =
            self.stage.run::<Publish>(&self.with("p", &format!("serdeType: JSON\n{more}"))).await.unwrap();
        let Value::Int(count) = sent["messagesCount"] else { panic!("{sent:?}") };
        count
    }

    fn rows(&self, got: &Map) -> String {
        let Value::Str(uri) = &got["uri"] else { panic!("{got:?}") };
        self.stage.content(uri.expose())
    }

    /// The payloads of a file.
    fn payloads(&self, got: &Map) -> Vec<String> {
        let rows = self.rows(got);
        let payload =
            |row: &str| row.split("payload:").nth(1).unwrap().split([',', '}']).next().unwrap().to_owned();
        rows.lines().map(payload).collect()
    }
}

#[tokio::test]
async fn retained_messages_are_received_by_both_versions() {
    for version in ["V3", "V5"] {
        for qos in [0, 1, 2] {
            let Some(world) = World::new(&format!("{version}-{qos}")) else { return };
            let more = format!("mqttVersion: {version}\nqos: {qos}\n");
            assert_eq!(
                world.publish(&format!("mqttVersion: {version}\nfrom: {{a: 1}}\nretain: true\nqos: 2")).await,
                1
            );
            let got = world
                .stage
                .run::<Subscribe>(&world.with("s", &format!("{more}maxRecords: 1")))
                .await
                .unwrap();
            assert_eq!(got["messagesCount"], Value::Int(1));
            let rows = world.rows(&got);
            assert!(rows.contains("payload:{a:1}") && rows.contains("retain:true"), "{rows}");
            assert!(rows.contains(&format!("qos:{qos}")) && rows.contains(&world.name), "{rows}");
        }
    }
}

#[tokio::test]
async fn a_look_keeps_messages_until_its_execution_is_certain() {
    for version in ["V3", "V5"] {
        let Some(world) = World::new("look") else { return };
        let more = format!("mqttVersion: {version}\n");
        let properties = world.with("t", &format!("{more}maxRecords: 2\nmaxDuration: PT0.3S"));
        // The first look begins the session; what comes from then on is kept.
        let Polled { event, cursor } = world.stage.poll::<Trigger>(&properties, None).await.unwrap();
        assert_eq!((event, &cursor), (None, &None));
        assert_eq!(world.publish(&format!("{more}from: [1, 2, 3]")).await, 3);
        let Polled { event, .. } = world.stage.poll::<Trigger>(&properties, None).await.unwrap();
        assert_eq!(world.payloads(&event.unwrap()), ["1", "2"]);
        // The process ended before the execution was written: the messages come again.
        let Polled { event, cursor } = world.stage.poll::<Trigger>(&properties, None).await.unwrap();
        assert_eq!(world.payloads(&event.unwrap()), ["1", "2"]);
        // It was written, but not settled: the next look does that.
        let Polled { event, cursor } = world.stage.poll::<Trigger>(&properties, cursor).await.unwrap();
        assert_eq!(world.payloads(&event.unwrap()), ["3"]);
        world.stage.settle::<Trigger>(&properties, cursor.clone()).await.unwrap();
        let Polled { event, .. } = world.stage.poll::<Trigger>(&properties, cursor.clone()).await.unwrap();
        assert_eq!(event, None);
        // A message that is the same as one before is another one nevertheless.
        world.publish(&format!("{more}from: [3]")).await;
        let Polled { event, .. } = world.stage.poll::<Trigger>(&properties, cursor).await.unwrap();
        assert_eq!(world.payloads(&event.unwrap()), ["3"]);
    }
}

#[tokio::test]
async fn each_message_starts_an_execution_also_those_that_came_meanwhile() {
    for (version, qos) in [("V3", 1), ("V5", 1), ("V5", 2)] {
        let Some(world) = World::new("live") else { return };
        let more = format!("mqttVersion: {version}\nqos: {qos}\n");
        let properties = world.with("l", &more);
        // One that ends when it was told to leaves its session behind.
        let begun = world.with("l", &format!("{more}maxRecords: 1\nmaxDuration: PT0S"));
        world.stage.poll::<Trigger>(&begun, None).await.unwrap();
        world.publish(&format!("{more}from: [1, two]\n")).await;
        let mut listener = world.stage.listen::<RealtimeTrigger>(&properties).unwrap();
        let first = listener.next().await.unwrap().variables;
        assert_eq!((&first["payload"], &first["qos"]), (&Value::Int(1), &Value::Int(qos)));
        assert_eq!(listener.next().await.unwrap().variables["payload"], Value::from("two"));
        let text = world.with("p", &format!("{more}serdeType: STRING\nfrom: ['{{']"));
        world.stage.run::<Publish>(&text).await.unwrap();
        world.publish(&format!("{more}from: [4]")).await;
        assert_eq!(listener.next().await.unwrap().variables["payload"], Value::Int(4));
        listener.end().await.unwrap();
        assert!(world.stage.lines().iter().any(|line| line.contains("no JSON")), "{:?}", world.stage.lines());
    }
}

#[tokio::test]
async fn a_look_passes_over_what_cannot_be_read_and_topics_that_it_had_before() {
    let Some(world) = World::new("pass") else { return };
    let look = world.with("t", "maxRecords: 2\nmaxDuration: PT0.3S");
    let other = look.replace("topic: kapelle/", "topic: kapelle/other/");
    for begun in [&other, &look] {
        world.stage.poll::<Trigger>(begun, None).await.unwrap();
    }
    let text = |topic: &str| world.with("p", "serdeType: STRING\nfrom: '{'").replace("kapelle/", topic);
    for topic in ["kapelle/other/", "kapelle/"] {
        world.stage.run::<Publish>(&text(topic)).await.unwrap();
    }
    world.publish("from: [1]").await;
    let Polled { event, cursor } = world.stage.poll::<Trigger>(&look, None).await.unwrap();
    assert_eq!(world.payloads(&event.unwrap()), ["1"]);
    world.stage.settle::<Trigger>(&look, cursor).await.unwrap();
    let lines = world.stage.lines();
    assert!(lines.len() == 1 && lines[0].contains("no JSON"), "{lines:?}");
    let Polled { event, .. } = world.stage.poll::<Trigger>(&look, None).await.unwrap();
    assert_eq!((event, world.stage.lines().len()), (None, 1));
}

#[tokio::test]
async fn a_task_that_is_stopped_does_not_wait_for_messages() {
    let Some(world) = World::new("stopped") else { return };
    let properties = world.with("s", "maxDuration: PT10H");
    let (ended, ()) = tokio::join!(world.stage.run::<Subscribe>(&properties), async {
        tokio::task::yield_now().await;
        world.stage.stop();
    });
    assert!(ended.unwrap_err().is_killed);
}

#[tokio::test]
async fn requests_say_where_answers_go() {
    let Some(world) = World::new("request") else { return };
    let request = world
        .with("p", "serdeType: BYTES\nfrom: hi\nretain: true\nresponseTopic: answers\ncorrelationData: aWQ=");
    world.stage.run::<Publish>(&request).await.unwrap();
    let got =
        world.stage.run::<Subscribe>(&world.with("s", "serdeType: BYTES\nmaxRecords: 1")).await.unwrap();
    let rows = world.rows(&got);
    for part in ["responseTopic:\"answers\"", "correlationData:\"aWQ=\"", "payload:{{aGk=}}"] {
        assert!(rows.contains(part), "{part}: {rows}");
    }
}

#[tokio::test]
async fn secure_servers_are_known_by_their_authority() {
    let Some(world) = World::new("secure") else { return };
    let authority = world.authority.replace('\n', "\n  ");
    let secure = world.with("p", "serdeType: STRING\nfrom: x").replace(&world.server, &world.secure);
    let with = format!("{secure}crt: |\n  {authority}\n");
    assert_eq!(world.stage.run::<Publish>(&with).await.unwrap()["messagesCount"], Value::Int(1));
    let unknown = world.stage.run::<Publish>(&secure).await.unwrap_err().failure.to_string();
    assert!(unknown.contains("cannot be secured") || unknown.contains("certificate"), "{unknown}");
    let other = with.replace("localhost", "127.0.0.1");
    assert!(world.stage.run::<Publish>(&other).await.is_err());
    let lenient = format!("{other}httpsHostnameVerificationEnabled: false\n");
    assert_eq!(world.stage.run::<Publish>(&lenient).await.unwrap()["messagesCount"], Value::Int(1));
}

#[tokio::test]
async fn what_is_wrong_is_told() {
    let Some(world) = World::new("wrong") else { return };
    let publish = |properties: String| {
        let stage = &world.stage;
        async move { stage.run::<Publish>(&properties).await.unwrap_err().failure.to_string() }
    };
    let good = world.with("p", "serdeType: STRING\nfrom: x");
    for version in ["V3", "V5"] {
        let wrong = format!("{}mqttVersion: {version}\n", good.replace("Kapelle1", "hunter2"));
        let told = publish(wrong).await;
        assert!(told.contains("look at `username` and `password`") && !told.contains("hunter2"), "{told}");
    }
    assert!(publish(good.replace("tcp://", "ws://")).await.contains("`tcp://`"));
    assert!(publish(format!("{good}qos: 3\n")).await.contains("there are 0, 1 and 2"));
    assert!(publish(good.replace("topic: kapelle/", "topic: +/")).await.contains("without `+` and `#`"));
    assert!(publish(format!("{good}correlationData: '!'\n")).await.contains("is no base64"));
    assert!(
        publish(format!("{good}mqttVersion: V3\nresponseTopic: a\n")).await.contains("`mqttVersion: V5`")
    );
    let refused = good.replace(&world.server, "tcp://169.254.169.254:1883");
    assert!(publish(refused).await.contains("are refused"));
    let endless = world.stage.run::<Subscribe>(&world.with("s", "")).await.unwrap_err();
    assert!(endless.failure.to_string().contains("`maxRecords` or `maxDuration`"));
    let nowhere = world.stage.poll::<Trigger>("topic: a\nmaxRecords: 1", None).await.unwrap_err();
    assert!(nowhere.failure.to_string().contains("`server` is missing"));
}

use jiff::Timestamp;
use kapelle_http::server::{Server, answer};
use kapelle_model::{Map, Value};
use kapelle_plugin::stage::{Stage, service};
use kapelle_plugin::{Broken, Polled, Task};

use super::copy::Copy;
use super::create_bucket::CreateBucket;
use super::delete::Delete;
use super::delete_list::DeleteList;
use super::download::Download;
use super::downloads::Downloads;
use super::list::List;
use super::trigger::Trigger;
use super::upload::Upload;

/// A bucket of its own on a real server.
struct World {
    stage: Stage,
    access: String,
}

impl World {
    async fn new(name: &str) -> Option<Self> {
        let server = service("s3")?;
        let stage = Stage::new();
        stage.set_now(Timestamp::now());
        let bucket = format!("m-{name}-{}", Timestamp::now().as_millisecond());
        let access = format!(
            "endpoint: '{server}'\naccessKeyId: kapelle\nsecretKeyId: Kapelle1secret\nbucket: {bucket}\n"
        );
        let world = Self { stage, access };
        world.run::<CreateBucket>("").await.unwrap();
        Some(world)
    }

    async fn run<T: Task>(&self, more: &str) -> Result<Map, Broken> {
        self.stage.run::<T>(&format!("{}{more}", self.access)).await
    }

    async fn put(&self, key: &str) {
        let uri = self.stage.put_file("content.txt", key.as_bytes());
        self.run::<Upload>(&format!("from: '{uri}'\nkey: '{key}'\nmetadata: {{a: b}}\n")).await.unwrap();
    }

    async fn keys(&self, more: &str) -> String {
        keys(&self.run::<List>(more).await.unwrap()["objects"])
    }
}

fn keys(objects: &Value) -> String {
    let Value::List(objects) = objects else { panic!("{objects:?}") };
    let keys = objects.iter().map(|object| match object {
        Value::Map(map) => shown(&map["key"]),
        other => panic!("{other:?}"),
    });
    keys.collect::<Vec<_>>().join(" ")
}

fn shown(value: &Value) -> String {
    match value {
        Value::Str(text) => text.expose().to_owned(),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn objects_come_and_go() {
    let Some(world) = World::new("go").await else { return };
    for key in ["a/b c.txt", "a/ü.csv", "d"] {
        world.put(key).await;
    }
    let uri = world.stage.put_file("named.txt", b"n");
    let up = world.run::<Upload>(&format!("from: '{uri}'\n")).await.unwrap();
    assert_eq!(shown(&up["key"]), "named.txt");
    world.run::<Upload>(&format!("from: {{n.txt: '{uri}', o.txt: '{uri}'}}\nkey: many\n")).await.unwrap();
    world.run::<Upload>(&format!("from: ['{uri}']\nkey: one\n")).await.unwrap();
    assert_eq!(
        world.keys("includeVersions: false\n").await,
        "a/b c.txt a/ü.csv d many/n.txt many/o.txt named.txt one"
    );
    assert_eq!(world.keys("recursive: false\nincludeVersions: false\n").await, "a/ d many/ named.txt one");
    assert_eq!(
        world.keys("startAfter: d\nincludeVersions: false\n").await,
        "many/n.txt many/o.txt named.txt one"
    );
    let down = world.run::<Download>("key: a/ü.csv\n").await.unwrap();
    assert_eq!(world.stage.content(&shown(&down["uri"])), "a/ü.csv");
    world.run::<Copy>("from: {key: d}\nto: {key: e}\ndelete: true\n").await.unwrap();
    let gone = world.run::<Delete>("key: e\n").await.unwrap();
    assert_eq!(shown(&gone["key"]), "e");
    let down = world.run::<Downloads>("prefix: a/\naction: DELETE\n").await.unwrap();
    assert_eq!(keys(&down["objects"]), "a/b c.txt a/ü.csv");
    let deleted = world.run::<DeleteList>("regexp: '.*(/[no]|named).*|one'\n").await.unwrap();
    assert_eq!(deleted["count"], Value::Int(4));
    assert_eq!(world.keys("").await, "");
}

#[tokio::test]
async fn a_trigger_tells_what_is_new() {
    let Some(world) = World::new("new").await else { return };
    world.put("in/1").await;
    let properties = format!("{}prefix: in/\naction: DELETE\n", world.access);
    let Polled { event, cursor } = world.stage.poll::<Trigger>(&properties, None).await.unwrap();
    assert_eq!(keys(&event.unwrap()["objects"]), "in/1");
    world.stage.settle::<Trigger>(&properties, cursor).await.unwrap();
    assert_eq!(world.keys("includeVersions: false\n").await, "");
}

#[tokio::test]
async fn all_versions_are_told_page_by_page() {
    let server = Server::start(|request| {
        let (body, is_second) =
            ("<Version><Key>k</Key><VersionId>v", request.line.contains("version-id-marker=v1"));
        let (number, cut) = if is_second { (2, "false") } else { (1, "true") };
        let next = "<NextKeyMarker>k</NextKeyMarker><NextVersionIdMarker>v1</NextVersionIdMarker>";
        answer(
            "200 OK",
            &[],
            &format!(
                "<ListVersionsResult><IsTruncated>{cut}</IsTruncated>{next}{body}{number}</VersionId></Version></ListVersionsResult>"
            ),
        )
    });
    let stage = Stage::new();
    let listed = stage.run::<List>(&format!("endpoint: '{}'\nbucket: bbb\n", server.url(""))).await.unwrap();
    assert_eq!(keys(&listed["objects"]), "k k");
    // Without keys, nothing is signed.
    assert_eq!(server.last().header("authorization"), None);
}

#[tokio::test]
async fn what_is_missing_is_told() {
    let stage = Stage::new();
    for (properties, expected) in [
        ("bucket: b\nkey: k\n", "`endpoint` is missing"),
        ("endpoint: http://127.0.0.1:1\nkey: k\n", "`bucket` is missing"),
        ("endpoint: http://127.0.0.1:1\nbucket: b\n", "`key` is missing"),
        ("endpoint: 'ftp://x'\nbucket: b\nkey: k\n", "`ftp://x` cannot be used"),
        (
            "endpoint: https://127.0.0.1:1\nbucket: b\nkey: k\ncaPem: nonsense\n",
            "`caPem` is no certificate in PEM",
        ),
        ("endpoint: http://127.0.0.1:1\nbucket: bbb\nkey: k\n", "no connection to `127.0.0.1` on port 1"),
    ] {
        let told = stage.run::<Download>(properties).await.unwrap_err().failure.to_string();
        assert!(told.contains(expected), "{expected}: {told}");
    }
}

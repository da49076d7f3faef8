//! What comes of a bucket when all goes well.

use kapelle_model::{Map, Value};

use super::super::copy::Copy;
use super::super::delete::Delete;
use super::super::delete_list::DeleteList;
use super::super::download::Download;
use super::super::downloads::Downloads;
use super::super::list::List;
use super::super::upload::Upload;
use super::world::{World, all, json, text};

#[tokio::test]
async fn a_file_comes_back_as_it_went_whatever_its_key() {
    let Some(world) = World::new().await else { return };
    for key in ["plain.csv", "a b/c d.txt", "grüße/日本.txt", "a+b=c&d#e%20f.txt", "deep/er/x", "(1)'!*~.txt"]
    {
        let uri = world.stage.put_file("x.csv", key.as_bytes());
        let key = key.replace('\'', "''");
        let up = world.run::<Upload>(&format!("from: '{uri}'\nkey: '{key}'\n")).await.unwrap();
        assert!(text(&up, "eTag").len() > 30, "{up:?}");
        let down = world.run::<Download>(&format!("key: '{key}'\n")).await.unwrap();
        let key = key.replace("''", "'");
        assert_eq!(world.stage.content(&text(&down, "uri")), key);
        assert_eq!(down["contentLength"], Value::Int(key.len() as i64));
        assert_eq!(text(&down, "eTag"), text(&up, "eTag"));
        assert_eq!(text(&up, "key"), key);
    }
    let listed = world.run::<List>("").await.unwrap();
    assert_eq!(
        all(&listed["objects"], "key"),
        "(1)'!*~.txt a b/c d.txt a+b=c&d#e%20f.txt deep/er/x grüße/日本.txt plain.csv"
    );
}

#[tokio::test]
async fn what_is_said_of_an_object_stays_with_it() {
    let Some(world) = World::new().await else { return };
    let uri = world.stage.put_file("x", b"");
    let more = "contentType: text/x-own\nmetadata: {Who: Ann, n: 7}\ncacheControl: no-cache\nchecksumAlgorithm: SHA256\n\
                contentLength: 0\nexpires: '2030-01-02T03:04:05Z'\ntagging: {a: 'b c'}\n";
    world.run::<Upload>(&format!("from: '{uri}'\nkey: empty\n{more}")).await.unwrap();
    let down = world.run::<Download>("key: empty\nvalidateChecksum: true\n").await.unwrap();
    assert_eq!((text(&down, "contentType").as_str(), &down["contentLength"]), ("text/x-own", &Value::Int(0)));
    assert_eq!(json(&down["metadata"]), r#"{"n":"7","who":"Ann"}"#);
    assert_eq!(world.stage.content(&text(&down, "uri")), "");
    assert_eq!(text(&down, "checksumAlgorithm"), "SHA256");
    assert_eq!(text(&down, "checksumValue"), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

#[tokio::test]
async fn several_files_go_below_a_prefix() {
    let Some(world) = World::new().await else { return };
    let (one, two) = (world.stage.put_file("one.txt", b"1"), world.stage.put_file("two.txt", b"22"));
    let up = world.run::<Upload>(&format!("from: ['{one}', '{two}']\nkey: in/\n")).await.unwrap();
    let Value::Map(files) = &up["files"] else { panic!("{up:?}") };
    assert_eq!(files.keys().map(|name| &**name).collect::<Vec<_>>(), ["one.txt", "two.txt"]);
    let named = format!("from: {{x/1: '{one}', y: '{two}'}}\nkey: named\nconcurrentUploads: 1\n");
    world.run::<Upload>(&named).await.unwrap();
    world.run::<Upload>(&format!("from: '[\"{one}\"]'\nkey: json\n")).await.unwrap();
    let listed = world.run::<List>("").await.unwrap();
    assert_eq!(all(&listed["objects"], "key"), "in/one.txt in/two.txt json named/x/1 named/y");
    let down = world.run::<Download>("prefix: in/\n").await.unwrap();
    let Value::Map(files) = &down["files"] else { panic!("{down:?}") };
    let Value::Map(file) = &files["in/two.txt"] else { panic!("{files:?}") };
    assert_eq!(world.stage.content(&text(file, "uri")), "22");
    assert_eq!(world.stage.metrics().last().map(|metric| metric.value), Some(3.0));
}

#[tokio::test]
async fn a_large_file_goes_in_parts() {
    let Some(world) = World::new().await else { return };
    let content: Vec<String> = (0..2_600_000).map(|number| format!("{number:07}\n")).collect();
    let content = content.concat();
    let uri = world.stage.put_file("large", content.as_bytes());
    let more = format!("from: '{uri}'\nkey: large\nchecksumAlgorithm: CRC32C\nmetadata: {{a: b}}\n");
    let up = world.run::<Upload>(&more).await.unwrap();
    assert!(text(&up, "eTag").trim_matches('"').ends_with("-3"), "{up:?}");
    let down = world.run::<Download>("key: large\n").await.unwrap();
    assert!(world.stage.content(&text(&down, "uri")) == content);
    assert_eq!(json(&down["metadata"]), r#"{"a":"b"}"#);
}

#[tokio::test]
async fn a_list_tells_what_is_meant() {
    let Some(world) = World::new().await else { return };
    world.put(&["a/1.csv", "a/2.txt", "a/b/3.csv", "c.csv", "d.csv"]).await;
    let keys = async |more: &str| all(&world.run::<List>(more).await.unwrap()["objects"], "key");
    assert_eq!(keys("prefix: a/\n").await, "a/1.csv a/2.txt a/b/3.csv");
    assert_eq!(keys("prefix: a/\ndelimiter: /\n").await, "a/1.csv a/2.txt");
    assert_eq!(keys("regexp: '.*\\.csv'\n").await, "a/1.csv a/b/3.csv c.csv d.csv");
    assert_eq!(keys("marker: a/b/3.csv\nfilter: FILES\n").await, "c.csv d.csv");
    assert_eq!(keys("maxKeys: 2\n").await, "a/1.csv a/2.txt");
    assert_eq!(keys("filter: DIRECTORY\n").await, "");
    assert_eq!(keys("maxFiles: 1\nregexp: '[cd].*'\n").await, "c.csv");
    assert_eq!(
        world.stage.lines().last().map(String::as_str),
        Some("WARN there are more than 1 objects, of which 1 are taken: see `maxFiles`")
    );
}

#[tokio::test]
async fn more_than_a_thousand_objects_are_listed_and_deleted() {
    let Some(world) = World::new().await else { return };
    let uri = world.stage.put_file("x", b"x");
    let names: Vec<String> = (0..1_105).map(|number| format!("n{number:04}: '{uri}', ")).collect();
    let names = names.concat();
    world.run::<Upload>(&format!("from: {{{names}}}\nkey: many\n")).await.unwrap();
    world.put(&["other"]).await;
    let listed = world.run::<List>("maxFiles: 5000\nprefix: many/\n").await.unwrap();
    let Value::List(objects) = &listed["objects"] else { panic!("{listed:?}") };
    assert_eq!(objects.len(), 1_105);
    let last = world.run::<List>("maxFiles: 1\nregexp: many/n1104\n").await.unwrap();
    assert_eq!(all(&last["objects"], "key"), "many/n1104");
    let deleted = world.run::<DeleteList>("prefix: many/\nconcurrent: 2\n").await.unwrap();
    assert_eq!(json(&Value::Map(deleted.into())), r#"{"count":1105,"size":1105}"#);
    assert_eq!(all(&world.run::<List>("").await.unwrap()["objects"], "key"), "other");
    let broken = world.run::<DeleteList>("prefix: many/\nerrorOnEmpty: true\n").await.unwrap_err();
    assert!(broken.failure.to_string().contains("nothing to delete"), "{}", broken.failure);
}

/// Runs a copy, whose bucket is not at its top.
async fn copied(world: &World, more: &str) -> Map {
    let access = world.access().replace("bucket: ", "# ");
    world.stage.run::<Copy>(&format!("{access}{}", more.replace('@', &world.bucket))).await.unwrap()
}

#[tokio::test]
async fn an_object_is_copied_moved_and_deleted() {
    let Some(world) = World::new().await else { return };
    world.put(&["a b+ü.txt"]).await;
    let copy =
        copied(&world, "from: {bucket: '@', key: 'a b+ü.txt'}\nto: {bucket: '@', key: 'to/c d.txt'}\n").await;
    assert_eq!((text(&copy, "bucket"), text(&copy, "key")), (world.bucket.clone(), "to/c d.txt".to_owned()));
    copied(&world, "from: {bucket: '@', key: 'to/c d.txt'}\nto: {key: moved}\ndelete: true\n").await;
    let listed = world.run::<List>("").await.unwrap();
    assert_eq!(all(&listed["objects"], "key"), "a b+ü.txt moved");
    world.run::<Delete>("key: moved\n").await.unwrap();
    world.run::<Delete>("key: moved\n").await.unwrap();
    assert_eq!(all(&world.run::<List>("").await.unwrap()["objects"], "key"), "a b+ü.txt");
}

#[tokio::test]
async fn what_was_taken_over_is_moved_or_deleted() {
    let Some(world) = World::new().await else { return };
    world.put(&["in/1", "in/2", "keep"]).await;
    let bucket = &world.bucket;
    let more = format!("prefix: in/\naction: MOVE\nmoveTo: {{bucket: {bucket}, key: done/}}\n");
    let down = world.run::<Downloads>(&more).await.unwrap();
    let Value::Map(files) = &down["outputFiles"] else { panic!("{down:?}") };
    let Value::Str(uri) = &files["in/2"] else { panic!("{files:?}") };
    assert_eq!(world.stage.content(uri.expose()), "in/2");
    assert_eq!(all(&world.run::<List>("").await.unwrap()["objects"], "key"), "done/1 done/2 keep");
    world.run::<Downloads>("prefix: done/\naction: DELETE\nmaxFiles: 1\n").await.unwrap();
    assert_eq!(all(&world.run::<List>("").await.unwrap()["objects"], "key"), "done/2 keep");
}

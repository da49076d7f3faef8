use kapelle_model::Value;

use super::create_bucket::CreateBucket;
use super::delete::Delete;
use super::get::Get;
use super::put::Put;
use crate::nats::testing::World;

#[tokio::test]
async fn keys_are_written_read_and_deleted() {
    let Some(world) = World::new("kv").await else { return };
    let stage = &world.stage;
    let create = world.with(&format!(
        "name: {}\nhistoryPerKey: 3\ndescription: prices\nmetadata: {{a: b}}\nvalueSize: 100",
        world.name
    ));
    let made = stage.run::<CreateBucket>(&create).await.unwrap();
    assert_eq!((&made["history"], &made["entryCount"]), (&Value::Int(3), &Value::Int(0)));
    assert_eq!((&made["valueSize"], &made["bucketSize"]), (&Value::Int(100), &Value::Int(-1)));
    assert_eq!(stage.run::<CreateBucket>(&create).await.unwrap(), made);
    let other =
        stage.run::<CreateBucket>(&create.replace("valueSize: 100", "valueSize: 9")).await.unwrap_err();
    assert!(other.failure.to_string().contains("refuses the bucket"), "{other:?}");
    let bucket = |more: &str| world.with(&format!("bucketName: {}\n{more}", world.name));
    let put = stage.run::<Put>(&bucket("values: {a: one, b.c: {d: [1, 2]}, n: 5}")).await.unwrap();
    assert_eq!(format!("{:?}", put["revisions"]), r#"Map({"a": Int(1), "b.c": Int(2), "n": Int(3)})"#);
    stage.run::<Put>(&bucket("values: {a: two}")).await.unwrap();
    let got = stage.run::<Get>(&bucket("keys: [a, b.c, n, none]")).await.unwrap();
    assert_eq!(
        format!("{:?}", got["output"]),
        r#"Map({"a": Str("two"), "b.c": Map({"d": List([Int(1), Int(2)])}), "n": Int(5), "none": Null})"#
    );
    let got = stage.run::<Get>(&bucket("keys: [n]\nkeyRevisions: {a: 1, b.c: 1}")).await.unwrap();
    assert_eq!(format!("{:?}", got["output"]), r#"Map({"a": Str("one"), "b.c": Null})"#);
    let deleted = stage.run::<Delete>(&bucket("keys: [a, none]")).await.unwrap();
    assert_eq!(deleted["deletedCount"], Value::Int(1));
    let got = stage.run::<Get>(&bucket("keys: [a]")).await.unwrap();
    assert_eq!(format!("{:?}", got["output"]), r#"Map({"a": Null})"#);
    let large = stage.run::<Put>(&bucket(&format!("values: {{a: {}}}", "x".repeat(200)))).await.unwrap_err();
    assert!(large.failure.to_string().contains("refuses the key `a`"), "{large:?}");
}

#[tokio::test]
async fn a_bucket_that_is_not_there_is_told() {
    let Some(world) = World::new("none").await else { return };
    for told in [
        world.stage.run::<Get>(&world.with("bucketName: none\nkeys: [a]")).await.unwrap_err(),
        world.stage.run::<Put>(&world.with("bucketName: none\nvalues: {a: b}")).await.unwrap_err(),
    ] {
        assert!(told.failure.to_string().contains("there is no bucket `none`"), "{told:?}");
    }
    let history = world.with("name: a\nhistoryPerKey: 65");
    let told = world.stage.run::<CreateBucket>(&history).await.unwrap_err().failure.to_string();
    assert!(told.contains("from 1 to 64"), "{told}");
}

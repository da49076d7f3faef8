use kapelle_model::Value;
use kapelle_plugin::stage::Stage;

use super::delete::Delete;
use super::get::Get;
use super::increment::Increment;
use super::set::Set;
use super::ttl::Ttl;
use crate::redis::testing::World;

#[tokio::test]
async fn keys_are_written_read_and_deleted() {
    let Some(world) = World::new("keys") else { return };
    let stage = &world.stage;
    let set = |more: &str| world.with(more);
    let old = stage.run::<Set>(&set("value: first")).await.unwrap();
    assert!(old.get("oldValue").is_none());
    let old = stage.run::<Set>(&set("value: {a: 1}\nserdeType: JSON\nget: true")).await.unwrap();
    assert_eq!(old["oldValue"], Value::from("first"));
    let got = stage.run::<Get>(&set("serdeType: JSON")).await.unwrap();
    assert_eq!(format!("{:?}", got["data"]), r#"Map({"a": Int(1)})"#);
    assert_eq!(got["key"], Value::from(world.key.as_str()));
    assert_eq!(stage.run::<Get>(&world.with("")).await.unwrap()["data"], Value::from(r#"{"a":1}"#));
    let keys = format!("keys: ['{}', '{}-none']", world.key, world.key);
    assert_eq!(stage.run::<Delete>(&world.bare(&keys)).await.unwrap()["count"], Value::Int(1));
    let gone = stage.run::<Delete>(&world.bare(&format!("{keys}\nfailedOnMissing: true"))).await.unwrap_err();
    assert!(gone.failure.to_string().contains("2 of 2 keys were not there"), "{gone:?}");
    assert_eq!(stage.run::<Get>(&world.with("")).await.unwrap()["data"], Value::Null);
    let none = stage.run::<Get>(&world.with("failedOnMissing: true")).await.unwrap_err();
    assert!(none.failure.to_string().contains(&world.key), "{none:?}");
}

#[tokio::test]
async fn keys_are_written_under_conditions_and_for_some_time() {
    let Some(world) = World::new("conditions") else { return };
    let stage = &world.stage;
    stage.run::<Set>(&world.with("value: a\noptions: {mustExist: true}")).await.unwrap();
    assert!(stage.lines()[0].contains("its condition does not hold"), "{:?}", stage.lines());
    assert_eq!(stage.run::<Ttl>(&world.with("")).await.unwrap()["ttl"], Value::Int(-2));
    let timed = "value: a\noptions: {mustNotExist: true, expirationDuration: PT10M}";
    stage.run::<Set>(&world.with(timed)).await.unwrap();
    let Value::Int(ttl) = stage.run::<Ttl>(&world.with("")).await.unwrap()["ttl"] else { panic!() };
    assert!((500..=600).contains(&ttl), "{ttl}");
    stage.run::<Set>(&world.with("value: b\noptions: {keepTtl: true}")).await.unwrap();
    assert_ne!(stage.run::<Ttl>(&world.with("")).await.unwrap()["ttl"], Value::Int(-1));
    stage
        .run::<Set>(&world.with("value: b\noptions: {expirationDate: '2099-01-01T00:00:00Z'}"))
        .await
        .unwrap();
    let Value::Int(ttl) = stage.run::<Ttl>(&world.with("")).await.unwrap()["ttl"] else { panic!() };
    assert!(ttl > 1_000_000, "{ttl}");
    for (options, told) in [
        ("{keepTtl: true, expirationDuration: PT1S}", "exclude each other"),
        ("{mustExist: true, mustNotExist: true}", "exclude each other"),
        ("{expirationDuration: PT0S}", "is not positive"),
    ] {
        let broken =
            stage.run::<Set>(&world.with(&format!("value: b\noptions: {options}"))).await.unwrap_err();
        assert!(broken.failure.to_string().contains(told), "{broken:?}");
    }
}

#[tokio::test]
async fn numbers_are_added_to() {
    let Some(world) = World::new("numbers") else { return };
    let stage = &world.stage;
    let add = |more: &str| world.with(more);
    assert_eq!(stage.run::<Increment>(&add("")).await.unwrap()["value"], Value::Int(1));
    assert_eq!(stage.run::<Increment>(&add("amount: -3")).await.unwrap()["value"], Value::Int(-2));
    assert_eq!(stage.run::<Increment>(&add("amount: 0.5")).await.unwrap()["value"], Value::Float(-1.5));
    let whole = stage.run::<Increment>(&add("amount: 1")).await.unwrap_err();
    assert!(whole.failure.to_string().contains("refuses `INCRBY`"), "{whole:?}");
    let broken = stage.run::<Increment>(&add("options: {mustNotExist: true}")).await.unwrap_err();
    assert!(broken.failure.to_string().contains("its condition does not hold"), "{broken:?}");
    stage
        .run::<Increment>(&add("amount: 0.5\noptions: {mustExist: true, expirationDuration: PT1H}"))
        .await
        .unwrap();
    assert_ne!(stage.run::<Ttl>(&world.with("")).await.unwrap()["ttl"], Value::Int(-1));
}

#[tokio::test]
async fn what_is_wrong_is_told() {
    let Some(world) = World::new("wrong") else { return };
    let get = |url: String| async move {
        let told = Stage::new().run::<Get>(&format!("url: '{url}'\nkey: a")).await.unwrap_err();
        told.failure.to_string()
    };
    let told = get(world.url.replace("Kapelle1", "hunter2")).await;
    assert!(told.contains("Look at the user and the password") && !told.contains("hunter2"), "{told}");
    assert!(get(world.url.replace("redis://", "http://")).await.contains("`redis://`"));
    assert!(get(world.url.replace("/0", "/x")).await.contains("no number of a database"));
    assert!(get(world.url.replace("/0", "/99")).await.contains("refuses `SELECT`"));
    assert!(get("redis://127.0.0.1:1".to_owned()).await.contains("127.0.0.1"));
    assert!(get("redis://169.254.169.254:6379".to_owned()).await.contains("are refused"));
}

#[tokio::test]
async fn a_task_that_is_stopped_does_not_wait_for_the_server() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let stage = Stage::new();
    stage.stop();
    let url = format!("url: 'redis://{}'\nkey: a", silent.local_addr().unwrap());
    assert!(stage.run::<Get>(&url).await.unwrap_err().is_killed);
}

use kapelle_model::Value;
use kapelle_plugin::stage::Stage;

use super::delete::Delete;
use super::get::Get;
use super::increment::Increment;
use super::set::Set;
use crate::redis::testing::{World, answering};

#[tokio::test]
async fn documents_are_read() {
    let (url, asked) = answering(&["$9\r\n[{\"a\":1}]\r\n"]);
    let got = Stage::new().run::<Get>(&format!("{{url: '{url}', key: k}}")).await.unwrap();
    assert_eq!(format!("{:?}", got["data"]), r#"Map({"a": Int(1)})"#);
    assert_eq!(asked.join().unwrap(), ["JSON.GET k $"]);
    let (url, _asked) = answering(&["$-1\r\n"]);
    let none =
        Stage::new().run::<Get>(&format!("{{url: '{url}', key: k, path: $.b, failedOnMissing: true}}")).await;
    assert!(none.unwrap_err().failure.to_string().contains("nothing at `$.b` of the key `k`"));
}

#[tokio::test]
async fn documents_are_written() {
    let (url, asked) = answering(&[
        "+OK\r\n",
        "+QUEUED\r\n",
        "+QUEUED\r\n",
        "+QUEUED\r\n",
        "*3\r\n$3\r\n[5]\r\n+OK\r\n:1\r\n",
    ]);
    let set = format!(
        "{{url: '{url}', key: k, path: $.a, value: {{b: 1}}, get: true, options: {{expirationDuration: PT1S}}}}"
    );
    let old = Stage::new().run::<Set>(&set).await.unwrap();
    assert_eq!(old["oldValue"], Value::Int(5));
    assert_eq!(
        asked.join().unwrap(),
        ["MULTI", "JSON.GET k $.a", "JSON.SET k $.a {\"b\":1}", "PEXPIRE k 1000", "EXEC"]
    );
}

#[tokio::test]
async fn numbers_are_added_to() {
    let (url, asked) = answering(&["+OK\r\n", "+QUEUED\r\n", "*1\r\n$3\r\n[3]\r\n"]);
    let got = Stage::new()
        .run::<Increment>(&format!("{{url: '{url}', key: k, path: $.n, amount: 2}}"))
        .await
        .unwrap();
    assert_eq!(got["value"], Value::Int(3));
    assert_eq!(asked.join().unwrap()[1], "JSON.NUMINCRBY k $.n 2");
}

#[tokio::test]
async fn parts_are_deleted() {
    let (url, asked) = answering(&[":1\r\n", ":0\r\n"]);
    let delete = format!("{{url: '{url}', keys: {{a: [], b: [$.x]}}, failedOnMissing: true}}");
    let told = Stage::new().run::<Delete>(&delete).await.unwrap_err().failure.to_string();
    assert!(told.contains("nothing at `$.x` of the key `b`") && told.contains("1 parts"), "{told}");
    assert_eq!(asked.join().unwrap(), ["JSON.DEL a $", "JSON.DEL b $.x"]);
}

#[tokio::test]
async fn a_server_without_json_says_what_it_needs() {
    let Some(world) = World::new("json") else { return };
    let told = world.stage.run::<Get>(&world.with("")).await.unwrap_err().failure.to_string();
    assert!(told.contains("It needs Redis 8, or its module for JSON"), "{told}");
}

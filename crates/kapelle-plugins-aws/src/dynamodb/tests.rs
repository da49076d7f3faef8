use jiff::Timestamp;
use kapelle_core::expression::plain;
use kapelle_model::{Map, Value};
use kapelle_plugin::stage::{Stage, properties_of, service};
use kapelle_plugin::{Broken, Task, read};

use super::*;

struct World {
    stage: Stage,
    access: String,
}

impl World {
    /// A table of its own on a stand-in for AWS.
    async fn new(name: &str) -> Option<Self> {
        let server = service("moto")?;
        let stage = Stage::new();
        stage.set_now(Timestamp::now());
        let name = format!("{name}-{}", Timestamp::now().as_millisecond());
        let access = format!(
            "endpointOverride: '{server}'\nregion: eu-west-1\naccessKeyId: a\nsecretKeyId: b\ntableName: {name}\n"
        );
        let own: AccessProperties = read(&properties_of(&access)).unwrap();
        let cx = stage.context();
        let table = Table::open(&cx, &own, &Expr::fixed(name.as_str())).unwrap();
        let body = json!({
            "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }, { "AttributeName": "n", "AttributeType": "N" }],
            "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }, { "AttributeName": "n", "KeyType": "RANGE" }],
            "BillingMode": "PAY_PER_REQUEST",
        });
        table.ask(&cx, "CreateTable", body).await.unwrap();
        Some(Self { stage, access })
    }

    async fn run<T: Task>(&self, more: &str) -> Result<Map, Broken> {
        self.stage.run::<T>(&format!("{}{more}", self.access)).await
    }
}

fn shown(value: &Value) -> String {
    plain::to_json(value, &jiff::tz::TimeZone::UTC, true, 1 << 20).unwrap().expose().to_owned()
}

#[tokio::test]
async fn items_are_written_read_and_deleted() {
    let Some(world) = World::new("items").await else { return };
    for number in 1..=3 {
        let item = format!("item: {{id: a, n: {number}, name: 'x{number}', more: {{list: [1, true]}}}}\n");
        world.run::<put_item::PutItem>(&item).await.unwrap();
    }
    world.run::<put_item::PutItem>("item: '{\"id\": \"b\", \"n\": 1}'\n").await.unwrap();
    let got = world.run::<get_item::GetItem>("key: {id: a, n: 2}\n").await.unwrap();
    assert_eq!(shown(&got["row"]), r#"{"id":"a","more":{"list":[1,true]},"n":2,"name":"x2"}"#);
    let query = "keyConditionExpression: id = :id\nexpressionAttributeValues: {':id': a}\n";
    let got = world.run::<query::Query>(&format!("{query}fetchType: FETCH\nlimit: 2\n")).await.unwrap();
    assert_eq!(got["size"], Value::Int(2));
    let got = world.run::<query::Query>(&format!("{query}fetchType: FETCH_ONE\n")).await.unwrap();
    assert!(shown(&got["row"]).contains("\"n\":1"), "{got:?}");
    let got = world.run::<scan::Scan>("").await.unwrap();
    let Value::Str(uri) = &got["uri"] else { panic!("{got:?}") };
    assert_eq!((world.stage.content(uri.expose()).lines().count(), &got["size"]), (4, &Value::Int(4)));
    let filter = "filterExpression: 'n > :n'\nexpressionAttributeValues: {':n': 2}\nfetchType: FETCH\n";
    assert_eq!(world.run::<scan::Scan>(filter).await.unwrap()["size"], Value::Int(1));
    world.run::<delete_item::DeleteItem>("key: {id: a, n: 2}\n").await.unwrap();
    let got = world.run::<get_item::GetItem>("key: {id: a, n: 2}\n").await.unwrap();
    assert_eq!(got["row"], Value::Null);
    let told = world.run::<get_item::GetItem>("").await.unwrap_err().failure.to_string();
    assert!(told.contains("`key` is missing"), "{told}");
    let lost = world.access.replace("items-", "lost-");
    let told = world.stage.run::<scan::Scan>(&lost).await.unwrap_err().failure.to_string();
    assert!(
        told.contains("`Scan` does not work with the table `lost-") && told.contains("ResourceNotFound"),
        "{told}"
    );
}

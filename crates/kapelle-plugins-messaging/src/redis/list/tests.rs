use kapelle_model::{Map, Value};
use kapelle_plugin::Polled;

use super::list_pop::ListPop;
use super::list_push::ListPush;
use super::realtime_trigger::RealtimeTrigger;
use super::taking::TakingProperties;
use super::trigger::Trigger;
use crate::redis::connection::{Command, ServerProperties};
use crate::redis::testing::World;

impl World {
    async fn push(&self, from: &str) -> Value {
        self.stage.run::<ListPush>(&self.with(&format!("from: {from}"))).await.unwrap()["count"].clone()
    }

    fn rows(&self, got: &Map) -> (Value, String) {
        let Value::Str(uri) = &got["uri"] else { panic!("{got:?}") };
        (got["count"].clone(), self.stage.content(uri.expose()).trim().replace('\n', " "))
    }

    async fn pop(&self, more: &str) -> (Value, String) {
        self.rows(&self.stage.run::<ListPop>(&self.with(more)).await.unwrap())
    }

    /// Keys that stand beside the list.
    async fn aside(&self) -> Vec<String> {
        let properties = kapelle_plugin::stage::properties_of(&self.bare(""));
        let server: ServerProperties = kapelle_plugin::read(&properties).unwrap();
        let mut connection = server.open(&self.stage.context()).await.unwrap();
        let pattern = format!("*{}*:kapelle:*", self.key);
        let keys = connection.contents(Command::new("KEYS").arg(pattern)).await.unwrap();
        let mut keys: Vec<String> = keys.into_iter().map(|key| String::from_utf8(key).unwrap()).collect();
        keys.sort();
        keys
    }
}

#[tokio::test]
async fn elements_go_to_the_head_and_come_from_there() {
    let Some(world) = World::new("head") else { return };
    assert_eq!(world.push("[one, two, {a: 1}]").await, Value::Int(3));
    assert_eq!(world.pop("maxRecords: 2").await, (Value::Int(2), r#""{\"a\":1}" "two""#.to_owned()));
    assert_eq!(world.pop("maxDuration: PT1H\ncount: 1").await, (Value::Int(1), "\"one\"".to_owned()));
    assert_eq!(world.pop("").await, (Value::Int(0), String::new()));
    assert!(world.aside().await.is_empty());
    let metrics = world.stage.metrics();
    assert_eq!((metrics[0].name.as_str(), metrics[0].value), ("inserted.records.count", 3.0));
}

#[tokio::test]
async fn rows_of_a_file_are_pushed_in_batches() {
    let Some(world) = World::new("file") else { return };
    let rows: Vec<String> = (0..1201).map(|number| format!("{{n:{number}}}\n")).collect();
    let rows = rows.concat();
    let uri = world.stage.put_file("rows.ion", rows.as_bytes());
    assert_eq!(world.push(&format!("'{uri}'\nserdeType: JSON")).await, Value::Int(1201));
    let (count, rows) = world.pop("serdeType: JSON").await;
    assert_eq!((count, rows.starts_with("{n:1200} {n:1199} ")), (Value::Int(1201), true));
}

#[tokio::test]
async fn what_cannot_be_read_goes_back() {
    let Some(world) = World::new("back") else { return };
    world.push("['3', '{', '1']").await;
    let broken = world.stage.run::<ListPop>(&world.with("serdeType: JSON")).await.unwrap_err();
    let told = broken.failure.to_string();
    assert!(told.contains("stays there") && told.contains("serdeType: STRING"), "{told}");
    assert!(world.aside().await.is_empty());
    assert_eq!(world.pop("").await.1, r#""1" "{" "3""#);
}

#[tokio::test]
async fn a_look_keeps_elements_until_its_execution_is_certain() {
    let Some(world) = World::new("look") else { return };
    let properties = world.with("maxRecords: 2");
    world.push("[c, b, a]").await;
    let Polled { event, cursor } = world.stage.poll::<Trigger>(&properties, None).await.unwrap();
    assert_eq!(world.rows(&event.unwrap()).1, r#""a" "b""#);
    assert_eq!(world.aside().await.len(), 1);
    // The process ended before the execution was written: the elements come again.
    let Polled { event, .. } = world.stage.poll::<Trigger>(&properties, None).await.unwrap();
    assert_eq!(world.rows(&event.unwrap()).1, r#""a" "b""#);
    // It was written, and the next look settles what was left undone.
    let Polled { event, cursor } = world.stage.poll::<Trigger>(&properties, cursor).await.unwrap();
    assert_eq!(world.rows(&event.unwrap()).1, r#""c""#);
    world.stage.settle::<Trigger>(&properties, cursor.clone()).await.unwrap();
    assert!(world.aside().await.is_empty());
    let Polled { event, cursor: after } =
        world.stage.poll::<Trigger>(&properties, cursor.clone()).await.unwrap();
    assert_eq!((event, after), (None, cursor));
}

#[tokio::test]
async fn what_an_attempt_left_is_taken_by_the_next_one() {
    let Some(world) = World::new("left") else { return };
    world.push("[b, a]").await;
    let cx = world.stage.context();
    let properties = kapelle_plugin::stage::properties_of(&world.with("maxRecords: 1"));
    let taking: TakingProperties = kapelle_plugin::read(&properties).unwrap();
    taking.read(&cx, &cx.place.run_id).unwrap().take(&cx).await.unwrap();
    assert_eq!(world.pop("maxRecords: 2").await.1, r#""a" "b""#);
}

#[tokio::test]
async fn what_a_stopped_attempt_took_goes_back() {
    let Some(world) = World::new("stopped") else { return };
    world.push("[c, b, a]").await;
    let properties = kapelle_plugin::stage::properties_of(&world.with("maxRecords: 2"));
    let taking: TakingProperties = kapelle_plugin::read(&properties).unwrap();
    let cx = world.stage.context();
    let taking = taking.read(&cx, &cx.place.run_id).unwrap();
    taking.take(&cx).await.unwrap();
    world.stage.stop();
    assert!(taking.take(&cx).await.err().unwrap().is_killed);
    let world = World { stage: kapelle_plugin::stage::Stage::new(), ..world };
    assert!(world.aside().await.is_empty());
    assert_eq!(world.pop("").await.1, r#""a" "b" "c""#);
}

#[tokio::test]
async fn each_element_starts_an_execution() {
    let Some(world) = World::new("live") else { return };
    let mut listener = world.stage.listen::<RealtimeTrigger>(&world.with("serdeType: JSON")).unwrap();
    for (element, value) in [("'1'", Value::Int(1)), ("'{'", Value::Null), ("'2'", Value::Int(2))] {
        world.push(&format!("[{element}]")).await;
        if value != Value::Null {
            assert_eq!(listener.next().await.unwrap().variables["value"], value);
        }
    }
    listener.end().await.unwrap();
    assert!(world.stage.lines().iter().any(|line| line.contains("unreadable")), "{:?}", world.stage.lines());
    assert!(world.aside().await.iter().any(|key| key.ends_with("unreadable")), "{:?}", world.aside().await);
}

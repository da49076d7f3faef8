//! What a trigger makes of a bucket.

use kapelle_model::Value;
use kapelle_plugin::Polled;

use super::super::list::List;
use super::super::trigger::Trigger;
use super::world::{World, all};

/// Looks once: what happened to which objects, and what is kept for the next look.
async fn look(world: &World, more: &str, cursor: Option<Value>) -> (String, Option<Value>) {
    let properties = format!("{}{more}", world.access());
    let Polled { event, cursor } = world.stage.poll::<Trigger>(&properties, cursor).await.unwrap();
    let told = event.map_or("-".to_owned(), |event| {
        let objects = &event["objects"];
        format!("{}: {}", all(objects, "changeType"), all(objects, "key"))
    });
    (told, cursor)
}

async fn keys(world: &World) -> String {
    all(&world.run::<List>("").await.unwrap()["objects"], "key")
}

#[tokio::test]
async fn new_and_changed_objects_start_an_execution_once() {
    let Some(world) = World::new().await else { return };
    world.put(&["in/a", "other"]).await;
    let more = "prefix: in/\naction: NONE\n";
    let (told, cursor) = look(&world, more, None).await;
    assert_eq!(told, "CREATE: in/a");
    let (told, cursor) = look(&world, more, cursor).await;
    assert_eq!(told, "-");
    let uri = world.stage.put_file("x", b"more");
    world.run::<super::super::upload::Upload>(&format!("from: '{uri}'\nkey: in/a\n")).await.unwrap();
    world.put(&["in/b"]).await;
    let (told, _) = look(&world, &format!("{more}on: CREATE\n"), cursor.clone()).await;
    assert_eq!(told, "CREATE: in/b");
    let (told, _) = look(&world, &format!("{more}maxFiles: 1\non: UPDATE\n"), cursor).await;
    assert_eq!(told, "UPDATE: in/a");
}

#[tokio::test]
async fn objects_go_away_when_their_execution_is_certain() {
    let Some(world) = World::new().await else { return };
    world.put(&["in/a b", "in/c"]).await;
    let more = "prefix: in/\naction: DELETE\n";
    let (told, cursor) = look(&world, more, None).await;
    assert_eq!(told, "CREATE CREATE: in/a b in/c");
    assert_eq!(keys(&world).await, "in/a b in/c");
    // Another one comes in the place of one of them before it is taken away.
    let uri = world.stage.put_file("x", b"new");
    world.run::<super::super::upload::Upload>(&format!("from: '{uri}'\nkey: in/c\n")).await.unwrap();
    let properties = format!("{}{more}", world.access());
    world.stage.settle::<Trigger>(&properties, cursor.clone()).await.unwrap();
    assert_eq!(keys(&world).await, "in/c");
    // If the process ended in between, the next look does it.
    let (told, _) = look(&world, more, cursor).await;
    assert_eq!(told, "CREATE: in/c");
}

#[tokio::test]
async fn objects_move_to_where_they_are_not_looked_at_again() {
    let Some(world) = World::new().await else { return };
    world.put(&["a"]).await;
    let more = format!("action: MOVE\nmoveTo: {{bucket: {}, key: done}}\n", world.bucket);
    let (told, cursor) = look(&world, &more, None).await;
    assert_eq!(told, "CREATE: a");
    let (told, _) = look(&world, &more, cursor).await;
    assert_eq!((told.as_str(), keys(&world).await.as_str()), ("-", "done/a"));
}

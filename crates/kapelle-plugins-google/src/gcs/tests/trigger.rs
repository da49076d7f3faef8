//! What a trigger makes of a bucket.

use kapelle_model::Value;
use kapelle_plugin::Polled;

use super::super::list::List;
use super::super::trigger::Trigger;
use super::super::upload::Upload;
use super::world::{World, all, text};

/// Looks once: what happened to which objects, and what is kept for the next look.
async fn look(world: &World, more: &str, cursor: Option<Value>) -> (String, Option<Value>) {
    let properties = more.replace('@', &world.bucket);
    let Polled { event, cursor } = world.stage.poll::<Trigger>(&properties, cursor).await.unwrap();
    let told = event.map_or("-".to_owned(), |event| {
        let blobs = &event["blobs"];
        format!("{}: {}", all(blobs, "changeType"), all(blobs, "name"))
    });
    (told, cursor)
}

async fn write(world: &World, name: &str, content: &str) {
    let uri = world.stage.put_file("x", content.as_bytes());
    world.run::<Upload>(&format!("from: '{uri}'\nto: 'gs://@/{name}'\n")).await.unwrap();
}

async fn names(world: &World) -> String {
    all(&world.run::<List>("from: gs://@\nlistingType: RECURSIVE\n").await.unwrap()["blobs"], "name")
}

#[tokio::test]
async fn new_and_changed_objects_start_an_execution_once() {
    let Some(world) = World::new().await else { return };
    world.put(&["in/a", "in/deep/b", "other"]).await;
    let more = "from: gs://@/in/\naction: NONE\n";
    let (told, cursor) = look(&world, more, None).await;
    assert_eq!(told, "CREATE: in/a");
    let (told, cursor) = look(&world, more, cursor).await;
    assert_eq!(told, "-");
    // Of the same size, and within the same second.
    write(&world, "in/a", "more").await;
    world.put(&["in/b"]).await;
    let (told, _) = look(&world, &format!("{more}on: CREATE\n"), cursor.clone()).await;
    assert_eq!(told, "CREATE: in/b");
    let (told, _) = look(&world, &format!("{more}maxFiles: 1\non: UPDATE\n"), cursor.clone()).await;
    assert_eq!(told, "UPDATE: in/a");
    let (told, _) = look(&world, &format!("{more}stateKey: other\nlistingType: RECURSIVE\n"), cursor).await;
    assert_eq!(told, "CREATE CREATE CREATE: in/deep/b in/a in/b");
}

#[tokio::test]
async fn an_execution_finds_the_contents() {
    let Some(world) = World::new().await else { return };
    world.put(&["in/a"]).await;
    let properties = "from: gs://@/in/\naction: NONE\n".replace('@', &world.bucket);
    let event = world.stage.poll::<Trigger>(&properties, None).await.unwrap().event.unwrap();
    let Value::List(blobs) = &event["blobs"] else { panic!("{event:?}") };
    let Value::Map(blob) = &blobs[0] else { panic!("{blobs:?}") };
    assert_eq!(world.stage.content(&text(blob, "uri")), "in/a");
}

#[tokio::test]
async fn objects_go_away_when_their_execution_is_certain() {
    let Some(world) = World::new().await else { return };
    world.put(&["in/a b", "in/c"]).await;
    let more = "from: gs://@/in/\naction: DELETE\n";
    let (told, cursor) = look(&world, more, None).await;
    assert_eq!(told, "CREATE CREATE: in/a b in/c");
    assert_eq!(names(&world).await, "in/a b in/c");
    // Another one comes in the place of one of them before it is taken away.
    write(&world, "in/c", "new").await;
    let properties = more.replace('@', &world.bucket);
    world.stage.settle::<Trigger>(&properties, cursor.clone()).await.unwrap();
    assert_eq!(names(&world).await, "in/c");
    // If the process ended in between, the next look does it.
    let (told, _) = look(&world, more, cursor).await;
    assert_eq!(told, "CREATE: in/c");
}

#[tokio::test]
async fn objects_move_to_where_they_are_not_looked_at_again() {
    let Some(world) = World::new().await else { return };
    world.put(&["a"]).await;
    let more = "from: gs://@\nlistingType: RECURSIVE\naction: MOVE\nmoveDirectory: gs://@/done\n";
    let (told, cursor) = look(&world, more, None).await;
    assert_eq!(told, "CREATE: a");
    let (told, _) = look(&world, more, cursor).await;
    assert_eq!((told.as_str(), names(&world).await.as_str()), ("-", "done/a"));
}

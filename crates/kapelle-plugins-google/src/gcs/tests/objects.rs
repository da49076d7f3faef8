//! What comes of objects when all goes well.

use kapelle_model::Value;

use super::super::compose::Compose;
use super::super::copy::Copy;
use super::super::delete::Delete;
use super::super::delete_list::DeleteList;
use super::super::download::Download;
use super::super::downloads::Downloads;
use super::super::list::List;
use super::super::upload::Upload;
use super::world::{World, all, json, text};

#[tokio::test]
async fn a_file_comes_back_as_it_went_whatever_its_name() {
    let Some(world) = World::new().await else { return };
    for name in ["plain.csv", "a b/c d.txt", "grüße/日本.txt", "a+b=c&d.txt", "deep/er/x", "(1)!~.txt"] {
        let uri = world.stage.put_file("x.csv", name.as_bytes());
        let up = world.run::<Upload>(&format!("from: '{uri}'\nto: 'gs://@/{name}'\n")).await.unwrap();
        assert_eq!((text(&up, "md5").len(), text(&up, "crc32c").len()), (24, 8));
        let from = format!("from: '{}'\nvalidateChecksum: true\n", text(&up, "uri"));
        let down = world.run::<Download>(&from).await.unwrap();
        assert_eq!(world.stage.content(&text(&down, "uri")), name);
        assert_eq!((text(&down, "bucket"), text(&down, "path")), (world.bucket.clone(), name.to_owned()));
    }
    let listed = world.run::<List>("from: gs://@/\nlistingType: RECURSIVE\n").await.unwrap();
    assert_eq!(
        all(&listed["blobs"], "name"),
        "(1)!~.txt a b/c d.txt a+b=c&d.txt deep/er/x grüße/日本.txt plain.csv"
    );
}

#[tokio::test]
async fn what_is_said_of_an_object_stays_with_it() {
    let Some(world) = World::new().await else { return };
    let uri = world.stage.put_file("x", b"hello");
    let said = "contentType: text/x-own\ncontentDisposition: attachment\ncacheControl: no-cache\ncontentEncoding: identity\n\
                expectedMd5: 5d41402abc4b2a76b9719d911017c592\nexpectedCrc32c: mnG7TA==\n";
    world.run::<Upload>(&format!("from: '{uri}'\nto: gs://@/a/x.txt\n{said}")).await.unwrap();
    let listed = world.run::<List>("from: gs://@/a/\n").await.unwrap();
    let Value::List(blobs) = &listed["blobs"] else { panic!("{listed:?}") };
    let Value::Map(blob) = &blobs[0] else { panic!("{blobs:?}") };
    for (name, expected) in [
        ("uri", format!("gs://{}/a/x.txt", world.bucket)),
        ("contentType", "text/x-own".to_owned()),
        ("contentDisposition", "attachment".to_owned()),
        ("cacheControl", "no-cache".to_owned()),
        ("md5", "XUFAKrxLKna5cZ2REBfFkg==".to_owned()),
        ("crc32c", "mnG7TA==".to_owned()),
    ] {
        assert_eq!(text(blob, name), expected);
    }
    assert_eq!((&blob["size"], &blob["isDirectory"]), (&Value::Int(5), &Value::Bool(false)));
}

#[tokio::test]
async fn a_list_tells_what_is_meant() {
    let Some(world) = World::new().await else { return };
    world.put(&["a/1.csv", "a/2.txt", "a/b/3.csv", "c.csv", "d.csv"]).await;
    for (more, expected) in [
        ("from: gs://@/a/\n", "a/1.csv a/2.txt a/b/"),
        ("from: gs://@/a/\nfilter: FILES\n", "a/1.csv a/2.txt"),
        ("from: gs://@\nfilter: DIRECTORY\n", "a/"),
        ("from: gs://@/a/\nlistingType: RECURSIVE\n", "a/1.csv a/2.txt a/b/3.csv"),
        (
            "from: gs://@/\nlistingType: RECURSIVE\nregExp: 'gs://@/.*\\.csv'\n",
            "a/1.csv a/b/3.csv c.csv d.csv",
        ),
        ("from: gs://@/\nregExp: '.*\\.txt'\n", ""),
        ("from: gs://@/\nmaxFiles: 1\nregExp: '.*/[cd].*'\n", "c.csv"),
    ] {
        let listed = world.run::<List>(more).await.unwrap();
        assert_eq!(all(&listed["blobs"], "name"), expected, "{more}");
    }
    assert_eq!(
        world.stage.lines().last().map(String::as_str),
        Some("WARN there are more than 1 objects, of which 1 are taken: see `maxFiles`")
    );
}

#[tokio::test]
async fn an_object_is_copied_moved_and_deleted() {
    let Some(world) = World::new().await else { return };
    world.put(&["a b+ü.txt"]).await;
    let copy = world.run::<Copy>("from: 'gs://@/a b+ü.txt'\nto: 'gs://@/to/c d.txt'\n").await.unwrap();
    assert_eq!(text(&copy, "uri"), format!("gs://{}/to/c%20d.txt", world.bucket));
    world.run::<Copy>("from: gs://@/to/c%20d.txt\nto: gs://@/moved\ndelete: true\n").await.unwrap();
    let names = async || {
        let listed = world.run::<List>("from: gs://@\nlistingType: RECURSIVE\n").await.unwrap();
        all(&listed["blobs"], "name")
    };
    assert_eq!(names().await, "a b+ü.txt moved");
    for was_there in [true, false] {
        let deleted = world.run::<Delete>("uri: gs://@/moved\n").await.unwrap();
        assert_eq!(deleted["deleted"], Value::Bool(was_there));
    }
    let broken = world.run::<Delete>("uri: gs://@/moved\nerrorOnMissing: true\n").await.unwrap_err();
    assert!(broken.failure.to_string().contains("there is no object `moved`"), "{}", broken.failure);
    assert_eq!(names().await, "a b+ü.txt");
}

#[tokio::test]
async fn what_was_taken_over_is_moved_or_deleted() {
    let Some(world) = World::new().await else { return };
    world.put(&["in/1", "in/2", "keep"]).await;
    let more = "from: gs://@/in/\naction: MOVE\nmoveDirectory: gs://@/done/\nvalidateChecksum: true\n";
    let down = world.run::<Downloads>(more).await.unwrap();
    let Value::Map(files) = &down["outputFiles"] else { panic!("{down:?}") };
    let Value::Str(uri) = &files["in/2"] else { panic!("{files:?}") };
    assert_eq!(world.stage.content(uri.expose()), "in/2");
    assert_eq!(all(&down["blobs"], "name"), "in/1 in/2");
    let names = async || {
        let listed = world.run::<List>("from: gs://@\nlistingType: RECURSIVE\n").await.unwrap();
        all(&listed["blobs"], "name")
    };
    assert_eq!(names().await, "done/1 done/2 keep");
    world.run::<Downloads>("from: gs://@/done/\naction: DELETE\nmaxFiles: 1\n").await.unwrap();
    assert_eq!(names().await, "done/2 keep");
}

#[tokio::test]
async fn many_objects_are_composed_and_deleted() {
    let Some(world) = World::new().await else { return };
    let names: Vec<String> = (0..70).map(|number| format!("parts/{number:02}")).collect();
    world.put(&names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let compose = "list: {from: gs://@/parts/}\nto: gs://@/whole\n";
    let made = world.run::<Compose>(compose).await.unwrap();
    assert_eq!(text(&made, "uri"), format!("gs://{}/whole", world.bucket));
    let down = world.run::<Download>("from: gs://@/whole\n").await.unwrap();
    assert_eq!(world.stage.content(&text(&down, "uri")), names.concat());
    let deleted = world.run::<DeleteList>("from: gs://@/parts/\nconcurrent: 4\n").await.unwrap();
    assert_eq!(json(&Value::Map(deleted.into())), r#"{"count":70,"size":560}"#);
    let listed = world.run::<List>("from: gs://@\nlistingType: RECURSIVE\n").await.unwrap();
    assert_eq!(all(&listed["blobs"], "name"), "whole");
    let broken = world.run::<DeleteList>("from: gs://@/parts/\nerrorOnEmpty: true\n").await.unwrap_err();
    assert!(broken.failure.to_string().contains("nothing to delete"), "{}", broken.failure);
    let broken = world.run::<Compose>(compose).await.unwrap_err();
    assert!(broken.failure.to_string().contains("nothing to compose"), "{}", broken.failure);
    let nothing = world.run::<Compose>(&format!("{compose}allowEmpty: true\n")).await.unwrap();
    assert!(nothing.get("uri").is_none(), "{nothing:?}");
}

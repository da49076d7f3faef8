//! What happens when something goes wrong.

use kapelle_http::server::answer;

use super::super::copy::Copy;
use super::super::download::Download;
use super::super::downloads::Downloads;
use super::super::list::List;
use super::super::upload::Upload;
use super::world::{World, emulated, good, refusal, server_of, text};

#[tokio::test]
async fn failures_say_what_where_and_what_to_do() {
    let Some(world) = World::new().await else { return };
    for (properties, expected) in [
        (
            "from: gs://@/none/such\n",
            "the object `none/such` of the bucket `@` cannot be read: 404: Not Found",
        ),
        ("from: gs://no-such-bucket-here/k\n", "Does the bucket `no-such-bucket-here` exist"),
        ("from: gs://@\n", "names a bucket, but no object in it"),
        ("from: s3://@/a\n", "does not begin with `gs://`"),
        ("{}\n", "the property `from` is missing"),
    ] {
        let told = world.run::<Download>(properties).await.unwrap_err().failure.to_string();
        let expected = expected.replace('@', &world.bucket);
        assert!(told.contains(&expected), "{expected}: {told}");
    }
    let uri = world.stage.put_file("x", b"123456789");
    for (more, expected) in [
        ("expectedCrc32c: AAAAAA==\n", "its CRC32C is 4waSgw==, but has to be AAAAAA=="),
        ("expectedMd5: 0000000000000000000000000000000f\n", "its MD5 is JfnnlDI7RTiF9RgfG2JNCw=="),
        ("expectedMd5: abc\n", "is no such checksum: it has 16 bytes"),
    ] {
        let broken = world.run::<Upload>(&format!("from: '{uri}'\nto: gs://@/k\n{more}")).await.unwrap_err();
        let told = broken.failure.to_string();
        assert!(told.contains(expected), "{expected}: {told}");
    }
    assert!(world.run::<Download>("from: gs://@/k\n").await.is_err());
}

#[tokio::test]
async fn what_may_pass_is_tried_again() {
    let server = server_of(vec![
        refusal("503 Slow", "backendError"),
        refusal("429 Many", "rateLimitExceeded"),
        refusal("408 Late", ""),
        Vec::new(),
        good("{}"),
    ]);
    emulated(&server.url("")).run::<List>("from: gs://bbb\n").await.unwrap();
    assert_eq!(server.requests().len(), 5);
    let server = server_of(vec![refusal("429 Many", "rateLimitExceeded")]);
    let told =
        emulated(&server.url("")).run::<List>("from: gs://bbb\n").await.unwrap_err().failure.to_string();
    assert!(told.contains("rateLimitExceeded (429): Because. The service has too much to do"), "{told}");
    assert_eq!(server.requests().len(), 5);
    let server = server_of(vec![refusal("403 No", "forbidden")]);
    let told =
        emulated(&server.url("")).run::<List>("from: gs://bbb\n").await.unwrap_err().failure.to_string();
    assert!(
        told.contains("the bucket `bbb` cannot be listed: forbidden (403): Because. ")
            && told.contains("lacks the role `roles/storage.objectViewer` for the bucket `bbb`"),
        "{told}"
    );
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_list_goes_on_from_page_to_page() {
    let server = server_of(vec![
        good(r#"{"items":[{"name":"b","bucket":"bbb"}],"nextPageToken":"t/1"}"#),
        good(r#"{"items":[{"name":"c","bucket":"bbb"}]}"#),
    ]);
    let listed = emulated(&server.url("")).run::<List>("from: gs://bbb\nallVersions: true\n").await.unwrap();
    assert_eq!(super::world::all(&listed["blobs"], "name"), "b c");
    assert_eq!(
        server.last().line,
        "GET /storage/v1/b/bbb/o?delimiter=%2F&versions=true&pageToken=t%2F1 HTTP/1.1"
    );
}

#[tokio::test]
async fn a_content_that_breaks_off_is_gone_on_with() {
    let server = server_of(vec![
        b"HTTP/1.1 200 OK\r\nX-Goog-Generation: 9\r\nX-Goog-Hash: crc32c=KAwGng==\r\nContent-Length: 10\r\n\r\n01234".to_vec(),
        answer("206 Partial", &["X-Goog-Generation: 9"], "56789"),
    ]);
    let stage = emulated(&server.url(""));
    let down = stage.run::<Download>("from: gs://bbb/k\nvalidateChecksum: true\n").await.unwrap();
    assert_eq!(stage.content(&text(&down, "uri")), "0123456789");
    let last = server.last();
    assert_eq!(last.line, "GET /storage/v1/b/bbb/o/k?alt=media&generation=9 HTTP/1.1");
    assert_eq!(last.header("range"), Some("bytes=5-"));
}

#[tokio::test]
async fn a_damaged_content_is_found() {
    let server = server_of(vec![answer("200 OK", &["x-goog-hash: crc32c=AAAAAA=="], "123456789")]);
    let stage = emulated(&server.url(""));
    let told = stage.run::<Download>("from: gs://bbb/k\nvalidateChecksum: true\n").await;
    let told = told.unwrap_err().failure.to_string();
    assert!(told.contains("its CRC32C is 4waSgw==, but has to be AAAAAA=="), "{told}");
}

#[tokio::test]
async fn a_large_copy_takes_several_requests() {
    let server = server_of(vec![good(r#"{"done":false,"rewriteToken":"t"}"#), good(r#"{"done":true}"#)]);
    emulated(&server.url("")).run::<Copy>("from: gs://bbb/a/b\nto: gs://ccc/d\n").await.unwrap();
    assert_eq!(
        server.last().line,
        "POST /storage/v1/b/bbb/o/a%2Fb/rewriteTo/b/ccc/o/d?rewriteToken=t HTTP/1.1"
    );
}

const LISTED: &str = r#"{"items":[{"name":"in/a","bucket":"bbb","generation":"7"}]}"#;

#[tokio::test]
async fn only_what_was_taken_over_is_deleted() {
    let content = answer("200 OK", &["X-Goog-Generation: 8"], "new");
    for (last, expected) in [
        (answer("204 No Content", &[], ""), None),
        (refusal("412 Failed", "conditionNotMet"), Some("`in/a` was changed meanwhile")),
    ] {
        let server = server_of(vec![good(LISTED), content.clone(), last]);
        let stage = emulated(&server.url(""));
        stage.run::<Downloads>("from: gs://bbb/in/\naction: DELETE\n").await.unwrap();
        assert_eq!(server.last().line, "DELETE /storage/v1/b/bbb/o/in%2Fa?ifGenerationMatch=8 HTTP/1.1");
        let warned = stage.lines().iter().any(|line| expected.is_some_and(|words| line.contains(words)));
        assert_eq!(warned, expected.is_some(), "{:?}", stage.lines());
    }
    let server = server_of(vec![good(LISTED), content, refusal("412 Failed", "conditionNotMet")]);
    let stage = emulated(&server.url(""));
    stage
        .run::<Downloads>("from: gs://bbb/in/\naction: MOVE\nmoveDirectory: gs://bbb/done/\n")
        .await
        .unwrap();
    let last =
        "POST /storage/v1/b/bbb/o/in%2Fa/rewriteTo/b/bbb/o/done%2Fa?ifSourceGenerationMatch=8 HTTP/1.1";
    assert_eq!(server.last().line, last);
}

#[tokio::test]
async fn objects_of_one_name_are_not_moved_together() {
    let listed = r#"{"items":[{"name":"in/a/x","bucket":"bbb","generation":"1"},{"name":"in/b/x","bucket":"bbb","generation":"2"}]}"#;
    let server = server_of(vec![good(listed)]);
    let told = emulated(&server.url(""))
        .run::<Downloads>(
            "from: gs://bbb/in/\nlistingType: RECURSIVE\naction: MOVE\nmoveDirectory: gs://bbb/done/\n",
        )
        .await;
    let told = told.unwrap_err().failure.to_string();
    assert!(told.starts_with("`in/a/x` and `in/b/x` would be moved to one place"), "{told}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_copy_deletes_what_it_copied() {
    let server = server_of(vec![
        good(r#"{"name":"k","bucket":"bbb","generation":"5"}"#),
        good(r#"{"done":true}"#),
        answer("204 No Content", &[], ""),
    ]);
    emulated(&server.url("")).run::<Copy>("from: gs://bbb/k\nto: gs://bbb/l\ndelete: true\n").await.unwrap();
    let lines: Vec<String> = server.requests().iter().map(|one| one.line.clone()).collect();
    assert_eq!(
        lines[1..],
        [
            "POST /storage/v1/b/bbb/o/k/rewriteTo/b/bbb/o/l?ifSourceGenerationMatch=5 HTTP/1.1",
            "DELETE /storage/v1/b/bbb/o/k?ifGenerationMatch=5 HTTP/1.1"
        ]
    );
}

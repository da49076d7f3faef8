//! Uploads in parts, with a real server of the API and with one that breaks off.

use std::sync::atomic::{AtomicUsize, Ordering};

use kapelle_http::server::{Received, Server, answer};
use kapelle_plugin::stage::Stage;

use super::super::download::Download;
use super::super::upload::Upload;
use super::world::{World, emulated, good, refusal, text};

/// Bytes of a part.
const PART: usize = 8 << 20;

/// One part and a bit.
fn large() -> String {
    (0..1_100_000).map(|number| format!("{number:07}\n")).collect::<Vec<_>>().concat()
}

#[tokio::test]
async fn a_large_file_goes_in_parts() {
    let Some(world) = World::new().await else { return };
    let content = large();
    let uri = world.stage.put_file("large", content.as_bytes());
    let properties = format!("from: '{uri}'\nto: gs://@/large\ncontentType: text/csv\n");
    let up = world.run::<Upload>(&properties).await.unwrap();
    assert_eq!(text(&up, "md5").len(), 24);
    let down = world.run::<Download>("from: gs://@/large\nvalidateChecksum: true\n").await.unwrap();
    assert!(world.stage.content(&text(&down, "uri")) == content);
}

/// A server for uploads in parts; the function answers the first part, the second, and so on.
fn parts_server(answers: impl Fn(usize, &Received) -> Vec<u8> + Send + Sync + 'static) -> Server {
    let count = AtomicUsize::new(0);
    Server::start(move |request: &Received| match request.line.as_str() {
        line if line.starts_with("POST") => {
            let host = request.header("host").unwrap_or_default();
            answer("200 OK", &[&format!("Location: http://{host}/session?id=1")], "")
        }
        line if line.starts_with("PUT") => answers(count.fetch_add(1, Ordering::Relaxed), request),
        line if line.contains("/session") => answer("499 Gone", &[], ""),
        _ => good(""),
    })
}

/// So much has arrived.
fn has(bytes: usize) -> Vec<u8> {
    match bytes {
        0 => answer("308 Go on", &[], ""),
        bytes => answer("308 Go on", &[&format!("Range: bytes=0-{}", bytes - 1)], ""),
    }
}

/// The ranges of the parts that came.
fn ranges(server: &Server) -> Vec<String> {
    let parts = server.requests().into_iter().filter(|request| request.line.starts_with("PUT"));
    parts.map(|part| part.header("content-range").unwrap_or_default().to_owned()).collect()
}

async fn upload(stage: &Stage, more: &str) -> Result<kapelle_model::Map, kapelle_plugin::Broken> {
    let uri = stage.put_file("large", large().as_bytes());
    stage.run::<Upload>(&format!("from: '{uri}'\nto: gs://bbb/k\n{more}")).await
}

#[tokio::test]
async fn a_part_that_breaks_off_goes_on_where_it_stopped() {
    let middle = 256 << 10;
    let size = large().len();
    let server = parts_server(move |at, _| match at {
        // The server takes some of it, then the connection breaks; so it does when the last part has arrived.
        0 | 5 => Vec::new(),
        // The second time, nothing arrived of what was sent.
        1 | 3 => has(middle),
        2 => refusal("503 Oh", "backendError"),
        4 => has(PART),
        _ => good(r#"{"name":"k","bucket":"bbb","generation":"1","size":"8800000"}"#),
    });
    let stage = emulated(&server.url(""));
    upload(&stage, "validateChecksum: false\n").await.unwrap();
    let first = format!("bytes 0-{}/*", PART - 1);
    let rest = format!("bytes {middle}-{}/*", PART - 1);
    let last = format!("bytes {PART}-{}/{size}", size - 1);
    let state = format!("bytes */{size}");
    assert_eq!(size, 8_800_000);
    assert_eq!(ranges(&server), [first.as_str(), "bytes */*", &rest, "bytes */*", &rest, &last, &state]);
}

#[tokio::test]
async fn the_checksums_go_with_the_file_and_are_compared() {
    let server = parts_server(|at, _| match at {
        0 => has(PART),
        _ => good(r#"{"name":"k","bucket":"bbb","generation":"7","size":"1","crc32c":"AAAAAA=="}"#),
    });
    let stage = emulated(&server.url(""));
    let told = upload(&stage, "contentType: text/csv\n").await.unwrap_err().failure.to_string();
    assert!(told.contains("but has to be") && told.contains("is deleted again"), "{told}");
    let asked = server.requests();
    assert!(asked[0].line.contains("uploadType=resumable&name=k"), "{}", asked[0].line);
    assert_eq!(asked[0].header("x-upload-content-type"), Some("text/csv"));
    for name in ["md5Hash", "crc32c", "\"contentType\":\"text/csv\""] {
        assert!(asked[0].body().contains(name), "{}", asked[0].body());
    }
    assert_eq!(server.last().line, "DELETE /storage/v1/b/bbb/o/k?generation=7 HTTP/1.1");
    let last = ranges(&server);
    assert_eq!(last[1], format!("bytes {PART}-8799999/8800000"));
}

#[tokio::test]
async fn an_upload_that_does_not_get_on_is_given_up_and_taken_away() {
    for (answers, expected) in [
        (has(0), "it does not get beyond 0 bytes"),
        (refusal("403 No", "forbidden"), "`roles/storage.objectUser`"),
        (refusal("410 Gone", "gone"), "Google has forgotten the upload"),
    ] {
        let server = parts_server(move |_, _| answers.clone());
        let told = upload(&emulated(&server.url("")), "validateChecksum: false\n").await.unwrap_err();
        assert!(told.failure.to_string().contains(expected), "{}", told.failure);
        assert_eq!(server.last().line, "DELETE /session?id=1 HTTP/1.1");
    }
}

#[tokio::test]
async fn an_upload_that_is_stopped_is_taken_away() {
    let stage = std::sync::Arc::new(std::sync::Mutex::new(None::<tokio_util::sync::CancellationToken>));
    let stop = std::sync::Arc::clone(&stage);
    let server = parts_server(move |_, _| {
        if let Some(token) = &*stop.lock().unwrap() {
            token.cancel();
        }
        has(PART)
    });
    let own = emulated(&server.url(""));
    *stage.lock().unwrap() = Some(own.context().stop.clone());
    let broken = upload(&own, "validateChecksum: false\n").await.unwrap_err();
    assert!(broken.is_killed, "{}", broken.failure);
    // The part that was on its way may be heard of after it.
    let asked: Vec<String> = server.requests().into_iter().map(|request| request.line).collect();
    assert!(asked.iter().any(|line| line == "DELETE /session?id=1 HTTP/1.1"), "{asked:?}");
}

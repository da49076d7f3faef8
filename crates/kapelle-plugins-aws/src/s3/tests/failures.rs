//! What happens when something goes wrong, with real servers and with one that does as it is told.

use std::sync::atomic::{AtomicUsize, Ordering};

use kapelle_http::server::{Received, Server, answer};
use kapelle_model::Value;
use kapelle_plugin::stage::{Stage, service};

use super::super::download::Download;
use super::super::list::List;
use super::super::upload::Upload;
use super::world::{World, stage, text};
use crate::environment::setting;

const KEYS: &str =
    "accessKeyId: AKID\nsecretKeyId: TOPSECRET\nbucket: bbb\nforcePathStyle: true\nregion: us-east-1\n";

const EMPTY_LIST: &str = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";

fn error(status: &str, code: &str, more: &str) -> Vec<u8> {
    answer(status, &[], &format!("<Error><Code>{code}</Code><Message>Because.</Message>{more}</Error>"))
}

/// Answers the first request, the second, and so on; the last answer is the one of all that follow.
fn server_of(answers: Vec<Vec<u8>>) -> Server {
    let count = AtomicUsize::new(0);
    Server::start(move |_| {
        let at = count.fetch_add(1, Ordering::Relaxed).min(answers.len() - 1);
        answers[at].clone()
    })
}

fn at(server: &Server) -> String {
    format!("endpointOverride: '{}'\n{KEYS}", server.url(""))
}

#[tokio::test]
async fn failures_say_what_where_and_what_to_do() {
    let Some(world) = World::new().await else { return };
    let access = world.access();
    let bucket = &world.bucket;
    for (properties, expected) in [
        (
            format!("{access}key: none/such\n"),
            format!("the object `none/such` of the bucket `{bucket}` cannot be read: NoSuchKey (404)"),
        ),
        (
            access.replace(bucket.as_str(), "no-such-bucket-here") + "key: k\n",
            "the object `k` of the bucket `no-such-bucket-here` cannot be read: NoSuchBucket (404)"
                .to_owned(),
        ),
        (access.replace("Kapelle1secret", "Wr0ng") + "key: k\n", "look at `secretKeyId`".to_owned()),
        (
            access.replace("accessKeyId: kapelle", "accessKeyId: who") + "key: k\n",
            "look at `accessKeyId`".to_owned(),
        ),
        (access.replace("secretKeyId: ", "# ") + "key: k\n", "no `secretKeyId`".to_owned()),
        (access.clone(), "set `key`, or `prefix` or `regexp`".to_owned()),
        (access.replace(bucket.as_str(), "a/b") + "key: k\n", "a path belongs into `key`".to_owned()),
    ] {
        let broken = world.stage.run::<Download>(&properties).await.unwrap_err();
        let told = broken.failure.to_string();
        assert!(told.contains(&expected), "{expected}: {told}");
        assert!(!told.contains("Wr0ng"), "{told}");
    }
    let uri = world.stage.put_file("x", b"123456789");
    for (more, expected) in [
        ("checksum: AAAAAA==\nchecksumAlgorithm: CRC32\n", "is y/Q5Jg==, but `checksum` says AAAAAA=="),
        ("contentLength: 5\n", "`contentLength` says 5, but the file has 9 bytes"),
        ("checksumAlgorithm: ROT13\n", "there are CRC32, "),
    ] {
        let broken = world.run::<Upload>(&format!("from: '{uri}'\nkey: k\n{more}")).await.unwrap_err();
        let told = broken.failure.to_string();
        assert!(told.contains(expected), "{expected}: {told}");
    }
}

#[tokio::test]
async fn what_may_pass_is_tried_again() {
    let server = server_of(vec![
        error("503 Slow", "SlowDown", ""),
        error("500 Oh", "InternalError", ""),
        answer("200 OK", &[], EMPTY_LIST),
    ]);
    let stage = stage();
    stage.run::<List>(&at(&server)).await.unwrap();
    assert_eq!(server.requests().len(), 3);
    let server = server_of(vec![error("503 Slow", "SlowDown", "")]);
    let told = stage.run::<List>(&at(&server)).await.unwrap_err().failure.to_string();
    assert!(told.contains("SlowDown (503): Because. The service has too much to do"), "{told}");
    assert_eq!(server.requests().len(), 5);
    let server = server_of(vec![error("403 No", "AccessDenied", "")]);
    stage.run::<List>(&at(&server)).await.unwrap_err();
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_bucket_is_followed_into_its_region() {
    let server = server_of(vec![
        error("301 Moved", "PermanentRedirect", "<Region>eu-west-3</Region>"),
        answer("200 OK", &[], EMPTY_LIST),
    ]);
    stage().run::<List>(&at(&server)).await.unwrap();
    let authorization = server.last().header("authorization").unwrap().to_owned();
    assert!(authorization.contains("/eu-west-3/s3/aws4_request"), "{authorization}");
}

#[tokio::test]
async fn a_content_that_breaks_off_is_gone_on_with() {
    let server = server_of(vec![
        b"HTTP/1.1 200 OK\r\nETag: \"t\"\r\nContent-Length: 10\r\n\r\n01234".to_vec(),
        answer("206 Partial", &["ETag: \"t\""], "56789"),
    ]);
    let stage = stage();
    let down = stage.run::<Download>(&format!("{}key: k\n", at(&server))).await.unwrap();
    assert_eq!(stage.content(&text(&down, "uri")), "0123456789");
    let last = server.last();
    assert_eq!((last.header("range"), last.header("if-match")), (Some("bytes=5-"), Some("\"t\"")));
}

#[tokio::test]
async fn a_damaged_content_is_found() {
    let server = server_of(vec![answer("200 OK", &["x-amz-checksum-crc32: AAAAAA=="], "123456789")]);
    let told = stage().run::<Download>(&format!("{}key: k\nvalidateChecksum: true\n", at(&server))).await;
    let told = told.unwrap_err().failure.to_string();
    assert!(told.contains("its CRC32 is y/Q5Jg==, but has to be AAAAAA=="), "{told}");
}

/// A server for uploads in parts, that tells whoever listens of each part.
fn parts_server(on_part: impl Fn() -> Vec<u8> + Send + Sync + 'static) -> Server {
    Server::start(move |request: &Received| match request.line.as_str() {
        line if line.starts_with("POST") && line.contains("uploads=") => {
            answer("200 OK", &[], "<R><UploadId>id1</UploadId></R>")
        }
        line if line.starts_with("PUT") => on_part(),
        line if line.starts_with("DELETE") => answer("204 No", &[], ""),
        _ => answer("200 OK", &[], "<Error><Code>AccessDenied</Code><Message>late</Message></Error>"),
    })
}

fn was_aborted(server: &Server) -> bool {
    server.requests().iter().any(|request| request.line.starts_with("DELETE /bbb/k?uploadId=id1 "))
}

#[tokio::test]
async fn nothing_stays_of_an_upload_that_is_stopped_or_fails() {
    let large = vec![b'x'; 17 << 20];
    let stage = stage();
    let uri = stage.put_file("large", &large);
    let upload = |server: &Server| format!("{}from: '{uri}'\nkey: k\n", at(server));
    // The end fails in an answer that looks good.
    let server = parts_server(|| answer("200 OK", &["ETag: \"e\""], ""));
    let told = stage.run::<Upload>(&upload(&server)).await.unwrap_err().failure.to_string();
    assert!(told.contains("`k` cannot be written into the bucket `bbb`: AccessDenied"), "{told}");
    assert!(was_aborted(&server));
    // A part fails.
    let server = parts_server(|| error("403 No", "AccessDenied", ""));
    stage.run::<Upload>(&upload(&server)).await.unwrap_err();
    assert!(was_aborted(&server));
    // The attempt is stopped while parts are on their way.
    let stop = stage.context().stop;
    let server = parts_server(move || {
        stop.cancel();
        answer("200 OK", &["ETag: \"e\""], "")
    });
    let broken = stage.run::<Upload>(&upload(&server)).await.unwrap_err();
    assert!(broken.is_killed && was_aborted(&server), "{}", broken.failure);
}

fn with(stage: Stage, variables: &[(&str, &str)]) -> Stage {
    variables.iter().fold(stage, |stage, (name, value)| stage.setting(&setting(name), value))
}

#[tokio::test]
async fn without_keys_those_of_the_server_are_used() {
    let Some(world) = World::new().await else { return };
    let own = [
        ("AWS_ACCESS_KEY_ID", "kapelle"),
        ("AWS_SECRET_ACCESS_KEY", "Kapelle1secret"),
        ("AWS_ENDPOINT_URL", &world.server),
        ("AWS_DEFAULT_REGION", "us-east-1"),
    ];
    let bucket = format!("bucket: {}\n", world.bucket);
    with(stage(), &own).run::<List>(&bucket).await.unwrap();
    // The same from a profile.
    let stage_of_profile = stage();
    let folder = stage_of_profile.context().host.directory().unwrap();
    let (keys, config) = (folder.join("credentials"), folder.join("config"));
    std::fs::write(&keys, "[ops]\naws_access_key_id = kapelle\naws_secret_access_key = Kapelle1secret\n")
        .unwrap();
    std::fs::write(&config, format!("[profile ops]\nregion = us-east-1\nendpoint_url = {}\n", world.server))
        .unwrap();
    let of_profile = [
        ("AWS_SHARED_CREDENTIALS_FILE", keys.to_str().unwrap()),
        ("AWS_CONFIG_FILE", config.to_str().unwrap()),
        ("AWS_PROFILE", "ops"),
    ];
    with(stage_of_profile, &of_profile).run::<List>(&bucket).await.unwrap();
    // Nothing anywhere.
    let nothing =
        with(stage(), &[("AWS_ENDPOINT_URL", &world.server), ("AWS_EC2_METADATA_DISABLED", "true")]);
    let told = nothing.run::<List>(&bucket).await.unwrap_err().failure.to_string();
    assert!(told.starts_with("there are no credentials for AWS: set `accessKeyId`"), "{told}");
}

#[tokio::test]
async fn a_role_of_the_machine_or_the_container_is_used() {
    let told = r#"{"AccessKeyId":"ROLEKEY","SecretAccessKey":"s","Token":"T0KEN","Expiration":"2099-01-01T00:00:00Z"}"#;
    let machine = Server::start(move |request| match request.line.split(' ').nth(1).unwrap() {
        "/latest/api/token" => answer("200 OK", &[], "session"),
        "/latest/meta-data/iam/security-credentials/" => answer("200 OK", &[], "role1"),
        "/latest/meta-data/iam/security-credentials/role1" | "/container" => answer("200 OK", &[], told),
        _ => answer("404 No", &[], ""),
    });
    for variable in [
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", machine.url("")),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", machine.url("/container")),
    ] {
        let server = server_of(vec![answer("200 OK", &[], EMPTY_LIST)]);
        let stage = with(stage(), &[(variable.0, &variable.1), ("AWS_ENDPOINT_URL", &server.url(""))]);
        stage.run::<List>("bucket: bbb\n").await.unwrap();
        let last = server.last();
        assert!(last.header("authorization").unwrap().contains("Credential=ROLEKEY/"));
        assert_eq!(last.header("x-amz-security-token"), Some("T0KEN"));
    }
}

#[tokio::test]
async fn a_role_is_taken() {
    let Some(moto) = service("moto") else { return };
    let server = server_of(vec![answer("200 OK", &[], EMPTY_LIST)]);
    let role = format!(
        "stsRoleArn: arn:aws:iam::123456789012:role/ops\nstsEndpointOverride: {moto}\nstsRoleSessionName: s1\n\
         stsRoleExternalId: x\nstsRoleSessionDuration: PT1H\n"
    );
    stage().run::<List>(&format!("{}{role}", at(&server))).await.unwrap();
    let last = server.last();
    assert!(!last.header("authorization").unwrap().contains("Credential=AKID/"));
    assert!(last.header("x-amz-security-token").is_some_and(|token| token.len() > 20));
    let short = role.replace("PT1H", "PT1M");
    let told = stage().run::<List>(&format!("{}{short}", at(&server))).await.unwrap_err().failure.to_string();
    assert!(told.contains("between PT15M and PT12H"), "{told}");
}

#[tokio::test]
async fn a_secret_in_a_key_is_masked_everywhere() {
    let server = server_of(vec![error("403 No", "AccessDenied", "")]);
    let stage = stage().variable("s", Value::from("CANARY").into_secret());
    let told = stage.run::<Download>(&format!("{}key: 'a/{{{{ s }}}}'\n", at(&server))).await.unwrap_err();
    assert!(told.failure.to_string().contains("the object `a/******`"), "{}", told.failure);
}

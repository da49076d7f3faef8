//! What is sent, to a server that writes it down.

use kapelle_http::server::{Server, answer};

use super::super::copy::Copy;
use super::super::create_bucket::CreateBucket;
use super::super::delete::Delete;
use super::super::list::List;
use super::super::upload::Upload;
use super::world::stage;

const ACCESS: &str = "accessKeyId: AKID\nsecretKeyId: TOPSECRET\nforcePathStyle: true\nregion: eu-west-1\n";

fn at(server: &Server) -> String {
    format!("endpointOverride: '{}'\n{ACCESS}", server.url(""))
}

#[tokio::test]
async fn all_that_a_flow_says_of_an_object_is_sent() {
    let server = Server::start(|_| answer("200 OK", &["ETag: \"e\"", "x-amz-version-id: v1"], ""));
    let stage = stage();
    let uri = stage.put_file("x", b"content");
    let more = "bucket: bbb\nkey: k\nacl: public-read\nstorageClass: STANDARD_IA\nserverSideEncryption: AWS_KMS\n\
                bucketKeyEnabled: true\nrequestPayer: REQUESTER\nexpectedBucketOwner: '123'\n\
                objectLockMode: GOVERNANCE\nobjectLockLegalHoldStatus: 'ON'\n\
                objectLockRetainUntilDate: '2030-01-02T03:04:05Z'\nexpires: '2030-01-02T03:04:05+01:00'\n\
                tagging: {a b: 'c&d', e: f}\nmetadata: {Own: ü}\nsessionToken: T0KEN\ncompatibilityMode: true\n";
    let up = stage.run::<Upload>(&format!("{}from: '{uri}'\n{more}", at(&server))).await.unwrap();
    assert_eq!(format!("{:?}", up["versionId"]), format!("{:?}", kapelle_model::Value::from("v1")));
    let last = server.last();
    assert_eq!((last.line.as_str(), last.body().as_str()), ("PUT /bbb/k HTTP/1.1", "content"));
    for (name, value) in [
        ("x-amz-acl", "public-read"),
        ("x-amz-storage-class", "STANDARD_IA"),
        ("x-amz-server-side-encryption", "aws:kms"),
        ("x-amz-server-side-encryption-bucket-key-enabled", "true"),
        ("x-amz-request-payer", "requester"),
        ("x-amz-expected-bucket-owner", "123"),
        ("x-amz-object-lock-mode", "GOVERNANCE"),
        ("x-amz-object-lock-legal-hold", "ON"),
        ("x-amz-object-lock-retain-until-date", "2030-01-02T03:04:05Z"),
        ("expires", "Wed, 02 Jan 2030 02:04:05 GMT"),
        ("x-amz-tagging", "a%20b=c%26d&e=f"),
        ("x-amz-meta-own", "ü"),
        ("content-md5", "mgNkuembtIDdJeHwKEyFVQ=="),
        ("x-amz-security-token", "T0KEN"),
        ("x-amz-content-sha256", "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73"),
    ] {
        assert_eq!(last.header(name), Some(value), "{name}");
    }
    assert!(!format!("{:?}", stage.lines()).contains("TOPSECRET"));
}

#[tokio::test]
async fn buckets_copies_and_deletions_say_what_is_meant() {
    let server =
        Server::start(|_| answer("200 OK", &[], "<CopyObjectResult><ETag>\"e\"</ETag></CopyObjectResult>"));
    let stage = stage();
    let own = "grantReadACP: id=1\nobjectLockEnabledForBucket: true\nbucket: bbb\n";
    stage.run::<CreateBucket>(&format!("{}{own}", at(&server))).await.unwrap();
    let last = server.last();
    assert_eq!(last.line, "PUT /bbb HTTP/1.1");
    assert_eq!(last.header("x-amz-grant-read-acp"), Some("id=1"));
    assert_eq!(last.header("x-amz-bucket-object-lock-enabled"), Some("true"));
    assert!(last.body().contains("<LocationConstraint>eu-west-1</LocationConstraint>"), "{}", last.body());
    let copy = "from: {bucket: bbb, key: 'a b+ü', versionId: 'v/1'}\nto: {bucket: ccc, serverSideEncryption: AES256}\n";
    stage.run::<Copy>(&format!("{}{copy}", at(&server))).await.unwrap();
    let last = server.last();
    assert_eq!(last.line, "PUT /ccc/a%20b%2B%C3%BC HTTP/1.1");
    assert_eq!(last.header("x-amz-copy-source"), Some("/bbb/a%20b%2B%C3%BC?versionId=v%2F1"));
    assert_eq!(last.header("x-amz-server-side-encryption"), Some("AES256"));
    let itself = format!("{}from: {{bucket: b, key: k}}\nto: {{}}\ndelete: true\n", at(&server));
    let told = stage.run::<Copy>(&itself).await.unwrap_err().failure.to_string();
    assert!(told.contains("onto itself"), "{told}");
    stage
        .run::<Delete>(&format!(
            "{}bucket: bbb\nkey: k\nmfa: '1 2'\nbypassGovernanceRetention: true\n",
            at(&server)
        ))
        .await
        .unwrap();
    let last = server.last();
    assert_eq!(
        (last.header("x-amz-mfa"), last.header("x-amz-bypass-governance-retention")),
        (Some("1 2"), Some("true"))
    );
}

#[tokio::test]
async fn a_copy_that_is_too_large_goes_in_parts() {
    let server = Server::start(|request| {
        let is_part = request.line.contains("partNumber=");
        let is_copy = request.header("x-amz-copy-source").is_some();
        match request.line.split(' ').next().unwrap_or_default() {
            "PUT" if is_part => answer("200 OK", &[], "<CopyPartResult><ETag>\"p\"</ETag></CopyPartResult>"),
            "PUT" if is_copy => answer(
                "400 No",
                &[],
                "<Error><Code>InvalidRequest</Code><Message>The source is larger than allowed.</Message></Error>",
            ),
            "HEAD" => b"HTTP/1.1 200 OK\r\nContent-Length: 1610612736\r\nx-amz-meta-own: o\r\n\r\n".to_vec(),
            "POST" if request.line.contains("uploads=") => {
                answer("200 OK", &[], "<R><UploadId>u</UploadId></R>")
            }
            _ => answer("200 OK", &[], "<R><ETag>\"whole\"</ETag></R>"),
        }
    });
    let copy = "from: {bucket: bbb, key: k}\nto: {bucket: ccc}\n";
    let copied = stage().run::<Copy>(&format!("{}{copy}", at(&server))).await.unwrap();
    assert_eq!(copied["eTag"], kapelle_model::Value::from("\"whole\""));
    let requests = server.requests();
    let ranges: Vec<&str> = requests.iter().filter_map(|one| one.header("x-amz-copy-source-range")).collect();
    assert_eq!(ranges, ["bytes=0-1073741823", "bytes=1073741824-1610612735"]);
    let begun = requests.iter().find(|one| one.line.contains("uploads=")).unwrap();
    assert_eq!(begun.header("x-amz-meta-own"), Some("o"));
}

#[tokio::test]
async fn a_bucket_has_to_be_a_name() {
    for bucket in ["''", "a/b", "'a?b'"] {
        let told = stage().run::<List>(&format!("{ACCESS}bucket: {bucket}\n")).await.unwrap_err();
        assert!(told.failure.to_string().contains("`bucket`"), "{}", told.failure);
    }
}

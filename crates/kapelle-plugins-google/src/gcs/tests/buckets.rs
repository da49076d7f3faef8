//! What comes of buckets: with a real server of the API, and with one that tells what it was asked.

use kapelle_http::server::{Received, Server, answer};
use kapelle_model::Value;

use super::super::create_bucket::CreateBucket;
use super::super::create_bucket_iam_policy::CreateBucketIamPolicy;
use super::super::delete_bucket::DeleteBucket;
use super::super::list::List;
use super::super::update_bucket::UpdateBucket;
use super::world::{World, emulated, good, json, refusal, server_of};

#[tokio::test]
async fn a_bucket_is_made_changed_and_deleted() {
    let Some(world) = World::new().await else { return };
    let create = |word: &str| format!("projectId: p\nname: @\nversioningEnabled: true\nifExists: {word}\n");
    let broken = world.run::<CreateBucket>(&create("ERROR")).await.unwrap_err();
    let told = broken.failure.to_string();
    assert!(told.contains("cannot be made: conflict (409)") && told.contains("`ifExists: SKIP`"), "{told}");
    for (word, updated) in [("SKIP", false), ("UPDATE", true)] {
        let made = world.run::<CreateBucket>(&create(word)).await.unwrap();
        assert_eq!((&made["created"], &made["updated"]), (&Value::Bool(false), &Value::Bool(updated)));
        let Value::Map(bucket) = &made["bucket"] else { panic!("{made:?}") };
        assert_eq!(bucket["versioningEnabled"], Value::Bool(updated));
    }
    let changed = world.run::<UpdateBucket>("name: @\nversioningEnabled: false\n").await.unwrap();
    let Value::Map(bucket) = &changed["bucket"] else { panic!("{changed:?}") };
    assert_eq!(bucket["versioningEnabled"], Value::Bool(false));
    world.put(&["a", "b/c"]).await;
    let told = world.run::<DeleteBucket>("name: @\n").await.unwrap_err().failure.to_string();
    assert!(told.contains("`force: true` deletes them first"), "{told}");
    let deleted = world.run::<DeleteBucket>("name: @\nforce: true\n").await.unwrap();
    assert_eq!(deleted["bucketUri"], Value::from(format!("gs://{}", world.bucket).as_str()));
    let told = world.run::<List>("from: gs://@\n").await.unwrap_err().failure.to_string();
    assert!(told.contains("cannot be listed: ") && told.contains("(404)"), "{told}");
}

#[tokio::test]
async fn what_is_said_of_a_bucket_is_told_to_google() {
    let server =
        server_of(vec![good(r#"{"name":"bbb","location":"EU","retentionPolicy":{"retentionPeriod":"60"}}"#)]);
    let stage = emulated(&server.url(""));
    let properties = "projectId: p\nname: bbb\nrequesterPays: true\nindexPage: i.html\nnotFoundPage: n.html\n\
        storageClass: NEARLINE\nlocation: EU\nlabels: {a: b}\ndefaultKmsKeyName: k\ndefaultEventBasedHold: false\n\
        retentionPeriod: 60\nlogging: {logBucket: l, logObjectPrefix: p}\n\
        iamConfiguration: {uniformBucketLevelAccessEnabled: true, publicAccessPrevention: ENFORCED}\n\
        lifecycleRules: [{condition: {age: 3}, action: {type: DELETE}}]\n\
        cors: [{origins: ['*'], methods: [GET], responseHeaders: [x], maxAgeSeconds: 5}]\n\
        acl: [{entity: {type: USER, value: a@b.c}, role: READER}]\ndefaultAcl: [{entity: allUsers, role: reader}]\n";
    let made = stage.run::<CreateBucket>(properties).await.unwrap();
    let asked = server.last();
    assert_eq!(asked.line, "POST /storage/v1/b?project=p HTTP/1.1");
    assert_eq!(
        asked.body(),
        r#"{"billing":{"requesterPays":true},"website":{"mainPageSuffix":"i.html","notFoundPage":"n.html"},"lifecycle":{"rule":[{"action":{"type":"Delete"},"condition":{"age":3}}]},"storageClass":"NEARLINE","location":"EU","cors":[{"origin":["*"],"method":["GET"],"responseHeader":["x"],"maxAgeSeconds":5}],"acl":[{"entity":"user-a@b.c","role":"READER"}],"defaultObjectAcl":[{"entity":"allUsers","role":"READER"}],"labels":{"a":"b"},"encryption":{"defaultKmsKeyName":"k"},"defaultEventBasedHold":false,"retentionPolicy":{"retentionPeriod":"60"},"iamConfiguration":{"uniformBucketLevelAccess":{"enabled":true},"publicAccessPrevention":"enforced"},"logging":{"logBucket":"l","logObjectPrefix":"p"},"name":"bbb"}"#
    );
    assert_eq!(
        json(&made["bucket"]),
        r#"{"uri":"gs://bbb","name":"bbb","location":"EU","retentionPeriod":60,"labels":{}}"#
    );
}

/// A bucket whose policy is this, and a refusal of the first change if somebody else was faster.
fn policy_server(policy: &'static str, is_late: bool) -> Server {
    let count = std::sync::atomic::AtomicUsize::new(0);
    Server::start(move |request: &Received| {
        if request.line.starts_with("GET") {
            return good(policy);
        }
        let at = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if is_late && at == 0 { refusal("412 No", "conditionNotMet") } else { good("{}") }
    })
}

const POLICY: &str = r#"{"etag":"e","bindings":[{"role":"roles/r","members":["user:a@b.c"]}]}"#;

#[tokio::test]
async fn a_role_is_given_and_nothing_gets_lost() {
    let server = policy_server(POLICY, true);
    let given = emulated(&server.url(""));
    let given =
        given.run::<CreateBucketIamPolicy>("name: bbb\nmember: user:d@e.f\nrole: roles/r\n").await.unwrap();
    assert_eq!(
        json(&Value::Map(given.into())),
        r#"{"bucket":"bbb","member":"user:d@e.f","role":"roles/r","created":true}"#
    );
    let lines: Vec<String> = server.requests().into_iter().map(|request| request.line).collect();
    let (read, write) = (
        "GET /storage/v1/b/bbb/iam?optionsRequestedPolicyVersion=3 HTTP/1.1",
        "PUT /storage/v1/b/bbb/iam HTTP/1.1",
    );
    assert_eq!(lines, [read, write, read, write]);
    assert_eq!(
        server.last().body(),
        r#"{"etag":"e","bindings":[{"role":"roles/r","members":["user:a@b.c","user:d@e.f"]}]}"#
    );
}

#[tokio::test]
async fn a_role_that_is_there_is_left_alone() {
    let server = policy_server(POLICY, false);
    let stage = emulated(&server.url(""));
    let properties = "name: bbb\nmember: user:a@b.c\nrole: roles/r\n";
    let given = stage.run::<CreateBucketIamPolicy>(properties).await.unwrap();
    assert_eq!((&given["created"], server.requests().len()), (&Value::Bool(false), 1));
    let told = stage.run::<CreateBucketIamPolicy>(&format!("{properties}ifExists: ERROR\n")).await;
    let told = told.unwrap_err().failure.to_string();
    assert!(told.contains("has the role `roles/r` for the bucket `bbb` already"), "{told}");
    let server = server_of(vec![answer("403 No", &[], r#"{"error":{"message":"No."}}"#)]);
    let told = emulated(&server.url("")).run::<CreateBucketIamPolicy>(properties).await.unwrap_err();
    let told = told.failure.to_string();
    assert!(
        told.contains("cannot be given to `user:a@b.c`: 403: No.") && told.contains("`roles/storage.admin`"),
        "{told}"
    );
}

//! Who one is, by all the ways there are.

use std::fs;

use kapelle_http::server::{Received, Server, answer};
use kapelle_plugin::stage::Stage;
use kapelle_plugin::{Broken, RunContext, read, stage::properties_of};

use crate::access::AccessProperties;
use crate::client::Ask;
use crate::environment::setting;
use crate::store::Store;

const KEY: &str = include_str!("../../../kapelle-plugins/src/declared/tests/key.pem");

/// A server that gives tokens, each with the number of the request, and takes all but the first one where it is strict.
fn server(is_strict: bool) -> Server {
    let count = std::sync::atomic::AtomicUsize::new(0);
    Server::start(move |request: &Received| {
        let number = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let line = request.line.as_str();
        if line.contains(":generateAccessToken") {
            let body = r#"{"accessToken":"of-place","expireTime":"2026-05-06T09:00:00Z"}"#;
            return answer("200 OK", &[], body);
        }
        if line.contains("/project-id") {
            return answer("200 OK", &[], "of-machine\n");
        }
        if line.contains("/token") {
            let body = format!(r#"{{"access_token":"token-{number}","expires_in":3599}}"#);
            return answer("200 OK", &[], &body);
        }
        if is_strict && request.header("authorization") == Some("Bearer token-0") {
            return answer("401 Who", &[], r#"{"error":{"message":"No."}}"#);
        }
        answer("200 OK", &[], "{}")
    })
}

fn stage(server: &Server) -> Stage {
    Stage::new().setting("kapelle.services.google-storage", &server.url("/gcs"))
}

/// The key of a service account. Its address tells it from those of other tests, which run in the same process.
fn account(server: &Server) -> String {
    let key = KEY.replace('\n', "\\n");
    let uri = server.url("/token");
    format!(
        r#"{{"type":"service_account","project_id":"own","client_email":"a@b.c","private_key":"{key}","token_uri":"{uri}"}}"#
    )
}

/// Asks for something with what a flow says of its access.
async fn asked(cx: &RunContext, properties: &str) -> Result<Store, Broken> {
    let access: AccessProperties = read(&properties_of(properties))?;
    let store = Store::open(cx, &access)?;
    let told = store.client.json(cx, &Ask::new("GET", store.bucket("bbb"))).await;
    told.map_err(|trouble| trouble.told("it failed"))?;
    Ok(store)
}

fn lines(server: &Server) -> Vec<String> {
    let line = |request: Received| request.line.split(' ').nth(1).unwrap_or_default().to_owned();
    server.requests().into_iter().map(line).collect()
}

/// A file that goes away with its stage.
fn file(stage: &Stage, content: &str) -> String {
    let path = stage.context().host.directory().unwrap().join("credentials.json");
    fs::write(&path, content).unwrap();
    path.to_string_lossy().into_owned()
}

#[tokio::test]
async fn the_key_of_a_service_account_gives_a_token_that_is_kept() {
    let server = server(false);
    let stage = stage(&server).variable("key", account(&server).as_str());
    let properties = "serviceAccount: '{{ key }}'\n";
    let store = asked(&stage.context(), properties).await.unwrap();
    asked(&stage.context(), properties).await.unwrap();
    assert_eq!(lines(&server), ["/token", "/gcs/storage/v1/b/bbb", "/gcs/storage/v1/b/bbb"]);
    assert_eq!(server.last().header("authorization"), Some("Bearer token-0"));
    assert_eq!(store.access.project(&stage.context()).await.unwrap(), "own");
    let store = asked(&stage.context(), &format!("{properties}projectId: other\n")).await.unwrap();
    assert_eq!(store.access.project(&stage.context()).await.unwrap(), "other");
    // Other scopes are another token, and so is the time after its end.
    asked(&stage.context(), &format!("{properties}scopes: [s]\n")).await.unwrap();
    stage.set_now("2026-05-06T09:30:00Z".parse().unwrap());
    asked(&stage.context(), properties).await.unwrap();
    let tokens = lines(&server).into_iter().filter(|line| line == "/token").count();
    assert_eq!(tokens, 3);
}

#[tokio::test]
async fn a_token_that_was_taken_back_is_got_anew() {
    let server = server(true);
    let stage = stage(&server).variable("key", account(&server).as_str());
    asked(&stage.context(), "serviceAccount: '{{ key }}'\n").await.unwrap();
    assert_eq!(lines(&server), ["/token", "/gcs/storage/v1/b/bbb", "/token", "/gcs/storage/v1/b/bbb"]);
    assert_eq!(server.last().header("authorization"), Some("Bearer token-2"));
}

#[tokio::test]
async fn the_login_of_a_person_is_used_from_a_file() {
    let server = server(false);
    let stage = stage(&server);
    let content = format!(
        r#"{{"type":"authorized_user","client_id":"i","client_secret":"s","refresh_token":"r","quota_project_id":"q","token_uri":"{}"}}"#,
        server.url("/token")
    );
    let path = file(&stage, &content);
    let stage = stage.setting(&setting("GOOGLE_APPLICATION_CREDENTIALS"), &path);
    asked(&stage.context(), "{}").await.unwrap();
    let form = "grant_type=refresh_token&client_id=i&client_secret=s&refresh_token=r";
    assert_eq!(server.requests()[0].body(), form);
    assert_eq!(server.last().header("x-goog-user-project"), Some("q"));
}

#[tokio::test]
async fn the_account_of_the_machine_is_used_where_there_is_nothing_else() {
    let server = server(false);
    let place = server.address().to_string();
    let stage = stage(&server).setting(&setting("GCE_METADATA_HOST"), &place);
    let store = asked(&stage.context(), "{}").await.unwrap();
    assert_eq!(
        lines(&server)[0],
        "/computeMetadata/v1/instance/service-accounts/default/token?scopes=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform"
    );
    assert_eq!(server.requests()[0].header("metadata-flavor"), Some("Google"));
    assert_eq!(store.access.project(&stage.context()).await.unwrap(), "of-machine");
}

#[tokio::test]
async fn the_place_of_a_service_account_is_taken() {
    let server = server(false);
    let stage = stage(&server)
        .setting("kapelle.services.google-iam-credentials", &server.url("/iam"))
        .variable("key", account(&server).as_str());
    let properties = "serviceAccount: '{{ key }}'\nimpersonatedServiceAccount: bot@p.iam\nscopes: [s1, s2]\n";
    asked(&stage.context(), properties).await.unwrap();
    let asked_for = server.requests();
    assert_eq!(
        asked_for[1].line,
        "POST /iam/v1/projects/-/serviceAccounts/bot%40p.iam:generateAccessToken HTTP/1.1"
    );
    assert_eq!(asked_for[1].header("authorization"), Some("Bearer token-0"));
    assert_eq!(asked_for[1].body(), r#"{"scope":["s1","s2"],"lifetime":"3600s"}"#);
    assert_eq!(server.last().header("authorization"), Some("Bearer of-place"));
    let content = format!(
        r#"{{"type":"impersonated_service_account","source_credentials":{},"service_account_impersonation_url":"{}"}}"#,
        account(&server),
        server.url("/file:generateAccessToken")
    );
    let path = file(&stage, &content);
    let stage = stage.setting(&setting("GOOGLE_APPLICATION_CREDENTIALS"), &path);
    asked(&stage.context(), "{}").await.unwrap();
    assert!(lines(&server).contains(&"/file:generateAccessToken".to_owned()));
}

#[tokio::test]
async fn an_emulator_is_shown_only_what_the_flow_names() {
    let server = server(false);
    let stage = Stage::new().setting(&setting("STORAGE_EMULATOR_HOST"), &server.address().to_string());
    asked(&stage.context(), "{}").await.unwrap();
    assert_eq!(server.last().header("authorization"), None);
    let stage = stage.variable("key", account(&server).as_str());
    asked(&stage.context(), "serviceAccount: '{{ key }}'\n").await.unwrap();
    assert!(server.last().header("authorization").is_some());
}

#[tokio::test]
async fn credentials_that_are_none_are_told_and_not_shown() {
    let refusing =
        Server::start(|_| answer("400 No", &[], r#"{"error":"invalid_grant","error_description":"Gone."}"#));
    let stage = stage(&refusing)
        .variable("key", account(&refusing).as_str())
        .setting(&setting("NO_GCE_CHECK"), "true");
    let path = file(&stage, "TOPSECRET");
    let with_file =
        |stage: Stage, path: &str| stage.setting(&setting("GOOGLE_APPLICATION_CREDENTIALS"), path);
    for (stage, properties, expected) in [
        (&stage, "serviceAccount: TOPSECRET", "it has no `client_email`"),
        (&stage, "serviceAccount: '{type: external_account, x: TOPSECRET}'", "it has no `client_email`"),
        (
            &stage,
            r#"serviceAccount: '{"type":"external_account"}'"#,
            "of the type `external_account` cannot be used",
        ),
        (&stage, r#"serviceAccount: '{"type":"authorized_user"}'"#, "have no `client_id`"),
        (
            &stage,
            "serviceAccount: '{{ key }}'",
            "invalid_grant (400): Gone. Google does not take the credentials",
        ),
        (&stage, "{}", "set `serviceAccount`, or give the server a file"),
        (&with_file(Stage::new(), &path), "{}", "credentials.json` cannot be used"),
        (&with_file(Stage::new(), "/nowhere/x.json"), "{}", "the file `/nowhere/x.json` with credentials"),
    ] {
        let told = asked(&stage.context(), properties).await.err().map(|broken| broken.failure.to_string());
        let told = told.unwrap_or_else(|| panic!("{properties} went well"));
        assert!(told.contains(expected), "{expected}: {told}");
        assert!(!told.contains("TOPSECRET") && !told.contains("PRIVATE KEY"), "{told}");
    }
    let denying = Server::start(|request: &Received| {
        if request.line.contains("/token") {
            return answer("200 OK", &[], r#"{"access_token":"t","expires_in":9}"#);
        }
        answer("403 No", &[], r#"{"error":{"message":"Denied."}}"#)
    });
    let stage = Stage::new()
        .setting("kapelle.services.google-iam-credentials", &denying.url(""))
        .variable("key", account(&denying).as_str());
    let told = asked(&stage.context(), "serviceAccount: '{{ key }}'\nimpersonatedServiceAccount: x\n").await;
    let told = told.err().map(|broken| broken.failure.to_string()).unwrap_or_default();
    assert!(told.contains("`roles/iam.serviceAccountTokenCreator`"), "{told}");
}

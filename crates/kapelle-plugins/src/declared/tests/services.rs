//! Services that are asked: each in its own form, and what becomes of what they say.

mod cases;

use cases::{CASES, Case};
use kapelle_http::server::{Received, Server, answer};
use kapelle_plugin::stage::Stage;

use super::{failing, run, shown};

/// Settings that name other places of services.
const PLACES: &[&str] = &[
    "github",
    "google-calendar",
    "airbyte",
    "airtable",
    "facebook",
    "hubspot",
    "linear",
    "sendgrid",
    "stripe",
];

fn told(request: &Received) -> String {
    format!("{} {}", request.line.trim_end_matches(" HTTP/1.1"), request.body())
}

fn answering(answers: &[&str]) -> Server {
    let answers: Vec<String> = answers.iter().map(|&one| one.to_owned()).collect();
    let count = std::sync::atomic::AtomicUsize::new(0);
    Server::start(move |_| {
        let number = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        answer("200 OK", &[], answers.get(number).map_or("", String::as_str))
    })
}

fn stage(server: &Server) -> Stage {
    let set =
        |stage: Stage, place: &&str| stage.setting(&format!("kapelle.services.{place}"), &server.url(""));
    let stage = PLACES.iter().fold(Stage::new(), set);
    stage.memory().told.lock().unwrap().push(failing());
    stage
}

/// What is different from what a case says.
async fn differences(case: &Case<'_>) -> Vec<String> {
    let (name, properties, answers, sent, gives) = case;
    let server = answering(answers);
    let stage = stage(&server);
    let file = stage.put_file("a.txt", b"hello");
    let host = server.address().to_string();
    let place =
        |text: &str| text.replace("URL", &server.url("")).replace("HOST", &host).replace("FILE", &file);
    let given = match run(&stage, &format!("io.kestra.plugin.{name}"), &place(properties)).await {
        Ok(given) => shown(given),
        Err(broken) => broken.failure.to_string(),
    };
    let asked: Vec<_> = server.requests().iter().map(told).collect();
    let pairs = [(asked.join("\n"), sent.join("\n")), (given, place(gives))];
    pairs
        .into_iter()
        .filter(|(is, wanted)| is != wanted)
        .map(|(is, wanted)| format!("{name}:\n{is}\nnot\n{wanted}\n"))
        .collect()
}

#[tokio::test]
async fn every_service_is_asked_in_its_own_form() {
    let mut all = Vec::new();
    for case in CASES {
        all.extend(differences(case).await);
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[tokio::test]
async fn whoever_asks_says_who_it_is() {
    for (name, properties, header, value) in [
        ("github.issues.Create", "oauthToken: t\nrepository: a/b", "authorization", "Bearer t"),
        ("gitlab.issues.Search", "url: URL\ntoken: t\nprojectId: '1'", "private-token", "t"),
        (
            "jira.issues.UpdateFields",
            "baseUrl: URL\nusername: u\npassword: p\naccessToken: t\nissueIdOrKey: a\nfields: {}",
            "authorization",
            "Basic dTpw",
        ),
        ("supabase.Delete", "url: URL\napiKey: k\ntable: t\nfilter: a=eq.1", "apikey", "k"),
        (
            "elasticsearch.Request",
            "connection: {hosts: ['URL'], basicAuth: {username: u, password: p}}\nendpoint: x",
            "authorization",
            "Basic dTpw",
        ),
        (
            "opensearch.Request",
            "connection: {hosts: ['URL'], headers: ['X-Own: a b']}\nendpoint: x",
            "x-own",
            "a b",
        ),
        ("airbyte.connections.CheckStatus", "url: URL\ntoken: t\njobId: '1'", "authorization", "Bearer t"),
        (
            "dbt.cloud.CheckStatus",
            "baseUrl: URL\naccountId: '1'\ntoken: t\nrunId: '1'",
            "authorization",
            "Token t",
        ),
    ] {
        let server = answering(&[r#"{"job":{"status":"succeeded"},"data":{"is_complete":true},"iid":1}"#]);
        let properties = properties.replace("URL", &server.url(""));
        let _given = run(&stage(&server), &format!("io.kestra.plugin.{name}"), &properties).await;
        assert_eq!(server.last().header(header), Some(value), "{name}");
    }
}

/// A payment that a crash began twice is one payment.
#[tokio::test]
async fn whoever_pays_says_which_task_run_it_is() {
    let server = answering(&[r#"{"id":"pi","status":"s"}"#]);
    let run_of = kapelle_model::Map::from_iter([("id".into(), kapelle_model::Value::from("run1"))]);
    let stage = stage(&server).variable("taskrun", kapelle_model::Value::Map(run_of.into()));
    let properties = "apiKey: k\namount: 1\ncurrency: eur\ncustomer: c";
    run(&stage, "io.kestra.plugin.stripe.payment.CreateIntent", properties).await.unwrap();
    assert_eq!(server.last().header("idempotency-key"), Some("run1"));
}

#[tokio::test]
async fn what_a_service_could_not_do_is_a_failure() {
    for (name, properties, answers, reason) in [
        (
            "airbyte.connections.Sync",
            "url: URL\nconnectionId: c",
            &[r#"{"job":{"id":9}}"#, r#"{"job":{"id":9,"status":"failed"}}"#][..],
            "the job 9 of Airbyte is failed; its log is in Airbyte",
        ),
        (
            "dbt.cloud.CheckStatus",
            "baseUrl: URL\naccountId: '1'\ntoken: t\nrunId: '3'",
            &[r#"{"data":{"id":3,"is_error":true,"status_humanized":"Error","status_message":"no table"}}"#],
            "the run 3 of dbt Cloud is Error: no table",
        ),
    ] {
        let server = answering(answers);
        let properties = properties.replace("URL", &server.url(""));
        let broken =
            run(&stage(&server), &format!("io.kestra.plugin.{name}"), &properties).await.unwrap_err();
        assert_eq!(broken.failure.to_string(), reason);
    }
}

#[tokio::test]
async fn a_synchronisation_that_runs_already_is_left_to_itself() {
    let server = Server::start(|_| answer("409 Conflict", &[], "{}"));
    let properties = format!("url: {}\nconnectionId: c\n", server.url(""));
    let name = "io.kestra.plugin.airbyte.connections.Sync";
    let given = run(&stage(&server), name, &(properties.clone() + "failOnActiveSync: false")).await.unwrap();
    assert_eq!(shown(given), r#"{"alreadyRunning":true}"#);
    assert_eq!(server.requests().len(), 1);
    let broken = run(&stage(&server), name, &properties).await.unwrap_err();
    assert!(
        broken.failure.to_string().contains("runs already; `failOnActiveSync: false`"),
        "{}",
        broken.failure
    );
}

#[tokio::test]
async fn rows_that_are_in_a_file_are_sent_as_rows() {
    let flow = kapelle_model::Map::from_iter([("namespace".into(), kapelle_model::Value::from("team.a"))]);
    let server = answering(&["[]"]);
    let stage = stage(&server).variable("flow", kapelle_model::Value::Map(flow.into()));
    stage.memory().put_file("team.a", "rows.ion", b"{a:1}\n{a:2}\n");
    let properties = format!("url: {}\napiKey: k\ntable: t\ndata: nsfile:///rows.ion", server.url(""));
    run(&stage, "io.kestra.plugin.supabase.Insert", &properties).await.unwrap();
    assert_eq!(told(&server.last()), r#"POST /rest/v1/t [{"a":1},{"a":2}]"#);
}

#[tokio::test]
async fn what_dbt_wrote_is_kept_as_files() {
    let server = Server::start(|received| match received.line.as_str() {
        line if line.contains("run_results.json") => answer("200 OK", &[], r#"{"results":[]}"#),
        line if line.contains("manifest.json") => answer("404 Not Found", &[], "gone"),
        _ => answer("200 OK", &[], r#"{"data":{"id":3,"is_complete":true}}"#),
    });
    let stage = stage(&server);
    // Whether results are looked into changes nothing of it.
    for (name, more) in [("CheckStatus", "runId: '3'"), ("TriggerRun", "jobId: '2'\nparseRunResults: false")]
    {
        let properties = format!("baseUrl: {}\naccountId: '1'\ntoken: t\n{more}", server.url(""));
        let given = run(&stage, &format!("io.kestra.plugin.dbt.cloud.{name}"), &properties).await.unwrap();
        assert!(given.get("manifest").is_none());
        let Some(kapelle_model::Value::Str(uri)) = given.get("runResults") else { panic!("{given:?}") };
        assert_eq!(stage.content(uri.expose()), r#"{"results":[]}"#);
    }
}

#[tokio::test]
async fn rows_become_a_file() {
    let server = answering(&[
        r#"{"_scroll_id":"s1","hits":{"hits":[{"_source":{"x":1}},{"_source":{"x":"y"}}]}}"#,
        r#"{"_scroll_id":"s1","hits":{"hits":[]}}"#,
        "{}",
    ]);
    let stage = stage(&server);
    let properties =
        format!("connection: {{hosts: ['{}']}}\nindexes: [i]\nrequest: {{size: 2}}", server.url(""));
    let given = run(&stage, "io.kestra.plugin.elasticsearch.Scroll", &properties).await.unwrap();
    let asked: Vec<_> = server.requests().iter().map(told).collect();
    assert_eq!(
        asked,
        [
            r#"POST /i/_search?scroll=2m {"size":2}"#,
            r#"POST /_search/scroll {"scroll":"2m","scroll_id":"s1"}"#,
            r#"DELETE /_search/scroll {"scroll_id":"s1"}"#
        ]
    );
    let Some(kapelle_model::Value::Str(uri)) = given.get("uri") else { panic!("{given:?}") };
    assert_eq!(stage.content(uri.expose()), "{x:1}\n{x:\"y\"}\n");
    assert_eq!(given.get("size"), Some(&kapelle_model::Value::Int(2)));
    let odd = properties.replace("indexes: [i]", "fetchType: SOME");
    let broken = run(&stage, "io.kestra.plugin.elasticsearch.Search", &odd).await.unwrap_err();
    assert!(
        broken.failure.to_string().contains("`SOME` in the property `fetchType` does not fit"),
        "{}",
        broken.failure
    );
}

#[tokio::test]
async fn an_answer_that_does_not_fit_is_told_and_not_the_definition() {
    let server = answering(&[r#"{"message":"moved"}"#]);
    let properties = "oauthToken: t\nrepository: a/b\ntitle: x";
    let broken = run(&stage(&server), "io.kestra.plugin.github.issues.Create", properties).await.unwrap_err();
    assert_eq!(
        broken.failure.to_string(),
        "it was done, but the answer has nothing for the output `issueNumber`: {\"message\":\"moved\"}"
    );
}

#[tokio::test]
async fn a_file_is_sent_in_parts() {
    let rows = "{n:7,name:\"Ann\"}\n{n:8,name:\"Ben\"}\n{n:9,name:null}\n";
    let requests = "{\"delete\":{\"_index\":\"i\",\"_id\":\"1\"}}\n{\"index\":{\"_index\":\"i\"}}\n{\"delete\":1}\n\
                    {\"update\":{\"_id\":\"3\"}}\n{\"x\":1}\n{\"update\":{\"_id\":\"4\"}}\n{\"doc\":{\"x\":2}}\n";
    for (name, file, more, asked, size) in [
        (
            "elasticsearch.Load",
            rows,
            "index: i\nidKey: n\nchunk: 2\nrouting: r",
            &[
                "POST /_bulk?routing=r {\"index\":{\"_index\":\"i\",\"_id\":\"7\"}}\n{\"name\":\"Ann\"}\n\
                 {\"index\":{\"_index\":\"i\",\"_id\":\"8\"}}\n{\"name\":\"Ben\"}\n",
                "POST /_bulk?routing=r {\"index\":{\"_index\":\"i\",\"_id\":\"9\"}}\n{}\n",
            ][..],
            3,
        ),
        (
            "opensearch.Load",
            "{n:7}\n",
            "index: i\nidKey: n\nremoveIdKey: false\nopType: UPDATE",
            &["POST /_bulk {\"update\":{\"_index\":\"i\",\"_id\":\"7\"}}\n{\"doc\":{\"n\":7}}\n"],
            1,
        ),
        (
            "elasticsearch.Load",
            "{n:7}\n",
            "index: i\nidKey: n\nopType: DELETE",
            &["POST /_bulk {\"delete\":{\"_index\":\"i\",\"_id\":\"7\"}}\n"],
            1,
        ),
        ("elasticsearch.Load", "", "index: i", &[], 0),
        (
            "elasticsearch.Bulk",
            requests,
            "chunk: 3",
            &[
                "POST /_bulk {\"delete\":{\"_index\":\"i\",\"_id\":\"1\"}}\n{\"index\":{\"_index\":\"i\"}}\n{\"delete\":1}\n\
                 {\"update\":{\"_id\":\"3\"}}\n{\"doc\":{\"x\":1},\"doc_as_upsert\":true}\n",
                "POST /_bulk {\"update\":{\"_id\":\"4\"}}\n{\"doc\":{\"x\":2}}\n",
            ],
            4,
        ),
    ] {
        let server = Server::start(|_| answer("200 OK", &[], r#"{"errors":false,"items":[]}"#));
        let stage = stage(&server);
        let from = stage.put_file("rows", file.as_bytes());
        let properties = format!("connection: {{hosts: ['{}']}}\nfrom: {from}\n{more}", server.url(""));
        let given = run(&stage, &format!("io.kestra.plugin.{name}"), &properties).await.unwrap();
        assert_eq!(server.requests().iter().map(told).collect::<Vec<_>>(), asked, "{name}");
        assert_eq!(given.get("size"), Some(&kapelle_model::Value::Int(size)), "{name}");
    }
}

#[tokio::test]
async fn a_document_that_is_refused_ends_it() {
    let server = answering(&[
        r#"{"errors":true,"items":[{"index":{"_index":"i","_id":"1","status":201}},{"index":{"_index":"i","_id":"2","status":400,"error":{"type":"x","reason":"no date"}}}]}"#,
    ]);
    let stage = stage(&server);
    let from = stage.put_file("rows.ion", b"{n:1}\n{n:2}\n");
    let properties = format!("connection: {{hosts: ['{}']}}\nfrom: {from}\nindex: i", server.url(""));
    let broken = run(&stage, "io.kestra.plugin.elasticsearch.Load", &properties).await.unwrap_err();
    assert_eq!(broken.failure.to_string(), "the server refused documents: i/2: 400 - no date");
}

#[tokio::test]
async fn a_document_that_is_not_there_is_nothing_or_a_failure() {
    let server = Server::start(|_| answer("404 Not Found", &[], r#"{"found":false}"#));
    let properties = format!("connection: {{hosts: ['{}']}}\nindex: i\nkey: k\n", server.url(""));
    let name = "io.kestra.plugin.elasticsearch.Get";
    assert_eq!(shown(run(&stage(&server), name, &properties).await.unwrap()), "{}");
    let broken = run(&stage(&server), name, &(properties + "errorOnMissing: true")).await.unwrap_err();
    assert_eq!(broken.failure.to_string(), "there is no document `k` in `i`");
}

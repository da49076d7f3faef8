//! Triggers that are data, and metrics that go to Prometheus and come from it.

use std::sync::Mutex;

use kapelle_http::server::{Server, answer};
use kapelle_plugin::stage::{Stage, properties_of, service};
use kapelle_plugin::{ErasedTrigger, Polled};

use super::super::*;
use super::{KEY, run, shown};

/// Has a trigger of this type look once.
async fn look(
    stage: &Stage,
    name: &str,
    properties: &str,
    cursor: Option<Value>,
) -> Polled<kapelle_model::Map> {
    let registry = crate::registry();
    let known = registry.find_trigger(name).unwrap_or_else(|| panic!("{name} is not there"));
    let ErasedTrigger::Polling(trigger) = known.read(&properties_of(properties)).unwrap() else { panic!() };
    let polled = trigger.poll(&stage.context(), cursor).await;
    polled.unwrap_or_else(|broken| panic!("{}", broken.failure))
}

const PUSH: &str = "io.kestra.plugin.prometheus.Push";
const WATCH: &str = "io.kestra.plugin.prometheus.Trigger";
const LINES: &str = "io.kestra.plugin.grafana.loki.Trigger";

#[tokio::test]
async fn metrics_go_to_a_real_pushgateway_and_start_an_execution() {
    let Some(address) = service("prometheus") else { return };
    let (server, gateway) = address.split_once(' ').unwrap();
    let stage = Stage::new();
    let job = format!("night/{}", std::process::id());
    let properties = format!(
        "url: http://{gateway}\njob: {job}\ninstance: 'a+b'\nmetrics:\n- {{name: orders_total, value: 42, labels: {{shop: \"b\\\"er\\\\lin\"}}}}\n- {{name: seconds, value: '1.5'}}\n"
    );
    let given = run(&stage, PUSH, &properties).await.unwrap();
    assert_eq!(shown(given), r#"{"code":200,"status":"success"}"#);
    let query = format!("'orders_total{{job=\"{job}\",instance=\"a+b\"}} > 41'");
    let properties = format!("url: http://{server}\nquery: {query}");
    let found = loop {
        let found = look(&stage, WATCH, &properties, None).await;
        match found.event {
            Some(event) => break event,
            None => tokio::time::sleep(std::time::Duration::from_millis(200)).await,
        }
    };
    let found = shown(found);
    for part in [r#""resultType":"vector""#, r#""size":1"#, r#""shop":"b\"er\\lin""#, r#""value":"42""#] {
        assert!(found.contains(part), "{part}: {found}");
    }
    let nothing = look(&stage, WATCH, &format!("{properties}\n").replace("> 41", "> 42"), None).await;
    assert_eq!(nothing.event, None);
}

#[tokio::test]
async fn lines_of_loki_are_told_once_and_the_next_look_goes_on_behind_them() {
    let answers = Mutex::new(Vec::from([
        // The last line of the look before comes again, since a time begins with its start.
        r#"{"data":{"resultType":"streams","result":[{"stream":{"job":"a"},"values":[["18","two"],["19","three"]]}]}}"#,
        r#"{"data":{"resultType":"streams","result":[{"stream":{"job":"a"},"values":[["17","one"],["18","two"]]}]}}"#,
    ]));
    let server = Server::start(move |_| {
        let next = answers.lock().unwrap().pop();
        answer("200 OK", &[], next.unwrap_or(r#"{"data":{"resultType":"streams","result":[]}}"#))
    });
    let stage = Stage::new();
    let properties = format!(
        "url: '{}'\nquery: '{{job=\"a\"}}'\nauthToken: t1\ntenantId: team\nmaxRecords: 7",
        server.url("")
    );
    let first = look(&stage, LINES, &properties, None).await;
    let asked = server.last();
    for part in ["/loki/api/v1/query_range?", "since=10m", "limit=7", "direction=forward"] {
        assert!(asked.line.contains(part), "{part}: {}", asked.line);
    }
    assert_eq!(
        (asked.header("authorization"), asked.header("x-scope-orgid")),
        (Some("Bearer t1"), Some("team"))
    );
    assert_eq!(
        shown(first.event.unwrap()),
        r#"{"count":2,"logs":[{"timestamp":"17","line":"one","labels":{"job":"a"}},{"timestamp":"18","line":"two","labels":{"job":"a"}}],"query":"{job=\"a\"}"}"#
    );
    let second = look(&stage, LINES, &properties, first.cursor).await;
    let asked = server.last();
    assert!(asked.line.contains("start=18") && !asked.line.contains("since"), "{}", asked.line);
    let told = shown(second.event.unwrap());
    assert!(told.contains(r#""count":1"#) && told.contains("three"), "{told}");
    let third = look(&stage, LINES, &properties, second.cursor).await;
    assert_eq!(third.event, None);
    assert!(server.last().line.contains("start=19"));
    look(&stage, LINES, &properties, third.cursor).await;
    assert!(server.last().line.contains("start=19"), "what is kept stays: {}", server.last().line);
}

#[tokio::test]
async fn lines_of_loki_come_again_under_another_key_and_after_their_time() {
    let line = r#"{"data":{"resultType":"streams","result":[{"stream":{},"values":[["17","one"]]}]}}"#;
    let server = Server::start(move |_| answer("200 OK", &[], line));
    let stage = Stage::new();
    let url = server.url("");
    let properties = |more: &str| format!("url: '{url}'\nquery: q\n{more}");
    let cursor = look(&stage, LINES, &properties("stateKey: one\nstateTtl: PT1H"), None).await.cursor;
    for (more, is_told) in [("stateKey: one", false), ("stateKey: two", true), ("", true)] {
        let found = look(&stage, LINES, &properties(more), cursor.clone()).await;
        assert_eq!(
            (found.event.is_some(), server.last().line.contains("since=10m")),
            (is_told, is_told),
            "{more}"
        );
    }
    let kept = look(&stage, LINES, &properties("stateKey: one\nstateTtl: PT1H"), cursor.clone()).await;
    assert_eq!((kept.event, &kept.cursor), (None, &cursor), "nothing came, so nothing is written anew");
    let later = look(&stage, LINES, &properties("stateKey: one\nstateTtl: PT-1S"), cursor).await;
    assert!(later.event.is_some(), "its time is over");
}

#[tokio::test]
async fn loki_is_asked_at_a_moment_and_over_a_time() {
    for (name, path, answered, told) in [
        (
            "io.kestra.plugin.grafana.loki.Query",
            "/loki/api/v1/query?",
            r#"{"data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[17,"2"]}]}}"#,
            r#"{"logs":[{"timestamp":17,"value":"2","labels":{"a":"b"}}],"resultType":"vector"}"#,
        ),
        (
            "io.kestra.plugin.grafana.loki.QueryRange",
            "/loki/api/v1/query_range?",
            r#"{"data":{"resultType":"matrix","result":[{"metric":{},"values":[[17,"2"],[18,"3"]]}]}}"#,
            r#"{"logs":[{"timestamp":17,"value":"2","labels":{}},{"timestamp":18,"value":"3","labels":{}}],"resultType":"matrix"}"#,
        ),
    ] {
        let server = Server::start(move |_| answer("200 OK", &[], answered));
        let properties = format!("url: '{}'\nquery: x", server.url(""));
        assert_eq!(shown(run(&Stage::new(), name, &properties).await.unwrap()), told, "{name}");
        let asked = server.last().line;
        assert!(
            asked.contains(path) && asked.contains("direction=backward") && asked.contains("limit=100"),
            "{asked}"
        );
        let server = Server::start(move |_| answer("200 OK", &[], "hello"));
        let properties = format!("url: '{}'\nquery: x", server.url(""));
        let broken = run(&Stage::new(), name, &properties).await.unwrap_err();
        assert_eq!(broken.failure.to_string(), "this is no answer of Loki: hello");
    }
    let server = Server::start(|_| answer("200 OK", &[], r#"{"data":{"resultType":"vector","result":[]}}"#));
    let properties = format!("url: '{}'\nquery: x", server.url(""));
    let name = "io.kestra.plugin.grafana.loki.QueryResultTrigger";
    assert_eq!(look(&Stage::new(), name, &properties, None).await.event, None);
}

#[tokio::test]
async fn new_events_of_calendars_start_an_execution() {
    let server = Server::start(|received| {
        let body = if received.line.contains("/token") {
            r#"{"access_token":"given"}"#
        } else if received.line.contains("/a@x") || received.line.contains("/a%40x") {
            r#"{"items":[{"id":"1","created":"2026-05-06T07:08:10.000Z","status":"confirmed","organizer":{"email":"o@x"}},{"id":"2","created":"2020-01-01T00:00:00.000Z","status":"confirmed","organizer":{"email":"o@x"}}]}"#
        } else {
            r#"{"items":[{"id":"3","created":"2026-05-06T07:08:12.000Z","status":"confirmed","organizer":{"email":"o@x"}},{"id":"4","created":"2026-05-06T07:08:11.000Z","status":"tentative","organizer":{"email":"o@x"}},{"id":"5","created":"2026-05-06T07:08:11.000Z","status":"confirmed","organizer":{"email":"p@x"}}]}"#
        };
        answer("200 OK", &[], body)
    });
    let account = format!(
        "{{\"client_email\":\"a@b\",\"token_uri\":\"{}\",\"private_key\":{}}}",
        server.url("/token"),
        serde_json::to_string(KEY).unwrap()
    );
    let stage = Stage::new()
        .setting("kapelle.services.google-calendar", &server.url(""))
        .variable("account", account.as_str());
    let name = "io.kestra.plugin.googleworkspace.calendar.EventCreatedTrigger";
    let properties = "serviceAccount: '{{ account }}'\ncalendarIds: [a@x, b@x]\neventStatus: CONFIRMED\norganizerEmail: o@x\nmaxEventsPerPoll: 1";
    let first = look(&stage, name, properties, None).await;
    assert_eq!(first.event, None);
    let second = look(&stage, name, properties, first.cursor).await;
    let told = shown(second.event.unwrap());
    assert!(told.contains(r#""id":"1""#) && !told.contains(r#""id":"3""#), "{told}");
    let third = look(&stage, name, properties, second.cursor).await;
    let told = shown(third.event.unwrap());
    assert!(told.contains(r#""id":"3""#) && !told.contains(r#""id":"1""#), "{told}");
    assert_eq!(look(&stage, name, properties, third.cursor).await.event, None);
}

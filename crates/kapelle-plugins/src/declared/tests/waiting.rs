//! Definitions that wait for something, at a server that fails now and then.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

const TRIGGER_RUN: &str = "io.kestra.plugin.dbt.cloud.TriggerRun";

/// Begins a run of dbt Cloud, of whose looks this many go wrong with this status.
fn failing(looks: usize, status: &'static str) -> Server {
    let count = AtomicUsize::new(0);
    Server::start(move |received| match received.line.as_str() {
        line if line.starts_with("POST") => answer("200 OK", &[], r#"{"data":{"id":3}}"#),
        line if line.contains("artifacts") => answer("404 Not Found", &[], ""),
        _ if count.fetch_add(1, Ordering::Relaxed) < looks => answer(status, &[], "not now"),
        _ => answer("200 OK", &[], r#"{"data":{"id":3,"is_complete":true}}"#),
    })
}

fn properties(server: &Server) -> String {
    format!("baseUrl: {}\naccountId: '1'\ntoken: t\njobId: '2'\npollFrequency: PT10S", server.url(""))
}

fn begun(server: &Server) -> usize {
    server.requests().iter().filter(|request| request.line.starts_with("POST")).count()
}

/// A look that failed ended the task, and its `retry` began a second run.
#[tokio::test]
async fn a_server_that_fails_for_a_while_is_asked_again() {
    let server = failing(3, "503 Service Unavailable");
    let stage = Stage::new();
    let given = run(&stage, TRIGGER_RUN, &properties(&server)).await.unwrap();
    assert_eq!((shown(given).as_str(), begun(&server)), (r#"{"runId":3}"#, 1));
    let lines = stage.lines();
    let told = lines.iter().filter(|line| line.contains("'503'") && line.ends_with("asked again")).count();
    assert_eq!(told, 3, "{lines:?}");
}

#[tokio::test]
async fn a_server_that_fails_for_long_is_given_up() {
    let server = failing(usize::MAX, "502 Bad Gateway");
    let broken = run(&Stage::new(), TRIGGER_RUN, &properties(&server)).await.unwrap_err();
    assert!(broken.failure.to_string().contains("'502'"), "{}", broken.failure);
    // One at once, and one each ten seconds for five minutes.
    assert_eq!(server.requests().len(), 1 + 1 + 30);
    let short = properties(&server) + "\nmaxDuration: PT20S";
    let broken = run(&Stage::new(), TRIGGER_RUN, &short).await.unwrap_err();
    assert!(broken.failure.to_string().contains("'502'"), "why it never was done: {}", broken.failure);
}

#[tokio::test]
async fn what_is_no_passing_failure_ends_it_at_once() {
    let server = failing(1, "403 Forbidden");
    let broken = run(&Stage::new(), TRIGGER_RUN, &properties(&server)).await.unwrap_err();
    assert!(broken.failure.to_string().contains("'403'"), "{}", broken.failure);
    assert_eq!(server.requests().len(), 2);
}

/// Those of large projects have more bytes than an output may have.
#[tokio::test]
async fn a_manifest_may_be_large() {
    let manifest = "x".repeat(20 << 20);
    let sent = manifest.clone();
    let server = Server::start(move |received| match received.line.as_str() {
        line if line.contains("manifest.json") => answer("200 OK", &[], &sent),
        line if line.contains("artifacts") => answer("404 Not Found", &[], ""),
        _ => answer("200 OK", &[], r#"{"data":{"id":3,"is_complete":true}}"#),
    });
    let stage = Stage::new();
    let given = run(&stage, TRIGGER_RUN, &properties(&server)).await.unwrap();
    let Value::Str(uri) = &given["manifest"] else { panic!("{given:?}") };
    assert!(stage.content(uri.expose()) == manifest, "the file is not what was sent");
    assert!(given.get("runResults").is_none());
}

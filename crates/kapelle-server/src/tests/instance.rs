//! What holds for all routes.

use super::stage::Stage;

#[test]
fn everybody_may_ask_whether_it_works() {
    let stage = Stage::start();
    for path in ["/ping", "/health", "/api/v1/health"] {
        let got = stage.send("GET", path, &[], "");
        assert_eq!(got.status, 200, "{path}: {}", got.text());
    }
    let got = stage.send("HEAD", "/health", &[], "");
    assert_eq!((got.status, got.body.len()), (200, 0));
}

#[test]
fn every_error_has_the_same_body() {
    let stage = Stage::start();
    let login = [("authorization", super::stage::LOGIN)];
    for (method, path, headers, status) in [
        ("GET", "/api/v1/configs", &[][..], 401),
        ("GET", "/api/v1/main/nothing", &login, 404),
        ("GET", "/nothing", &login, 404),
        ("GET", "/api/v1/other/flows", &login, 400),
        ("POST", "/health", &login, 405),
        ("BREW", "/health", &login, 405),
        ("GET", "/api//v1", &login, 400),
    ] {
        let got = stage.send(method, path, headers, "");
        assert_eq!(got.status, status, "{method} {path}: {}", got.text());
        assert_eq!(got.header("content-type"), Some("application/json"));
        let body = got.json();
        assert_eq!(body["status"], status);
        assert_eq!(body["_embedded"]["errors"][0]["message"], body["message"]);
        assert_eq!(body["instance"], path);
    }
    assert!(stage.get("/api/v1/configs").json()["version"].as_str().unwrap().starts_with("2.0."));
}

#[test]
fn large_requests_are_refused() {
    let stage = Stage::start();
    let long = format!("/api/v1/configs?q={}", "x".repeat(9_000));
    assert_eq!(stage.get(&long).status, 414);
    let headers = [("authorization", super::stage::LOGIN), ("content-encoding", "gzip")];
    assert_eq!(stage.send("GET", "/api/v1/configs", &headers, "x").status, 415);
}

#[test]
fn numbers_have_the_names_that_dashboards_ask_for() {
    let stage = Stage::start();
    let flow =
        "id: count\nnamespace: team\ntasks:\n- {id: say, type: io.kestra.plugin.core.log.Log, message: a}\n";
    assert_eq!(stage.ask("POST", "/api/v1/main/flows", "application/x-yaml", flow).status, 200);
    let path = "/api/v1/main/executions/team/count?wait=true";
    assert_eq!(stage.ask("POST", path, "", "").status, 200);
    let text = stage.get("/metrics").text();
    for part in [
        "kestra_executor_execution_started_count_total{tenant_id=\"main\",namespace_id=\"team\",flow_id=\"count\"} 1",
        "kestra_executor_execution_end_count_total{tenant_id=\"main\",namespace_id=\"team\",flow_id=\"count\",state=\"SUCCESS\"} 1",
        "kestra_executor_taskrun_ended_count_total{state=\"SUCCESS\"} 1",
        "kestra_executions{state=\"SUCCESS\"} 1",
        "uri=\"executions/{namespace}/{flow}\",status=\"200\",le=\"+Inf\"} 1",
        "process_uptime_seconds ",
        "kestra_worker_job_pending 0",
    ] {
        assert!(text.contains(part), "{part}:\n{text}");
    }
    assert_eq!(stage.send("GET", "/metrics", &[], "").status, 401);
    assert_eq!(stage.get("/api/v1/main/usages/all").json()["executions"]["total"], 1);
}

#[test]
fn the_api_describes_itself() {
    let stage = Stage::start();
    let text = stage.get("/swagger/kestra.yml").text();
    assert!(text.contains("/api/v1/{tenant}/flows/{namespace}/{id}"), "{}", &text[..200]);
    let page = stage.get("/api");
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(!page.text().contains("<script"));
}

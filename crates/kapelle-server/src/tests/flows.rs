//! Flows over HTTP.

use serde_json::{Value as Json, json};

use super::stage::Stage;

const HELLO: &str = "id: hello\n# a comment stays\nnamespace: team\nlabels: {a: b}\ntasks:\n- {id: log, type: io.kestra.plugin.core.log.Log, message: Hi}\n";

fn post(stage: &Stage, path: &str, source: &str) -> (u16, Json) {
    let got = stage.ask("POST", path, "application/x-yaml", source);
    (got.status, got.json())
}

#[test]
fn a_flow_is_kept_byte_for_byte_in_revisions() {
    let stage = Stage::start();
    let (status, saved) = post(&stage, "/api/v1/main/flows", HELLO);
    assert_eq!((status, &saved["revision"], &saved["source"]), (200, &json!(1), &json!(HELLO)));
    assert_eq!(saved["labels"], json!([{"key": "a", "value": "b"}]));
    assert_eq!(post(&stage, "/api/v1/main/flows", HELLO).0, 409);

    let put = |source: &str| stage.ask("PUT", "/api/v1/flows/team/hello", "application/x-yaml", source);
    assert_eq!(put(HELLO).json()["revision"], 1);
    assert_eq!(put(&HELLO.replace("Hi", "Ho")).json()["revision"], 2);
    assert_eq!(put(&HELLO.replace("id: hello", "id: other")).status, 422);

    assert!(stage.get("/api/v1/flows/team/hello").json().get("source").is_none());
    let first = stage.get("/api/v1/flows/team/hello?source=true&revision=1").json();
    assert_eq!(first["source"], HELLO);
    assert_eq!(stage.get("/api/v1/flows/team/hello/revisions").json().as_array().unwrap().len(), 2);
    assert_eq!(stage.get("/api/v1/flows/team/hello/tasks/log").json()["message"], "Ho");

    assert_eq!(stage.ask("DELETE", "/api/v1/flows/team/hello", "", "").status, 204);
    assert_eq!(stage.get("/api/v1/flows/team/hello").status, 404);
    assert_eq!(post(&stage, "/api/v1/flows", HELLO).1["revision"], 4);
}

#[test]
fn what_is_wrong_with_a_flow_is_told() {
    let stage = Stage::start();
    let wrong = HELLO.replace("log.Log", "log.Lgo");
    let (status, body) = post(&stage, "/api/v1/flows", &wrong);
    assert_eq!(status, 422);
    assert!(body["message"].as_str().unwrap().starts_with("Invalid entity: "), "{body}");
    let (status, found) = post(&stage, "/api/v1/flows/validate", &format!("{HELLO}---\n{wrong}"));
    assert_eq!((status, found.as_array().unwrap().len()), (200, 2));
    assert!(found[0].get("constraints").is_none() && found[1]["constraints"].is_string(), "{found}");
}

#[test]
fn many_flows_are_saved_all_or_not_at_all() {
    let stage = Stage::start();
    let two = HELLO.replace("id: hello", "id: two");
    let wrong = two.replace("log.Log", "log.Lgo");
    assert_eq!(post(&stage, "/api/v1/flows/team", &format!("{HELLO}---\n{wrong}")).0, 422);
    assert_eq!(stage.get("/api/v1/flows/search").json()["total"], 0);
    assert_eq!(post(&stage, "/api/v1/flows/team", &format!("{HELLO}---\n{two}")).0, 200);
    assert_eq!(post(&stage, "/api/v1/flows/other", HELLO).0, 422);
    // What is not in the text any more goes.
    assert_eq!(post(&stage, "/api/v1/flows/team", HELLO).0, 200);
    let found = stage.get("/api/v1/flows/search?namespace=team").json();
    assert_eq!((&found["total"], &found["results"][0]["id"]), (&json!(1), &json!("hello")));
    assert_eq!(stage.get("/api/v1/flows/search?filters[state][EQUALS]=RUNNING").status, 400);

    let names = json!([{"namespace": "team", "id": "hello"}]).to_string();
    let disabled = stage.ask("POST", "/api/v1/flows/disable/by-ids", "application/json", &names);
    assert_eq!(disabled.json()["count"], 1);
    assert_eq!(stage.get("/api/v1/flows/team/hello").json()["disabled"], true);
    assert!(stage.get("/api/v1/flows/export/by-query").body.starts_with(b"PK"));
}

#[test]
fn sources_are_searched_and_rewritten_line_by_line() {
    let stage = Stage::start();
    post(&stage, "/api/v1/flows", HELLO);
    let found = stage.get("/api/v1/flows/source?q=message").json();
    let row = &found["results"][0];
    assert_eq!((&row["id"], &row["matches"][0]["line"]), (&json!("hello"), &json!(6)));
    let ask = |what: &str, body: &Json| {
        stage.ask(
            "POST",
            &format!("/api/v1/flows/source/replace/{what}"),
            "application/json",
            &body.to_string(),
        )
    };
    let body = json!({"query": "message: Hi", "replacement": "message: Ho", "caseSensitive": true});
    let seen = ask("preview", &body).json();
    assert_eq!((&seen["totalMatches"], &seen["totalFlows"]), (&json!(1), &json!(1)));
    let with = |more: Json| {
        let mut body = body.clone();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let line = ask("line", &with(json!({"namespace": "team", "id": "hello", "line": 5})));
    assert_eq!(line.status, 422, "{}", line.text());
    let flows = json!({"flows": [{"namespace": "team", "id": "hello"}, {"namespace": "team", "id": "no"}]});
    let applied = ask("apply", &with(flows)).json();
    assert_eq!(
        (&applied["updated"][0]["revision"], &applied["skipped"][0]["reason"]),
        (&json!(2), &json!("NOT_FOUND"))
    );
    assert!(applied["updated"][0]["source"].as_str().unwrap().contains("message: Ho"));
}

#[test]
fn editors_hear_what_expressions_may_name() {
    let stage = Stage::start();
    let (status, told) = post(&stage, "/api/v1/flows/expressions", HELLO);
    assert_eq!((status, &told["categories"]["taskOutputs"]), (200, &json!(["outputs.log"])));
    post(&stage, "/api/v1/flows", HELLO);
    let names = json!([{"namespace": "team", "id": "hello"}, {"namespace": "team", "id": "no"}]).to_string();
    let hashes = stage.ask("POST", "/api/v1/flows/hashes/by-ids", "application/json", &names).json();
    assert_eq!(hashes["hashes"][0]["hash"].as_str().unwrap().len(), 64);
    assert!(hashes["hashes"][1]["hash"].is_null());
    post(
        &stage,
        "/api/v1/flows",
        &HELLO.replace("id: hello", "id: old").replace("plugin.core.log", "core.tasks.log"),
    );
    let old = stage.get("/api/v1/flows/deprecated").json();
    assert_eq!((old.as_array().unwrap().len(), &old[0]["flowId"]), (1, &json!("old")), "{old}");
}

#[test]
fn revisions_are_forgotten_but_not_the_present_one() {
    let stage = Stage::start();
    for text in ["a", "b", "c"] {
        let source = format!(
            "id: many\nnamespace: team\ntasks:\n- {{id: a, type: io.kestra.plugin.core.debug.Return, format: {text}}}\n"
        );
        let (method, path) = if text == "a" { ("POST", "") } else { ("PUT", "/team/many") };
        let saved = stage.ask(method, &format!("/api/v1/flows{path}"), "application/x-yaml", &source);
        assert_eq!(saved.status, 200, "{}", saved.text());
    }
    let forget = |revisions: &str| {
        let path = format!("/api/v1/main/flows/team/many/revisions?revisions={revisions}");
        stage.ask("DELETE", &path, "", "")
    };
    assert_eq!(forget("1").status, 200);
    let present = forget("2,3");
    assert_eq!(present.status, 422, "{}", present.text());
    assert!(present.text().contains("3 is the current one"), "{}", present.text());
    let left = stage.get("/api/v1/main/flows/team/many/revisions").json();
    let left: Vec<_> = left.as_array().unwrap().iter().map(|revision| &revision["revision"]).collect();
    assert_eq!(left, [2, 3]);
}

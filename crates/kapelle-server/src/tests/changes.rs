//! What changed since the last success, and what differs between two executions.

use serde_json::{Value as Json, json};

use super::stage::Stage;

const FLOW: &str = "
id: load
namespace: team
inputs:
- {id: day, type: STRING}
- {id: password, type: SECRET}
tasks:
- {id: first, type: io.kestra.plugin.core.debug.Return, format: 'day {{ inputs.day }}'}
- {id: say, type: io.kestra.plugin.core.log.Log, message: 'loads {{ inputs.day }}'}
- {id: check, type: io.kestra.plugin.core.execution.Fail, runIf: \"{{ inputs.day == 'sunday' }}\", errorMessage: no data}
";

fn run(stage: &Stage, day: &str, password: &str) -> Json {
    let part = |name: &str, value: &str| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let body = format!("{}{}--x--\r\n", part("day", day), part("password", password));
    let media = "multipart/form-data; boundary=x";
    let got = stage.ask("POST", "/api/v1/main/executions/team/load?wait=true", media, &body);
    assert_eq!(got.status, 200, "{}", got.text());
    got.json()
}

fn staged() -> Stage {
    let stage = Stage::start();
    let saved = stage.ask("POST", "/api/v1/flows", "application/x-yaml", FLOW);
    assert_eq!(saved.status, 200, "{}", saved.text());
    stage
}

#[test]
fn a_failure_is_told_with_what_is_not_as_it_was_when_it_succeeded() {
    let stage = staged();
    let good = run(&stage, "monday", "hunter2");
    assert_eq!(good["state"]["current"], "SUCCESS", "{good}");
    let saved = FLOW.replace("loads", "now loads");
    let saved = stage.ask("PUT", "/api/v1/flows/team/load", "application/x-yaml", &saved);
    assert_eq!(saved.status, 200, "{}", saved.text());
    let bad = run(&stage, "sunday", "hunter3");
    assert_eq!(bad["state"]["current"], "FAILED", "{bad}");
    let changes = |id: &Json| stage.get(&format!("/api/v1/main/executions/{}/changes", id.as_str().unwrap()));
    let told = changes(&bad["id"]).json();
    assert_eq!(told["lastSuccess"]["executionId"], good["id"]);
    assert_eq!(told["changes"]["revision"], json!({"before": 1, "now": 2, "changed": true}));
    let inputs = told["changes"]["inputs"].as_array().unwrap();
    let names: Vec<&str> = inputs.iter().map(|input| input["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["day", "password"]);
    assert_eq!((&inputs[0]["before"], &inputs[0]["now"]), (&json!("monday"), &json!("sunday")));
    assert!(!told.to_string().contains("hunter"), "{told}");
    assert!(told["changes"]["startDelayMs"]["now"].is_i64(), "{told}");
    let failure = &told["failure"];
    assert_eq!((&failure["taskId"], failure["attempts"].as_array().unwrap().len()), (&json!("check"), 1));
    assert!(failure["message"].as_str().unwrap().contains("no data"), "{failure}");
    assert!(failure["lastLines"].to_string().contains("no data"), "{failure}");
    let first = changes(&good["id"]).json();
    assert_eq!(
        (&first["lastSuccess"], first.get("changes"), &first["failure"]),
        (&Json::Null, None, &Json::Null)
    );
    assert_eq!(changes(&json!("5cBZ1JF8kim8fbFg13bumX")).status, 404);
}

#[test]
fn two_executions_are_compared_by_inputs_times_outputs_and_lines() {
    let stage = staged();
    let (one, two) = (run(&stage, "monday", "hunter2"), run(&stage, "tuesday", "hunter2"));
    let path = |a: &Json, b: &Json| {
        format!("/api/v1/main/executions/compare?a={}&b={}", a.as_str().unwrap(), b.as_str().unwrap())
    };
    let told = stage.get(&path(&one["id"], &two["id"])).json();
    assert_eq!(told["changes"]["inputs"][0]["name"], "day");
    assert_eq!(told["outputs"]["tasks"]["first"][0]["now"], "day tuesday");
    let tasks: Vec<&str> =
        told["tasks"].as_array().unwrap().iter().map(|task| task["taskId"].as_str().unwrap()).collect();
    assert_eq!(tasks, ["first", "say", "check"]);
    let line = &told["log"]["firstDifference"];
    assert_eq!(
        (&line["a"]["message"], &line["b"]["message"]),
        (&json!("loads monday"), &json!("loads tuesday"))
    );
    let same = stage.get(&path(&one["id"], &one["id"])).json();
    assert_eq!((&same["changes"]["inputs"], &same["log"]["firstDifference"]), (&json!([]), &Json::Null));
    assert_eq!(stage.get("/api/v1/main/executions/compare?a=x").status, 404);
    assert_eq!(
        stage.get(&format!("/api/v1/main/executions/compare?a={}", one["id"].as_str().unwrap())).status,
        400
    );
}

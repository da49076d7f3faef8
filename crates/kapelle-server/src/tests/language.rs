//! What editors ask of a server.

use serde_json::{Value as Json, json};

use super::stage::Stage;

const HELLO: &str = "id: hello
namespace: team
inputs:
- {id: day, type: STRING, defaults: monday}
- {id: password, type: SECRET, defaults: geheim}
tasks:
- {id: say, type: io.kestra.plugin.core.debug.Return, format: 'on {{ inputs.day }}'}
- {id: later, type: io.kestra.plugin.core.log.Log, message: 'Said'}
outputs:
- {id: said, type: STRING, value: '{{ outputs.say.value }}'}
";

fn staged() -> Stage {
    let stage = Stage::start();
    assert_eq!(stage.ask("POST", "/api/v1/flows", "application/x-yaml", HELLO).status, 200);
    stage
}

/// The answer to a question about the place of the bar.
fn ask(stage: &Stage, what: &str, marked: &str, more: Json) -> (u16, Json) {
    let at = marked.find('¦').unwrap_or(0);
    let before = &marked[..at];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let mut body =
        json!({"text": marked.replace('¦', ""), "line": line, "column": column, "namespace": "team"});
    if let (Some(body), Json::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    let path = format!("/api/v1/main/language/{what}");
    let got = stage.ask("POST", &path, "application/json", &body.to_string());
    (got.status, serde_json::from_slice(&got.body).unwrap_or_default())
}

fn labels(stage: &Stage, marked: &str) -> Vec<String> {
    let (status, found) = ask(stage, "complete", marked, json!({}));
    assert_eq!(status, 200, "{found}");
    let items = found["items"].as_array().unwrap();
    items.iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn completion_knows_what_the_server_has() {
    let stage = staged();
    let key = stage.ask("PUT", "/api/v1/main/namespaces/team/kv/last_day", "application/json", "\"x\"");
    assert_eq!(key.status, 200);
    let secret = json!({"key": "TOKEN", "value": "geheim"}).to_string();
    let secret = stage.ask("PUT", "/api/v1/main/namespaces/team/secrets", "application/json", &secret);
    assert_eq!(secret.status, 200, "{}", secret.text());
    let call = "tasks:\n- id: a\n  type: io.kestra.plugin.core.flow.Subflow\n  namespace: team\n  flowId: ";
    assert_eq!(labels(&stage, &format!("{call}¦")), ["hello"]);
    assert_eq!(labels(&stage, &format!("{call}hello\n  inputs:\n    ¦")), ["day", "password"]);
    let log = "tasks:\n- id: a\n  type: io.kestra.plugin.core.log.Log\n  message: ";
    assert_eq!(labels(&stage, &format!("{log}\"{{{{ secret('¦') }}}}\"")), ["TOKEN"]);
    assert_eq!(labels(&stage, &format!("{log}\"{{{{ kv('¦') }}}}\"")), ["last_day"]);
    assert_eq!(labels(&stage, "namespace: te¦"), ["team"]);
    let hints = ask(
        &stage,
        "hints",
        &format!("{log}\"{{{{ secret('TOKEN') }}}} {{{{ secret('NONE') }}}}\""),
        json!({}),
    )
    .1;
    let kinds: Vec<&str> =
        hints["hints"].as_array().unwrap().iter().map(|hint| hint["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["secret", "secret-missing"], "{hints}");
    assert!(!hints.to_string().contains("geheim"));
}

#[test]
fn the_pinned_execution_lends_its_values_but_no_secret() {
    let stage = staged();
    let run = stage.ask("POST", "/api/v1/executions/team/hello?wait=true", "", "").json();
    let id = run["id"].as_str().unwrap();
    let asked = |expression: &str| {
        let text = HELLO.replace("message: 'Said'", &format!("message: \"{expression}\""));
        ask(&stage, "complete", &text, json!({"executionId": id}))
    };
    let (status, found) = asked("{{ outputs.say.¦ }}");
    assert_eq!((status, &found["items"][0]["value"]), (200, &json!("\"on monday\"")), "{found}");
    let inputs = asked("{{ inputs.¦ }}").1;
    assert_eq!(inputs["items"][0]["value"], "\"monday\"", "{inputs}");
    assert!(inputs["items"][1]["label"] == "password" && !inputs.to_string().contains("geheim"), "{inputs}");
    let unknown = ask(&stage, "complete", "¦", json!({"executionId": "5cBZ1JF8kim8fbFg13bumX"}));
    assert_eq!(unknown.0, 404);
}

#[test]
fn hover_and_rename_answer_with_places() {
    let stage = staged();
    let (status, found) = ask(&stage, "hover", &HELLO.replace("inputs.day", "inputs.d¦ay"), json!({}));
    assert_eq!(
        (status, &found["hover"]["title"], &found["hover"]["detail"]),
        (200, &json!("day"), &json!("STRING"))
    );
    assert_eq!(found["hover"]["range"]["start"]["line"], 7);
    assert_eq!(ask(&stage, "hover", "# ¦", json!({})).1["hover"], json!(null));
    let marked = HELLO.replace("{id: say", "{id: s¦ay");
    let (status, found) = ask(&stage, "rename", &marked, json!({"newName": "speak"}));
    assert_eq!((status, found["edits"].as_array().unwrap().len()), (200, 2), "{found}");
    assert_eq!((&found["what"], &found["edits"][0]["text"]), (&json!("task"), &json!("speak")));
    assert_eq!(ask(&stage, "rename", &marked, json!({"newName": "later"})).0, 422);
    assert_eq!(ask(&stage, "rename", &marked, json!({})).0, 422);
}

#[test]
fn questions_that_make_no_sense_are_refused() {
    let stage = Stage::start();
    for body in [
        json!({}),
        json!({"text": "a"}),
        json!({"text": "a", "line": 0, "column": 1}),
        json!({"text": "a".repeat(1 << 21), "line": 1, "column": 1}),
    ] {
        let got = stage.ask("POST", "/api/v1/main/language/complete", "application/json", &body.to_string());
        assert_eq!(got.status, 422, "{}", got.text());
    }
    assert_eq!(ask(&stage, "hints", "id: a", json!({"zone": "Mars"})).0, 422);
    let far = json!({"line": 900, "column": 900});
    assert_eq!(ask(&stage, "complete", "id: a", far).0, 200, "a place behind the end is the end");
}

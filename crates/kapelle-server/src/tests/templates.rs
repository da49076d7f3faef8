//! Templates over HTTP, and flows that have them.

use serde_json::json;

use super::stage::Stage;

const YAML: &str = "application/x-yaml";
const JSON: &str = "application/json";
const ONE: &str = "id: one\nnamespace: team\ntasks:\n- {id: say, type: io.kestra.plugin.core.debug.Return, format: \"{{ parent.outputs.args.word }}\"}\n";

#[test]
fn a_template_is_created_read_changed_found_and_deleted() {
    let stage = Stage::start();
    let created = stage.ask("POST", "/api/v1/main/templates", YAML, ONE);
    assert_eq!(created.status, 200, "{}", created.text());
    assert_eq!(created.json()["tasks"][0]["id"], "say");
    assert_eq!(stage.ask("POST", "/api/v1/main/templates", YAML, ONE).status, 422);
    assert_eq!(stage.get("/api/v1/main/templates/team/one").json(), created.json());
    let mut body = created.json();
    body["description"] = "d".into();
    let path = "/api/v1/main/templates/team/one";
    assert_eq!(stage.ask("PUT", path, JSON, &body.to_string()).json(), body);
    for (wrong, why) in [
        (ONE.replace("one", "two"), "keeps its id"),
        (format!("{ONE}triggers: []\n"), "Unrecognized field"),
        ("id: one\nnamespace: team\n".to_owned(), "tasks"),
    ] {
        let got = stage.ask("PUT", path, YAML, &wrong);
        assert!(got.status == 422 && got.text().contains(why), "{}", got.text());
    }
    let found = stage.get("/api/v1/main/templates/search?q=ONE&namespace=team").json();
    assert_eq!((&found["total"], &found["results"][0]), (&json!(1), &body));
    assert_eq!(stage.get("/api/v1/main/templates/distinct-namespaces").json(), json!(["team"]));
    assert_eq!(stage.ask("DELETE", path, JSON, "").status, 204);
    assert_eq!(stage.get(path).status, 404);
}

#[test]
fn many_templates_become_those_of_a_namespace() {
    let stage = Stage::start();
    let two = ONE.replace("id: one", "id: two");
    let both = format!("{ONE}---\n{two}");
    let saved = stage.ask("POST", "/api/v1/main/templates/team", YAML, &both).json();
    assert_eq!(saved.as_array().unwrap().len(), 2);
    assert_eq!(stage.ask("POST", "/api/v1/main/templates/other", YAML, ONE).status, 422);
    assert_eq!(stage.ask("POST", "/api/v1/main/templates/validate", YAML, &both).json()[1]["flow"], "two");
    let archive = stage.get("/api/v1/main/templates/export/by-query?q=two");
    assert!(archive.body.starts_with(b"PK"));
    let kept = format!("[{}]", saved[1]);
    assert_eq!(stage.ask("POST", "/api/v1/main/templates/team?delete=true", JSON, &kept).status, 200);
    assert_eq!(stage.get("/api/v1/main/templates/team/one").status, 404);
    let names = r#"[{"namespace": "team", "id": "two"}]"#;
    assert!(stage.ask("POST", "/api/v1/main/templates/export/by-ids", JSON, names).body.starts_with(b"PK"));
    let deleted = stage.ask("DELETE", "/api/v1/main/templates/delete/by-ids", JSON, names);
    assert_eq!(deleted.json(), json!({"count": 1}));
    assert_eq!(
        stage.ask("DELETE", "/api/v1/main/templates/delete/by-query", JSON, "").json(),
        json!({"count": 0})
    );
}

#[test]
fn a_flow_runs_its_template_as_it_is_when_the_execution_begins() {
    let stage = Stage::start();
    let flow = "id: f\nnamespace: team\ntasks:\n- {id: t, type: io.kestra.plugin.core.flow.Template, namespace: team, templateId: one, args: {word: \"{{ flow.id }}\"}}\n";
    assert_eq!(stage.ask("POST", "/api/v1/main/flows", YAML, flow).status, 200);
    let run = || {
        let form = "multipart/form-data; boundary=b";
        stage.ask("POST", "/api/v1/main/executions/team/f?wait=true", form, "--b--\r\n").json()
    };
    let missing = run();
    assert_eq!(
        (&missing["state"]["current"], missing["taskRunList"].as_array().unwrap().len()),
        (&"FAILED".into(), 1)
    );
    assert_eq!(stage.ask("POST", "/api/v1/main/templates", YAML, ONE).status, 200);
    let ran = run();
    assert_eq!(ran["taskRunList"][0]["outputs"]["args"], json!({"word": "f"}));
    assert_eq!(ran["taskRunList"][1]["outputs"]["value"], "f");
    assert_eq!(
        stage
            .ask(
                "PUT",
                "/api/v1/main/templates/team/one",
                YAML,
                &ONE.replace("parent.outputs.args.word", "1 + 1")
            )
            .status,
        200
    );
    assert_eq!(run()["taskRunList"][1]["outputs"]["value"], "2");
}

//! Namespaces, their secrets and what depends on what, over HTTP.

use serde_json::{Value as Json, json};

use super::stage::Stage;

const JSON: &str = "application/json";

fn save(stage: &Stage, namespace: &str, id: &str, rest: &str) {
    let source = format!("id: {id}\nnamespace: {namespace}\n{rest}\n");
    let got = stage.ask("POST", "/api/v1/flows", "application/x-yaml", &source);
    assert_eq!(got.status, 200, "{}", got.text());
}

const LOG: &str = "tasks: [{id: log, type: io.kestra.plugin.core.log.Log, message: x}]";

fn ids(page: &Json) -> String {
    let rows = page["results"].as_array().unwrap();
    rows.iter().map(|row| row["id"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

#[test]
fn namespaces_are_those_of_flows_those_created_and_all_above() {
    let stage = Stage::start();
    assert_eq!(ids(&stage.get("/api/v1/main/namespaces/search").json()), "system");
    save(&stage, "a.b.c", "f", LOG);
    let made = stage.ask(
        "POST",
        "/api/v1/main/namespaces",
        JSON,
        r#"{"id": "team.x", "description": "ours", "variables": {"v": 1}, "workerGroup": null}"#,
    );
    assert_eq!(
        made.json(),
        json!({"id": "team.x", "deleted": false, "description": "ours", "variables": {"v": 1}})
    );
    assert_eq!(stage.ask("POST", "/api/v1/main/namespaces", JSON, r#"{"id": "team.x"}"#).status, 409);
    for (query, found) in [
        ("", "a a.b a.b.c system team team.x"),
        ("?existing=true", "team.x"),
        ("?filters[existingOnly][EQUALS]=true&filters[q][EQUALS]=X", "team.x"),
        ("?q=b&sort=id:desc&size=1", "a.b.c"),
        ("?filters[namespace][PREFIX]=a.b", "a.b a.b.c"),
    ] {
        assert_eq!(
            ids(&stage.get(&format!("/api/v1/main/namespaces/search{query}")).json()),
            found,
            "{query}"
        );
    }
    let completed = stage.ask("POST", "/api/v1/main/namespaces/autocomplete", JSON, r#"{"q": "A.B"}"#);
    assert_eq!(completed.json(), json!(["a.b", "a.b.c"]));
    assert_eq!(stage.get("/api/v1/main/namespaces/a.b").json(), json!({"id": "a.b", "deleted": false}));
    assert_eq!(stage.get("/api/v1/main/namespaces/nobody").status, 404);
    for (body, status) in [(r#"{"id": "Team"}"#, 422), (r#"{"id": "t", "variables": [1]}"#, 422), ("{}", 422)]
    {
        assert_eq!(stage.ask("POST", "/api/v1/main/namespaces", JSON, body).status, status, "{body}");
    }
}

#[test]
fn what_is_set_for_a_namespace_is_changed_and_inherited() {
    let stage = Stage::start();
    let base = "/api/v1/main/namespaces";
    stage.ask(
        "POST",
        base,
        JSON,
        r#"{"id": "a", "variables": {"x": 1, "y": 1}, "pluginDefaults": [{"type": "t", "values": {}}]}"#,
    );
    stage.ask("POST", base, JSON, r#"{"id": "a.b", "variables": {"y": 2}}"#);
    assert_eq!(stage.get(&format!("{base}/a.b.c/inherited-variables")).json(), json!({"x": 1, "y": 2}));
    let defaults = stage.get(&format!("{base}/a.b/inherited-plugindefaults")).json();
    assert_eq!(defaults, json!([{"type": "t", "values": {}, "namespace": "a"}]));
    assert_eq!(stage.ask("PUT", &format!("{base}/a"), JSON, r#"{"id": "b"}"#).status, 422);
    assert_eq!(
        stage.ask("PUT", &format!("{base}/a"), JSON, r#"{"description": "new"}"#).json()["description"],
        "new"
    );
    assert_eq!(stage.get(&format!("{base}/a.b.c/inherited-variables")).json(), json!({"y": 2}));
    assert_eq!(stage.ask("DELETE", &format!("{base}/a.b"), JSON, "").status, 204);
    assert_eq!(stage.ask("DELETE", &format!("{base}/a.b"), JSON, "").status, 404);
    assert_eq!(stage.ask("PUT", &format!("{base}/a.b"), JSON, "{}").status, 404);
}

#[test]
fn secrets_go_in_and_never_come_out() {
    let stage = Stage::start();
    let base = "/api/v1/main/namespaces";
    let put =
        |namespace: &str, body: &str| stage.ask("PUT", &format!("{base}/{namespace}/secrets"), JSON, body);
    let listed = put(
        "a",
        r#"{"key": "TOKEN", "value": "canary", "description": "d", "tags": [{"key": "k", "value": "v"}]}"#,
    );
    assert_eq!(
        listed.json(),
        json!([{"key": "TOKEN", "namespace": "a", "description": "d", "tags": [{"key": "k", "value": "v"}]}])
    );
    put("a.b", r#"{"key": "OTHER", "value": "canary"}"#);
    let page = stage.get(&format!("{base}/a/secrets")).json();
    assert_eq!((&page["readOnly"], &page["total"]), (&json!(false), &json!(1)));
    let all = stage.get("/api/v1/main/secrets?sort=key:asc&filters[namespace][PREFIX]=a");
    assert_eq!((&all.json()["results"][0]["key"], &all.json()["total"]), (&json!("OTHER"), &json!(2)));
    let inherited = stage.get(&format!("{base}/a.b/inherited-secrets"));
    assert_eq!(inherited.json(), json!({"a.b": ["OTHER"], "a": ["TOKEN"]}));
    for got in [&listed, &all, &inherited] {
        assert!(!got.text().contains("canary"));
    }
    let described = stage.ask(
        "PATCH",
        &format!("{base}/a/secrets/TOKEN"),
        JSON,
        r#"{"key": "TOKEN", "description": "e", "tags": []}"#,
    );
    assert_eq!(described.json()[0]["description"], "e");
    assert_eq!(stage.ask("DELETE", &format!("{base}/a/secrets/TOKEN"), JSON, "").status, 200);
    assert_eq!(stage.ask("DELETE", &format!("{base}/a/secrets/TOKEN"), JSON, "").status, 404);
    assert_eq!(put("a", r#"{"key": "X"}"#).status, 422);
}

#[test]
fn flows_depend_on_those_that_they_start_and_those_that_start_them() {
    let stage = Stage::start();
    save(
        &stage,
        "a",
        "top",
        "tasks: [{id: p, type: io.kestra.plugin.core.flow.Parallel, tasks: [{id: s, type: io.kestra.plugin.core.flow.Subflow, namespace: a, flowId: mid}]}]",
    );
    save(
        &stage,
        "a",
        "mid",
        "tasks: [{id: s, type: io.kestra.plugin.core.flow.Subflow, namespace: b, flowId: low}]",
    );
    save(&stage, "b", "low", LOG);
    save(
        &stage,
        "c",
        "late",
        &format!(
            "{LOG}\ntriggers: [{{id: t, type: io.kestra.plugin.core.trigger.Flow, conditions: [{{type: io.kestra.plugin.core.condition.ExecutionFlow, namespace: b, flowId: low}}]}}]"
        ),
    );
    let graph = |path: &str| {
        let got = stage.get(&format!("/api/v1/main/{path}")).json();
        let nodes = got["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap());
        let edges = got["edges"].as_array().unwrap().iter();
        let edges = edges.map(|edge| {
            format!(
                "{}>{} {}",
                edge["source"].as_str().unwrap(),
                edge["target"].as_str().unwrap(),
                edge["relation"].as_str().unwrap()
            )
        });
        (nodes.collect::<Vec<_>>().join(" "), edges.collect::<Vec<_>>().join(", "))
    };
    let (nodes, edges) = graph("flows/b/low/dependencies");
    assert_eq!(nodes, "mid low late");
    assert_eq!(edges, "main_a_mid>main_b_low FLOW_TASK, main_b_low>main_c_late FLOW_TRIGGER");
    assert_eq!(graph("flows/b/low/dependencies?destinationOnly=true").0, "low late");
    assert_eq!(graph("flows/c/late/dependencies?expandAll=true").0, "mid top low late");
    assert_eq!(graph("namespaces/a/dependencies").0, "mid top low");
    assert_eq!(stage.get("/api/v1/main/flows/a/none/dependencies").status, 404);
}

#[test]
fn settings_of_namespaces_hold_in_executions_that_begin_afterwards() {
    let stage = Stage::start();
    let put = |method: &str, id: &str, word: &str| {
        let body = json!({
            "id": id,
            "variables": {"word": word, id.replace('.', ""): true},
            "pluginDefaults": [{"type": "io.kestra.plugin.core.debug.Return", "values": {"format": format!("default of {id} {{{{ namespace.word }}}}")}}],
        });
        let path = if method == "POST" { "" } else { id };
        let got = stage.ask(method, &format!("/api/v1/main/namespaces/{path}"), JSON, &body.to_string());
        assert_eq!(got.status, 200, "{}", got.text());
    };
    let of_flow =
        "pluginDefaults: [{type: io.kestra.plugin.core.debug.Return, values: {format: of the flow}}]\n";
    let tasks = "tasks: [{id: r, type: io.kestra.plugin.core.debug.Return}]\ninputs: [{id: i, type: STRING, defaults: \"{{ namespace.word ?? 'none' }}\"}]";
    save(&stage, "a.b", "f", tasks);
    save(&stage, "a.b", "own", &format!("{of_flow}{tasks}"));
    let run = |flow: &str| {
        let form = "multipart/form-data; boundary=b";
        stage.ask("POST", &format!("/api/v1/main/executions/a.b/{flow}?wait=true"), form, "--b--\r\n").json()
    };
    let value = |execution: &Json| execution["taskRunList"][0]["outputs"]["value"].clone();
    let before = run("f");
    assert_eq!((value(&before), &before["inputs"]["i"]), (Json::Null, &json!("none")));
    put("POST", "a", "far");
    assert_eq!(value(&run("f")), "default of a far");
    put("POST", "a.b", "near");
    let after = run("f");
    assert_eq!((value(&after), &after["inputs"]["i"]), (json!("default of a.b near"), &json!("near")));
    assert_eq!(value(&run("own")), "of the flow");
    put("PUT", "a.b", "new");
    assert_eq!(value(&run("f")), "default of a.b new");
    let body =
        json!({"executionId": run("f")["id"], "expressions": ["{{ namespace.word }} {{ namespace.a }}"]});
    let rendered = stage.ask("POST", "/api/v1/main/expressions/render", JSON, &body.to_string());
    assert_eq!(rendered.json()["rendered"]["{{ namespace.word }} {{ namespace.a }}"], "new true");
    assert_eq!(stage.ask("DELETE", "/api/v1/main/namespaces/a.b", JSON, "").status, 204);
    assert_eq!(value(&run("f")), "default of a far");
}

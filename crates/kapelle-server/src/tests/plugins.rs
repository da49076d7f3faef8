//! Plugin types over HTTP.

use super::stage::Stage;

#[test]
fn what_runs_is_listed_and_described() {
    let stage = Stage::start();
    let list = stage.get("/api/v1/plugins").json();
    let core = list["results"].as_array().unwrap().iter().find(|plugin| plugin["name"] == "core").unwrap();
    let tasks: Vec<_> = core["tasks"].as_array().unwrap().iter().map(|task| &task["cls"]).collect();
    for name in ["log.Log", "flow.Parallel", "flow.Subflow", "http.Request", "debug.Return", "flow.Pause"] {
        assert!(tasks.iter().any(|task| **task == format!("io.kestra.plugin.core.{name}")), "{name}");
    }
    let page = stage.get("/api/v1/plugins/io.kestra.core.tasks.log.Log").json();
    assert!(page["markdown"].as_str().unwrap().contains("io.kestra.plugin.core.log.Log"));
    assert!(page["schema"]["properties"]["properties"]["message"].is_object());
    assert_eq!(stage.get("/api/v1/plugins/io.nowhere.Type").status, 404);
    assert_eq!(stage.get("/api/v1/main/plugins/io.kestra.plugin.core.log.Log/versions").status, 200);
}

#[test]
fn everything_that_the_api_tells_of_plugins_answers() {
    let stage = Stage::start();
    for path in [
        "plugins?page=1&size=2",
        "plugins/groups/subgroups",
        "plugins/icons",
        "plugins/icons/groups",
        "plugins/icons/io.kestra.plugin.core.log.Log",
        "plugins/inputs",
        "plugins/inputs/STRING",
        "plugins/triggers",
        "plugins/schemas/flow",
        "plugins/schemas/task?arrayOf=true",
        "plugins/schemas/trigger",
        "plugins/schemas/plugindefault",
        "plugins/properties/flow",
        "pebble/functions",
        "pebble/filters",
    ] {
        let got = stage.get(&format!("/api/v1/{path}"));
        assert_eq!(got.status, 200, "{path}: {}", got.text());
        assert!(got.body.len() > 20, "{path}: {}", got.text());
    }
    let drawn = stage.get("/api/v1/plugins/icons/io.kestra.plugin.core.log.Log/icon.svg");
    assert_eq!(drawn.header("content-type"), Some("image/svg+xml"));
}

#[test]
fn only_what_is_built_in_can_be_installed() {
    let stage = Stage::start();
    let install = |artifact: &str| {
        let body = format!("{{\"plugins\": [\"{artifact}\"]}}");
        stage.ask("POST", "/api/v1/plugins/install", "application/json", &body).status
    };
    assert_eq!(install("io.kestra.plugin:plugin-core:LATEST"), 200);
    assert_eq!(install("io.kestra.plugin:plugin-debezium:LATEST"), 422);
    let flow =
        "id: a\nnamespace: b\ntasks:\n- {id: c, type: io.kestra.plugin.gcp.dataproc.batches.PySparkSubmit}\n";
    let found = stage.ask("POST", "/api/v1/plugins/auto-install/detect", "text/plain", flow).json();
    assert_eq!(found["missing"][0], "io.kestra.plugin.gcp.dataproc.batches.PySparkSubmit");
}

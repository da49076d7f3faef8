//! Dashboards over HTTP.

use serde_json::{Value as Json, json};

use super::stage::Stage;

const TABLE: &str = "id: ours
title: Ours
charts:
- id: last
  type: io.kestra.plugin.core.dashboard.chart.Table
  data:
    type: io.kestra.plugin.core.dashboard.data.Executions
    where:
    - {field: NAMESPACE, type: EQUAL_TO, value: team}
    columns:
      flow: {field: FLOW_ID}
      state: {field: STATE}
";

const FLOW: &str =
    "id: hello\nnamespace: team\ntasks:\n- {id: say, type: io.kestra.plugin.core.log.Log, message: a}\n";

fn post(stage: &Stage, path: &str, body: &str) -> (u16, Json) {
    let got = stage.ask("POST", &format!("/api/v1/main/{path}"), "application/json", body);
    (got.status, serde_json::from_slice(&got.body).unwrap_or_default())
}

#[test]
fn a_dashboard_is_kept_as_it_was_written() {
    let stage = Stage::start();
    let (status, made) = post(&stage, "dashboards", TABLE);
    assert_eq!((status, &made["id"], &made["sourceCode"]), (200, &json!("ours"), &json!(TABLE)));
    assert_eq!(post(&stage, "dashboards", TABLE).0, 409);
    let generated = post(&stage, "dashboards", "title: Other\ncharts: []").1;
    assert!(generated["id"].as_str().unwrap().len() >= 16);
    let put = |path: &str, source: &str| stage.ask("PUT", path, "application/x-yaml", source);
    let changed = put("/api/v1/main/dashboards/ours", &TABLE.replace("title: Ours", "title: New"));
    assert_eq!((changed.status, &changed.json()["title"]), (200, &json!("New")));
    let found = stage.get("/api/v1/main/dashboards?q=new&sort=title:asc").json();
    assert_eq!((&found["total"], &found["results"][0]["id"]), (&json!(1), &json!("ours")));
    assert_eq!(stage.ask("DELETE", "/api/v1/main/dashboards/ours", "", "").status, 204);
    assert_eq!(stage.get("/api/v1/main/dashboards/ours").status, 404);
    assert_eq!(stage.get("/api/v1/main/dashboards/default").json()["charts"].as_array().unwrap().len(), 6);
    assert_eq!(post(&stage, "dashboards", "id: x").0, 422);
}

#[test]
fn charts_show_what_ran() {
    let stage = Stage::start();
    assert_eq!(post(&stage, "dashboards", TABLE).0, 200);
    assert_eq!(stage.ask("POST", "/api/v1/main/flows", "application/x-yaml", FLOW).status, 200);
    let run = || stage.ask("POST", "/api/v1/main/executions/team/hello?wait=true", "", "").status;
    assert_eq!((run(), run()), (200, 200));
    let (status, rows) = post(&stage, "dashboards/ours/charts/last", "{\"pageSize\": 1, \"pageNumber\": 1}");
    assert_eq!(status, 200, "{rows}");
    assert_eq!(rows, json!({"results": [{"flow": "hello", "state": "SUCCESS"}], "total": 2}));
    let none = post(&stage, "dashboards/ours/charts/last", "{\"namespace\": \"other\"}").1;
    assert_eq!(none["total"], 0);
    assert_eq!(post(&stage, "dashboards/ours/charts/none", "{}").0, 404);
    for chart in ["success_ratio", "executions_in_time", "executions_by_state", "executions_by_namespace"] {
        let (status, rows) = post(&stage, &format!("dashboards/default/charts/{chart}"), "{}");
        assert_eq!((status, &rows["total"]), (200, &json!(1)), "{chart}: {rows}");
        let row = &rows["results"][0];
        assert!(row["value"] == json!(100.0) || row["total"] == json!(2), "{chart}: {row}");
    }
    let path = "/api/v1/main/dashboards/ours/charts/last/export?format=CSV";
    let csv = stage.ask("POST", path, "application/json", "{}");
    assert_eq!(csv.text(), "flow,state\nhello,SUCCESS\nhello,SUCCESS\n");
    let ion = stage.ask("POST", &path.replace("CSV", "ION"), "application/json", "{}");
    assert_eq!(ion.body[..4], [0xE0, 0x01, 0x00, 0xEA]);
}

#[test]
fn charts_are_tried_before_they_are_kept() {
    let stage = Stage::start();
    let chart = |kind: &str| json!({"chart": format!("id: a\ntype: io.kestra.plugin.core.dashboard.chart.{kind}\nsource: {{content: Hi}}\n")});
    let (status, shown) = post(&stage, "dashboards/charts/preview", &chart("Markdown").to_string());
    assert_eq!((status, &shown["results"][0]["content"]), (200, &json!("Hi")));
    assert_eq!(post(&stage, "dashboards/charts/preview", &chart("None").to_string()).0, 422);
    let wrong = post(&stage, "dashboards/validate/chart", "id: a\ntype: none").1;
    assert!(wrong["constraints"].as_str().unwrap().contains("there is no chart `none`"));
    assert_eq!(post(&stage, "dashboards/validate", TABLE).1, json!({"index": 0}));
    let filter = json!({"filters": [{"field": "nonsense", "operation": "EQUALS", "value": 1}]});
    assert_eq!(post(&stage, "dashboards/default/charts/failures", &filter.to_string()).0, 400);
}

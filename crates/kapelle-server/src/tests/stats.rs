//! Statistics over HTTP.

use serde_json::json;

use super::stage::Stage;

#[test]
fn what_ran_is_counted_by_day() {
    let stage = Stage::start();
    let flow =
        "id: hello\nnamespace: team\ntasks:\n- {id: say, type: io.kestra.plugin.core.log.Log, message: a}\n";
    assert_eq!(stage.ask("POST", "/api/v1/main/flows", "application/x-yaml", flow).status, 200);
    assert_eq!(stage.ask("POST", "/api/v1/main/executions/team/hello?wait=true", "", "").status, 200);
    let stats = |path: &str, body: &str| {
        let got = stage.ask("POST", &format!("/api/v1/main/stats/{path}"), "application/json", body);
        assert_eq!(got.status, 200, "{path}: {}", got.text());
        got.json()
    };
    let days = stats("executions/daily", "{}");
    let last = days.as_array().unwrap().last().unwrap();
    assert_eq!(days.as_array().unwrap().len(), 31);
    assert_eq!((&last["executionCounts"]["SUCCESS"], &last["duration"]["count"]), (&json!(1), &json!(1)));
    let flows = stats("executions/daily/group-by-flow", "{\"namespace\": \"team\"}");
    assert_eq!(flows["team"]["hello"].as_array().unwrap().len(), 31);
    assert_eq!(stats("executions/daily/group-by-namespace", "{}")[0]["counts"]["SUCCESS"], 1);
    let latest =
        stats("executions/latest/group-by-flow", r#"{"flows": [{"namespace": "team", "id": "hello"}]}"#);
    assert_eq!(latest[0]["state"]["current"], "SUCCESS");
    assert_eq!(stats("summary", "{}"), json!({"flows": 1, "triggers": 0}));
    assert_eq!(stats("logs/daily", "{}").as_array().unwrap().len(), 31);
    let wrong = stage.ask("POST", "/api/v1/main/stats/summary", "application/json", r#"{"startDate": "x"}"#);
    assert_eq!(wrong.status, 422);
}

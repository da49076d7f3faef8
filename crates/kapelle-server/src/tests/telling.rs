//! Logs, metrics and triggers over HTTP.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::stage::{Got, Stage};

const SAYS: &str = "
id: says
namespace: team
tasks:
- {id: warn, type: io.kestra.plugin.core.log.Log, level: WARN, message: a warning}
- {id: info, type: io.kestra.plugin.core.log.Log, message: some news}
triggers:
- {id: daily, type: io.kestra.plugin.core.trigger.Schedule, cron: '0 9 * * *'}
- {id: hook, type: io.kestra.plugin.core.trigger.Webhook, key: abcdefghijklmnopqrstuvwxyz}
";

/// A server with a flow that ran once, and the id of its execution.
fn staged() -> (Stage, String) {
    let stage = Stage::start();
    assert_eq!(stage.ask("POST", "/api/v1/flows", "application/x-yaml", SAYS).status, 200);
    let ran = stage.ask("POST", "/api/v1/executions/team/says?wait=true", "", "").json();
    let id = ran["id"].as_str().unwrap().to_owned();
    for _ in 0..200 {
        if stage.get(&format!("/api/v1/logs/{id}")).json().as_array().unwrap().len() == 2 {
            return (stage, id);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("the log of {id} does not come");
}

fn post(stage: &Stage, path: &str) -> Got {
    stage.ask("POST", path, "application/json", "")
}

#[test]
fn lines_of_all_executions_are_found_by_every_filter() {
    let (stage, id) = staged();
    let total = |query: &str| stage.get(&format!("/api/v1/logs/search?{query}")).json()["total"].clone();
    for (query, found) in [
        ("", 2),
        ("minLevel=WARN", 1),
        ("filters[level][LESS_THAN_OR_EQUAL_TO]=INFO", 1),
        ("filters[q][EQUALS]=NEWS", 1),
        ("filters[q][NOT_EQUALS]=news", 1),
        ("filters[taskId][STARTS_WITH]=w", 1),
        ("filters[namespace][PREFIX]=tea", 0),
        ("filters[attemptNumber][EQUALS]=0", 2),
        ("filters[or][0][taskId][EQUALS]=warn&filters[or][1][taskId][EQUALS]=info", 2),
        ("filters%5BflowId%5D%5BIN%5D=says,other", 2),
        ("timeRange=PT1H", 2),
    ] {
        assert_eq!(total(query), json!(found), "{query}");
    }
    assert_eq!(total(&format!("filters[executionId][EQUALS]={id}&filters[scope][EQUALS]=SYSTEM")), 0);
    let newest = stage.get("/api/v1/logs/search?sort=timestamp:desc&size=1").json();
    assert_eq!((&newest["type"], &newest["results"][0]["message"]), (&json!("OFFSET"), &json!("some news")));
    for (query, status) in [
        ("page=0", 422),
        ("size=-1", 422),
        ("sort=message:asc", 422),
        ("filters[level][EQUALS]=LOUD", 422),
        ("filters[nonsense][EQUALS]=x", 422),
        ("filters[state][EQUALS]=SUCCESS", 400),
    ] {
        assert_eq!(stage.get(&format!("/api/v1/logs/search?{query}")).status, status, "{query}");
    }
    let own = |query: &str| stage.get(&format!("/api/v1/logs/{id}?{query}"));
    assert_eq!(own("filters[level][EQUALS]=WARN").json().as_array().unwrap().len(), 1);
    assert_eq!(own("filters[q][NOT_EQUALS]=news").status, 400);
    let one = format!("/api/v1/logs/{id}?filters[nonsense][EQUALS]=x");
    assert_eq!(stage.ask("DELETE", &one, "", "").status, 422);
    assert_eq!(stage.ask("DELETE", "/api/v1/logs/team/says?triggerId=daily", "", "").status, 204);
    assert_eq!(total(""), 2);
    assert_eq!(stage.ask("DELETE", "/api/v1/logs/team/says", "", "").status, 204);
    assert_eq!(total(""), 0);
}

#[test]
fn metrics_are_pages_lists_and_rows_by_time() {
    let (stage, id) = staged();
    let page = stage.get(&format!("/api/v1/metrics/{id}")).json();
    assert_eq!(page["total"], page["results"].as_array().unwrap().len(), "{page}");
    for list in ["names/team/says", "names/team/says/warn", "tasks/team/says"] {
        assert!(stage.get(&format!("/api/v1/metrics/{list}")).json().is_array(), "{list}");
    }
    let month = stage.get("/api/v1/metrics/aggregates/team/says/duration?aggregation=avg").json();
    assert_eq!((&month["groupBy"], month["aggregations"].as_array().unwrap().len()), (&json!("day"), 31));
    let of_task = "/api/v1/metrics/aggregates/team/says/warn/duration";
    let hours = format!("{of_task}?startDate=2026-01-01T00:00:00Z&endDate=2026-01-01T12:00:00Z");
    assert_eq!(stage.get(&hours).json()["groupBy"], "hour");
    assert_eq!(stage.get(&format!("{of_task}?aggregation=median")).status, 422);
    assert_eq!(
        stage.get(&format!("{of_task}?startDate=2026-01-01T00:00:00Z&endDate=2025-01-01T00:00:00Z")).status,
        422
    );
}

#[test]
fn triggers_that_match_are_changed_together() {
    let (stage, _) = staged();
    let ids = |query: &str| -> Vec<String> {
        let found = stage.get(&format!("/api/v1/triggers/search?{query}")).json();
        let rows = found["results"].as_array().unwrap();
        rows.iter().map(|row| row["state"]["triggerId"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids("sort=triggerId:desc"), ["hook", "daily"]);
    assert_eq!(ids("filters[triggerId][CONTAINS]=ook"), ["hook"]);
    assert_eq!(ids("filters[triggerState][EQUALS]=DISABLED"), [""; 0]);
    assert_eq!(ids("filters[locked][EQUALS]=false&filters[namespace][REGEX]=t.*"), ["daily", "hook"]);
    assert_eq!(stage.get("/api/v1/triggers/search?filters[locked][EQUALS]=perhaps").status, 422);

    let bulk = |path: &str| post(&stage, &format!("/api/v1/triggers/{path}")).json()["count"].clone();
    assert_eq!(bulk("set-disabled/by-query?disabled=true&filters[flowId][EQUALS]=other"), 0);
    assert_eq!(bulk("set-disabled/by-query?disabled=true&filters[flowId][EQUALS]=says"), 1);
    assert_eq!(ids("filters[triggerState][EQUALS]=DISABLED"), ["daily"]);
    assert_eq!(bulk("unlock/by-query"), 0);
    assert_eq!(bulk("backfill/pause/by-query"), 0);
    // What is not understood changes nothing.
    let path = "/api/v1/triggers/set-disabled/by-query?disabled=false&filters[labels][EQUALS][a]=b";
    assert_eq!(post(&stage, path).status, 400);
    assert_eq!(ids("filters[triggerState][EQUALS]=DISABLED"), ["daily"]);
    let csv = stage.get("/api/v1/triggers/export/by-query/csv").text();
    assert!(csv.lines().count() == 2 && csv.contains(",team,says,daily,true,"), "{csv}");
}

#[test]
fn what_a_flow_declares_is_not_forgotten() {
    let (stage, _) = staged();
    let drop = |path: &str, body: &Json| {
        stage.ask("DELETE", &format!("/api/v1/triggers/{path}"), "application/json", &body.to_string())
    };
    let one = stage.ask("DELETE", "/api/v1/triggers/team/says/daily", "", "");
    assert!(one.status == 409 && one.text().contains("because the flow still declares it"), "{}", one.text());
    assert_eq!(stage.ask("DELETE", "/api/v1/triggers/team/says/other", "", "").status, 404);
    let name = json!([{"namespace": "team", "flowId": "says", "triggerId": "daily"}]);
    assert_eq!(drop("delete/by-triggers", &name).json()["totalItems"], 0);
    let filter = json!({"filters": [{"field": "NAMESPACE", "operation": "EQUALS", "value": "team"}]});
    assert_eq!(drop("delete/by-query", &filter).json()["totalItems"], 0);
    let wrong = json!({"filters": [{"field": "STATE", "operation": "EQUALS", "value": "x"}]});
    assert_eq!(drop("delete/by-query", &wrong).status, 400);
}

#[test]
fn a_log_is_read_by_windows_and_searched_in_both_directions() {
    let stage = Stage::start();
    let flow = "
id: many
namespace: team
tasks:
- id: each
  type: io.kestra.plugin.core.flow.ForEach
  values: '{{ range(0, 30) }}'
  tasks:
  - {id: say, type: io.kestra.plugin.core.log.Log, message: 'Line {{ taskrun.value }}.'}
";
    let saved = stage.ask("POST", "/api/v1/flows", "application/x-yaml", flow);
    assert_eq!(saved.status, 200, "{}", saved.text());
    let ran = stage.ask("POST", "/api/v1/executions/team/many?wait=true", "", "").json();
    let id = ran["id"].as_str().unwrap().to_owned();
    let get = |rest: &str| stage.get(&format!("/api/v1/main/logs/{id}/{rest}"));
    let total = (0..200)
        .find_map(|_| {
            let total = get("window").json()["total"].as_u64().unwrap();
            std::thread::sleep(Duration::from_millis(20));
            (total >= 31).then_some(total)
        })
        .unwrap();
    let whole = get("window").json();
    let messages = |window: &Json| -> Vec<String> {
        window["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["message"].as_str().unwrap().to_owned())
            .collect()
    };
    let all = messages(&whole);
    assert_eq!(all.len() as u64, total);
    let middle = get("window?from=10&count=3").json();
    assert_eq!((messages(&middle), &middle["rows"][0]["line"]), (all[10..13].to_vec(), &json!(10)));
    assert_eq!(messages(&get("window?from=-2").json()), all[all.len() - 2..]);
    assert_eq!(messages(&get(&format!("window?from={total}")).json()), Vec::<String>::new());
    assert_eq!(get("window?count=1001").status, 422);
    let file = get("download").text();
    assert!(file.lines().map(|line| line.splitn(3, ' ').last().unwrap()).eq(&all), "{file}");

    let lines = |found: &Json| -> Vec<u64> {
        found["matches"].as_array().unwrap().iter().map(|found| found["line"].as_u64().unwrap()).collect()
    };
    let place = |text: &str| all.iter().position(|line| line == text).unwrap() as u64;
    let (one, eleven) = (place("Line 1."), place("Line 11."));
    let found = get("find?q=line+1&count=2").json();
    assert_eq!(
        (lines(&found), &found["next"]),
        (vec![one, place("Line 10.")], &json!(place("Line 10.") + 1))
    );
    assert_eq!(found["matches"][0]["at"], json!([[0, 6]]));
    let found = get("find?q=/Line+1%5C./").json();
    assert_eq!((lines(&found), &found["isDone"]), (vec![one], &json!(true)));
    let back = get(&format!("find?q=Line+1&direction=back&from={eleven}&count=1")).json();
    assert_eq!(lines(&back), [place("Line 10.")]);
    assert_eq!(
        (get("find?q=/(/").status, get("find").status, get("find?q=a&direction=up").status),
        (422, 400, 422)
    );

    let bars = stage.get(&format!("/api/v1/main/logs/histogram?filters[executionId][EQUALS]={id}")).json();
    let info: u64 = bars["bars"].as_array().unwrap().iter().map(|bar| bar["INFO"].as_u64().unwrap()).sum();
    assert!(info >= 30 && bars["isWhole"] == true && bars["total"] == json!(total), "{bars}");
    assert_eq!(stage.get("/api/v1/main/logs/histogram?filters[attemptNumber][EQUALS]=0").status, 400);
    let deleted = stage.ask("DELETE", &format!("/api/v1/main/logs/{id}"), "", "");
    assert_eq!((deleted.status, get("window").json()["total"].clone()), (204, json!(0)));
}

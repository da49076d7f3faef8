//! What the user interface asks besides the API that clients of Kestra know.

use serde_json::json;

use super::stage::{LOGIN, Stage};

const PAUSE: &str = "
id: wait
namespace: team
tasks:
- {id: pause, type: io.kestra.plugin.core.flow.Pause}
triggers:
- {id: daily, type: io.kestra.plugin.core.trigger.Schedule, cron: '30 2 * * *', timezone: Europe/Berlin}
- {id: hook, type: io.kestra.plugin.core.trigger.Webhook, key: a}
";

fn staged() -> Stage {
    let stage = Stage::start();
    let saved = stage.ask("POST", "/api/v1/flows", "application/x-yaml", PAUSE);
    assert_eq!(saved.status, 200, "{}", saved.text());
    stage
}

fn paused(stage: &Stage) -> String {
    let created = stage.ask("POST", "/api/v1/executions/team/wait", "", "").json();
    let id = created["id"].as_str().unwrap().to_owned();
    for _ in 0..500 {
        if stage.get(&format!("/api/v1/executions/{id}")).json()["state"]["current"] == "PAUSED" {
            return id;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("execution {id} does not pause");
}

#[test]
fn an_execution_and_its_task_run_say_why_they_wait() {
    let stage = staged();
    let id = paused(&stage);
    let why = stage.get(&format!("/api/v1/main/executions/{id}/why")).json();
    assert_eq!((&why["state"], &why["cause"]), (&json!("PAUSED"), &json!("PAUSED")), "{why}");
    let run = why["taskRunId"].as_str().unwrap();
    let of_run = stage.get(&format!("/api/v1/executions/{id}/why?taskRunId={run}")).json();
    assert_eq!(of_run["words"], "is paused until somebody resumes it");
    let by_name = stage.get(&format!("/api/v1/main/taskruns/{run}/why")).json();
    assert_eq!(by_name, of_run, "a task run is found by its own id");
    assert_eq!(stage.get(&format!("/api/v1/taskruns/{id}/why")).status, 404);
    assert_eq!(stage.get(&format!("/api/v1/executions/{id}/why?taskRunId=x")).status, 404);
    assert_eq!(stage.get("/api/v1/executions/5cBZ1JF8kim8fbFg13bumX/why").status, 404);
}

#[test]
fn rows_of_lists_say_why_they_wait_and_are_found_by_it() {
    let stage = staged();
    let id = paused(&stage);
    let search = |query: &str| stage.get(&format!("/api/v1/main/executions/search?{query}"));
    let found = search("filters[waiting][IN]=PAUSED,CONCURRENCY").json();
    let cause = &found["results"][0]["cause"];
    assert_eq!((&found["total"], &found["results"][0]["id"]), (&json!(1), &json!(id)), "{found}");
    assert_eq!(cause["code"], "PAUSED");
    assert_eq!(cause["words"], "is paused until somebody resumes it");
    assert!(cause["since"].is_string() && cause["taskRunId"].is_string(), "{cause}");
    assert_eq!(search("waiting=DELAY").json()["total"], 0);
    assert_eq!(search("waiting=HUNGER").status, 422);
    assert_eq!(search("filters[waiting][NOT_IN]=PAUSED").status, 400);
    let tree = stage.get(&format!("/api/v1/executions/{id}/tree")).json();
    assert_eq!(tree["rows"][0]["cause"]["code"], "PAUSED");
    assert_eq!(stage.ask("POST", &format!("/api/v1/executions/{id}/actions/resume"), "", "").status, 200);
    for _ in 0..500 {
        let row = search("").json()["results"][0].clone();
        if row["state"]["current"] == "SUCCESS" {
            assert_eq!(row.get("cause"), None, "what is over waits for nothing");
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("it does not end");
}

#[test]
fn who_waits_for_a_limit_is_told_who_has_its_places() {
    let stage = Stage::start();
    let flow = "
id: single
namespace: team
concurrency: {limit: 1}
tasks:
- {id: pause, type: io.kestra.plugin.core.flow.Pause}
";
    assert_eq!(stage.ask("POST", "/api/v1/flows", "application/x-yaml", flow).status, 200);
    let ids: Vec<String> = (0..3)
        .map(|_| {
            stage.ask("POST", "/api/v1/executions/team/single", "", "").json()["id"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    for _ in 0..500 {
        let why = stage.get(&format!("/api/v1/executions/{}/why", ids[2])).json();
        if why["facts"]["place"] == 2 {
            let limit = &why["facts"]["limits"][0];
            assert_eq!(why["cause"], "CONCURRENCY");
            assert_eq!(
                (&limit["name"], &limit["size"], &limit["running"]),
                (&json!("team.single"), &json!(1), &json!(1))
            );
            assert_eq!(limit["holders"][0]["executionId"], *ids[0]);
            assert!(limit["holders"][0]["ageMs"].is_u64(), "{limit}");
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("the third one does not come to wait");
}

#[test]
fn task_runs_are_told_by_windows_with_counts() {
    let stage = staged();
    let id = paused(&stage);
    let tree = |query: &str| stage.get(&format!("/api/v1/executions/{id}/tree{query}"));
    let all = tree("").json();
    assert_eq!((&all["total"], &all["counts"]), (&json!(1), &json!({"PAUSED": 1})), "{all}");
    assert_eq!(all["rows"][0]["taskId"], "pause");
    assert_eq!(tree("?from=1").json()["rows"], json!([]));
    let failed = tree("?state=FAILED").json();
    assert_eq!((&failed["total"], &failed["counts"]["PAUSED"]), (&json!(0), &json!(1)));
    let run = all["rows"][0]["id"].as_str().unwrap();
    assert_eq!(tree(&format!("?parent={run}")).json()["total"], 0);
    assert_eq!((tree("?parent=x").status, tree("?count=1001").status), (404, 422));
}

const LOOP: &str = "
id: loop
namespace: team
tasks:
- id: each
  type: io.kestra.plugin.core.flow.ForEach
  values: [a, b, c]
  concurrencyLimit: 0
  tasks:
  - {id: fail, type: io.kestra.plugin.core.execution.Fail, condition: \"{{ taskrun.value == 'b' }}\"}
";

fn ended(stage: &Stage, flow: &str) -> String {
    assert_eq!(stage.ask("POST", "/api/v1/flows", "application/x-yaml", flow).status, 200);
    let created = stage.ask("POST", "/api/v1/executions/team/loop?wait=true", "", "").json();
    created["id"].as_str().unwrap_or_else(|| panic!("{created}")).to_owned()
}

#[test]
fn a_loop_is_opened_where_somebody_wants_to_look() {
    let stage = Stage::start();
    let id = ended(&stage, LOOP);
    let path = format!("/api/v1/executions/{id}");
    let tree = |query: &str| stage.get(&format!("{path}/tree?{query}")).json();
    let shut = tree("");
    let (each, name) = (&shut["rows"][0], shut["rows"][0]["id"].as_str().unwrap());
    assert_eq!((&shut["total"], &each["children"], &each["isOpen"]), (&json!(1), &json!(3), &json!(false)));
    assert_eq!((&each["isLoop"], &each["counts"]["FAILED"]), (&json!(true), &json!(1)), "{each}");
    let values = |query: &str| -> Vec<String> {
        let rows = tree(query)["rows"].as_array().unwrap().clone();
        rows.iter().filter_map(|row| Some(row["value"].as_str()?.to_owned())).collect()
    };
    assert_eq!(values(&format!("open={name}")), ["a", "b", "c"]);
    assert_eq!(values(&format!("open={name}~FAILED")), ["b"]);
    assert_eq!(values(&format!("open={name}~1-2")), ["b", "c"]);
    assert_eq!(values("unfold=9&q=C"), ["c"]);
    assert_eq!(stage.get(&format!("{path}/tree?open={name}~few")).status, 422);
    assert_eq!(stage.get(&format!("{path}/tree?open={name}~9-")).status, 422);
    let failed = tree(&format!("open={name}~FAILED"))["rows"][1]["id"].as_str().unwrap().to_owned();
    let run = stage.get(&format!("{path}/taskruns/{failed}")).json();
    assert_eq!((&run["value"], &run["state"]["current"]), (&json!("b"), &json!("FAILED")), "{run}");
    assert!(run["failure"].is_string(), "{run}");
    assert_eq!(stage.get(&format!("{path}/taskruns/{id}")).status, 404);
}

#[test]
fn an_execution_is_told_without_its_task_runs_and_these_by_their_number() {
    let stage = Stage::start();
    let id = ended(&stage, LOOP);
    let whole = stage.get(&format!("/api/v1/executions/{id}")).json();
    let mut alone = stage.get(&format!("/api/v1/executions/{id}?taskRuns=false")).json();
    assert_eq!(alone.get("taskRunList"), None);
    alone["taskRunList"] = whole["taskRunList"].clone();
    assert_eq!(alone, whole, "nothing else is left out");
    let row = stage.get("/api/v1/executions/search?taskRuns=false").json()["results"][0].clone();
    assert_eq!((&row["id"], row.get("taskRunList")), (&json!(id), None));
    let progress = stage.get(&format!("/api/v1/executions/{id}/progress?tasks=true")).json();
    let total = whole["taskRunList"].as_array().unwrap().len() as u64;
    let sum: u64 =
        progress["counts"].as_object().unwrap().values().filter_map(serde_json::Value::as_u64).sum();
    assert_eq!((sum, &progress["tasks"][0]["taskId"]), (total, &json!("each")), "{progress}");
    assert_eq!(progress["tasks"][1]["counts"]["FAILED"], 1, "{progress}");
}

#[test]
fn a_trigger_says_when_it_is_next_and_that_it_is_switched_off() {
    let stage = staged();
    let path = "/api/v1/main/triggers/team/wait/daily";
    assert_eq!(stage.get(&format!("{path}/why")).json()["cause"], "SCHEDULED");
    let ticks = stage.get(&format!("{path}/ticks")).json();
    assert_eq!(ticks["next"]["times"].as_array().unwrap().len(), 10, "{ticks}");
    let off = json!({"namespace": "team", "flowId": "wait", "triggerId": "daily", "disabled": true});
    let off = stage.ask("PUT", "/api/v1/triggers/set-disabled", "application/json", &off.to_string());
    assert_eq!(off.status, 200, "{}", off.text());
    assert_eq!(stage.get(&format!("{path}/why")).json()["cause"], "DISABLED");
    assert_eq!(stage.get(&format!("{path}/ticks")).json()["next"], json!(null));
    assert_eq!(stage.get("/api/v1/triggers/team/wait/none/why").status, 404);
}

#[test]
fn times_are_foretold_over_a_clock_change() {
    let stage = Stage::start();
    let ask = |query: &str| {
        stage.ask("POST", &format!("/api/v1/triggers/preview?{query}"), "application/x-yaml", PAUSE)
    };
    let told = ask("from=2026-03-28T12:00:00Z&count=2").json();
    let daily = &told["triggers"][0];
    assert_eq!(daily["times"][0]["clockChange"], "MOVED", "{told}");
    assert_eq!(daily["times"][0]["at"], "2026-03-29T01:00:00.000Z");
    assert_eq!(daily["times"][1]["at"], "2026-03-30T00:30:00.000Z");
    assert_eq!(told["triggers"][1]["times"], json!([]));
    assert_eq!(ask("triggerId=hook").json()["triggers"].as_array().unwrap().len(), 1);
    for query in ["count=0", "count=1001", "zone=Mars", "from=soon"] {
        assert_eq!(ask(query).status, 422, "{query}");
    }
}

#[test]
fn diagnostics_have_places_and_fixes() {
    let stage = Stage::start();
    let text = "id: a\nnamespace: team\ntasks:\n- {id: b, type: io.kestra.plugin.core.log.Log, mesage: hi}\n";
    let found = stage.ask("POST", "/api/v1/main/language/diagnostics", "application/x-yaml", text).json();
    let all = found["diagnostics"].as_array().unwrap();
    let unknown = all.iter().find(|one| one["fix"]["edits"][0]["text"] == "message");
    let unknown = unknown.unwrap_or_else(|| panic!("no fix in {found}"));
    assert_eq!(unknown["range"]["start"]["line"], 4, "{unknown}");
    assert_eq!(unknown["severity"], "error", "{unknown}");
}

#[test]
fn a_stream_needs_something_to_tell_and_somebody_to_tell_it_to() {
    let stage = Stage::start();
    assert_eq!(stage.get("/api/v1/main/events").status, 422);
    assert_eq!(stage.send("GET", "/api/v1/main/events?topics=executions", &[], "").status, 401);
}

#[test]
fn a_stream_tells_what_changed_since_its_place() {
    let stage = staged();
    let headers = [("authorization", LOGIN), ("last-event-id", "1-1")];
    let anew = stage.listen("/api/v1/main/events?topics=executions", &headers, "event: resync");
    let place = anew.lines().find_map(|line| line.strip_prefix("id: ")).unwrap().to_owned();
    let id = paused(&stage);
    let headers = [("authorization", LOGIN), ("last-event-id", &*place)];
    let told = stage.listen("/api/v1/main/events?topics=executions", &headers, "\"PAUSED\"");
    assert!(told.starts_with("id: ") && told.contains("event: execution\n"), "{told}");
    assert!(told.contains(&id) && !told.contains("resync"), "{told}");
}

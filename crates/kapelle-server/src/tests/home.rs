//! The figures of the first page.

use serde_json::{Value as Json, json};

use super::stage::Stage;

const FLOWS: [&str; 3] = [
    "id: good\nnamespace: team\nlabels: {env: prod}\ntasks:\n- {id: say, type: io.kestra.plugin.core.log.Log, message: a}\n",
    "id: bad\nnamespace: team.sub\ntasks:\n- {id: fail, type: io.kestra.plugin.core.execution.Fail}\n",
    "id: daily\nnamespace: team\ntasks:\n- {id: pause, type: io.kestra.plugin.core.flow.Pause}\ntriggers:\n- {id: nine, type: io.kestra.plugin.core.trigger.Schedule, cron: '0 9 * * *'}\n",
];

fn staged() -> Stage {
    let stage = Stage::start();
    for flow in FLOWS {
        let saved = stage.ask("POST", "/api/v1/main/flows", "application/x-yaml", flow);
        assert_eq!(saved.status, 200, "{}", saved.text());
    }
    for path in ["team/good", "team/good", "team.sub/bad"] {
        let ran = stage.ask("POST", &format!("/api/v1/main/executions/{path}?wait=true"), "", "");
        assert_eq!(ran.status, 200, "{}", ran.text());
    }
    stage.ask("POST", "/api/v1/main/executions/team/daily", "", "");
    for _ in 0..500 {
        if stage.get("/api/v1/main/executions/search?state=PAUSED").json()["total"] == 1 {
            return stage;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("nothing pauses");
}

#[test]
fn the_first_page_counts_and_names_what_needs_attention() {
    let stage = staged();
    let home = |query: &str| {
        let got = stage.get(&format!("/api/v1/main/statistics/home{query}"));
        assert_eq!(got.status, 200, "{}", got.text());
        got.json()
    };
    let told = home("");
    let now = &told["now"];
    assert_eq!(
        (&now["total"], &now["succeeded"], &now["failed"]),
        (&json!(4), &json!(2), &json!(1)),
        "{told}"
    );
    assert!((now["successRatio"].as_f64().unwrap() - 2.0 / 3.0).abs() < 1e-9, "{now}");
    assert_eq!((&now["durationsOf"], &told["before"]["total"]), (&json!(3), &json!(0)));
    assert_eq!(told["open"], json!({"running": 0, "waiting": 1, "isWhole": true}));
    let bars = told["overTime"]["bars"].as_array().unwrap();
    let counted: u64 = bars
        .iter()
        .flat_map(|bar| bar["counts"].as_object().unwrap().values().map(|number| number.as_u64().unwrap()))
        .sum();
    assert_eq!((bars.len(), counted), (24, 4));
    assert_eq!(told["failuresByFlow"][0]["count"], 1);
    assert_eq!(told["attention"]["failedLast"][0]["flowId"], "bad");
    assert_eq!(told["attention"]["waiting"], json!([]), "nobody waits for five minutes yet");
    assert_eq!(told["nextScheduled"][0]["triggerId"], "nine");
    assert_eq!((&told["attention"]["late"], &told["attention"]["triggerErrors"]), (&json!([]), &json!([])));

    let sub = home("?namespace=team.sub&range=P7D");
    assert_eq!((&sub["now"]["total"], &sub["nextScheduled"]), (&json!(1), &json!([])), "{sub}");
    assert!(sub["overTime"]["bars"].as_array().unwrap().len() <= 60);
    let old = home("?range=PT1H&until=2020-01-01T10:00:00Z");
    assert_eq!(
        (&old["from"], &old["until"], &old["now"]["total"]),
        (&json!("2020-01-01T09:00:00.000Z"), &json!("2020-01-01T10:00:00.000Z"), &json!(0))
    );
    for wrong in ["x", "PT0S", "P800D", "PT1H&until=soon"] {
        let got = stage.get(&format!("/api/v1/main/statistics/home?range={wrong}"));
        assert_eq!(got.status, 422, "{wrong}");
    }
}

#[test]
fn labels_leave_the_executions_and_triggers_that_have_them() {
    let stage = staged();
    let home = |query: &str| stage.get(&format!("/api/v1/main/statistics/home?{query}"));
    let told = home("labels=env:prod").json();
    assert_eq!((&told["now"]["total"], &told["now"]["succeeded"]), (&json!(2), &json!(2)), "{told}");
    assert_eq!((&told["failuresByFlow"], &told["nextScheduled"]), (&json!([]), &json!([])));
    assert_eq!(home("labels=env:test").json()["now"]["total"], 0);
    assert_eq!(home("labels=env").status, 422);
}

#[test]
fn flows_are_told_with_their_last_executions_and_what_comes_next() {
    let stage = staged();
    let ask = |body: &str| stage.ask("POST", "/api/v1/main/statistics/flows", "application/json", body);
    let told = ask(r#"[{"namespace": "team", "id": "good"}, {"namespace": "team.sub", "id": "bad"},
        {"namespace": "team", "id": "daily"}, {"namespace": "team", "id": "nothing"}]"#)
    .json();
    let [good, bad, daily, nothing] = [0, 1, 2, 3].map(|at| &told["results"][at]);
    let states: Vec<&Json> = good["last"].as_array().unwrap().iter().map(|run| &run["state"]).collect();
    assert_eq!(states, ["SUCCESS", "SUCCESS"]);
    assert_eq!((&good["successRatio"], &bad["successRatio"]), (&json!(1.0), &json!(0.0)));
    assert!(good["medianMs"].is_u64() && good["last"][0]["durationMs"].is_u64(), "{good}");
    assert!(good["next"].is_null() && daily["next"].is_string(), "{daily}");
    assert_eq!((&daily["last"][0]["durationMs"], &daily["successRatio"]), (&Json::Null, &Json::Null));
    assert_eq!(nothing["last"], json!([]));
    for wrong in ["{}", r#"[{"namespace": "team"}]"#] {
        assert_eq!(ask(wrong).status, 422, "{wrong}");
    }
}

#[test]
fn lists_say_why_an_execution_failed() {
    let stage = staged();
    let rows = stage.get("/api/v1/main/executions/search?sort=flowId:asc").json();
    let failure = |at: usize| &rows["results"][at]["failure"];
    assert_eq!(failure(0)["taskId"], "fail");
    assert!(failure(0)["message"].as_str().is_some_and(|line| !line.is_empty()), "{rows}");
    assert!(failure(1).is_null() && failure(2).is_null());
}

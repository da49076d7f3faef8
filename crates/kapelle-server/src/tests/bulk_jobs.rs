//! Jobs on many executions over HTTP.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::stage::{Got, Stage};

const PAUSE: &str = "
id: wait
namespace: team
tasks:
- {id: pause, type: io.kestra.plugin.core.flow.Pause}
";

const HELLO: &str = "
id: hello
namespace: team
tasks:
- {id: say, type: io.kestra.plugin.core.log.Log, message: a}
";

fn post(stage: &Stage, path: &str, body: &Json) -> Got {
    stage.ask("POST", &format!("/api/v1/main/{path}"), "application/json", &body.to_string())
}

/// A server with executions that wait and others that are over, and the ids of the first.
fn staged(waiting: usize, over: usize) -> (Stage, Vec<String>) {
    staged_on(Stage::start(), waiting, over)
}

fn staged_on(stage: Stage, waiting: usize, over: usize) -> (Stage, Vec<String>) {
    for flow in [PAUSE, HELLO] {
        assert_eq!(stage.ask("POST", "/api/v1/main/flows", "application/x-yaml", flow).status, 200);
    }
    for _ in 0..over {
        assert_eq!(post(&stage, "executions/team/hello?wait=true", &json!({})).status, 200);
    }
    let ids = (0..waiting)
        .map(|_| post(&stage, "executions/team/wait", &json!({})).json()["id"].as_str().unwrap().to_owned());
    let ids: Vec<String> = ids.collect();
    eventually(|| {
        let found = stage.get("/api/v1/main/executions/search?filters[state][IN]=PAUSED&size=1").json();
        found["total"] == json!(waiting)
    });
    (stage, ids)
}

fn eventually(holds: impl Fn() -> bool) {
    for _ in 0..500 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("it does not come to that");
}

/// The job once it works no more.
fn ended(stage: &Stage, id: &Json) -> Json {
    let get = || stage.get(&format!("/api/v1/main/bulk-jobs/{}", id.as_str().unwrap())).json();
    eventually(|| get()["state"] != "RUNNING");
    get()
}

#[test]
fn a_preview_says_what_will_be_done_and_what_not_and_why() {
    let (stage, ids) = staged(3, 2);
    let of_all = post(&stage, "bulk-jobs/preview", &json!({"action": "kill", "filter": "namespace=team"}));
    assert_eq!(of_all.status, 200, "{}", of_all.text());
    let told = of_all.json();
    assert_eq!(
        (&told["total"], &told["willBeDone"], &told["willBeSkipped"]),
        (&json!(5), &json!(3), &json!(2))
    );
    let skipped = told["states"].as_array().unwrap().iter().find(|row| row["state"] == "SUCCESS").unwrap();
    assert_eq!((&skipped["count"], &skipped["fits"]), (&json!(2), &json!(false)));
    assert!(skipped["reason"].as_str().unwrap().contains("SUCCESS"), "{skipped}");
    let named = json!({"action": "resume", "ids": [ids[0], ids[0], "unknown"]});
    let told = post(&stage, "bulk-jobs/preview", &named).json();
    assert_eq!((&told["willBeDone"], &told["unknownIds"]), (&json!(1), &json!(["unknown"])), "{told}");
    for wrong in [
        json!({"action": "eat", "filter": ""}),
        json!({"action": "kill"}),
        json!({"action": "change-status", "filter": ""}),
        json!({"action": "kill", "ids": [1]}),
    ] {
        assert_eq!(post(&stage, "bulk-jobs/preview", &wrong).status, 422, "{wrong}");
    }
}

#[test]
fn a_job_does_it_to_those_that_fit_and_reports_each() {
    let (stage, ids) = staged(120, 3);
    let begun = post(&stage, "bulk-jobs", &json!({"action": "resume", "filter": "namespace=team"}));
    assert_eq!(begun.status, 202, "{}", begun.text());
    let job = ended(&stage, &begun.json()["id"]);
    assert_eq!(
        (&job["state"], &job["taken"], &job["total"]),
        (&json!("DONE"), &json!(123), &json!(123)),
        "{job}"
    );
    assert_eq!(job["counts"], json!({"done": 120, "skipped": 3, "failed": 0, "unknown": 0}));
    let report = |query: &str| {
        let path = format!("/api/v1/main/bulk-jobs/{}/report{query}", job["id"].as_str().unwrap());
        stage.get(&path).json()
    };
    let skipped = report("?outcome=SKIPPED");
    assert_eq!((skipped["rows"].as_array().unwrap().len(), &skipped["next"]), (3, &Json::Null));
    assert!(skipped["rows"][0]["reason"].as_str().unwrap().contains("SUCCESS"), "{skipped}");
    let (mut seen, mut next) = (0, json!(0));
    while !next.is_null() {
        let page = report(&format!("?count=50&from={next}"));
        seen += page["rows"].as_array().unwrap().len();
        next = page["next"].clone();
    }
    assert_eq!(seen, 123);
    eventually(|| {
        let path = format!("/api/v1/main/executions/{}", ids[119]);
        stage.get(&path).json()["state"]["current"] == "SUCCESS"
    });
    let listed = stage.get("/api/v1/main/bulk-jobs").json();
    assert_eq!((&listed["total"], &listed["results"][0]["id"]), (&json!(1), &job["id"]));
    let path = format!("bulk-jobs/{}/resume", job["id"].as_str().unwrap());
    assert_eq!(
        (post(&stage, &path, &json!({})).status, stage.get("/api/v1/main/bulk-jobs/x").status),
        (409, 404)
    );
}

#[test]
fn executions_that_a_job_makes_are_not_taken_up_by_it() {
    // They have the moment of the job.
    let (stage, _) = staged_on(Stage::stopped(), 0, 2);
    let replay = json!({"action": "replay", "filter": "flowId=hello"});
    let job = ended(&stage, &post(&stage, "bulk-jobs", &replay).json()["id"]);
    assert_eq!(job["counts"]["done"], 2, "{job}");
    assert_eq!(stage.get("/api/v1/main/executions/search?flowId=hello").json()["total"], 4);
    let labels = json!({"action": "labels", "options": {"labels": {"seen": "yes"}}, "filter": "flowId=hello&state=SUCCESS"});
    eventually(|| stage.get("/api/v1/main/executions/search?state=SUCCESS").json()["total"] == 4);
    let job = ended(&stage, &post(&stage, "bulk-jobs", &labels).json()["id"]);
    assert_eq!(job["counts"]["done"], 4, "{job}");
    assert_eq!(
        stage.get("/api/v1/main/executions/search?filters[labels][EQUALS][seen]=yes").json()["total"],
        4
    );
    let delete = json!({"action": "delete", "filter": "flowId=hello"});
    let job = ended(&stage, &post(&stage, "bulk-jobs", &delete).json()["id"]);
    assert_eq!(job["counts"]["done"], 4, "{job}");
    assert_eq!(stage.get("/api/v1/main/executions/search").json()["total"], 0);
}

#[test]
fn a_job_that_is_paused_goes_on_where_it_was_and_a_cancelled_one_does_not() {
    let (stage, _) = staged(300, 0);
    let begun = post(&stage, "bulk-jobs", &json!({"action": "kill", "filter": ""})).json();
    let path = |action: &str| format!("bulk-jobs/{}/{action}", begun["id"].as_str().unwrap());
    let paused = post(&stage, &path("pause"), &json!({})).status;
    let job = ended(&stage, &begun["id"]);
    if paused == 202 && job["state"] == "PAUSED" {
        assert!(job["taken"].as_u64().unwrap() < 300, "{job}");
        assert_eq!(post(&stage, &path("resume"), &json!({})).status, 202);
    }
    let job = ended(&stage, &begun["id"]);
    assert_eq!((&job["state"], &job["counts"]["done"]), (&json!("DONE"), &json!(300)), "{job}");
    assert_eq!(post(&stage, &path("cancel"), &json!({})).status, 409);
}

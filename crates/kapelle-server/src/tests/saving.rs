//! Drafts, and two people who save the same flow.

use serde_json::{Value as Json, json};

use super::stage::{Got, LOGIN, Stage};

fn source(message: &str) -> String {
    format!(
        "id: hello\nnamespace: team\ntasks:\n- {{id: say, type: io.kestra.plugin.core.log.Log, message: {message}}}\n"
    )
}

fn staged() -> Stage {
    let stage = Stage::start();
    assert_eq!(stage.ask("POST", "/api/v1/flows", "application/x-yaml", &source("one")).status, 200);
    stage
}

const FLOW: &str = "/api/v1/main/flows/team/hello";

fn put(stage: &Stage, query: &str, message: &str) -> Got {
    stage.ask("PUT", &format!("{FLOW}{query}"), "application/x-yaml", &source(message))
}

#[test]
fn who_saves_second_is_told_both_versions() {
    let stage = staged();
    assert_eq!(put(&stage, "?baseRevision=1", "two").json()["revision"], 2);
    let late = put(&stage, "?baseRevision=1", "three");
    let body = late.json();
    assert_eq!(
        (late.status, &body["base"]["revision"], &body["theirs"]["revision"]),
        (409, &json!(1), &json!(2))
    );
    assert_eq!(
        (&body["base"]["source"], &body["theirs"]["source"]),
        (&json!(source("one")), &json!(source("two")))
    );
    assert!(body["message"].as_str().unwrap().contains("since revision 1"), "{body}");
    assert_eq!(stage.get(FLOW).json()["revision"], 2, "nothing was overwritten");
    assert_eq!(put(&stage, "?baseRevision=1", "two").status, 200, "the same text is no conflict");
    assert_eq!(put(&stage, "?baseRevision=9", "four").json()["base"], Json::Null);
}

#[test]
fn the_revision_may_stand_in_a_header_or_nowhere() {
    let stage = staged();
    let tagged = |tag: &str, message: &str| {
        let headers = [("authorization", LOGIN), ("content-type", "application/x-yaml"), ("if-match", tag)];
        stage.send("PUT", FLOW, &headers, &source(message)).status
    };
    assert_eq!(
        (tagged("\"1\"", "two"), tagged("\"1\"", "three"), tagged("W/\"2\"", "three")),
        (200, 409, 200)
    );
    assert_eq!((tagged("*", "four"), tagged("x", "five")), (200, 422));
    assert_eq!(put(&stage, "", "six").status, 200);
    assert_eq!(put(&stage, "?baseRevision=x", "seven").status, 422);
}

#[test]
fn of_several_who_save_at_once_one_wins() {
    let stage = staged();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let one = |number: usize| {
            let stage = &stage;
            scope.spawn(move || put(stage, "?baseRevision=1", &format!("number {number}")).status)
        };
        let all: Vec<_> = (0..8).map(one).collect();
        all.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 7, "{statuses:?}");
    assert_eq!(stage.get(FLOW).json()["revision"], 2);
}

#[test]
fn a_draft_is_kept_whatever_is_wrong_with_it() {
    let stage = staged();
    let path = format!("{FLOW}/draft");
    assert_eq!(stage.get(&path).status, 404);
    let kept = stage.ask("PUT", &format!("{path}?baseRevision=1"), "application/x-yaml", "id: [broken");
    assert_eq!(kept.status, 200, "{}", kept.text());
    let body = json!({"source": "id: other", "baseRevision": 1}).to_string();
    assert_eq!(stage.ask("PUT", &path, "application/json", &body).status, 200);
    let draft = stage.get(&path).json();
    assert_eq!(
        (&draft["source"], &draft["baseRevision"], &draft["revision"]),
        (&json!("id: other"), &json!(1), &json!(1))
    );
    assert!(draft["updated"].as_str().unwrap().ends_with('Z'), "{draft}");
    assert_eq!(put(&stage, "", "two").status, 200);
    assert_eq!(stage.get(&path).json()["revision"], 2, "the flow went on meanwhile");
    assert_eq!(stage.get("/api/v1/main/flows/search").json()["total"], 1, "a draft is no flow");
    assert_eq!((stage.ask("DELETE", &path, "", "").status, stage.get(&path).status), (204, 404));
    let new = "/api/v1/main/flows/team/new/draft";
    assert_eq!(stage.ask("PUT", new, "application/x-yaml", "id: new").json()["revision"], Json::Null);
    let large = "x".repeat((1 << 20) + 1);
    assert_eq!(stage.ask("PUT", new, "application/x-yaml", &large).status, 413);
    assert_eq!(stage.ask("PUT", new, "application/json", "{}").status, 422);
}

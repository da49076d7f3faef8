//! What belongs to a person, and the search of the palette.

use std::sync::Arc;

use kapelle_model::permit::{Actor, Namespaces, Permit};
use serde_json::{Value as Json, json};

use super::stage::{Got, Stage};
use crate::gate::{Admission, Asked, Gate, Refusal};

/// Lets people in by the name that they say. `ben` sees only the namespace `team`.
struct ByName;

impl Gate for ByName {
    fn admit<'g>(&'g self, asked: &'g Asked<'g>) -> Admission<'g> {
        let name = asked.headers.get("x-name").and_then(|name| name.to_str().ok());
        let permit = name.map(|name| {
            let namespaces = match name {
                "ben" => Namespaces::Under([Arc::from("team")].into()),
                _ => Namespaces::All,
            };
            Permit::new(asked.tenant.into(), namespaces, Actor::Named(name.into()))
        });
        Box::pin(std::future::ready(permit.ok_or(Refusal::Unknown)))
    }
}

fn staged() -> Stage {
    Stage::start_with(|_| Arc::new(ByName))
}

fn ask(stage: &Stage, name: &str, method: &str, path: &str, body: &Json) -> Got {
    let headers = [("x-name", name), ("content-type", "application/json")];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    stage.send(method, &format!("/api/v1/main/{path}"), &headers, &body)
}

fn get(stage: &Stage, name: &str, path: &str) -> Json {
    ask(stage, name, "GET", path, &Json::Null).json()
}

fn save(stage: &Stage, namespace: &str, id: &str) {
    let source = format!(
        "id: {id}\nnamespace: {namespace}\ntasks:\n- {{id: p, type: io.kestra.plugin.core.flow.Pause}}\n"
    );
    let headers = [("x-name", "ann"), ("content-type", "application/x-yaml")];
    assert_eq!(stage.send("POST", "/api/v1/main/flows", &headers, &source).status, 200);
}

fn view(name: &str, shared: bool, default: bool) -> Json {
    json!({"name": name, "page": "executions", "address": "/ui/main/executions?state=FAILED", "shared": shared, "default": default})
}

fn names(found: &Json) -> Vec<&str> {
    found["results"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect()
}

#[test]
fn views_are_private_unless_they_are_shared() {
    let stage = staged();
    let mine = ask(&stage, "ann", "POST", "views", &view("mine", false, false)).json();
    let ours = ask(&stage, "ann", "POST", "views", &view("ours", true, true)).json();
    assert_eq!(names(&get(&stage, "ann", "views")), ["mine", "ours"]);
    let seen = get(&stage, "ben", "views?page=executions");
    assert_eq!((names(&seen), &seen["results"][0]["default"]), (vec!["ours"], &json!(false)));
    assert_eq!(names(&get(&stage, "ben", "views?page=flows")), [""; 0]);
    let path = |view: &Json| format!("views/{}", view["id"].as_str().unwrap());
    let by = |name: &str, method: &str, of: &Json| {
        ask(&stage, name, method, &path(of), &view("new", true, false)).status
    };
    assert_eq!((by("ben", "GET", &mine), by("ben", "GET", &ours)), (404, 200));
    assert_eq!(
        (by("ben", "PUT", &mine), by("ben", "PUT", &ours), by("ben", "DELETE", &ours)),
        (404, 403, 403)
    );
    assert_eq!((by("ann", "PUT", &mine), by("ann", "DELETE", &ours)), (200, 204));
    assert_eq!(names(&get(&stage, "ben", "views")), ["new"]);
}

#[test]
fn a_page_has_one_default_of_each_person() {
    let stage = staged();
    for (person, name) in [("ann", "one"), ("ann", "two"), ("ben", "three")] {
        assert_eq!(ask(&stage, person, "POST", "views", &view(name, false, true)).status, 200);
    }
    let all = get(&stage, "ann", "views");
    let defaults: Vec<bool> =
        all["results"].as_array().unwrap().iter().map(|view| view["default"] == true).collect();
    assert_eq!(defaults, [false, true]);
    assert_eq!(get(&stage, "ben", "views")["results"][0]["default"], true);
}

#[test]
fn an_address_leads_nowhere_else() {
    let stage = staged();
    for address in ["", "https://evil.example.org", "//evil.example.org", "javascript:alert(1)", "/\\evil"] {
        let bookmark = json!({"name": "x", "address": address});
        assert_eq!(ask(&stage, "ann", "POST", "bookmarks", &bookmark).status, 422, "{address}");
        let view = json!({"name": "x", "page": "flows", "address": address});
        assert_eq!(ask(&stage, "ann", "POST", "views", &view).status, 422, "{address}");
    }
}

#[test]
fn bookmarks_belong_to_one_person() {
    let stage = staged();
    let page = |name: &str| json!({"name": name, "address": format!("/ui/main/{name}")});
    let made = ask(&stage, "ann", "POST", "bookmarks", &page("flows")).json();
    assert_eq!(ask(&stage, "ann", "POST", "bookmarks", &page("flows")).json(), made, "it is there once");
    assert_eq!(ask(&stage, "ann", "POST", "bookmarks", &page("logs")).status, 200);
    assert_eq!(names(&get(&stage, "ann", "bookmarks")), ["flows", "logs"]);
    assert_eq!(names(&get(&stage, "ben", "bookmarks")), [""; 0]);
    let path = format!("bookmarks/{}", made["id"].as_str().unwrap());
    assert_eq!(ask(&stage, "ben", "DELETE", &path, &Json::Null).status, 404);
    assert_eq!(ask(&stage, "ann", "PUT", &path, &page("kv")).status, 200);
    assert_eq!(names(&get(&stage, "ann", "bookmarks")), ["kv", "logs"]);
    assert_eq!(ask(&stage, "ann", "DELETE", &path, &Json::Null).status, 204);
    assert_eq!(names(&get(&stage, "ann", "bookmarks")), ["logs"]);
}

#[test]
fn everybody_is_told_who_they_are_and_what_they_may() {
    let stage = staged();
    let ben = get(&stage, "ben", "me");
    assert_eq!(
        (&ben["name"], &ben["namespaces"], &ben["settings"]),
        (&json!("ben"), &json!(["team"]), &json!({}))
    );
    assert!(ben["rights"].as_array().unwrap().contains(&json!("FLOW:VIEW")), "{ben}");
    assert_eq!(get(&stage, "ann", "me")["namespaces"], Json::Null);
    let settings = json!({"theme": "dark", "columns": {"flows": ["id"]}});
    assert_eq!(ask(&stage, "ben", "PUT", "me/settings", &settings).json(), settings);
    assert_eq!(get(&stage, "ben", "me")["settings"], settings);
    assert_eq!(get(&stage, "ann", "me")["settings"], json!({}));
    assert_eq!(ask(&stage, "ben", "PUT", "me/settings", &json!([1])).status, 422);
    assert_eq!(ask(&stage, "ben", "PUT", "me/settings", &json!({"x": "y".repeat(70_000)})).status, 413);
    assert_eq!(stage.send("GET", "/api/v1/main/me", &[], "").status, 401);
}

#[test]
fn drafts_of_two_people_are_two() {
    let stage = staged();
    let path = "flows/team/hello/draft";
    for name in ["ann", "ben"] {
        let draft = json!({"source": format!("of {name}")});
        assert_eq!(ask(&stage, name, "PUT", path, &draft).status, 200);
    }
    assert_eq!(get(&stage, "ann", path)["source"], "of ann");
    assert_eq!(get(&stage, "ben", path)["source"], "of ben");
    assert_eq!(ask(&stage, "ben", "GET", "flows/other/hello/draft", &Json::Null).status, 403);
}

fn found(stage: &Stage, name: &str, typed: &str) -> Vec<(String, String)> {
    let found = get(stage, name, &format!("search?q={typed}"));
    let text = |row: &Json, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let rows = found["results"].as_array().unwrap();
    rows.iter().map(|row| (text(row, "kind"), text(row, "id"))).collect()
}

#[test]
fn the_palette_finds_what_somebody_may_see() {
    let stage = staged();
    for (namespace, id) in [("team", "daily-import"), ("team.deep", "export"), ("other", "import-secret")] {
        save(&stage, namespace, id);
    }
    let pair = |kind: &str, id: &str| (kind.to_owned(), id.to_owned());
    assert_eq!(
        found(&stage, "ann", "import")[..2],
        [pair("flow", "import-secret"), pair("flow", "daily-import")]
    );
    assert_eq!(found(&stage, "ben", "import")[0], pair("flow", "daily-import"));
    assert!(found(&stage, "ben", "import").iter().all(|(_, id)| id != "import-secret"));
    assert!(found(&stage, "ben", "other").iter().all(|(_, id)| id != "other"));
    assert_eq!(found(&stage, "ann", "dlyimp")[0], pair("flow", "daily-import"));
    assert_eq!(found(&stage, "ann", "imoprt")[0].0, "flow");
    assert!(found(&stage, "ann", "deep").contains(&pair("namespace", "team.deep")));
    assert!(
        found(&stage, "ann", "http+request").contains(&pair("plugin", "io.kestra.plugin.core.http.Request"))
    );
    assert_eq!(found(&stage, "ann", ""), []);
    assert_eq!(get(&stage, "ann", "search?q=import&limit=1")["results"].as_array().unwrap().len(), 1);
    for query in ["q=a&limit=0", "q=a&limit=101"] {
        assert_eq!(ask(&stage, "ann", "GET", &format!("search?{query}"), &Json::Null).status, 422, "{query}");
    }
}

#[test]
fn an_execution_is_found_by_the_beginning_of_its_id() {
    let stage = staged();
    save(&stage, "other", "hello");
    let made = ask(&stage, "ann", "POST", "executions/other/hello", &Json::Null).json();
    let id = made["id"].as_str().unwrap().to_owned();
    for length in [6, 12, 22] {
        assert!(
            found(&stage, "ann", &id[..length]).contains(&("execution".to_owned(), id.clone())),
            "{length}"
        );
        assert!(!found(&stage, "ben", &id[..length]).iter().any(|(kind, _)| kind == "execution"), "{length}");
    }
    assert!(!found(&stage, "ann", &id[..5]).iter().any(|(kind, _)| kind == "execution"));
}

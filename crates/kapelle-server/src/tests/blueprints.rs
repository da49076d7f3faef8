//! Flows to begin with, over HTTP.

use super::stage::Stage;

#[test]
fn what_is_offered_can_be_saved_as_it_is() {
    let stage = Stage::start();
    let found = stage.get("/api/v1/main/blueprints/community/flow?size=100").json();
    let all = found["results"].as_array().unwrap();
    assert!(all.len() >= 12 && found["total"] == all.len());
    for blueprint in all {
        let id = blueprint["id"].as_str().unwrap();
        let source = stage.get(&format!("/api/v1/main/blueprints/community/FLOW/{id}/source"));
        let saved = stage.ask("POST", "/api/v1/main/flows", "application/x-yaml", &source.text());
        assert_eq!(saved.status, 200, "{id}: {}", saved.text());
        let graph = stage.get(&format!("/api/v1/main/blueprints/community/flow/{id}/graph")).json();
        assert!(graph["nodes"].as_array().unwrap().len() > 2, "{id}");
    }
}

#[test]
fn all_generations_of_addresses_are_answered() {
    let stage = Stage::start();
    for (path, status) in [
        ("flows?q=webhook", 200),
        ("flow?tags=Triggers&sort=title:desc", 200),
        ("flow?sort=nothing:asc", 422),
        ("dashboard", 200),
        ("flow/tags", 200),
        ("tags", 200),
        ("hello", 200),
        ("hello/flow", 200),
        ("hello/graph", 200),
        ("flow/hello", 200),
        ("flow/none", 404),
        ("none", 404),
    ] {
        let got = stage.get(&format!("/api/v1/main/blueprints/community/{path}"));
        assert_eq!(got.status, status, "{path}: {}", got.text());
    }
    let found = stage.get("/api/v1/main/blueprints/community/flow?tags=Triggers").json();
    assert_eq!(found["total"], 3);
}

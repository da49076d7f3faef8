//! Keys over HTTP.

use serde_json::{Value as Json, json};

use super::stage::Stage;

const TEXT: &str = "text/plain";

fn set(stage: &Stage, namespace: &str, key: &str, value: &str) {
    let path = format!("/api/v1/main/namespaces/{namespace}/kv/{key}");
    let got = stage.ask("PUT", &path, TEXT, value);
    assert_eq!((got.status, got.text()), (200, String::new()), "{key}");
}

fn names(rows: &Json) -> Vec<String> {
    rows.as_array().unwrap().iter().map(|row| row["key"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn values_come_back_with_their_types_and_go_away() {
    let stage = Stage::start();
    set(&stage, "team", "span", "PT90M");
    set(&stage, "team", "count", "1");
    set(&stage, "team", "count", "2");
    let path = "/api/v1/namespaces/team/kv/count";
    let count = stage.get(path).json();
    assert_eq!(
        (&count["type"], &count["value"], &count["revision"]),
        (&json!("NUMBER"), &json!(2), &json!(2))
    );
    let span = stage.get("/api/v1/main/namespaces/team/kv/span").json();
    assert_eq!((&span["type"], &span["value"]), (&json!("DURATION"), &json!("PT1H30M")));
    assert_eq!(stage.ask("DELETE", path, TEXT, "").text(), "true");
    assert_eq!(stage.ask("DELETE", path, TEXT, "").text(), "false");
    let missing = stage.get(path);
    assert_eq!(missing.status, 404);
    assert!(missing.text().contains("Not Found: No value found for key 'count' in namespace 'team'"));
    for (method, key) in [("GET", "bad$key"), ("PUT", "-k"), ("DELETE", "a%20b")] {
        let got = stage.ask(method, &format!("/api/v1/main/namespaces/team/kv/{key}"), TEXT, "");
        assert_eq!(got.status, 422, "{method} {key}: {}", got.text());
    }
}

#[test]
fn lists_go_up_the_namespaces_and_are_filtered_and_sorted() {
    let stage = Stage::start();
    for (namespace, key) in [("a", "top"), ("a", "both"), ("a.b", "both"), ("a.b", "own"), ("c", "other")] {
        set(&stage, namespace, key, "x");
    }
    assert_eq!(names(&stage.get("/api/v1/main/namespaces/a.b/kv").json()), ["both", "own"]);
    let inherited = stage.get("/api/v1/main/namespaces/a.b/kv/inheritance").json();
    assert_eq!(
        (names(&inherited), &inherited[0]["namespace"]),
        (vec!["both".into(), "own".into(), "top".into()], &json!("a.b"))
    );
    for (query, found) in [
        ("filters[namespace][PREFIX]=a&sort=key:desc", "top own both both"),
        ("filters[namespace][EQUALS]=a&filters[q][EQUALS]=TO", "top"),
        ("namespace=c", "other"),
        ("sort=key:asc&size=2&page=2", "other own"),
    ] {
        let page = stage.get(&format!("/api/v1/main/kv?{query}")).json();
        assert_eq!(names(&page["results"]).join(" "), found, "{query}");
    }
    assert_eq!(stage.get("/api/v1/main/kv?filters[state][EQUALS]=x").status, 400);
    assert_eq!(stage.get("/api/v1/main/kv?sort=nope:asc").status, 422);
    let removed = stage.ask(
        "DELETE",
        "/api/v1/main/namespaces/a/kv",
        "application/json",
        r#"{"keys": ["top", "gone"]}"#,
    );
    assert_eq!(removed.json(), json!({"keys": ["top"]}));
}

#[test]
fn a_key_may_expire() {
    let stage = Stage::start();
    let path = "/api/v1/main/namespaces/team/kv/k";
    let headers = |ttl| {
        [
            ("authorization", super::stage::LOGIN),
            ("content-type", TEXT),
            ("ttl", ttl),
            ("description", "mine"),
        ]
    };
    assert_eq!(stage.send("PUT", path, &headers("PT0.001S"), "1").status, 200);
    std::thread::sleep(std::time::Duration::from_millis(5));
    assert_eq!(stage.get(path).status, 410);
    assert_eq!(names(&stage.get("/api/v1/main/namespaces/team/kv").json()), [""; 0]);
    assert_eq!(stage.send("PUT", path, &headers("PT5M"), "1").status, 200);
    let row = &stage.get("/api/v1/main/namespaces/team/kv").json()[0];
    assert!(row["expirationDate"].is_string() && row["description"] == "mine", "{row}");
    for ttl in ["soon", "-PT1S", "PT0S"] {
        assert_eq!(stage.send("PUT", path, &headers(ttl), "1").status, 422, "{ttl}");
    }
}

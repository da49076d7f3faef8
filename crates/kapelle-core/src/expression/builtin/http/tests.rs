use std::sync::{Arc, Mutex};

use super::super::testing::World;
use super::*;

const SETUP: &str = r#"{"http": [
    {"path": "/a", "content_type": "application/json; charset=utf-8", "body": "{\"name\": \"x\"}"},
    {"path": "/q?limit=2&a=x+y%26&b=1&b=2", "body": "plain"},
    {"path": "/q?z=1&limit=2", "body": "more"},
    {"path": "/y", "content_type": "application/x-yaml", "body": "with:\n- yaml\n"},
    {"path": "/broken", "content_type": "application/json", "body": "{"},
    {"path": "/nothing", "content_type": "application/json", "status": 204},
    {"path": "/missing", "status": 404, "body": "no such\nthing"},
    {"method": "POST", "path": "/p", "expect_json_body": {"todo": "New"},
     "expect_headers": {"Content-Type": ["application/json"], "Accept": ["application/json"], "m": ["1", "2"]},
     "content_type": "text/plain", "body": "ok"},
    {"path": "/b", "expect_headers": {"authorization": ["Basic bXlVc2VyOm15UGFzc3dvcmQ="]}, "body": "in"},
    {"path": "/t", "expect_headers": {"authorization": ["Bearer tok"]}, "body": "in"}
]}"#;

fn world() -> World {
    World::new(SETUP, "{}")
}

#[test]
fn answers_are_decoded() {
    let at = |rest: &str| format!(r#"{{"uri": "http://test.invalid{rest}}}"#);
    world().check(&[
        ("http", &at(r#"/a""#), r#"{"name":"x"}"#),
        ("http", &at(r#"/a#part""#), r#"{"name":"x"}"#),
        ("http", &at(r#"/q", "query": {"limit": 2, "a": "x y&", "none": null, "b": [1, 2]}"#), "plain"),
        ("http", &at(r#"/q?z=1#x", "query": {"limit": 2}"#), "more"),
        ("http", &at(r#"/y""#), r#"{"with":["yaml"]}"#),
        ("http", &at(r#"/nothing""#), ""),
        ("http", &at(r#"/broken""#), "invalid_input: the answer to GET http://test.invalid/broken cannot be read: …"),
        (
            "http",
            &at(r#"/missing""#),
            "io: Failed to execute HTTP Request, server respond with status 404 to GET http://test.invalid/missing",
        ),
        ("http", &at(r#"/p", "method": "post", "body": {"todo": "New"}, "headers": {"m": [1, 2], "content-type": "x"}"#), "ok"),
        ("http", &at(r#"/p", "method": "POST", "body": "{\"todo\":\"New\"}", "headers": {"m": ["1", "2"]}"#), "ok"),
        ("http", &at(r#"/p", "method": "POST", "body": {"todo": 1}, "headers": {"m": ["1", "2"]}"#), "io: the body …"),
        ("http", &at(r#"/p", "method": "POST""#), "io: the header 'Content-Type' of the request has to be …"),
        ("http", &at(r#"/b", "options": {"basicAuthUser": "myUser", "basicAuthPassword": "myPassword"}"#), "in"),
        (
            "http",
            &at(r#"/b", "options": {"auth": {"type": "BASIC", "username": "myUser", "password": "myPassword"}}"#),
            "in",
        ),
        ("http", &at(r#"/t", "options": {"auth": {"type": "BEARER", "token": "tok"}}"#), "in"),
        ("http", &at(r#"/t", "headers": {"Authorization": "Bearer tok"}, "options": {"basicAuthUser": "x"}"#), "in"),
    ]);
}

#[test]
fn what_is_no_request_is_not_sent() {
    let with = |rest: &str| format!(r#"{{"uri": "http://test.invalid/a", {rest}}}"#);
    world().check(&[
        ("http", "[]", "argument: The 'http' function expects an argument 'uri'."),
        ("http", "[5]", "argument: …"),
        ("http", r#"["/a"]"#, "argument: …"),
        ("http", r#"["file:///etc/passwd"]"#, "argument: …"),
        ("http", r#"["http://x/a b"]"#, "argument: …"),
        ("http", r#"["http://x/a\nb"]"#, "argument: …"),
        ("http", &with(r#""method": "GET /""#), "argument: …"),
        ("http", &with(r#""query": "a=b""#), "argument: …"),
        ("http", &with(r#""headers": {"a b": "c"}"#), "argument: …"),
        ("http", &with(r#""headers": {"a": "c\r\nHost: x"}"#), "argument: …"),
        ("http", &with(r#""accept": "c\r\nHost: x""#), "argument: …"),
        ("http", &with(r#""options": "x""#), "argument: …"),
        ("http", &with(r#""options": {"auth": {"type": "DIGEST"}}"#), "argument: …"),
        ("http", r#"["http://test.invalid/none"]"#, "io: there is no answer to GET http://test.invalid/none"),
    ]);
}

#[test]
fn a_yaml_body_is_written() {
    let seen = Arc::new(Mutex::new(String::new()));
    let mut world = World::new("{}", "{}");
    let sent = Arc::clone(&seen);
    world.services = world.services.answering(Box::new(move |request| {
        *sent.lock().unwrap() = request.body.as_ref().unwrap().expose().to_owned();
        Ok(Response { status: 200, content_type: None, body: b"\xff".to_vec() })
    }));
    let arguments = r#"{"uri": "https://x", "body": {"a": [1]}, "contentType": "application/yaml"}"#;
    assert_eq!(world.show("http", arguments), "\u{fffd}");
    assert_eq!(*seen.lock().unwrap(), "a:\n - 1\n");
}

#[test]
fn secrets_stay_secret_on_their_way() {
    let mut world = world();
    let call = |world: &World, uri: &str| {
        let key = Value::from("k&y").into_secret();
        let query = kapelle_model::Map::from_iter([("key".into(), key), ("limit".into(), Value::Int(2))]);
        let arguments = vec![Value::from(uri), Value::Null, Value::Map(Arc::new(query))];
        world.call("http", &Value::List(Arc::new(arguments)))
    };
    let error = call(&world, "http://test.invalid/missing").unwrap_err();
    assert_eq!(error.message, "there is no answer to GET http://test.invalid/missing?key=******&limit=2");
    world.services = world.services.answering(Box::new(|request| {
        assert_eq!(request.uri.expose(), "http://x/?key=k%26y&limit=2");
        Ok(Response { status: 200, content_type: None, body: b"k&y".to_vec() })
    }));
    assert_eq!(call(&world, "http://x/").unwrap(), Value::from("k&y").into_secret());
    world.services = world
        .services
        .answering(Box::new(|_| Ok(Response { status: 403, content_type: None, body: b"k&y".to_vec() })));
    let error = format!("{:?}", call(&world, "http://x/").unwrap_err());
    assert!(error.contains("status 403 to GET http://x/?key=******&limit=2"), "{error}");
    assert!(!error.contains("k&y"), "{error}");
}

//! Files of namespaces over HTTP.

use serde_json::{Value as Json, json};

use super::stage::{Got, LOGIN, Stage};
use crate::zip;

const BASE: &str = "/api/v1/main/namespaces/team/files";

fn upload(stage: &Stage, path: &str, filename: &str, content: &[u8]) -> Got {
    let head = format!(
        "--x\r\nContent-Disposition: form-data; name=\"fileContent\"; filename=\"{filename}\"\r\n\r\n"
    );
    let mut body = head.into_bytes();
    body.extend(content);
    body.extend(b"\r\n--x--\r\n");
    let headers = [("authorization", LOGIN), ("content-type", "multipart/form-data; boundary=x")];
    stage.send_bytes("POST", &format!("{BASE}?path={path}"), &headers, body)
}

fn put(stage: &Stage, path: &str, content: &str) {
    let got = upload(stage, path, "f.txt", content.as_bytes());
    assert_eq!((got.status, got.text()), (200, String::new()), "{path}");
}

fn ask(stage: &Stage, method: &str, rest: &str) -> u16 {
    stage.ask(method, &format!("{BASE}{rest}"), "text/plain", "").status
}

fn names(rows: &Json) -> Vec<String> {
    let name =
        |row: &Json| format!("{} {}", row["fileName"].as_str().unwrap(), row["type"].as_str().unwrap());
    rows.as_array().unwrap().iter().map(name).collect()
}

#[test]
fn files_have_versions_and_live_in_folders() {
    let stage = Stage::start();
    put(&stage, "/a/conf.txt", "one");
    put(&stage, "a/conf.txt", "two");
    put(&stage, "/top%20file.txt", "three");
    let read = |rest: &str| stage.get(&format!("{BASE}{rest}"));
    assert_eq!(read("?path=/a/conf.txt").text(), "two");
    assert_eq!(read("?path=/a/conf.txt&revision=1").text(), "one");
    assert_eq!(read("/revisions?path=/a/conf.txt").json(), json!([{"revision": 1}, {"revision": 2}]));
    assert_eq!(names(&read("/directory").json()), ["a Directory", "top file.txt File"]);
    assert_eq!(names(&read("/directory?path=/a/").json()), ["conf.txt File"]);
    assert_eq!(
        (&read("/stats?path=/a").json()["type"], &read("/stats?path=/a/conf.txt").json()["size"]),
        (&json!("Directory"), &json!(3))
    );
    assert_eq!(read("/search?q=conf").json(), json!(["/a/conf.txt"]));
    for missing in ["?path=/none", "/stats?path=/none", "/directory?path=/none", "/revisions?path=/none"] {
        assert_eq!(read(missing).status, 404, "{missing}");
    }
    for odd in ["?path=/../x", "?path=a//b", "?path=_flows/x.yml", "?path=/"] {
        assert_eq!(read(odd).status, 422, "{odd}");
        assert_eq!(upload(&stage, &odd[6..], "f", b"x").status, 422, "{odd}");
    }
}

#[test]
fn folders_are_made_moved_and_deleted_with_what_is_in_them() {
    let stage = Stage::start();
    assert_eq!(ask(&stage, "POST", "/directory?path=/empty"), 200);
    put(&stage, "/a/b/one.txt", "1");
    put(&stage, "/a/two.txt", "2");
    assert_eq!(ask(&stage, "PUT", "?from=/a&to=/c/d"), 200);
    assert_eq!(stage.get(&format!("{BASE}?path=/c/d/b/one.txt")).text(), "1");
    assert_eq!(ask(&stage, "GET", "/stats?path=/a"), 404);
    assert_eq!(ask(&stage, "PUT", "?from=/c&to=/c/inner"), 422);
    assert_eq!(ask(&stage, "PUT", "?from=/none&to=/x"), 404);
    assert_eq!(ask(&stage, "DELETE", "?path=/c/d/b/one.txt"), 200);
    assert_eq!(
        (ask(&stage, "GET", "/stats?path=/c/d/b"), ask(&stage, "GET", "/stats?path=/c/d")),
        (404, 200)
    );
    assert_eq!((ask(&stage, "DELETE", "?path=/c"), ask(&stage, "DELETE", "?path=/c")), (200, 200));
    assert_eq!(names(&stage.get(&format!("{BASE}/directory")).json()), ["empty Directory"]);
}

#[test]
fn an_archive_brings_files_and_flows_and_comes_out_again() {
    let stage = Stage::start();
    let flow =
        "id: f\nnamespace: elsewhere\ntasks:\n- {id: l, type: io.kestra.plugin.core.log.Log, message: x}\n";
    let entries = [("data/a.txt", "A"), ("_flows/f.yml", flow)];
    let entries = entries.map(|(name, content)| (name.to_owned(), content.as_bytes()));
    let packed = zip::pack(entries.into_iter());
    assert_eq!(upload(&stage, "/in", "all.zip", &packed).text(), "");
    assert_eq!(stage.get("/api/v1/main/flows/team/f").status, 200);
    let exported = zip::unpack(&stage.get(&format!("{BASE}/export")).body).unwrap();
    let names: Vec<&str> = exported.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["in/data/a.txt", "_flows/f.yml"]);
    let evil = zip::pack([("../x".to_owned(), &b"x"[..])].into_iter());
    assert_eq!(upload(&stage, "/", "evil.zip", &evil).status, 422);
}

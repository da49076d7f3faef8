use std::fs;

use kapelle_core::expression::plain;
use kapelle_model::{Map, Value};
use kapelle_plugin::stage::Stage;
use kapelle_plugin::{Broken, Metric};

use super::delete_files::DeleteFiles;
use super::download_files::DownloadFiles;
use super::purge_files::PurgeFiles;
use super::upload_files::UploadFiles;

fn told(outcome: Result<Map, Broken>) -> String {
    match outcome {
        Ok(given) => {
            let given = Value::Map(given.into());
            plain::to_json(&given, &jiff::tz::TimeZone::UTC, true, 1 << 20).unwrap().expose().to_owned()
        }
        Err(broken) => format!("failed: {}", broken.failure),
    }
}

/// A stage with files in the storage, in the directory and in the namespace `n`.
fn stage() -> Stage {
    let stage = Stage::new();
    stage.put_file("a.txt", b"stored");
    let directory = stage.context().host.directory().unwrap();
    fs::create_dir_all(directory.join("lib")).unwrap();
    fs::write(directory.join("lib/b.py"), "from the directory").unwrap();
    fs::write(directory.join("c.py"), "c").unwrap();
    stage.memory().put_file("n", "data/x.csv", b"x");
    stage.memory().put_file("n", "data/y.txt", b"y");
    stage.memory().put_file("n", "z.csv", b"z");
    stage
}

#[tokio::test]
async fn files_are_put_where_they_belong() {
    for (written, expected) in [
        ("files: ['lib/*.py']", r#"{"files":{"/lib/b.py":"nsfile://n/lib/b.py"}}"#),
        (
            "files: ['*.py', 'kestra:///t/a.txt'], destination: /in/",
            r#"{"files":{"/in/a.txt":"nsfile://n/in/a.txt","/in/c.py":"nsfile://n/in/c.py"}}"#,
        ),
        (
            "filesMap: {/q/r.txt: 'kestra:///t/a.txt', no: null}",
            r#"{"files":{"/q/r.txt":"nsfile://n/q/r.txt"}}"#,
        ),
        (
            "filesMap: '{\"r.txt\": \"kestra:///t/a.txt\"}', destination: d",
            r#"{"files":{"/d/r.txt":"nsfile://n/d/r.txt"}}"#,
        ),
        ("filesMap: {z.csv: 'kestra:///t/a.txt'}, conflict: SKIP", r#"{"files":{}}"#),
        (
            "filesMap: {z.csv: 'kestra:///t/a.txt'}, conflict: ERROR",
            "failed: the file `z.csv` is in the namespace `n` already: delete it, or choose another `conflict`",
        ),
        ("filesMap: {a: text}", "failed: Invalid internal storage scheme, got uri 'text'"),
        (
            "filesMap: {../a: 'kestra:///t/a.txt'}",
            "failed: the path `/../a` leads out of the directory: write it without `..`",
        ),
        ("destination: d", "failed: files or filesMap is required"),
    ] {
        let outcome = stage().run::<UploadFiles>(&format!("{{namespace: n, {written}}}")).await;
        assert_eq!(told(outcome), expected, "{written}");
    }
    let stage = stage();
    stage.run::<UploadFiles>("{namespace: n, filesMap: {z.csv: 'kestra:///t/a.txt'}}").await.unwrap();
    assert_eq!(stage.memory().file("n", "z.csv").unwrap(), b"stored");
}

#[tokio::test]
async fn files_are_copied_into_the_storage() {
    for (written, expected) in [
        ("files: z.csv", r#"{"files":{"/z.csv":"kestra:///t/z.csv"}}"#),
        (
            "files: '**.csv', destination: in",
            r#"{"files":{"/data/x.csv":"kestra:///t/in/data/x.csv","/z.csv":"kestra:///t/in/z.csv"}}"#,
        ),
        ("files: ['{{ \"data\" }}/*.txt']", r#"{"files":{"/data/y.txt":"kestra:///t/data/y.txt"}}"#),
        ("files: '[\"/z.*\"]'", r#"{"files":{"/z.csv":"kestra:///t/z.csv"}}"#),
        ("files: none", r#"{"files":{}}"#),
    ] {
        let outcome = stage().run::<DownloadFiles>(&format!("{{namespace: n, {written}}}")).await;
        assert_eq!(told(outcome), expected, "{written}");
    }
    let stage = stage();
    stage.run::<DownloadFiles>("{namespace: n, files: '**'}").await.unwrap();
    assert_eq!(stage.content("kestra:///t/data/x.csv"), "x");
    assert_eq!(stage.metrics(), [Metric::counter("downloaded", 3.0)]);
}

#[tokio::test]
async fn files_are_deleted_by_patterns() {
    let stage = stage();
    let outcome = stage.run::<DeleteFiles>("{namespace: n, files: [data/], deleteParentFolder: true}").await;
    assert_eq!(
        told(outcome),
        r#"{"files":{"/data/x.csv":"nsfile://n/data/x.csv","/data/y.txt":"nsfile://n/data/y.txt"}}"#
    );
    assert_eq!(stage.memory().file("n", "data/x.csv"), None);
    assert!(stage.memory().file("n", "z.csv").is_some());
    assert_eq!(stage.metrics(), [Metric::counter("deleted", 2.0)]);
}

#[tokio::test]
async fn old_versions_are_deleted() {
    for (written, size, rest) in [
        ("{}", 3, Some("3")),
        ("{behavior: {type: version, keepAmount: 2}}", 1, Some("3")),
        ("{behavior: {type: version}}", 8, None),
        ("{behavior: {type: version, before: '2030-01-01T00:00:00Z'}}", 3, Some("3")),
        ("{filePattern: '*.csv', behavior: {type: version}}", 4, None),
        ("{filePattern: '*.txt'}", 0, Some("3")),
        ("{namespaces: [n]}", 3, Some("3")),
        ("{namespaces: [n], includeChildNamespaces: false}", 2, Some("3")),
        ("{namespacePattern: 'n.*'}", 1, Some("3")),
    ] {
        let stage = stage();
        stage.memory().put_file("n", "z.csv", b"2");
        stage.memory().put_file("n", "z.csv", b"3");
        stage.memory().put_file("n.sub", "w", b"1");
        stage.memory().put_file("n.sub", "w", b"2");
        stage.memory().put_file("o", "w", b"1");
        assert_eq!(told(stage.run::<PurgeFiles>(written).await), format!("{{\"size\":{size}}}"), "{written}");
        let left = stage.memory().file("n", "z.csv").map(|content| String::from_utf8(content).unwrap());
        assert_eq!(left.as_deref(), rest, "{written}");
    }
    let keys = stage().run::<PurgeFiles>("{behavior: {type: key}}").await;
    assert_eq!(told(keys), "failed: files have no keys: write `type: version`");
}

use std::fs;

use kapelle_model::Value;
use kapelle_plugin::files::ALLOWED_PATHS;

use crate::tests::{Database, run, text};
use kapelle_plugin::stage::Stage;

#[tokio::test]
async fn cells_are_what_they_are_declared_to_be() {
    let database = Database::sqlite();
    database
        .prepare(
            "create table t (i integer, r real, s text, b blob, d date, tm time, dt datetime, ts timestamp, n numeric, odd date);\n\
             insert into t values (9007199254740993, 1.5, 'ä', x'00ff', '2024-02-29', '12:30:00', '2024-02-29 12:30:00', '2024-02-29T12:30:00Z', null, 'soon')",
        )
        .await;
    let outputs = database
        .run("Query", "timeZoneId: Europe/Berlin\nfetchType: STORE\nsql: select * from t")
        .await
        .unwrap();
    assert_eq!(
        database.stage.content(&text(&outputs, "uri")),
        "{i:9007199254740993,r:1.5e0,s:\"ä\",b:{{AP8=}},d:2024-02-29,tm:LocalTime::\"12:30\",dt:2024-02-29T11:30:00.000Z,ts:2024-02-29T12:30:00.000Z,n:null,odd:\"soon\"}\n"
    );
    let outputs = database
        .run("Query", "timeZoneId: Europe/Berlin\nfetchType: FETCH_ONE\nsql: select dt, ts from t")
        .await;
    let expected = r#"{"dt":"2024-02-29T11:30:00Z","ts":"2024-02-29T12:30:00Z"}"#;
    assert_eq!(crate::tests::json(outputs.unwrap().get("row").unwrap()), expected);
}

#[tokio::test]
async fn moments_may_be_numbers() {
    let database = Database::sqlite();
    database.prepare("create table t (dt datetime, d date, i integer)").await;
    for (number, ion) in [
        ("1698706797000", "2023-10-30T22:59:57.000Z"),
        ("-1", "1969-12-31T23:59:59.999Z"),
        // A Julian day.
        ("2440587.75", "1970-01-01T06:00:00.000Z"),
        ("9223372036854775807", "9223372036854775807"),
        ("1e300", "1.0e300"),
    ] {
        database.prepare(&format!("delete from t; insert into t values ({number}, 1, 1)")).await;
        let outputs = database.run("Query", "fetchType: STORE\nsql: select * from t").await.unwrap();
        let content = database.stage.content(&text(&outputs, "uri"));
        assert_eq!(content, format!("{{dt:{ion},d:1,i:1}}\n"), "{number}");
    }
}

#[tokio::test]
async fn a_database_in_memory_is_gone_after_the_task() {
    let stage = Stage::new();
    let name = "io.kestra.plugin.jdbc.sqlite.Queries";
    run(&stage, name, "sql: create table t (a int); insert into t values (1)").await.unwrap();
    let broken = run(&stage, name, "sql: select * from t").await.unwrap_err();
    assert!(broken.failure.to_string().contains("no such table: t"), "{}", broken.failure);
}

#[tokio::test]
async fn a_database_goes_from_task_to_task_through_the_storage() {
    let stage = Stage::new();
    let first = "outputDbFile: true\nsql: create table t (a int); insert into t values (7)";
    let outputs = run(&stage, "io.kestra.plugin.jdbc.sqlite.Queries", first).await.unwrap();
    let uri = text(&outputs, "databaseUri");
    let second =
        format!("url: jdbc:sqlite:mine.db\nsqliteFile: '{uri}'\nfetchType: FETCH_ONE\nsql: select a from t");
    let outputs = run(&stage, "io.kestra.plugin.jdbc.sqlite.Query", &second).await.unwrap();
    assert_eq!(crate::tests::json(outputs.get("row").unwrap()), r#"{"a":7}"#);
    assert!(stage.directory().join("mine.db").is_file());
}

#[tokio::test]
async fn files_that_statements_write_are_kept() {
    let stage = Stage::new();
    for (simple_name, sql, tables) in [
        ("Query", "vacuum into '{{ outputFiles[\"sub/copy.db\"] }}'", r#"{"n":0}"#),
        (
            "Queries",
            "attach '{{ outputFiles[\"sub/copy.db\"] }}' as y; create table y.t (a int)",
            r#"{"n":1}"#,
        ),
    ] {
        let name = format!("io.kestra.plugin.jdbc.sqlite.{simple_name}");
        let properties = format!("outputFiles: [sub/copy.db]\ntransaction: false\nsql: |\n  {sql}");
        let outputs = run(&stage, &name, &properties).await.unwrap();
        let Some(Value::Map(files)) = outputs.get("outputFiles") else { panic!("{outputs:?}") };
        let again = format!(
            "sqliteFile: '{}'\nfetchType: FETCH_ONE\nsql: select count(*) as n from sqlite_schema",
            text(files, "sub/copy.db")
        );
        let found = run(&stage, "io.kestra.plugin.jdbc.sqlite.Query", &again).await.unwrap();
        assert_eq!(crate::tests::json(found.get("row").unwrap()), tables);
        fs::remove_file(stage.directory().join("sub/copy.db")).unwrap();
    }
}

#[tokio::test]
async fn no_database_outside_of_what_is_open_is_reached() {
    let stage = Stage::new();
    let root = stage.directory().with_file_name("machine");
    for folder in ["open", "closed"] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    let root = root.to_str().unwrap().to_owned();
    let stage = stage.setting(ALLOWED_PATHS, &format!("{root}/open"));
    std::os::unix::fs::symlink(format!("{root}/closed/x.db"), format!("{root}/open/link.db")).unwrap();
    let query = async |url: &str, sql: &str| {
        let properties = format!("url: 'jdbc:sqlite:{url}'\nsql: \"{sql}\"");
        run(&stage, "io.kestra.plugin.jdbc.sqlite.Query", &properties)
            .await
            .map_err(|broken| broken.failure.to_string())
    };
    for closed in ["/closed/x.db", "/open/../closed/x.db", "/open/link.db"] {
        let failure = query(&format!("{root}{closed}"), "select 1").await.unwrap_err();
        assert!(failure.contains("is not open to flows") && failure.contains(ALLOWED_PATHS), "{failure}");
    }
    query("../x.db", "select 1").await.unwrap_err();
    query(&format!("{root}/open/x.db"), "create table t (a int)").await.unwrap();
    for sql in [
        format!("attach '{root}/closed/x.db' as y"),
        format!("vacuum into '{root}/closed/x.db'"),
        "attach 'relative.db' as y".to_owned(),
        "pragma temp_store_directory = '/tmp'".to_owned(),
        "select load_extension('x')".to_owned(),
    ] {
        let failure = query("", &sql).await.unwrap_err();
        assert!(failure.contains("authoriz"), "{sql}: {failure}");
    }
    query("", &format!("attach '{root}/open/x.db' as y")).await.unwrap();
    query("", "vacuum").await.unwrap();
    assert_eq!(fs::read_dir(format!("{root}/closed")).unwrap().count(), 0);
}

use std::fs;

use kapelle_model::{Map, Value};
use kapelle_plugin::Broken;
use kapelle_plugin::stage::{Stage, service};

use super::settings::{EXTENSIONS, EXTERNAL_ACCESS, FOLDERS, PROGRAM};
use crate::tests::{Database, json, run, text, told};

mod within;

const QUERY: &str = "io.kestra.plugin.jdbc.duckdb.Query";
const QUERIES: &str = "io.kestra.plugin.jdbc.duckdb.Queries";

fn stage() -> Option<Stage> {
    Database::duckdb().map(|database| database.stage)
}

async fn query(stage: &Stage, sql: &str, more: &str) -> Result<Map, Broken> {
    run(stage, QUERY, &format!("{more}\nsql: |\n  {}", sql.replace('\n', "\n  "))).await
}

async fn queries(stage: &Stage, sql: &str, more: &str) -> Result<Map, Broken> {
    run(stage, QUERIES, &format!("{more}\nsql: |\n  {}", sql.replace('\n', "\n  "))).await
}

async fn rows(stage: &Stage, sql: &str) -> String {
    match query(stage, sql, "fetchType: FETCH").await {
        Ok(outputs) => outputs.get("rows").map_or_else(|| "nothing".to_owned(), json),
        Err(broken) => broken.failure.to_string(),
    }
}

#[tokio::test]
async fn cells_keep_their_types() {
    let Some(stage) = stage() else { return };
    let sql = "select 1::tinyint i, 1.50 d, 'ä|\n''' s, '\\x00\\xFF'::blob b, date '2024-02-29' dt, time '12:30:00' tm,
          timestamp '2024-02-29 12:30:00' ts, timestamptz '2024-02-29 12:30:00+00' tz, null n, 'NULL' nn, true bo,
          170141183460469231731687303715884105727 h, 0.1::float f, 'nan'::double nan, 1e300 g, interval '1 day' iv,
          [1, null] l, {'a': 1.50, 'b c': ['x, y']} st, map {'k': date '2024-01-01'} m, '{\"a\": [1]}'::json j,
          uuid '00000000-0000-0000-0000-000000000001' u, 'a'::enum('a', 'b') e";
    let outputs = query(&stage, sql, "timeZoneId: Europe/Berlin\nfetchType: STORE").await.unwrap();
    assert_eq!(
        stage.content(&text(&outputs, "uri")),
        "{i:1,d:1.50,s:\"ä|\\n'\",b:{{AP8=}},dt:2024-02-29,tm:LocalTime::\"12:30\",ts:ZonedDateTime::\"2024-02-29T12:30:00+01:00[Europe/Berlin]\",tz:ZonedDateTime::\"2024-02-29T12:30:00Z\",n:null,nn:\"NULL\",bo:true,h:\"170141183460469231731687303715884105727\",f:0.10000000149011612e0,'nan':nan,g:1.0e300,iv:\"1 day\",l:[1,null],st:{a:1.50,'b c':[\"x, y\"]},m:{k:2024-01-01},j:{a:[1]},u:\"00000000-0000-0000-0000-000000000001\",e:\"a\"}\n"
    );
}

#[tokio::test]
async fn every_kind_of_statement_gives_what_it_has() {
    let Some(stage) = stage() else { return };
    let sql = "create table t (a int, b decimal(4,2)); insert into t values (1, 1.5);
          insert into t values (2, 2.5) returning b; update t set a = 3 where a = 2; with c as (from t) select a from c order by a;
          (select 1 as one) union all (select 2) order by one; values (true); show tables; pragma version; set threads = 1;
          select 1 as a, 2 as a; select a from t where false; explain select 1; with c as (select 9 a) insert into t select a, a from c";
    let outputs = queries(&stage, sql, "fetchType: FETCH").await.unwrap();
    let told = json(outputs.get("outputs").unwrap());
    let (before, plan) = told.split_once(r#",{"rows":[{"explain_value":""#).unwrap();
    let (rest, version) = before.split_once(r#"{"rows":[{"library_version":""#).unwrap();
    assert_eq!(
        rest,
        r#"[{"rows":[{"b":2.50}],"size":1},{"rows":[{"a":1},{"a":3}],"size":2},{"rows":[{"one":1},{"one":2}],"size":2},{"rows":[{"col0":true}],"size":1},{"rows":[{"name":"t"}],"size":1},"#
    );
    assert!(version.ends_with(r#",{"rows":[{"a":2}],"size":1},{"rows":[],"size":0}"#), "{version}");
    assert!(plan.contains("Physical Plan") && plan.ends_with(r#""size":1}]"#), "{plan}");
}

#[tokio::test]
async fn what_a_flow_sets_changes_nothing_of_how_rows_come() {
    let Some(stage) = stage() else { return };
    for setting in [
        "set enable_profiling = 'query_tree'",
        "set errors_as_json = false",
        "set enable_external_access = false",
        "set lock_configuration = true",
        "set preserve_identifier_case = false",
    ] {
        let sql = format!(
            "{setting}; select 'it''s' as a, null as b; create table t as select 1 as a; from t; from nowhere"
        );
        let failure = queries(&stage, &sql, "").await.unwrap_err().failure.to_string();
        assert!(failure.contains("Table with name nowhere does not exist"), "{setting}: {failure}");
        let outputs =
            queries(&stage, sql.strip_suffix("; from nowhere").unwrap(), "fetchType: FETCH").await.unwrap();
        assert_eq!(
            json(outputs.get("outputs").unwrap()),
            r#"[{"rows":[{"a":"it's","b":null}],"size":1},{"rows":[{"a":1}],"size":1}]"#,
            "{setting}"
        );
    }
}

#[tokio::test]
async fn parameters_keep_their_types() {
    let Some(stage) = stage() else { return };
    let sql = "select typeof(:i) i, typeof(:s) s, typeof(:f) f, typeof(:b) b, :l l, :m m, :n n, :s s2, 1 in :l as has";
    let parameters = "fetchType: FETCH\nparameters: {i: 1, s: \"it's \\\\ 1\", f: 1.5, b: true, l: [1, 2], m: {k: v}, n: null}";
    assert_eq!(
        told(query(&stage, sql, parameters).await),
        r#"{"rows":[{"i":"INTEGER","s":"VARCHAR","f":"DOUBLE","b":"BOOLEAN","l":[1,2],"m":{"k":"v"},"n":null,"s2":"it's \\ 1","has":true}],"size":1}"#
    );
}

#[tokio::test]
async fn mistakes_are_told_with_their_line() {
    let Some(stage) = stage() else { return };
    for (sql, line, words) in [
        (
            "select 'a\nb',\n  nope",
            3,
            "Referenced column \"nope\" was not found because the FROM clause is missing (Binder Error)",
        ),
        ("\n\nselec 1", 3, "syntax error at or near \"selec\" (Parser Error)"),
        ("select\n  'x'::int", 2, "Could not convert string 'x' to INT32 (Conversion Error)"),
        (
            "create table t (a int);\ninsert into t\nvalues ('x')\nreturning a",
            3,
            "Could not convert string 'x' to INT32",
        ),
        ("select error('no' || range) from range(3)", 1, "no0 (Invalid Input Error)"),
        ("select 'x", 1, "a text in quotes begins and does not end"),
        (
            "select 1;\nset errors_as_json = false;\nfrom nowhere",
            3,
            "Table with name nowhere does not exist!",
        ),
    ] {
        let failure = queries(&stage, sql, "").await.unwrap_err().failure.to_string();
        assert!(failure.starts_with(&format!("line {line} of `sql` failed: {words}")), "{failure}");
    }
}

#[tokio::test]
async fn files_go_in_and_out() {
    let Some(stage) = stage() else { return };
    let uri = stage.put_file("in.csv", b"a\n1\n2\n");
    let files = format!(
        "inputFiles: {{in.csv: '{uri}', more.csv: \"a\\n3\\n\"}}\noutputFiles: [out, '*.json']\nfetchType: FETCH"
    );
    let sql = "select a, filename from read_csv(['in.csv', '{{ workingDir }}/more.csv'], filename = true) order by a;
          copy (select 7 as x) to '{{ outputFiles.out }}' (format csv, header);
          copy (select 8 as x) to 'y.json'";
    let outputs = queries(&stage, sql, &files).await.unwrap();
    assert_eq!(
        json(outputs.get("outputs").unwrap()),
        r#"[{"rows":[{"a":1,"filename":"in.csv"},{"a":2,"filename":"in.csv"},{"a":3,"filename":"more.csv"}],"size":3}]"#
    );
    let files = "fetchType: FETCH\ninputFiles: {sub/deep.csv: \"a\\n4\\n\"}";
    let sql = "select distinct filename from read_csv_auto('**/*.csv', filename=true) order by 1";
    let found = query(&stage, sql, files).await.unwrap();
    assert_eq!(
        json(found.get("rows").unwrap()),
        r#"[{"filename":"in.csv"},{"filename":"more.csv"},{"filename":"sub/deep.csv"}]"#
    );
    let Some(Value::Map(kept)) = outputs.get("outputFiles") else { panic!("{outputs:?}") };
    assert_eq!(kept.keys().map(ToString::to_string).collect::<Vec<_>>(), ["out", "y.json"]);
    assert_eq!(stage.content(&text(kept, "out")), "x\n7\n");
}

#[tokio::test]
async fn a_database_goes_from_task_to_task_through_the_storage() {
    let Some(stage) = stage() else { return };
    let made =
        queries(&stage, "create table t (a int); insert into t values (7)", "outputDbFile: true").await;
    let uri = text(&made.unwrap(), "databaseUri");
    let more =
        format!("databaseUri: '{uri}'\nurl: jdbc:duckdb:mine.db\noutputDbFile: true\nfetchType: FETCH_ONE");
    let outputs = query(&stage, "update t set a = a + 1 returning a", &more).await.unwrap();
    assert_eq!(json(outputs.get("row").unwrap()), r#"{"a":8}"#);
    let again = format!("databaseUri: '{}'\nfetchType: FETCH_ONE", text(&outputs, "databaseUri"));
    let outputs = query(&stage, "select a from t", &again).await.unwrap();
    assert_eq!(json(outputs.get("row").unwrap()), r#"{"a":8}"#);
    let gone = rows(&stage, "from t").await;
    assert!(gone.contains("Table with name t does not exist!"), "{gone}");
}

#[tokio::test]
async fn a_database_is_wherever_the_machine_has_it() {
    let Some(stage) = stage() else { return };
    let place = stage.directory().with_file_name("elsewhere");
    fs::create_dir_all(&place).unwrap();
    let url = format!("url: 'jdbc:duckdb:{}/x.duckdb'", place.display());
    query(&stage, "create table t as select 1 as a", &url).await.unwrap();
    assert_eq!(
        told(query(&stage, "from t", &format!("{url}\nfetchType: FETCH_ONE")).await),
        r#"{"row":{"a":1},"size":1}"#
    );
    let read_only = url.replace(".duckdb'", ".duckdb?access_mode=read_only'");
    let failure = told(query(&stage, "drop table t", &read_only).await);
    assert!(failure.contains("read-only mode"), "{failure}");
}

#[tokio::test]
async fn an_extension_that_is_not_there_is_told_in_the_log() {
    let Some(stage) = stage() else { return };
    let stage = stage.setting(EXTERNAL_ACCESS, "false").setting(EXTENSIONS, "/nowhere");
    let warnings = |stage: &Stage| stage.lines().iter().filter(|line| line.starts_with("WARN")).count();
    assert_eq!(rows(&stage, "select 1 as ion").await, r#"[{"ion":1}]"#);
    assert!(stage.lines().iter().any(|line| line.starts_with("WARN the extension `ion` is not loaded: ")));
    let before = warnings(&stage);
    query(&stage, "select 1 as ion", "communityExtensions: []").await.unwrap();
    query(&stage, "select 1 as union_", "").await.unwrap();
    assert_eq!(warnings(&stage), before);
    query(&stage, "select 1", "communityExtensions: ['x; select 1']").await.unwrap();
    assert!(stage.lines().join("\n").contains("this is no name of an extension"));
}

#[tokio::test]
async fn a_program_that_is_not_there_is_named_with_its_setting() {
    let stage = Stage::new().setting(PROGRAM, "/nowhere/duckdb");
    let failure = told(query(&stage, "select 1", "").await);
    assert!(
        failure.starts_with(
            "the database cannot be opened: there is no program `/nowhere/duckdb` on this machine"
        ) && failure.contains(PROGRAM),
        "{failure}"
    );
    let stage = Stage::new().setting(PROGRAM, "/bin/false");
    let failure = told(query(&stage, "select 1", "").await);
    assert!(failure.contains("the program ended by itself (exit status: 1)"), "{failure}");
}

#[tokio::test]
async fn the_program_is_looked_for_in_the_folders_of_the_server() {
    let Some(program) = service("duckdb") else { return };
    let stage = Stage::new();
    let folder = stage.directory().with_file_name("bin");
    fs::create_dir_all(&folder).unwrap();
    std::os::unix::fs::symlink(program, folder.join("duck")).unwrap();
    let folders = format!("relative::/nowhere:{}", folder.display());
    let stage = stage.setting(PROGRAM, "duck").setting(FOLDERS, &folders);
    assert_eq!(rows(&stage, "select 1 as a").await, r#"[{"a":1}]"#);
}

#[tokio::test]
async fn what_is_no_database_is_said_so() {
    let Some(stage) = stage() else { return };
    let uri = stage.put_file("x.duckdb", &[7; 5000]);
    let failure = told(query(&stage, "select 1", &format!("databaseUri: '{uri}'")).await);
    assert!(
        failure.starts_with("the database cannot be opened: ") && failure.contains("not a valid DuckDB"),
        "{failure}"
    );
}

#[tokio::test]
async fn long_results_come_through_and_too_much_ends_the_program() {
    let Some(stage) = stage() else { return };
    let stored = query(&stage, "from range(300000)", "fetchType: STORE").await.unwrap();
    assert_eq!(stored.get("size"), Some(&Value::Int(300_000)));
    let first = query(&stage, "from range(300000)", "fetchType: FETCH_ONE").await.unwrap();
    assert_eq!(json(first.get("row").unwrap()), r#"{"range":0}"#);
    let url = "url: jdbc:duckdb:same.duckdb\nfetchType: FETCH";
    let failure = told(query(&stage, "select repeat('x', 500000) from range(100000)", url).await);
    assert!(failure.contains("write `fetchType: STORE`"), "{failure}");
    // The database is free at once.
    query(&stage, "select 1", url).await.unwrap();
}

#[tokio::test]
async fn tasks_take_turns_at_a_database() {
    let Some(stage) = stage() else { return };
    let url = "url: jdbc:duckdb:shared.duckdb\nfetchType: FETCH_ONE";
    query(&stage, "create table t (a int)", url).await.unwrap();
    let work = || query(&stage, "insert into t select count(*) from t returning a", url);
    let (first, second, third) = tokio::join!(work(), work(), work());
    for outputs in [first, second, third] {
        outputs.unwrap();
    }
    let all = query(&stage, "select list(a order by a)::text as all_ from t", url).await.unwrap();
    assert_eq!(json(all.get("row").unwrap()), r#"{"all_":"[0, 1, 2]"}"#);
    assert!(stage.lines().iter().any(|line| line.contains("which another task has open")));
}

#[tokio::test]
async fn a_file_may_be_written_into_a_folder() {
    let Some(stage) = stage() else { return };
    let outputs = query(
        &stage,
        "copy (select 1 as a) to '{{ outputFiles[\"sub/x.csv\"] }}'",
        "outputFiles: [sub/x.csv]",
    );
    let outputs = outputs.await.unwrap();
    let Some(Value::Map(files)) = outputs.get("outputFiles") else { panic!("{outputs:?}") };
    assert!(files.contains_key("sub/x.csv"));
}

#[tokio::test]
async fn names_may_have_dollars_and_tables_may_be_of_events() {
    let Some(stage) = stage() else { return };
    assert_eq!(rows(&stage, "select 1 as v$a$b, 2 as a$$b").await, r#"[{"v$a$b":1,"a$$b":2}]"#);
    let sql = "create table log (event text, begin int); insert into log values ('in', 1); select event from log; select count(*) as n from log";
    let outputs =
        run(&stage, QUERIES, &format!("fetchType: FETCH\nsql: {}", json(&Value::from(sql)))).await.unwrap();
    let told = json(outputs.get("outputs").unwrap());
    assert!(told.contains(r#"[{"event":"in"}]"#) && told.contains(r#"[{"n":1}]"#), "{told}");
}

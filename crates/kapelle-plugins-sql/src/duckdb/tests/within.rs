//! What a flow may not reach: the program itself, the machine, the server.

use std::fs;
use std::time::Duration;

use kapelle_model::Value;
use kapelle_plugin::files::ALLOWED_PATHS;

use super::super::settings::EXTERNAL_ACCESS;
use super::{QUERIES, QUERY, query, rows, stage};
use crate::tests::{Database, json, run, told};

#[tokio::test]
async fn no_line_of_a_flow_is_a_command_to_the_program() {
    let Some(stage) = stage() else { return };
    let file = stage.directory().join("obeyed");
    let shell = format!(".shell touch {}", file.display());
    for sql in [
        shell.clone(),
        format!(".\"shell\" \"touch {}\" explain", file.display()),
        format!(".'shell' 'touch {}' explain", file.display()),
        format!("/**/ .\"shell\" 'touch {}' select 1", file.display()),
        format!(".'shell' 'touch {}' insert into x returning", file.display()),
        format!("select 1;\n{shell}"),
        format!("select 'a;\n{shell}\n'"),
        format!("/* /* */ ;\n{shell}\n*/ select 1"),
        format!("select $$;\n{shell}\n$$"),
        format!("select e'\\\\';\n{shell}\n'"),
        format!("select 1 -- ;\n{shell}"),
        format!("select \";\n{shell}\n\""),
        format!("select [1;\n{shell}\n]"),
        format!("create function f() as (begin;\n{shell}\nend)"),
        format!("-- nothing\r{shell}"),
        format!("select 1\u{2028};\u{2028}{shell}"),
    ] {
        for typed in [QUERY, QUERIES] {
            let properties = format!("sql: {}", json(&Value::from(sql.as_str())));
            let _whatever = run(&stage, typed, &properties).await;
            assert!(!file.exists(), "{sql}");
        }
    }
    let parameters = format!(
        "parameters: {{x: {}}}\nfetchType: FETCH",
        json(&Value::from(format!(";\n{shell}\n'").as_str()))
    );
    let outputs = query(&stage, "select length(:x) as n, ':x' as x", &parameters).await.unwrap();
    assert_eq!(json(outputs.get("rows").unwrap()), format!(r#"[{{"n":{},"x":":x"}}]"#, shell.len() + 4));
    assert!(!file.exists());
}

#[tokio::test]
async fn an_installation_keeps_statements_within_their_task() {
    let Some(stage) = stage() else { return };
    let root = stage.directory().with_file_name("machine");
    for folder in ["open", "closed"] {
        fs::create_dir_all(root.join(folder)).unwrap();
        fs::write(root.join(folder).join("x.csv"), "a\n1\n").unwrap();
    }
    let root = root.to_str().unwrap().to_owned();
    let stage = stage.setting(EXTERNAL_ACCESS, "false").setting(ALLOWED_PATHS, &format!("{root}/open"));
    fs::create_dir_all(stage.directory()).unwrap();
    fs::write(stage.directory().join("in.csv"), "a\n5\n").unwrap();
    assert_eq!(rows(&stage, "from 'in.csv'").await, r#"[{"a":5}]"#);
    assert_eq!(rows(&stage, &format!("from '{root}/open/x.csv'")).await, r#"[{"a":1}]"#);
    for sql in [
        format!("from read_csv('{root}/closed/x.csv')"),
        format!("copy (select 1) to '{root}/closed/y.csv'"),
        format!("attach '{root}/closed/y.duckdb'"),
        "set enable_external_access = true".to_owned(),
        "set allowed_directories = ['/']".to_owned(),
        "select getenv('HOME')".to_owned(),
        "install httpfs".to_owned(),
    ] {
        let failure = rows(&stage, &sql).await;
        assert!(failure.starts_with("line 1 of `sql` failed: "), "{sql}: {failure}");
    }
    assert_eq!(fs::read_dir(format!("{root}/closed")).unwrap().count(), 1);
    let failure =
        told(query(&stage, "select 1", &format!("url: 'jdbc:duckdb:{root}/closed/y.duckdb'")).await);
    assert!(failure.contains("is not open to flows"), "{failure}");
    let failure = told(query(&stage, "select 1", "url: 'jdbc:duckdb:md:x?motherduck_token=canary'").await);
    assert!(failure.contains(EXTERNAL_ACCESS) && !failure.contains("canary"), "{failure}");
}

#[tokio::test]
async fn statements_see_nothing_of_the_server() {
    let Some(stage) = stage() else { return };
    // Cargo sets this one for whoever runs the tests.
    assert_eq!(rows(&stage, "select getenv('CARGO_MANIFEST_DIR') as v").await, r#"[{"v":""}]"#);
    let outputs =
        query(&stage, "select getenv('motherduck_token') as v", "password: canary42\nfetchType: FETCH").await;
    assert_eq!(json(outputs.unwrap().get("rows").unwrap()), r#"[{"v":"canary42"}]"#);
    assert!(!stage.lines().join("\n").contains("canary42"));
}

#[tokio::test]
async fn a_task_that_is_stopped_leaves_no_process() {
    let Some(database) = Database::duckdb() else { return };
    let work = database.run("Query", "sql: select count(*) from range(1000000000000) a, range(1000000) b");
    let directory = database.stage.directory();
    let stopping = async {
        while processes(&directory) == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        database.stage.stop();
    };
    let (ended, ()) = tokio::join!(work, stopping);
    assert!(ended.unwrap_err().is_killed);
    while processes(&directory) > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// How many processes work in a directory.
fn processes(directory: &std::path::Path) -> usize {
    let all = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    all.filter(|one| fs::read_link(one.path().join("cwd")).is_ok_and(|place| place == *directory)).count()
}

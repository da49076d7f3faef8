//! What holds for every database, tried on each that is there: SQLite always, the others where they run.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use kapelle_core::expression::plain;
use kapelle_model::{Map, Value};
use kapelle_plugin::stage::{Stage, properties_of, service};
use kapelle_plugin::{Broken, ErasedTrigger, Metric, Polled, Registry};

/// A database with a world around it.
pub(crate) struct Database {
    pub(crate) stage: Stage,
    /// As it stands in types.
    pub(crate) system: &'static str,
    /// The properties that say where it is, and who asks.
    login: String,
}

/// `scheme://user:password@place` of a service, as properties.
fn login(system: &str, address: &str) -> String {
    let (_, rest) = address.split_once("://").unwrap();
    let (user, place) = rest.split_once('@').unwrap();
    let (user, password) = user.split_once(':').unwrap();
    format!("url: 'jdbc:{system}://{place}'\nusername: {user}\npassword: {password}")
}

impl Database {
    pub(crate) fn sqlite() -> Self {
        let login = "url: jdbc:sqlite:test.db".to_owned();
        Self { stage: Stage::new(), system: "sqlite", login }
    }

    /// The one of the program, if that is installed.
    pub(crate) fn duckdb() -> Option<Self> {
        let stage = Stage::new().setting("kapelle.duckdb.program", &service("duckdb")?);
        Some(Self { stage, system: "duckdb", login: "url: jdbc:duckdb:test.duckdb".to_owned() })
    }

    /// The one that runs as a service, if it does.
    pub(crate) fn of_service(system: &'static str, name: &str) -> Option<Self> {
        let address = service(name)?;
        Some(Self { stage: Stage::new(), system, login: login(system, &address) })
    }

    pub(crate) fn postgresql() -> Option<Self> {
        Self::of_service("postgresql", "postgresql")
    }

    pub(crate) fn mariadb() -> Option<Self> {
        Self::of_service("mariadb", "mariadb")
    }

    /// MariaDB by the types for MySQL, since it speaks its protocol.
    pub(crate) fn mysql() -> Option<Self> {
        Self::of_service("mysql", "mariadb")
    }

    pub(crate) fn properties(&self, more: &str) -> String {
        format!("{}\n{more}", self.login)
    }

    /// Runs a task, `Query` and the like.
    pub(crate) async fn run(&self, simple_name: &str, more: &str) -> Result<Map, Broken> {
        self.run_as(simple_name, &self.properties(more)).await
    }

    /// The same with all of its properties.
    pub(crate) async fn run_as(&self, simple_name: &str, properties: &str) -> Result<Map, Broken> {
        run(&self.stage, &format!("io.kestra.plugin.jdbc.{}.{simple_name}", self.system), properties).await
    }

    /// What a task gave, as JSON, or its failure.
    pub(crate) async fn told(&self, simple_name: &str, more: &str) -> String {
        told(self.run(simple_name, more).await)
    }

    /// Runs statements that have to succeed.
    pub(crate) async fn prepare(&self, sql: &str) {
        self.run("Queries", &format!("sql: |\n  {}", sql.replace('\n', "\n  "))).await.unwrap();
    }

    /// The rows of a statement, as JSON.
    pub(crate) async fn rows(&self, sql: &str) -> String {
        let outputs =
            self.run("Query", &format!("fetchType: FETCH\nsql: |\n  {}", sql.replace('\n', "\n  "))).await;
        json(outputs.unwrap().get("rows").unwrap())
    }

    /// One look of a trigger.
    pub(crate) async fn look(&self, more: &str) -> Result<Polled<Map>, Broken> {
        let name = format!("io.kestra.plugin.jdbc.{}.Trigger", self.system);
        let mut registry = Registry::default();
        crate::register(&mut registry);
        let known = registry.find_trigger(&name).unwrap();
        let ErasedTrigger::Polling(trigger) = known.read(&properties_of(&self.properties(more)))? else {
            panic!("{name} looks");
        };
        trigger.poll(&self.stage.context(), None).await
    }
}

pub(crate) async fn run(stage: &Stage, name: &str, properties: &str) -> Result<Map, Broken> {
    let mut registry = Registry::default();
    crate::register(&mut registry);
    let known = registry.find(name).unwrap_or_else(|| panic!("{name} is not there"));
    known.read(&properties_of(properties))?.run(&stage.context()).await
}

pub(crate) fn json(value: &Value) -> String {
    plain::to_json(value, &TimeZone::UTC, true, 1 << 20).unwrap().expose().to_owned()
}

pub(crate) fn told(result: Result<Map, Broken>) -> String {
    match result {
        Ok(outputs) => json(&Value::Map(Arc::new(outputs))),
        Err(broken) => broken.failure.to_string(),
    }
}

pub(crate) fn text(outputs: &Map, name: &str) -> String {
    match outputs.get(name) {
        Some(Value::Str(text)) => text.expose().to_owned(),
        other => panic!("{name} is {other:?}"),
    }
}

/// All databases that are there.
fn all() -> Vec<Database> {
    let others = [Database::duckdb(), Database::postgresql(), Database::mariadb(), Database::mysql()];
    [Database::sqlite()].into_iter().chain(others.into_iter().flatten()).collect()
}

/// A table of two rows that is this test's own.
async fn with_table(database: &Database, name: &str) -> String {
    let table = format!("{name}_{}", database.system);
    database
        .prepare(&format!(
            "drop table if exists {table};\ncreate table {table} (id int primary key, name varchar(40));\ninsert into {table} values (1, 'Ann'), (2, 'Bob');"
        ))
        .await;
    table
}

#[tokio::test]
async fn rows_are_kept_as_the_fetch_type_says() {
    for database in all() {
        let table = with_table(&database, "kept").await;
        let sql = format!("sql: select id, name from {table} order by id");
        let ask = async |more: &str| database.told("Query", &format!("{sql}\n{more}")).await;
        let both = r#"[{"id":1,"name":"Ann"},{"id":2,"name":"Bob"}]"#;
        assert_eq!(ask("").await, "{}");
        assert_eq!(ask("fetchType: NONE").await, "{}");
        assert_eq!(ask("fetchType: FETCH").await, format!(r#"{{"rows":{both},"size":2}}"#));
        assert_eq!(ask("fetch: true").await, format!(r#"{{"rows":{both},"size":2}}"#));
        assert_eq!(ask("fetchType: FETCH_ONE").await, r#"{"row":{"id":1,"name":"Ann"},"size":1}"#);
        assert_eq!(ask("fetchOne: true").await, r#"{"row":{"id":1,"name":"Ann"},"size":1}"#);
        let stored = database.run("Query", &format!("{sql}\nfetchType: STORE\nfetchSize: 1")).await.unwrap();
        assert_eq!(stored.get("size"), Some(&Value::Int(2)));
        let content = database.stage.content(&text(&stored, "uri"));
        assert_eq!(content, "{id:1,name:\"Ann\"}\n{id:2,name:\"Bob\"}\n");
        let sizes = database.stage.metrics();
        let sizes: Vec<f64> =
            sizes.iter().filter(|one| one.name == "fetch.size").map(|one| one.value).collect();
        assert_eq!(sizes, [2.0, 2.0, 1.0, 1.0, 2.0]);
        let sql = format!("sql: select * from {table} where id > 9");
        let nothing = database.told("Query", &format!("fetchType: FETCH_ONE\n{sql}")).await;
        assert_eq!(nothing, r#"{"size":0}"#);
    }
}

#[tokio::test]
async fn what_changes_rows_has_no_result() {
    for database in all() {
        let table = with_table(&database, "changes").await;
        let sql = format!("fetchType: FETCH\nsql: update {table} set name = 'Eve' where id = 1");
        assert_eq!(database.told("Query", &sql).await, "{}");
        assert_eq!(
            database.rows(&format!("select name from {table} where id = 1")).await,
            r#"[{"name":"Eve"}]"#
        );
    }
}

#[tokio::test]
async fn parameters_go_beside_the_statement() {
    for database in all() {
        let table = with_table(&database, "bound").await;
        let sql = format!(
            "sql: |\n  select id, ':name' as quoted from {table} -- :name\n  where name = :name or (id = :id and id = :id)\n  order by id\nfetchType: FETCH\n"
        );
        let ask =
            async |parameters: &str| database.told("Query", &format!("{sql}parameters: {parameters}")).await;
        assert_eq!(
            ask("{name: Ann, id: 2}").await,
            r#"{"rows":[{"id":1,"quoted":":name"},{"id":2,"quoted":":name"}],"size":2}"#
        );
        assert_eq!(ask(r#"{name: "' or '1'='1", id: -1}"#).await, r#"{"rows":[],"size":0}"#);
        assert_eq!(ask(r"{name: 'x\', id: 1}").await, r#"{"rows":[{"id":1,"quoted":":name"}],"size":1}"#);
    }
}

#[tokio::test]
async fn null_is_a_value_too() {
    for database in all() {
        let table = with_table(&database, "nulls").await;
        let insert =
            format!("sql: insert into {table} values (:id, :name)\nparameters: {{id: 3, name: null}}");
        database.run("Query", &insert).await.unwrap();
        assert_eq!(
            database.rows(&format!("select * from {table} where id = 3")).await,
            r#"[{"id":3,"name":null}]"#
        );
    }
}

#[tokio::test]
async fn several_statements_give_what_each_gave() {
    for database in all() {
        let table = with_table(&database, "several").await;
        let queries = format!(
            "fetchType: FETCH\nsql: |\n  select count(*) as n from {table};\n  insert into {table} values (3, ';');\n  select name from {table} where id = :id;\nparameters: {{id: 3}}"
        );
        assert_eq!(
            database.told("Queries", &queries).await,
            r#"{"outputs":[{"rows":[{"n":2}],"size":1},{"rows":[{"name":";"}],"size":1}]}"#
        );
        let several = format!("sql: |\n  select 1;\n\n  select 2 from {table}");
        assert_eq!(
            database.told("Query", &several).await,
            "`sql` has 2 statements, and takes one: the second begins in line 3. The type `Queries` of the same database runs several"
        );
        assert_eq!(database.told("Query", "sql: ' -- nothing'").await, "there is no statement in `sql`");
    }
}

#[tokio::test]
async fn a_failure_undoes_the_whole_transaction() {
    for database in all() {
        let table = with_table(&database, "undone").await;
        let count = format!("select count(*) as n from {table}");
        let sql = format!(
            "sql: |\n  insert into {table} values (3, 'x');\n  insert into {table} values (1, 'again');\n"
        );
        let failure = database.told("Queries", &sql).await;
        assert!(failure.starts_with("line 2 of `sql` failed: "), "{failure}");
        assert!(
            failure.ends_with(&format!("\nThe statement is: insert into {table} values (1, 'again')")),
            "{failure}"
        );
        assert_eq!(database.rows(&count).await, r#"[{"n":2}]"#);
        database.run("Queries", &format!("{sql}transaction: false")).await.unwrap_err();
        assert_eq!(database.rows(&count).await, r#"[{"n":3}]"#);
    }
}

#[tokio::test]
async fn the_last_statement_belongs_to_the_transaction() {
    for database in all() {
        let table = with_table(&database, "after").await;
        let query = format!("fetchType: FETCH\nsql: select name from {table} where id = 1\n");
        let after = format!("{query}afterSQL: delete from {table} where id = :id\nparameters: {{id: 1}}");
        assert_eq!(database.told("Query", &after).await, r#"{"rows":[{"name":"Ann"}],"size":1}"#);
        assert_eq!(database.rows(&format!("select id from {table}")).await, r#"[{"id":2}]"#);
        let insert = format!(
            "sql: insert into {table} values (5, 'x')\nafterSQL: insert into {table} values (2, 'y')"
        );
        let failure = database.told("Query", &insert).await;
        assert!(failure.starts_with("line 1 of `afterSQL` failed: "), "{failure}");
        assert_eq!(database.rows(&format!("select id from {table}")).await, r#"[{"id":2}]"#);
    }
}

#[tokio::test]
async fn mistakes_are_told_with_their_line_and_without_secrets() {
    for mut database in all() {
        database.stage = database.stage.variable("key", Value::from("canary").into_secret());
        let failure = database
            .told("Query", "sql: |\n\n  select '{{ key }}',\n    nothing_here\n  from nowhere\n")
            .await;
        assert!(failure.contains("of `sql` failed: "), "{failure}");
        assert!(
            failure.contains("nowhere") && failure.contains("The statement is: select '******',"),
            "{failure}"
        );
        let failure = database.told("Query", "sql: select :nmae\nparameters: {name: '{{ key }}'}").await;
        assert!(
            failure.contains("`:nmae` stands in the statement, and `parameters` has nothing of that name"),
            "{failure}"
        );
        let failure = database
            .told(
                "Query",
                "sql: select cast(:name as decimal) / no_such(:name)\nparameters: {name: '{{ key }}'}",
            )
            .await;
        assert!(!failure.contains("canary"), "{failure}");
        assert!(!database.stage.lines().join("\n").contains("canary"));
    }
}

#[tokio::test]
async fn a_trigger_fires_if_there_are_rows() {
    for database in all() {
        let table = with_table(&database, "looked").await;
        let sql =
            format!("sql: select id from {table} where id < 2\nafterSQL: delete from {table} where id < 2");
        let found = database.look(&sql).await.unwrap();
        assert_eq!(json(&Value::Map(Arc::new(found.event.unwrap()))), r#"{"rows":[{"id":1}],"size":1}"#);
        assert_eq!(database.look(&sql).await.unwrap().event, None);
        let stored = database.look(&format!("fetchType: STORE\nsql: select id from {table}")).await.unwrap();
        assert_eq!(database.stage.content(&text(&stored.event.unwrap(), "uri")), "{id:2}\n");
        let none = database.look("fetchType: NONE\nsql: select 1").await.unwrap_err();
        let failure = none.failure.to_string();
        assert!(failure.contains("would never fire: write `FETCH`, `FETCH_ONE` or `STORE`"), "{failure}");
        // A look that finds nothing leaves nothing behind.
        let before = database.stage.files().delete_all().unwrap().len();
        assert_eq!(
            database
                .look(&format!("fetchType: STORE\nsql: select id from {table} where id > 9"))
                .await
                .unwrap()
                .event,
            None
        );
        assert!(before > 0 && database.stage.files().delete_all().unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_task_that_is_stopped_ends_its_statement() {
    let endless = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000000000) select count(*) from n";
    let sleeping = [
        (Some(Database::sqlite()), endless.to_owned(), None),
        (Database::duckdb(), endless.to_owned(), None),
        (
            Database::postgresql(),
            "select pg_sleep(300)".to_owned(),
            Some(
                "select count(*) as n from pg_stat_activity where state = 'active' and query like '%pg_sleep(300)%' and pid <> pg_backend_pid()",
            ),
        ),
        (
            Database::mariadb(),
            "select sleep(301)".to_owned(),
            Some(
                "select count(*) as n from information_schema.processlist where info like '%sleep(301)%' and id <> connection_id()",
            ),
        ),
    ];
    for (database, sql, running) in sleeping {
        let Some(database) = database else { continue };
        let sql = format!("sql: {sql}");
        let work = database.run("Query", &sql);
        let stopping = async {
            match running {
                // It is under way when the server says so.
                Some(running) => while watch(&database, running).await == r#"[{"n":0}]"# {},
                None => tokio::time::sleep(Duration::from_millis(50)).await,
            }
            database.stage.stop();
        };
        let (ended, ()) = tokio::join!(work, stopping);
        assert!(ended.unwrap_err().is_killed);
        if let Some(running) = running {
            while watch(&database, running).await != r#"[{"n":0}]"# {}
        }
    }
}

/// The rows of a statement, asked from a world that is not stopped.
async fn watch(database: &Database, sql: &str) -> String {
    let other = Database { stage: Stage::new(), system: database.system, login: database.login.clone() };
    other.rows(sql).await
}

#[tokio::test]
async fn who_may_not_come_in_is_told_why() {
    let servers = all().into_iter().filter(|database| !["sqlite", "duckdb"].contains(&database.system));
    for database in servers {
        let wrong = database.login.replace("Kapelle1", "canary42");
        let failure = told(database.run_as("Query", &format!("{wrong}\nsql: select 1")).await);
        assert!(failure.starts_with("there is no connection to "), "{failure}");
        assert!(
            failure.contains("look at `username` and `password`") && !failure.contains("canary42"),
            "{failure}"
        );
        let elsewhere =
            format!("url: 'jdbc:{}://127.0.0.1:1/x'\nusername: a\nsql: select 1", database.system);
        let failure = told(database.run_as("Query", &elsewhere).await);
        assert!(failure.contains("there is no connection to `127.0.0.1` on port 1: "), "{failure}");
        let forbidden =
            format!("url: 'jdbc:{}://169.254.169.254/x'\nusername: a\nsql: select 1", database.system);
        let failure = told(database.run_as("Query", &forbidden).await);
        assert!(failure.contains("requests to `169.254.169.254` are refused"), "{failure}");
        let both = database.login.replace("127.0.0.1", "127.0.0.1:1,127.0.0.1");
        database.run_as("Query", &format!("{both}\nsql: select 1")).await.unwrap();
    }
}

#[tokio::test]
async fn long_results_go_into_files_part_by_part() {
    let long =
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 30000) select i from n";
    for database in all() {
        let limit = if database.system.contains('m') {
            "set session max_recursive_iterations = 1000000"
        } else {
            "select 1"
        };
        let sql = format!("fetchType: STORE\ntransaction: false\nsql: |\n  {limit};\n  {long}");
        let outputs = database.run("Queries", &sql).await.unwrap();
        let Some(Value::List(outputs)) = outputs.get("outputs") else { panic!("{outputs:?}") };
        let Some(Value::Map(last)) = outputs.last() else { panic!("{outputs:?}") };
        let content = database.stage.content(&text(last, "uri"));
        assert_eq!(content.lines().count(), 30_000);
        assert_eq!(content.lines().last(), Some("{i:30000}"));
    }
}

#[tokio::test]
async fn too_much_for_outputs_is_said_so() {
    let database = Database::sqlite();
    let wide = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 50) select hex(zeroblob(500000)) as x from n";
    let failure = database.told("Query", &format!("fetchType: FETCH\nsql: {wide}")).await;
    assert!(failure.contains("write `fetchType: STORE` to get them as a file"), "{failure}");
}

/// Rows as a file, with their numbers from 1.
fn rows_file(stage: &Stage, count: usize) -> String {
    let row = |id: usize| format!("{{id:{id},name:\"it's {id}\",ignored:2024-01-01}}");
    let rows: Vec<String> = (1..=count).map(row).collect();
    stage.put_file("rows.ion", rows.join("\n").as_bytes())
}

#[tokio::test]
async fn many_rows_of_a_file_are_written() {
    for database in [Database::postgresql(), Database::mysql()].into_iter().flatten() {
        let table = with_table(&database, "many").await;
        database.prepare(&format!("delete from {table}")).await;
        let from = rows_file(&database.stage, 10_000);
        for how in [
            format!("table: {table}\nchunk: 3000"),
            format!("table: {table}\ncolumns: [id, name]"),
            format!(
                "sql: insert into {table} (id, name) values (?, ?)\ncolumns: [id, name]\ninputHandling: LOCAL"
            ),
        ] {
            database.prepare(&format!("delete from {table}")).await;
            let outputs = database.told("Batch", &format!("from: '{from}'\n{how}")).await;
            assert_eq!(outputs, r#"{"rowCount":10000,"updatedCount":10000}"#);
            let rows = database.rows(&format!("select count(*) as n, max(name) as m from {table}")).await;
            assert_eq!(rows, r#"[{"n":10000,"m":"it's 9999"}]"#);
        }
        assert!(database.stage.metrics().contains(&Metric::count("records", 10_000)));
    }
}

#[tokio::test]
async fn a_chunk_is_written_whole_or_not_at_all() {
    for database in [Database::postgresql(), Database::mysql()].into_iter().flatten() {
        let table = with_table(&database, "whole").await;
        database.prepare(&format!("delete from {table} where id = 1")).await;
        let from = rows_file(&database.stage, 5);
        let batch = format!("from: '{from}'\ntable: {table}\nchunk: 1\nretryScope: ALL");
        let failure = database.told("Batch", &batch).await;
        assert!(failure.starts_with("rows 2 to 2 of the file are not written: "), "{failure}");
        assert!(failure.ends_with("The 1 rows before it are written, and stay"), "{failure}");
        assert_eq!(
            database.rows(&format!("select id from {table} order by id")).await,
            r#"[{"id":1},{"id":2}]"#
        );
        assert!(!database.stage.lines().join("\n").contains("trying again"));
        let few = format!("from: '{from}'\nsql: insert into {table} values (?, ?)");
        let failure = database.told("Batch", &few).await;
        assert!(
            failure.contains("row 1 of the file does not fit: it has 3 values, and the statement has 2 `?`"),
            "{failure}"
        );
        let broken = database.stage.put_file("broken.ion", b"{id:7,name:\"x\"}\n{id:");
        let failure = database
            .told("Batch", &format!("from: '{broken}'\ntable: {table}\nchunk: 1\nmaxRetries: 2"))
            .await;
        assert!(failure.contains("line 2 of the file is no row"), "{failure}");
        assert_eq!(database.stage.lines().iter().filter(|line| line.contains("trying again")).count(), 2);
        assert_eq!(
            database.rows(&format!("select count(*) as n from {table} where id = 7")).await,
            r#"[{"n":1}]"#
        );
    }
}

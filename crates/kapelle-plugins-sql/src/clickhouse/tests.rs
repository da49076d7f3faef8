//! Against a server that answers as ClickHouse does.

use kapelle_http::server::{Received, Server, answer};
use kapelle_plugin::stage::Stage;

use crate::tests::{run, text, told};

const QUERY: &str = "io.kestra.plugin.jdbc.clickhouse.Query";

fn properties(server: &Server, more: &str) -> String {
    format!(
        "url: jdbc:clickhouse://{}/shop?socket_timeout=1000&max_threads=2\nusername: ann\npassword: canary42\n{more}",
        server.address()
    )
}

fn rows(names: &str, types: &str, rows: &str) -> Vec<u8> {
    answer("200 OK", &["X-ClickHouse-Timezone: Asia/Tokyo"], &format!("[{names}]\n[{types}]\n{rows}"))
}

#[tokio::test]
async fn a_statement_goes_out_with_its_values_in_it() {
    let server = Server::start(|_| rows(r#""n""#, r#""UInt8""#, "[1]\n"));
    let stage = Stage::new();
    let more = "fetchType: FETCH\nsql: |\n  select 1 as n where x = :name and ':name' != ''\nparameters: {name: \"it's \\\\\"}";
    let outputs = run(&stage, QUERY, &properties(&server, more)).await;
    assert_eq!(told(outputs), r#"{"rows":[{"n":1}],"size":1}"#);
    let request = server.last();
    assert_eq!(request.body(), r"select 1 as n where x = 'it\'s \\' and ':name' != ''");
    assert_eq!(request.header("x-clickhouse-user"), Some("ann"));
    assert_eq!(request.header("x-clickhouse-key"), Some("canary42"));
    for part in [
        "database=shop",
        "max_threads=2",
        "query_id=kapelle-",
        "session_id=kapelle-",
        "default_format=JSONCompactEachRowWithNamesAndTypes",
    ] {
        assert!(request.line.contains(part), "{part} in {}", request.line);
    }
    assert!(!request.line.contains("canary42") && !request.line.contains("socket_timeout"));
}

#[tokio::test]
async fn every_kind_of_cell_is_a_value() {
    let server = Server::start(|_| {
        rows(
            r#""a","b","c","d","e","f","g","h","i","j","k","l","m""#,
            r#""UInt64","Int256","Float64","Decimal(38, 4)","Date","DateTime('UTC')","DateTime64(3)","Array(Nullable(Decimal(9, 2)))","Map(String, Array(UInt64))","Nullable(String)","Bool","DateTime","DateTime64(3, 'Europe/Moscow')""#,
            "[\"18446744073709551615\",\"7\",\"nan\",\"1.5000\",\"2024-02-29\",\"2024-02-29 12:00:00\",\"2024-02-29 12:00:00.500\",[\"1.50\",null],{\"x\":[\"1\"]},null,true,\"2004-10-19 10:23:54\",\"2004-10-19 10:23:54.000\"]\n",
        )
    });
    let stage = Stage::new();
    let properties = properties(&server, "timeZoneId: Europe/Berlin\nfetchType: STORE\nsql: select");
    let outputs = run(&stage, QUERY, &properties).await.unwrap();
    assert_eq!(
        stage.content(&text(&outputs, "uri")),
        "{a:\"18446744073709551615\",b:7,c:nan,d:1.5000,e:2024-02-29,f:ZonedDateTime::\"2024-02-29T12:00:00Z\",g:ZonedDateTime::\"2024-02-29T12:00:00.5+09:00[Asia/Tokyo]\",h:[1.50,null],i:{x:[1]},j:null,k:true,l:LocalDateTime::\"2004-10-19T10:23:54\",m:ZonedDateTime::\"2004-10-19T10:23:54+04:00[Europe/Moscow]\"}\n"
    );
}

#[tokio::test]
async fn what_the_server_refuses_is_told_with_its_line() {
    let server = Server::start(|_| {
        answer(
            "400 Bad Request",
            &["X-ClickHouse-Exception-Code: 62"],
            "Code: 62. DB::Exception: Syntax error: failed at position 8 ('canary42') (line 2, col 3): x. (SYNTAX_ERROR) (version 24.3)\n",
        )
    });
    let failure = told(run(&Stage::new(), QUERY, &properties(&server, "sql: |\n  select\n  oops")).await);
    assert!(
        failure.starts_with("line 2 of `sql` failed: Code: 62. DB::Exception: Syntax error"),
        "{failure}"
    );
    assert!(failure.contains("(ClickHouse 62)") && !failure.contains("canary42"), "{failure}");
}

#[tokio::test]
async fn a_mistake_after_the_first_rows_is_one_too() {
    let server = Server::start(|_| {
        rows(
            r#""n""#,
            r#""UInt8""#,
            "[1]\nCode: 395. DB::Exception: Value passed to 'throwIf' (version 24.3)\n",
        )
    });
    for fetch in ["STORE", "FETCH"] {
        let failure = told(
            run(&Stage::new(), QUERY, &properties(&server, &format!("fetchType: {fetch}\nsql: select 1")))
                .await,
        );
        assert!(failure.contains("DB::Exception: Value passed"), "{failure}");
    }
    let server = Server::start(|_| answer("200 OK", &[], "1\t2\n"));
    let failure = told(
        run(&Stage::new(), QUERY, &properties(&server, "fetchType: FETCH\nsql: select 1, 2 format TSV"))
            .await,
    );
    assert!(failure.contains("leave `FORMAT` out of the statement"), "{failure}");
}

#[tokio::test]
async fn rows_of_a_file_stand_in_few_statements() {
    let server = Server::start(|request: &Received| {
        if request.body().starts_with("SELECT") {
            return rows(r#""id","name""#, r#""Int32","String""#, "");
        }
        let count = request.body().matches('(').count() - 1;
        answer("200 OK", &[&format!("X-ClickHouse-Summary: {{\"written_rows\":\"{count}\"}}")], "")
    });
    let stage = Stage::new();
    let from = stage.put_file("rows.ion", b"{name:\"a'b\",id:1}\n{id:2,name:null}\n\n{id:3,name:\"c\"}\n");
    let more = format!("from: '{from}'\ntable: t\nchunk: 2");
    let outputs =
        run(&stage, "io.kestra.plugin.jdbc.clickhouse.BulkInsert", &properties(&server, &more)).await;
    assert_eq!(told(outputs), r#"{"rowCount":3,"updatedCount":3}"#);
    let bodies: Vec<String> = server.requests().iter().map(Received::body).collect();
    assert_eq!(
        bodies,
        [
            "SELECT * FROM t WHERE 1 = 0",
            r"INSERT INTO t (id, name) VALUES (1, 'a\'b'), (2, NULL)",
            "INSERT INTO t (id, name) VALUES (3, 'c')",
        ]
    );
}

#[tokio::test]
async fn a_task_that_is_stopped_has_its_query_ended() {
    let stage = Stage::new();
    let stop = stage.context().stop;
    let server = Server::start(move |request| {
        if !request.body().starts_with("KILL") {
            stop.cancel();
            // The answer never comes.
            std::thread::park();
        }
        answer("200 OK", &[], "")
    });
    let ended = run(&stage, QUERY, &properties(&server, "sql: select sleep(3)")).await;
    assert!(ended.unwrap_err().is_killed);
    let last = server.last();
    assert!(last.body().starts_with("KILL QUERY WHERE query_id = 'kapelle-"), "{}", last.body());
    assert!(!last.line.contains("session_id"), "{}", last.line);
}

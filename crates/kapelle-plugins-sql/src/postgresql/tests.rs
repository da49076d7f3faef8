use std::fs;
use std::sync::Arc;

use kapelle_http::Check;
use kapelle_model::Value;
use kapelle_plugin::Metric;
use kapelle_plugin::stage::Stage;
use kapelle_plugin::stage::service;

use super::secure::{Secure, SecureProperties};
use crate::tests::{Database, json, run, text, told};
use crate::url::JdbcUrl;

#[tokio::test]
async fn every_kind_of_cell_is_a_value() {
    let Some(database) = Database::postgresql() else { return };
    database.prepare("create extension if not exists hstore").await;
    for (sql, ion) in [
        ("true", "true"),
        ("1::int2", "1"),
        ("-2147483648", "-2147483648"),
        ("9223372036854775807", "9223372036854775807"),
        ("1.5::float4", "1.5e0"),
        ("0.1::float8", "0.1e0"),
        ("12345678901234567890.123400", "12345678901234567890.123400"),
        ("0.00", "0.00"),
        ("-0.000001", "-0.000001"),
        ("1e20::numeric", "100000000000000000000."),
        ("12.5::money", "12.5e0"),
        ("(-1234567.89)::money", "-1234567.89e0"),
        ("array[1::money, null]", "[1e0,null]"),
        ("'ä''b'", "\"ä'b\""),
        ("'x'::char(3)", "\"x  \""),
        ("null::int", "null"),
        ("'00ff'::bytea", "{{MDBmZg==}}"),
        ("'6fa459ea-ee8a-3ca4-894e-db77e160355e'::uuid", "\"6fa459ea-ee8a-3ca4-894e-db77e160355e\""),
        ("'2024-02-29'::date", "2024-02-29"),
        ("'0001-01-01'::date", "0001-01-01"),
        ("'infinity'::date", "\"infinity\""),
        ("'12:30:00.5'::time", "LocalTime::\"12:30:00.500\""),
        ("'12:30:00+02'::timetz", "LocalTime::\"12:30\""),
        ("'2024-02-29 12:30:00.123456'::timestamp", "LocalDateTime::\"2024-02-29T12:30:00.123456\""),
        (
            "'2024-02-29 12:30:00+00'::timestamptz",
            "ZonedDateTime::\"2024-02-29T13:30:00+01:00[Europe/Berlin]\"",
        ),
        ("'1 year 2 months 3 days 04:05:06.7'::interval", "\"P1Y2M3DT4H5M6.7S\""),
        ("'-00:00:00.5'::interval", "\"P0Y0M0DT0H0M-0.5S\""),
        ("'{1,null,3}'::int[]", "[1,null,3]"),
        ("'{ {a,b}, {c,d} }'::text[]", "[[\"a\",\"b\"],[\"c\",\"d\"]]"),
        ("'{}'::int[]", "[]"),
        ("'{\"a\": [1.5, null]}'::json", "{a:[1.5e0,null]}"),
        ("'{\"a\": 1}'::jsonb", "{a:1}"),
        ("'a=>1, b=>NULL'::hstore", "{a:\"1\",b:null}"),
        ("'10.0.0.1'::inet", "\"10.0.0.1\""),
        ("'10.0.0.0/8'::cidr", "\"10.0.0.0/8\""),
        ("'::1/64'::inet", "\"::1/64\""),
        ("B'0101'", "\"0101\""),
        ("'a fat cat'::tsvector", "\"'a' 'cat' 'fat'\""),
        ("to_tsvector('english', 'fat cats')", "\"'cat':2 'fat':1\""),
        ("'08:00:2b:01:02:03'::macaddr", "\"08:00:2b:01:02:03\""),
    ] {
        let properties = format!("timeZoneId: Europe/Berlin\nfetchType: STORE\nsql: |\n  select {sql} as c");
        let outputs = database.run("Query", &properties).await.unwrap();
        assert_eq!(database.stage.content(&text(&outputs, "uri")), format!("{{c:{ion}}}\n"), "{sql}");
    }
    let failure = database.told("Query", "fetchType: FETCH\nsql: select '(1,2)'::point as c").await;
    assert!(failure.contains("the column `c` cannot be read: it is of the type `point`"), "{failure}");
    assert!(failure.contains("write it as `::text`"), "{failure}");
}

#[tokio::test]
async fn every_kind_of_value_is_a_parameter() {
    let Some(database) = Database::postgresql() else { return };
    for (parameter, sql, given) in [
        ("7", "select :p + 1 as c", "8"),
        ("'7'", "select 1 as c where 7 = :p", "1"),
        ("'2024-02-29'", "select (date '2024-03-01' - :p::date) as c", "1"),
        ("'2024-02-29'", "select 1 as c where date '2024-02-29' = :p", "1"),
        ("1.5", "select (:p * 2) as c", "3.0"),
        ("true", "select not :p as c", "false"),
        ("[a, 'b\"c', null]", "select :p::text[] as c", r#"["a","b\"c",null]"#),
        ("{a: [1]}", "select :p::jsonb -> 'a' as c", "[1]"),
        ("'a'", "select jsonb_build_object('k', cast(:p as text)) ? 'k' as c", "true"),
    ] {
        let properties = format!("fetchType: FETCH_ONE\nsql: |\n  {sql}\nparameters:\n  p: {parameter}");
        let outputs = database.run("Query", &properties).await;
        assert_eq!(told(outputs), format!("{{\"row\":{{\"c\":{given}}},\"size\":1}}"), "{sql}");
    }
}

#[tokio::test]
async fn the_url_says_more_than_the_place() {
    let Some(database) = Database::postgresql() else { return };
    database
        .prepare("create schema if not exists other; create table if not exists other.only_there (a int)")
        .await;
    let properties = database.properties("fetchType: FETCH_ONE\nsql: select count(*) as n, current_setting('application_name') as a from only_there");
    let elsewhere =
        properties.replace("/kapelle'", "/kapelle?currentSchema=other,public&ApplicationName=mine'");
    assert_eq!(told(database.run_as("Query", &elsewhere).await), r#"{"row":{"n":0,"a":"mine"},"size":1}"#);
}

#[tokio::test]
async fn functions_have_statements_of_their_own() {
    let Some(database) = Database::postgresql() else { return };
    database
        .prepare("create or replace function twice(n int) returns int as $$\nbegin\n  return n * 2; -- ;\nend;\n$$ language plpgsql;\nselect twice(2);")
        .await;
    assert_eq!(database.rows("select twice(21) as n").await, r#"[{"n":42}]"#);
    let failure = database.told("Queries", "sql: |\n  select 1;\n  select\n    oops;").await;
    assert!(
        failure.starts_with("line 3 of `sql` failed: ERROR: column \"oops\" does not exist"),
        "{failure}"
    );
    assert!(failure.contains("(SQLSTATE 42703)"), "{failure}");
    let failure = database.told("Queries", "sql: vacuum").await;
    assert!(failure.contains("`transaction: false`"), "{failure}");
    database.run("Query", "sql: vacuum").await.unwrap();
}

#[tokio::test]
async fn files_are_copied_into_tables_and_back() {
    let Some(database) = Database::postgresql() else { return };
    database.prepare("drop table if exists copied; create table copied (id int, name text, at date)").await;
    let csv = "id,name,at\n1,\"a,\"\"b\"\"\nc\",2024-02-29\n2,,\n3,\"\",\n";
    let from = database.stage.put_file("rows.csv", csv.as_bytes());
    let options = "table: copied\nformat: CSV\nheader: true\n";
    let outputs = database.told("CopyIn", &format!("{options}from: '{from}'\ncolumns: [id, name, at]")).await;
    assert_eq!(outputs, r#"{"rowCount":3}"#);
    assert_eq!(
        database.rows("select name from copied order by id").await,
        r#"[{"name":"a,\"b\"\nc"},{"name":null},{"name":""}]"#
    );
    let outputs = database.run("CopyOut", options).await.unwrap();
    assert_eq!(outputs.get("rowCount"), Some(&Value::Int(3)));
    assert_eq!(database.stage.content(&text(&outputs, "uri")), csv);
    for (more, count) in [
        ("format: BINARY", 1),
        ("format: TEXT\ndelimiter: '|'\nnullString: '-'", 2),
        ("format: CSV\nforceQuote: [name]", 4),
    ] {
        let outputs = database
            .run("CopyOut", &format!("sql: select * from copied where id = 1\n{more}"))
            .await
            .unwrap();
        assert_eq!(outputs.get("rowCount"), Some(&Value::Int(count)), "{more}");
        let uri = text(&outputs, "uri");
        let back = database
            .told(
                "CopyIn",
                &format!("table: copied\n{}\nfrom: '{uri}'", more.replace("forceQuote: [name]", "")),
            )
            .await;
        assert_eq!(back, format!("{{\"rowCount\":{count}}}"), "{more}");
    }
    let none =
        database.run("CopyOut", "sql: select * from copied where id = 99\nformat: BINARY").await.unwrap();
    assert_eq!(none.get("rowCount"), Some(&Value::Int(0)));
    assert!(database.stage.metrics().contains(&Metric::count("rows", 3)));
}

#[tokio::test]
async fn a_file_is_copied_whole_or_not_at_all() {
    let Some(database) = Database::postgresql() else { return };
    database.prepare("drop table if exists refused; create table refused (id int)").await;
    let line = |number: usize| if number == 150_000 { "x".to_owned() } else { number.to_string() };
    let lines: Vec<String> = (0..200_000).map(line).collect();
    let from = database.stage.put_file("rows.txt", lines.join("\n").as_bytes());
    let failure = database.told("CopyIn", &format!("table: refused\nfrom: '{from}'")).await;
    assert!(
        failure.starts_with("the file was not copied: ERROR: invalid input syntax for type integer"),
        "{failure}"
    );
    assert!(failure.contains("line 150001"), "{failure}");
    assert_eq!(database.rows("select count(*) as n from refused").await, r#"[{"n":0}]"#);
    let failure = database.told("CopyIn", "table: refused\nfrom: kestra:///t/nowhere").await;
    assert!(failure.contains("there is no file"), "{failure}");
    assert_eq!(database.told("CopyIn", "from: kestra:///t/x").await, "the property `table` is missing");
    let both = database.run("CopyOut", "table: nowhere\nsql: select 7").await.unwrap();
    assert_eq!(database.stage.content(&text(&both, "uri")), "7\n", "the query is meant");
}

/// A server with a certificate: what it is called, where it is, and the certificate of who signed it.
fn secured() -> Option<(String, String)> {
    let address = service("postgresql_tls")?;
    let (address, root) = address.split_once(' ').unwrap();
    Some((address.to_owned(), fs::read_to_string(root).unwrap()))
}

#[tokio::test]
async fn a_server_is_believed_as_far_as_its_certificate_says() {
    let Some((address, root)) = secured() else { return };
    let place = address.rsplit_once('@').unwrap().1.to_owned();
    let stage = Stage::new().variable("root", Value::from(root.as_str()));
    let ask = async |host: &str, more: &str| {
        let place = place.replace("127.0.0.1", host);
        let properties = format!(
            "url: jdbc:postgresql://{place}\nusername: kapelle\npassword: Kapelle1\nfetchType: FETCH_ONE\nsql: select ssl from pg_stat_ssl where pid = pg_backend_pid()\n{more}"
        );
        told(run(&stage, "io.kestra.plugin.jdbc.postgresql.Query", &properties).await)
    };
    let (yes, no) = (r#"{"row":{"ssl":true},"size":1}"#, r#"{"row":{"ssl":false},"size":1}"#);
    let trusting = "sslRootCert: '{{ root }}'\n";
    assert_eq!(ask("127.0.0.1", "").await, yes);
    assert_eq!(ask("127.0.0.1", "sslMode: DISABLE").await, no);
    assert_eq!(ask("127.0.0.1", "sslMode: REQUIRE").await, yes);
    assert_eq!(ask("127.0.0.1", &format!("{trusting}sslMode: VERIFY_CA")).await, yes);
    assert_eq!(ask("localhost", &format!("{trusting}sslMode: VERIFY_FULL")).await, yes);
    // It is the certificate of `localhost` and of nobody else.
    let failure = ask("127.0.0.1", &format!("{trusting}sslMode: VERIFY_FULL")).await;
    assert!(failure.contains("cannot be secured: invalid peer certificate"), "{failure}");
    for strict in ["sslMode: VERIFY_CA", "ssl: true"] {
        let failure = ask("localhost", strict).await;
        assert!(failure.contains("cannot be secured: invalid peer certificate"), "{strict}: {failure}");
    }
    let failure = ask("localhost", "sslMode: VERIFY_CA\nsslRootCert: nonsense").await;
    assert!(failure.contains("`sslRootCert` is no certificate in PEM"), "{failure}");
}

#[tokio::test]
async fn a_server_without_certificate_is_not_enough_for_those_who_want_one() {
    let Some(database) = Database::postgresql() else { return };
    let failure = database.told("Query", "sslMode: REQUIRE\nsql: select 1").await;
    assert!(failure.contains("`127.0.0.1` does not secure connections"), "{failure}");
    let failure = database.told("Query", "sslKey: x\nsql: select 1").await;
    assert_eq!(failure, "`sslCert` and `sslKey` belong together: one of them is missing");
}

#[test]
fn the_url_says_how_connections_are_secured_where_nothing_else_does() {
    let stage = Stage::new();
    let read = |url: &str| {
        let url = JdbcUrl::parse(url, &["postgresql"]).unwrap();
        let properties: SecureProperties = kapelle_plugin::read(&[]).unwrap();
        properties.read(&stage.context(), &url).map(|secure| match secure {
            Secure::Never => "never",
            Secure::IfPossible(_) => "if possible",
            Secure::Always(security) if security.check == Check::Nothing => "always",
            Secure::Always(security) if security.check == Check::Authority => "authority",
            Secure::Always(_) => "everything",
        })
    };
    for (query, how) in [
        ("", "if possible"),
        ("?sslmode=disable", "never"),
        ("?sslmode=require", "always"),
        ("?sslmode=verify-ca", "authority"),
        ("?ssl=true", "everything"),
    ] {
        assert_eq!(read(&format!("jdbc:postgresql://h/d{query}")).unwrap(), how);
    }
    assert!(read("jdbc:postgresql://h/d?sslmode=maybe").is_err());
}

#[tokio::test]
async fn a_result_that_is_not_wanted_does_not_undo_what_it_tells_of() {
    let Some(database) = Database::postgresql() else { return };
    database.prepare("drop table if exists returned; create table returned (id int)").await;
    let outputs = database.run("Query", "fetchType: FETCH_ONE\nfetchSize: 10\nsql: insert into returned select generate_series(1, 50000) returning id").await.unwrap();
    assert_eq!(json(&Value::Map(Arc::new(outputs))), r#"{"row":{"id":1},"size":1}"#);
    assert_eq!(database.rows("select count(*) as n from returned").await, r#"[{"n":50000}]"#);
}

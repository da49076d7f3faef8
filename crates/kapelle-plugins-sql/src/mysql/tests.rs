use crate::tests::{Database, json, text, told};

#[tokio::test]
async fn every_kind_of_cell_is_a_value_in_both_forms_of_rows() {
    let Some(database) = Database::mariadb() else { return };
    database
        .prepare(
            "set session sql_mode = '', session time_zone = '+00:00';\n\
             drop table if exists cells;\n\
             create table cells (i int, u bigint unsigned, t tinyint, b boolean, f float, d double, n decimal(30,6), s varchar(20), c char(3), tx text, bl blob, vb varbinary(4), da date, ti time, dt datetime(6), ts timestamp, y year, bi bit(1), bs bit(10), e enum('a','b'), j json, z datetime, l time);\n\
             insert into cells values (-1, 18446744073709551615, 5, true, 1.5, 0.1, 12345678901234567890.123400, 'ä''b', 'x', 'long', x'00ff', x'01', '2024-02-29', '12:30:00', '2024-02-29 12:30:00.123456', '2024-02-29 12:30:00', 2024, b'1', b'101', 'b', '{\"a\": 1}', '0000-00-00 00:00:00', '-30:00:00')",
        )
        .await;
    let moments = "dt:ZonedDateTime::\"2024-02-29T12:30:00.123456+01:00[Europe/Berlin]\",ts:ZonedDateTime::\"2024-02-29T13:30:00+01:00[Europe/Berlin]\"";
    let ion = "{i:-1,u:\"18446744073709551615\",t:5,b:true,f:1.5e0,d:0.1e0,n:12345678901234567890.123400,s:\"ä'b\",c:\"x\",tx:\"long\",bl:{{AP8=}},vb:{{AQ==}},da:2024-02-29,ti:LocalTime::\"12:30\",MOMENTS,y:2024-01-01,bi:true,bs:{{AAU=}},e:\"b\",j:JSON,z:null,l:\"-30:00:00\"}\n";
    for how in ["", "parameters: {i: -1}"] {
        let filter = if how.is_empty() { "" } else { " where i = :i" };
        let properties =
            format!("timeZoneId: Europe/Berlin\nfetchType: STORE\nsql: select * from cells{filter}\n{how}");
        let outputs = database.run("Query", &properties).await.unwrap();
        let expected = ion.replace("MOMENTS", moments).replace("JSON", "{a:1}");
        assert_eq!(database.stage.content(&text(&outputs, "uri")), expected, "{how}");
        let same = Database::mysql().unwrap();
        let outputs = same.run("Query", &properties).await.unwrap();
        let moments = "dt:LocalDateTime::\"2024-02-29T12:30:00.123456\",ts:2024-02-29T12:30:00.000Z";
        let expected = ion.replace("MOMENTS", moments).replace("JSON", "\"{\\\"a\\\": 1}\"");
        assert_eq!(same.stage.content(&text(&outputs, "uri")), expected, "{how}");
    }
    let nulls = database.rows("select null as a, cast(null as signed) as b").await;
    assert_eq!(nulls, r#"[{"a":null,"b":null}]"#);
}

#[tokio::test]
async fn every_kind_of_value_is_a_parameter() {
    let Some(database) = Database::mysql() else { return };
    for (parameter, sql, given) in [
        ("7", "select :p + 1 as c", "8"),
        ("9223372036854775807", "select :p as c", "9223372036854775807"),
        ("'7'", "select 1 as c where 7 = :p", "1"),
        ("1.5", "select :p * 2 as c", "3.0"),
        ("true", "select 1 as c where :p", "1"),
        ("\"a'\\\\b\"", "select concat(:p, 'x') as c", r#""a'\\bx""#),
        ("2", "select 1 as c union select 2 limit :p", "1"),
        ("'2024-02-29'", "select datediff('2024-03-01', :p) as c", "1"),
        ("{a: [1]}", "select json_extract(:p, '$.a[0]') as c", "\"1\""),
    ] {
        let properties = format!("fetchType: FETCH_ONE\nsql: |\n  {sql}\nparameters:\n  p: {parameter}");
        let outputs = database.run("Query", &properties).await;
        assert_eq!(told(outputs), format!("{{\"row\":{{\"c\":{given}}},\"size\":1}}"), "{sql}");
    }
}

#[tokio::test]
async fn procedures_have_statements_of_their_own() {
    let Some(database) = Database::mariadb() else { return };
    database
        .prepare("drop procedure if exists twice;\ncreate procedure twice(n int)\nbegin\n  if n > 0 then\n    select n as first;\n  end if;\n  select n * 2 as second;\nend;")
        .await;
    let both = r#"[{"first":2},{"second":4}]"#;
    assert_eq!(database.rows("call twice(2)").await, both);
    let bound = "parameters: {n: 2}\nsql: call twice(:n)";
    let outputs = database.told("Query", &format!("{bound}\nfetchType: FETCH")).await;
    assert_eq!(outputs, format!(r#"{{"rows":{both},"size":2}}"#));
    let outputs = database.run("Query", &format!("{bound}\nfetchType: STORE")).await.unwrap();
    assert_eq!(database.stage.content(&text(&outputs, "uri")), "{first:2}\n{second:4}\n");
    let first = r#"{"row":{"first":2},"size":1}"#;
    assert_eq!(database.told("Query", &format!("{bound}\nfetchType: FETCH_ONE")).await, first);
    let several = database.told("Queries", &format!("{bound}; select 5 as n\nfetchType: FETCH")).await;
    assert_eq!(several, r#"{"outputs":[{"rows":[{"first":2}],"size":1},{"rows":[{"n":5}],"size":1}]}"#);
    let failure = database.told("Queries", "sql: |\n  select 1;\n  select 1\n  fromm nowhere").await;
    assert!(failure.starts_with("line 3 of `sql` failed: You have an error in your SQL syntax"), "{failure}");
    assert!(failure.contains("(error 1064, SQLSTATE 42000)"), "{failure}");
    let properties = database.properties("fetchType: FETCH_ONE\nsql: select 1 as a; select 2 as b");
    let several = properties.replace("/kapelle'", "/kapelle?allowMultiQueries=true'");
    assert_eq!(told(database.run_as("Query", &several).await), r#"{"row":{"a":1},"size":1}"#);
    let all = several.replace("FETCH_ONE", "FETCH");
    assert_eq!(told(database.run_as("Query", &all).await), r#"{"rows":[{"a":1},{"b":2}],"size":2}"#);
}

#[tokio::test]
async fn the_url_says_what_values_are_and_what_holds_for_the_session() {
    let types = r#"{"t":true,"y":"2026-01-01"}"#;
    for database in [Database::mysql(), Database::mariadb()].into_iter().flatten() {
        let table = format!("options_{}", database.system);
        database
            .prepare(&format!(
                "drop table if exists {table}; create table {table} (t tinyint(1), y year); insert into {table} values (2, 2026)"
            ))
            .await;
        let asking = async |url: &str, sql: &str| {
            let properties = database.properties(&format!("fetchType: FETCH_ONE\nsql: {sql}"));
            let properties = properties.replace("/kapelle'", &format!("/kapelle?{url}'"));
            json(database.run_as("Query", &properties).await.unwrap().get("row").unwrap())
        };
        for (url, row) in [
            ("tinyInt1isBit=false&yearIsDateType=false", r#"{"t":2,"y":2026}"#),
            ("tinyInt1isBit=true&yearIsDateType=true", types),
            ("tinyInt1isBit=&nonsense=1", types),
        ] {
            assert_eq!(asking(url, &format!("select t, y from {table}")).await, row, "{url}");
        }
        assert!(database.stage.lines().iter().any(|line| line.ends_with("mean nothing here: nonsense")));
        let variables = "sessionVariables=sql_mode='ANSI_QUOTES,STRICT_ALL_TABLES',group_concat_max_len=5"
            .replace('\'', "%27");
        assert_eq!(
            asking(&variables, "select @@sql_mode as m, @@group_concat_max_len as g").await,
            r#"{"m":"ANSI_QUOTES,STRICT_ALL_TABLES","g":"5"}"#
        );
    }
}

#[tokio::test]
async fn a_file_is_loaded_if_the_task_names_one() {
    let Some(database) = Database::mysql() else { return };
    database.prepare("drop table if exists loaded; create table loaded (id int, name varchar(20))").await;
    let lines: Vec<String> = (1..=20_000).map(|id| format!("{id},n{id}")).collect();
    let content = lines.join("\n");
    let from = database.stage.put_file("rows.csv", content.as_bytes());
    let load = "sql: load data local infile '/etc/passwd' into table loaded fields terminated by ','";
    database.run("Query", &format!("{load}\ninputFile: '{from}'")).await.unwrap();
    database.prepare("delete from loaded").await;
    let load_named = load.replace("'/etc/passwd'", "'{{ inputFile }}'");
    database.run("Query", &format!("{load_named}\ninputFile: '{from}'")).await.unwrap();
    let rows = database.rows("select count(*) as n, max(id) as m from loaded").await;
    assert_eq!(rows, r#"[{"n":20000,"m":20000}]"#);
    let failure = database.told("Query", load).await;
    assert!(failure.contains("`local_infile`"), "{failure}");
    assert_eq!(database.rows("select count(*) as n from loaded").await, r#"[{"n":20000}]"#);
}

#[tokio::test]
async fn what_changes_nothing_counts_as_changed_if_it_was_found() {
    let Some(database) = Database::mysql() else { return };
    database
        .prepare("drop table if exists same; create table same (id int); insert into same values (1)")
        .await;
    let from = database.stage.put_file("rows.ion", b"[1,1]\n");
    let outputs =
        database.told("Batch", &format!("from: '{from}'\nsql: update same set id = ? where id = ?")).await;
    assert_eq!(outputs, r#"{"rowCount":1,"updatedCount":1}"#);
}

use kapelle_core::expression::plain;
use kapelle_model::Value;
use kapelle_plugin::stage::Stage;

use super::matching::Names;
use super::transform_items::TransformItems;
use super::transform_value::TransformValue;
use crate::testing::converted;

/// The fields of a text as Ion.
async fn fields(from: &str, more: &str) -> String {
    let stage = Stage::new().variable("text", Value::from(from));
    let given = stage.run::<TransformValue>(&format!("{{from: '{{{{ text }}}}', {more}}}")).await;
    match given {
        Ok(given) => plain::to_ion(&given["value"], 10_000).unwrap().expose().to_owned(),
        Err(broken) => format!("failed: {}", broken.failure),
    }
}

#[test]
fn every_pattern_of_the_library_can_be_used() {
    for (name, _) in super::library::PATTERNS {
        let compiled = Names::new().compile(&format!("%{{{name}:x}}"), true);
        assert!(compiled.is_ok(), "{name}: {:?}", compiled.err());
    }
}

#[tokio::test]
async fn texts_become_fields() {
    let apache = r#"127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a.gif HTTP/1.0" 200 2326 "http://a.b/" "Mozilla/4.08""#;
    let expected = "{clientip:\"127.0.0.1\",ident:\"-\",auth:\"frank\",timestamp:\"10/Oct/2000:13:55:36 -0700\",verb:\"GET\",\
        request:\"/a.gif\",httpversion:\"1.0\",response:\"200\",bytes:\"2326\",referrer:\"\\\"http://a.b/\\\"\",\
        agent:\"\\\"Mozilla/4.08\\\"\"}";
    assert_eq!(fields(apache, "pattern: '%{COMBINEDAPACHELOG}'").await, expected);
    for (text, more, expected) in [
        (
            "55.3.244.1 GET 15824 0.043",
            "pattern: '%{IP:client} %{WORD:method} %{NUMBER:bytes:int} %{NUMBER:took:double}'",
            "{client:\"55.3.244.1\",method:\"GET\",bytes:15824,took:0.043e0}",
        ),
        (
            "2026-05-06T07:08:09Z ERROR no",
            "pattern: '%{TIMESTAMP_ISO8601:at} %{LOGLEVEL:level} %{GREEDYDATA:text}'",
            "{at:\"2026-05-06T07:08:09Z\",level:\"ERROR\",text:\"no\"}",
        ),
        (
            "a@b.c",
            "pattern: '%{EMAILADDRESS}', namedCapturesOnly: false",
            "{EMAILADDRESS:\"a@b.c\",EMAILLOCALPART:\"a\",HOSTNAME:\"b.c\"}",
        ),
        ("abc", "pattern: '%{INT:n}'", "{}"),
        ("x=7", "patterns: ['%{INT:n}x', 'x=%{INT:n:int}', '%{WORD:w}']", "{n:7}"),
        ("x=7", "patterns: ['x=%{INT:n:int}', '%{WORD:w}'], breakOnFirstMatch: false", "{n:7,w:\"x\"}"),
        (
            "id ab12",
            "pattern: 'id %{CODE:code}', patternDefinitions: {CODE: '[a-z]+[0-9]+'}",
            "{code:\"ab12\"}",
        ),
        ("a ", "pattern: '%{WORD:a} %{DATA:b}(?: %{INT:c})?$'", "{a:\"a\"}"),
        (
            "a ",
            "pattern: '%{WORD:a} %{DATA:b}(?: %{INT:c})?$', keepEmptyCaptures: true",
            "{a:\"a\",b:\"\",c:\"\"}",
        ),
        ("2", "pattern: '(?:a%{INT:n})?%{INT:n}', keepEmptyCaptures: true", "{n:\"2\"}"),
        ("1 2", "pattern: '%{INT:n} %{INT:n}'", "{n:[\"1\",\"2\"]}"),
        ("7", "pattern: '%{INT:[a][b]:int}'", "{a:{b:7}}"),
        ("k: v", "pattern: '(?<the_key>\\w+): %{WORD:value}'", "{the_key:\"k\",value:\"v\"}"),
        ("fe80::1", "pattern: '^%{IP:ip}$'", "{ip:\"fe80::1\"}"),
        ("x", "pattern: '%{NONE}'", "failed: the pattern `%{NONE}` is wrong: there is no pattern `NONE`"),
        (
            "x",
            "pattern: '%{A}', patternDefinitions: {A: '%{A}'}",
            "failed: the pattern `%{A}` is wrong: names are too deep inside of each other, or name themselves",
        ),
        (
            "x",
            "pattern: '%{INT:n:money}'",
            "failed: the pattern `%{INT:n:money}` is wrong: there is no type `money`: there are \
            int, long, float, double, boolean, string",
        ),
        ("x", "keepEmptyCaptures: true", "failed: there is no pattern: set `pattern` or `patterns`"),
    ] {
        assert_eq!(fields(text, more).await, expected, "{text} {more}");
    }
    assert!(fields("x", "pattern: '('").await.starts_with("failed: the pattern `(` is wrong"));
}

#[tokio::test]
async fn rows_become_fields() {
    let more = "pattern: '%{INT:n:int} %{WORD:w}'";
    assert_eq!(converted::<TransformItems>(b"\"1 a\"\n\"x\"\n", more).await, "{n:1,w:\"a\"}\n");
    let stage = Stage::new();
    let from = stage.put_file("in", b"\"x\"\n\"1 a\"\n");
    let given = stage.run::<TransformItems>(&format!("{{from: '{from}', {more}}}")).await.unwrap();
    assert_eq!(given["processedItemsTotal"], Value::Int(1));
    assert_eq!(converted::<TransformItems>(b"\"1 a\"\n{a:1}\n", more).await, "failed: row 2: it is no text");
}

#[tokio::test]
async fn patterns_may_stand_in_files() {
    let stage = Stage::new();
    std::fs::create_dir_all(stage.directory().join("own")).unwrap();
    std::fs::write(stage.directory().join("own/a"), "# ours\nCODE [a-z]+[0-9]+\n").unwrap();
    let address = stage.put_file("more", b"SHOUT [A-Z]+!\n");
    let properties = format!(
        "{{from: 'ab1 HO!', pattern: '%{{CODE:c}} %{{SHOUT:s}}', patternsDir: [./own, '{address}']}}"
    );
    let given = stage.run::<TransformValue>(&properties).await.unwrap();
    assert_eq!(plain::to_ion(&given["value"], 100).unwrap().expose(), "{c:\"ab1\",s:\"HO!\"}");
    let told = stage.run::<TransformValue>("{from: x, pattern: x, patternsDir: [none]}").await.unwrap_err();
    assert_eq!(told.failure.to_string(), "there are no patterns in `none`");
}

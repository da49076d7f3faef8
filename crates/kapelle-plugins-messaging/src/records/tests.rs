use kapelle_plugin::stage::Stage;

use super::*;

async fn sent(stage: &Stage, from: Value) -> Vec<String> {
    let cx = stage.context();
    let mut sending = Sending::new(&cx, from);
    let mut all = Vec::new();
    while let Some(record) = sending.next().await.unwrap() {
        all.push(String::from_utf8(SerdeType::String.write(&record).unwrap()).unwrap());
    }
    all
}

#[tokio::test]
async fn records_come_as_lists_maps_texts_and_files() {
    let stage = Stage::new();
    let map = Value::Map(std::sync::Arc::new(Map::from_iter([("a".into(), Value::Int(1))])));
    let list = Value::List(vec![Value::from("x"), Value::Int(2), map.clone()].into());
    assert_eq!(sent(&stage, list).await, ["x", "2", r#"{"a":1}"#]);
    assert_eq!(sent(&stage, map).await, [r#"{"a":1}"#]);
    assert_eq!(sent(&stage, Value::from(r#"["x", {"a": 1}]"#)).await, ["x", r#"{"a":1}"#]);
    for text in ["plain words", "42", "\"quoted\""] {
        assert_eq!(sent(&stage, Value::from(text)).await, [text]);
    }
    let cx = stage.context();
    let mut texts = Sending::of_texts(&cx, Value::from("[1, 2.50]"));
    assert_eq!(texts.batch(9).await.unwrap(), [Value::from("[1, 2.50]")]);
    let uri = stage.put_file("rows.ion", b"\"one\"\n{a:1}\n[2,3]\n");
    assert_eq!(sent(&stage, Value::from(uri.as_str())).await, ["one", r#"{"a":1}"#, "2", "3"]);
}

#[tokio::test]
async fn a_file_that_is_not_there_is_told() {
    let stage = Stage::new();
    let cx = stage.context();
    let told = Sending::new(&cx, Value::from("kestra:///none.ion")).next().await.unwrap_err();
    assert!(told.failure.to_string().contains("none.ion"), "{told:?}");
}

#[test]
fn contents_become_values_and_values_contents() {
    let json = |text: &str| SerdeType::Json.read(text.as_bytes());
    assert_eq!(json("{\"a\":1}").unwrap(), from_json("{\"a\":1}").unwrap());
    assert!(json("{").unwrap_err().to_string().contains("serdeType: STRING"));
    assert_eq!(SerdeType::String.read(b"caf\xe9").unwrap(), Value::from("caf\u{fffd}"));
    let written = |serde: SerdeType, value: Value| String::from_utf8(serde.write(&value).unwrap()).unwrap();
    // What a reader gets does not hang on what a text looks like, but where Kestra lets it.
    assert_eq!(written(SerdeType::Json, Value::from("12")), "\"12\"");
    assert_eq!(SerdeType::Json.write_once(&Value::from("{\"a\": 1}")).unwrap(), b"{\"a\": 1}");
    assert_eq!(SerdeType::Json.write_once(&Value::from("words")).unwrap(), b"\"words\"");
    assert_eq!(written(SerdeType::Json, Value::from("words")), "\"words\"");
    assert_eq!(written(SerdeType::String, Value::from("words")), "words");
    assert_eq!(written(SerdeType::String, Value::from("s").into_secret()), "s");
    assert_eq!(written(SerdeType::String, Value::Int(7).into_secret()), "7");
    assert_eq!(written(SerdeType::Json, Value::Int(7).into_secret()), "7");
}

#[tokio::test]
async fn an_extent_ends_by_count_or_by_time() {
    let of = |source: &str| {
        let properties = kapelle_plugin::stage::properties_of(source);
        let properties: ExtentProperties = kapelle_plugin::read(&properties).unwrap();
        properties.read(&Stage::new().context()).unwrap()
    };
    let counted = of("maxRecords: 2");
    assert_eq!((counted.left(0), counted.is_over(1), counted.is_over(2)), (2, false, true));
    assert!(of("maxDuration: PT0S").is_over(0));
    assert!(of("maxDuration: PT1H").must_end().is_ok());
    let told = of("x: 1").must_end().err().unwrap().to_string();
    assert!(told.contains("`maxRecords` or `maxDuration`"), "{told}");
}

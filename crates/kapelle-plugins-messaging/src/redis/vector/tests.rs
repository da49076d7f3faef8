use kapelle_model::Value;
use kapelle_plugin::stage::Stage;

use super::add::Add;
use super::delete::Delete;
use super::similarity::Similarity;
use crate::redis::testing::answering;

#[tokio::test]
async fn vectors_are_added() {
    let (url, asked) = answering(&[":1\r\n"]);
    let add = format!(
        "{{url: '{url}', key: k, element: e, vector: [1, 0.5], reduceDim: 1, quantization: NO_QUANTIZATION, checkAndSet: true, explorationFactor: 9, maxNodes: 4, attributes: {{a: 1}}}}"
    );
    assert_eq!(Stage::new().run::<Add>(&add).await.unwrap()["added"], Value::Bool(true));
    assert_eq!(
        asked.join().unwrap(),
        ["VADD k REDUCE 1 VALUES 2 1 0.5 e CAS NOQUANT EF 9 SETATTR {\"a\":1} M 4"]
    );
}

#[tokio::test]
async fn vectors_are_found() {
    let (url, asked) = answering(&["*4\r\n$1\r\nb\r\n$3\r\n0.9\r\n$1\r\na\r\n$3\r\n0.5\r\n"]);
    let find = format!(
        "{{url: '{url}', key: k, element: e, count: 2, epsilon: 0.5, filter: .a > 0, filterEfficiency: 3}}"
    );
    let found = Stage::new().run::<Similarity>(&find).await.unwrap();
    assert_eq!(format!("{:?}", found["matches"]), r#"List([Str("b"), Str("a")])"#);
    assert_eq!(format!("{:?}", found["scores"]), r#"Map({"a": Float(0.5), "b": Float(0.9)})"#);
    assert_eq!(
        asked.join().unwrap(),
        ["VSIM k ELE e WITHSCORES COUNT 2 EPSILON 0.5 FILTER .a > 0 FILTER-EF 3"]
    );
    let both = Stage::new().run::<Similarity>("{url: 'redis://h', key: k}").await.unwrap_err();
    assert!(both.failure.to_string().contains("either `vector` or `element`"));
}

#[tokio::test]
async fn elements_are_deleted() {
    let (url, asked) = answering(&[":1\r\n", ":0\r\n"]);
    let delete = format!("{{url: '{url}', key: k, elements: [a, b], failedOnMissing: true}}");
    let told = Stage::new().run::<Delete>(&delete).await.unwrap_err().failure.to_string();
    assert!(told.contains("1 of 2 elements were not in `k`"), "{told}");
    assert_eq!(asked.join().unwrap(), ["VREM k a", "VREM k b"]);
}

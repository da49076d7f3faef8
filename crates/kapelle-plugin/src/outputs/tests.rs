use std::collections::BTreeMap;

use kapelle_core::expression::plain;
use serde::Serialize;

use super::*;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Given {
    status_code: u16,
    headers: BTreeMap<String, Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    body: Any,
}

#[test]
fn fields_become_values_and_what_has_a_type_keeps_it() {
    let secret = Value::from("s3cret").into_secret();
    let given = Given {
        status_code: 200,
        headers: BTreeMap::from([("a".to_owned(), vec!["1".to_owned()])]),
        uri: None,
        body: Any(secret.clone()),
    };
    let map = outputs(&given).unwrap();
    assert_eq!(map["body"], secret);
    let shown = plain::to_json(&Value::Map(map.into()), &jiff::tz::TimeZone::UTC, true, 1000).unwrap();
    assert_eq!(shown.expose(), r#"{"statusCode":200,"headers":{"a":["1"]},"body":"******"}"#);
    assert_eq!(outputs(&()).unwrap(), Map::new());
}

#[test]
fn what_is_no_struct_is_refused() {
    assert_eq!(outputs(&7).unwrap_err(), "it is no struct");
    assert!(outputs(&u64::MAX).unwrap_err().contains("too large"));
}

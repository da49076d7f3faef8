//! Manifests as data: from values of a flow to JSON and back, and one put over another.

use jiff::tz::TimeZone;
use kapelle_core::expression::plain;
use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::Any;
use serde_json::{Map as Object, Value as Json};

/// Bytes of a manifest: clusters take no more than 3 MiB.
const BYTES_MAX: usize = 3 << 20;

/// What a flow says, as a cluster reads it.
pub(crate) fn json(value: &Value) -> Result<Json, Failure> {
    let text = plain::to_json(value, &TimeZone::UTC, false, BYTES_MAX)
        .map_err(|error| Failure::new(error.text()))?;
    serde_json::from_str(text.expose()).map_err(|error| {
        // The error of serde shows no more than a place.
        Failure::new(format!("what the flow says cannot be told to Kubernetes: {error}"))
    })
}

/// A map of a flow as JSON.
pub(crate) fn object(map: Map) -> Result<Json, Failure> {
    json(&Value::Map(std::sync::Arc::new(map)))
}

/// What a cluster says, as outputs.
pub(super) fn value(json: &Json) -> Any {
    Any(plain::from_json(&json.to_string()).unwrap_or_default())
}

/// The metadata of an object. Who manages which field is a long tale that tells flows nothing.
pub(super) fn metadata(object: &Json) -> Any {
    let mut metadata = object.get("metadata").cloned().unwrap_or_default();
    if let Some(metadata) = metadata.as_object_mut() {
        metadata.remove("managedFields");
    }
    value(&metadata)
}

/// Puts `over` over `under`: maps part by part, lists of things with names name by name; anything else is replaced, and
/// null takes it away.
pub(crate) fn merge(under: &mut Json, over: &Json) {
    match (under, over) {
        (Json::Object(under), Json::Object(over)) => {
            for (name, over) in over {
                match under.get_mut(name) {
                    _ if over.is_null() => {
                        under.shift_remove(name);
                    }
                    Some(under) => merge(under, over),
                    None => {
                        under.insert(name.clone(), over.clone());
                    }
                }
            }
        }
        (Json::Array(under), Json::Array(over)) if over.iter().all(|one| name(one).is_some()) => {
            for one in over {
                match under.iter_mut().find(|found| name(found) == name(one)) {
                    Some(found) => merge(found, one),
                    None => under.push(one.clone()),
                }
            }
        }
        (under, over) => under.clone_from(over),
    }
}

fn name(object: &Json) -> Option<&str> {
    object.get("name").and_then(Json::as_str)
}

/// Amounts of resources: the cluster wants numbers as text.
pub(crate) fn amounts(written: &Json) -> Json {
    let text = |amount: &Json| match amount {
        Json::Number(number) => Json::from(number.to_string()),
        other => other.clone(),
    };
    match written {
        Json::Object(amounts) => {
            let amounts = amounts.iter().filter(|(_, amount)| !amount.is_null());
            Json::Object(amounts.map(|(name, amount)| (name.clone(), text(amount))).collect::<Object<_, _>>())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_manifest_is_put_over_another() {
        for (under, over, merged) in [
            (json!({"a": {"x": 1, "y": 2}}), json!({"a": {"y": 3}}), json!({"a": {"x": 1, "y": 3}})),
            (json!({"a": 1, "b": 2}), json!({"a": null}), json!({"b": 2})),
            (json!({"l": [1, 2]}), json!({"l": [3]}), json!({"l": [3]})),
            (
                json!([{"name": "a", "v": 1}]),
                json!([{"name": "b"}, {"name": "a", "v": 2}]),
                json!([{"name": "a", "v": 2}, {"name": "b"}]),
            ),
            (json!({"a": 1}), json!({"a": {"b": 1}}), json!({"a": {"b": 1}})),
        ] {
            let mut found = under;
            merge(&mut found, &over);
            assert_eq!(found, merged);
        }
    }

    #[test]
    fn amounts_are_text() {
        let written = json!({"nvidia.com/gpu": 1, "cpu": 0.5, "memory": "1Gi", "x": null});
        assert_eq!(amounts(&written), json!({"nvidia.com/gpu": "1", "cpu": "0.5", "memory": "1Gi"}));
    }

    #[test]
    fn who_manages_a_field_is_left_out() {
        let object = json!({"metadata": {"name": "a", "managedFields": [{"manager": "x"}]}});
        let Any(Value::Map(metadata)) = metadata(&object) else { panic!("no map") };
        assert_eq!(metadata.keys().map(|key| &**key).collect::<Vec<_>>(), ["name"]);
    }
}

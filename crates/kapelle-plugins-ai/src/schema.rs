//! Whether JSON keeps a JSON schema, as far as models are given schemas: types, required properties, words, items.

use serde_json::Value as Json;

/// Objects within objects that are looked at.
const DEPTH_MAX: usize = 32;

/// What is wrong with a value, and where; `None` if it fits.
pub(crate) fn misfit(value: &Json, schema: &Json) -> Option<String> {
    at(value, schema, "the answer", DEPTH_MAX)
}

fn at(value: &Json, schema: &Json, place: &str, depth: usize) -> Option<String> {
    if depth == 0 {
        return None;
    }
    if let Some(kinds) = schema.get("type") {
        let kinds: Vec<&str> = match kinds {
            Json::Array(kinds) => kinds.iter().filter_map(Json::as_str).collect(),
            kind => kind.as_str().into_iter().collect(),
        };
        if !kinds.is_empty() && !kinds.iter().any(|kind| is_of(value, kind)) {
            return Some(format!("{place} has to be of type {}", kinds.join(" or ")));
        }
    }
    if let Some(words) = schema.get("enum").and_then(Json::as_array)
        && !words.contains(value)
    {
        return Some(format!("{place} has to be one of {}", Json::Array(words.clone())));
    }
    if let Some(object) = value.as_object() {
        let required = schema.get("required").and_then(Json::as_array).into_iter().flatten();
        let missing = required.filter_map(Json::as_str).find(|name| !object.contains_key(*name));
        if let Some(name) = missing {
            return Some(format!("{place} has no `{name}`"));
        }
        let properties = schema.get("properties").and_then(Json::as_object).into_iter().flatten();
        for (name, inner) in properties {
            let place = format!("`{name}` of {place}");
            let found = object.get(name).and_then(|value| at(value, inner, &place, depth - 1));
            if found.is_some() {
                return found;
            }
        }
    }
    if let (Some(items), Some(inner)) = (value.as_array(), schema.get("items")) {
        let place = format!("an item of {place}");
        return items.iter().find_map(|item| at(item, inner, &place, depth - 1));
    }
    None
}

fn is_of(value: &Json, kind: &str) -> bool {
    match kind.to_ascii_lowercase().as_str() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => {
            value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        "null" => value.is_null(),
        // Nobody knows it; the provider does.
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_does_not_fit_is_named_with_its_place() {
        let schema = json!({
            "type": "object", "required": ["name", "tags"],
            "properties": {
                "name": { "type": "string" },
                "tags": { "type": "array", "items": { "enum": ["a", "b"] } },
                "age": { "type": ["integer", "null"] },
            },
        });
        for (value, words) in [
            (json!([]), Some("the answer has to be of type object")),
            (json!({ "name": "x" }), Some("the answer has no `tags`")),
            (json!({ "name": 1, "tags": [] }), Some("`name` of the answer has to be of type string")),
            (
                json!({ "name": "x", "tags": ["a", "c"] }),
                Some("an item of `tags` of the answer has to be one of [\"a\",\"b\"]"),
            ),
            (
                json!({ "name": "x", "tags": [], "age": 1.5 }),
                Some("`age` of the answer has to be of type integer or null"),
            ),
            (json!({ "name": "x", "tags": ["b"], "age": null, "more": 1 }), None),
        ] {
            assert_eq!(misfit(&value, &schema).as_deref(), words, "{value}");
        }
    }
}

//! Makes a schema small: what several properties have in common is written once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::{free_name, reference};

/// Shorter ones are not worth a reference.
const LENGTH_MIN: usize = 45;

/// Moves descriptions that stand at more than one property to a definition of their own.
pub(super) fn share(definitions: &mut BTreeMap<String, Value>, flow: &mut Value) {
    let mut uses: HashMap<String, usize> = HashMap::new();
    for schema in definitions.values_mut().chain([&mut *flow]) {
        each_property(schema, &mut |_, property| *uses.entry(property.to_string()).or_default() += 1);
    }
    let taken: BTreeSet<String> = definitions.keys().cloned().collect();
    let mut shared: BTreeMap<String, Value> = BTreeMap::new();
    let mut names: HashMap<String, String> = HashMap::new();
    for schema in definitions.values_mut().chain([&mut *flow]) {
        each_property(schema, &mut |name, property| {
            let text = property.to_string();
            if text.len() < LENGTH_MIN || uses[&text] < 2 {
                return;
            }
            let name = names.entry(text).or_insert_with(|| {
                let name = free_name(&wanted_name(name, property), |name| {
                    shared.contains_key(name) || taken.contains(name)
                });
                shared.insert(name.clone(), property.clone());
                name
            });
            *property = reference(name);
        });
    }
    definitions.extend(shared);
}

/// What only has a type, and no words of its own, is named after it; anything else after the first property it is for.
fn wanted_name(property: &str, schema: &Value) -> String {
    let is_plain = schema.get("description").is_none();
    let kind = schema.get("type").map(|kind| kind.get(0).unwrap_or(kind));
    match kind.and_then(Value::as_str) {
        Some(kind) if is_plain => format!("value.{kind}"),
        _ => format!("property.{property}"),
    }
}

/// Visits the properties of an object, or those of each of its forms.
fn each_property(schema: &mut Value, visit: &mut impl FnMut(&str, &mut Value)) {
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        for (name, property) in properties {
            visit(name, property);
        }
    }
    for form in schema.get_mut("anyOf").and_then(Value::as_array_mut).into_iter().flatten() {
        each_property(form, visit);
    }
}

//! Which properties have to be there.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{COMPLETE, reference};
use crate::shape::Property;

/// Asks for the required properties, each by its name or an old name.
pub(super) fn require(schema: &mut Value, properties: &[Property]) {
    let mut names = Vec::new();
    let mut choices = Vec::new();
    for property in properties.iter().filter(|property| property.required) {
        let old: Vec<&str> = properties
            .iter()
            .filter(|other| other.alias_of == Some(property.name))
            .map(|other| other.name)
            .collect();
        if old.is_empty() {
            names.push(property.name);
        } else {
            let choice: Vec<Value> =
                std::iter::once(property.name).chain(old).map(|name| json!({ "required": [name] })).collect();
            choices.push(json!({ "anyOf": choice }));
        }
    }
    if !names.is_empty() {
        schema["required"] = json!(names);
    }
    if !choices.is_empty() {
        schema["allOf"] = json!(choices);
    }
}

/// What plugin types require. It stands apart from the types, since it does not hold in a flow with plugin defaults.
#[derive(Default)]
pub(super) struct Needs {
    /// By the text of the requirement: itself, and the names of the types that have it.
    types: BTreeMap<String, (Value, Vec<String>)>,
}

impl Needs {
    /// Notes what a type requires, under all its names.
    pub(super) fn add(&mut self, names: &[&str], properties: &[Property]) {
        let mut need = Value::Object(Map::new());
        require(&mut need, properties);
        if need.as_object().is_some_and(|need| !need.is_empty()) {
            let (_, types) = self.types.entry(need.to_string()).or_insert((need, Vec::new()));
            types.extend(names.iter().map(|name| (*name).to_owned()));
        }
    }

    /// Holds for a value when each object in it, at any depth, has what its `type` requires.
    pub(super) fn definition(&self) -> Value {
        let rules: Vec<Value> = self
            .types
            .values()
            .map(|(need, types)| {
                json!({
                    "if": { "properties": { "type": { "enum": types } }, "required": ["type"] },
                    "then": need,
                })
            })
            .collect();
        // Keywords for objects and lists say nothing about other values, so this ends at the leaves.
        json!({
            "if": { "type": "object", "required": ["type"] },
            "then": { "allOf": rules },
            "additionalProperties": reference(COMPLETE),
            "items": reference(COMPLETE),
        })
    }
}

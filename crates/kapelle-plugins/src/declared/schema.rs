//! What a definition offers, as a schema: names and kinds from the catalogue, words from the definition.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use kapelle_core::catalogue::Type;
use kapelle_core::expression::plain;
use kapelle_core::shape::Kind;
use kapelle_model::Value;
use schemars::{Schema, json_schema};
use serde_json::{Map, json};

use super::definition::Definition;

/// What properties are that many types have.
static SHARED: &str = include_str!("../../definitions/shared/properties.yaml");

pub(super) fn shared(property: &str) -> Option<&'static str> {
    static READ: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    let read = READ.get_or_init(|| {
        let Ok(Value::Map(map)) = plain::from_yaml(SHARED) else { return BTreeMap::new() };
        let text = |value: &Value| match value {
            Value::Str(text) => text.expose().to_owned(),
            _ => String::new(),
        };
        map.iter().map(|(name, words)| (name.to_string(), text(words))).collect()
    });
    read.get(property).map(String::as_str)
}

/// What properties are that tasks with commands have from scripts.
fn scripts(definition: &Definition, property: &str) -> Option<&'static str> {
    static READ: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    let read = READ.get_or_init(|| {
        let schema = kapelle_plugin::schema_of::<crate::scripts::Properties>();
        let all =
            schema.get("properties").and_then(serde_json::Value::as_object).cloned().unwrap_or_default();
        let words = |property: &serde_json::Value| Some(property.get("description")?.as_str()?.to_owned());
        let known = all.iter().filter_map(|(name, property)| Some((name.clone(), words(property)?)));
        known
            .chain([("commands".to_owned(), "The commands, in order, all in one shell.".to_owned())])
            .collect()
    });
    definition.commands.as_ref()?;
    read.get(property).map(String::as_str)
}

pub(super) fn properties(definition: &Definition, entry: &Type) -> Schema {
    let mut properties = Map::new();
    let mut required = Vec::new();
    let own = entry.properties.iter().filter(|property| property.alias_of.is_none());
    for property in own {
        let words = definition.properties.get(property.name).map(|own| own.description.as_str());
        let words = words.or_else(|| shared(property.name)).or_else(|| scripts(definition, property.name));
        let Some(words) = words else { continue };
        properties.insert(property.name.to_owned(), described(property.kind, words));
        if property.required {
            required.push(property.name);
        }
    }
    json_schema!({
        "title": definition.title,
        "description": definition.description,
        "type": "object",
        "properties": properties,
        "required": required,
    })
}

pub(super) fn outputs(definition: &Definition, entry: &Type) -> Schema {
    let named = definition
        .outputs
        .iter()
        .map(|(name, output)| (name.clone(), json!({ "description": output.description })))
        .collect::<Map<_, _>>();
    if definition.commands.is_none() {
        return json_schema!({ "type": "object", "properties": named });
    }
    let mut schema = kapelle_plugin::schema_of::<crate::scripts::Output>();
    if let Some(properties) = schema.get_mut("properties").and_then(serde_json::Value::as_object_mut) {
        properties.extend(named);
        // Scripts tell a little more than these types promise.
        let promised = entry.outputs.iter().flatten().map(|output| output.name).collect::<Vec<_>>();
        properties.retain(|name, _| promised.is_empty() || promised.contains(&name.as_str()));
    }
    schema
}

fn described(kind: Kind, words: &str) -> serde_json::Value {
    let kind = match kind {
        Kind::Text(_) | Kind::Date | Kind::Time | Kind::Enum(_) => "string",
        Kind::Integer { .. } => "integer",
        Kind::Number => "number",
        Kind::Boolean => "boolean",
        Kind::Duration => return json!({ "type": "string", "format": "duration", "description": words }),
        Kind::List(_) => "array",
        Kind::Map(_) | Kind::Object(_) | Kind::Labels => "object",
        _ => return json!({ "description": words }),
    };
    json!({ "type": kind, "description": words })
}

//! Schemas of less than a flow: of one type for its page, of one place for editors.

use serde_json::{Map, Value, json};

use super::{Builder, share};
use crate::catalogue::{Catalogue, Type};
use crate::shape::{FLOW, Kind, Property, Role, Tagged};

/// A place in a flow that editors open by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Task,
    Trigger,
    PluginDefault,
}

/// What may stand in one place. Everything that it refers to is among its definitions.
pub fn part_schema(catalogue: &'static Catalogue, part: Part) -> Value {
    let mut builder = Builder::new(catalogue);
    let mut schema = match part {
        Part::Task => builder.role(Role::Task),
        Part::Trigger => builder.role(Role::Trigger),
        Part::PluginDefault => match of_flow("pluginDefaults").map(|property| property.kind) {
            Some(Kind::List(Kind::Object(shape))) => builder.shape(shape),
            _ => json!({ "type": "object" }),
        },
    };
    share::share(&mut builder.definitions, &mut schema);
    schema["$schema"] = "http://json-schema.org/draft-07/schema#".into();
    schema["definitions"] = json!(builder.definitions);
    schema
}

/// What is worth knowing about one type: its properties, its outputs, and the definitions that they refer to. Plugins
/// that may stand inside are named, not described.
pub fn type_schema(catalogue: &'static Catalogue, entry: &'static Type) -> Value {
    let mut builder = Builder { is_alone: true, ..Builder::new(catalogue) };
    let mut properties = builder.object(&entry.properties);
    properties["title"] = entry.doc.into();
    properties["additionalProperties"] = entry.partial.into();
    if entry.deprecated {
        properties["$deprecated"] = true.into();
    }
    let outputs: Map<String, Value> = entry
        .outputs
        .iter()
        .flatten()
        .map(|output| (output.name.to_owned(), json!({ "type": output_kind(output.kind) })))
        .collect();
    json!({
        "properties": properties,
        "outputs": { "type": "object", "properties": outputs },
        "definitions": builder.definitions,
    })
}

/// An input of this type. None if there is no such type.
pub fn input_schema(catalogue: &'static Catalogue, name: &str) -> Option<Value> {
    let tagged = inputs()?;
    tagged.variant(name)?;
    let mut builder = Builder { is_alone: true, ..Builder::new(catalogue) };
    let properties = builder.variant(tagged, name);
    Some(json!({ "properties": properties, "outputs": {}, "definitions": builder.definitions }))
}

fn inputs() -> Option<&'static Tagged> {
    match of_flow("inputs")?.kind {
        Kind::List(Kind::Tagged(tagged)) => Some(tagged),
        _ => None,
    }
}

fn of_flow(name: &str) -> Option<&'static Property> {
    FLOW.properties.iter().find(|property| property.name == name)
}

/// A type of the catalogue's outputs in the words of schemas.
fn output_kind(kind: &str) -> &'static str {
    match kind {
        "int" | "integer" | "long" => "integer",
        "float" | "double" | "number" => "number",
        "bool" | "boolean" => "boolean",
        "list" => "array",
        "map" | "object" => "object",
        _ => "string",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_a_schema_of_its_own_that_is_small() {
        let catalogue = Catalogue::bundled();
        for entry in catalogue.types() {
            let schema = type_schema(catalogue, entry);
            assert!(schema["properties"]["properties"].is_object(), "{}", entry.name);
            assert!(schema.to_string().len() < 400_000, "{}", entry.name);
        }
    }

    #[test]
    fn every_type_of_input_has_a_schema() {
        for variant in inputs().unwrap().variants {
            assert!(input_schema(Catalogue::bundled(), variant.tag).is_some(), "{}", variant.tag);
        }
        assert!(input_schema(Catalogue::bundled(), "NONE").is_none());
    }
}

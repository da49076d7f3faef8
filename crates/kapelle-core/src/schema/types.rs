//! The plugin types, and the places where they can stand.

use serde_json::{Map, Value, json};

use super::kinds::{deprecate, describe};
use super::{Builder, Place, reference};
use crate::catalogue::{Catalogue, Type};
use crate::shape::{Property, Role};

impl Builder {
    /// An object whose `type` names a plugin type that can play the role.
    pub(super) fn role(&mut self, role: Role) -> Value {
        if self.is_alone {
            let name = json!({ "type": "string", "description": "The type of the plugin." });
            return json!({ "type": "object", "properties": { "type": name }, "required": ["type"] });
        }
        self.define(Place::Role(role), role.word(), |builder| {
            let types: Vec<&'static Type> =
                builder.catalogue.playing(role).filter(|entry| !entry.internal).collect();
            let Some(first) = types.first() else { return json!({ "type": "object" }) };
            let common = builder.catalogue.common_properties(first.kind);
            let own_is_common = |name: &str| common.iter().any(|property| property.name == name);
            let mut schema = builder.object(common);
            // Each type says by itself what else it has.
            schema["additionalProperties"] = true.into();
            // Its names are known, so nothing is gained by the rules for any name.
            if let Some(kind) = schema["properties"]["type"].as_object_mut() {
                kind.retain(|keyword, _| keyword != "pattern" && keyword != "maxLength");
            }
            let names: Vec<&str> =
                common.iter().map(|property| property.name).filter(|name| *name != "type").collect();
            let mut choices = Vec::with_capacity(types.len());
            for entry in types {
                if !builder.definitions.contains_key(entry.name) {
                    let own: Vec<Property> = entry
                        .properties
                        .iter()
                        .filter(|property| !own_is_common(property.name))
                        .copied()
                        .collect();
                    let described = builder.entry(entry, &own, &names);
                    builder.definitions.insert(entry.name.to_owned(), described);
                }
                choices.push(reference(entry.name));
            }
            schema["anyOf"] = choices.into();
            schema
        })
    }

    fn entry(&mut self, entry: &'static Type, own: &[Property], common: &[&str]) -> Value {
        let mut properties = Map::new();
        let names = names(entry);
        self.needs.add(&names, own);
        properties.insert("type".to_owned(), type_property(entry, &names));
        for property in own {
            // Not all is known about such a type, so what is known is taken with care.
            let property = Property { dynamic: property.dynamic || entry.partial, ..*property };
            properties.insert(property.name.to_owned(), self.property(&property));
        }
        let mut schema = json!({ "type": "object", "properties": properties });
        if !entry.partial {
            if !common.is_empty() {
                // The names only: what may stand in them is said where the role is.
                let pattern = format!("^({})$", common.join("|"));
                schema["patternProperties"] = json!({ pattern: true });
            }
            schema["additionalProperties"] = false.into();
        }
        schema
    }
}

/// All names under which a type is found, the current one first.
fn names(entry: &Type) -> Vec<&'static str> {
    let mut names = vec![entry.name];
    for name in std::iter::once(entry.name).chain(entry.aliases.iter().copied()) {
        for name in Catalogue::short_name(name).into_iter().chain([name]) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

fn type_property(entry: &Type, names: &[&str]) -> Value {
    let mut schema = match names {
        [only] => json!({ "const": only }),
        _ => json!({ "enum": names }),
    };
    let mut doc = entry.doc.to_owned();
    if let Some(outputs) = entry.outputs.as_ref().filter(|outputs| !outputs.is_empty()) {
        let names: Vec<&str> = outputs.iter().map(|output| output.name).collect();
        let gap = if doc.is_empty() { "" } else { " " };
        doc = format!("{doc}{gap}Outputs: {}.", names.join(", "));
    }
    describe(&mut schema, &doc);
    if entry.deprecated {
        deprecate(&mut schema, "This type is old.");
    }
    schema
}

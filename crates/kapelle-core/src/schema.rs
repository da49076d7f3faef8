//! The JSON Schema of a flow, for editors and language servers.
//!
//! Written in draft 7, which they all understand. Everything in it is read off [`FLOW`] and the catalogue; nothing is
//! listed a second time. A schema can say less than the checks do (it knows no references and no other flows), so it
//! accepts every flow that the checks accept and refuses what can be seen at one place.
//!
//! `kinds` says what may stand in a property, `types` describes the plugin types, `needs` collects what they require,
//! `share` makes the whole small.

mod kinds;
mod needs;
mod part;
mod share;
mod types;

pub use part::{Part, input_schema, part_schema, type_schema};

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use self::needs::{Needs, require};
use crate::catalogue::Catalogue;
use crate::shape::{FLOW, Property, RESERVED_FLOW_IDS, Role, Shape, Tagged};

/// The schema of a flow that uses the types of `catalogue`. The same catalogue gives the same schema.
pub fn flow_schema(catalogue: &'static Catalogue) -> Value {
    let mut builder = Builder::new(catalogue);
    let mut flow = builder.object(FLOW.properties);
    flow["properties"]["id"]["not"] = json!({ "enum": RESERVED_FLOW_IDS });
    builder.definitions.insert(COMPLETE.to_owned(), builder.needs.definition());
    share::share(&mut builder.definitions, &mut flow);
    let mut schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Flow",
        "description": FLOW.doc,
    });
    for (keyword, value) in flow.as_object().into_iter().flatten() {
        schema[keyword] = value.clone();
    }
    // Plugin defaults may give what a task lacks, and only the checks can tell whether they do.
    let with_defaults = ["pluginDefaults", "taskDefaults"].map(|name| json!({ "required": [name] }));
    schema["if"] = json!({ "anyOf": with_defaults });
    schema["else"] = reference(COMPLETE);
    schema["definitions"] = json!(builder.definitions);
    schema
}

/// The definition that asks for the properties that plugins require.
const COMPLETE: &str = "complete";

/// Collects the definitions while properties are described.
struct Builder {
    catalogue: &'static Catalogue,
    definitions: BTreeMap<String, Value>,
    /// What has a definition already, and under which name; a definition may be needed while it is being written.
    places: Vec<(Place, String)>,
    needs: Needs,
    /// What plugins stand inside is not described: they have pages of their own.
    is_alone: bool,
}

/// Something with a definition of its own. Two shapes may have the same name, so they are told apart by address.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Shape(*const Shape),
    Tagged(*const Tagged),
    Role(Role),
}

impl Builder {
    fn new(catalogue: &'static Catalogue) -> Self {
        let (definitions, places) = (BTreeMap::new(), Vec::new());
        Self { catalogue, definitions, places, needs: Needs::default(), is_alone: false }
    }

    fn shape(&mut self, shape: &'static Shape) -> Value {
        self.define(Place::Shape(shape), shape.name, |builder| {
            let mut schema = builder.object(shape.properties);
            schema["description"] = shape.doc.into();
            schema
        })
    }

    fn tagged(&mut self, tagged: &'static Tagged) -> Value {
        self.define(Place::Tagged(tagged), tagged.name, |builder| {
            let variants: Vec<Value> =
                tagged.variants.iter().map(|variant| builder.variant(tagged, variant.tag)).collect();
            json!({ "description": tagged.doc, "type": "object", "anyOf": variants })
        })
    }

    fn variant(&mut self, tagged: &'static Tagged, tag: &str) -> Value {
        let variant = tagged.variant(tag).expect("the tag is one of its variants");
        let named = |property: &Property, properties: &[Property]| {
            properties.iter().any(|other| other.name == property.name)
        };
        // What stands in `common` and in other variants is there for better messages; it does not belong here.
        let is_foreign = |property: &Property| {
            tagged.variants.iter().any(|other| named(property, other.properties))
                && !named(property, variant.properties)
        };
        let mut properties: Vec<Property> =
            tagged.common.iter().filter(|property| !is_foreign(property)).copied().collect();
        properties.retain(|property| !named(property, variant.properties));
        properties.extend(variant.properties);
        for property in &mut properties {
            if property.name == "type" && tagged.default != Some(tag) {
                *property = property.required();
            }
        }
        let mut schema = self.object(&properties);
        let mut kind = json!({ "const": tag, "description": variant.doc });
        if variant.deprecated {
            kinds::deprecate(&mut kind, "This type is old.");
        }
        schema["properties"]["type"] = kind;
        schema
    }

    /// An object with these properties and no others.
    fn object(&mut self, properties: &[Property]) -> Value {
        let described: Map<String, Value> =
            properties.iter().map(|property| (property.name.to_owned(), self.property(property))).collect();
        let mut schema = json!({ "type": "object", "properties": described });
        require(&mut schema, properties);
        schema["additionalProperties"] = false.into();
        schema
    }

    fn define(&mut self, place: Place, name: &str, describe: impl FnOnce(&mut Self) -> Value) -> Value {
        if let Some((_, name)) = self.places.iter().find(|(known, _)| *known == place) {
            return reference(name);
        }
        let name = free_name(&name.to_lowercase().replace(' ', "-"), |name| {
            self.places.iter().any(|(_, taken)| taken == name)
        });
        self.places.push((place, name.clone()));
        let schema = describe(self);
        let reference = reference(&name);
        self.definitions.insert(name, schema);
        reference
    }
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}

/// `name`, or with a number behind it when it is taken.
fn free_name(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    std::iter::once(name.to_owned()).chain(numbered).find(|name| !is_taken(name)).expect("numbers do not end")
}

#[cfg(test)]
mod tests;

//! The shortest use of a plugin type: its name and what it requires.

use serde_json::{Map, Value, json};

use crate::catalogue::{Catalogue, Type};
use crate::shape::{Kind, Property, Role, Shape, Tagged};

/// A task, a trigger or whatever else the type is, with a sample for each required property.
pub fn example(catalogue: &'static Catalogue, entry: &Type) -> Value {
    let mut map = Map::new();
    for name in ["id", "type"] {
        if entry.property(name).is_some_and(|property| property.required) {
            let value = if name == "id" { words(entry.simple_name(), '_') } else { entry.name.to_owned() };
            map.insert(name.to_owned(), value.into());
        }
    }
    add_required(catalogue, &mut map, &entry.properties);
    // Of a range no end is required, but one of the two has to be there.
    match entry.name.strip_prefix("io.kestra.plugin.core.condition.") {
        Some("DateTimeBetween") => drop(map.insert("after".to_owned(), "2030-12-31T08:00:00Z".into())),
        Some("TimeBetween") => drop(map.insert("after".to_owned(), "08:00:00Z".into())),
        _ => {}
    }
    Value::Object(map)
}

fn add_required(catalogue: &'static Catalogue, map: &mut Map<String, Value>, properties: &[Property]) {
    let mut required: Vec<&Property> = properties.iter().filter(|property| property.required).collect();
    // What is long reads better at the end.
    required.sort_by_key(|property| matches!(property.kind, Kind::List(Kind::Plugin(_) | Kind::Object(_))));
    for property in required {
        if !map.contains_key(property.name) {
            map.insert(property.name.to_owned(), sample(catalogue, property.name, property.kind));
        }
    }
}

fn sample(catalogue: &'static Catalogue, name: &str, kind: Kind) -> Value {
    match kind {
        Kind::Any if name == "values" => json!(["a", "b"]),
        Kind::Any | Kind::Text(_) => sample_text(name).into(),
        Kind::Integer { min } => min.unwrap_or(1).max(1).into(),
        Kind::Number => 1.into(),
        Kind::Boolean => true.into(),
        Kind::Duration => "PT1M".into(),
        Kind::Date => "2030-12-31T08:00:00Z".into(),
        Kind::Time => "08:00:00".into(),
        Kind::Enum(values) => values.first().copied().map_or(Value::Null, Value::from),
        Kind::List(element) => json!([sample(catalogue, name, *element)]),
        Kind::Map(value) => json!({ "key": sample(catalogue, "value", *value) }),
        Kind::Object(shape) => object(catalogue, shape),
        Kind::Tagged(tagged) => variant(catalogue, tagged),
        Kind::Plugin(role) => plugin(catalogue, role),
        Kind::Labels => json!({ "team": "data" }),
        Kind::Either(kinds) => kinds.first().map_or(Value::Null, |kind| sample(catalogue, name, *kind)),
    }
}

fn object(catalogue: &'static Catalogue, shape: &Shape) -> Value {
    let mut map = Map::new();
    add_required(catalogue, &mut map, shape.properties);
    Value::Object(map)
}

fn variant(catalogue: &'static Catalogue, tagged: &Tagged) -> Value {
    let Some(variant) = tagged.variants.first() else { return json!({}) };
    let mut map = Map::new();
    add_required(catalogue, &mut map, tagged.common);
    map.insert("type".to_owned(), variant.tag.into());
    add_required(catalogue, &mut map, variant.properties);
    Value::Object(map)
}

/// The type that asks for least, the first by name.
fn plugin(catalogue: &'static Catalogue, role: Role) -> Value {
    if role == Role::Task {
        return json!({ "id": "log", "type": "io.kestra.plugin.core.log.Log", "message": "Hello" });
    }
    let wanted = |entry: &&Type| !entry.internal && !entry.deprecated && !entry.partial;
    let needs = |entry: &&Type| {
        let required = entry.properties.iter().filter(|property| property.required);
        (required.count(), entry.name)
    };
    let entry = catalogue.playing(role).filter(|entry| wanted(entry)).min_by_key(|entry| needs(entry));
    entry.map_or_else(|| json!({}), |entry| example(catalogue, entry))
}

/// Something that could stand there; where only few texts are right, one of them.
fn sample_text(name: &str) -> String {
    match name {
        "cron" => "0 9 * * *".to_owned(),
        "url" | "uri" => "https://example.com".to_owned(),
        "namespace" => "company.team".to_owned(),
        "condition" => "{{ true }}".to_owned(),
        "sql" => "SELECT 1".to_owned(),
        "message" => "Hello".to_owned(),
        _ => format!("my-{}", words(name, '-')),
    }
}

/// `bucketName` as `bucket-name`.
fn words(name: &str, gap: char) -> String {
    let mut words = String::new();
    let mut after_lower = false;
    for character in name.chars() {
        if character.is_ascii_uppercase() && after_lower {
            words.push(gap);
        }
        after_lower = !character.is_ascii_uppercase();
        words.push(if character.is_ascii_alphanumeric() { character.to_ascii_lowercase() } else { gap });
    }
    words
}

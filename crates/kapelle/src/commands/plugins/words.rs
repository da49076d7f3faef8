//! Kinds of values in words.

use kapelle_core::shape::{Kind, Property};

/// What may stand in a property: "list of text".
pub(super) fn kind(kind: Kind) -> String {
    match kind {
        Kind::Any => "any".to_owned(),
        Kind::Text(_) => "text".to_owned(),
        Kind::Integer { min: Some(min) } => format!("integer from {min}"),
        Kind::Integer { min: None } => "integer".to_owned(),
        Kind::Number => "number".to_owned(),
        Kind::Boolean => "boolean".to_owned(),
        Kind::Duration => "duration".to_owned(),
        Kind::Date => "date".to_owned(),
        Kind::Time => "time of day".to_owned(),
        Kind::Enum(_) => "enum".to_owned(),
        Kind::List(element) => format!("list of {}", self::kind(*element)),
        Kind::Map(value) => match *value {
            Kind::Any => "map".to_owned(),
            value => format!("map of {}", self::kind(value)),
        },
        Kind::Object(shape) => shape.name.to_owned(),
        Kind::Tagged(tagged) => tagged.name.to_owned(),
        Kind::Plugin(role) => role.word().to_owned(),
        Kind::Labels => "labels".to_owned(),
        Kind::Either(kinds) => {
            kinds.iter().map(|kind| self::kind(*kind)).collect::<Vec<String>>().join(" or ")
        }
    }
}

/// The values of an enum, of a list of them or of a map of them.
pub(super) fn values(kind: Kind) -> Option<&'static [&'static str]> {
    match kind {
        Kind::Enum(values) => Some(values),
        Kind::List(inner) | Kind::Map(inner) => values(*inner),
        _ => None,
    }
}

/// What stands in an object, if that is known.
pub(super) fn inner(kind: Kind) -> Option<String> {
    let names = |properties: &mut dyn Iterator<Item = &'static Property>| {
        properties.map(|property| property.name).collect::<Vec<&str>>().join(", ")
    };
    match kind {
        Kind::Object(shape) => Some(format!("Has {}.", names(&mut shape.properties.iter()))),
        Kind::Tagged(tagged) => {
            let tags: Vec<&str> = tagged.variants.iter().map(|variant| variant.tag).collect();
            let common = names(&mut tagged.common.iter());
            Some(format!("Has {common} and what its type asks for: {}.", tags.join(", ")))
        }
        Kind::Labels => Some("A map, or a list of objects with key and value.".to_owned()),
        Kind::List(element) | Kind::Map(element) => inner(*element),
        _ => None,
    }
}

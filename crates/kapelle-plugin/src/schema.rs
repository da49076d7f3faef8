//! The schemas of structs, as the registry tells them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};

/// The schema of a struct, with what it refers to.
///
/// Hundreds of structs have one, so only what differs between them depends on the type.
pub fn schema_of<T: JsonSchema>() -> Schema {
    whole(T::json_schema, T::schema_name)
}

fn whole(of: fn(&mut SchemaGenerator) -> Schema, name: fn() -> Cow<'static, str>) -> Schema {
    let mut generator = SchemaGenerator::default();
    let mut schema = of(&mut generator);
    let object = schema.ensure_object();
    object.entry("title").or_insert_with(|| name().into());
    if let Some(language) = &generator.settings().meta_schema {
        object.insert("$schema".to_owned(), language.as_ref().into());
    }
    let definitions = generator.take_definitions(true);
    if !definitions.is_empty() {
        object.insert("$defs".to_owned(), definitions.into());
    }
    schema
}

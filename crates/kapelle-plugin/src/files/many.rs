//! Several files in one property.

use kapelle_core::expression::plain::from_json;
use kapelle_core::property::text_of;
use kapelle_model::{Failure, Text, Value};

use crate::broken::Broken;

/// A file with the name that it is to have elsewhere.
pub struct Named {
    pub name: String,
    pub address: Text,
}

/// The files that a property names: one address, a list, or a map of names to addresses; a text may be such a list or map in
/// JSON. What is secret stays so.
pub fn named(from: Value) -> Result<Vec<Named>, Broken> {
    match from {
        Value::Str(text) if text.expose().trim_start().starts_with(['[', '{']) => {
            let opened = from_json(text.expose())
                .map_err(|_| Failure::new("the text in `from` is neither a list nor a map in JSON"))?;
            named(if text.has_secret() { opened.into_secret() } else { opened })
        }
        Value::List(items) => items.iter().map(|item| Ok(named_as_it_is(text_of(item)?))).collect(),
        Value::Map(map) => map
            .iter()
            .map(|(name, item)| Ok(Named { name: name.to_string(), address: text_of(item)? }))
            .collect(),
        Value::Secret(inner) => {
            let mut files = named((*inner).clone())?;
            for file in &mut files {
                file.address = std::mem::take(&mut file.address).into_secret();
            }
            Ok(files)
        }
        one => Ok(vec![named_as_it_is(text_of(&one)?)]),
    }
}

fn named_as_it_is(address: Text) -> Named {
    Named { name: address.expose().rsplit('/').next().unwrap_or_default().to_owned(), address }
}

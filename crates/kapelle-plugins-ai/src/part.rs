//! Objects within properties that say by `type` what they are: providers, tools, memories.

use std::sync::Arc;

use kapelle_core::catalogue::Catalogue;
use kapelle_core::property::Property;
use kapelle_model::{Failure, Value};
use kapelle_plugin::{Properties, entries, read};
use serde::de::DeserializeOwned;

/// An object with its type.
pub(crate) struct Part {
    /// The full current name of the type, or what is written if nobody knows it.
    pub(crate) name: String,
    properties: Vec<(Arc<str>, Property)>,
}

impl Part {
    /// `what` is the word for such objects.
    pub(crate) fn of(written: &Property, what: &str) -> Result<Self, Failure> {
        let properties = entries(written);
        let name = properties.iter().find(|(name, _)| &**name == "type").and_then(|(_, kind)| match kind {
            Property::Fixed(Value::Str(text)) => Some(text.expose()),
            _ => None,
        });
        let name = name.ok_or_else(|| {
            Failure::new(format!("a {what} has to be an object with its full type name as `type`"))
        })?;
        let name = Catalogue::bundled().find(name).map_or(name, |found| found.entry.name).to_owned();
        Ok(Self { name, properties: properties.into_iter().filter(|(name, _)| &**name != "type").collect() })
    }

    /// The properties beside the type, as a struct.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        read(self.properties()).map_err(|failure| Failure::new(format!("`{}`: {failure}", self.name)))
    }

    pub(crate) fn properties(&self) -> &Properties {
        &self.properties
    }

    /// That nobody knows it, with what there is.
    pub(crate) fn unknown(&self, what: &str, known: &[&str]) -> Failure {
        let known = known.join("`, `");
        Failure::new(format!("the {what} `{}` is not part of this version: there are `{known}`", self.name))
    }
}

/// Reads a property that holds an object with a type, and describes it in schemas.
macro_rules! part {
    ($name:ident, $words:literal) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let written = kapelle_plugin::Expr::<kapelle_model::Value>::deserialize(deserializer)?;
                Self::of(&written).map_err(serde::de::Error::custom)
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": ["object", "string"], "description": $words })
            }
        }
    };
}

pub(crate) use part;

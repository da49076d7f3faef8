//! What a definition says of a property.

use std::fmt;

use kapelle_core::shape::{Kind, Property, TextRule};
use kapelle_plugin::Any;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

/// A property in words; for types that the catalogue does not know, with its kind and what else holds for it.
pub(super) struct Described {
    pub(super) description: String,
    /// What is said beside the words, if anything is.
    pub(super) more: Option<More>,
}

/// What the catalogue says of properties of its types.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct More {
    description: String,
    #[serde(default)]
    kind: Word,
    /// The words that a text may be.
    #[serde(default)]
    values: Vec<String>,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    secret: bool,
    #[serde(default)]
    default: Option<Any>,
}

#[derive(Clone, Copy, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    #[default]
    Text,
    Integer,
    Number,
    Boolean,
    Duration,
    List,
    Map,
    Any,
}

impl<'de> Deserialize<'de> for Described {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Described;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what the property is, in words, or a map with `description` and `kind`")
    }

    fn visit_str<E: Error>(self, words: &str) -> Result<Described, E> {
        Ok(Described { description: words.to_owned(), more: None })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Described, A::Error> {
        let more = More::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Described { description: more.description.clone(), more: Some(more) })
    }
}

impl Described {
    /// As the catalogue keeps properties. It lives as long as the process, as the catalogue does.
    pub(super) fn property(&self, name: &str) -> Property {
        let (name, doc) = (leaked(name), leaked(&self.description));
        let Some(more) = &self.more else { return Property::new(name, TEXT, doc).dynamic() };
        let kind = match more.kind {
            Word::Text if !more.values.is_empty() => {
                let words: Vec<&'static str> = more.values.iter().map(|word| leaked(word)).collect();
                Kind::Enum(words.leak())
            }
            Word::Text => TEXT,
            Word::Integer => Kind::Integer { min: None },
            Word::Number => Kind::Number,
            Word::Boolean => Kind::Boolean,
            Word::Duration => Kind::Duration,
            Word::List => Kind::List(&Kind::Any),
            Word::Map => Kind::Map(&Kind::Any),
            Word::Any => Kind::Any,
        };
        let default = more.default.as_ref().map(|default| leaked(&super::json(&default.0)));
        Property {
            required: more.required,
            secret: more.secret,
            default,
            ..Property::new(name, kind, doc).dynamic()
        }
    }
}

const TEXT: Kind = Kind::Text(TextRule::Any);

pub(super) fn leaked(text: &str) -> &'static str {
    text.to_owned().leak()
}

/// What the flow may say of how requests are sent.
pub(super) fn options(words: &'static str) -> Property {
    Property::new("options", Kind::Map(&Kind::Any), words)
}

/// How often a trigger looks.
pub(super) fn interval() -> Property {
    Property::new("interval", Kind::Duration, "Time between two looks.").default("\"PT1M\"")
}

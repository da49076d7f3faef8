//! Properties as flows write them: structures whose texts are templates, read once and rendered often.

use std::sync::Arc;

use kapelle_model::{Data, Map, Node, Text, Value};

use crate::expression::environment::Environment;
use crate::expression::{Error, Outcome, Problem, Run, Template, form, plain};
use crate::language::Language;

/// Bytes that a rendered value may have as text.
const TEXT_BYTES_MAX: usize = 16 << 20;

/// A property of which any text may be a template. Clones are pointer copies.
#[derive(Clone, Debug)]
pub enum Property {
    /// Without any expression.
    Fixed(Value),
    Template(Arc<Template>),
    /// A text that is no template: it fails when it is rendered, as every expression does that is wrong.
    Unreadable(Arc<(Text, Problem)>),
    List(Arc<[Property]>),
    Map(Arc<[(Property, Property)]>),
}

impl Property {
    /// Reads a property. Nothing is refused here: expressions fail when they are rendered.
    pub fn read(node: &Node, language: Language) -> Self {
        let property = match &node.data {
            Data::Text(text) => return Self::text(text.as_str(), language),
            Data::List(items) => Self::List(items.iter().map(|item| Self::read(item, language)).collect()),
            Data::Map(entries) => {
                let entry = |key: &str, value| (Self::text(key, language), Self::read(value, language));
                Self::Map(entries.iter().map(|item| entry(&item.key, &item.value)).collect())
            }
            _ => return Self::Fixed(plain::from_node(node)),
        };
        if property.is_fixed() { Self::Fixed(plain::from_node(node)) } else { property }
    }

    /// Reads a text that may be a template.
    pub fn text(text: impl Into<Text>, language: Language) -> Self {
        let text = text.into();
        match Template::compile(text.clone(), language) {
            Ok(template) if template.is_plain() => Self::Fixed(Value::Str(text)),
            Ok(template) => Self::Template(Arc::new(template)),
            Err(mut problems) if !problems.is_empty() => {
                Self::Unreadable(Arc::new((text, problems.swap_remove(0))))
            }
            Err(_) => Self::Fixed(Value::Str(text)),
        }
    }

    /// Whether it is the same for every rendering.
    pub fn is_fixed(&self) -> bool {
        match self {
            Self::Fixed(_) => true,
            Self::Template(_) | Self::Unreadable(..) => false,
            Self::List(items) => items.iter().all(Self::is_fixed),
            Self::Map(entries) => entries.iter().all(|(key, value)| key.is_fixed() && value.is_fixed()),
        }
    }

    /// The value of a property without any expression.
    pub fn fixed(&self) -> Option<&Value> {
        match self {
            Self::Fixed(value) => Some(value),
            _ => None,
        }
    }

    /// Calls `visit` for every template in it.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Template)) {
        match self {
            Self::Template(template) => visit(template),
            Self::Fixed(_) | Self::Unreadable(..) => {}
            Self::List(items) => items.iter().for_each(|item| item.walk(visit)),
            Self::Map(entries) => entries.iter().for_each(|(key, value)| {
                key.walk(visit);
                value.walk(visit);
            }),
        }
    }

    /// Bytes it takes in memory, roughly.
    pub fn bytes(&self) -> usize {
        /// Bytes of a template's tree for a byte of its text.
        const TREE_FACTOR: usize = 8;
        let inner = match self {
            Self::Fixed(Value::Str(text)) => text.expose().len(),
            Self::Unreadable(unreadable) => size_of::<(Text, Problem)>() + unreadable.0.expose().len(),
            Self::Fixed(_) => 0,
            Self::Template(template) => size_of::<Template>() + template.source().len() * (1 + TREE_FACTOR),
            Self::List(items) => items.iter().map(Self::bytes).sum(),
            Self::Map(entries) => entries.iter().map(|(key, value)| key.bytes() + value.bytes()).sum(),
        };
        size_of::<Self>() + inner
    }

    /// Every text rendered as text, everything else as written. Of keys that become equal the first one wins.
    pub fn render(&self, environment: Environment<'_>) -> Outcome {
        self.render_in(&mut Run::new(environment))
    }

    /// As part of a structure: there, a text that writes nothing at all is null.
    pub fn render_part(&self, environment: Environment<'_>) -> Outcome {
        self.part_in(&mut Run::new(environment))
    }

    fn part_in(&self, run: &mut Run<'_>) -> Outcome {
        match self {
            Self::Template(template) => Ok(template.render_in(run)?.map_or(Value::Null, Value::Str)),
            other => other.render_in(run),
        }
    }

    fn render_in(&self, run: &mut Run<'_>) -> Outcome {
        Ok(match self {
            Self::Fixed(value) => value.clone(),
            Self::Template(template) => Value::Str(template.render_in(run)?.unwrap_or_default()),
            Self::Unreadable(unreadable) => return Err(Error::unreadable(&unreadable.1, &unreadable.0)),
            Self::List(items) => {
                Value::List(Arc::new(items.iter().map(|item| item.part_in(run)).collect::<Outcome<_>>()?))
            }
            Self::Map(entries) => {
                let mut map = Map::with_capacity(entries.len());
                let mut has_secret_key = false;
                for (key, value) in entries.iter() {
                    let value = value.part_in(run)?;
                    let key = text_of(&key.render_in(run)?)?;
                    has_secret_key |= key.has_secret();
                    map.entry(Arc::from(key.expose())).or_insert(value);
                }
                let map = Value::Map(Arc::new(map));
                if has_secret_key { map.into_secret() } else { map }
            }
        })
    }

    /// Rendered, and as one text: what is no text is written as the template language prints it.
    pub fn render_text(&self, environment: Environment<'_>) -> Outcome<Text> {
        text_of(&self.render(environment)?)
    }

    /// In typed mode: a template that is one expression gives its value.
    pub fn value(&self, environment: Environment<'_>) -> Outcome {
        match self {
            Self::Template(template) => template.value(environment),
            other => other.render(environment),
        }
    }

    /// Rendered, and tested for truth as `runIf` and conditions of flowables are.
    pub fn truth(&self, environment: Environment<'_>) -> Outcome<bool> {
        Ok(match self.render(environment)? {
            Value::Null => false,
            value => is_truthy(text_of(&value)?.expose()),
        })
    }
}

/// The text of a rendered value; null gives an empty one.
pub fn text_of(value: &Value) -> Outcome<Text> {
    match value {
        Value::Str(text) => Ok(text.clone()),
        Value::Null => Ok(Text::default()),
        other => {
            let mut out = crate::expression::output::Output::new(TEXT_BYTES_MAX);
            form::print(other, &jiff::tz::TimeZone::UTC, &mut out);
            out.check()?;
            Ok(out.into_text())
        }
    }
}

/// The rule for everything that decides by a rendered text: `false`, `0`, `-0` and nothing are false.
pub fn is_truthy(text: &str) -> bool {
    !matches!(text.trim(), "" | "false" | "0" | "-0")
}

#[cfg(test)]
mod tests;

//! Rules that a value has to keep beside its type: patterns, bounds, extensions, choices.

use std::cmp::Ordering;
use std::sync::Arc;

use kapelle_core::expression::form;
use kapelle_core::pattern::Pattern;
use kapelle_model::{Node, Text, Value};

use super::convert::text_of;
use super::kind::{Kind, Type};

/// Without a key there is no place where a secret could be kept.
pub(crate) const ENCRYPTION_MISSING: &str =
    "Unable to use a `SECRET` input/output as encryption is not configured";

/// Bytes of a bound as text; dates of any year are shorter.
const BOUND_BYTES_MAX: usize = 200;

/// Values to choose from that a message lists.
const SHOWN_MAX: usize = 100;

/// What an input declares about its values.
#[derive(Debug, Default)]
pub(super) struct Rules {
    /// The whole text has to match.
    validator: Option<String>,
    low: Option<Value>,
    high: Option<Value>,
    /// Endings of file names, in lower case, with what is shown of them.
    extensions: Vec<String>,
}

impl Rules {
    pub(super) fn read(node: &Node, kind: Kind) -> Self {
        let [low, high] = match kind {
            Kind::Integer | Kind::Float | Kind::Duration => ["min", "max"],
            Kind::DateTime | Kind::Date | Kind::Time => ["after", "before"],
            Kind::Text | Kind::Secret => {
                let validator = node.get("validator").and_then(Node::scalar_text);
                return Self { validator, ..Self::default() };
            }
            Kind::File => {
                let items = node.get("allowedFileExtensions").map_or(&[][..], Node::items);
                let extensions = items.iter().filter_map(Node::scalar_text).collect();
                return Self { extensions, ..Self::default() };
            }
            _ => return Self::default(),
        };
        // A bound that cannot be read is told by the checks.
        let bound = |name: &str| {
            let text = node.get(name)?.scalar_text()?;
            Type { kind, item: Kind::Any }.convert(&Value::from(text.as_str())).ok()
        };
        Self { low: bound(low), high: bound(high), ..Self::default() }
    }

    /// What is wrong with a value of the type, if anything.
    pub(super) fn violation(&self, kind: Kind, value: &Value) -> Option<String> {
        if let Value::Secret(inner) = value {
            return self.violation(kind, inner);
        }
        self.out_of_bounds(kind, value).or_else(|| match value {
            Value::Str(text) => self.mismatch(text).or_else(|| self.wrong_extension(text)),
            _ => None,
        })
    }

    fn out_of_bounds(&self, kind: Kind, value: &Value) -> Option<String> {
        let [low, high] = match kind {
            Kind::Duration => ["It must be more than", "It must be less than"],
            Kind::DateTime | Kind::Date | Kind::Time => ["it must be after", "it must be before"],
            _ => ["it must be more than", "it must be less than"],
        };
        let beyond = |bound: &Option<Value>, side, words: &str| {
            let bound = bound.as_ref().filter(|bound| order(value, bound) == Some(side))?;
            let shown = form::java_text(bound, BOUND_BYTES_MAX).unwrap_or_default();
            Some(format!("{words} `{}`", shown.masked()))
        };
        beyond(&self.low, Ordering::Less, low).or_else(|| beyond(&self.high, Ordering::Greater, high))
    }

    fn mismatch(&self, text: &Text) -> Option<String> {
        let validator = self.validator.as_ref()?;
        match Pattern::compile(validator).and_then(|pattern| pattern.matches_whole(text.expose())) {
            Ok(true) => None,
            Ok(false) => Some(format!("it must match the pattern `{validator}`")),
            Err(failure) => {
                Some(format!("it cannot be compared with the pattern `{validator}` of the input: {failure}"))
            }
        }
    }

    fn wrong_extension(&self, text: &Text) -> Option<String> {
        let name = text.expose().to_lowercase();
        let is_right = |extension: &String| name.ends_with(&extension.to_lowercase());
        if self.extensions.is_empty() || self.extensions.iter().any(is_right) {
            return None;
        }
        Some(format!("File type not allowed. Accepted extensions: {}", self.extensions.join(", ")))
    }
}

/// How two values of one type follow each other.
fn order(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Int(one), Value::Int(other)) => Some(one.cmp(other)),
        (Value::Float32(one), Value::Float32(other)) => one.partial_cmp(other),
        (Value::Instant(one), Value::Instant(other)) => Some(one.cmp(other)),
        (Value::LocalDate(one), Value::LocalDate(other)) => Some(one.cmp(other)),
        (Value::LocalTime(one), Value::LocalTime(other)) => Some(one.cmp(other)),
        (Value::Duration(one), Value::Duration(other)) => Some(one.cmp(other)),
        _ => None,
    }
}

/// Whether a chosen value, or each of several, is among those that are offered.
pub(super) fn not_offered(kind: Kind, value: &Value, offered: &[Text]) -> Option<String> {
    let all = || {
        let shown: Vec<String> = offered.iter().take(SHOWN_MAX).map(Text::masked).collect();
        let more = if offered.len() > SHOWN_MAX { ", …" } else { "" };
        format!("`[{}{more}]`", shown.join(", "))
    };
    match (kind, value) {
        (_, Value::Secret(inner)) => not_offered(kind, inner, offered),
        (Kind::Select, Value::Str(text)) => {
            let is_offered = offered.iter().any(|offer| offer.expose() == text.expose());
            (!is_offered).then(|| format!("it must match the values {}", all()))
        }
        (Kind::Multiselect, Value::List(items)) => {
            let set: std::collections::HashSet<&str> = offered.iter().map(Text::expose).collect();
            let texts = items.iter().map(|item| text_of(item).unwrap_or_default());
            let wrong = texts.into_iter().find(|text| !set.contains(text.expose()))?;
            Some(format!("value `{}` doesn't match the values {}", form::short(&wrong.masked()), all()))
        }
        _ => None,
    }
}

/// The texts to choose from that a rendered expression gives.
pub(super) fn offered(value: &Value) -> Result<Arc<[Text]>, String> {
    match value {
        Value::List(items) => items.iter().filter(|item| !matches!(item, Value::Null)).map(text_of).collect(),
        Value::Secret(inner) => {
            let texts = offered(inner)?;
            Ok(texts.iter().cloned().map(Text::into_secret).collect())
        }
        _ => Err("Invalid expression result. Expected a list of strings".to_owned()),
    }
}

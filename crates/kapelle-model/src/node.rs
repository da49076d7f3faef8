//! A document as it was written: a tree of scalars, lists and maps, each with its position.

use crate::span::Span;

/// One scalar, list or map of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub span: Span,
    pub data: Data,
}

/// What a node holds, with the scalar types of YAML 1.1.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    Null,
    Bool(bool),
    Int(i64),
    /// An integer beyond 64 bits, in decimal digits.
    BigInt(String),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key of a map with its value, in the order of the document.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub key: String,
    pub key_span: Span,
    pub value: Node,
}

impl Node {
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The entries of a map; nothing for every other kind of node.
    pub fn entries(&self) -> &[Entry] {
        match &self.data {
            Data::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; nothing for every other kind of node.
    pub fn items(&self) -> &[Self] {
        match &self.data {
            Data::List(items) => items,
            _ => &[],
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self.data {
            Data::Bool(value) => Some(value),
            _ => None,
        }
    }

    pub fn as_int(&self) -> Option<i64> {
        match self.data {
            Data::Int(value) => Some(value),
            _ => None,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self.data, Data::Null)
    }

    /// The text that a scalar gives where text is expected (`1.10` is `1.1`, `yes` is `true`);
    /// `None` for null, lists and maps.
    pub fn scalar_text(&self) -> Option<String> {
        match &self.data {
            Data::Text(text) | Data::BigInt(text) => Some(text.clone()),
            Data::Bool(value) => Some(value.to_string()),
            Data::Int(value) => Some(value.to_string()),
            Data::Float(value) => Some(float_text(*value)),
            Data::Null | Data::List(_) | Data::Map(_) => None,
        }
    }

    /// Calls `visit` for this node and everything below it, parents first.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        visit(self);
        for item in self.items() {
            item.walk(visit);
        }
        for entry in self.entries() {
            entry.value.walk(visit);
        }
    }
}

/// The shortest text that reads back as the same number, always with a fraction.
fn float_text(value: f64) -> String {
    format!("{value:?}").replace("inf", "Infinity")
}

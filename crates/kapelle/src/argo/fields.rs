//! Maps of which everything has to be taken.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};

use kapelle_core::source::Source;
use kapelle_model::{Data, Node, Span};
use serde_json::{Map, Value};

use super::Remark;

/// What is said while files are translated.
pub(super) struct Report<'f> {
    files: &'f [Source],
    remarks: RefCell<BTreeSet<Remark>>,
}

impl<'f> Report<'f> {
    pub(super) fn new(files: &'f [Source]) -> Self {
        Self { files, remarks: RefCell::default() }
    }

    /// Something was not translated.
    pub(super) fn loss(&self, at: At, words: impl Into<String>) {
        self.add(at, words.into(), true);
    }

    /// Something means a little else here.
    pub(super) fn note(&self, at: At, words: impl Into<String>) {
        self.add(at, words.into(), false);
    }

    fn add(&self, at: At, words: String, is_loss: bool) {
        let line = self.files.get(at.file).map_or(1, |file| file.position(at.span.start).line);
        self.remarks.borrow_mut().insert(Remark { file: at.file, line, words, is_loss });
    }

    pub(super) fn into_remarks(self) -> Vec<Remark> {
        self.remarks.into_inner().into_iter().collect()
    }
}

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct At {
    pub(super) file: usize,
    pub(super) span: Span,
}

/// A map of a file. Keys that nobody took are told by [`Fields::rest`].
pub(super) struct Fields<'n> {
    file: usize,
    node: &'n Node,
    taken: RefCell<HashSet<&'n str>>,
}

impl<'n> Fields<'n> {
    pub(super) fn new(file: usize, node: &'n Node) -> Self {
        Self { file, node, taken: RefCell::default() }
    }

    pub(super) fn at(&self) -> At {
        self.place(self.node)
    }

    pub(super) fn node(&self) -> &'n Node {
        self.node
    }

    pub(super) fn place(&self, node: &Node) -> At {
        At { file: self.file, span: node.span }
    }

    /// The value of a key; null is as if it were not there.
    pub(super) fn take(&self, key: &str) -> Option<&'n Node> {
        let entry = self.node.entry(key)?;
        self.taken.borrow_mut().insert(&entry.key);
        Some(&entry.value).filter(|value| !value.is_null())
    }

    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.take(key)?.scalar_text()
    }

    /// A value of any kind, as text.
    pub(super) fn any(&self, key: &str) -> Option<String> {
        let node = self.take(key)?;
        Some(node.scalar_text().unwrap_or_else(|| json(node).to_string()))
    }

    pub(super) fn list(&self, key: &str) -> &'n [Node] {
        self.take(key).map_or(&[], Node::items)
    }

    pub(super) fn map(&self, key: &str) -> Option<Self> {
        self.take(key).map(|node| Self::new(self.file, node))
    }

    /// The maps of a list.
    pub(super) fn maps(&self, key: &str) -> Vec<Self> {
        self.list(key).iter().map(|node| Self::new(self.file, node)).collect()
    }

    /// The maps of a list by their `name`, in their order.
    pub(super) fn named(&self, key: &str) -> Vec<(String, Self)> {
        self.maps(key).into_iter().filter_map(|map| Some((map.text("name")?, map))).collect()
    }

    /// These keys say nothing that a flow could need.
    pub(super) fn ignore(&self, keys: &[&str]) {
        for key in keys {
            self.take(key);
        }
    }

    /// Tells what nobody took. `what` is the whole that the keys belong to.
    pub(super) fn rest(&self, report: &Report<'_>, what: &str) {
        for entry in self.node.entries() {
            if !self.taken.borrow().contains(entry.key.as_str()) && !entry.value.is_null() {
                let at = At { file: self.file, span: entry.key_span };
                report.loss(at, format!("`{}` of {what} is not translated", entry.key));
            }
        }
    }
}

/// A node as plain data.
pub(super) fn json(node: &Node) -> Value {
    match &node.data {
        Data::Null => Value::Null,
        Data::Bool(value) => Value::from(*value),
        Data::Int(value) => Value::from(*value),
        Data::Float(value) => Value::from(*value),
        Data::BigInt(text) | Data::Text(text) => Value::from(text.as_str()),
        Data::List(items) => items.iter().map(json).collect(),
        Data::Map(entries) => {
            let entries = entries.iter().map(|entry| (entry.key.clone(), json(&entry.value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
    }
}

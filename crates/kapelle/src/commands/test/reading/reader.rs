//! Reading a positioned tree piece by piece, and telling everything that is wrong with it.

use kapelle_core::diagnostic::{Code, Diagnostic};
use kapelle_core::suggest::nearest;
use kapelle_model::{Data, Node, Span, Spanned};

/// A node with the way to it.
pub(super) struct Spot<'n> {
    pub(super) node: &'n Node,
    path: String,
}

impl<'n> Spot<'n> {
    pub(super) const fn root(node: &'n Node) -> Self {
        Self { node, path: String::new() }
    }

    /// What stands under a key, unless it is null.
    pub(super) fn child(&self, key: &str) -> Option<Self> {
        let node = self.node.get(key).filter(|node| !node.is_null())?;
        Some(Self { node, path: self.path_of(key) })
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// What a finding about the whole points to: the first key of a map, else all of it.
    fn head(&self) -> Span {
        self.node.entries().first().map_or(self.node.span, |entry| entry.key_span)
    }
}

/// Gathers what is wrong.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) found: Vec<Diagnostic>,
}

impl Reader {
    pub(super) fn report(&mut self, code: Code, span: Span, spot: &Spot<'_>, message: String, help: String) {
        self.found.push(Diagnostic::new(code, span, message).path(spot.path.clone()).help(help));
    }

    /// Whether it is a map; its keys have to be among those that are known.
    pub(super) fn map(&mut self, spot: &Spot<'_>, what: &str, known: &[&str]) -> bool {
        if !matches!(spot.node.data, Data::Map(_)) {
            let help = format!("it may have {}", known.join(", "));
            self.report(Code::ValueType, spot.node.span, spot, format!("{what} has to be a map"), help);
            return false;
        }
        for entry in spot.node.entries() {
            if known.contains(&&*entry.key) {
                continue;
            }
            let help = match nearest(&entry.key, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", known.join(", ")),
            };
            let message = format!("{what} has no property `{}`", entry.key);
            self.report(Code::PropertyUnknown, entry.key_span, spot, message, help);
        }
        true
    }

    /// A text, or whatever else is written in one piece.
    pub(super) fn text(&mut self, spot: &Spot<'_>, key: &str) -> Option<Spanned<String>> {
        let child = spot.child(key)?;
        match child.node.scalar_text() {
            Some(value) if !value.is_empty() => Some(Spanned { value, span: child.node.span }),
            Some(_) => {
                let help = "write something, or leave it out".to_owned();
                let message = format!("`{key}` is empty");
                self.report(Code::PropertyEmpty, child.node.span, &child, message, help);
                None
            }
            None => {
                let message = format!("`{key}` has to be a text");
                self.report(Code::ValueType, child.node.span, &child, message, "write one value".to_owned());
                None
            }
        }
    }

    /// A text that has to be there; the help says what it is for.
    pub(super) fn required(&mut self, spot: &Spot<'_>, key: &str, help: &str) -> Option<Spanned<String>> {
        if spot.child(key).is_none() {
            self.missing(spot, key, help);
        }
        self.text(spot, key)
    }

    pub(super) fn missing(&mut self, spot: &Spot<'_>, key: &str, help: &str) {
        let message = format!("`{key}` is missing");
        self.report(Code::PropertyMissing, spot.head(), spot, message, help.to_owned());
    }

    pub(super) fn flag(&mut self, spot: &Spot<'_>, key: &str) -> bool {
        let Some(child) = spot.child(key) else { return false };
        if let Some(flag) = child.node.as_bool() {
            return flag;
        }
        let message = format!("`{key}` has to be true or false");
        self.report(Code::ValueType, child.node.span, &child, message, "write `true` or `false`".to_owned());
        false
    }

    /// The items of a list.
    pub(super) fn list<'n>(&mut self, spot: &Spot<'n>, key: &str) -> Vec<Spot<'n>> {
        let Some(child) = spot.child(key) else { return Vec::new() };
        if !matches!(child.node.data, Data::List(_)) {
            let message = format!("`{key}` has to be a list");
            let help = "begin each item with `- `".to_owned();
            self.report(Code::ValueType, child.node.span, &child, message, help);
        }
        let item = |(place, node)| Spot { node, path: format!("{}[{place}]", child.path) };
        child.node.items().iter().enumerate().map(item).collect()
    }

    /// A map with keys of the user's own.
    pub(super) fn free_map<'n>(&mut self, spot: &Spot<'n>, key: &str) -> Option<&'n Node> {
        let child = spot.child(key)?;
        if matches!(child.node.data, Data::Map(_)) {
            return Some(child.node);
        }
        let message = format!("`{key}` has to be a map");
        let help = "write `name: value` on lines of their own".to_owned();
        self.report(Code::ValueType, child.node.span, &child, message, help);
        None
    }
}

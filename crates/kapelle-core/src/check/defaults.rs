//! Plugin defaults: which properties a plugin gets from them.

use kapelle_model::{Entry, Node};

use crate::catalogue::{Catalogue, Type, default_applies};

/// The plugin defaults of a flow.
pub(super) struct Defaults<'a> {
    /// The property they stand in: `pluginDefaults`, or its old name.
    pub(super) property: &'a str,
    pub(super) list: Vec<Default<'a>>,
}

pub(super) struct Default<'a> {
    pub(super) node: &'a Node,
    pub(super) type_name: Option<&'a str>,
    /// The current name, if `type_name` is an old one of a known type.
    pub(super) canonical: Option<&'static str>,
    pub(super) reference: Option<&'a str>,
    pub(super) forced: bool,
    pub(super) values: &'a [Entry],
}

impl<'a> Defaults<'a> {
    pub(super) fn of(root: &'a Node, catalogue: &'static Catalogue) -> Self {
        let entry = root.entry("pluginDefaults").or_else(|| root.entry("taskDefaults"));
        let items = entry.map_or(&[][..], |entry| entry.value.items());
        let list = items
            .iter()
            .map(|node| {
                let type_name = node.get("type").and_then(Node::as_text);
                Default {
                    node,
                    type_name,
                    canonical: type_name.and_then(|name| catalogue.find(name)).map(|found| found.entry.name),
                    reference: node.get("ref").and_then(Node::as_text),
                    forced: node.get("forced").and_then(Node::as_bool).unwrap_or(false),
                    values: node.get("values").map_or(&[], Node::entries),
                }
            })
            .collect();
        Self { property: entry.map_or("pluginDefaults", |entry| &entry.key), list }
    }

    /// Whether a plugin gets the same values whichever of two names its type is written with.
    pub(super) fn treat_alike(&self, one: &str, other: &str) -> bool {
        self.list.iter().all(|default| default.matches(one) == default.matches(other))
    }

    /// Whether the plugin `node` of type `entry` gets a value for `property`.
    pub(super) fn gives(&self, node: &Node, entry: &Type, property: &str) -> bool {
        if self.list.is_empty() {
            return false;
        }
        let written = node.get("type").and_then(Node::as_text).unwrap_or(entry.name);
        let reference = node.get("pluginDefaultsRef").and_then(Node::as_text);
        let applies = |default: &&Default| {
            // Who asks for a default by name gets nothing from the others, unless they are forced.
            let by_reference = match default.reference {
                None => reference.is_none() || default.forced,
                named => named == reference,
            };
            by_reference && default.matches(written)
        };
        let has_value = |default: &Default| {
            default.values.iter().any(|value| value.key == property && !value.value.is_null())
        };
        self.list.iter().filter(applies).any(has_value)
    }
}

impl Default<'_> {
    pub(super) fn matches(&self, written: &str) -> bool {
        self.type_name.is_some_and(|name| default_applies(name, self.canonical, written))
    }
}

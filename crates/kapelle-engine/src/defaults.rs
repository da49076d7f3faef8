//! Plugin defaults: values for all plugins of a type, laid under or over what a flow says about each of them.
//!
//! They are merged into the document before it is read as a flow, so that nothing behind knows of them. What comes from a
//! default keeps the position of the default.

mod budget;
mod layers;
mod merge;

use std::collections::HashMap;
use std::sync::Arc;

use kapelle_core::catalogue::Catalogue;
use kapelle_core::flow::plugin_defaults;
use kapelle_model::flow::PluginDefault;
use kapelle_model::{Data, Entry, Map, Node, Span, Spanned};

use budget::Budget;
use layers::Applicable;

/// Levels of a document with everything that defaults bring: as deep as a flow, below a default as deep as one.
const DEPTH_MAX: usize = 2 * kapelle_core::limits::DEPTH_MAX;

/// The properties of a flow that hold its defaults. Nothing is merged into them.
const PROPERTIES: [&str; 2] = ["pluginDefaults", "taskDefaults"];

/// Plugin defaults and variables from around a flow.
#[derive(Clone, Copy, Debug, Default)]
pub struct Layers<'a> {
    /// Those of its namespace, of the one around it, and so on.
    pub namespaces: &'a [Vec<PluginDefault>],
    /// Those of the installation.
    pub global: &'a [PluginDefault],
    /// Variables of its namespace and those above it.
    pub variables: Option<&'a Arc<Map>>,
}

/// A document with all defaults in it.
#[derive(Debug)]
pub struct Merged {
    pub root: Node,
    /// Why the flow cannot run: references to defaults that there are not, or defaults without end.
    pub failures: Vec<Spanned<String>>,
}

/// Merges all defaults into every object of the document that has a `type`.
pub fn merge(root: &Node, layers: Layers<'_>, catalogue: &'static Catalogue) -> Merged {
    let own = PROPERTIES.iter().find_map(|name| root.get(name));
    let own = plugin_defaults(own);
    let lists = std::iter::once(own.as_slice())
        .chain(layers.namespaces.iter().map(Vec::as_slice))
        .chain(std::iter::once(layers.global));
    let mut merger = Merger {
        applicable: Applicable::new(lists, catalogue),
        by_plugin: HashMap::new(),
        budget: Budget::default(),
        failures: Vec::new(),
    };
    let entries = root.entries().iter().map(|entry| {
        if PROPERTIES.contains(&entry.key.as_str()) { entry.clone() } else { merger.entry(entry, 1) }
    });
    let data = match &root.data {
        Data::Map(_) => Data::Map(entries.collect()),
        other => other.clone(),
    };
    let mut failures = merger.failures;
    if merger.budget.is_exceeded {
        failures.push(Spanned::new(budget::TOO_MANY.to_owned(), root.span));
    }
    Merged { root: Node { span: root.span, data }, failures }
}

/// What a plugin gets: entries that fill gaps, and entries that win.
#[derive(Debug, Default)]
struct Given {
    fill: Vec<Entry>,
    force: Vec<Entry>,
}

/// The type of a plugin as it is written, and the default it asks for by name.
type Plugin = (String, Option<String>);

struct Merger<'a> {
    applicable: Applicable<'a>,
    /// Many plugins of a flow have the same type.
    by_plugin: HashMap<Plugin, Option<Arc<Given>>>,
    budget: Budget,
    failures: Vec<Spanned<String>>,
}

impl Merger<'_> {
    fn entry(&mut self, entry: &Entry, depth: usize) -> Entry {
        Entry { key: entry.key.clone(), key_span: entry.key_span, value: self.node(&entry.value, depth) }
    }

    fn node(&mut self, node: &Node, depth: usize) -> Node {
        let data = match &node.data {
            Data::List(items) => Data::List(items.iter().map(|item| self.node(item, depth + 1)).collect()),
            Data::Map(entries) => {
                let merged = self.plugin(node, depth);
                let entries = merged.as_deref().unwrap_or(entries);
                Data::Map(entries.iter().map(|entry| self.entry(entry, depth + 1)).collect())
            }
            other => other.clone(),
        };
        Node { span: node.span, data }
    }

    /// The entries of an object with those that its type brings, if there are any.
    fn plugin(&mut self, node: &Node, depth: usize) -> Option<Vec<Entry>> {
        let written = node.get("type")?.as_text()?;
        let reference = node.get("pluginDefaultsRef").filter(|node| node.as_text().is_some());
        let given = self.given(written, reference, node.span)?;
        if depth > DEPTH_MAX {
            let message = format!(
                "the plugin defaults of `{written}` bring objects of this type, which get the same defaults without end; \
                 name the type exactly instead of its beginning"
            );
            self.failures.push(Spanned::new(message, node.span));
            return None;
        }
        if !self.budget.affords(&given.fill) || !self.budget.affords(&given.force) {
            return None;
        }
        let filled = merge::entries(&given.fill, node.entries());
        Some(merge::entries(&filled, &given.force))
    }

    /// What the defaults have for a plugin.
    fn given(&mut self, written: &str, reference: Option<&Node>, span: Span) -> Option<Arc<Given>> {
        let name = reference.and_then(Node::as_text);
        let plugin = (written.to_owned(), name.map(str::to_owned));
        if let Some(given) = self.by_plugin.get(&plugin) {
            return given.clone();
        }
        let found = self.applicable.find(written, name, &mut self.budget);
        let given = found.unwrap_or_else(|message| {
            self.failures.push(Spanned::new(message, reference.map_or(span, |node| node.span)));
            Given::default()
        });
        let given = (!given.fill.is_empty() || !given.force.is_empty()).then(|| Arc::new(given));
        self.by_plugin.insert(plugin, given.clone());
        given
    }
}

#[cfg(test)]
mod tests;

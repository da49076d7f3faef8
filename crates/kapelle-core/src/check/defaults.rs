//! Plugin defaults: which properties a plugin gets from them, and whether they are right themselves.

use kapelle_model::{Entry, Node};

use super::path::below;
use super::structure::Structure;
use crate::catalogue::{Catalogue, Type};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::suggest::nearest;

/// The plugin defaults of a flow.
pub(super) struct Defaults<'a> {
    /// The property they stand in: `pluginDefaults`, or its old name.
    property: &'a str,
    list: Vec<Default<'a>>,
}

struct Default<'a> {
    node: &'a Node,
    type_name: Option<&'a str>,
    /// The current name, if `type_name` is an old one of a known type.
    canonical: Option<&'static str>,
    reference: Option<&'a str>,
    forced: bool,
    values: &'a [Entry],
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
            by_reference && default.matches(written, entry)
        };
        let has_value = |default: &Default| {
            default.values.iter().any(|value| value.key == property && !value.value.is_null())
        };
        self.list.iter().filter(applies).any(has_value)
    }
}

impl Structure<'_, '_> {
    /// `pluginDefaultsRef` of the plugin `node` has to name a default for its type.
    pub(super) fn defaults_reference(&mut self, node: &Node, entry: &Type) {
        let Some(reference) = node.get("pluginDefaultsRef").filter(|node| node.as_text().is_some()) else {
            return;
        };
        let name = reference.as_text().unwrap_or_default();
        let written = node.get("type").and_then(Node::as_text).unwrap_or(entry.name);
        let list = &self.defaults.list;
        if list.iter().any(|default| default.reference == Some(name) && default.matches(written, entry)) {
            return;
        }
        let wording = format!("No plugin-defaults exists for pluginDefaultsRef: '{name}'");
        let near = nearest(name, list.iter().filter_map(|default| default.reference));
        let help = near.map_or_else(
            || format!("add an entry with `ref: {name}` and this type to `pluginDefaults`"),
            |near| format!("did you mean `{near}`?"),
        );
        let found = Diagnostic::new(Code::PluginDefaultsRefUnknown, reference.span, wording.clone());
        self.found.push(found.constraint(wording).help(help));
    }
}

impl Default<'_> {
    /// A default applies to types that its own begins with; one that names an old type also to the current one.
    fn matches(&self, written: &str, entry: &Type) -> bool {
        let by_prefix =
            self.type_name.is_some_and(|name| written.starts_with(name) || entry.name.starts_with(name));
        by_prefix || self.canonical.is_some_and(|name| name == entry.name)
    }
}

impl<'a> Structure<'a, '_> {
    /// Whether the defaults say something, and something that their plugin knows.
    pub(super) fn plugin_defaults(&mut self) {
        let defaults = self.defaults;
        for (index, default) in defaults.list.iter().enumerate() {
            let path = format!("{}[{index}]", defaults.property);
            if default.node.get("type").is_none_or(Node::is_null) {
                self.invalid_default(
                    default,
                    &path,
                    "No 'type' provided",
                    "add `type:` with the name of a plugin type or its beginning",
                );
            }
            self.default_type(default, &path);
            if default.values.is_empty() {
                self.invalid_default(
                    default,
                    &path,
                    "No 'values' provided",
                    "add `values:` with properties and their values",
                );
            }
            for value in default.values {
                self.default_value(default, value, index);
            }
        }
    }

    /// A default for a type that does not exist changes nothing, and nobody notices.
    fn default_type(&mut self, default: &Default<'_>, path: &str) {
        let Some((name, node)) = default.type_name.zip(default.node.get("type")) else { return };
        if default.canonical.is_some() || self.catalogue.has_prefix(name) {
            return;
        }
        let message =
            format!("no known plugin type is called `{name}` or begins so: the values have no effect");
        let near = nearest(name, self.catalogue.names().map(|(name, _)| name));
        let help = near.map(|near| format!("did you mean `{near}`?"));
        let mut found = Diagnostic::new(Code::PluginDefaultInvalid, node.span, message).help_if(help);
        found.severity = Severity::Warning;
        self.found.push(found.path(below(path, "type")));
    }

    fn default_value(&mut self, default: &Default<'_>, value: &'a Entry, index: usize) {
        let path = format!("{}[{index}].values.{}", self.defaults.property, value.key);
        let report = |wording: String, help: Option<String>| {
            Diagnostic::new(
                Code::PluginDefaultInvalid,
                value.key_span,
                format!("Invalid Plugin Default: {wording}"),
            )
            .constraint(format!("{}[{index}]: Invalid Plugin Default: {wording}", self.defaults.property))
            .help_if(help)
            .path(path.clone())
        };
        if value.value.is_null() {
            let wording = format!("No value provided for key '{}'", value.key);
            return self.found.push(report(wording, Some("give it a value, or take it out".into())));
        }
        let exact = default.type_name.zip(default.canonical);
        let Some(entry) = exact.and_then(|(_, name)| self.catalogue.find(name)).map(|found| found.entry)
        else {
            return;
        };
        match entry.property(&value.key) {
            Some(property) => {
                self.path.push_key(self.defaults.property);
                self.path.push_index(index, None);
                self.path.push_key("values");
                self.path.push_key(&value.key);
                self.value(&value.value, property);
                for _ in 0..4 {
                    self.path.pop();
                }
            }
            None if entry.partial => {}
            None => {
                let near = nearest(&value.key, entry.properties.iter().map(|property| property.name));
                let wording = format!("No property '{}' exists in plugin '{}'", value.key, entry.name);
                let mut found = report(wording, near.map(|near| format!("did you mean `{near}`?")));
                if let Some(near) = near {
                    found = found.fix(format!("rename to `{near}`"), value.key_span, near);
                }
                self.found.push(found);
            }
        }
    }

    fn invalid_default(&mut self, default: &Default<'_>, path: &str, wording: &str, help: &str) {
        let message = format!("Invalid Plugin Default: {wording}");
        let span = default.node.entries().first().map_or(default.node.span, |entry| entry.key_span);
        self.found.push(
            Diagnostic::new(Code::PluginDefaultInvalid, span, message.clone())
                .constraint(format!("{path}: {message}"))
                .help(help)
                .path(path),
        );
    }
}

//! Whether the plugin defaults of a flow are right themselves.

use kapelle_model::{Entry, Node};

use super::Structure;
use crate::catalogue::{Catalogue, Type};
use crate::check::defaults::Default;
use crate::check::path::below;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::suggest::is_typo;

impl Structure<'_, '_> {
    /// `pluginDefaultsRef` of the plugin `node` has to name a default for its type.
    pub(super) fn defaults_reference(&mut self, node: &Node, entry: &Type) {
        let Some(reference) = node.get("pluginDefaultsRef").filter(|node| node.as_text().is_some()) else {
            return;
        };
        let name = reference.as_text().unwrap_or_default();
        let written = node.get("type").and_then(Node::as_text).unwrap_or(entry.name);
        let list = &self.defaults.list;
        if list.iter().any(|default| default.reference == Some(name) && default.matches(written)) {
            return;
        }
        let wording = format!("No plugin-defaults exists for pluginDefaultsRef: '{name}'");
        let near = self.nearest(name, list.iter().filter_map(|default| default.reference));
        let help = near.map_or_else(
            || format!("add an entry with `ref: {name}` and this type to `pluginDefaults`"),
            |near| format!("did you mean `{near}`?"),
        );
        let found = Diagnostic::new(Code::PluginDefaultsRefUnknown, reference.span, wording.clone());
        self.found.push(found.constraint(wording).help(help));
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
        if let Some(current) = default.canonical.filter(|current| *current != name) {
            // Renamed it would no longer hold for tasks that are written with the old name.
            let note =
                Diagnostic::new(Code::TypeAlias, node.span, format!("{name} is replaced by {current}"));
            self.found.push(note.path(below(path, "type")));
        }
        if default.canonical.is_some() || self.catalogue.has_prefix(name) {
            return;
        }
        let message =
            format!("no known plugin type is called `{name}` or begins so: the values have no effect");
        // Types of other plugins are no advice for one that nobody here has read.
        let family = Catalogue::family(name).or_else(|| Catalogue::family_of_package(name));
        let has_advice = !family.is_some_and(Catalogue::is_unread);
        let names = self.catalogue.names().map(|(name, _)| name).filter(|_| has_advice);
        let near = self.nearest(name, names);
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
            return self.value_of_prefix(default, value, path);
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
                let near = self.nearest(&value.key, entry.properties.iter().map(|property| property.name));
                let wording = format!("No property '{}' exists in plugin '{}'", value.key, entry.name);
                let mut found = report(wording, near.map(|near| format!("did you mean `{near}`?")));
                if let Some(near) = near.filter(|near| is_typo(&value.key, near)) {
                    found = found.fix(format!("rename to `{near}`"), value.key_span, near);
                }
                self.found.push(found);
            }
        }
    }

    /// A default for all types that begin alike: at least one of them has to know the property.
    fn value_of_prefix(&mut self, default: &Default<'_>, value: &Entry, path: String) {
        let Some(prefix) = default.type_name else { return };
        let mut known: Vec<&'static str> = Vec::new();
        for entry in self.catalogue.beginning_with(prefix) {
            if entry.partial || entry.property(&value.key).is_some() {
                return;
            }
            known.extend(entry.properties.iter().map(|property| property.name));
        }
        if known.is_empty() {
            return;
        }
        known.sort_unstable();
        known.dedup();
        let message = format!("no type that begins with `{prefix}` has a property `{}`", value.key);
        let near = self.nearest(&value.key, known.into_iter());
        let mut found = Diagnostic::new(Code::PluginDefaultInvalid, value.key_span, message).path(path);
        found.severity = Severity::Warning;
        if let Some(near) = near {
            found = found.help(format!("did you mean `{near}`?"));
        }
        self.found.push(found);
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

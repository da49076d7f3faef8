//! What a namespace and those above it give to their flows: variables and plugin defaults.

use std::sync::Arc;

use kapelle_core::expression::plain;
use kapelle_core::flow::plugin_defaults;
use kapelle_core::yaml;
use kapelle_model::flow::PluginDefault;
use kapelle_model::{Map, Span};
use kapelle_store::Store;
use kapelle_store::error::Result;

use super::key;

#[derive(Debug, Default)]
pub(crate) struct Given {
    /// Of the namespace itself, of the one around it, and so on.
    pub defaults: Vec<Vec<PluginDefault>>,
    /// Of variables with the same name the nearest one holds.
    pub variables: Map,
}

/// What flows of a namespace are given at this moment.
pub(crate) fn given(store: &dyn Store, tenant: &Arc<str>, namespace: &str) -> Result<Given> {
    let mut given = Given::default();
    for level in levels(namespace) {
        if let Some(document) = store.document(&key(tenant, level))? {
            given.add(&String::from_utf8_lossy(&document.data));
        }
    }
    Ok(given)
}

/// A namespace and all above it, the nearest first.
fn levels(namespace: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(namespace), |level| level.rsplit_once('.').map(|(above, _)| above))
}

impl Given {
    /// Adds the settings of the next level. They are JSON, which is YAML.
    fn add(&mut self, settings: &str) {
        let Some(root) = yaml::read(settings, Span::new(0, settings.len() as u32)).root else { return };
        self.defaults.push(plugin_defaults(root.get("pluginDefaults")));
        for entry in root.get("variables").map_or(&[][..], |node| node.entries()) {
            let value = || plain::from_node(&entry.value);
            self.variables.entry(Arc::from(&*entry.key)).or_insert_with(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_namespace_comes_first() {
        assert_eq!(levels("a.b.c").collect::<Vec<_>>(), ["a.b.c", "a.b", "a"]);
        let mut given = Given::default();
        given.add(r#"{"variables": {"one": 1}, "pluginDefaults": [{"type": "x", "values": {"a": 1}}]}"#);
        given.add(r#"{"variables": {"one": 2, "two": {"three": "yes"}}}"#);
        assert_eq!(given.defaults.iter().map(Vec::len).collect::<Vec<_>>(), [1, 0]);
        let variables: Vec<String> =
            given.variables.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
        assert_eq!(variables.len(), 2, "{variables:?}");
        assert_eq!(given.variables.get("one"), Some(&kapelle_model::Value::Int(1)));
    }
}

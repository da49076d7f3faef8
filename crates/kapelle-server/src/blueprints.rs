//! Flows to begin with. They are the examples of this repository: each begins with a line that says what it shows.

use std::sync::LazyLock;

use kapelle_model::Node;

use crate::views::flow;

/// Sources with the subject of each.
const SOURCES: &[(&str, &str)] = &[
    ("Getting started", include_str!("../../../examples/hello.yaml")),
    ("Getting started", include_str!("../../../examples/inputs.yaml")),
    ("Getting started", include_str!("../../../examples/outputs.yaml")),
    ("Flow control", include_str!("../../../examples/branches.yaml")),
    ("Flow control", include_str!("../../../examples/dag.yaml")),
    ("Flow control", include_str!("../../../examples/foreach.yaml")),
    ("Flow control", include_str!("../../../examples/loop-until.yaml")),
    ("Flow control", include_str!("../../../examples/parallel.yaml")),
    ("Flow control", include_str!("../../../examples/pause.yaml")),
    ("Flow control", include_str!("../../../examples/subflow.yaml")),
    ("Flow control", include_str!("../../../examples/subflow-invoice.yaml")),
    ("Resilience", include_str!("../../../examples/errors.yaml")),
    ("Resilience", include_str!("../../../examples/retry.yaml")),
    ("Resilience", include_str!("../../../examples/concurrency.yaml")),
    ("Triggers", include_str!("../../../examples/schedule.yaml")),
    ("Triggers", include_str!("../../../examples/webhook.yaml")),
    ("Triggers", include_str!("../../../examples/flow-trigger.yaml")),
    ("Scripts", include_str!("../../../examples/working-directory.yaml")),
];

/// A flow to begin with.
pub(crate) struct Blueprint {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) tag: &'static str,
    /// Types that it uses, by name.
    pub(crate) types: Vec<String>,
    pub(crate) source: &'static str,
}

/// All of them, in the order in which one would read them.
pub(crate) fn all() -> &'static [Blueprint] {
    static ALL: LazyLock<Vec<Blueprint>> =
        LazyLock::new(|| SOURCES.iter().filter_map(|(tag, source)| read(tag, source)).collect());
    &ALL
}

fn read(tag: &'static str, source: &'static str) -> Option<Blueprint> {
    let root = flow::root(source)?;
    let first = source.lines().next()?.strip_prefix("# ")?;
    let (title, description) = first.split_once(": ").unwrap_or((first, first));
    let mut types = Vec::new();
    collect(&root, &mut types);
    types.sort();
    types.dedup();
    let id = root.get("id")?.scalar_text()?;
    Some(Blueprint { id, title: title.to_owned(), description: description.to_owned(), tag, types, source })
}

/// The types of plugins in a node, wherever they stand.
fn collect(node: &Node, types: &mut Vec<String>) {
    types.extend(node.get("type").and_then(Node::scalar_text).filter(|name| name.contains('.')));
    node.entries().iter().map(|entry| &entry.value).chain(node.items()).for_each(|node| collect(node, types));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_one_and_no_id_comes_twice() {
        assert_eq!(all().len(), SOURCES.len());
        let mut ids: Vec<&str> = all().iter().map(|blueprint| blueprint.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), SOURCES.len());
        assert!(all().iter().all(|blueprint| !blueprint.types.is_empty() && !blueprint.title.is_empty()));
    }
}

//! Sources of flows, as far as Git is concerned: whose they are, and the same flow in another namespace.

use kapelle_core::yaml;
use kapelle_model::{Node, Span};

/// Bytes of a flow.
pub(crate) const SOURCE_MAX: u64 = 1 << 20;

/// Whether a path is that of a flow.
pub(crate) fn is_flow_file(path: &str) -> bool {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| ending.eq_ignore_ascii_case("yaml") || ending.eq_ignore_ascii_case("yml"))
}

/// The name of a file without folders and ending.
pub(crate) fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

fn root(source: &str) -> Option<Node> {
    yaml::read(source, Span::new(0, source.len() as u32)).root
}

/// The id of a flow, if the source has one.
pub(crate) fn id_of(source: &str) -> Option<String> {
    root(source)?.get("id").and_then(Node::scalar_text)
}

/// The same flow in another namespace: only that one word changes.
pub(crate) fn in_namespace(source: &str, namespace: &str) -> String {
    let root = root(source);
    let Some(node) = root.as_ref().and_then(|root| root.get("namespace")) else { return source.to_owned() };
    if node.scalar_text().as_deref() == Some(namespace) {
        return source.to_owned();
    }
    let range = node.span.range();
    match (source.get(..range.start), source.get(range.end..)) {
        (Some(before), Some(after)) => format!("{before}{namespace}{after}"),
        _ => source.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_namespace_changes() {
        let source =
            "# namespace: old\nid: a\nnamespace: \"old\" # why\ntasks: [{id: x, namespace: old}]\r\n";
        let moved = in_namespace(source, "new.child");
        assert_eq!(
            moved,
            "# namespace: old\nid: a\nnamespace: new.child # why\ntasks: [{id: x, namespace: old}]\r\n"
        );
        assert_eq!(in_namespace(source, "old"), source);
        assert_eq!(in_namespace("id: a\n", "new"), "id: a\n");
        assert_eq!(in_namespace(": : [", "new"), ": : [");
    }

    #[test]
    fn a_flow_is_known_by_its_id() {
        assert_eq!(id_of("id: a\nnamespace: b\n").as_deref(), Some("a"));
        assert_eq!(id_of("just text"), None);
        assert_eq!(stem("a/b.c.yml"), "b.c");
        assert!(
            is_flow_file("a.YML")
                && is_flow_file("b/a.yaml")
                && !is_flow_file("yaml")
                && !is_flow_file("a.yaml.bak")
        );
    }
}

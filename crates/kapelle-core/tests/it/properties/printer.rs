//! A tree that is printed reads back as the same tree.

use std::fmt::Write;

use kapelle_core::yaml;
use kapelle_model::{Data, Entry, Node, Span};
use proptest::prelude::*;

/// Values as the printer writes them; spans do not matter.
fn node(data: Data) -> Node {
    Node { span: Span::default(), data }
}

fn text() -> impl Strategy<Value = String> {
    // Control characters have no place in YAML but as escapes, which the printer writes for them.
    prop_oneof![any::<String>(), "[ -~]{0,12}", "[a-z: #'\"{}\\[\\],&*!|>%@`-]{0,12}", "\\PC{0,8}"]
}

fn tree() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        Just(Data::Null),
        any::<bool>().prop_map(Data::Bool),
        any::<i64>().prop_map(Data::Int),
        any::<i32>().prop_map(|number| Data::Float(f64::from(number) / 64.0)),
        text().prop_map(Data::Text),
    ];
    leaf.prop_map(node).prop_recursive(6, 60, 6, |inner| {
        let entry = (text(), inner.clone());
        prop_oneof![
            proptest::collection::vec(inner, 0..6).prop_map(|items| node(Data::List(items))),
            proptest::collection::vec(entry, 0..6).prop_map(|entries| {
                let entry = |(key, value)| Entry { key, key_span: Span::default(), value };
                node(Data::Map(entries.into_iter().map(entry).collect()))
            }),
        ]
    })
}

/// Like JSON, but with the numbers of YAML.
fn print(node: &Node, out: &mut String) {
    match &node.data {
        Data::Null => out.push_str("null"),
        Data::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Data::Int(value) => out.push_str(&value.to_string()),
        Data::BigInt(digits) => out.push_str(digits),
        // With a point, even where nothing stands behind it.
        Data::Float(value) => write!(out, "{value:?}").unwrap(),
        Data::Text(text) => quote(text, out),
        Data::List(items) => {
            out.push('[');
            for item in items {
                print(item, out);
                out.push_str(", ");
            }
            out.push(']');
        }
        Data::Map(entries) => {
            out.push('{');
            for entry in entries {
                quote(&entry.key, out);
                out.push_str(": ");
                print(&entry.value, out);
                out.push_str(", ");
            }
            out.push('}');
        }
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            ' '..='~' | 'ä' | '€' | '💥' => out.push(character),
            other => write!(out, "\\U{:08X}", u32::from(other)).unwrap(),
        }
    }
    out.push('"');
}

/// The same tree without its places.
fn bare(tree: &Node) -> Node {
    node(match &tree.data {
        Data::List(items) => Data::List(items.iter().map(bare).collect()),
        Data::Map(entries) => {
            let entry = |entry: &Entry| Entry {
                key: entry.key.clone(),
                key_span: Span::default(),
                value: bare(&entry.value),
            };
            Data::Map(entries.iter().map(entry).collect())
        }
        other => other.clone(),
    })
}

/// What stands between two nodes must not be inside either, and children lie inside their parents.
fn assert_nested(tree: &Node, text: &str) {
    let mut last = tree.span.start;
    let mut inside = |span: Span| {
        assert!(
            last <= span.start && span.start <= span.end && span.end <= tree.span.end,
            "{span:?} in {tree:?}"
        );
        assert!(text.get(span.range()).is_some());
        last = span.end;
    };
    for entry in tree.entries() {
        inside(entry.key_span);
        inside(entry.value.span);
    }
    tree.items().iter().for_each(|item| inside(item.span));
    tree.entries()
        .iter()
        .map(|entry| &entry.value)
        .chain(tree.items())
        .for_each(|child| assert_nested(child, text));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_printed_tree_reads_back_as_the_same_tree(tree in tree()) {
        let mut text = String::new();
        print(&tree, &mut text);
        let reading = yaml::read(&text, Span::new(0, text.len() as u32));
        let root = reading.root.unwrap();
        assert_nested(&root, &text);
        prop_assert_eq!(bare(&root), tree);
    }
}

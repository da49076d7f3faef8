//! Merging two values: maps deeply, lists as a union, of everything else one wins.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use kapelle_model::{Data, Entry, Node};

/// The entries of two maps. Where both have a key, `over` wins, unless it is null there.
pub(super) fn entries(base: &[Entry], over: &[Entry]) -> Vec<Entry> {
    let places: HashMap<&str, &Entry> = over.iter().rev().map(|entry| (entry.key.as_str(), entry)).collect();
    let mut all = Vec::with_capacity(base.len() + over.len());
    let mut seen = HashSet::with_capacity(base.len());
    for entry in base {
        seen.insert(entry.key.as_str());
        all.push(match places.get(entry.key.as_str()) {
            Some(winner) if !winner.value.is_null() => Entry {
                key: entry.key.clone(),
                key_span: winner.key_span,
                value: merged(&entry.value, &winner.value),
            },
            _ => entry.clone(),
        });
    }
    all.extend(over.iter().filter(|entry| !seen.contains(entry.key.as_str())).cloned());
    all
}

fn merged(base: &Node, over: &Node) -> Node {
    let data = match (&base.data, &over.data) {
        (Data::Map(base), Data::Map(over)) => Data::Map(entries(base, over)),
        (Data::List(base), Data::List(over)) => Data::List(union(base, over)),
        _ => return over.clone(),
    };
    Node { span: over.span, data }
}

/// The items of one list, and those of the other that are not among them.
fn union(base: &[Node], over: &[Node]) -> Vec<Node> {
    let known: HashSet<String> = base.iter().map(written).collect();
    let new = over.iter().filter(|item| !known.contains(&written(item)));
    base.iter().chain(new).cloned().collect()
}

/// What a node says, without its place.
fn written(node: &Node) -> String {
    let mut text = String::new();
    write_to(node, &mut text);
    text
}

fn write_to(node: &Node, out: &mut String) {
    match &node.data {
        Data::List(items) => {
            out.push('[');
            for item in items {
                write_to(item, out);
                out.push(',');
            }
            out.push(']');
        }
        Data::Map(entries) => {
            out.push('{');
            for entry in entries {
                let written = write!(out, "{:?}:", entry.key);
                debug_assert!(written.is_ok(), "a String takes everything");
                write_to(&entry.value, out);
                out.push(',');
            }
            out.push('}');
        }
        scalar => {
            let written = write!(out, "{scalar:?}");
            debug_assert!(written.is_ok(), "a String takes everything");
        }
    }
}

//! Literal values of built-in types that can never do what they stand for: Kestra would find them in the middle of a
//! run.

use kapelle_model::flow::{Flow, Task};
use kapelle_model::{Data, Node};

use super::Context;
use super::defaults::Defaults;
use super::path;
use super::structure::has_expression;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::shape::FIELD_ID;

pub(super) fn check(root: &Node, flow: &Flow, cx: &mut Context<'_>) {
    flow.walk_tasks(&mut |task| {
        let values = |name: &str| task.property(name).or_else(|| task.property("items"));
        match task.type_name.canonical.strip_prefix("io.kestra.plugin.core.") {
            Some("flow.ForEach") => each(values("values"), cx),
            Some("flow.EachSequential" | "flow.EachParallel") => each(values("value"), cx),
            Some("execution.Labels") => labels(root, task, cx),
            Some("kv.Set" | "kv.Put") => key(root, task, cx),
            _ => {}
        }
    });
    let defaults = Defaults::of(root, cx.catalogue);
    for place in ["triggers", "listeners"].into_iter().filter_map(|name| root.get(name)) {
        place.walk(&mut |node| between(root, node, &defaults, cx));
    }
}

/// The elements of a loop become text, which not all kinds of YAML do.
fn each(values: Option<&Node>, cx: &mut Context<'_>) {
    for item in values.map_or(&[][..], Node::items) {
        let (message, help) = match item.data {
            Data::Bool(_) | Data::Float(_) => ("Unknown value element type", "put it between quotes"),
            Data::List(_) => ("Unknown value element type", "write it as text in JSON: '[1, 2]'"),
            Data::Null => ("Found '1' null values on Each", "take it out, or write an empty text: ''"),
            Data::Int(_) | Data::BigInt(_) | Data::Text(_) | Data::Map(_) => continue,
        };
        let what = match item.data {
            Data::Bool(_) => "a boolean",
            Data::Float(_) => "a number with a fraction",
            Data::List(_) => "a list",
            _ => "an empty value",
        };
        let message = format!("{message}: a loop cannot take {what}");
        let mut found = Diagnostic::new(Code::ValueType, item.span, message).help(help);
        // The loop fails when it starts; until then the flow is right.
        found.severity = Severity::Warning;
        cx.report(found);
    }
}

/// A label cannot be set to nothing.
fn labels(root: &Node, task: &Task, cx: &mut Context<'_>) {
    let Some(node) = task.property("labels") else { return };
    let in_map = node.entries().iter().map(|entry| (entry.key.clone(), &entry.value));
    let in_list =
        node.items().iter().filter_map(|item| Some((item.get("key")?.scalar_text()?, item.get("value")?)));
    for (key, value) in in_map.chain(in_list).filter(|(_, value)| value.as_text() == Some("")) {
        let rule = "must not be empty";
        let constraint = format!("{}: {rule}", path::to(root, value.span).seen_by_clients());
        let found = Diagnostic::new(Code::PropertyEmpty, value.span, format!("label `{key}`: {rule}"));
        cx.report(found.constraint(constraint).help("give it a text, or take the label out"));
    }
}

/// What is stored under a key that cannot be one can never be read. A task that only reads or deletes finds nothing.
fn key(root: &Node, task: &Task, cx: &mut Context<'_>) {
    let Some(node) = task.property("key") else { return };
    let Some(text) = node.scalar_text().filter(|text| !has_expression(text)) else { return };
    // Keys have the form of the ids of inputs.
    if (FIELD_ID.matches)(&text) {
        return;
    }
    let rule = "must match \"[a-zA-Z0-9][a-zA-Z0-9._-]*\"";
    let constraint = format!("{}: {rule}", path::to(root, node.span).seen_by_clients());
    let found = Diagnostic::new(Code::ValuePattern, node.span, format!("`{text}`: {rule}"));
    cx.report(
        found
            .constraint(constraint)
            .help("start with a letter or a digit, go on with letters, digits, dots, dashes and underscores"),
    );
}

/// A condition about a range without either end can be neither true nor false.
fn between(root: &Node, node: &Node, defaults: &Defaults<'_>, cx: &mut Context<'_>) {
    let Some(found) = node.get("type").and_then(Node::as_text).and_then(|name| cx.catalogue.find(name))
    else {
        return;
    };
    let entry = found.entry;
    let is_between =
        ["io.kestra.plugin.core.condition.DateTimeBetween", "io.kestra.plugin.core.condition.TimeBetween"]
            .contains(&entry.name);
    let has = |name: &str| {
        node.get(name).is_some_and(|value| !value.is_null()) || defaults.gives(node, entry, name)
    };
    if !is_between || has("after") || has("before") {
        return;
    }
    let Some(kind) = node.get("type") else { return };
    let rule = "Invalid condition with no before nor after";
    let constraint = format!("{}: {rule}", path::to(root, node.span).seen_by_clients());
    let found = Diagnostic::new(Code::PropertyMissing, kind.span, rule).constraint(constraint);
    cx.report(found.help("add `after:`, `before:`, or both"));
}

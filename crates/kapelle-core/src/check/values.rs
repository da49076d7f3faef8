//! Literal values of built-in types that can never do what they stand for: Kestra would find them in the middle of a
//! run.

use kapelle_model::flow::{Flow, Task};
use kapelle_model::{Data, Node};

use super::Context;
use super::defaults::Defaults;
use super::structure::has_expression;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::shape::FIELD_ID;
use crate::time::date::offset_time;

pub(super) fn check(root: &Node, flow: &Flow, cx: &mut Context<'_>) {
    flow.walk_tasks(&mut |task| {
        let values = |name: &str| task.property(name).or_else(|| task.property("items"));
        match task.type_name.canonical.strip_prefix("io.kestra.plugin.core.") {
            Some("flow.ForEach") => each(values("values"), cx),
            Some("flow.EachSequential" | "flow.EachParallel") => each(values("value"), cx),
            Some("execution.Labels") => labels(task, cx),
            Some("kv.Set" | "kv.Put") => key(task, cx),
            _ => {}
        }
    });
    let defaults = Defaults::of(root, cx.catalogue);
    for place in ["triggers", "listeners"].into_iter().filter_map(|name| root.get(name)) {
        place.walk(&mut |node| between(node, &defaults, cx));
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
        at_run_time(Diagnostic::new(Code::ValueType, item.span, message).help(help), cx);
    }
}

/// Kestra saves the flow and fails when it comes to this place, if it ever does.
fn at_run_time(mut found: Diagnostic, cx: &mut Context<'_>) {
    found.severity = Severity::Warning;
    cx.report(found);
}

/// A label cannot be set to nothing.
fn labels(task: &Task, cx: &mut Context<'_>) {
    let Some(node) = task.property("labels") else { return };
    let in_map = node.entries().iter().map(|entry| (entry.key.clone(), &entry.value));
    let in_list =
        node.items().iter().filter_map(|item| Some((item.get("key")?.scalar_text()?, item.get("value")?)));
    for (key, value) in in_map.chain(in_list).filter(|(_, value)| value.as_text() == Some("")) {
        let message = format!("label `{key}`: must not be empty");
        let found = Diagnostic::new(Code::PropertyEmpty, value.span, message);
        at_run_time(found.help("give it a text, or take the label out"), cx);
    }
}

/// What is stored under a key that cannot be one can never be read. A task that only reads or deletes finds nothing.
fn key(task: &Task, cx: &mut Context<'_>) {
    let Some(node) = task.property("key") else { return };
    let Some(text) = node.scalar_text().filter(|text| !has_expression(text)) else { return };
    // Keys have the form of the ids of inputs.
    if (FIELD_ID.matches)(&text) {
        return;
    }
    let message = format!("`{text}`: must match \"[a-zA-Z0-9][a-zA-Z0-9._-]*\"");
    let help = "start with a letter or a digit, go on with letters, digits, dots, dashes and underscores";
    at_run_time(Diagnostic::new(Code::ValuePattern, node.span, message).help(help), cx);
}

/// A condition about a range without either end can be neither true nor false.
fn between(node: &Node, defaults: &Defaults<'_>, cx: &mut Context<'_>) {
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
    if entry.name.ends_with(".TimeBetween") {
        for bound in ["after", "before"].into_iter().filter_map(|name| node.get(name)) {
            time_of_day(bound, cx);
        }
    }
    if !is_between || has("after") || has("before") {
        return;
    }
    let Some(kind) = node.get("type") else { return };
    let message = "Invalid condition with no before nor after";
    let found = Diagnostic::new(Code::PropertyMissing, kind.span, message);
    at_run_time(found.help("add `after:`, `before:`, or both"), cx);
}

/// The ends of a range of times carry the offset from UTC that they are meant in.
fn time_of_day(bound: &Node, cx: &mut Context<'_>) {
    let Some(text) = bound.as_text().filter(|text| !has_expression(text)) else { return };
    if let Err(reason) = offset_time(text) {
        let message = format!("`{text}` is not a time with an offset");
        at_run_time(Diagnostic::new(Code::ValueDate, bound.span, message).help(reason), cx);
    }
}

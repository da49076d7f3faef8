//! Names: reserved ones, and ones that are given twice.

use std::collections::HashMap;

use kapelle_model::Spanned;
use kapelle_model::flow::Flow;

use super::Context;
use crate::diagnostic::{Code, Diagnostic};
use crate::shape::RESERVED_FLOW_IDS;

pub(super) fn check(flow: &Flow, cx: &mut Context<'_>) {
    reserved(flow, cx);
    let mut tasks = Vec::new();
    flow.walk_tasks(&mut |task| {
        tasks.push((task.id.value.clone(), &task.id));
        if task.type_name.canonical == "io.kestra.plugin.core.flow.ForEachItem" {
            // It runs as three tasks of its own below it.
            tasks.extend(
                ["split", "items", "merge"].map(|part| (format!("{}_{part}", task.id.value), &task.id)),
            );
        }
    });
    twice(cx, "Duplicate task id with name", &tasks);
    let triggers = flow.triggers.iter().map(|trigger| &trigger.id);
    twice(cx, "Duplicate trigger id with name", &named(triggers));
    twice(cx, "Duplicate output with name", &named(flow.outputs.iter().map(|output| &output.id)));
    let mut preconditions = Vec::new();
    for trigger in &flow.triggers {
        let id = trigger.property("preconditions").and_then(|node| node.get("id"));
        preconditions.extend(id.and_then(|id| Some(Spanned::new(id.scalar_text()?, id.span))));
    }
    twice(cx, "Duplicate preconditions with id", &named(preconditions.iter()));
}

fn reserved(flow: &Flow, cx: &mut Context<'_>) {
    if !RESERVED_FLOW_IDS.contains(&flow.id.as_str()) {
        return;
    }
    let list = RESERVED_FLOW_IDS.join(", ");
    let message =
        format!("Flow id is a reserved keyword: {}. List of reserved keywords: {list}", flow.id.value);
    cx.report(
        Diagnostic::new(Code::IdReserved, flow.id.span, message.clone())
            .constraint(message)
            .help(format!("choose another id, for example `{}-flow`", flow.id.value)),
    );
}

pub(super) fn named<'a>(
    ids: impl Iterator<Item = &'a Spanned<String>>,
) -> Vec<(String, &'a Spanned<String>)> {
    ids.map(|id| (id.value.clone(), id)).collect()
}

/// Names that one message lists.
pub(super) const NAMED_MAX: usize = 50;

/// Reports each name at its second and later places; the wording names all of them, as API clients expect.
pub(super) fn twice(cx: &mut Context<'_>, what: &str, ids: &[(String, &Spanned<String>)]) {
    let mut first: HashMap<&str, &Spanned<String>> = HashMap::new();
    let mut again = Vec::new();
    for (name, id) in ids.iter().filter(|(name, _)| !name.is_empty()) {
        match first.get(name.as_str()) {
            Some(earlier) => again.push((name.as_str(), *earlier, *id)),
            None => drop(first.insert(name, id)),
        }
    }
    if again.is_empty() {
        return;
    }
    let mut names: Vec<&str> = Vec::new();
    for (name, ..) in &again {
        if names.len() < NAMED_MAX && !names.contains(name) {
            names.push(name);
        }
    }
    let wording = format!("{what} [{}]", names.join(", "));
    for (name, earlier, id) in again {
        let position = cx.source.position(earlier.span.start);
        let help = format!(
            "`{name}` stands first at {}:{}; give this one another name",
            position.line, position.column
        );
        cx.report(
            Diagnostic::new(Code::IdDuplicate, id.span, wording.clone())
                .constraint(wording.clone())
                .help(help),
        );
    }
}

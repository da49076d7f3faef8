//! Labels of flows, triggers, tasks and SLAs.

use kapelle_model::flow::{Flow, Label};
use kapelle_model::{Data, Node};

use super::Context;
use super::structure::has_expression;
use crate::diagnostic::{Code, Diagnostic};
use crate::flow::labels;

/// The one system label that authors may set, on the flow itself.
const READ_ONLY: &str = "system.readOnly";

/// Tasks that set labels, on the execution or on one that they create.
const LABEL_TASKS: &[&str] = &[
    "io.kestra.plugin.core.execution.Labels",
    "io.kestra.plugin.core.flow.Subflow",
    "io.kestra.plugin.core.flow.ForEachItem",
];

pub(super) fn check(root: &Node, flow: &Flow, cx: &mut Context<'_>) {
    for (index, label) in flow.labels.iter().enumerate() {
        key(index, label, cx);
        if label.key.value != READ_ONLY {
            system(label, cx);
        }
    }
    repeated(root.get("labels"), cx);
    let slas = root.get("sla").map_or(&[][..], Node::items);
    for label in slas.iter().flat_map(|sla| labels(sla.get("labels"))) {
        system(&label, cx);
    }
    flow.walk_tasks(&mut |task| {
        if LABEL_TASKS.contains(&task.type_name.canonical.as_str()) {
            for label in labels(task.property("labels")) {
                system(&label, cx);
            }
        }
    });
    for node in flow.triggers.iter().filter_map(|trigger| trigger.property("conditions")) {
        conditions(node, cx);
    }
    for node in
        root.get("listeners").map_or(&[][..], Node::items).iter().filter_map(|node| node.get("conditions"))
    {
        conditions(node, cx);
    }
}

/// Conditions about labels, and those inside others.
fn conditions(node: &Node, cx: &mut Context<'_>) {
    node.walk(&mut |node| {
        let name = node.get("type").and_then(Node::as_text).and_then(|name| cx.catalogue.find(name));
        if name.is_some_and(|found| found.entry.name == "io.kestra.plugin.core.condition.ExecutionLabels") {
            for label in labels(node.get("labels")) {
                system(&label, cx);
            }
        }
    });
}

fn key(index: usize, label: &Label, cx: &mut Context<'_>) {
    const WORDING: &str = "Invalid label key. A valid key contains only lowercase letters numbers hyphens (-) \
                           underscores (_) or periods (.) and must begin with a lowercase letter.";
    const RULE: &str = "must match \"^[\\p{Ll}][\\p{L}0-9._-]*$\"";
    let text = &label.key.value;
    let mut characters = text.chars();
    let is_right = characters.next().is_some_and(char::is_lowercase)
        && characters.all(|character| {
            character.is_alphabetic() || character.is_ascii_digit() || "._-".contains(character)
        });
    if !is_right {
        let message = format!("label key `{text}`: {RULE}");
        let help = "start with a lower-case letter, go on with letters, digits, dots, dashes and underscores";
        cx.report(
            Diagnostic::new(Code::ValuePattern, label.key.span, message)
                .constraint(format!("labels[{index}].key: {WORDING}"))
                .help(help),
        );
    }
    if label.value.value.is_empty() && !has_expression(&label.value.value) {
        let message = format!("label `{text}`: must not be empty");
        cx.report(
            Diagnostic::new(Code::PropertyEmpty, label.value.span, message)
                .constraint(format!("labels[{index}].value: must not be empty"))
                .help("give it a text, or take the label out"),
        );
    }
}

fn system(label: &Label, cx: &mut Context<'_>) {
    if !label.key.value.starts_with("system.") {
        return;
    }
    let wording = format!(
        "System labels can only be set by Kestra itself, offending label: {}={}",
        label.key.value, label.value.value
    );
    cx.report(
        Diagnostic::new(Code::LabelSystem, label.key.span, wording.clone())
            .constraint(wording)
            .help("choose a key that does not start with `system.`"),
    );
}

/// In the form of a list a key may come twice; the last one wins without a word.
fn repeated(node: Option<&Node>, cx: &mut Context<'_>) {
    let Some(Node { data: Data::List(_), .. }) = node else { return };
    let all = labels(node);
    for (index, label) in all.iter().enumerate() {
        if all[..index].iter().any(|earlier| earlier.key.value == label.key.value) {
            let message = format!("the label `{}` is given twice; the last one wins", label.key.value);
            cx.report(
                Diagnostic::new(Code::LabelDuplicate, label.key.span, message).help("keep one of them"),
            );
        }
    }
}

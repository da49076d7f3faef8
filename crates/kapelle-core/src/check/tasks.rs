//! Rules about single tasks that go beyond their properties.

use std::collections::HashMap;

use kapelle_model::flow::{BranchKind, Flow, Task};
use kapelle_model::{Data, Node};

use super::graph::cycles;
use super::ids::NAMED_MAX;
use super::structure::has_expression;
use super::{Context, is_enough};
use crate::catalogue::Type;
use crate::diagnostic::{Code, Diagnostic};
use crate::time::duration;

pub(super) fn check(root: &Node, flow: &Flow, cx: &mut Context<'_>) {
    flow.walk_tasks(&mut |task| {
        let entry = cx.catalogue.find(&task.type_name.canonical).map(|found| found.entry);
        match task.type_name.canonical.strip_prefix("io.kestra.plugin.core.flow.") {
            Some("Dag") => dag(task, cx),
            Some("Switch") => switch(task, cx),
            Some("WorkingDirectory") => working_directory(task, cx),
            Some("Subflow" | "ForEachItem") => recursion(flow, task, cx),
            Some("Pause") => {
                let inputs = crate::flow::inputs(task.property("onResume"));
                super::inputs::check(&inputs, cx);
                super::literals::check(&inputs, cx);
            }
            _ => {}
        }
        if let Some(entry) = entry {
            without_effect(task, entry, cx);
        }
        if let Some(assets) = task.property("assets").filter(|assets| !assets.is_null()) {
            let wording = format!(
                "Task '{}' can't have any `assets` because assets are only available in the Enterprise Edition",
                task.id.value
            );
            cx.report(Diagnostic::new(Code::AssetsUnsupported, assets.span, wording.clone()).constraint(wording));
        }
        if let Some(retry) = task.property("retry") {
            retry_intervals(root, retry, cx);
            retry_over_timeout(task, retry, cx);
        }
    });
    if let Some(retry) = root.get("retry") {
        retry_intervals(root, retry, cx);
    }
}

/// The rules between the durations of a retry.
fn retry_intervals(root: &Node, retry: &Node, cx: &mut Context<'_>) {
    let pairs: &[(&str, &str)] = match retry.get("type").and_then(Node::as_text) {
        Some("constant") => &[("interval", "maxDuration")],
        Some("exponential") => &[("interval", "maxDuration"), ("interval", "maxInterval")],
        Some("random") => {
            &[("minInterval", "maxInterval"), ("minInterval", "maxDuration"), ("maxInterval", "maxDuration")]
        }
        _ => &[],
    };
    for (less, more) in pairs {
        let (Some(low), Some(high)) = (length(retry.get(less)), length(retry.get(more))) else {
            continue;
        };
        if low >= high {
            let rule = format!("'{less}' must be less than '{more}'");
            let span = retry.get(less).map_or(retry.span, |node| node.span);
            let message =
                format!("{rule}: {} is not less than {}", duration::format(low), duration::format(high));
            let found = Diagnostic::new(Code::RetryInterval, span, message)
                .help("no retry would ever happen within that time");
            let path = super::path::to(root, retry.span).text();
            let (first, rest) = more.split_at(1);
            let name = format!("{less}LessThan{}{rest}", first.to_ascii_uppercase());
            cx.report(found.constraint(format!("{path}.{name}: {rule}")));
        }
    }
}

/// `timeout` holds for one attempt. Who writes a longer retry than that mostly believes that it bounds them all.
fn retry_over_timeout(task: &Task, retry: &Node, cx: &mut Context<'_>) {
    let Some(timeout) = length(task.property("timeout")) else { return };
    for name in ["maxDuration", "interval", "minInterval"] {
        let Some(node) = retry.get(name) else { continue };
        if let Some(wait) = length(Some(node)).filter(|wait| *wait > timeout) {
            let message = format!(
                "the retry goes on for longer than the timeout: `{name}` is {}, `timeout` is {}",
                duration::format(wait),
                duration::format(timeout)
            );
            let help = "`timeout` bounds each attempt, not all of them; bound the whole with `retry.maxDuration`, or with an SLA of the flow";
            return cx.report(Diagnostic::new(Code::RetryOverTimeout, node.span, message).help(help));
        }
    }
}

fn length(node: Option<&Node>) -> Option<jiff::SignedDuration> {
    duration::parse(&node?.scalar_text()?).ok()
}

/// Properties that only make sense where a worker runs the task.
fn without_effect(task: &Task, entry: &Type, cx: &mut Context<'_>) {
    if entry.is_runnable() || !entry.is_built_in() {
        return;
    }
    // The loops that wait, and Pause, have a timeout of their own meaning.
    let waits = matches!(entry.simple_name(), "Pause" | "LoopUntil" | "Retry" | "Approval");
    for name in ["timeout", "taskCache", "workerGroup"] {
        if (name == "timeout" && waits)
            || (name == "workerGroup" && entry.simple_name() == "WorkingDirectory")
        {
            continue;
        }
        if let Some(found) =
            task.properties.iter().find(|property| property.key == name && !property.value.is_null())
        {
            let message =
                format!("`{name}` has no effect on `{}`: it does not run on a worker", entry.simple_name());
            let help = "set it on the tasks that do the work";
            cx.report(Diagnostic::new(Code::PropertyIgnored, found.key_span, message).help(help));
        }
    }
}

fn dag(task: &Task, cx: &mut Context<'_>) {
    let Some(tasks) = task.branches.iter().find(|branch| branch.kind == BranchKind::Tasks) else { return };
    let children = &tasks.tasks;
    let id = &task.id.value;
    let places: HashMap<&str, usize> =
        children.iter().enumerate().map(|(index, child)| (child.id.value.as_str(), index)).collect();
    let find = |name: &str| places.get(name).map(|index| (*index, &children[*index]));
    let missing: Vec<&str> = children
        .iter()
        .flat_map(|child| &child.depends_on)
        .filter(|name| find(name).is_none())
        .take(NAMED_MAX)
        .map(|name| name.value.as_str())
        .collect();
    let edges: Vec<Vec<usize>> = children
        .iter()
        .map(|child| child.depends_on.iter().filter_map(|name| find(name).map(|(index, _)| index)).collect())
        .collect();
    let cycles = cycles(&edges);
    let named = |cycle: usize| {
        let members =
            children.iter().zip(&cycles).filter(|(_, other)| **other == Some(cycle)).take(NAMED_MAX);
        members.map(|(child, _)| child.id.value.as_str()).collect::<Vec<_>>().join(", ")
    };
    for (index, child) in children.iter().enumerate() {
        for wanted in &child.depends_on {
            match find(wanted) {
                None => {
                    let wording = format!("Not existing task id in dependency: {}", missing.join(", "));
                    let near = cx.nearest(wanted, children.iter().map(|child| child.id.value.as_str()));
                    let help = near.map(|near| format!("did you mean `{near}`?"));
                    cx.report(
                        Diagnostic::new(Code::DagDependencyUnknown, wanted.span, wording.clone())
                            .constraint(format!("{id}: {wording}"))
                            .help_if(help),
                    );
                }
                Some((place, _)) if cycles[index].is_some() && cycles[index] == cycles[place] => {
                    if is_enough(&cx.found) {
                        return;
                    }
                    let cycle = named(cycles[index].unwrap_or(place));
                    let wording = format!("Cyclic dependency detected: {cycle}");
                    cx.report(
                        Diagnostic::new(Code::DagCycle, wanted.span, wording.clone())
                            .constraint(format!("{id}: {wording}"))
                            .help("none of these tasks could ever start; take out one of the dependencies"),
                    );
                }
                Some((_, other)) if other.disabled => {
                    let message =
                        format!("`{}` waits for `{}`, which is disabled", child.id.value, wanted.value);
                    let help = "the dependency counts as met; take it out if that is not what you mean";
                    cx.report(Diagnostic::new(Code::DagDependencyDisabled, wanted.span, message).help(help));
                }
                Some(_) => {}
            }
        }
    }
}

fn switch(task: &Task, cx: &mut Context<'_>) {
    let has_tasks = |branch: &kapelle_model::flow::Branch| {
        matches!(branch.kind, BranchKind::Case(_) | BranchKind::Defaults) && !branch.tasks.is_empty()
    };
    if !task.branches.iter().any(has_tasks) {
        let wording = "No task defined, neither cases or default have any tasks";
        cx.report(
            Diagnostic::new(Code::SwitchEmpty, task.id.span, wording)
                .constraint(format!("{}: {wording}", task.id.value))
                .help("add `cases:` with a list of tasks for each value, or `defaults:`"),
        );
    }
}

fn working_directory(task: &Task, cx: &mut Context<'_>) {
    for child in task
        .branches
        .iter()
        .filter(|branch| branch.kind == BranchKind::Tasks)
        .flat_map(|branch| &branch.tasks)
    {
        let entry = cx.catalogue.find(&child.type_name.canonical).map(|found| found.entry);
        if entry.is_some_and(|entry| {
            !entry.is_runnable() && (entry.is_flowable() || entry.kind == "subflow" || entry.kind == "task")
        }) {
            let wording = "Only runnable tasks are allowed as children of a WorkingDirectory task";
            cx.report(
                Diagnostic::new(Code::WorkingDirectoryTask, child.type_name.written.span, wording)
                    .constraint(format!("{}: {wording}", task.id.value))
                    .help("the children share one folder on one worker; put the WorkingDirectory inside the other task instead"),
            );
        }
        if let Some(group) = child.property("workerGroup").filter(|group| !group.is_null()) {
            let wording = "Cannot set a Worker Group in any WorkingDirectory sub-tasks, it is only supported at the WorkingDirectory level";
            cx.report(
                Diagnostic::new(Code::WorkingDirectoryTask, group.span, wording)
                    .constraint(format!("{}: {wording}", task.id.value))
                    .help("set `workerGroup` on the WorkingDirectory"),
            );
        }
    }
}

fn recursion(flow: &Flow, task: &Task, cx: &mut Context<'_>) {
    let text = |name: &str| task.property(name).and_then(Node::as_text);
    let namespace = text("namespace").unwrap_or(&flow.namespace);
    let Some(id) = task.property("flowId") else { return };
    let is_same = id.as_text() == Some(flow.id.as_str()) && namespace == flow.namespace.as_str();
    if is_same && !has_expression(namespace) && !matches!(id.data, Data::Null) {
        let wording = format!("Recursive call to flow [{namespace}.{}]", flow.id.value);
        cx.report(
            Diagnostic::new(Code::SubflowRecursive, id.span, wording.clone())
                .constraint(wording)
                .help("a flow that calls itself never ends; use a loop, or call another flow"),
        );
    }
}

//! What Kestra 2.0 has no more. Kapelle keeps all of it; told only to those who check at language level 2.

use kapelle_model::flow::Flow;
use kapelle_model::{Entry, Node, Span};

use super::Context;
use crate::diagnostic::{Code, Diagnostic};

/// Types of `io.kestra.plugin.core.`, and what to use instead.
const TYPES: &[(&str, &str)] = &[
    ("flow.ForEach", "`core.flow.Loop`"),
    ("flow.ForEachItem", "`core.flow.Loop` with the file as `values`"),
    ("flow.EachSequential", "`core.flow.Loop`"),
    ("flow.EachParallel", "`core.flow.Loop`"),
    ("flow.Template", "a subflow"),
    ("debug.Echo", "`core.log.Log`"),
    ("execution.Count", "`kestra.executions.Count`"),
    ("execution.Resume", "`kestra.executions.Resume`"),
    ("trigger.Toggle", "`kestra.triggers.Toggle`"),
    ("log.Fetch", "`kestra.logs.Fetch`"),
    ("state.Set", "`core.kv.Set`"),
    ("state.Get", "`core.kv.Get`"),
    ("state.Delete", "`core.kv.Delete`"),
    ("storage.LocalFiles", "`inputFiles` and `outputFiles` of the task that needs them"),
];

const FLOW_PROPERTIES: &[(&str, &str)] = &[
    ("listeners", "`afterExecution`"),
    ("pluginDefaults", "defaults of the namespace"),
    ("taskDefaults", "defaults of the namespace"),
];
const TRIGGER_PROPERTIES: &[(&str, &str)] = &[("conditions", "`when`"), ("preconditions", "`dependsOn`")];
const PAUSE_PROPERTIES: &[(&str, &str)] = &[("delay", "`pauseDuration`"), ("tasks", "tasks after the pause")];
const SUBFLOW_PROPERTIES: &[(&str, &str)] = &[("outputs", "`outputs` of the called flow")];
const INPUT_PROPERTIES: &[(&str, &str)] = &[("name", "`id`")];
const INPUT_TYPES: &[(&str, &str)] = &[("BOOLEAN", "BOOL"), ("ENUM", "SELECT")];

pub(super) fn check(root: &Node, flow: &Flow, cx: &mut Context<'_>) {
    properties(root.entries(), FLOW_PROPERTIES, cx);
    for input in &flow.inputs {
        properties(input.node.entries(), INPUT_PROPERTIES, cx);
        if let Some((name, instead)) = INPUT_TYPES.iter().find(|(name, _)| *name == input.kind) {
            let span = input.node.get("type").map_or(input.node.span, |node| node.span);
            report(span, name, instead, cx);
        }
    }
    for trigger in &flow.triggers {
        properties(&trigger.properties, TRIGGER_PROPERTIES, cx);
    }
    flow.walk_tasks(&mut |task| {
        let Some(name) = task.type_name.canonical.strip_prefix("io.kestra.plugin.core.") else { return };
        if let Some((_, instead)) = TYPES.iter().find(|(removed, _)| *removed == name) {
            report(task.type_name.written.span, name, instead, cx);
        }
        match name {
            "flow.Pause" => properties(&task.properties, PAUSE_PROPERTIES, cx),
            "flow.Subflow" => properties(&task.properties, SUBFLOW_PROPERTIES, cx),
            _ => {}
        }
    });
}

fn properties(entries: &[Entry], removed: &[(&str, &str)], cx: &mut Context<'_>) {
    for entry in entries {
        if let Some((name, instead)) = removed.iter().find(|(name, _)| *name == entry.key) {
            report(entry.key_span, name, instead, cx);
        }
    }
}

fn report(span: Span, name: &str, instead: &str, cx: &mut Context<'_>) {
    let message = format!("Kestra 2.0 has no `{name}` any more; Kapelle keeps it");
    let help = format!("for a flow that runs on both use {instead}");
    cx.report(Diagnostic::new(Code::RemovedIn2, span, message).help(help));
}

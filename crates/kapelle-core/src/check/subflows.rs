//! References between flows, once all of them are known.

use std::collections::HashMap;

use kapelle_model::flow::Flow;
use kapelle_model::{Node, Span};

use super::structure::has_expression;
use super::{File, path};
use crate::diagnostic::{Code, Diagnostic};
use crate::suggest::nearest;

/// A flow that a task calls by its literal name.
#[derive(Debug)]
pub(super) struct Call {
    namespace: String,
    id: String,
    span: Span,
    path: String,
}

/// The flows that the tasks of a flow call.
pub(super) fn calls(root: &Node, flow: &Flow) -> Vec<Call> {
    let mut calls = Vec::new();
    flow.walk_tasks(&mut |task| {
        let name = task.type_name.canonical.strip_prefix("io.kestra.plugin.core.flow.");
        if !matches!(name, Some("Subflow" | "ForEachItem")) {
            return;
        }
        let Some(id) =
            task.property("flowId").filter(|id| id.as_text().is_some_and(|text| !has_expression(text)))
        else {
            return;
        };
        let namespace = task.property("namespace").and_then(Node::as_text).unwrap_or(&flow.namespace);
        if !has_expression(namespace) {
            let id_text = id.as_text().unwrap_or_default().to_owned();
            calls.push(Call {
                namespace: namespace.to_owned(),
                id: id_text,
                span: id.span,
                path: path::at(root, id.span.start),
            });
        }
    });
    calls
}

/// Looks up calls among all documents, and flows that are there twice.
pub(super) fn check(files: &mut [File]) {
    let mut flows: HashMap<(String, String), (String, bool)> = HashMap::new();
    for file in &mut *files {
        for document in &mut file.documents {
            let (Some(namespace), Some(id)) = (&document.namespace, &document.id) else { continue };
            let key = (namespace.clone(), id.clone());
            if let Some((first, _)) = flows.get(&key) {
                let message = format!("the flow {namespace}.{id} is also in {first}");
                let found = Diagnostic::new(Code::FlowDuplicate, document.id_span, message).path("id");
                document.diagnostics.push(found.help("one would overwrite the other; keep one of them"));
                continue;
            }
            let position = file.source.position(document.id_span.start);
            flows.insert(key, (format!("{}:{}", file.source.name, position.line), document.disabled));
        }
    }
    for document in files.iter_mut().flat_map(|file| &mut file.documents) {
        let found: Vec<_> = document.calls.iter().filter_map(|call| problem(call, &flows)).collect();
        document.diagnostics.extend(found);
    }
}

fn problem(call: &Call, flows: &HashMap<(String, String), (String, bool)>) -> Option<Diagnostic> {
    let Call { namespace, id, span, path } = call;
    let found = match flows.get(&(namespace.clone(), id.clone())) {
        Some((_, false)) => return None,
        Some((place, true)) => {
            let message = format!("The subflow '{id}' in namespace '{namespace}' is disabled ({place})");
            Diagnostic::new(Code::SubflowDisabled, *span, message).help("enable it, or the task fails")
        }
        None => {
            let message =
                format!("The subflow '{id}' was not found in namespace '{namespace}' among the files given");
            let mut same: Vec<&str> =
                flows.keys().filter(|(other, _)| other == namespace).map(|(_, id)| id.as_str()).collect();
            same.sort_unstable();
            let near = nearest(id, same.into_iter()).map(|near| format!("did you mean `{near}`?"));
            let help = near.or_else(|| Some("check it together with the files that have the subflow".into()));
            Diagnostic::new(Code::SubflowMissing, *span, message).help_if(help)
        }
    };
    Some(found.path(path.clone()))
}

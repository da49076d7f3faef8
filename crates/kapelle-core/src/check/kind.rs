//! What a document is: a flow, or something else that stands in the same folder.

use kapelle_model::{Data, Node, Span};

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Source;

/// `None` for a flow; else what the document is instead.
pub(super) fn other_document(root: &Node, source: &Source) -> Option<Diagnostic> {
    if !matches!(root.data, Data::Map(_)) {
        let message = "a flow is a map with `id`, `namespace` and `tasks`; this document is not a map";
        return Some(Diagnostic::new(Code::NotAFlow, head(root, source), message));
    }
    let has = |key: &str| root.get(key).is_some();
    // Test suites and apps have an id and a namespace too, but none of the others has tasks.
    if let Some(name) = recognised(root).filter(|_| !has("tasks")) {
        let message = format!("this is {name}, not a flow; it is left alone");
        return Some(Diagnostic::new(Code::OtherDocument, head(root, source), message));
    }
    if ["id", "namespace", "tasks", "triggers"].into_iter().filter(|key| has(key)).count() > 0 {
        return None;
    }
    let message = "this document is not a flow: it has neither `id` nor `namespace` nor `tasks`";
    let help = "leave it out of the check with a line in `.kestraignore`, or add what a flow needs";
    Some(Diagnostic::new(Code::NotAFlow, head(root, source), message).help(help))
}

/// The name of a kind of document by the keys that only it has.
fn recognised(root: &Node) -> Option<String> {
    let has = |key: &str| root.get(key).is_some();
    let text = |key: &str| root.get(key).and_then(Node::as_text);
    if let (Some(version), Some(kind)) = (text("apiVersion"), text("kind")) {
        return Some(match version.split('/').next() {
            Some("argoproj.io") => format!("an Argo {kind}"),
            Some("tekton.dev") => format!("a Tekton {kind}"),
            _ => format!("a Kubernetes object ({kind})"),
        });
    }
    let name = if has("flowId") && has("testCases") {
        "a test suite of Kestra"
    } else if text("type").is_some_and(|name| name.starts_with("io.kestra.plugin.ee.apps")) {
        "an app of Kestra"
    } else if has("charts") && has("title") {
        "a dashboard of Kestra"
    } else if has("kestra") || has("micronaut") {
        "a configuration of Kestra"
    } else if has("services") && !has("tasks") {
        "a Docker Compose file"
    } else if has("jobs") && (has("on") || has("name")) {
        "a GitHub Actions workflow"
    } else if has("stages") || (has("image") && has("script")) {
        "a GitLab CI file"
    } else if has("swagger") || has("openapi") {
        "an OpenAPI description"
    } else {
        return None;
    };
    Some(name.to_owned())
}

/// The first key or character of a document, for findings about it as a whole.
fn head(root: &Node, source: &Source) -> Span {
    let first = || source.slice(root.span).chars().next().map_or(0, char::len_utf8);
    let first = || Span::new(root.span.start, root.span.start + first() as u32);
    root.entries().first().map_or_else(first, |entry| entry.key_span)
}

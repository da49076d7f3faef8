//! Methods of HTTP requests: whether the one that is written can be meant.

use kapelle_model::Node;
use kapelle_model::flow::Flow;

use super::Context;
use super::structure::has_expression;
use crate::diagnostic::{Code, Diagnostic, Severity};

/// Those of HTTP itself and of `WebDAV`, and some that caches and hypermedia use.
const METHODS: &[&str] = &[
    "GET",
    "POST",
    "PUT",
    "DELETE",
    "PATCH",
    "HEAD",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "PROPFIND",
    "PROPPATCH",
    "MKCOL",
    "COPY",
    "MOVE",
    "LOCK",
    "UNLOCK",
    "REPORT",
    "SEARCH",
    "QUERY",
    "PURGE",
    "LINK",
    "UNLINK",
];

pub(super) fn check(flow: &Flow, cx: &mut Context<'_>) {
    let mut methods = Vec::new();
    let is_http = |name: &str| name.starts_with("io.kestra.plugin.core.http.");
    flow.walk_tasks(&mut |task| {
        methods.extend(task.property("method").filter(|_| is_http(&task.type_name.canonical)));
    });
    let triggers = flow.triggers.iter().filter(|trigger| is_http(&trigger.type_name.canonical));
    methods.extend(triggers.filter_map(|trigger| trigger.property("method")));
    for node in methods {
        method(node, cx);
    }
}

fn method(node: &Node, cx: &mut Context<'_>) {
    let Some(text) = node.as_text().filter(|text| !has_expression(text) && !METHODS.contains(text)) else {
        return;
    };
    let near = cx.nearest(text, METHODS.iter().copied());
    let help = match near {
        Some(near) if near.eq_ignore_ascii_case(text) => format!("it is sent as written: write `{near}`"),
        Some(near) => format!("did you mean `{near}`?"),
        None => "known are GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS".to_owned(),
    };
    let message = format!("`{text}` is no method that is known");
    let mut found = Diagnostic::new(Code::ValueEnum, node.span, message).help(help);
    // Nothing is wrong with a method that only this server knows.
    found.severity = Severity::Warning;
    cx.report(found);
}

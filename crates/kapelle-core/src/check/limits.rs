//! Bounds of flows: quotas of executions, and the workers that may run them.

use jiff::SignedDuration;
use kapelle_model::flow::Flow;
use kapelle_model::{Entry, Node};

use super::{Context, path};
use crate::diagnostic::{Code, Diagnostic};
use crate::time::duration;

/// Executions are counted by the minute.
const QUOTA_DURATION_MIN: SignedDuration = SignedDuration::from_mins(1);

const TAGS_MAX: usize = 20;
const TAG_LENGTH_MAX: usize = 64;

pub(super) fn check(root: &Node, flow: &Flow, cx: &mut Context<'_>) {
    for node in
        root.get("quotas").map_or(&[][..], Node::items).iter().filter_map(|quota| quota.get("duration"))
    {
        quota(root, node, cx);
    }
    let mut selectors: Vec<&Node> = root.get("workerSelector").into_iter().collect();
    flow.walk_tasks(&mut |task| selectors.extend(task.property("workerSelector")));
    selectors.extend(flow.triggers.iter().filter_map(|trigger| trigger.property("workerSelector")));
    for node in selectors {
        selector(root, node, cx);
    }
}

fn quota(root: &Node, node: &Node, cx: &mut Context<'_>) {
    let length = node.scalar_text().and_then(|text| duration::parse(&text).ok());
    if length.is_some_and(|length| length < QUOTA_DURATION_MIN) {
        let rule = format!("must be greater than or equal to {}", duration::format(QUOTA_DURATION_MIN));
        let constraint = format!("{}: {rule}", path::to(root, node.span).seen_by_clients());
        let found = Diagnostic::new(Code::ValueRange, node.span, rule).constraint(constraint);
        cx.report(found.help("executions are counted by the minute"));
    }
}

/// Tags are lower-case names as in DNS; how they match means nothing without any.
fn selector(root: &Node, node: &Node, cx: &mut Context<'_>) {
    let given = |name: &str| node.entry(name).filter(|entry| !entry.value.is_null());
    let tags = given("tags").map(|entry| &entry.value);
    let report = |cx: &mut Context<'_>, code, node: &Node, rule: String, help: &str| {
        let constraint = format!("{}: {rule}", path::to(root, node.span).seen_by_clients());
        cx.report(Diagnostic::new(code, node.span, rule).constraint(constraint).help(help));
    };
    let Some(tags) = tags.filter(|tags| tags.as_text().is_some() || !tags.items().is_empty()) else {
        for Entry { key, value, .. } in ["match", "fallback"].into_iter().filter_map(given) {
            let rule = format!("`{key}` needs `tags`");
            report(cx, Code::PropertyConflict, value, rule, "add `tags:`, or take it out");
        }
        return;
    };
    if tags.items().len() > TAGS_MAX {
        let rule = format!("size must be between 0 and {TAGS_MAX}");
        report(cx, Code::ValueLength, tags, rule, "use fewer tags");
    }
    for tag in tags.items() {
        let Some(text) = tag.as_text().filter(|text| !super::structure::has_expression(text)) else {
            continue;
        };
        if !is_label(text) {
            let rule = "must match \"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$\"".to_owned();
            report(cx, Code::ValuePattern, tag, rule, "use lower-case letters, digits and dashes");
        }
    }
}

fn is_label(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_border = |byte: Option<u8>| byte.is_some_and(|byte| byte != b'-');
    text.len() <= TAG_LENGTH_MAX
        && text.bytes().all(is_inner)
        && is_border(text.bytes().next())
        && is_border(text.bytes().next_back())
}

//! Triggers: schedules that make sense, webhooks that can be told apart, windows that fit, triggers that never fire.

use jiff::tz::TimeZone;
use kapelle_model::flow::{Flow, PluginDefault, Trigger};
use kapelle_model::{Data, Node};

use super::Context;
use super::ids::NAMED_MAX;
use super::path;
use super::structure::has_expression;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::time::cron::{ClockChanges, Cron};
use crate::time::zone;

pub(super) fn check(root: &Node, flow: &Flow, cx: &mut Context<'_>) {
    for trigger in &flow.triggers {
        match trigger.type_name.canonical.strip_prefix("io.kestra.plugin.core.trigger.") {
            Some("Schedule") => schedule(trigger, cx),
            Some("Webhook") => {
                webhook(trigger, cx);
                sender(root, trigger, cx);
            }
            Some("Flow") => flow_trigger(root, flow, trigger, cx),
            _ => {}
        }
        if trigger.type_name.canonical.starts_with("io.kestra.plugin.core.trigger.") {
            given_inputs(flow, trigger, cx);
            if trigger.type_name.canonical.contains(".Schedule") && !trigger.disabled {
                missing_inputs(flow, trigger, cx);
            }
        }
        if is_query(&trigger.type_name.canonical) {
            fetched(trigger, cx);
        }
        for condition in trigger.property("conditions").map_or(&[][..], Node::items) {
            if let Some(window) = condition.get("timeWindow") {
                time_window(root, window, cx);
            }
        }
    }
    same_keys(flow, cx);
}

fn is_query(name: &str) -> bool {
    name.starts_with("io.kestra.plugin.jdbc.") && name.ends_with(".Trigger")
}

/// A query fires for the rows that it gives.
fn fetched(trigger: &Trigger, cx: &mut Context<'_>) {
    let Some(node) = trigger.property("fetchType").filter(|node| node.as_text() == Some("NONE")) else {
        return;
    };
    let wording = "fetchType NONE is not valid for triggers";
    let message = format!("{wording}: without rows it would never fire");
    let found = Diagnostic::new(Code::ValueEnum, node.span, message).help("write FETCH, FETCH_ONE or STORE");
    cx.report(found.constraint(format!("{}.fetchType: {wording}", trigger.id.value)));
}

fn unreachable(trigger: &Trigger, why: &str, help: &str, cx: &mut Context<'_>) {
    let message = format!("trigger `{}` never fires: {why}", trigger.id.value);
    cx.report(Diagnostic::new(Code::TriggerUnreachable, trigger.id.span, message).help(help));
}

/// Values that a trigger gives to inputs which the flow does not have are dropped.
fn given_inputs(flow: &Flow, trigger: &Trigger, cx: &mut Context<'_>) {
    let has = |id: &str| {
        flow.inputs.iter().any(|input| input.id.value == id || input.id.value.starts_with(&format!("{id}.")))
    };
    for given in trigger.property("inputs").map_or(&[][..], Node::entries) {
        if has(&given.key) || given.key.contains('{') {
            continue;
        }
        let message = format!("the flow has no input `{}`, so this value is dropped", given.key);
        let near = cx.nearest(&given.key, flow.inputs.iter().map(|input| input.id.value.as_str()));
        let help = near.map(|near| format!("did you mean `{near}`?"));
        let help = help.or_else(|| Some("declare it under `inputs`, or take it out".to_owned()));
        cx.report(Diagnostic::new(Code::InputUnknown, given.key_span, message).help_if(help));
    }
}

/// A schedule has nobody to ask: without a value for a required input each of its executions fails.
fn missing_inputs(flow: &Flow, trigger: &Trigger, cx: &mut Context<'_>) {
    let given = trigger.property("inputs").map_or(&[][..], Node::entries);
    let is_given =
        |id: &str| given.iter().any(|given| id == given.key || id.starts_with(&format!("{}.", given.key)));
    let has = |node: &Node, name: &str| node.get(name).is_some_and(|value| !value.is_null());
    let missing = flow.inputs.iter().filter(|input| {
        let is_optional = input.node.get("required").and_then(Node::as_bool) == Some(false);
        let gets_value = has(&input.node, "defaults") || has(&input.node, "autoSelectFirst");
        !is_optional
            && !gets_value
            && !has(&input.node, "dependsOn")
            && input.kind != "FORM"
            && !is_given(&input.id)
    });
    let missing: Vec<&str> = missing.map(|input| input.id.value.as_str()).take(NAMED_MAX).collect();
    if !missing.is_empty() {
        let names = missing.join("`, `");
        let message = format!(
            "each execution of `{}` fails: it gives no value for the required `{names}`",
            trigger.id.value
        );
        let mut found = Diagnostic::new(Code::PropertyMissing, trigger.id.span, message)
            .help("give the value under `inputs` of the trigger, or give the input `defaults`");
        // Kestra saves the flow; the executions fail.
        found.severity = Severity::Warning;
        cx.report(found);
    }
}

fn schedule(trigger: &Trigger, cx: &mut Context<'_>) {
    let Some(node) = trigger.property("cron") else { return };
    let Some(text) = node.scalar_text().filter(|text| !has_expression(text)) else { return };
    let with_seconds = trigger.property("withSeconds").and_then(Node::as_bool).unwrap_or(false);
    let cron = match Cron::parse(&text, with_seconds) {
        Ok(cron) => cron,
        Err(error) => {
            let wording = format!("invalid cron expression '{text}': {}", error.reason);
            let found = Diagnostic::new(Code::CronInvalid, node.span, wording.clone());
            return cx.report(found.constraint(format!("{}.cron: {wording}", trigger.id.value)));
        }
    };
    if cron.never_fires() {
        let message = format!("`{text}` never fires: no month has such a day");
        return cx.report(
            Diagnostic::new(Code::CronNever, node.span, message).help("check day of month and month"),
        );
    }
    let zone =
        trigger.property("timezone").and_then(Node::as_text).and_then(zone::find).unwrap_or(TimeZone::UTC);
    let changes = trigger.property("dst").and_then(Node::as_text).and_then(ClockChanges::from_name);
    if changes == Some(ClockChanges::Skip)
        && let Some(gap) = cron.skipped_by_clock_change(&zone, cx.options.today)
    {
        let message = format!(
            "on {} the clock skips {}, so the schedule does not fire that day",
            gap.date(),
            gap.time()
        );
        let help = "take `dst: skip` out: then it fires as soon as the clock has changed; or choose a time outside of the hour of clock changes (in most zones 02:00 to 03:00)";
        cx.report(Diagnostic::new(Code::ScheduleGap, node.span, message).help(help));
    }
}

fn webhook(trigger: &Trigger, cx: &mut Context<'_>) {
    let is_multiple = |condition: &&Node| {
        let name = condition.get("type").and_then(Node::as_text);
        name.is_some_and(|name| name.rsplit('.').next() == Some("MultipleCondition"))
    };
    let conditions = trigger.property("conditions").map_or(&[][..], Node::items);
    if let Some(condition) = conditions.iter().find(is_multiple) {
        let wording = "invalid webhook: conditions of type MultipleCondition are not supported";
        report_webhook(
            trigger,
            condition,
            wording,
            "a webhook has no window of time; use an Expression condition",
            cx,
        );
    }
    if let Some(content) = trigger.property("responseContentType") {
        let known = ["application/json", "text/plain"];
        if content.as_text().is_some_and(|text| !known.contains(&text)) {
            let wording =
                "invalid webhook: responseContentType must be either 'application/json' or 'text/plain'";
            report_webhook(trigger, content, wording, "choose one of the two", cx);
        }
    }
    if let Some(key) =
        trigger.property("key").filter(|key| key.as_text().is_some_and(|text| text.len() > 256))
    {
        let rule = "size must be between 0 and 256";
        let found = Diagnostic::new(Code::WebhookInvalid, key.span, rule);
        cx.report(found.constraint(format!("{}.key: {rule}", trigger.id.value)).help("use a shorter key"));
    }
}

/// Who signs with a secret has to say with which. Plugin defaults may bring it.
fn sender(root: &Node, trigger: &Trigger, cx: &mut Context<'_>) {
    let Some(preset) = trigger.property("preset") else { return };
    if ["pluginDefaults", "taskDefaults"].iter().any(|name| root.get(name).is_some()) {
        return;
    }
    let has = |node: Option<&Node>| node.is_some_and(|node| !node.is_null());
    let has_secret = has(trigger.property("secret"));
    let has_key = has(trigger.property("token").and_then(|token| token.get("publicKey")));
    let (is_missing, help) = match preset.as_text() {
        Some("jwt") => (has_secret == has_key, "write either `secret` or `token: {publicKey: …}`"),
        Some("github" | "gitlab" | "stripe" | "slack" | "hmac") => {
            (!has_secret, "write the secret that the sender signs with: `secret: \"{{ secret('NAME') }}\"`")
        }
        _ => return,
    };
    if is_missing {
        report_webhook(
            trigger,
            preset,
            "invalid webhook: the preset lets nobody in without a secret",
            help,
            cx,
        );
    }
}

fn report_webhook(trigger: &Trigger, node: &Node, wording: &str, help: &str, cx: &mut Context<'_>) {
    cx.report(
        Diagnostic::new(Code::WebhookInvalid, node.span, wording)
            .constraint(format!("{}: {wording}", trigger.id.value))
            .help(help),
    );
}

/// The first webhook with a key wins, so a second one with the same key is never called.
fn same_keys(flow: &Flow, cx: &mut Context<'_>) {
    let webhooks =
        || flow.triggers.iter().filter(|trigger| trigger.type_name.canonical.ends_with(".trigger.Webhook"));
    for (index, trigger) in webhooks().enumerate() {
        let Some(key) = trigger.property("key").and_then(Node::scalar_text) else { continue };
        let earlier = webhooks()
            .take(index)
            .find(|other| other.property("key").and_then(Node::scalar_text).as_ref() == Some(&key));
        if let Some(earlier) = earlier {
            let why = format!("`{}` has the same key and comes first", earlier.id.value);
            unreachable(trigger, &why, "give each webhook its own key", cx);
        }
    }
}

fn flow_trigger(root: &Node, flow: &Flow, trigger: &Trigger, cx: &mut Context<'_>) {
    let list = |name: &str| trigger.property(name).map_or(&[][..], Node::items);
    let preconditions = trigger.property("preconditions").filter(|node| !node.is_null());
    let is_conditional = !list("conditions").is_empty()
        || preconditions.is_some()
        || !list("dependsOn").is_empty()
        || trigger.property("when").is_some()
        || flow.plugin_defaults.iter().any(|default| makes_conditional(default, trigger));
    if !is_conditional {
        let message = format!(
            "trigger `{}` has neither conditions nor preconditions: the flow will be triggered for EVERY execution of every flow",
            trigger.id.value
        );
        let help = "say which flow it waits for with `preconditions.flows`";
        cx.report(Diagnostic::new(Code::TriggerUnconditional, trigger.id.span, message).help(help));
    }
    let is_own = |node: &Node| {
        let is = |name: &str, text: &str| node.get(name).and_then(Node::as_text) == Some(text);
        is("namespace", &flow.namespace) && is("flowId", &flow.id)
    };
    let upstream = preconditions.and_then(|node| node.get("flows")).map_or(&[][..], Node::items);
    let own_condition = |node: &&Node| {
        let name = node.get("type").and_then(Node::as_text).unwrap_or_default();
        name.contains("ExecutionFlow") && is_own(node)
    };
    let depends_on = list("dependsOn");
    let needs_all = trigger.property("mode").and_then(Node::as_text).is_none_or(|mode| mode == "ALL");
    let waits_for_itself = upstream.iter().any(is_own)
        || (needs_all && depends_on.iter().any(is_own))
        || (!depends_on.is_empty() && depends_on.iter().all(is_own))
        || list("conditions").iter().any(|node| own_condition(&node));
    if waits_for_itself {
        let why = "a flow is not triggered by its own executions";
        unreachable(trigger, why, "name another flow; to run again and again use a schedule or a loop", cx);
    }
    if let Some(preconditions) = preconditions {
        if let Some(window) = preconditions.get("timeWindow") {
            time_window(root, window, cx);
        }
        let groups = preconditions.get("where").map_or(&[][..], Node::items);
        for filter in groups.iter().filter_map(|group| group.get("filters")).flat_map(Node::items) {
            precondition_filter(root, filter, cx);
        }
    }
}

/// Whether a plugin default brings conditions for the trigger.
fn makes_conditional(default: &PluginDefault, trigger: &Trigger) -> bool {
    let type_name = &trigger.type_name;
    let applies = |name: &str| name.starts_with(default.type_name.as_str());
    let brings = |name: &str| default.values.iter().any(|value| value.key == name);
    (applies(&type_name.canonical) || applies(&type_name.written))
        && ["conditions", "preconditions", "dependsOn", "when"].into_iter().any(brings)
}

fn precondition_filter(root: &Node, filter: &Node, cx: &mut Context<'_>) {
    let Some(kind) = filter.get("type").and_then(Node::as_text) else { return };
    let (needed, forbidden) =
        if matches!(kind, "IN" | "NOT_IN") { ("values", "value") } else { ("value", "values") };
    let given = |name: &str| filter.entry(name).filter(|entry| !entry.value.is_null());
    let missing = filter.get("type").filter(|_| given(needed).is_none());
    let missing = missing.map(|node| (node.span, format!("`{needed}` cannot be null for type {kind}")));
    let superfluous = given(forbidden);
    let superfluous =
        superfluous.map(|entry| (entry.key_span, format!("`{forbidden}` must be null for type {kind}")));
    for (span, rule) in missing.into_iter().chain(superfluous) {
        let path = path::to(root, filter.span).seen_by_clients();
        let found = Diagnostic::new(Code::PreconditionFilter, span, format!("invalid filter: {rule}"));
        cx.report(
            found.constraint(format!("{path}: {rule}")).help(format!("{kind} compares with `{needed}`")),
        );
    }
}

/// Each kind of window has its own fields; the others must be left out.
fn time_window(root: &Node, window: &Node, cx: &mut Context<'_>) {
    if !matches!(window.data, Data::Map(_)) {
        return;
    }
    let kind = window.get("type").and_then(Node::as_text).unwrap_or("DURATION_WINDOW");
    let allowed: &[&str] = match kind {
        "DAILY_TIME_DEADLINE" => &["deadline"],
        "DAILY_TIME_WINDOW" => &["startTime", "endTime"],
        "DURATION_WINDOW" => &["window", "windowAdvance"],
        "SLIDING_WINDOW" => &["window"],
        _ => return,
    };
    for entry in window.entries().iter().filter(|entry| !entry.value.is_null()) {
        let is_field =
            ["deadline", "startTime", "endTime", "window", "windowAdvance"].contains(&entry.key.as_str());
        if is_field && !allowed.contains(&entry.key.as_str()) {
            let rule = format!("Time window of type `{kind}` cannot have a `{}`", entry.key);
            let found = Diagnostic::new(Code::TimeWindow, entry.key_span, rule.clone());
            let path = path::to(root, window.span).seen_by_clients();
            cx.report(
                found.constraint(format!("{path}: {rule}")).help(format!("it has {}", allowed.join(" and "))),
            );
        }
    }
}

//! What can be said beside the text: schedules and lengths of time in words, flows and secrets that are not there.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};
use kapelle_model::flow::{Flow, Trigger};
use kapelle_model::{Data, Node, Span};

use super::Language;
use super::draft::Draft;
use super::material::Material;
use super::owner::{Owner, item_of};
use super::schedule::duration_in_words;
use crate::expression::scan;
use crate::shape::{FLOW, Kind};
use crate::source::Source;
use crate::time::cron::{ClockChanges, Cron};
use crate::time::{duration, zone};

/// Hints of one text; more would hide it.
pub const HINTS_MAX: usize = 2_000;

/// Secrets of one text that are looked up.
const SECRETS_MAX: usize = 200;

/// Something to show beside a part of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    pub kind: HintKind,
    pub span: Span,
    pub text: String,
    /// Namespace and id of the flow that is meant.
    pub flow: Option<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HintKind {
    Schedule,
    Duration,
    Subflow,
    SubflowMissing,
    Secret,
    SecretMissing,
}

impl HintKind {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Duration => "duration",
            Self::Subflow => "subflow",
            Self::SubflowMissing => "subflow-missing",
            Self::Secret => "secret",
            Self::SecretMissing => "secret-missing",
        }
    }
}

/// The hints of a flow, in the order of the text. `zone` is that of triggers that name none.
pub fn hints(source: &Source, material: &dyn Material, now: Timestamp, zone: &TimeZone) -> Vec<Hint> {
    let draft = Draft::read(source.text(), 0);
    let mut hints = Vec::new();
    durations(&draft.root, Kind::Object(&FLOW), &mut hints);
    for trigger in &draft.flow.triggers {
        hints.extend(schedule(trigger, now, zone));
    }
    subflows(&draft.flow, material, &mut hints);
    secrets(source, &draft, material, &mut hints);
    hints.sort_by_key(|hint| hint.span);
    hints.truncate(HINTS_MAX);
    hints
}

fn hint(kind: HintKind, span: Span, text: impl Into<String>) -> Hint {
    Hint { kind, span, text: text.into(), flow: None }
}

/// Follows the shapes of the language down to every length of time.
fn durations(node: &Node, kind: Kind, hints: &mut Vec<Hint>) {
    match &node.data {
        Data::Map(entries) => {
            let tag = node.get("type").and_then(Node::as_text);
            let Some(owner) = Owner::of(kind, tag) else { return };
            for entry in entries {
                if let Some(kind) = owner.kind_of(&entry.key) {
                    durations(&entry.value, kind, hints);
                }
            }
        }
        Data::List(items) => {
            if let Some(kind) = item_of(kind) {
                for item in items {
                    durations(item, kind, hints);
                }
            }
        }
        _ if is_duration(kind) => {
            let read = node.scalar_text().and_then(|text| duration::parse(text.trim()).ok());
            hints.extend(read.map(|read| hint(HintKind::Duration, node.span, duration_in_words(read))));
        }
        _ => {}
    }
}

fn is_duration(kind: Kind) -> bool {
    match kind {
        Kind::Duration => true,
        Kind::Either(kinds) => kinds.iter().any(|kind| is_duration(*kind)),
        _ => false,
    }
}

/// When a trigger fires, and when it does so next.
fn schedule(trigger: &Trigger, now: Timestamp, zone: &TimeZone) -> Option<Hint> {
    let node = trigger.property("cron")?;
    let has_seconds = trigger.property("withSeconds").and_then(Node::as_bool).unwrap_or(false);
    let cron = Cron::parse(node.as_text()?, has_seconds).ok()?;
    let named = trigger.property("timezone").and_then(Node::as_text);
    let zone = named.and_then(zone::find).unwrap_or_else(|| zone.clone());
    let mut text = format!("{} {}", cron.in_words(), zone::id_of(&zone));
    match cron.next_after(&now.to_zoned(zone), ClockChanges::default()) {
        _ if trigger.disabled => text.push_str(", disabled"),
        Some(next) => text.push_str(&next.strftime(", next %a %Y-%m-%d %H:%M").to_string()),
        None => text.push_str(", never"),
    }
    Some(hint(HintKind::Schedule, node.span, text))
}

fn subflows(flow: &Flow, material: &dyn Material, hints: &mut Vec<Hint>) {
    let mut asked: BTreeMap<&str, Option<Vec<String>>> = BTreeMap::new();
    flow.walk_tasks(&mut |task| {
        let name = task.type_name.canonical.strip_prefix("io.kestra.plugin.core.flow.");
        if !matches!(name, Some("Subflow" | "ForEachItem")) {
            return;
        }
        let Some(id) = task.property("flowId") else { return };
        let namespace = task.property("namespace").and_then(Node::as_text).unwrap_or(&flow.namespace);
        let Some(wanted) = id.as_text().filter(|text| !text.contains('{') && !namespace.contains('{')) else {
            return;
        };
        let known = asked.entry(namespace).or_insert_with(|| material.flows(namespace));
        let Some(known) = known else { return };
        let found = if known.iter().any(|known| known == wanted) {
            let target = (namespace.to_owned(), wanted.to_owned());
            Hint { flow: Some(target), ..hint(HintKind::Subflow, id.span, format!("{namespace}.{wanted}")) }
        } else if *flow.namespace == *namespace && *flow.id == *wanted {
            hint(HintKind::Subflow, id.span, "this flow")
        } else {
            let words = format!("there is no flow `{wanted}` in `{namespace}`");
            hint(HintKind::SubflowMissing, id.span, words)
        };
        hints.push(found);
    });
}

/// Whether the secrets that expressions name are there. No value is looked at.
fn secrets(source: &Source, draft: &Draft, material: &dyn Material, hints: &mut Vec<Hint>) {
    let mut calls = Vec::new();
    draft.root.walk(&mut |node| {
        let Some(text) = node.as_text().filter(|text| text.contains("secret")) else { return };
        let secrets = scan(text, Language::One).calls.into_iter().filter(|call| call.name == "secret");
        for call in secrets.take(SECRETS_MAX) {
            let first = call.arguments.iter().find(|argument| argument.name.is_none_or(|name| name == "key"));
            let Some(argument) = first else { continue };
            // Another namespace is not looked at.
            if let Some(name) = argument.literal.as_ref().filter(|_| call.arguments.len() == 1) {
                let span = source.part(node.span, text, &argument.range).unwrap_or(node.span);
                calls.push((span, name.clone().into_owned()));
            }
        }
    });
    hints.extend(calls.into_iter().filter_map(|(span, name)| {
        Some(if material.has_secret(&draft.flow.namespace, &name)? {
            hint(HintKind::Secret, span, "is there")
        } else {
            hint(HintKind::SecretMissing, span, format!("there is no secret `{name}`"))
        })
    }));
}

//! What may be written in an expression.

use super::super::template::Wanted;
use super::super::words;
use super::ranking::ranked;
use super::{Completion, Completions, ItemKind, Place, span};
use crate::expression::builtin::{Builtin, GROUPS, Kind, Parameters};
use crate::expression::reference::TAGS;

/// What the names are that every expression knows.
const ROOTS: &[(&str, &str)] = &[
    ("inputs", "What the execution was given."),
    ("outputs", "What tasks gave that ran before, by their ids."),
    ("vars", "Variables of the flow."),
    ("trigger", "What the trigger gave that started the execution."),
    ("labels", "Labels of the execution."),
    ("execution", "The execution itself: id, state, startDate, originalId."),
    ("flow", "The flow: id, namespace, revision."),
    ("task", "The task that is rendered: id, type."),
    ("taskrun", "The run of the task: id, startDate, attemptsCount, and in loops value and iteration."),
    ("tasks", "States of tasks, by their ids."),
    ("parent", "The task run around this one, with its value and outputs."),
    ("parents", "All task runs around this one, the nearest first."),
    ("envs", "Variables of the environment that the server passes on."),
    ("globals", "Variables of the installation."),
    ("namespace", "The namespace with what is set for it."),
    ("kestra", "The installation: environment, url."),
];

impl Place<'_> {
    pub(in crate::language) fn expression(&self, wanted: &Wanted<'_>) -> Completions {
        match wanted {
            Wanted::Nothing => Completions::default(),
            Wanted::Filter { word, range } => ranked(word, builtins(Kind::Filter, range)),
            Wanted::Test { word, range } => ranked(word, builtins(Kind::Test, range)),
            Wanted::Tag { word, range } => {
                let tag = |tag: &crate::expression::reference::Tag| {
                    Completion::new(tag.name, ItemKind::Tag, span(range)).detail(tag.form).doc(tag.summary)
                };
                ranked(word, TAGS.iter().map(tag).collect())
            }
            Wanted::Argument { function, word, range } => ranked(word, self.arguments(function, range)),
            Wanted::Name { path, word, range, .. } if path.is_empty() => {
                let roots =
                    ROOTS.iter().filter(|(name, _)| *name != "outputs" || self.section() != "triggers");
                let root = |(at, (name, doc)): (usize, &(&str, &str))| {
                    Completion::new(*name, ItemKind::Name, span(range)).doc(*doc).order(at as u8)
                };
                let mut items: Vec<Completion> = roots.enumerate().map(root).collect();
                items.extend(builtins(Kind::Function, range).into_iter().map(|item| item.order(u8::MAX)));
                ranked(word, items)
            }
            Wanted::Name { path, word, range, is_quoted } => {
                let mut items = self.members(path);
                for item in &mut items {
                    self.place(item, range, *is_quoted);
                }
                ranked(word, items)
            }
        }
    }

    /// Names that the text of a function may be.
    fn arguments(&self, function: &str, range: &std::ops::Range<usize>) -> Vec<Completion> {
        let namespace = self.of_flow("namespace");
        let (names, kind) = match function {
            "secret" => (self.material.secrets(namespace), ItemKind::Secret),
            "kv" => (self.material.keys(namespace), ItemKind::Key),
            _ => return Vec::new(),
        };
        names.into_iter().map(|name| Completion::new(name, kind, span(range))).collect()
    }
}

fn builtins(kind: Kind, range: &std::ops::Range<usize>) -> Vec<Completion> {
    let all = GROUPS.iter().flat_map(|(_, builtins)| *builtins);
    let item = |builtin: &Builtin| {
        let (item_kind, call) = match kind {
            Kind::Filter => (ItemKind::Filter, !has_no_parameters(builtin)),
            Kind::Test => (ItemKind::Test, !has_no_parameters(builtin)),
            Kind::Function => (ItemKind::Function, true),
        };
        let mut item = Completion::new(builtin.name, item_kind, span(range))
            .detail(words::signature(builtin))
            .doc(words::doc(builtin));
        if call {
            item.insert = format!("{}()", builtin.name);
            item.snippet = Some(format!("{}($1)", builtin.name));
        }
        item
    };
    let mut items: Vec<Completion> = all.filter(|builtin| builtin.kind == kind).map(item).collect();
    items.sort_by(|one, two| one.label.cmp(&two.label));
    items
}

fn has_no_parameters(builtin: &Builtin) -> bool {
    matches!(builtin.parameters, Parameters::Named([]))
}

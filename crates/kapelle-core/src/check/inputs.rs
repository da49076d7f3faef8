//! Inputs: how they depend on each other, and combinations of properties that cannot be.

use std::collections::{HashMap, HashSet};

use kapelle_model::flow::Input;
use kapelle_model::{Data, Node};

use super::graph::cycles;
use super::ids::{NAMED_MAX, named, twice};
use super::structure::has_expression;
use super::{Context, is_enough};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::flow::choice_text;
use crate::scalar::FILE_DEFAULT_RULE;

pub(super) fn check(inputs: &[Input], cx: &mut Context<'_>) {
    names(inputs, cx);
    paths(inputs, cx);
    dependencies(inputs, cx);
    for input in inputs {
        properties(input, cx);
    }
}

/// Inputs beside each other are told apart by their ids, those of forms by their whole path.
fn names(inputs: &[Input], cx: &mut Context<'_>) {
    let is_nested = |input: &Input| {
        let own = input.node.get("id").or_else(|| input.node.get("name")).and_then(Node::scalar_text);
        own.is_some_and(|own| own != input.id.value)
    };
    let (nested, outer): (Vec<_>, Vec<_>) = inputs.iter().partition(|input| is_nested(input));
    twice(cx, "Duplicate input with name", &named(outer.iter().map(|input| &input.id)));
    let mut seen = HashSet::new();
    let first = outer.iter().filter(|input| seen.insert(input.id.value.as_str()));
    twice(cx, "Duplicate input path", &named(first.chain(&nested).map(|input| &input.id)));
}

/// A dotted id makes a nested map, so one id cannot be the beginning of another.
fn paths(inputs: &[Input], cx: &mut Context<'_>) {
    let values: HashSet<&str> =
        inputs.iter().filter(|input| input.kind != "FORM").map(|input| input.id.value.as_str()).collect();
    for inner in inputs {
        let beginnings = inner.id.value.match_indices('.').map(|(at, _)| &inner.id.value[..at]);
        if let Some(id) = beginnings.rev().find(|id| values.contains(id)) {
            let wording = format!(
                "Input path '{id}' conflicts with '{}'; one cannot be nested under the other.",
                inner.id.value
            );
            cx.report(
                Diagnostic::new(Code::InputPathConflict, inner.id.span, wording.clone())
                    .constraint(wording)
                    .help(format!(
                        "`inputs.{id}` would be a value and a map at the same time; rename one of them"
                    )),
            );
        }
    }
}

fn dependencies(inputs: &[Input], cx: &mut Context<'_>) {
    let places: HashMap<&str, usize> =
        inputs.iter().enumerate().map(|(index, input)| (input.id.value.as_str(), index)).collect();
    let mut edges: Vec<Vec<usize>> = vec![Vec::new(); inputs.len()];
    for (index, input) in inputs.iter().enumerate() {
        for wanted in &input.depends_on {
            if let Some(place) = places.get(wanted.value.as_str()) {
                edges[index].push(*place);
                continue;
            }
            let wording = format!(
                "Input with id '{}' depends on a non-existent input '{}'.",
                input.id.value, wanted.value
            );
            let near = cx.nearest(&wanted.value, inputs.iter().map(|input| input.id.value.as_str()));
            let help = near.map(|near| format!("did you mean `{near}`?"));
            cx.report(
                Diagnostic::new(Code::InputDependencyUnknown, wanted.span, wording.clone())
                    .constraint(wording)
                    .help_if(help),
            );
        }
    }
    let cycles = cycles(&edges);
    for (input, cycle) in inputs.iter().zip(&cycles).filter(|(_, cycle)| cycle.is_some()) {
        let members = inputs.iter().zip(&cycles).filter(|(_, other)| *other == cycle).take(NAMED_MAX);
        let names: Vec<&str> = members.map(|(input, _)| input.id.value.as_str()).collect();
        if is_enough(&cx.found) {
            return;
        }
        let wording = format!(
            "Cycle dependency detected for input with id '{}': [{}]",
            input.id.value,
            names.join(", ")
        );
        cx.report(
            Diagnostic::new(Code::InputDependencyCycle, input.id.span, wording.clone())
                .constraint(wording)
                .help("take out one of the dependencies"),
        );
    }
}

fn properties(input: &Input, cx: &mut Context<'_>) {
    let given = |name: &str| input.node.entry(name).filter(|entry| !entry.value.is_null());
    let id = &input.id.value;
    if let Some(defaults) = given("defaults") {
        let optional = given("required").is_some_and(|entry| entry.value.as_bool() == Some(false));
        if optional {
            let rule = "Inputs with a default value must be required, since the default is always applied.";
            cx.report(
                Diagnostic::new(Code::InputDefault, defaults.key_span, rule)
                    .constraint(format!("{id}: {rule}"))
                    .help("take out `required: false`, or use `prefill` for a mere suggestion"),
            );
        }
        if let Some(prefill) = given("prefill") {
            let rule = "Inputs with a default value cannot also have a prefill.";
            let found = Diagnostic::new(Code::PropertyConflict, prefill.key_span, rule);
            cx.report(found.constraint(format!("{id}: {rule}")).help("keep one of them"));
        }
        if input.kind == "FILE" {
            file_default(id, &defaults.value, cx);
        }
    }
    match input.kind.as_str() {
        "SELECT" | "MULTISELECT" => choices(input, cx),
        "FORM" => form(input, cx),
        _ => {}
    }
}

fn file_default(id: &str, value: &Node, cx: &mut Context<'_>) {
    let text = value.scalar_text().unwrap_or_default();
    let is_uri = ["file://", "nsfile://"].iter().any(|scheme| text.starts_with(scheme));
    if !is_uri && !has_expression(&text) {
        let rule = FILE_DEFAULT_RULE;
        cx.report(
            Diagnostic::new(Code::InputDefault, value.span, rule)
                .constraint(format!("{id}: {rule}"))
                .help("write `nsfile:///path` for a namespace file"),
        );
    }
}

fn choices(input: &Input, cx: &mut Context<'_>) {
    let given = |name: &str| input.node.entry(name).filter(|entry| !entry.value.is_null());
    let values = given("values").or_else(|| given("options"));
    match (values, given("expression")) {
        (Some(_), Some(expression)) => {
            let rule = "`values` and `expression` exclude each other";
            let found = Diagnostic::new(Code::PropertyConflict, expression.key_span, rule);
            cx.report(found.constraint(format!("{}: {rule}", input.id.value)).help("keep one of them"));
        }
        (None, None) => {
            // Kestra lets it pass and then has nothing to choose from.
            let message = format!("input `{}` has neither `values` nor `expression`", input.id.value);
            let mut found = Diagnostic::new(Code::PropertyMissing, input.id.span, message)
                .help("list the texts to choose from under `values`");
            found.severity = Severity::Warning;
            cx.report(found);
        }
        _ => {}
    }
    let default = given("defaults").map(|entry| &entry.value);
    let is_custom = given("allowCustomValue").is_some_and(|entry| entry.value.as_bool() == Some(true));
    if let (Some(values), Some(default), false, "SELECT") = (values, default, is_custom, input.kind.as_str())
    {
        let known: Vec<String> = values.value.items().iter().filter_map(choice_text).collect();
        let text = default.scalar_text().unwrap_or_default();
        if !known.is_empty()
            && !has_expression(&text)
            && !known.contains(&text)
            && !matches!(default.data, Data::Map(_))
        {
            let message = format!("the default `{text}` is not one of the values");
            let near = cx
                .nearest(&text, known.iter().map(String::as_str))
                .map(|near| format!("did you mean `{near}`?"));
            cx.report(
                Diagnostic::new(Code::InputDefault, default.span, message)
                    .help_if(near.or_else(|| Some(format!("values are {}", known.join(", "))))),
            );
        }
    }
}

fn form(input: &Input, cx: &mut Context<'_>) {
    for name in ["defaults", "prefill"] {
        if let Some(entry) = input.node.entry(name).filter(|entry| !entry.value.is_null()) {
            let rule = format!("a FORM input cannot have `{name}`");
            let found = Diagnostic::new(Code::InputDefault, entry.key_span, rule.clone());
            cx.report(
                found
                    .constraint(format!("{}: {rule}", input.id.value))
                    .help(format!("give `{name}` to the inputs of the form")),
            );
        }
    }
    let children = input.node.get("inputs").map_or(&[][..], Node::items);
    for child in
        children.iter().filter_map(|child| child.get("type")).filter(|kind| kind.as_text() == Some("FORM"))
    {
        let rule = "A FORM input cannot contain another FORM input; only one level is possible.";
        let found = Diagnostic::new(Code::TypeMisplaced, child.span, rule);
        cx.report(
            found
                .constraint(format!("{}: {rule}", input.id.value))
                .help("put the inner inputs into the outer form"),
        );
    }
}

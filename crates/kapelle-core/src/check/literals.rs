//! Literal values of inputs: whether a default, a suggestion or a bound can be a value of the type at all.
//!
//! Kestra reads them only when an execution is created, so what is wrong here can be saved, and nothing can run. All
//! findings are warnings for that reason. Expressions are left alone: what they give is known when they are rendered.

use std::collections::HashSet;

use kapelle_model::flow::Input;
use kapelle_model::{Data, Node};
use serde_json::Value;

use super::structure::has_expression;
use super::{Context, is_enough};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::flow::choice_text;
use crate::scalar::{Scalar, read, short, what};

pub(super) fn check(inputs: &[Input], cx: &mut Context<'_>) {
    for input in inputs {
        let bounds = bounds(input, cx);
        for (name, word) in [("defaults", "default"), ("prefill", "prefill")] {
            if let Some(node) = given(&input.node, name) {
                let choices = Choices::of(input);
                Literal { input, word, bounds: &bounds, choices }.check(node, cx);
            }
        }
    }
}

fn given<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    node.get(name).filter(|value| !value.is_null())
}

/// What Kestra finds when an execution is created is no error of the flow.
fn warn(code: Code, node: &Node, message: String, help: String, cx: &mut Context<'_>) {
    let mut found = Diagnostic::new(code, node.span, message).help(help);
    found.severity = Severity::Warning;
    cx.report(found);
}

/// One side of the range of an input.
struct Bound {
    value: Scalar,
    /// As it was written.
    text: String,
    /// What a value has to be: "more than".
    relation: &'static str,
}

/// The lower and the upper bound, as far as they are there and can be read.
fn bounds(input: &Input, cx: &mut Context<'_>) -> [Option<Bound>; 2] {
    let [low, high] = match input.kind.as_str() {
        "INT" | "FLOAT" | "DURATION" => [("min", "more than"), ("max", "less than")],
        "DATETIME" | "DATE" | "TIME" => [("after", "after"), ("before", "before")],
        _ => return [None, None],
    };
    let bounds = [low, high].map(|(name, relation)| bound(input, name, relation, cx));
    if let [Some(least), Some(most)] = &bounds {
        let message = match low.0 {
            "min" if least.value > most.value => {
                format!("`min` {} is more than `max` {}", least.text, most.text)
            }
            "after" if least.value >= most.value => {
                format!("`after` {} is not earlier than `before` {}", least.text, most.text)
            }
            _ => return bounds,
        };
        if let Some(node) = given(&input.node, low.0) {
            warn(Code::ValueRange, node, message, "exchange the two; no value lies between them".into(), cx);
        }
    }
    bounds
}

fn bound(input: &Input, name: &str, relation: &'static str, cx: &mut Context<'_>) -> Option<Bound> {
    let node = given(&input.node, name)?;
    let text = node.scalar_text().filter(|text| !has_expression(text))?;
    match read(&input.kind, &text) {
        Ok(value) => Some(Bound { value, text: short(&text), relation }),
        Err(help) => {
            let code = match input.kind.as_str() {
                "DATETIME" | "DATE" | "TIME" => Code::ValueDate,
                "INT" if text.trim().parse::<i128>().is_ok() => Code::ValueRange,
                // What is no number or duration at all is refused with the structure.
                _ => return None,
            };
            let message = format!("`{name}`: `{}` is not {}", short(&text), what(&input.kind)?);
            warn(code, node, message, help, cx);
            None
        }
    }
}

/// A default or a prefill.
struct Literal<'a> {
    input: &'a Input,
    word: &'static str,
    bounds: &'a [Option<Bound>; 2],
    choices: Option<Choices>,
}

/// The values of a choice, if no others are accepted.
struct Choices {
    names: Vec<String>,
    set: HashSet<String>,
}

/// Values that one message lists.
const NAMED_MAX: usize = 20;

impl Choices {
    fn of(input: &Input) -> Option<Self> {
        if !matches!(input.kind.as_str(), "SELECT" | "MULTISELECT" | "ENUM") {
            return None;
        }
        let values = given(&input.node, "values").or_else(|| given(&input.node, "options"))?;
        let custom = given(&input.node, "allowCustomValue").is_some_and(|node| node.as_bool() != Some(false));
        let names: Vec<String> = values.items().iter().filter_map(choice_text).collect();
        let is_open = custom || names.is_empty() || names.iter().any(|name| has_expression(name));
        (!is_open).then(|| Self { set: names.iter().cloned().collect(), names })
    }
}

impl Literal<'_> {
    fn check(&self, node: &Node, cx: &mut Context<'_>) {
        if node.as_text().is_some_and(|text| text.trim().is_empty() || has_expression(text)) {
            return;
        }
        match self.input.kind.as_str() {
            "ARRAY" | "MULTISELECT" => self.list(node, cx),
            // A wrong default of a SELECT is an error, told with the other rules of choices.
            "SELECT" if self.word == "default" => {}
            "SELECT" | "ENUM" => self.choice(node, node.scalar_text().as_deref(), self.word, cx),
            kind => self.scalar(node, kind, node.scalar_text().as_deref(), self.word, cx),
        }
    }

    /// `text` is none for a list or a map.
    fn scalar(&self, node: &Node, kind: &str, text: Option<&str>, subject: &str, cx: &mut Context<'_>) {
        let Some(what) = what(kind) else { return };
        let Some(text) = text else {
            // Structures are values of JSON.
            if kind != "JSON" {
                let message = format!("the {subject} is {}, not {what}", structure(node));
                warn(Code::InputDefault, node, message, format!("write {what}"), cx);
            }
            return;
        };
        // A number or a boolean is JSON already.
        if kind == "JSON" && !matches!(node.data, Data::Text(_)) {
            return;
        }
        match read(kind, text) {
            Ok(value) => self.range(node, &value, text, cx),
            Err(help) => {
                let message = format!("the {subject} `{}` is not {what}", short(text));
                warn(Code::InputDefault, node, message, help, cx);
            }
        }
    }

    fn range(&self, node: &Node, value: &Scalar, text: &str, cx: &mut Context<'_>) {
        let [least, most] = self.bounds;
        let low = least.as_ref().filter(|least| *value < least.value);
        let high = most.as_ref().filter(|most| *value > most.value);
        if let Some(bound) = low.or(high) {
            let message = format!(
                "the {} `{}`: it must be {} `{}`",
                self.word,
                short(text),
                bound.relation,
                bound.text
            );
            warn(Code::InputDefault, node, message, "change it, or the bound".into(), cx);
        }
    }

    /// A list, or a text that holds one in JSON.
    fn list(&self, node: &Node, cx: &mut Context<'_>) {
        if let Data::List(items) = &node.data {
            for item in items.iter().filter(|item| !item.is_null()) {
                let text = item.scalar_text();
                if !text.as_deref().is_some_and(has_expression) {
                    self.element(item, text.as_deref(), cx);
                }
            }
            return;
        }
        let Ok(Value::Array(values)) = serde_json::from_str(node.as_text().unwrap_or_default()) else {
            let message = match node.scalar_text() {
                Some(text) => format!("the {} `{}` is not a list", self.word, short(&text)),
                None => format!("the {} is {}, not a list", self.word, structure(node)),
            };
            let help = "write it as a list, `[one, two]`, or as text with a list in JSON".into();
            return warn(Code::InputDefault, node, message, help, cx);
        };
        for value in values {
            match value {
                Value::Null => {}
                Value::String(text) => self.element(node, Some(&text), cx),
                Value::Array(_) | Value::Object(_) => self.element(node, None, cx),
                scalar => self.element(node, Some(&scalar.to_string()), cx),
            }
        }
    }

    /// `node` is the element itself, or the text that it stands in.
    fn element(&self, node: &Node, text: Option<&str>, cx: &mut Context<'_>) {
        if is_enough(&cx.found) {
            return;
        }
        let subject = format!("{}'s element", self.word);
        let kind = self.input.node.get("itemType").and_then(Node::as_text).unwrap_or("STRING");
        self.scalar(node, kind, text, &subject, cx);
        self.choice(node, text, &subject, cx);
    }

    fn choice(&self, node: &Node, text: Option<&str>, subject: &str, cx: &mut Context<'_>) {
        let (Some(choices), Some(text)) = (&self.choices, text) else { return };
        if choices.set.contains(text) {
            return;
        }
        let message = format!("the {subject} `{}` is not one of the values", short(text));
        let names = &choices.names;
        let help = match cx.nearest(text, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("values are {}", names[..names.len().min(NAMED_MAX)].join(", ")),
        };
        warn(Code::InputDefault, node, message, help, cx);
    }
}

fn structure(node: &Node) -> &'static str {
    if matches!(node.data, Data::Map(_)) { "a map" } else { "a list" }
}

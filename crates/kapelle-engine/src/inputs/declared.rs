//! What a flow declares about one input, read from its entry.

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::IndexMap;
use kapelle_core::expression::Step;
use kapelle_core::expression::Template;
use kapelle_core::flow::choice_text;
use kapelle_core::language::Language;
use kapelle_model::flow::Input;
use kapelle_model::{Node, Text};

use super::kind::{Kind, Type};
use super::rules::Rules;
use kapelle_core::property::Property;

#[derive(Debug)]
pub(super) struct Declared {
    pub(super) id: Arc<str>,
    pub(super) value_type: Type,
    pub(super) is_required: bool,
    pub(super) default: Option<DefaultValue>,
    pub(super) dependency: Option<Dependency>,
    /// The form that the input stands in.
    pub(super) form: Option<usize>,
    pub(super) offer: Option<Offer>,
    pub(super) rules: Rules,
}

/// The value that holds when none is provided.
#[derive(Debug)]
pub(super) enum DefaultValue {
    Written(Property),
    /// The first of the values to choose from.
    First(Text),
}

/// What has to hold before an input is asked for.
#[derive(Debug)]
pub(super) struct Dependency {
    /// The inputs that need a value; `None` for one that there is not.
    pub(super) on: Vec<Option<usize>>,
    pub(super) condition: Option<Property>,
    /// Inputs that the condition reads though it does not depend on them: those that have a default are null there.
    pub(super) nulls: Vec<Arc<str>>,
}

/// The values to choose from. Without any, or with others allowed, they are not enforced.
#[derive(Debug)]
pub(super) struct Offer {
    pub(super) values: Offered,
    pub(super) is_closed: bool,
}

#[derive(Debug)]
pub(super) enum Offered {
    Texts(Arc<[Text]>),
    Rendered(Property),
}

impl Declared {
    pub(super) fn is_form(&self) -> bool {
        self.value_type.kind == Kind::Form
    }

    /// The inputs that are resolved before this one.
    pub(super) fn earlier(&self) -> impl Iterator<Item = usize> {
        let on = self.dependency.as_ref().map_or(&[][..], |dependency| &dependency.on);
        on.iter().copied().flatten().chain(self.form)
    }
}

pub(super) fn read(inputs: &[Input], by_id: &IndexMap<Arc<str>, usize>, language: Language) -> Vec<Declared> {
    let mut form: Option<(usize, String)> = None;
    let mut all = Vec::with_capacity(inputs.len());
    for (index, input) in inputs.iter().enumerate() {
        let parent = form.as_ref().filter(|(_, prefix)| is_child(input, prefix)).map(|(index, _)| *index);
        let declared = declared(input, parent, by_id, language);
        if parent.is_none() {
            form = declared.is_form().then(|| (index, format!("{}.", input.id.value)));
        }
        all.push(declared);
    }
    all
}

/// The inputs of a form stand behind it, under its id and their own.
fn is_child(input: &Input, prefix: &str) -> bool {
    let own = input.node.get("id").filter(|id| !id.is_null()).or_else(|| input.node.get("name"));
    let own = own.and_then(Node::scalar_text).unwrap_or_default();
    input.id.value.strip_prefix(prefix) == Some(&own)
}

fn declared(
    input: &Input,
    form: Option<usize>,
    by_id: &IndexMap<Arc<str>, usize>,
    language: Language,
) -> Declared {
    let node = &input.node;
    let value_type = Type::of(node);
    let offer = offer(node, value_type.kind, language);
    Declared {
        id: Arc::from(input.id.value.as_str()),
        is_required: !is_written(node, "required", false),
        default: default(node, offer.as_ref(), language),
        dependency: given(node, "dependsOn").map(|node| dependency(input, node, by_id, language)),
        form,
        rules: Rules::read(node, value_type.kind),
        offer,
        value_type,
    }
}

fn given<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    node.get(name).filter(|value| !value.is_null())
}

/// Whether a boolean property is written as this.
fn is_written(node: &Node, name: &str, wanted: bool) -> bool {
    given(node, name).and_then(Node::scalar_text).is_some_and(|text| text == wanted.to_string())
}

fn offer(node: &Node, kind: Kind, language: Language) -> Option<Offer> {
    if !matches!(kind, Kind::Select | Kind::Multiselect) {
        return None;
    }
    let listed = given(node, "values").or_else(|| given(node, "options"));
    let values = match (listed, given(node, "expression")) {
        (Some(node), _) => {
            Offered::Texts(node.items().iter().filter_map(choice_text).map(Text::from).collect())
        }
        (None, Some(node)) => Offered::Rendered(Property::read(node, language)),
        (None, None) => return None,
    };
    Some(Offer { values, is_closed: !is_written(node, "allowCustomValue", true) })
}

fn default(node: &Node, offer: Option<&Offer>, language: Language) -> Option<DefaultValue> {
    if let Some(node) = given(node, "defaults") {
        return Some(DefaultValue::Written(Property::read(node, language)));
    }
    match &offer?.values {
        Offered::Texts(texts) if is_written(node, "autoSelectFirst", true) => {
            texts.first().cloned().map(DefaultValue::First)
        }
        _ => None,
    }
}

fn dependency(
    input: &Input,
    node: &Node,
    by_id: &IndexMap<Arc<str>, usize>,
    language: Language,
) -> Dependency {
    let condition = given(node, "condition").and_then(Node::scalar_text);
    Dependency {
        on: input.depends_on.iter().map(|id| by_id.get(id.value.as_str()).copied()).collect(),
        condition: condition.map(|text| Property::text(text, language)),
        nulls: Vec::new(),
    }
}

/// Finds which inputs with a default each condition reads without depending on them.
pub(super) fn find_nulls(declared: &mut [Declared], by_id: &IndexMap<Arc<str>, usize>) {
    let with_default: Vec<Option<Arc<str>>> =
        declared.iter().map(|input| input.default.as_ref().map(|_| Arc::clone(&input.id))).collect();
    for input in declared {
        let Some(Dependency { on, condition: Some(condition), nulls }) = &mut input.dependency else {
            continue;
        };
        let on: HashSet<usize> = on.iter().copied().flatten().collect();
        let mut found = Vec::new();
        condition.walk(&mut |template| found.extend(inputs_read(template, by_id)));
        found.sort_unstable();
        found.dedup();
        let others = found.into_iter().filter(|index| !on.contains(index));
        nulls.extend(others.filter_map(|index| with_default[index].clone()));
    }
}

/// The inputs whose ids a template spells out.
fn inputs_read(template: &Template, by_id: &IndexMap<Arc<str>, usize>) -> Vec<usize> {
    let mut found = Vec::new();
    for read in template.scan().reads.iter().filter(|read| read.root == "inputs") {
        let mut id = String::new();
        for step in &read.path {
            let Step::Name { name, .. } = step else { break };
            if !id.is_empty() {
                id.push('.');
            }
            id.push_str(name);
            found.extend(by_id.get(id.as_str()));
        }
    }
    found
}

/// An order in which every input comes behind those it needs. In a circle, which the checks refuse, it is the order of
/// the document.
pub(super) fn order(declared: &[Declared]) -> Vec<usize> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; declared.len()];
    let mut order = Vec::with_capacity(declared.len());
    for start in 0..declared.len() {
        let mut stack = vec![start];
        while let Some(&index) = stack.last() {
            if marks[index] == Mark::New {
                marks[index] = Mark::Open;
                let earlier: Vec<usize> =
                    declared[index].earlier().filter(|other| marks[*other] == Mark::New).collect();
                stack.extend(earlier.into_iter().rev());
                continue;
            }
            if marks[index] == Mark::Open {
                marks[index] = Mark::Done;
                order.push(index);
            }
            stack.pop();
        }
    }
    order
}

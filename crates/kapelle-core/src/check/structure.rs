//! Compares a document with the shapes of the language: which properties are there, and what stands in them.

mod defaults;
mod plugin;
mod value;

pub(super) use value::has_expression;

use std::collections::HashSet;

use kapelle_model::{Data, Entry, Node, Span};

use super::defaults::Defaults;
use super::path::{Path, below};
use super::{Context, Lookup};
use crate::catalogue::{Catalogue, Type};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::shape::{DAG_TASK, FLOW, Kind, Property, Shape, Tagged};
use crate::suggest::is_typo;

/// Everything that is wrong with the structure of a flow document.
pub(super) fn check(root: &Node, cx: &mut Context<'_>) {
    let Context { catalogue, found, lookup, .. } = cx;
    let catalogue = *catalogue;
    let defaults = Defaults::of(root, catalogue);
    let mut structure = Structure {
        catalogue,
        defaults: &defaults,
        found,
        lookup,
        path: Path::default(),
        owners: Vec::new(),
        not_built_in: Vec::new(),
        unknown_plugins: HashSet::new(),
    };
    structure.shape(root, &FLOW);
    structure.plugin_defaults();
}

struct Structure<'a, 'f> {
    catalogue: &'static Catalogue,
    defaults: &'f Defaults<'a>,
    found: &'f mut Vec<Diagnostic>,
    lookup: &'f Lookup,
    path: Path<'a>,
    /// The objects around the one that is being checked, for hints about indentation.
    owners: Vec<Owner>,
    /// Types that were already reported as not built in.
    not_built_in: Vec<&'static str>,
    /// Types of plugins that are not known, and were already reported.
    unknown_plugins: HashSet<String>,
}

/// Whose properties an object may have.
#[derive(Clone, Copy)]
struct Owner {
    /// For messages: "flow", "input of type STRING", a type's name.
    name: &'static str,
    properties: [&'static [Property]; 2],
    /// Unknown properties are accepted.
    open: bool,
    plugin: Option<&'static Type>,
}

impl Owner {
    fn of_shape(shape: &'static Shape) -> Self {
        Self { name: shape.name, properties: [shape.properties, &[]], open: false, plugin: None }
    }

    fn of_type(entry: &'static Type) -> Self {
        Self {
            name: entry.name,
            properties: [&entry.properties, &[]],
            open: entry.partial,
            plugin: Some(entry),
        }
    }

    fn property(&self, name: &str) -> Option<&'static Property> {
        // Tagged objects narrow a common property in their variant, so the later list wins.
        self.properties.iter().rev().flat_map(|list| list.iter()).find(|property| property.name == name)
    }

    /// What API clients are told about the type as a whole when it lacks `property`, where that is special.
    fn wording_without(&self, property: &str) -> Option<&'static str> {
        match (self.plugin?.name.strip_prefix("io.kestra.plugin.core.flow.")?, property) {
            ("Dag", "tasks") => Some("No task defined"),
            ("WorkingDirectory", "tasks") => Some("The 'tasks' property cannot be empty"),
            _ => None,
        }
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.properties.iter().flat_map(|list| list.iter()).map(|property| property.name)
    }
}

impl<'a> Structure<'a, '_> {
    /// The nearest name, as long as anybody will read the answer.
    fn nearest<'n>(&self, wanted: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
        if super::is_enough(self.found) { None } else { self.lookup.nearest(wanted, names) }
    }

    fn shape(&mut self, node: &'a Node, shape: &'static Shape) {
        self.object(node, Owner::of_shape(shape));
    }

    /// An object whose `type` decides about its properties.
    fn tagged(&mut self, node: &'a Node, tagged: &'static Tagged) {
        if !matches!(node.data, Data::Map(_)) {
            return self.wrong_kind(node, &format!("an object ({})", tagged.name));
        }
        let tag = node.entry("type").filter(|entry| !entry.value.is_null());
        let name = match (tag, tagged.default) {
            (Some(entry), _) => entry.value.scalar_text().unwrap_or_default(),
            (None, Some(default)) => default.to_owned(),
            (None, None) => {
                let tags = tagged.variants.iter().map(|variant| variant.tag).collect::<Vec<_>>().join(", ");
                let help = format!("`type` of {} is one of {tags}", with_article(tagged.name));
                return self.type_missing(node, tagged.name, tagged.common, help);
            }
        };
        let Some(variant) = tagged.variant(&name) else {
            let span = tag.map_or_else(|| first_key(node), |entry| entry.value.span);
            return self.unknown_tag(span, &name, tagged);
        };
        if variant.deprecated {
            let message = format!("`{}` is deprecated", variant.tag);
            let span = tag.map_or_else(|| first_key(node), |entry| entry.value.span);
            let found =
                Diagnostic::new(Code::TypeDeprecated, span, message).help(variant.doc).path(self.path.text());
            self.found.push(found);
        }
        let properties = [tagged.common, variant.properties];
        self.object(node, Owner { name: tagged.name, properties, open: false, plugin: None });
    }

    /// Points at the key that was probably meant to be `type`, else at the object. `known` are the other keys that an
    /// object of this kind can have.
    fn type_missing(&mut self, node: &'a Node, what: &str, known: &[Property], help: String) {
        let is_known = |key: &str| known.iter().any(|property| property.name == key);
        let keys = node.entries().iter().filter(|entry| !is_known(&entry.key));
        let near = self.nearest("type", keys.map(|entry| entry.key.as_str()));
        let message = format!("Invalid type: <null>: the `type` of this {what} is missing");
        let found = match near.and_then(|near| node.entry(near)) {
            Some(entry) => Diagnostic::new(Code::TypeMissing, entry.key_span, message)
                .help(format!("did you mean `type` where you wrote `{}`?", entry.key))
                .fix("rename to `type`", entry.key_span, "type"),
            None => Diagnostic::new(Code::TypeMissing, first_key(node), message).help(help),
        };
        self.report(found, "type", "Invalid type: <null>");
    }

    fn unknown_tag(&mut self, span: Span, name: &str, tagged: &'static Tagged) {
        let tags = || tagged.variants.iter().map(|variant| variant.tag);
        let help = match self.nearest(name, tags()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known are {}", tags().collect::<Vec<_>>().join(", ")),
        };
        let wording = format!("Invalid type: {name}");
        let message = format!("{wording}: there is no {} of this type", tagged.name);
        let mut found = Diagnostic::new(Code::TypeUnknown, span, message).help(help);
        if let Some(near) = self.nearest(name, tags()).filter(|near| is_typo(name, near)) {
            found = found.fix(format!("write `{near}`"), span, near);
        }
        self.report(found, "type", &wording);
    }

    fn object(&mut self, node: &'a Node, owner: Owner) {
        let Data::Map(entries) = &node.data else {
            let name =
                if owner.plugin.is_some() { "an object" } else { &format!("an object ({})", owner.name) };
            return self.wrong_kind(node, name);
        };
        if owner.name == DAG_TASK.name && node.get("task").is_none() && node.get("type").is_some() {
            return self.bare_dag_task(node);
        }
        self.owners.push(owner);
        let mut mended = Vec::new();
        for entry in entries {
            match owner.property(&entry.key) {
                Some(property) => self.entry(entry, property, node, &owner),
                None => mended.extend(self.unknown(entry, &owner, node)),
            }
        }
        let required =
            owner.properties.iter().flat_map(|list| list.iter()).filter(|property| property.required);
        for property in required {
            let is_narrowed = !owner.property(property.name).is_some_and(|last| std::ptr::eq(last, property));
            if !is_narrowed && !mended.contains(&property.name) {
                self.required(node, &owner, property);
            }
        }
        self.owners.pop();
    }

    /// A task where its place in a Dag is expected: the most common mistake with Dags.
    fn bare_dag_task(&mut self, node: &'a Node) {
        let message =
            "`task`: must not be null: a task of a Dag stands under `task:`, beside its `dependsOn`";
        let found = Diagnostic::new(Code::PropertyMissing, first_key(node), message)
            .help("write `- task:` and indent the task below it");
        self.report(found, "task", "must not be null");
    }

    fn entry(&mut self, entry: &'a Entry, property: &'static Property, node: &'a Node, owner: &Owner) {
        self.path.push_key(&entry.key);
        if property.deprecated || property.alias_of.is_some() {
            self.other_name(entry, property, node);
        }
        if property.required
            && matches!(&entry.value.data, Data::List(items) if items.is_empty())
            && lists_plugins(property.kind)
            // A branch may be empty, a task without tasks may not.
            && property.name != "then"
        {
            let message = format!("`{}`: must not be empty", entry.key);
            let found = Diagnostic::new(Code::PropertyEmpty, entry.key_span.to(entry.value.span), message)
                .help("list at least one item");
            match owner.wording_without(property.name) {
                Some(wording) => {
                    let path = self.path.text();
                    self.path.pop();
                    let constraint = format!("{}: {wording}", self.path.seen_by_clients());
                    self.path.push_key(&entry.key);
                    self.found.push(found.path(path).constraint(constraint));
                }
                None => self.report_here(found, "must not be empty"),
            }
        }
        self.value(&entry.value, property);
        self.path.pop();
    }

    /// A property that has, or is, another name.
    fn other_name(&mut self, entry: &'a Entry, property: &'static Property, node: &'a Node) {
        let path = self.path.text();
        let Some(current) = property.alias_of else {
            let message = format!("`{}` is deprecated", property.name);
            let doc = (!property.doc.is_empty()).then(|| property.doc.to_owned());
            let found =
                Diagnostic::new(Code::PropertyDeprecated, entry.key_span, message).help_if(doc).path(path);
            return self.found.push(found);
        };
        if node.get(current).is_some_and(|value| !value.is_null()) {
            let message =
                format!("`{}` and `{current}` are the same property; `{current}` wins", property.name);
            let mut found = Diagnostic::new(Code::PropertyConflict, entry.key_span, message)
                .help(format!("keep `{current}`"))
                .path(path);
            if property.name == "options" {
                let rule = format!("`{current}` and `options` exclude each other");
                let owner = self.path.seen_by_clients().trim_end_matches(".options").to_owned();
                found = found.constraint(format!("{owner}: {rule}"));
            } else {
                // Kestra takes the current name without a word.
                found.severity = Severity::Warning;
            }
            return self.found.push(found);
        }
        if !property.deprecated {
            return;
        }
        let message = format!("`{}` is another name of `{current}`", property.name);
        let found = Diagnostic::new(Code::PropertyDeprecated, entry.key_span, message)
            .help(format!("write `{current}`"))
            .fix(format!("rename to `{current}`"), entry.key_span, current)
            .path(path);
        self.found.push(found);
    }

    /// Reports a property that its owner does not have. Gives the property that was probably meant, so that it is
    /// not reported as missing in the same breath.
    fn unknown(&mut self, entry: &'a Entry, owner: &Owner, node: &'a Node) -> Option<&'static str> {
        let near = self.nearest(&entry.key, owner.names());
        // What is there already cannot be what was meant.
        let is_free = |near: &&str| !node.entries().iter().any(|entry| entry.key == **near);
        let near = near.filter(is_free);
        if owner.open {
            // The list of its properties may lack some, so only what looks like a typing mistake is worth a word.
            let near = near.filter(|near| is_typo(&entry.key, near))?;
            let message =
                format!("{} has no property `{}` that is known", with_article(owner.name), entry.key);
            let mut found = Diagnostic::new(Code::PropertyUnknown, entry.key_span, message)
                .help(format!("did you mean `{near}`?"))
                .path(below(&self.path.text(), &entry.key));
            found.severity = Severity::Warning;
            self.found.push(found);
            return Some(near);
        }
        let is_typo_here = near.is_some_and(|near| is_typo(&entry.key, near));
        let is_telling = !EVERYWHERE.contains(&entry.key.as_str()) && !is_typo_here;
        let around = self.owners.iter().rev().skip(1);
        let outer = around.filter(|_| is_telling).find(|outer| outer.property(&entry.key).is_some());
        let help = match (near, outer) {
            (_, Some(outer)) => {
                format!(
                    "`{}` is a property of {}: check the indentation",
                    entry.key,
                    with_article(outer.name)
                )
            }
            (Some(near), None) => format!("did you mean `{near}`?"),
            (None, None) => {
                let mut names: Vec<_> = owner.names().collect();
                names.sort_unstable();
                names.dedup();
                let more = names.len().saturating_sub(12);
                names.truncate(12);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                format!("known are {}{more}", names.join(", "))
            }
        };
        let wording = format!("Unrecognized field \"{}\"", entry.key);
        let message = format!("{wording}: {} has no such property", with_article(owner.name));
        let mut found = Diagnostic::new(Code::PropertyUnknown, entry.key_span, message).help(help);
        if let (Some(near), None) = (near.filter(|near| is_typo(&entry.key, near)), outer) {
            found = found.fix(format!("rename to `{near}`"), entry.key_span, near);
        }
        self.path.push_key(&entry.key);
        let path = self.path.text();
        self.path.pop();
        self.found.push(found.path(path).constraint(wording));
        near
    }

    fn required(&mut self, node: &'a Node, owner: &Owner, property: &'static Property) {
        let is_given = |name: &str| node.get(name).is_some_and(|value| !value.is_null());
        let by_alias = || {
            let aliases = owner.properties.iter().flat_map(|list| list.iter());
            aliases.filter(|alias| alias.alias_of == Some(property.name)).any(|alias| is_given(alias.name))
        };
        let by_default = || owner.plugin.is_some_and(|entry| self.defaults.gives(node, entry, property.name));
        if is_given(property.name) || by_alias() || by_default() {
            return;
        }
        let rule = if lists_plugins(property.kind) { "must not be empty" } else { "must not be null" };
        let span = node.entry(property.name).map_or_else(|| first_key(node), |entry| entry.key_span);
        let message = format!("`{}`: {rule}: {} needs it", property.name, with_article(owner.name));
        let help = if property.doc.is_empty() {
            format!("add `{}:`", property.name)
        } else {
            format!("add `{}:`: {}", property.name, lower_first(property.doc))
        };
        let found = Diagnostic::new(Code::PropertyMissing, span, message).help(help);
        match owner.wording_without(property.name) {
            Some(wording) => {
                let constraint = format!("{}: {wording}", self.path.seen_by_clients());
                let path = below(&self.path.text(), property.name);
                self.found.push(found.path(path).constraint(constraint));
            }
            None => self.report(found, property.name, rule),
        }
    }

    /// Adds a finding about the property `name` of the current object, with the path and wording of API clients.
    fn report(&mut self, found: Diagnostic, name: &str, wording: &str) {
        let constraint = match found.code {
            Code::TypeMissing | Code::TypeUnknown | Code::TypeMisplaced => wording.to_owned(),
            _ => format!("{}: {wording}", below(&self.path.seen_by_clients(), name)),
        };
        self.found.push(found.path(below(&self.path.text(), name)).constraint(constraint));
    }

    /// The same for the current property itself.
    fn report_here(&mut self, found: Diagnostic, wording: &str) {
        let constraint = format!("{}: {wording}", self.path.seen_by_clients());
        self.found.push(found.path(self.path.text()).constraint(constraint));
    }

    fn wrong_kind(&mut self, node: &Node, expected: &str) {
        let message =
            format!("Cannot deserialize value: {} stands where {expected} is expected", describe(node));
        let constraint = message.clone();
        self.found.push(
            Diagnostic::new(Code::ValueType, node.span, message)
                .help(form_help(expected))
                .path(self.path.text())
                .constraint(constraint),
        );
    }
}

/// Properties that so many objects have that they tell nothing about where a line belongs.
const EVERYWHERE: &[&str] =
    &["id", "type", "description", "disabled", "tasks", "errors", "finally", "namespace", "labels", "inputs"];

fn lists_plugins(kind: Kind) -> bool {
    matches!(kind, Kind::List(Kind::Plugin(_) | Kind::Object(_) | Kind::Tagged(_)))
}

/// What stands somewhere, in words.
fn describe(node: &Node) -> String {
    match &node.data {
        Data::Null => "nothing".into(),
        Data::Bool(value) => format!("the boolean {value}"),
        Data::Int(value) => format!("the number {value}"),
        Data::BigInt(digits) => format!("the number {digits}"),
        Data::Float(value) => format!("the number {value}"),
        Data::Text(text) if text.chars().count() > 40 => {
            format!("the text `{}…`", text.chars().take(39).collect::<String>().replace('\n', " "))
        }
        Data::Text(text) => format!("the text `{}`", text.replace('\n', " ")),
        Data::List(_) => "a list".into(),
        Data::Map(_) => "a map".into(),
    }
}

/// How something of the expected kind is written.
fn form_help(expected: &str) -> String {
    if expected.starts_with("a list") {
        "write each item on a line of its own, after `- `".to_owned()
    } else if expected.starts_with("an object") || expected.starts_with("a map") {
        "write `key: value` lines below the property, indented".to_owned()
    } else {
        format!("write {expected}")
    }
}

/// `a retry`, `an input`; names of types stay as they are.
fn with_article(name: &str) -> String {
    if name.contains('.') {
        return format!("`{name}`");
    }
    match name {
        "preconditions" | "concurrency" | "namespace files" => name.to_owned(),
        _ if name.starts_with(['a', 'e', 'i', 'o', 'u', 'S']) => format!("an {name}"),
        _ => format!("a {name}"),
    }
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map_or_else(String::new, |first| format!("{}{}", first.to_lowercase(), characters.as_str()))
}

/// Where a finding about an object as a whole points to: its first key, a short span on its first line.
fn first_key(node: &Node) -> Span {
    node.entries().first().map_or(node.span, |entry| entry.key_span)
}

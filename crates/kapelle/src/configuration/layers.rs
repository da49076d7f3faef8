//! Texts and variables laid over each other: one value for each key, the last one said.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_core::diagnostic::Severity;
use kapelle_core::source::Source;
use kapelle_core::suggest::{is_typo, nearest};
use kapelle_core::yaml;
use kapelle_model::{Data, Entry, Node, Span};

use super::finding::{Finding, Origin};
use super::keys::{self, Key, Kind, Standing};
use super::name::{self, Place};
use super::placeholder;

/// What was written for a key.
#[derive(Clone, Debug)]
pub(super) struct Written {
    pub(super) key: &'static Key,
    pub(super) value: Node,
    pub(super) origin: Origin,
}

/// All that was written, by the name of its key.
#[derive(Debug, Default)]
pub(super) struct Layers {
    pub(super) written: BTreeMap<&'static str, Written>,
    pub(super) findings: Vec<Finding>,
}

impl Layers {
    /// Lays a text over what is there.
    pub(super) fn add_text(&mut self, source: Source) {
        let source = Arc::new(source);
        for span in yaml::split(source.text()) {
            let reading = yaml::read(source.text(), span);
            for found in reading.diagnostics {
                let origin = Origin::Text { source: Arc::clone(&source), span: found.span };
                self.findings.push(Finding {
                    severity: found.severity,
                    origin: Some(origin),
                    message: found.message,
                });
            }
            if let Some(root) = &reading.root {
                let origin = Origin::Text { source: Arc::clone(&source), span: root.span };
                self.walk(root, "", &origin);
            }
        }
    }

    fn walk(&mut self, node: &Node, path: &str, origin: &Origin) {
        if !matches!(node.data, Data::Map(_) | Data::Null) {
            let what = if path.is_empty() { "a configuration".to_owned() } else { format!("`{path}`") };
            self.findings.push(Finding::error(origin, format!("{what} has to be a map of keys and values")));
        }
        for entry in node.entries() {
            let path = if path.is_empty() { entry.key.clone() } else { format!("{path}.{}", entry.key) };
            let origin = origin.at(entry.key_span);
            match name::place(&path) {
                Place::Key(key) => {
                    let origin = origin.at(entry.value.span);
                    self.set(Written { key, value: entry.value.clone(), origin });
                }
                Place::Above => self.walk(&entry.value, &path, &origin),
                Place::Nowhere => self.add_nowhere(&path, entry, &origin),
            }
        }
    }

    /// A name below a key that takes all names, or one that nobody knows.
    fn add_nowhere(&mut self, path: &str, entry: &Entry, origin: &Origin) {
        let dots = path.match_indices('.').map(|(at, _)| at);
        for end in dots.rev() {
            if let Place::Key(key) = name::place(&path[..end])
                && key.kind.takes_all_below()
            {
                let below = Entry { key: path[end + 1..].to_owned(), ..entry.clone() };
                let value = Node { span: entry.value.span, data: Data::Map(vec![below]) };
                return self.set(Written { key, value, origin: origin.clone() });
            }
        }
        self.findings.extend(unknown(path, origin));
    }

    /// Lays the variables of the environment over what is there, those that name keys.
    pub(super) fn add_variables(&mut self, variables: &BTreeMap<String, String>) {
        for (name, value) in variables.iter().filter(|(_, value)| !value.is_empty()) {
            let origin = Origin::Variable(name.clone());
            match name::of_variable(name) {
                Some((key, below)) => self.add_variable(key, below, value, origin),
                None => self.findings.extend(mistyped(name, &origin)),
            }
        }
    }

    fn add_variable(&mut self, key: &'static Key, below: Option<String>, text: &str, origin: Origin) {
        let is_structure = matches!(key.kind, Kind::Map | Kind::Types) && below.is_none();
        let mut value = Node { span: Span::default(), data: Data::Text(text.to_owned()) };
        if is_structure {
            let reading = yaml::read(text, Span::new(0, text.len() as u32));
            if !reading.diagnostics.is_empty() {
                let message = format!("`{}` cannot be read as YAML from a variable", key.name);
                return self.findings.push(Finding::error(&origin, message));
            }
            value.data = reading.root.map_or(Data::Null, |root| root.data);
        }
        if let Some(below) = below {
            let entry = Entry { key: below, key_span: Span::default(), value };
            value = Node { span: Span::default(), data: Data::Map(vec![entry]) };
        }
        self.set(Written { key, value, origin });
    }

    /// Maps grow, everything else is replaced.
    fn set(&mut self, new: Written) {
        match self.written.get_mut(new.key.name) {
            Some(old) if new.key.kind == Kind::Map => {
                merge(&mut old.value, new.value);
                old.origin = new.origin;
            }
            _ => drop(self.written.insert(new.key.name, new)),
        }
    }

    /// Fills the placeholders of all texts. Values of variables are taken as they are.
    pub(super) fn expand(&mut self, variables: &BTreeMap<String, String>) {
        let plain: BTreeMap<String, String> = self
            .written
            .values()
            .filter_map(|written| Some((name::plain_path(written.key.name), written.value.scalar_text()?)))
            .filter(|(_, text)| !text.contains("${"))
            .collect();
        let find =
            |wanted: &str| variables.get(wanted).or_else(|| plain.get(&name::plain_path(wanted))).cloned();
        for written in self.written.values_mut() {
            let is_text = matches!(written.origin, Origin::Text { .. });
            if is_text && written.key.standing != Standing::Idle {
                expand(&mut written.value, &written.origin, &find, &mut self.findings);
            }
        }
    }

    /// Keys that are known and change nothing, told once for all of them.
    pub(super) fn tell_idle(&mut self) {
        let is_idle = |key: &Key| key.standing == Standing::Idle;
        let idle = self.written.values().filter(|written| is_idle(written.key));
        let names: Vec<String> = idle.map(|written| format!("`{}`", written.key.name)).collect();
        if !names.is_empty() {
            let message = format!("read, and without effect in Kapelle: {}", names.join(", "));
            self.findings.push(Finding { severity: Severity::Info, origin: None, message });
        }
    }
}

fn merge(old: &mut Node, new: Node) {
    let (Data::Map(entries), Data::Map(more)) = (&mut old.data, &new.data) else {
        *old = new;
        return;
    };
    for entry in more {
        match entries.iter_mut().find(|known| known.key == entry.key) {
            Some(known) => merge(&mut known.value, entry.value.clone()),
            None => entries.push(entry.clone()),
        }
    }
}

fn expand(
    node: &mut Node,
    origin: &Origin,
    find: &dyn Fn(&str) -> Option<String>,
    findings: &mut Vec<Finding>,
) {
    match &mut node.data {
        Data::Text(text) if text.contains("${") => match placeholder::expand(text, find) {
            Ok(expanded) => *text = expanded,
            Err(why) => findings.push(Finding::error(&origin.at(node.span), why)),
        },
        Data::List(items) => items.iter_mut().for_each(|item| expand(item, origin, find, findings)),
        Data::Map(entries) => {
            for entry in entries {
                expand(&mut entry.value, origin, find, findings);
            }
        }
        _ => {}
    }
}

/// Below the roots that are ours and Kestra's every unknown name is told. Elsewhere frameworks have a thousand names of
/// their own: only what is nearly one of the table.
fn unknown(path: &str, origin: &Origin) -> Option<Finding> {
    let names: Vec<String> = keys::all().flat_map(|key| with_parents(key.name)).collect();
    let root = path.split('.').next().map(name::plain);
    let is_ours = root.is_some_and(|root| root == "kestra" || root == "kapelle");
    let near = nearest(path, names.iter().map(String::as_str));
    let near = near.filter(|near| is_ours || is_typo(path, near));
    if near.is_none() && !is_ours {
        return None;
    }
    let meant = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    Some(Finding::warning(origin, format!("there is no key `{path}`{meant}")))
}

/// A name, and those of the maps around it.
fn with_parents(name: &str) -> impl Iterator<Item = String> {
    let ends = name.match_indices('.').map(|(at, _)| at).chain([name.len()]);
    ends.map(|end| name[..end].to_owned())
}

/// Other programs have variables too: only those that are nearly one of ours are told.
fn mistyped(variable: &str, origin: &Origin) -> Option<Finding> {
    if !variable.starts_with("KESTRA_") && !variable.starts_with("KAPELLE_") {
        return None;
    }
    let names: Vec<String> = keys::all().map(name::variable).collect();
    let near = nearest(variable, names.iter().map(String::as_str)).filter(|near| is_typo(variable, near))?;
    Some(Finding::warning(origin, format!("no key has this variable; did you mean {near}?")))
}

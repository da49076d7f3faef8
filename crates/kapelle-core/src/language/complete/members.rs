//! What can be read below a name: declared by the flow, known of a type, or seen in the chosen execution.

use jiff::tz::TimeZone;
use kapelle_model::flow::Task;
use kapelle_model::{Node, Span, Value};

use super::super::template::is_identifier;
use super::{Completion, ItemKind, Place, span};
use crate::catalogue::Catalogue;
use crate::check::references::names::{ROOTS, TRIGGER_ALWAYS, trigger_fields};
use crate::expression::plain;

/// Bytes of a value that is shown beside its name.
const SHOWN_MAX: usize = 120;

fn name(label: &str) -> Completion {
    Completion::new(label, ItemKind::Name, Span::default())
}

impl Place<'_> {
    /// Names below a path. Where they stand in the text is for the caller to say.
    pub(super) fn members(&self, path: &[Option<&str>]) -> Vec<Completion> {
        let names: Vec<&str> = path.iter().copied().map_while(|part| part).collect();
        let mut items = match path {
            [Some("inputs"), ..] if names.len() == path.len() => self.inputs(&names[1..]),
            [Some("outputs")] => self.outputs(),
            [Some("outputs"), Some(task), rest @ ..] => self.outputs_of(task, rest),
            [Some("tasks")] => self.tasks(),
            [Some("tasks"), Some(_)] => vec![name("state").detail("state of the task")],
            [Some("vars"), ..] if names.len() == path.len() => self.variables(&names[1..]),
            [Some("labels")] => {
                let labels = self.draft().flow.labels.iter();
                labels.map(|label| name(&label.key.value).detail(label.value.value.clone())).collect()
            }
            [Some("trigger")] => self.trigger(),
            [Some(root)] => {
                let fields =
                    ROOTS.iter().find(|(known, _)| known == root).map_or(&[][..], |(_, fields)| fields);
                fields.iter().map(|field| name(field)).collect()
            }
            _ => Vec::new(),
        };
        self.seen(path, &mut items);
        items
    }

    /// Inputs; a dot in an id is one more level.
    fn inputs(&self, above: &[&str]) -> Vec<Completion> {
        let mut items: Vec<Completion> = Vec::new();
        for input in &self.draft().flow.inputs {
            let mut parts = input.id.value.split('.');
            if !above.iter().all(|wanted| parts.next() == Some(*wanted)) {
                continue;
            }
            let Some(part) = parts.next().filter(|part| !part.is_empty()) else { continue };
            if items.iter().any(|item| item.label == part) {
                continue;
            }
            let text = |key: &str| input.node.get(key).and_then(Node::scalar_text).unwrap_or_default();
            let is_group = parts.next().is_some();
            let detail = if is_group { "group of inputs".to_owned() } else { input.kind.clone() };
            items.push(name(part).detail(detail).doc(text("description")));
        }
        items
    }

    fn outputs(&self) -> Vec<Completion> {
        let item = |(task, is_in_loop): (&Task, bool)| {
            let id = task.id.value.as_str();
            let mut item = name(id).detail(short_type(task));
            if is_in_loop {
                item.insert = format!("{}[taskrun.value]", item.label);
                item.doc.push_str("It runs once for each value of a loop.");
            }
            item
        };
        let found = self.reachable().into_iter().filter(|(task, _)| !task.id.value.is_empty());
        found.map(item).collect()
    }

    fn tasks(&self) -> Vec<Completion> {
        let mut items = Vec::new();
        self.draft().flow.walk_tasks(&mut |task| items.push(name(&task.id.value).detail(short_type(task))));
        items
    }

    /// What a task gives; in a loop its outputs lie below the value.
    fn outputs_of(&self, id: &str, rest: &[Option<&str>]) -> Vec<Completion> {
        let mut found = None;
        self.draft().flow.walk_tasks(&mut |task| {
            if task.id.value == id {
                found = Some(task);
            }
        });
        let Some(task) = found else { return Vec::new() };
        let rest: Vec<&str> = rest.iter().copied().flatten().collect();
        match rest.as_slice() {
            [] => {
                let entry = Catalogue::bundled().find(&task.type_name.canonical).map(|found| found.entry);
                let outputs = entry.and_then(|entry| entry.outputs.as_ref()).into_iter().flatten();
                outputs.map(|output| name(output.name).detail(output.kind)).collect()
            }
            ["outputs"] => self.outputs_of_subflow(task),
            _ => Vec::new(),
        }
    }

    fn outputs_of_subflow(&self, task: &Task) -> Vec<Completion> {
        let text = |key: &str| task.property(key).and_then(Node::scalar_text);
        let Some(flow) = text("flowId") else { return Vec::new() };
        let namespace = text("namespace").unwrap_or_else(|| self.of_flow("namespace").to_owned());
        let outputs = self.material.interface(&namespace, &flow).unwrap_or_default().outputs;
        outputs.into_iter().map(|output| name(&output.id).detail(output.kind)).collect()
    }

    fn variables(&self, above: &[&str]) -> Vec<Completion> {
        let mut entries = self.draft().flow.variables.as_slice();
        for part in above {
            let Some(below) = entries.iter().find(|entry| entry.key == *part) else { return Vec::new() };
            entries = below.value.entries();
        }
        let item = |entry: &kapelle_model::Entry| {
            name(&entry.key)
                .detail(entry.value.scalar_text().map_or_else(String::new, |text| shortened(&text)))
        };
        entries.iter().map(item).collect()
    }

    fn trigger(&self) -> Vec<Completion> {
        let mut items: Vec<Completion> = Vec::new();
        for trigger in &self.draft().flow.triggers {
            let fields = trigger_fields(&trigger.type_name.canonical, Catalogue::bundled());
            for field in fields.into_iter().flatten() {
                if items.iter().all(|item| item.label != field) {
                    items.push(name(field).detail(format!("of `{}`", trigger.id.value)));
                }
            }
        }
        items.extend(TRIGGER_ALWAYS.iter().map(|field| name(field)));
        items
    }

    /// Adds what the chosen execution has below the path, with values.
    fn seen(&self, path: &[Option<&str>], items: &mut Vec<Completion>) {
        let Some(context) = self.material.context() else { return };
        let Some((Some(root), rest)) = path.split_first().map(|(root, rest)| (*root, rest)) else { return };
        let mut value = context.get(root);
        for part in rest {
            value = match (value, part) {
                (Some(Value::Map(map)), Some(part)) => map.get(*part),
                // Whatever the run decides, the parts look alike.
                (Some(Value::Map(map)), None) => map.values().next(),
                _ => None,
            };
        }
        let Some(Value::Map(map)) = value else { return };
        for (key, value) in map.iter() {
            let shown = plain::start_of_json(value, &TimeZone::UTC, true, SHOWN_MAX);
            match items.iter_mut().find(|item| item.label == **key) {
                Some(item) => item.value = Some(shown),
                // A task that cannot have run here is not offered because it ran at another time.
                None if path.len() > 1 || !matches!(root, "outputs" | "inputs") => {
                    items.push(Completion { value: Some(shown), ..name(key) });
                }
                None => {}
            }
        }
    }

    /// Writes a name behind a dot, or in brackets where it cannot stand behind one.
    pub(super) fn place(&self, item: &mut Completion, range: &std::ops::Range<usize>, is_quoted: bool) {
        item.span = span(range);
        if is_quoted {
            item.insert = item.label.clone();
        } else if !is_identifier(&item.label) {
            let written = self.outline.slot.parts().map_or("", |(written, _)| written);
            let quote = if written.starts_with('\'') { '"' } else { '\'' };
            let rest = item.insert.strip_prefix(&item.label).unwrap_or_default().to_owned();
            item.insert = format!("[{quote}{}{quote}]{rest}", item.label);
            // The dot goes with it.
            item.span.start = item.span.start.saturating_sub(1);
        }
    }
}

fn short_type(task: &Task) -> String {
    let name = task.type_name.canonical.as_str();
    Catalogue::short_name(name).unwrap_or(name).to_owned()
}

fn shortened(text: &str) -> String {
    crate::expression::form::short(text)
}
